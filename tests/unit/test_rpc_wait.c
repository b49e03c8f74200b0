// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"
#include "netconf/server.h"

#include "test_netconf.h"
#include "test_schema.h"
#include "waiters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define WAIT(who, more) \
    "<wait xmlns=\"urn:sextant:params:xml:ns:yang:sextant-netconf\"><for>" who "</for>" more \
    "</wait>"
#define ENTRY(name) \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>" \
    "<entry><name>" name "</name><number>1</number></entry></phone-book></call-control>"
#define EDIT(store, options, config, wait) \
    "<edit-config><target><" store "/></target>" options "<config>" config "</config>" wait \
    "</edit-config>"
#define READ(name) \
    "<get-config><source><running/></source><filter>" ENTRY(name) "</filter></get-config>"
#define OK "<ok/></rpc-reply>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"
/** The answer to a wait in vain for the only other peer. */
#define NOT_YET(revision) \
    "<committed xmlns=\"urn:sextant:params:xml:ns:yang:sextant-netconf\">" \
    "<app-tag>not-yet-on-peers</app-tag>" \
    "<message>committed as revision " revision ", not yet on 127.0.0.32</message>" \
    "<revision>" revision "</revision><not-yet-on>127.0.0.32</not-yet-on></committed></rpc-reply>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

static void test_alone_nobody_is_waited_for(void **state)
{
    expect(state, EDIT("running", "", ENTRY("anna"), WAIT("majority", "")), OK);
    expect(state, EDIT("candidate", "", ENTRY("bert"), ""), OK);
    expect(state, "<commit>" WAIT("all", "<timeout>300</timeout>") "</commit>", OK);
    expect(state, READ("bert"), "<name>bert</name>");
}

static void test_parameters(void **state)
{
    expect(state, EDIT("running", "", ENTRY("anna"), WAIT("all", "<timeout>301</timeout>")),
        "A client can wait 1 to 300 seconds for peers.");
    expect(state, EDIT("running", "", ENTRY("anna"), WAIT("some", "")), TAG("invalid-value"));
    expect(state,
        EDIT("running", "", ENTRY("anna"),
            "<wait xmlns=\"urn:sextant:params:xml:ns:yang:sextant-netconf\"/>"),
        TAG("missing-element"));
    expect(
        state, EDIT("candidate", "", ENTRY("anna"), WAIT("all", "")), "wait at its &lt;commit&gt;");
    expect(state, READ("anna"), "<data></data>");
}

/* The system becomes the primary of a cluster of two, whose other peer is never there. */
static void form(void **state)
{
    struct ag_test_session *session = *state;

    expect(state,
        EDIT("running", "",
            CLUSTER "<name>lab.example.com</name><configuration-primary>1</configuration-primary>"
                    "<peers><peer><index>1</index><address>127.0.0.31</address></peer></peers>"
                    "</cluster>",
            ""),
        OK);
    ag_test_client_close(session->client);
    ag_test_netconf_restart(&session->server);
    session->client = ag_test_client_open(&session->server);
    assert_non_null(session->client);
    expect(state,
        EDIT("running", "",
            CLUSTER "<peers><peer><index>2</index><address>127.0.0.32</address></peer></peers>"
                    "</cluster>",
            ""),
        OK);
}

static void test_time_out_is_a_success(void **state)
{
    form(state);
    expect(state, EDIT("running", "", ENTRY("anna"), WAIT("majority", "<timeout>1</timeout>")),
        NOT_YET("1"));
    expect(state, READ("anna"), "<name>anna</name>");
    expect(state, EDIT("candidate", "", ENTRY("bert"), ""), OK);
    expect(state, "<commit>" WAIT("majority", "<timeout>1</timeout>") "</commit>", NOT_YET("2"));
    expect(state, READ("bert"), "<name>bert</name>");
    /* It is not linked, so it is none of all. */
    expect(state, EDIT("running", "", ENTRY("carl"), WAIT("all", "<timeout>300</timeout>")), OK);
    expect(state,
        EDIT("running", "<test-option>test-only</test-option>", ENTRY("dora"),
            WAIT("majority", "<timeout>300</timeout>")),
        OK);
    /* What is refused is refused at once. */
    expect(state,
        EDIT("running", "", CLUSTER "<configuration-primary>9</configuration-primary></cluster>",
            WAIT("majority", "<timeout>300</timeout>")),
        TAG("invalid-value"));
}

static void flush(void *context)
{
    struct ag_test_session *session = context;

    ag_netconf_flush(session->server.netconf, (void (*)(void *))ag_loop_stop, session->server.loop);
}

static void wait_for_waiter(struct ag_test_session *session)
{
    struct ag_host *host = session->server.host;
    bool waits = false;

    while (!waits) {
        pthread_mutex_lock(&host->status_lock);
        waits = host->waiters > 0 && sx_history_revision(&host->status.history) > 0;
        pthread_mutex_unlock(&host->status_lock);
        sched_yield();
    }
}

static void test_others_work_meanwhile_and_a_restart_ends_the_wait(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *other;
    char *reply;

    form(state);
    ag_test_client_send_chunk(session->client,
        "<rpc xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"9\">" EDIT(
            "running", "", ENTRY("anna"), WAIT("majority", "<timeout>300</timeout>")) "</rpc>");
    wait_for_waiter(session);
    other = ag_test_client_open(&session->server);
    assert_non_null(other);
    ag_test_client_expect(other, EDIT("running", "", ENTRY("bert"), ""), OK);
    ag_test_client_expect(other, READ("anna"), "<name>anna</name>");
    ag_test_client_close(other);
    ag_test_netconf_in_loop(&session->server, flush, session);
    reply = ag_test_client_read_chunks(session->client);
    assert_non_null(reply);
    assert_non_null(strstr(reply, NOT_YET("1")));
    free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_alone_nobody_is_waited_for, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_parameters, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_time_out_is_a_success, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(test_others_work_meanwhile_and_a_restart_ends_the_wait,
            ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
