// SPDX-License-Identifier: Apache-2.0
/* Which leafs are of iana-crypt-hash's type. */
#include "schema_impl.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_types(void **state)
{
    struct sx_schema *schema =
        sx_test_schema_of("import iana-crypt-hash { prefix ianach; }"
                          "typedef ours { type ianach:crypt-hash; }"
                          "typedef longer { type ours { length \"10..200\"; } }"
                          "leaf own { type ianach:crypt-hash; }"
                          "leaf-list several { type ianach:crypt-hash; }"
                          "leaf named { type ours; }"
                          "leaf narrowed { type longer; }"
                          "leaf text { type string; }"
                          "leaf dollar { type string { pattern '\\$.*'; } }"
                          "leaf number { type uint8; }"
                          "leaf either { type union { type ianach:crypt-hash; type uint8; } }"
                          "container c { leaf a { type string; } }");
    static const struct {
        const char *path;
        bool is;
    } table[] = {
        {"/made-up:own", true},
        {"/made-up:several", true},
        {"/made-up:named", true},
        {"/made-up:narrowed", true},
        {"/made-up:text", false},
        {"/made-up:dollar", false},
        {"/made-up:number", false},
        {"/made-up:either", false},
        {"/made-up:c", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (sx_schema_is_crypt_hash(sx_test_schema_node(schema, table[i].path)) != table[i].is)
            fail_msg("%s", table[i].path);
    sx_schema_free(schema);
}

static void test_without_the_module(void **state)
{
    struct sx_schema *schema = sx_test_schema("sextant-extensions", "iana-if-type", NULL);
    struct sx_schema *other = sx_test_schema("ietf-interfaces", NULL);

    (void)state;
    assert_null(ly_ctx_get_module_latest(sx_schema_context(other), "iana-crypt-hash"));
    assert_false(sx_schema_is_crypt_hash(
        sx_test_schema_node(other, "/ietf-interfaces:interfaces/interface/name")));
    sx_schema_free(schema);
    sx_schema_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_without_the_module),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
