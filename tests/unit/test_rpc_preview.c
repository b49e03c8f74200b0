// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define CLUSTER "<cluster xmlns=\"" NS "\">"
#define PREVIEW "<preview-config-update xmlns=\"" NS "\"/>"
#define EDIT(config) \
    "<edit-config><target><running/></target><config>" config "</config></edit-config>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

/* What an operator sees who runs it in the wrong place; nobody waits for an answer then. */
static void it_is_refused_at_once_where_it_makes_no_sense(void **state)
{
    struct ag_test_session *session = *state;

    expect(state, PREVIEW, "this system is stand-alone and has no configuration primary");
    expect(state,
        EDIT(CLUSTER "<configuration-primary>2</configuration-primary><peers><peer>"
                     "<index>1</index><address>127.0.0.31</address></peer><peer>"
                     "<index>2</index><address>127.0.0.32</address></peer></peers></cluster>"),
        "<ok/></rpc-reply>");
    ag_test_client_close(session->client);
    ag_test_netconf_restart(&session->server);
    session->client = ag_test_client_open(&session->server);
    assert_non_null(session->client);
    expect(state, PREVIEW, "the primary, peer 2 (127.0.0.32), cannot be asked: there is no link");
    expect(state, EDIT(CLUSTER "<configuration-primary>1</configuration-primary></cluster>"),
        "<ok/></rpc-reply>");
    expect(state, PREVIEW, "this system is the configuration primary");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_refused_at_once_where_it_makes_no_sense,
            ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
