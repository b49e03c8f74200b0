// SPDX-License-Identifier: Apache-2.0
/* The schema's hash: equal where peers may replicate, and nowhere else. */
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void compare(struct sx_schema *one, struct sx_schema *other, bool equal)
{
    assert_int_equal(
        memcmp(sx_schema_hash(one), sx_schema_hash(other), SX_DIGEST_SIZE) == 0, equal);
    sx_schema_free(one);
    sx_schema_free(other);
}

static void test_modules(void **state)
{
    (void)state;
    /* The order of loading does not count. */
    compare(sx_test_schema("sextant-test", "ietf-interfaces", NULL),
        sx_test_schema("ietf-interfaces", "sextant-test", NULL), true);
    compare(sx_test_schema("sextant-test", "ietf-interfaces", NULL),
        sx_test_schema("sextant-test", NULL), false);
    compare(sx_test_schema("sextant-test", "ietf-interfaces", NULL),
        sx_test_schema("annotates", "ietf-interfaces", NULL), false);
    compare(sx_test_schema_of("revision 2026-01-01; leaf a { type string; }"),
        sx_test_schema_of("revision 2026-01-02; leaf a { type string; }"), false);
}

static void test_classes(void **state)
{
    static const char plain[] = "leaf a { type string; }";

    (void)state;
    compare(sx_test_schema_of(plain), sx_test_schema_of(plain), true);
    compare(sx_test_schema_of(plain),
        sx_test_schema_of("leaf a { type string; sx:scope \"replicated\"; }"), true);
    compare(sx_test_schema_of(plain),
        sx_test_schema_of("leaf a { type string; sx:scope \"agreed\"; }"), false);
    compare(
        sx_test_schema_of(plain), sx_test_schema_of("leaf a { type string; sx:secret; }"), false);
    compare(sx_test_schema_of(plain), sx_test_schema_of("leaf b { type string; }"), false);
    compare(sx_test_schema_of(plain),
        sx_test_schema_of("leaf a { type string; } leaf b { type string; }"), false);
}

static void test_features(void **state)
{
    (void)state;
    compare(sx_test_schema_of("feature f; leaf a { type string; }"),
        sx_test_schema_of("feature g; leaf a { type string; }"), false);
}

/* What a client may cache schemas by, as two systems whose rules are the same replicate. */
static void test_text(void **state)
{
    struct sx_schema *schema = sx_test_schema_of("leaf a { type string; }");
    char text[SX_SCHEMA_HASH_TEXT], byte[3];

    (void)state;
    sx_schema_hash_text(schema, text);
    assert_int_equal(strlen(text), SX_SCHEMA_HASH_TEXT - 1);
    for (size_t i = 0; i < strlen(text) / 2; i++) {
        snprintf(byte, sizeof byte, "%02x", sx_schema_hash(schema)[i]);
        assert_memory_equal(byte, text + 2 * i, 2);
    }
    sx_schema_free(schema);
}

/* Nodes of state are not replicated, and words are for people. */
static void test_what_does_not_count(void **state)
{
    (void)state;
    compare(sx_test_schema_of("leaf a { type string; }"),
        sx_test_schema_of("leaf a { type string; description \"A.\"; }"), true);
    compare(sx_test_schema_of("leaf a { type string; }"),
        sx_test_schema_of("leaf a { type string; } leaf s { config false; type string; }"), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modules),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_what_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
