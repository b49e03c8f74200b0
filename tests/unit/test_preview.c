// SPDX-License-Identifier: Apache-2.0
/* What taking the primary's configuration would change: found out without taking it. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENTRY(name) "/sextant-call-control:call-control/phone-book/entry[name='" name "']"

static bool name_primary(struct sx_test_engine *test, unsigned index)
{
    char xml[256];

    snprintf(xml, sizeof xml,
        SX_TEST_CLUSTER "<configuration-primary>%u</configuration-primary>" SX_TEST_CLUSTER_END,
        index);
    return sx_test_edit(test, xml);
}

/* A pair that shares "common" and "other"; then B goes on by itself, and so does A. */
static void open_diverged(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    sx_test_pair_open(a, b, schema);
    assert_true(sx_test_entry(a, "common", 1));
    sx_test_exchange(a, b);
    assert_true(sx_test_entry(a, "other", 1));
    sx_test_exchange(a, b);
    sx_test_disconnect(a, b);
    assert_true(name_primary(b, 2));
    assert_true(sx_test_entry(b, "mine", 2));
    assert_true(sx_test_entry(b, "other", 2));
    assert_true(name_primary(b, 1));
    assert_true(sx_test_entry(a, "theirs", 3));
    sx_test_connect(a, b);
    assert_int_equal(b->status.database, SX_DATABASE_CONFLICT);
}

static const struct sx_change *change_of(const struct sx_change_list *changes, const char *path)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].path, path) == 0)
            return &changes->items[i];
    fail_msg("no change of %s", path);
    return NULL;
}

static void a_conflict_is_looked_at_by_itself(void **state)
{
    struct sx_test_engine a, b;
    struct sx_change_list changes = {0};
    const struct sx_change *change;
    uint64_t revision = 0;
    bool more = true;

    open_diverged(&a, &b, *state);
    assert_string_equal(b.status.first_difference, ENTRY("mine"));
    sx_engine_preview(b.engine, &changes, &revision, &more);
    assert_int_equal(changes.count, 3);
    assert_false(more);
    assert_true(revision == sx_test_revision(&a));
    assert_int_equal(change_of(&changes, ENTRY("mine"))->operation, SX_OPERATION_DELETE);
    assert_int_equal(change_of(&changes, ENTRY("theirs"))->operation, SX_OPERATION_CREATE);
    change = change_of(&changes, ENTRY("other") "/number");
    assert_int_equal(change->operation, SX_OPERATION_REPLACE);
    assert_non_null(strstr(change->value, "\"1\""));
    assert_non_null(strstr(change->old_value, "\"2\""));
    sx_change_list_clear(&changes);
    /* Nothing was taken, and the alarm names the place. */
    assert_string_equal(sx_test_number(&b, "mine"), "2");
    assert_string_equal(sx_test_number(&b, "theirs"), "");
    assert_int_equal(b.status.database, SX_DATABASE_CONFLICT);
    for (size_t i = 0; i < b.status.alarm_count; i++)
        if (b.status.alarms[i].id == 20011)
            assert_non_null(strstr(b.status.alarms[i].text, ENTRY("mine")));
    assert_false(sx_test_alarm(&b, 20009));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void it_can_be_asked_for_again(void **state)
{
    struct sx_test_engine a, b;
    struct sx_change_list changes = {0};
    uint64_t revision = 0;
    bool more = true;

    open_diverged(&a, &b, *state);
    assert_true(sx_test_entry(&a, "later", 4));
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_REVISION), 0);
    assert_int_equal(b.status.previews, 1);
    assert_true(sx_test_plain(&b, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    sx_test_exchange(&a, &b);
    assert_int_equal(b.status.previews, 2);
    sx_engine_preview(b.engine, &changes, &revision, &more);
    assert_int_equal(changes.count, 4);
    assert_true(revision == sx_test_revision(&a));
    sx_change_list_clear(&changes);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void the_update_does_what_was_told(void **state)
{
    struct sx_test_engine a, b;
    struct sx_change_list changes = {0};
    uint64_t revision = 0;
    bool more = true;

    open_diverged(&a, &b, *state);
    assert_true(sx_test_plain(&b, SX_EVENT_FORCE_UPDATE, SX_DATASTORE_RUNNING, 1));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "mine"), "");
    assert_string_equal(sx_test_number(&b, "other"), "1");
    assert_string_equal(sx_test_number(&b, "theirs"), "3");
    assert_string_equal(b.status.first_difference, "");
    assert_int_equal(b.status.database, SX_DATABASE_ACTIVE);
    /* In step, there is nothing to change, and what is sent afterwards is taken. */
    assert_true(sx_test_plain(&b, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    sx_test_exchange(&a, &b);
    sx_engine_preview(b.engine, &changes, &revision, &more);
    assert_int_equal(changes.count, 0);
    assert_true(sx_test_entry(&a, "after", 5));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "after"), "5");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void it_is_a_linked_subordinates(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_false(sx_test_plain(&a, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    assert_non_null(strstr(a.update.error.message, "is the configuration primary"));
    sx_test_disconnect(&a, &b);
    assert_false(sx_test_plain(&b, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    assert_non_null(strstr(b.update.error.message, "cannot be asked"));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_false(sx_test_plain(&a, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    assert_non_null(strstr(a.update.error.message, "stand-alone"));
    sx_test_engine_close(&a);
}

/* Configuration is shown where it would be replicated, but for the history, and nowhere else. */
static void it_is_not_shown_to_a_stranger(void **state)
{
    struct sx_test_engine test;
    struct sx_message *message;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_entry(&test, "ann", 1));
    sx_test_link_up(&test, SX_TEST_B);
    message = sx_test_hello(&test, SX_TEST_B);
    strcpy(message->hello->cluster_name, "another.example");
    sx_test_message(&test, SX_TEST_B, message);
    sx_test_message(&test, SX_TEST_B, sx_message_new(SX_MESSAGE_COMPARE));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 0);
    sx_test_engine_close(&test);

    sx_test_subordinate_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_A);
    sx_test_message(&test, SX_TEST_A, sx_message_new(SX_MESSAGE_COMPARE));
    assert_int_equal(sx_test_count_sent(&test, SX_MESSAGE_SNAPSHOT_BEGIN), 0);
    sx_test_engine_close(&test);
}

static void secrets_are_not_kept_in_clear(void **state)
{
    struct sx_test_engine a, b;
    struct sx_change_list changes = {0};
    uint64_t revision = 0;
    bool more = true, found = false;

    open_diverged(&a, &b, *state);
    assert_true(sx_test_edit(&a, "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\">"
                                 "<authentication><user><name>eve</name>"
                                 "<password>$0$open sesame</password></user></authentication>"
                                 "</system>"));
    assert_true(sx_test_plain(&b, SX_EVENT_PREVIEW, SX_DATASTORE_RUNNING, 1));
    sx_test_exchange(&a, &b);
    sx_engine_preview(b.engine, &changes, &revision, &more);
    for (size_t i = 0; i < changes.count; i++)
        if (strstr(changes.items[i].path, "eve")) {
            found = true;
            assert_non_null(strstr(changes.items[i].value, "$sx1$"));
            assert_null(strstr(changes.items[i].value, "$6$"));
        }
    assert_true(found);
    sx_change_list_clear(&changes);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conflict_is_looked_at_by_itself),
        cmocka_unit_test(it_can_be_asked_for_again),
        cmocka_unit_test(the_update_does_what_was_told),
        cmocka_unit_test(it_is_a_linked_subordinates),
        cmocka_unit_test(it_is_not_shown_to_a_stranger),
        cmocka_unit_test(secrets_are_not_kept_in_clear),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
