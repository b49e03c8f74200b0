// SPDX-License-Identifier: Apache-2.0
/*
 * A restore at every call to a disk that fails or loses its power. The configuration of before
 * stays and 15023 says so, or the new one is there and a whole copy of the one before.
 */
#include "fault_sweep.h"
#include "restore_impl.h"
#include "sextant/memory.h"
#include "test_pair.h"
#include "test_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOK "/sextant-call-control:call-control/phone-book/entry"
#define ZONES "/sextant-call-control:call-control/zones/zone"
#define SESSION 7

static void prepare(struct sx_test_engine *a, struct sx_test_engine *b)
{
    (void)a;
    assert_true(sx_test_entry(b, "ann", 100));
    assert_true(sx_test_entry(b, "ben", 200));
    assert_true(sx_test_name(b, "east"));
}

/* Content as a backup's rows make it, with a secret in clear; *ret_rows is what goes to the stage.
 */
static struct sx_restore *make_content(
    const struct sx_schema *schema, struct sx_fragment_list *ret_rows)
{
    static const struct {
        enum sx_scope scope;
        const char *list, *key, *body;
    } rows[] = {
        {SX_SCOPE_REPLICATED, BOOK, "[name='ann']",
            "{\"sextant-call-control:entry\":[{\"name\":\"ann\",\"number\":\"300\"}]}"},
        {SX_SCOPE_REPLICATED, BOOK, "[name='cid']",
            "{\"sextant-call-control:entry\":[{\"name\":\"cid\",\"number\":\"301\"}]}"},
        {SX_SCOPE_REPLICATED, ZONES, "[name='branch']",
            "{\"sextant-call-control:zone\":[{\"name\":\"branch\",\"type\":\"traversal\","
            "\"protocol\":[\"sip\"],\"traversal\":{\"port\":7001,\"password\":\"wonderland\"}}]}"},
        {SX_SCOPE_PEER_SPECIFIC, "/sextant-system:system", "",
            "{\"sextant-system:system\":{\"name\":\"west\"}}"},
    };
    struct sx_restore *content = sx_alloc(sizeof *content);
    struct sx_error err = {0};

    content->tree.schema = content->left_out.schema = schema;
    memset(content->tree.digest_key, 9, sizeof content->tree.digest_key);
    sx_loader_begin(&content->loader, &content->tree, NULL, NULL, NULL);
    sx_loader_begin(&content->left_out_loader, &content->left_out, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sx_fragment row = {.scope = rows[i].scope,
            .list = (char *)rows[i].list,
            .key = (char *)rows[i].key,
            .body = (char *)rows[i].body};

        if (sx_restore_add(content, &row, ret_rows, &err) < 0)
            fail_msg("%s", err.message);
    }
    if (sx_restore_validate(content, &err) < 0)
        fail_msg("%s", err.message);
    return content;
}

static bool step(struct sx_test_engine *b, enum sx_event_type type,
    const struct sx_fragment_list *rows, struct sx_restore *content)
{
    struct sx_event event = {.type = type, .origin = {.session = SESSION}};

    if (rows)
        event.rows = rows;
    else if (content)
        event.restore = content;
    return sx_test_step(b, &event);
}

/* As the agent does it: a failure ends it. */
static bool restore(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct sx_fragment_list rows = {0};
    struct sx_restore *content = make_content(b->schema, &rows);
    bool done = false;

    (void)a;
    if (!step(b, SX_EVENT_RESTORE_BEGIN, NULL, NULL) ||
        !step(b, SX_EVENT_RESTORE_ROWS, &rows, NULL))
        sx_restore_free(content);
    else
        done = step(b, SX_EVENT_RESTORE_END, NULL, content);
    sx_fragment_list_clear(&rows);
    return done;
}

/* Before its first row a restore has not begun, and there is only the error. */
static void restore_is_told(struct sx_test_engine *b, bool acknowledged)
{
    if (acknowledged) {
        assert_false(sx_test_alarm(b, 15023));
        return;
    }
    assert_true(strlen(b->update.error.message) > 0);
    assert_string_equal(sx_test_number(b, "ann"), "100");
    if (*b->engine->restoring.failure)
        assert_true(sx_test_alarm(b, 15023));
    assert_false(b->engine->restoring.active);
}

static bool restore_is_done(struct sx_test_engine *b)
{
    bool done = strcmp(sx_test_number(b, "ann"), "300") == 0;

    assert_string_equal(sx_test_number(b, "ann"), done ? "300" : "100");
    assert_string_equal(sx_test_number(b, "ben"), done ? "" : "200");
    assert_string_equal(sx_test_number(b, "cid"), done ? "301" : "");
    assert_string_equal(sx_test_value(b, SX_TEST_PASSWORD), done ? "wonderland" : "");
    assert_string_equal(b->status.system_name, done ? "west" : "east");
    assert_int_equal(sx_test_revision(b), done ? 1 : 2);
    assert_int_equal(b->status.unreadable_secrets, 0);
    assert_false(sx_test_alarm(b, 15023));
    if (fault_copies(b, "restore", "100") == 0)
        assert_false(done);
    return done;
}

static void restore_again(struct sx_test_engine *a, struct sx_test_engine *b, bool done)
{
    if (!done)
        assert_true(restore(a, b));
    assert_string_equal(sx_test_number(b, "cid"), "301");
    assert_true(sx_test_entry(b, "ann", 302));
    assert_int_equal(sx_test_revision(b), 2);
}

static void of_a_restore(void **state)
{
    static const struct fault_operation operation = {.name = "restore",
        .prepare = prepare,
        .act = restore,
        .told = restore_is_told,
        .is_done = restore_is_done,
        .go_on = restore_again};

    fault_sweep(*state, &operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_restore),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
