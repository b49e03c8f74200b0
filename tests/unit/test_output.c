// SPDX-License-Identifier: Apache-2.0
/* What is told of a transaction: changes, rows and digest. */
#include "test_schema.h"
#include "test_tree.h"

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
        sx_test_begin(*state, SX_TEST_TOP("<plain>p</plain><agreed><name>n</name></agreed>"));

    expect_rows(transaction, rows, 2);
    sx_transaction_keep(transaction);
    transaction = sx_test_begin(*state, SX_TEST_TOP("<agreed nc:operation='delete'/>"));
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
    struct sx_transaction *transaction = sx_test_begin(
        *state, SX_TEST_LISTS("<entry><name>a</name><sub><a>x</a><b>1</b></sub></entry>"
                              "<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"));

    expect_rows(transaction, created, 3);
    sx_transaction_keep(transaction);
    transaction =
        sx_test_begin(*state, SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"
                                            "<ordered><id>b</id><text>t</text></ordered>"));
    expect_rows(transaction, changed, 2);
    sx_transaction_keep(transaction);
}

static void test_changes_tell_scope_and_flags(void **state)
{
    struct sx_transaction *transaction =
        sx_test_begin(*state, SX_TEST_TOP("<hidden>h</hidden><agreed><name>n</name></agreed>"));
    const struct sx_change_list *changes = sx_transaction_changes(transaction);

    assert_int_equal(changes->count, 2);
    assert_int_equal(changes->items[0].scope, SX_SCOPE_REPLICATED);
    assert_int_equal(changes->items[0].flags, SX_NODE_SECRET | SX_NODE_SECRETS);
    assert_int_equal(changes->items[1].scope, SX_SCOPE_AGREED);
    assert_int_equal(changes->items[1].flags, SX_NODE_APPLIES_ON_RESTART);
    sx_transaction_undo(transaction);
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

/* A row says which entry it stands behind, also when its own content did not change. */
static void test_rows_of_moved_entries(void **state)
{
    static const struct sx_fragment moved[] = {
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/ordered",
            .key = (char *)"[id='c']",
            .body = (char *)"{\"sextant-test:ordered\":[{\"id\":\"c\"}]}",
            .after = (char *)""},
    };
    struct sx_transaction *transaction;

    sx_test_set(*state, SX_TEST_LISTS("<ordered><id>a</id></ordered><ordered><id>b</id></ordered>"
                                      "<ordered><id>c</id></ordered>"));
    transaction =
        sx_test_begin(*state, SX_TEST_LISTS("<ordered yang:insert='first'><id>c</id></ordered>"));
    expect_rows(transaction, moved, 1);
    sx_transaction_undo(transaction);
}

/* Entries that go come first, then what stands outside of lists, then entries that come. */
static void test_order_of_changes(void **state)
{
    sx_test_set(*state, SX_TEST_LISTS("<entry><name>z</name></entry>"));
    sx_test_expect(*state,
        SX_TEST_LISTS("<entry><name>a</name></entry>"
                      "<entry nc:operation='delete'><name>z</name></entry>")
            SX_TEST_TOP("<plain>p</plain>"),
        "delete " L "/entry[name='z']\n"
        "create " T "/plain {\"sextant-test:plain\":\"p\"}\n"
        "create " L "/entry[name='a'] {\"sextant-test:entry\":[{\"name\":\"a\"}]}\n");
}

/* The digest is that of the content from scratch, and of replicated items alone. */
static void test_digest(void **state)
{
    static const char *const edits[] = {
        SX_TEST_TOP("<plain>p</plain><colour>r</colour><colour>g</colour><blob><x/></blob>"),
        SX_TEST_LISTS("<entry><name>a</name><sub><a>1</a><b>1</b></sub></entry>"
                      "<ordered><id>1</id></ordered><ordered><id>2</id></ordered>"),
        SX_TEST_LISTS("<ordered yang:insert='first'><id>2</id></ordered>"),
        SX_TEST_TOP("<plain nc:operation='delete'/><flag><inside><k>1</k></inside></flag>"),
        "<values xmlns='urn:sextant:test'>1</values><values xmlns='urn:sextant:test'>2</values>",
        SX_TEST_LISTS("<entry nc:operation='delete'><name>a</name></entry>"),
        SX_TEST_TOP("<flag nc:operation='delete'/>"),
    };
    struct sx_tree *tree = *state;
    uint8_t digest[SX_DIGEST_SIZE], before[SX_DIGEST_SIZE];

    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        sx_test_set(tree, edits[i]);
        sx_test_digest(tree, digest);
        assert_memory_equal(tree->digest, digest, sizeof digest);
    }
    memcpy(before, tree->digest, sizeof before);
    sx_test_set(tree, SX_TEST_TOP("<own>o</own><agreed><name>n</name></agreed>"));
    sx_test_set(
        tree, SX_TEST_LISTS("<local><k>1</k></local><local-ordered><k>1</k></local-ordered>"));
    assert_memory_equal(tree->digest, before, sizeof before);
}

/* What was asked for once is told anew after another edit of the same transaction. */
static void test_asked_in_between(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction = sx_test_begin(tree, SX_TEST_TOP("<plain>p</plain>"));
    struct lyd_node *config = sx_test_parse_edit(tree->schema, SX_TEST_TOP("<hidden>h</hidden>"));
    struct sx_error err;

    assert_int_equal(sx_transaction_changes(transaction)->count, 1);
    assert_int_equal(sx_transaction_fragments(transaction)->count, 1);
    assert_int_equal(sx_transaction_edit(transaction, config, SX_DEFAULT_MERGE, &err), 0);
    assert_int_equal(sx_transaction_validate(transaction, &err), 0);
    assert_int_equal(sx_transaction_changes(transaction)->count, 2);
    assert_int_equal(sx_transaction_fragments(transaction)->count, 1);
    assert_string_equal(sx_transaction_fragments(transaction)->items[0].body,
        "{\"sextant-test:top\":{\"plain\":\"p\",\"hidden\":\"h\"}}");
    sx_transaction_undo(transaction);
    lyd_free_siblings(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_rows_of_each_scope),
        SX_TEST_ON_TREE(test_rows_of_entries),
        SX_TEST_ON_TREE(test_changes_tell_scope_and_flags),
        SX_TEST_ON_TREE(test_entry_in_a_presence_container),
        SX_TEST_ON_TREE(test_rows_of_moved_entries),
        SX_TEST_ON_TREE(test_order_of_changes),
        SX_TEST_ON_TREE(test_digest),
        SX_TEST_ON_TREE(test_asked_in_between),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}
