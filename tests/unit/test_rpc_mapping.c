// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define CLUSTER "<cluster xmlns=\"" NS "\">"
#define EDIT(config) \
    "<edit-config><target><running/></target><config>" config "</config></edit-config>"
#define SUGGEST "<suggest-mappings xmlns=\"" NS "\"/>"
#define APPLY "<suggest-mappings xmlns=\"" NS "\"><apply/></suggest-mappings>"
#define OK "<ok/></rpc-reply>"
#define SUGGESTION(index, name, address, status) \
    "<suggestion xmlns=\"" NS "\"><index>" index "</index><fqdn>" name \
    "</fqdn><ip-address>" address "</ip-address><status>" status "</status></suggestion>"
#define MAPPINGS \
    "<get-config><source><running/></source><filter>" CLUSTER \
    "<address-mapping/></cluster></filter></get-config>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

/* A primary with peers 2, listed by a literal, and 3, by a name; neither is ever linked. */
static void form(void **state)
{
    struct ag_test_session *session = *state;

    expect(state,
        EDIT(CLUSTER "<name>lab.example.com</name><configuration-primary>1"
                     "</configuration-primary><peers><peer><index>1</index>"
                     "<address>127.0.0.31</address></peer></peers></cluster>"
                     "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\">"
                     "<hostname>a.example.com</hostname></system>"),
        OK);
    ag_test_client_close(session->client);
    ag_test_netconf_restart(&session->server);
    session->client = ag_test_client_open(&session->server);
    assert_non_null(session->client);
    expect(state,
        EDIT(CLUSTER "<peers><peer><index>2</index><address>127.0.0.32</address></peer>"
                     "<peer><index>3</index><address>c.example.com</address></peer></peers>"
                     "</cluster>"),
        OK);
}

static void without_a_cluster_there_is_nothing_to_map(void **state)
{
    expect(state, SUGGEST, "there is no list of peers in force");
}

static void what_is_not_known_is_not_made_up(void **state)
{
    form(state);
    expect(state, SUGGEST, SUGGESTION("1", "a.example.com", "127.0.0.31", "new"));
    expect(state, SUGGEST,
        "<suggestion xmlns=\"" NS "\"><index>2</index><ip-address>127.0.0.32</ip-address>"
        "<status>unknown</status></suggestion>");
    expect(state, SUGGEST,
        "<suggestion xmlns=\"" NS "\"><index>3</index><fqdn>c.example.com</fqdn>"
        "<status>unknown</status></suggestion>");
    expect(state, MAPPINGS, "<data></data>");
}

static void what_is_new_is_entered_and_nothing_else(void **state)
{
    form(state);
    expect(state, APPLY, SUGGESTION("1", "a.example.com", "127.0.0.31", "new"));
    expect(state, MAPPINGS,
        "<address-mapping><mapping><fqdn>a.example.com</fqdn><ip-address>127.0.0.31</ip-address>"
        "</mapping></address-mapping>");
    expect(state, SUGGEST, SUGGESTION("1", "a.example.com", "127.0.0.31", "present"));
    expect(state,
        EDIT(CLUSTER "<address-mapping><mapping><fqdn>a.example.com</fqdn>"
                     "<ip-address>127.0.0.99</ip-address></mapping></address-mapping></cluster>"),
        OK);
    expect(state, APPLY, SUGGESTION("1", "a.example.com", "127.0.0.31", "conflict"));
    expect(state, MAPPINGS, "<ip-address>127.0.0.99</ip-address></mapping></address-mapping>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_cluster_there_is_nothing_to_map,
            ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            what_is_not_known_is_not_made_up, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(what_is_new_is_entered_and_nothing_else,
            ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
