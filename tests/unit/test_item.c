// SPDX-License-Identifier: Apache-2.0
#include "item.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define TOP "sextant-call-control:call-control"
#define T "sextant-test:"

static int parse(void **state, const char *json, struct sx_error *err)
{
    struct lyd_node *node = NULL;
    int result = sx_item_parse(sx_schema_context(*state), NULL, json, &node, err);

    if (result == 0)
        lyd_free_siblings(node);
    return result;
}

static void a_whole_object_is_taken(void **state)
{
    struct sx_error err = {0};

    assert_int_equal(parse(state, "{\"" TOP "\":{\"sip\":{\"mode\":\"on\"}}}", &err), 0);
    assert_int_equal(parse(state, "{\"" TOP "\":{\"sip\":{\"mode\":\"on\"}}}\n ", &err), 0);
}

/* libyang alone takes the first three for nothing, and the fourth for its first part. */
static void a_part_or_more_than_one_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "{\"" TOP "\":",
        "{\"" TOP "\":{",
        "{\"" TOP "\":{\"sip\":{\"mode\":\"on\"}}} {}",
        "{\"" TOP "\":{\"sip\":{\"mode\":\"on\"}}",
        "{\"" TOP "\":{\"sip\":{\"mode\":\"on\"}}}x",
    };
    struct sx_error err = {0};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (parse(state, texts[i], &err) == 0)
            fail_msg("taken: %s", texts[i]);
}

static void what_the_schema_does_not_know_is_refused(void **state)
{
    struct sx_error err = {0};

    assert_int_equal(parse(state, "{\"" TOP "\":{\"nothing\":1}}", &err), -1);
    assert_int_equal(parse(state, "{\"" TOP "\":{\"sip\":{\"mode\":\"maybe\"}}}", &err), -1);
}

/* libyang alone takes all of these. */
static void what_is_given_twice_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"" T "top\":{\"plain\":\"a\",\"plain\":\"b\"}}",
        "{\"" T "top\":{\"colour\":[\"a\",\"b\",\"a\"]}}",
        "{\"" T "top\":{\"flag\":{},\"flag\":{}}}",
        "{\"" T "top\":{\"tcp-port\":1,\"udp-port\":2}}",
        "{\"" T "top\":{\"udp-flag\":[\"x\"],\"a1\":\"y\"}}",
        "{\"" T "top\":{\"b1\":\"x\",\"a2\":\"y\"}}",
        "{\"" T "lists\":{\"ordered\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]}}",
        "{\"" T "lists\":{\"ordered\":[{\"id\":\"a\",\"text\":\"1\",\"text\":\"2\"}]}}",
    };
    static const char good[] =
        "{\"" T "top\":{\"plain\":\"a\",\"colour\":[\"a\",\"b\"],\"a1\":\"x\","
        "\"a2\":\"y\",\"beside\":\"z\"},\"" T "lists\":{\"ordered\":["
        "{\"id\":\"a\"},{\"id\":\"b\"}]}}";
    struct sx_schema *schema = sx_test_schema("sextant-test", NULL);
    void *world = schema;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(parse(&world, good, &err), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (parse(&world, texts[i], &err) == 0)
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(err.code, SX_E_BAD_ELEMENT);
    }
    sx_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_object_is_taken),
        cmocka_unit_test(a_part_or_more_than_one_is_refused),
        cmocka_unit_test(what_the_schema_does_not_know_is_refused),
        cmocka_unit_test(what_is_given_twice_is_refused),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
