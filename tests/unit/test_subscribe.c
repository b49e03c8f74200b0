// SPDX-License-Identifier: Apache-2.0
#include "netconf/request.h"
#include "netconf/subscribe.h"
#include "netconf/subscription.h"
#include "sextant/memory.h"
#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SUBSCRIBE(inner) \
    "<create-subscription xmlns=\"" AG_NOTIFICATION_NS "\">" inner "</create-subscription>"
#define OK "<ok/></rpc-reply>"
#define ERROR(type, tag) "<error-type>" type "</error-type><error-tag>" tag "</error-tag>"
#define START "<startTime>2026-11-21T18:00:00Z</startTime>"
#define STOP "<stopTime>2026-11-21T19:00:00Z</stopTime>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

static void test_refusals(void **state)
{
    expect(state, SUBSCRIBE("<stream>SNMP</stream>"), ERROR("application", "invalid-value"));
    expect(state, SUBSCRIBE("<stream>SNMP</stream>"), "no stream &quot;SNMP&quot;");
    expect(state, SUBSCRIBE(START), ERROR("protocol", "operation-failed"));
    expect(state, SUBSCRIBE(START STOP), ERROR("protocol", "operation-failed"));
    expect(state, SUBSCRIBE(STOP), ERROR("protocol", "missing-element"));
    expect(state, SUBSCRIBE(STOP),
        "<error-info><bad-element>startTime</bad-element></error-info></rpc-error>");
    expect(state, SUBSCRIBE("<stream>NETCONF</stream><stream>NETCONF</stream>"),
        "<bad-element>stream</bad-element>");
    expect(state, SUBSCRIBE("<replay/>"), "<error-tag>unknown-element</error-tag>");
    expect(state, SUBSCRIBE("<filter type=\"regex\"/>"), "<error-tag>");
    expect(state, SUBSCRIBE("<filter type=\"xpath\"/>"), "<bad-attribute>select</bad-attribute>");
    expect(state, SUBSCRIBE("<filter type=\"xpath\" select=\"1 mod 0\"/>"),
        "<error-tag>invalid-value</error-tag>");
    expect(state, SUBSCRIBE("<filter type=\"xpath\" select=\"/x:y\"/>"), "<rpc-error>");
    expect(state, "<create-subscription/>", "<error-tag>operation-not-supported</error-tag>");
    /* None of these subscribed. */
    expect(state, SUBSCRIBE("<stream>NETCONF</stream>"), OK);
    expect(state, SUBSCRIBE(""), ERROR("application", "operation-failed"));
    expect(state, SUBSCRIBE(""), "the session has a subscription");
}

static void test_too_big(void **state)
{
    char *operation =
        sx_format(SUBSCRIBE("<filter><a>%*s</a></filter>"), (int)AG_SUBSCRIPTION_REQUEST_MAX, "");

    expect(state, operation, ERROR("application", "too-big"));
    free(operation);
    expect(state, SUBSCRIBE(""), OK);
}

static void test_offered(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *client = ag_test_client_connect(&session->server);
    char *hello = ag_test_client_read_mark(client);

    assert_non_null(strstr(hello, "urn:ietf:params:netconf:capability:notification:1.0<"));
    assert_non_null(strstr(hello, "urn:ietf:params:netconf:capability:interleave:1.0<"));
    free(hello);
    ag_test_client_close(client);
    expect(state,
        "<get><filter><netconf xmlns=\"urn:ietf:params:xml:ns:netmod:notification\"/></filter>"
        "</get>",
        "<streams><stream><name>NETCONF</name><description>");
    expect(state,
        "<get><filter><netconf xmlns=\"urn:ietf:params:xml:ns:netmod:notification\"/></filter>"
        "</get>",
        "<replaySupport>false</replaySupport></stream></streams></netconf></data>");
}

/* Framing of base:1.0, and no <notification> before the <ok/>. */
static void test_end_of_message(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *client = ag_test_client_connect(&session->server), *other;
    char *text;

    free(ag_test_client_read_mark(client));
    ag_test_client_send(client,
        "<hello xmlns=\"" AG_BASE_NS "\"><capabilities><capability>"
        "urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>]]>]]>"
        "<rpc xmlns=\"" AG_BASE_NS "\" message-id=\"5\">" SUBSCRIBE("") "</rpc>]]>]]>");
    text = ag_test_client_read_mark(client);
    assert_string_equal(
        text, "<rpc-reply xmlns=\"" AG_BASE_NS "\" message-id=\"5\"><ok/></rpc-reply>");
    free(text);
    other = ag_test_client_open(&session->server);
    text = ag_test_client_read_mark(client);
    assert_memory_equal(text, "<notification ", 14);
    assert_non_null(strstr(text, "</netconf-session-start></notification>"));
    ag_test_client_close(other);
    /* The start of the test's own session may be told late, and comes before. */
    do {
        free(text);
        text = ag_test_client_read_mark(client);
    } while (strstr(text, "</netconf-session-start></notification>"));
    assert_non_null(strstr(text, "</netconf-session-end></notification>"));
    free(text);
    ag_test_client_close(client);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, ag_test_session_setup, ag_test_session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_refusals),
        TEST(test_too_big),
        TEST(test_offered),
        TEST(test_end_of_message),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
