// SPDX-License-Identifier: Apache-2.0
/* What a reader tells of the journal, and of what lies between two revisions. */
#include "sextant/journal.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_engine.h"
#include "test_rows.h"
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct sx_schema *schema;
    struct sx_test_engine test;
    struct sx_reader *reader;
};

static int setup(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);
    struct sx_error err = {0};

    fixture->schema = sx_test_schema("sextant-test", "sextant-cluster", "ietf-netconf", NULL);
    sx_test_engine_open(&fixture->test, fixture->schema, "192.0.2.1");
    *state = fixture;
    return sx_reader_open(fixture->test.folder, NULL, &fixture->reader, &err);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    sx_reader_close(fixture->reader);
    sx_test_engine_close(&fixture->test);
    sx_schema_free(fixture->schema);
    free(fixture);
    return 0;
}

static void edit(struct fixture *fixture, const char *xml)
{
    if (!sx_test_edit(&fixture->test, xml))
        fail_msg("%s", fixture->test.update.error.message);
}

static char *text_of(const struct sx_change_list *changes)
{
    static const char *const words[] = {"", "create", "replace", "delete", "move"};
    char *text = sx_strdup("");

    for (size_t i = 0; i < changes->count; i++) {
        const struct sx_change *change = &changes->items[i];
        char *longer =
            sx_format("%s%s %s %s>%s %s>%s\n", text, words[change->operation], change->path,
                change->old_value ? change->old_value : "-", change->value ? change->value : "-",
                change->old_after ? change->old_after : "-", change->after ? change->after : "-");

        free(text);
        text = longer;
    }
    return text;
}

static void expect(struct fixture *fixture, uint64_t from, uint64_t to, const char *expected)
{
    struct sx_change_list changes = {0};
    struct sx_error err = {0};
    char *text;

    assert_int_equal(sx_reader_begin(fixture->reader, NULL, &err), 0);
    if (sx_reader_compare(fixture->reader, fixture->schema, &fixture->test.engine->secrets.keys,
            from, to, &changes, &err) < 0)
        fail_msg("%s", err.message);
    sx_reader_end(fixture->reader);
    text = text_of(&changes);
    assert_string_equal(text, expected);
    free(text);
    sx_change_list_clear(&changes);
}

static void what_came_and_went_is_left_out(void **state)
{
    struct fixture *fixture = *state;

    edit(fixture, SX_TEST_TOP("<number>1</number>"));
    edit(fixture, SX_TEST_TOP("<number>2</number><own>here</own>"));
    edit(fixture, SX_TEST_LISTS("<entry><name>a</name><value>x</value></entry>"));
    edit(fixture, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"));
    edit(fixture, SX_TEST_TOP("<number>3</number>"));
    expect(fixture, 1, 5,
        "replace /sextant-test:top/number {\"sextant-test:number\":1}>{\"sextant-test:number\":3} "
        "->-\n");
    expect(fixture, 5, 2,
        "replace /sextant-test:top/number {\"sextant-test:number\":3}>{\"sextant-test:number\":2} "
        "->-\n");
    expect(fixture, 0, 1, "create /sextant-test:top/number ->{\"sextant-test:number\":1} ->-\n");
    expect(fixture, 2, 3,
        "create /sextant-test:lists/entry[name='a'] "
        "->{\"sextant-test:entry\":[{\"name\":\"a\",\"value\":\"x\"}]} ->-\n");
    expect(fixture, 2, 4, "");
    expect(fixture, 4, 4, "");
}

static void entries_have_their_places(void **state)
{
    struct fixture *fixture = *state;

    edit(fixture, SX_TEST_LISTS("<ordered><id>1</id></ordered><ordered><id>2</id></ordered>"
                                "<ordered><id>3</id></ordered>"));
    edit(fixture, SX_TEST_LISTS("<ordered yang:insert='first'><id>3</id></ordered>"));
    edit(fixture, SX_TEST_LISTS("<ordered nc:operation='delete'><id>1</id></ordered>"));
    expect(fixture, 1, 3,
        "delete /sextant-test:lists/ordered[id='1'] {\"sextant-test:ordered\":[{\"id\":\"1\"}]}>- "
        ">-\n"
        "move /sextant-test:lists/ordered[id='3'] ->- /sextant-test:lists/ordered[id='2']>\n");
    expect(fixture, 3, 1,
        "create /sextant-test:lists/ordered[id='1'] ->{\"sextant-test:ordered\":[{\"id\":\"1\"}]} "
        "->\n"
        "move /sextant-test:lists/ordered[id='3'] ->- "
        ">/sextant-test:lists/ordered[id='2']\n");
}

struct seen {
    uint64_t numbers[8];
    size_t changes[8];
    size_t count;
};

static int see(
    void *context, const struct sx_revision *revision, size_t changes, struct sx_error *err)
{
    struct seen *seen = context;

    (void)err;
    assert_int_equal(revision->changes.count, 0);
    assert_string_equal(revision->origin.user, "tester");
    seen->numbers[seen->count] = revision->number;
    seen->changes[seen->count++] = changes;
    return 0;
}

static void revisions_are_listed_newest_first(void **state)
{
    struct fixture *fixture = *state;
    struct sx_revision revision = {0};
    struct sx_error err = {0};
    struct seen seen = {0};
    uint64_t oldest = 9;

    assert_int_equal(sx_reader_begin(fixture->reader, NULL, &err), 0);
    assert_int_equal(sx_reader_oldest(fixture->reader, &oldest, &err), 0);
    assert_int_equal(oldest, 0);
    sx_reader_end(fixture->reader);
    edit(fixture, SX_TEST_TOP("<number>1</number><plain>x</plain>"));
    edit(fixture, SX_TEST_TOP("<number>2</number>"));
    edit(fixture, SX_TEST_TOP("<number>3</number>"));
    assert_int_equal(sx_reader_begin(fixture->reader, NULL, &err), 0);
    edit(fixture, SX_TEST_TOP("<number>4</number>")); /* not seen any more */
    assert_int_equal(sx_reader_revisions(fixture->reader, UINT64_MAX, 2, see, &seen, &err), 0);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.numbers[0], 3);
    assert_int_equal(seen.numbers[1], 2);
    assert_int_equal(sx_reader_revisions(fixture->reader, 1, 9, see, &seen, &err), 0);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.numbers[2], 1);
    assert_int_equal(seen.changes[2], 2);
    assert_int_equal(sx_reader_journal(fixture->reader, 2, &revision, &err), 0);
    assert_int_equal(revision.changes.count, 1);
    sx_revision_clear(&revision);
    assert_int_equal(sx_reader_journal(fixture->reader, 4, &revision, &err), -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    sx_reader_end(fixture->reader);
    assert_int_equal(sx_reader_oldest(fixture->reader, &oldest, &err), -1);
}

static void what_cannot_be_told_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct sx_change_list changes = {0};
    struct sx_error err = {0};

    edit(fixture, SX_TEST_TOP("<number>1</number>"));
    edit(fixture, SX_TEST_TOP("<number>2</number>"));
    sx_test_sql(fixture->test.folder, "DELETE FROM revision WHERE number = 1");
    assert_int_equal(sx_reader_begin(fixture->reader, NULL, &err), 0);
    assert_int_equal(sx_reader_compare(fixture->reader, fixture->schema,
                         &fixture->test.engine->secrets.keys, 3, 1, &changes, &err),
        -1);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    assert_int_equal(sx_reader_compare(fixture->reader, fixture->schema,
                         &fixture->test.engine->secrets.keys, 2, 0, &changes, &err),
        -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    assert_string_equal(err.app_tag, "revision-too-old");
    assert_int_equal(sx_reader_compare(fixture->reader, fixture->schema,
                         &fixture->test.engine->secrets.keys, 1, 2, &changes, &err),
        0);
    assert_int_equal(changes.count, 1);
    sx_reader_end(fixture->reader);
    sx_change_list_clear(&changes);
}

static void a_value_is_the_node_alone(void **state)
{
    const struct fixture *fixture = *state;
    struct sx_change change = {
        .path = (char[]){"/sextant-test:lists/entry[name='a']/sub[a='\"'][b='2']/c"}};
    struct lyd_node *node = NULL;
    struct sx_error err = {0};

    assert_int_equal(
        sx_change_node(fixture->schema, &change, "{\"sextant-test:c\":\"x\"}", &node, &err), 0);
    assert_null(lyd_parent(node));
    assert_string_equal(LYD_NAME(node), "c");
    assert_string_equal(lyd_get_value(node), "x");
    lyd_free_all(node);
    assert_int_equal(
        sx_change_node(fixture->schema, &change, "{\"sextant-test:d\":\"x\"}", &node, &err), -1);
    change.path = (char[]){"/gone:lists/x"};
    assert_int_equal(
        sx_change_node(fixture->schema, &change, "{\"gone:x\":\"x\"}", &node, &err), -1);
    assert_int_equal(err.code, SX_E_UNKNOWN_ELEMENT);
    change.path = (char[]){"/sextant-test:lone"};
    assert_int_equal(
        sx_change_node(fixture->schema, &change, "{\"sextant-test:lone\":\"x\"}", &node, &err), 0);
    lyd_free_all(node);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_came_and_went_is_left_out),
        TEST(entries_have_their_places),
        TEST(revisions_are_listed_newest_first),
        TEST(what_cannot_be_told_is_refused),
        TEST(a_value_is_the_node_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
