// SPDX-License-Identifier: Apache-2.0
#include "netconf/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BASE "urn:ietf:params:xml:ns:netconf:base:1.0"
#define END "]]>]]>"
#define RPC(body) "<rpc xmlns=\"" BASE "\" message-id=\"1\">" body "</rpc>" END
#define EDIT(config) \
    RPC("<edit-config><target><running/></target><config>" config "</config></edit-config>")

static int setup(void **state)
{
    static const char hello[] =
        "<hello xmlns=\"" BASE "\"><capabilities><capability>urn:ietf:params:netconf:base:1.0"
        "</capability></capabilities></hello>" END;
    struct ag_guard *guard = ag_guard_new();
    struct ag_guard_message message;
    struct sx_error err;

    ag_guard_feed(guard, hello, sizeof hello - 1);
    *state = guard;
    return ag_guard_next(guard, &message, &err) == 1 ? 0 : -1;
}

static int teardown(void **state)
{
    ag_guard_free(*state);
    return 0;
}

static int judge(struct ag_guard *guard, const char *message, struct sx_error *err)
{
    struct ag_guard_message taken;

    ag_guard_feed(guard, message, strlen(message));
    return ag_guard_next(guard, &taken, err);
}

/* Inside of <config>, each attribute must have a namespace; elsewhere none needs one. */
static void test_attributes_that_pass(void **state)
{
    static const char *const fine[] = {
        EDIT("<x xmlns=\"urn:x\" xmlns:a=\"urn:a\" a:b=\"1\" xml:lang=\"en\"/>"),
        EDIT("<x><y>operation=\"delete\"</y><!-- z=\"1\" --></x>"),
        RPC("<get><filter type=\"subtree\"><x y=\"1\"><z a=\"2\"/></x></filter></get>"),
        RPC("<edit-config><other><x y=\"1\"/></other><config><x/></config></edit-config>"),
        RPC("<edit-config xmlns=\"urn:x\"><config><x y=\"1\"/></config></edit-config>"),
    };
    struct sx_error err;

    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_int_equal(judge(*state, fine[i], &err), 1);
}

static void test_attributes_without_namespace(void **state)
{
    static const struct {
        const char *message, *element, *attribute;
    } wrong[] = {
        {EDIT("<x operation=\"delete\"/>"), "x", "operation"},
        {EDIT("<a:x xmlns:a=\"urn:a\"><a:y a:k=\"\" insert=\"first\" z=\"\"/></a:x>"), "y",
            "insert"},
        {EDIT("<x/><y><z><w key='1'>text</w></z></y>"), "w", "key"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sx_error err;

        assert_int_equal(judge(*state, wrong[i].message, &err), 2);
        assert_int_equal(err.code, SX_E_UNKNOWN_ATTRIBUTE);
        assert_string_equal(err.element, wrong[i].element);
        assert_string_equal(err.detail, wrong[i].attribute);
        assert_non_null(strstr(err.message, wrong[i].attribute));
        /* The session goes on, and the next message is looked at anew. */
        assert_int_equal(judge(*state, EDIT("<x/>"), &err), 1);
    }
}

static void test_long_names_are_cut(void **state)
{
    char message[1024];
    char name[201] = {0};
    struct sx_error err;

    memset(name, 'n', sizeof name - 1);
    snprintf(message, sizeof message, EDIT("<%s %s=\"1\"/>"), name, name);
    assert_int_equal(judge(*state, message, &err), 2);
    assert_int_equal(strlen(err.element), 63);
    assert_int_equal(strlen(err.detail), 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_attributes_that_pass, setup, teardown),
        cmocka_unit_test_setup_teardown(test_attributes_without_namespace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_names_are_cut, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
