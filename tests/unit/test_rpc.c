// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define BOOK \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>"
#define BOOK_END "</phone-book></call-control>"
#define MONITORING_NS "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
#define EDIT(store, options, config) \
    "<edit-config><target><" store "/></target>" options "<config>" config "</config></" \
    "edit-config>"
#define READ(store, filter) \
    "<get-config><source><" store "/></source><filter>" filter "</filter></get-config>"
#define OK "<ok/></rpc-reply>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

static void test_edit_running(void **state)
{
    expect(state,
        EDIT("running", "", BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END),
        OK);
    expect(state, READ("running", BOOK BOOK_END),
        "<data>" BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END "</data>");
    expect(state,
        EDIT("running", "<default-operation>none</default-operation>",
            BOOK "<entry xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                 "nc:operation=\"delete\"><name>anna</name></entry>" BOOK_END),
        OK);
    expect(state, READ("running", BOOK BOOK_END), "<data></data>");
    expect(state, EDIT("running", "", ""), OK);
}

static void test_edit_options(void **state)
{
    const char *filter = READ("running", BOOK BOOK_END);

    expect(state,
        EDIT("running", "<test-option>test-only</test-option>",
            BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END),
        OK);
    expect(state, filter, "<data></data>");
    expect(state,
        EDIT("running", "<error-option>stop-on-error</error-option>", CLUSTER "</cluster>"), OK);
    expect(state,
        EDIT("running", "<error-option>continue-on-error</error-option>", CLUSTER "</cluster>"),
        OK);
    expect(state, EDIT("running", "<error-option>pray</error-option>", ""), TAG("invalid-value"));
}

/* An edit that fails names the node and changes nothing. */
static void test_edit_fails(void **state)
{
    expect(state,
        EDIT("running", "",
            CLUSTER "<name>lab</name><configuration-primary>9"
                    "</configuration-primary></cluster>"),
        "<error-path xmlns:sxc=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
        "/sxc:cluster/sxc:configuration-primary</error-path>");
    expect(state, READ("running", CLUSTER "</cluster>"), "<data></data>");
    expect(state, EDIT("running", "", CLUSTER "<nothing/></cluster>"), TAG("unknown-element"));
    expect(state, EDIT("running", "", "<x xmlns=\"urn:x\"/>"), TAG("unknown-namespace"));
    expect(state, EDIT("running", "", "text"), "<rpc-error>");
    expect(state, EDIT("startup", "", ""), TAG("operation-not-supported"));
    expect(state, "<edit-config><target><running/></target><url>file:///x</url></edit-config>",
        TAG("operation-not-supported"));
    expect(state, "<edit-config><target><running/></target></edit-config>", TAG("missing-element"));
    expect(state, "<edit-config><config/></edit-config>", TAG("missing-element"));
}

static void test_secret_masks(void **state)
{
    const char *system = "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><snmp>"
                         "<v2c><community>";
    char edit[512], read[512];

    snprintf(edit, sizeof edit, EDIT("running", "", "%s%s%s"), system, "top-secret",
        "</community></v2c></snmp></system>");
    snprintf(read, sizeof read, READ("running", "%s%s"),
        "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"/>", "");
    expect(state, edit, OK);
    expect(state, read, "<community>********</community>");
    snprintf(edit, sizeof edit, EDIT("running", "", "%s%s%s"), system, "********",
        "</community></v2c></snmp></system>");
    expect(state, edit, TAG("invalid-value"));
    /* Where the type does not take the mask, too. */
    expect(state,
        EDIT("running", "",
            "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><authentication><user>"
            "<name>x</name><password>********</password></user></authentication></system>"),
        "stands in the place of a secret");
}

static void test_candidate(void **state)
{
    const char *entry = BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END;

    expect(state,
        EDIT("candidate", "", BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END),
        OK);
    expect(state, READ("candidate", BOOK BOOK_END), entry);
    expect(state, READ("running", BOOK BOOK_END), "<data></data>");
    expect(state, "<validate><source><candidate/></source></validate>", OK);
    expect(state, "<discard-changes/>", OK);
    expect(state, READ("candidate", BOOK BOOK_END), "<data></data>");
    expect(state,
        EDIT("candidate", "", BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END),
        OK);
    expect(state, "<commit/>", OK);
    expect(state, READ("running", BOOK BOOK_END), entry);
}

static void test_locks(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *other = ag_test_client_open(&session->server);

    expect(state, "<lock><target><running/></target></lock>", OK);
    ag_test_client_expect(other, "<lock><target><running/></target></lock>", TAG("lock-denied"));
    ag_test_client_expect(other, "<lock><target><running/></target></lock>",
        "<error-info><session-id>1</session-id></error-info>");
    ag_test_client_expect(
        other, EDIT("running", "", CLUSTER "<name>x</name></cluster>"), TAG("in-use"));
    expect(state, "<unlock><target><running/></target></unlock>", OK);
    expect(state, "<unlock><target><running/></target></unlock>", TAG("operation-failed"));
    expect(state, "<lock/>", TAG("missing-element"));
    ag_test_client_close(other);
}

/* The locks of a session that was killed are free with the reply. */
static void test_kill_session(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *other = ag_test_client_open(&session->server);

    ag_test_client_expect(other, "<lock><target><running/></target></lock>", OK);
    expect(state, "<kill-session><session-id>2</session-id></kill-session>", OK);
    expect(state, "<lock><target><running/></target></lock>", OK);
    assert_null(ag_test_client_read_chunks(other));
    expect(state, "<kill-session><session-id>1</session-id></kill-session>", TAG("invalid-value"));
    expect(state, "<kill-session><session-id>99</session-id></kill-session>", TAG("invalid-value"));
    expect(state, "<kill-session/>", TAG("missing-element"));
    ag_test_client_close(other);
}

static void test_get_schema(void **state)
{
#define SCHEMA(parameters) "<get-schema xmlns=\"" MONITORING_NS "\">" parameters "</get-schema>"
    expect(state, SCHEMA("<identifier>sextant-types</identifier>"), "module sextant-types {");
    expect(state, SCHEMA("<identifier>sextant-types</identifier><version>2026-11-21</version>"),
        "module sextant-types {");
    expect(state, SCHEMA("<identifier>sextant-types</identifier><format>yin</format>"),
        "&lt;module name=\"sextant-types\"");
    expect(state, SCHEMA("<identifier>sextant-types</identifier><version>2000-01-01</version>"),
        TAG("invalid-value"));
    expect(state, SCHEMA("<identifier>nobody</identifier>"), TAG("invalid-value"));
    expect(state, SCHEMA("<identifier>sextant-types</identifier><format>xsd</format>"),
        TAG("invalid-value"));
    expect(state, SCHEMA(""), TAG("missing-element"));
}

static void test_not_offered(void **state)
{
    expect(state, "<cancel-commit/>", TAG("operation-not-supported"));
    expect(state, "<commit><confirmed/></commit>", TAG("unknown-element"));
    expect(state, "<lock><target><running/></target><more/></lock>",
        "<error-info><bad-element>more</bad-element></error-info>");
    expect(state, "<x xmlns=\"urn:nobody\"/>",
        "<error-info><bad-element>x</bad-element><bad-namespace>urn:nobody</bad-namespace>"
        "</error-info>");
}

static void test_our_operations(void **state)
{
    struct ag_test_session *session = *state;

    expect(state, "<force-config-update xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"/>",
        "<rpc-error>");
    expect(state, "<restart xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"/>", OK);
    /* Once the reply is here, the restart follows. */
    for (unsigned i = 0; i < 2000 && atomic_load(&session->server.restarts) == 0; i++)
        expect(state, "<discard-changes/>", OK);
    assert_int_equal(atomic_load(&session->server.restarts), 1);
}

static void test_close_session(void **state)
{
    struct ag_test_session *session = *state;

    expect(state, "<close-session/>", OK);
    assert_null(ag_test_client_read_chunks(session->client));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_edit_running, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_edit_options, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_edit_fails, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_secret_masks, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_candidate, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_locks, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_kill_session, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_get_schema, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_not_offered, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_our_operations, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_close_session, ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
