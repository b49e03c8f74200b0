// SPDX-License-Identifier: Apache-2.0
/* What happens to replication when a restart brings another schema. */
#include "state.h"
#include "test_pair.h"
#include "test_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** The schema of a release and that of the next. */
struct releases {
    struct sx_schema *former, *next;
};

static void upgrade(struct sx_test_engine *test, const struct releases *releases)
{
    test->schema = releases->next;
    sx_test_engine_restart(test);
}

/* A message of this type is on its way from `from` when the two link. */
static bool sends_first(
    struct sx_test_engine *from, struct sx_test_engine *to, enum sx_message_type type)
{
    bool sends;

    sx_test_link_up(from, to->address);
    sx_test_link_up(to, from->address);
    sx_test_message(from, to->address, sx_test_take(to, SX_MESSAGE_HELLO));
    sends = sx_test_count_sent(from, type) > 0;
    sx_test_disconnect(from, to);
    return sends;
}

static void an_upgraded_subordinate_takes_a_snapshot_first(void **state)
{
    const struct releases *releases = *state;
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, releases->former);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    sx_test_disconnect(&a, &b);
    assert_false(b.engine->new_schema);
    assert_true(sx_test_entry(&a, "ben", 200));
    upgrade(&b, releases);
    assert_true(b.engine->new_schema);
    sx_test_connect(&a, &b);
    assert_true(sx_test_alarm(&a, 20008));
    assert_string_equal(sx_test_number(&b, "ben"), "");
    sx_test_disconnect(&a, &b);
    upgrade(&a, releases);
    assert_false(a.engine->new_schema);
    assert_true(sends_first(&a, &b, SX_MESSAGE_SNAPSHOT_BEGIN));
    /* It outlives a restart. */
    sx_test_engine_restart(&b);
    assert_true(b.engine->new_schema);
    sx_test_connect(&a, &b);
    assert_false(sx_test_alarm(&a, 20008));
    assert_string_equal(sx_test_number(&b, "ben"), "200");
    assert_false(b.engine->new_schema);
    assert_int_equal(b.status.database, SX_DATABASE_ACTIVE);
    /* From then on it follows revisions, after a restart too. */
    assert_true(sx_test_entry(&a, "cat", 300));
    assert_int_equal(sx_test_count_sent(&a, SX_MESSAGE_REVISION), 1);
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "cat"), "300");
    sx_test_disconnect(&a, &b);
    sx_test_engine_restart(&b);
    assert_false(b.engine->new_schema);
    assert_false(sends_first(&a, &b, SX_MESSAGE_SNAPSHOT_BEGIN));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void what_has_diverged_is_not_overwritten(void **state)
{
    const struct releases *releases = *state;
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, releases->former);
    sx_test_disconnect(&a, &b);
    assert_true(sx_test_set_primary(&b, 2));
    assert_true(sx_test_entry(&b, "fork", 1));
    assert_true(sx_test_entry(&a, "fork", 2));
    assert_true(sx_test_set_primary(&b, 1));
    upgrade(&a, releases);
    upgrade(&b, releases);
    assert_true(b.engine->new_schema);
    sx_test_connect(&a, &b);
    assert_true(sx_test_alarm(&b, 20011));
    assert_string_equal(sx_test_number(&b, "fork"), "1");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_has_no_primary_begins_anew(void **state)
{
    const struct releases *releases = *state;
    struct sx_test_engine test;

    sx_test_engine_open(&test, releases->former, SX_TEST_A);
    upgrade(&test, releases);
    assert_false(test.engine->new_schema);
    sx_test_engine_restart(&test);
    assert_false(test.engine->new_schema);
    assert_true(test.engine->schema_noted);
    sx_test_engine_close(&test);
}

/* The next boot goes by what is noted, so nothing may be stored before it is. */
static void a_note_that_fails_is_tried_again_before_anything_else(void **state)
{
    const struct releases *releases = *state;
    struct sx_test_engine test;

    sx_test_engine_open(&test, releases->former, SX_TEST_A);
    assert_true(sx_test_entry(&test, "ann", 100));
    sx_test_sql(test.folder,
        "CREATE TRIGGER broken BEFORE INSERT ON value WHEN new.name = 'schema' "
        "BEGIN SELECT RAISE(ABORT, 'made to fail'); END");
    upgrade(&test, releases);
    assert_false(test.engine->schema_noted);
    assert_false(sx_test_entry(&test, "ben", 200));
    assert_string_equal(sx_test_number(&test, "ben"), "");
    sx_test_sql(test.folder, "DROP TRIGGER broken");
    assert_true(sx_test_entry(&test, "ben", 200));
    assert_true(test.engine->schema_noted);
    sx_test_engine_close(&test);
}

static int set_up(void **state)
{
    static struct releases releases;

    releases.former = sx_test_schema_ours();
    releases.next = sx_test_schema("ietf-netconf", "sextant-cluster", "sextant-system",
        "sextant-call-control", "sextant-scopes", "sextant-test", NULL);
    *state = &releases;
    return 0;
}

static int tear_down(void **state)
{
    struct releases *releases = *state;

    sx_schema_free(releases->former);
    sx_schema_free(releases->next);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upgraded_subordinate_takes_a_snapshot_first),
        cmocka_unit_test(what_has_diverged_is_not_overwritten),
        cmocka_unit_test(who_has_no_primary_begins_anew),
        cmocka_unit_test(a_note_that_fails_is_tried_again_before_anything_else),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
