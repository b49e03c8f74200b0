// SPDX-License-Identifier: Apache-2.0
#include "load.h"
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

static const uint8_t salt[16];

/* Content of one scope as it comes from a peer: loaded row by row, not validated. */
static struct lyd_node *incoming(const struct sx_tree *at, const char *top, const char *entry)
{
    struct sx_tree tree = {.schema = at->schema};
    struct sx_loader loader;
    struct sx_error err;
    const struct sx_fragment rows[] = {
        {.scope = SX_SCOPE_REPLICATED, .list = (char *)T, .key = (char *)"", .body = (char *)top},
        {.scope = SX_SCOPE_REPLICATED,
            .list = (char *)L "/entry",
            .key = (char *)"[name='new']",
            .body = (char *)entry}};

    sx_loader_begin(&loader, &tree, NULL, NULL, NULL);
    for (size_t i = 0; i < 2; i++)
        if (sx_load_row(&loader, &rows[i], &err) < 0)
            fail_msg("%s", err.message);
    sx_loader_end(&loader);
    return tree.root;
}

static void fill(struct sx_tree *tree)
{
    sx_test_set(tree, SX_TEST_TOP("<plain>old</plain><own>mine</own><agreed><name>n</name></agreed>"
                                  "<mode>full</mode><detail>d</detail><colour>old</colour>"));
    sx_test_set(tree, SX_TEST_LISTS("<entry><name>old</name></entry><local><k>1</k></local>"
                                    "<ordered><id>old</id></ordered>"));
}

static void test_replace(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;
    uint8_t digest[SX_DIGEST_SIZE];
    struct sx_error err;
    char *content;

    fill(tree);
    transaction = sx_transaction_begin(tree, salt);
    assert_int_equal(sx_transaction_replace_scope(transaction, SX_SCOPE_REPLICATED,
                         incoming(*state, "{\"sextant-test:top\":{\"hidden\":\"h\",\"number\":5}}",
                             "{\"sextant-test:entry\":[{\"name\":\"new\"}]}"),
                         &err),
        0);
    if (sx_transaction_validate(transaction, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(sx_transaction_changes(transaction)->count, 0);
    sx_transaction_keep(transaction);
    content = sx_test_content(tree->root, false);
    assert_string_equal(content,
        L "/entry[name='new'] = \n" L "/entry[name='new']/name = new\n" L "/local[k='1'] = \n" L
          "/local[k='1']/k = 1\n" T "/agreed/name = n\n" T "/hidden = h\n" T "/number = 5\n" T
          "/own = mine\n");
    sx_test_digest(tree, digest);
    assert_memory_equal(tree->digest, digest, SX_DIGEST_SIZE);
    sx_test_check_links(tree->root);
    free(content);
    /* Defaults are complete: an edit works on. */
    sx_test_expect(tree, SX_TEST_TOP("<number nc:operation='delete'/>"), "delete " T "/number\n");
}

static void test_undo(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;
    struct sx_error err;
    char *before, *after;

    fill(tree);
    before = sx_test_dump(tree->root);
    for (int valid = 0; valid < 2; valid++) {
        transaction = sx_transaction_begin(tree, salt);
        assert_int_equal(
            sx_transaction_replace_scope(transaction, SX_SCOPE_REPLICATED,
                incoming(*state, "{\"sextant-test:top\":{\"hidden\":\"h\"}}",
                    valid
                        ? "{\"sextant-test:entry\":[{\"name\":\"new\"}]}"
                        : "{\"sextant-test:entry\":[{\"name\":\"new\",\"value\":\"forbidden\"}]}"),
                &err),
            0);
        assert_int_equal(sx_transaction_validate(transaction, &err), valid ? 0 : -1);
        sx_transaction_undo(transaction);
        after = sx_test_dump(tree->root);
        assert_string_equal(after, before);
        sx_test_check_links(tree->root);
        free(after);
    }
    free(before);
}

static void test_other_scope_is_refused(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;
    struct sx_error err;
    char *before, *after;

    fill(tree);
    before = sx_test_dump(tree->root);
    transaction = sx_transaction_begin(tree, salt);
    assert_int_equal(sx_transaction_replace_scope(transaction, SX_SCOPE_PEER_SPECIFIC,
                         incoming(*state, "{\"sextant-test:top\":{\"hidden\":\"h\"}}",
                             "{\"sextant-test:entry\":[{\"name\":\"new\"}]}"),
                         &err),
        -1);
    assert_non_null(strstr(err.message, "is replicated, not peer-specific"));
    sx_transaction_undo(transaction);
    after = sx_test_dump(tree->root);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void test_nothing_comes(void **state)
{
    struct sx_tree *tree = *state;
    struct sx_transaction *transaction;
    struct sx_error err;
    char *content;

    fill(tree);
    transaction = sx_transaction_begin(tree, salt);
    assert_int_equal(sx_transaction_replace_scope(transaction, SX_SCOPE_REPLICATED, NULL, &err), 0);
    assert_int_equal(sx_transaction_validate(transaction, &err), 0);
    sx_transaction_keep(transaction);
    content = sx_test_content(tree->root, false);
    assert_string_equal(content,
        L "/local[k='1'] = \n" L "/local[k='1']/k = 1\n" T "/agreed/name = n\n" T "/own = mine\n");
    free(content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_replace),
        SX_TEST_ON_TREE(test_undo),
        SX_TEST_ON_TREE(test_other_scope_is_refused),
        SX_TEST_ON_TREE(test_nothing_comes),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}
