// SPDX-License-Identifier: Apache-2.0
#include "netconf/errors.h"

#include "sextant/schema.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text of an error with this code, path and info. */
static char *text_of(
    void **state, enum sx_error_code code, const char *path, const struct ag_error_info *info)
{
    struct sx_error err = {0};

    sx_error_set(&err, code, "why <%d>", 1);
    sx_error_at(&err, path);
    return ag_error_xml(sx_schema_context(*state), &err, info);
}

static void expect_part(char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("%s is not in %s", part, text);
    free(text);
}

static void test_whole(void **state)
{
    struct sx_error err = {0};
    char *text;

    sx_error_set(&err, SX_E_OPERATION_FAILED, "two peers \"a\" & more");
    sx_error_at(&err, "/sextant-cluster:cluster/peers/peer[index='2']/address");
    sx_error_tag(&err, "peer-repeated");
    text = ag_error_xml(sx_schema_context(*state), &err, NULL);
    assert_string_equal(text,
        "<rpc-error><error-type>application</error-type><error-tag>operation-failed</error-tag>"
        "<error-severity>error</error-severity><error-app-tag>peer-repeated</error-app-tag>"
        "<error-path xmlns:sxc=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
        "/sxc:cluster/sxc:peers/sxc:peer[sxc:index='2']/sxc:address</error-path>"
        "<error-message xml:lang=\"en\">two peers &quot;a&quot; &amp; more</error-message>"
        "</rpc-error>");
    free(text);
}

static void test_tags(void **state)
{
    static const struct {
        enum sx_error_code code;
        const char *tag;
    } table[] = {
        {SX_E_INVALID_VALUE, "invalid-value"},
        {SX_E_MISSING_ATTRIBUTE, "missing-attribute"},
        {SX_E_BAD_ATTRIBUTE, "bad-attribute"},
        {SX_E_UNKNOWN_ATTRIBUTE, "unknown-attribute"},
        {SX_E_MISSING_ELEMENT, "missing-element"},
        {SX_E_BAD_ELEMENT, "bad-element"},
        {SX_E_UNKNOWN_ELEMENT, "unknown-element"},
        {SX_E_UNKNOWN_NAMESPACE, "unknown-namespace"},
        {SX_E_ACCESS_DENIED, "access-denied"},
        {SX_E_LOCK_DENIED, "lock-denied"},
        {SX_E_IN_USE, "in-use"},
        {SX_E_RESOURCE_DENIED, "resource-denied"},
        {SX_E_DATA_EXISTS, "data-exists"},
        {SX_E_DATA_MISSING, "data-missing"},
        {SX_E_OPERATION_NOT_SUPPORTED, "operation-not-supported"},
        {SX_E_OPERATION_FAILED, "operation-failed"},
        {SX_E_MALFORMED_MESSAGE, "malformed-message"},
        {SX_E_TOO_BIG, "too-big"},
        {SX_E_STORE, "operation-failed"},
        {SX_E_INTERNAL, "operation-failed"},
        {(enum sx_error_code)999, "operation-failed"},
    };
    char tag[64];

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(tag, sizeof tag, "<error-tag>%s</error-tag>", table[i].tag);
        expect_part(text_of(state, table[i].code, "", NULL), tag);
    }
}

static void test_info(void **state)
{
    struct ag_error_info lock = {.lock_holder = 12},
                         named = {.element = "x", .name_space = "urn:x"};
    struct ag_error_info attribute = {.attribute = "message-id", .element = "rpc"};

    expect_part(text_of(state, SX_E_LOCK_DENIED, "", &lock),
        "<error-info><session-id>12</session-id></error-info>");
    expect_part(text_of(state, SX_E_LOCK_DENIED, "", NULL), "<session-id>0</session-id>");
    expect_part(text_of(state, SX_E_MISSING_ATTRIBUTE, "", &attribute),
        "<error-info><bad-attribute>message-id</bad-attribute><bad-element>rpc</bad-element>"
        "</error-info>");
    expect_part(text_of(state, SX_E_UNKNOWN_NAMESPACE, "", &named),
        "<error-info><bad-element>x</bad-element><bad-namespace>urn:x</bad-namespace>"
        "</error-info>");
    /* The element is the last one of the path, whatever its predicates hold. */
    expect_part(text_of(state, SX_E_UNKNOWN_ELEMENT,
                    "/sextant-cluster:cluster/peers/peer[index='a/b:c']/zone", NULL),
        "<bad-element>zone</bad-element>");
    expect_part(text_of(state, SX_E_MISSING_ELEMENT, "/ietf-system:system/x[n='a]/b']", NULL),
        "<bad-element>x</bad-element>");
}

/* What the engine names beside the path. */
static void test_named_by_the_error(void **state)
{
    struct sx_error err = {0};

    sx_error_set(&err, SX_E_UNKNOWN_NAMESPACE, "x");
    sx_error_at(&err, "/sextant-cluster:cluster");
    sx_error_element(&err, "thing", "urn:thing");
    expect_part(ag_error_xml(sx_schema_context(*state), &err, NULL),
        "<error-info><bad-element>thing</bad-element><bad-namespace>urn:thing</bad-namespace>"
        "</error-info>");
    sx_error_set(&err, SX_E_UNKNOWN_ATTRIBUTE, "x");
    sx_error_element(&err, "entry", "insert");
    expect_part(ag_error_xml(sx_schema_context(*state), &err, NULL),
        "<error-info><bad-attribute>insert</bad-attribute><bad-element>entry</bad-element>"
        "</error-info>");
    /* A new error names nothing of the one before. */
    sx_error_set(&err, SX_E_UNKNOWN_ELEMENT, "x");
    sx_error_at(&err, "/sextant-cluster:cluster");
    expect_part(
        ag_error_xml(sx_schema_context(*state), &err, NULL), "<bad-element>cluster</bad-element>");
}

static void test_paths(void **state)
{
    /* Another module on the way; values are left alone but for XML. */
    expect_part(text_of(state, SX_E_INVALID_VALUE,
                    "/ietf-interfaces:interfaces/interface[name='a<b']/ietf-ip:ipv4/mtu", NULL),
        "<error-path xmlns:if=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\" "
        "xmlns:ip=\"urn:ietf:params:xml:ns:yang:ietf-ip\">/if:interfaces/"
        "if:interface[if:name='a&lt;b']/ip:ipv4/ip:mtu</error-path>");
    expect_part(text_of(state, SX_E_INVALID_VALUE,
                    "/sextant-cluster:cluster/warnings[.='x']/peers[3]", NULL),
        "/sxc:cluster/sxc:warnings[.='x']/sxc:peers[3]<");
    expect_part(text_of(state, SX_E_INVALID_VALUE, "/nobody:knows/this", NULL),
        "<error-path>/nobody:knows/this</error-path>");
    /* A path that was cut. */
    expect_part(
        text_of(state, SX_E_INVALID_VALUE, "/sextant-cluster:cluster/peers/peer[index='", NULL),
        "sxc:peer[sxc:index='</error-path>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_named_by_the_error),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
