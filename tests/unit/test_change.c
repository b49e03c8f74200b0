// SPDX-License-Identifier: Apache-2.0
#include "sextant/change.h"
#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_changes(void **state)
{
    struct sx_change_list list = {0}, copy = {0};
    struct sx_change change = {.operation = SX_OPERATION_REPLACE,
        .scope = SX_SCOPE_AGREED,
        .flags = SX_NODE_SECRET,
        .path = sx_strdup("/a:b"),
        .value = sx_strdup("new"),
        .old_value = sx_strdup("old"),
        .after = sx_strdup(""),
        .old_after = sx_strdup("/a:c")};

    (void)state;
    sx_change_list_add(&list, change);
    for (int i = 0; i < 20; i++)
        sx_change_list_copy(&copy, &list.items[0]);
    sx_change_list_clear(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
    assert_int_equal(copy.count, 20);
    assert_int_equal(copy.items[19].operation, SX_OPERATION_REPLACE);
    assert_int_equal(copy.items[19].scope, SX_SCOPE_AGREED);
    assert_int_equal(copy.items[19].flags, SX_NODE_SECRET);
    assert_string_equal(copy.items[19].path, "/a:b");
    assert_string_equal(copy.items[19].value, "new");
    assert_string_equal(copy.items[19].old_value, "old");
    assert_string_equal(copy.items[19].after, "");
    assert_string_equal(copy.items[19].old_after, "/a:c");
    sx_change_list_clear(&copy);
    sx_change_list_clear(&copy);
}

static void test_fragments(void **state)
{
    struct sx_fragment_list list = {0}, copy = {0};
    struct sx_fragment fragment = {.scope = SX_SCOPE_PEER_SPECIFIC,
        .list = sx_strdup("/a:b/c"),
        .key = sx_strdup("[k='1']"),
        .body = NULL,
        .after = sx_strdup("[k='0']")};
    char *path;

    (void)state;
    sx_fragment_list_add(&list, fragment);
    sx_fragment_list_copy(&copy, &list.items[0]);
    sx_fragment_list_clear(&list);
    assert_int_equal(copy.items[0].scope, SX_SCOPE_PEER_SPECIFIC);
    assert_null(copy.items[0].body);
    assert_string_equal(copy.items[0].after, "[k='0']");
    path = sx_fragment_path(&copy.items[0]);
    assert_string_equal(path, "/a:b/c[k='1']");
    free(path);
    sx_fragment_list_clear(&copy);
    assert_int_equal(copy.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_fragments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
