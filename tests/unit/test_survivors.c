// SPDX-License-Identifier: Apache-2.0
#include "survivors.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct lysc_node *node_at(const struct sx_schema *schema, const char *path)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);

    assert_non_null(node);
    return node;
}

static void conditions_are_checked(void **state)
{
    static const char *const good[] = {"always", "never", "slot = 'a'", "slot='a'",
        " number = \"1\" or slot = 'it or not' ", "slot = '' or slot = '='"};
    static const char *const bad[] = {"", "sometimes", "slot", "slot =", "slot = a", "slot = 'a",
        "slot = 'a\"", "slot = 'a' or", "slot = 'a' and slot = 'b'", "slot = 'a' orslot = 'b'",
        "= 'a'", "speed = 'fast'", "slo = 'a'", "slott = 'a'", "slot != 'a'", "slot = 'a' x"};
    struct sx_schema *schema = sx_test_schema("acme-survivors", NULL);
    const struct lysc_node *list = node_at(schema, "/acme-survivors:device/ports/port");
    const struct lysc_node *leaf = node_at(schema, "/acme-survivors:device/serial");
    struct sx_error err;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (sx_survivors_check(list, good[i], "here", &err) < 0)
            fail_msg("%s: %s", good[i], err.message);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (sx_survivors_check(list, bad[i], "here", &err) == 0)
            fail_msg("%s is taken", bad[i]);
        assert_memory_equal(err.message, "here: ", 6);
    }
    assert_int_equal(sx_survivors_check(leaf, "always", "here", &err), 0);
    assert_int_equal(sx_survivors_check(leaf, "slot = 'a'", "here", &err), -1);
    sx_schema_free(schema);
}

static void entries_are_told_by_their_keys(void **state)
{
    static const struct {
        const char *condition;
        bool holds;
    } cases[] = {{"slot = 'a'", true}, {"slot = 'ab'", false}, {"slot = ''", false},
        {"number = '7'", true}, {"number = '70'", false}, {"slot = 'b' or number = '7'", true},
        {"slot = 'b' or number = '8'", false}};
    struct sx_schema *schema = sx_test_schema("acme-survivors", NULL);
    struct lyd_node *tree = NULL, *entry = NULL;

    (void)state;
    assert_int_equal(lyd_new_path2(NULL, sx_schema_context(schema),
                         "/acme-survivors:device/ports/port[slot='a'][number='7']", NULL, 0, 0, 0,
                         &tree, &entry),
        LY_SUCCESS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sx_survivors_hold(cases[i].condition, entry) != cases[i].holds)
            fail_msg("%s", cases[i].condition);
    lyd_free_all(tree);
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_checked),
        cmocka_unit_test(entries_are_told_by_their_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
