// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"
#include "transaction.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Paths of the module's containers. */
#define T "/sextant-test:top"
#define L "/sextant-test:lists"

static const uint8_t salt[16];

static struct sx_transaction *begin(struct sx_tree *tree, const char *xml)
{
    struct sx_transaction *transaction = sx_transaction_begin(tree, salt);
    struct lyd_node *config = sx_test_parse_edit(tree->schema, xml);
    struct sx_error err;

    if (sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err) < 0 ||
        sx_transaction_validate(transaction, &err) < 0)
        fail_msg("%s", err.message);
    lyd_free_siblings(config);
    return transaction;
}

static void expect_rows(
    struct sx_transaction *transaction, const struct sx_fragment *rows, size_t count)
{
    const struct sx_fragment_list *list = sx_transaction_fragments(transaction);

    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list->items[i].scope, rows[i].scope);
        assert_string_equal(list->items[i].list, rows[i].list);
        assert_string_equal(list->items[i].key, rows[i].key);
        assert_string_equal(
            list->items[i].body ? list->items[i].body : "", rows[i].body ? rows[i].body : "");
        assert_string_equal(
            list->items[i].after ? list->items[i].after : "-", rows[i].after ? rows[i].after : "-");
    }
}

static void test_rows_of_each_scope(void **state)
{
    static const struct sx_fragment rows[] = {
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)T,
            .key = (char *)"",
            .body = (char *)"{\"sextant-test:top\":{\"plain\":\"p\"}}"},
        {.scope = SX_SCOPE_AGREED,
            .list = (char *)T,
            .key = (char *)"",
            .body = (char *)"{\"sextant-test:top\":{\"agreed\":{\"name\":\"n\"}}}"},
    };
    static const struct sx_fragment gone[] = {
        {.scope = SX_SCOPE_AGREED, .list = (char *)T, .key = (char *)""},
    };
    struct sx_transaction *transaction =
        begin(*state, SX_TEST_TOP("<plain>p</plain><agreed><name>n</name></agreed>"));

    expect_rows(transaction, rows, 2);
    sx_transaction_keep(transaction);
    transaction = begin(*state, SX_TEST_TOP("<agreed nc:operation='delete'/>"));
    expect_rows(transaction, gone, 1);
    sx_transaction_undo(transaction);
}

static void test_rows_of_entries(void **state)
{
    static const struct sx_fragment created[] = {
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/entry",
            .key = (char *)"[name='a']",
            .body =
                (char *)"{\"sextant-test:entry\":[{\"name\":\"a\",\"sub\":[{\"a\":\"x\",\"b\":1}]"
                        "}]}"},
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/ordered",
            .key = (char *)"[id='a']",
            .body = (char *)"{\"sextant-test:ordered\":[{\"id\":\"a\"}]}",
            .after = (char *)""},
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/ordered",
            .key = (char *)"[id='b']",
            .body = (char *)"{\"sextant-test:ordered\":[{\"id\":\"b\"}]}",
            .after = (char *)"[id='a']"},
    };
    static const struct sx_fragment changed[] = {
        {.scope = SX_SCOPE_REPLICATED, .list = (char *)L "/entry", .key = (char *)"[name='a']"},
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/ordered",
            .key = (char *)"[id='b']",
            .body = (char *)"{\"sextant-test:ordered\":[{\"id\":\"b\",\"text\":\"t\"}]}",
            .after = (char *)"[id='a']"},
    };
    struct sx_transaction *transaction =
        begin(*state, SX_TEST_LISTS("<entry><name>a</name><sub><a>x</a><b>1</b></sub></entry>"
                                    "<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"));

    expect_rows(transaction, created, 3);
    sx_transaction_keep(transaction);
    transaction = begin(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                                              "<ordered><id>b</id><text>t</text></ordered>"));
    expect_rows(transaction, changed, 2);
    sx_transaction_keep(transaction);
}

static void test_changes_tell_scope_and_flags(void **state)
{
    struct sx_transaction *transaction =
        begin(*state, SX_TEST_TOP("<hidden>h</hidden><agreed><name>n</name></agreed>"));
    const struct sx_change_list *changes = sx_transaction_changes(transaction);

    assert_int_equal(changes->count, 2);
    assert_int_equal(changes->items[0].scope, SX_SCOPE_REPLICATED);
    assert_int_equal(changes->items[0].flags, SX_NODE_SECRET);
    assert_int_equal(changes->items[1].scope, SX_SCOPE_AGREED);
    assert_int_equal(changes->items[1].flags, SX_NODE_APPLIES_ON_RESTART);
    sx_transaction_undo(transaction);
}

static void test_digest_waits_for_keep(void **state)
{
    struct sx_tree *tree = *state;
    uint8_t before[SX_DIGEST_SIZE], with[SX_DIGEST_SIZE];
    struct sx_transaction *transaction;

    memcpy(before, tree->digest, sizeof before);
    transaction = begin(tree, SX_TEST_TOP("<plain>p</plain>"));
    memcpy(with, sx_transaction_digest(transaction), sizeof with);
    assert_memory_not_equal(with, before, sizeof with);
    assert_memory_equal(tree->digest, before, sizeof before);
    sx_transaction_undo(transaction);
    assert_memory_equal(tree->digest, before, sizeof before);
    sx_transaction_keep(begin(tree, SX_TEST_TOP("<plain>p</plain>")));
    assert_memory_equal(tree->digest, with, sizeof with);
}

static void test_entry_in_a_presence_container(void **state)
{
    char *dump;

    /* The container comes before its entries, and goes after them. */
    sx_test_expect(*state, SX_TEST_TOP("<flag><f>1</f><inside><k>1</k></inside></flag>"),
        "create " T "/flag {\"sextant-test:flag\":{\"f\":\"1\"}}\n"
        "create " T "/flag/inside[k='1'] {\"sextant-test:inside\":[{\"k\":\"1\"}]}\n");
    sx_test_expect(*state, SX_TEST_TOP("<flag nc:operation='delete'/>"),
        "delete " T "/flag/inside[k='1']\ndelete " T "/flag\n");
    dump = sx_test_content(((struct sx_tree *)*state)->root, false);
    assert_string_equal(dump, "");
    free(dump);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_rows_of_each_scope),
        SX_TEST_ON_TREE(test_rows_of_entries),
        SX_TEST_ON_TREE(test_changes_tell_scope_and_flags),
        SX_TEST_ON_TREE(test_digest_waits_for_keep),
        SX_TEST_ON_TREE(test_entry_in_a_presence_container),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}
