// SPDX-License-Identifier: Apache-2.0
/*
 * At every call that an operation of the engine makes to its disk, the power goes, with every kind
 * of loss of what was not synced; and at every call the disk fails or is full. Then the engine
 * holds the state before or the state after, says which, and goes on; what was acknowledged is
 * there.
 */
#include "fault_sweep.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void prepare_alone(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_name(b, "east"));
}

/* Replicated and peer-specific rows, the journal, the history and the digest at once. */
static bool edit(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    return sx_test_edit(b,
        SX_TEST_CALL_CONTROL "<phone-book><entry><name>ann</name><number>200</number></entry>"
                             "<entry><name>bob</name><number>201</number></entry></phone-book>"
                             "</call-control>" SX_TEST_SYSTEM "<name>west</name></system>");
}

static bool commit_candidate(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_edit_in(b, SX_DATASTORE_CANDIDATE, 1,
        SX_TEST_CALL_CONTROL "<phone-book><entry><name>ann</name><number>200</number></entry>"
                             "<entry><name>bob</name><number>201</number></entry></phone-book>"
                             "</call-control>" SX_TEST_SYSTEM "<name>west</name></system>"));
    return sx_test_plain(b, SX_EVENT_COMMIT, SX_DATASTORE_CANDIDATE, 1);
}

static bool edit_is_done(struct sx_test_engine *b)
{
    bool done = strcmp(sx_test_number(b, "ann"), "200") == 0;
    char revision[64];

    assert_string_equal(sx_test_number(b, "ann"), done ? "200" : "100");
    assert_string_equal(sx_test_number(b, "bob"), done ? "201" : "");
    assert_string_equal(b->status.system_name, done ? "west" : "east");
    assert_int_equal(sx_test_revision(b), done ? 2 : 1);
    snprintf(revision, sizeof revision, "database: revision %u of lineage", done ? 2u : 1u);
    assert_true(sx_test_logged(b, revision));
    return done;
}

static void edit_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 300));
    assert_int_equal(sx_test_revision(b), done ? 3 : 2);
}

static void prepare_secret(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_password(b, "wonderland"));
    assert_true(sx_test_community(b, "rabbit-hole"));
    assert_true(sx_test_password(b, "looking-glass"));
}

/* A disk that fails once holds the update up; a crash ends it. */
static bool update_key(struct sx_test_engine *a, struct sx_test_engine *b)
{
    char former[SX_KEY_ID_SIZE];

    (void)a;
    strcpy(former, b->status.system_key);
    assert_true(sx_test_plain(b, SX_EVENT_FORCE_KEY_UPDATE, SX_DATASTORE_RUNNING, 1));
    sx_test_key_saved(b, NULL);
    for (int i = 0; i < 20 && b->status.key_update; i++)
        sx_test_tick(b, SX_KEY_UPDATE_RETRY_MS);
    return !b->status.key_update && strcmp(former, b->status.system_key) != 0;
}

/* Whichever key is present, every secret is there. */
static bool update_is_done(struct sx_test_engine *b)
{
    const char *former = b->engine->system_key.former;
    char *id;
    bool done;

    assert_int_equal(b->status.unreadable_secrets, 0);
    assert_string_equal(sx_test_value(b, SX_TEST_PASSWORD), "looking-glass");
    assert_string_equal(sx_test_value(b, SX_TEST_COMMUNITY), "rabbit-hole");
    assert_int_equal(sx_test_revision(b), 2);
    assert_false(b->has_next && !b->status.key_update);
    id = sx_format(SX_SECRET_PREFIX "%.16s", former);
    /* Just before a key is used, the present one is noted as a former one. */
    done = *former && !b->status.key_update && strncmp(former, b->status.system_key, 16) != 0;
    if (done)
        assert_false(sx_test_stored(b, id));
    free(id);
    return done;
}

static void update_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    if (b->status.key_update)
        sx_test_key_update(b);
    else if (!done)
        assert_true(update_key(a, b));
    assert_true(update_is_done(b));
    sx_test_engine_restart(b);
    assert_true(update_is_done(b));
}

static void of_an_update_of_the_system_key(void **state)
{
    static const struct fault_operation operation = {.name = "key",
        .prepare = prepare_secret,
        .act = update_key,
        .is_done = update_is_done,
        .go_on = update_again};

    fault_sweep(*state, &operation);
}

static void of_an_edit(void **state)
{
    static const struct fault_operation operation = {.name = "edit",
        .prepare = prepare_alone,
        .act = edit,
        .is_done = edit_is_done,
        .go_on = edit_again};

    fault_sweep(*state, &operation);
}

static void of_a_commit_of_the_candidate(void **state)
{
    static const struct fault_operation operation = {.name = "candidate",
        .prepare = prepare_alone,
        .act = commit_candidate,
        .is_done = edit_is_done,
        .go_on = edit_again};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_an_update_of_the_system_key),
        cmocka_unit_test(of_an_edit),
        cmocka_unit_test(of_a_commit_of_the_candidate),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
