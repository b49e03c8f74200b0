// SPDX-License-Identifier: Apache-2.0
#include "netconf/event_stream.h"

#include "netconf/request.h"
#include "netconf/subscription.h"
#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SUBSCRIBE(inner) \
    "<create-subscription xmlns=\"" AG_NOTIFICATION_NS "\">" inner "</create-subscription>"
#define OK "<ok/></rpc-reply>"
#define ALARMS \
    "<filter><alarm-notification xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\"/></filter>"
#define CHANGES \
    "<filter><netconf-config-change xmlns=\"" \
    "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications\"/></filter>"
#define CALL_CONTROL "urn:sextant:params:xml:ns:yang:sextant-call-control"
#define EDIT(name) \
    "<edit-config><target><running/></target><config><call-control xmlns=\"" CALL_CONTROL "\">" \
    "<phone-book><entry><name>" name "</name><number>1</number></entry></phone-book>" \
    "</call-control></config></edit-config>"
/** More notifications than the transport, the sockets and the queue of a session hold. */
#define FLOOD 20000

static void tell_alarm(struct ag_test_netconf *server, uint64_t sequence)
{
    struct sx_event event = {.type = SX_EVENT_TICK};
    struct sx_update update = {0};
    struct sx_action *action = sx_update_add(&update, SX_ACTION_ALARM, NULL);

    action->alarm.event.id = 20004;
    action->alarm.event.raised = true;
    snprintf(action->alarm.event.text, sizeof action->alarm.event.text, "event %llu",
        (unsigned long long)sequence);
    ag_event_stream_step(server->netconf, &event, &update);
    sx_update_clear(&update);
}

static void expect_next(struct ag_test_client *client, const char *part)
{
    char *text = ag_test_client_read_chunks(client);

    assert_non_null(text);
    assert_non_null(strstr(text, "<notification xmlns=\"" AG_NOTIFICATION_NS "\"><eventTime>"));
    if (!strstr(text, part))
        fail_msg("%s is not in %s", part, text);
    free(text);
}

/* A session of its own that is subscribed. */
static struct ag_test_client *subscriber(struct ag_test_netconf *server, const char *operation)
{
    struct ag_test_client *client = ag_test_client_open(server);

    ag_test_client_expect(client, operation, OK);
    return client;
}

static void test_changes_and_sessions(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *other;
    char *text;

    ag_test_client_expect(session->client, EDIT("before"), OK);
    ag_test_client_expect(session->client, SUBSCRIBE(""), OK);
    other = ag_test_client_open(&session->server);
    expect_next(session->client,
        "ietf-netconf-notifications\"><username>admin</username><session-id>2</session-id>"
        "<source-host>127.0.0.1</source-host></netconf-session-start>");
    ag_test_client_expect(other, EDIT("anna"), OK);
    expect_next(session->client,
        "<changed-by><username>admin</username><session-id>2</session-id>"
        "<source-host>127.0.0.1</source-host></changed-by><datastore>running</datastore><edit>"
        "<target xmlns:sxcc=\"" CALL_CONTROL "\">/sxcc:call-control</target>"
        "<operation>merge</operation></edit></netconf-config-change>");
    /* What changes nothing is none, nor is an edit of the candidate or one that is refused. */
    ag_test_client_expect(other, EDIT("anna"), OK);
    ag_test_client_expect(
        other, "<edit-config><target><candidate/></target><config/></edit-config>", OK);
    ag_test_client_expect(other,
        "<edit-config><target><running/></target><config><nothing "
        "xmlns=\"urn:x\"/></config></edit-config>",
        "<rpc-error>");
    ag_test_client_expect(other, "<close-session/>", OK);
    expect_next(session->client,
        "<session-id>2</session-id><source-host>127.0.0.1</source-host>"
        "<termination-reason>closed</termination-reason></netconf-session-end>");
    ag_test_client_close(other);
    other = ag_test_client_open(&session->server);
    expect_next(session->client, "<session-id>3</session-id>");
    ag_test_client_close(other);
    expect_next(session->client, "<termination-reason>dropped</termination-reason>");
    /* Requests are answered in between. */
    text = ag_test_client_rpc(session->client, EDIT("bert"));
    assert_non_null(strstr(text, OK));
    free(text);
    expect_next(session->client, "<session-id>1</session-id>");
    ag_test_client_expect(session->client,
        "<get><filter><netconf-state><statistics/></netconf-state></filter></get>",
        "<out-notifications>6</out-notifications>");
}

static void test_filters(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *changes = subscriber(&session->server, SUBSCRIBE(CHANGES));
    struct ag_test_client *alarms = subscriber(&session->server, SUBSCRIBE(ALARMS));

    tell_alarm(&session->server, 1);
    ag_test_client_expect(session->client, EDIT("anna"), OK);
    tell_alarm(&session->server, 2);
    expect_next(alarms, "<alarm-text>event 1</alarm-text>");
    expect_next(alarms, "<alarm-text>event 2</alarm-text>");
    expect_next(changes, "</netconf-config-change></notification>");
    ag_test_client_expect(session->client, EDIT("bert"), OK);
    expect_next(changes, "</netconf-config-change></notification>");
    ag_test_client_close(changes);
    ag_test_client_close(alarms);
}

static void test_kill(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *killed, *watcher;

    killed = subscriber(&session->server, SUBSCRIBE(ALARMS));
    watcher = subscriber(&session->server, SUBSCRIBE(""));
    tell_alarm(&session->server, 1);
    expect_next(killed, "event 1");
    expect_next(watcher, "event 1");
    ag_test_client_expect(
        session->client, "<kill-session><session-id>2</session-id></kill-session>", OK);
    assert_null(ag_test_client_read_chunks(killed));
    expect_next(watcher, "<killed-by>1</killed-by><termination-reason>killed");
    ag_test_client_close(killed);
    tell_alarm(&session->server, 2);
    expect_next(watcher, "event 2");
    ag_test_client_close(watcher);
}

/* Who does not read is cut off; others have everything, in order. */
static void test_slow_subscriber(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *slow = subscriber(&session->server, SUBSCRIBE(ALARMS));
    struct ag_test_client *watcher = subscriber(
        &session->server, SUBSCRIBE("<filter><netconf-session-end xmlns=\""
                                    "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications\"/>"
                                    "</filter>"));
    struct ag_netconf *netconf = session->server.netconf;
    uint64_t told = 0;

    while (told < FLOOD && atomic_load(&netconf->dropped_sessions) == 0) {
        /* The watcher has its time: its thread is to throw away what it does not want. */
        if (++told % 100 == 0)
            ag_test_client_expect(watcher, "<discard-changes/>", OK);
        tell_alarm(&session->server, told);
    }
    assert_in_range(told, AG_SUBSCRIPTION_EVENTS_MAX, FLOOD - 1);
    expect_next(watcher, "<session-id>2</session-id><source-host>127.0.0.1</source-host>"
                         "<termination-reason>other</termination-reason>");
    tell_alarm(&session->server, told + 1);
    ag_test_client_expect(session->client, "<discard-changes/>", OK);
    ag_test_client_close(slow);
    ag_test_client_close(watcher);
}

static void test_nobody(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *client = subscriber(&session->server, SUBSCRIBE(""));

    ag_test_client_expect(client, "<close-session/>", OK);
    assert_null(ag_test_client_read_chunks(client));
    ag_test_client_close(client);
    ag_test_client_expect(session->client, "<discard-changes/>", OK);
    tell_alarm(&session->server, 1);
    assert_int_equal(atomic_load(&session->server.netconf->subscribers), 0);
    ag_test_client_expect(session->client,
        "<get><filter><netconf-state><statistics/></netconf-state></filter></get>",
        "<out-notifications>0</out-notifications>");
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, ag_test_session_setup, ag_test_session_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_changes_and_sessions),
        TEST(test_filters),
        TEST(test_kill),
        TEST(test_slow_subscriber),
        TEST(test_nobody),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
