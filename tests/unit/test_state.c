// SPDX-License-Identifier: Apache-2.0
#include "netconf/state.h"

#include "netconf/request.h"
#include "test_netconf.h"
#include "test_schema.h"
#include "test_tree.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A cluster of one, and then a peer that cannot be reached: state in entries, and alarms. */
static void form_cluster(struct ag_test_session *session)
{
    ag_test_client_expect(session->client,
        "<edit-config><target><running/></target><config>"
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><name>lab.example</name>"
        "<configuration-primary>1</configuration-primary><peers>"
        "<peer><index>1</index><address>127.0.0.31</address></peer>"
        "</peers></cluster></config></edit-config>",
        "<ok/>");
    ag_test_client_close(session->client);
    ag_test_netconf_restart(&session->server);
    session->client = ag_test_client_open(&session->server);
    ag_test_client_expect(session->client,
        "<edit-config><target><running/></target><config>"
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><name>new.example</name>"
        "<peers><peer><index>2</index><address>127.0.0.32</address></peer>"
        "</peers></cluster></config></edit-config>",
        "<ok/>");
}

/* The content of <data> of a reply, parsed and validated as a datastore's content with state. */
static struct lyd_node *data_of(struct ag_test_session *session, const char *operation)
{
    char *reply = ag_test_client_rpc(session->client, operation);
    char *start = reply ? strstr(reply, "<data>") : NULL;
    char *end = reply ? strstr(reply, "</data></rpc-reply>") : NULL;
    struct lyd_node *tree = NULL;

    if (!start || !end)
        fail_msg("%s", reply ? reply : "no reply");
    *end = '\0';
    if (lyd_parse_data_mem(sx_schema_context(session->server.schema), start + strlen("<data>"),
            LYD_XML, LYD_PARSE_STRICT, LYD_VALIDATE_PRESENT, &tree) != LY_SUCCESS)
        fail_msg("%s at %s", ly_errmsg(sx_schema_context(session->server.schema)),
            ly_errpath(sx_schema_context(session->server.schema)));
    free(reply);
    return tree;
}

static size_t count(const struct lyd_node *tree, const char *xpath)
{
    struct ly_set *set = NULL;
    size_t found;

    assert_int_equal(lyd_find_xpath(tree, xpath, &set), LY_SUCCESS);
    found = set->count;
    ly_set_free(set, NULL);
    return found;
}

/* Everything that <get> shows fits the schema. */
static void test_whole(void **state)
{
    struct lyd_node *tree;

    form_cluster(*state);
    tree = data_of(*state, "<get/>");
    assert_string_equal(sx_test_leaf(tree, "/sextant-cluster:cluster/name"), "new.example");
    assert_int_equal(count(tree, "/ietf-yang-library:yang-library/module-set/module"
                                 "[name='sextant-cluster']"),
        1);
    assert_int_equal(count(tree, "/ietf-yang-library:modules-state"), 1);
    assert_int_equal(
        count(tree, "/ietf-system:system-state/platform[os-name='Linux'][machine]"), 1);
    assert_int_equal(count(tree, "/ietf-system:system-state/clock[boot-datetime]"), 1);
    lyd_free_all(tree);
}

static void test_cluster(void **state)
{
    struct lyd_node *tree;

    form_cluster(*state);
    tree = data_of(*state,
        "<get><filter><cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"/>"
        "</filter></get>");
    /* State stands in the entry that configuration made. */
    assert_int_equal(count(tree, "/sextant-cluster:cluster/peers/peer"
                                 "[address='127.0.0.31'][status='this-system'][role='primary']"),
        1);
    assert_int_equal(
        count(tree, "/sextant-cluster:cluster/peers/peer[address='127.0.0.32'][status]"), 1);
    assert_int_equal(count(tree, "/sextant-cluster:cluster/peers/peer"), 2);
    assert_string_equal(sx_test_leaf(tree, "/sextant-cluster:cluster/restart-required"), "true");
    assert_string_equal(
        sx_test_leaf(tree, "/sextant-cluster:cluster/replication/database-status"), "active");
    assert_int_equal(strlen(sx_test_leaf(tree, "/sextant-cluster:cluster/replication/digest")), 64);
    lyd_free_all(tree);
    /* A read of the configuration has none of it. */
    tree = data_of(*state,
        "<get-config><source><running/></source><filter>"
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"/></filter>"
        "</get-config>");
    assert_int_equal(count(tree, "/sextant-cluster:cluster/replication/digest"), 0);
    assert_int_equal(count(tree, "/sextant-cluster:cluster/peers/peer/status"), 0);
    lyd_free_all(tree);
}

static void test_alarms(void **state)
{
    struct lyd_node *tree;
    size_t kinds;

    form_cluster(*state);
    tree = data_of(*state,
        "<get><filter><alarms xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\"/></filter></get>");
    sx_alarm_catalogue(&kinds);
    assert_int_equal(count(tree, "/ietf-alarms:alarms/alarm-inventory/alarm-type"), kinds);
    /* The cluster's name is configured and not applied. */
    assert_int_equal(
        count(tree, "/ietf-alarms:alarms/alarm-list/alarm"
                    "[alarm-type-id='sextant-alarms:restart-required-20007'][is-cleared='false']"),
        1);
    assert_int_equal(count(tree, "/ietf-alarms:alarms/alarm-list/alarm"),
        strtoul(sx_test_leaf(tree, "/ietf-alarms:alarms/alarm-list/number-of-alarms"), NULL, 10));
    assert_int_equal(count(tree, "/ietf-alarms:alarms/summary/alarm-summary"), 4);
    lyd_free_all(tree);
}

static void test_monitoring(void **state)
{
    struct ag_test_session *session = *state;
    struct ag_test_client *other = ag_test_client_open(&session->server);
    struct lyd_node *tree;

    ag_test_client_expect(other, "<commit><x/></commit>", "<rpc-error>");
    tree = data_of(*state,
        "<get><filter><netconf-state "
        "xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring\"/></filter></get>");
#define STATE "/ietf-netconf-monitoring:netconf-state"
    assert_int_equal(count(tree, STATE "/sessions/session[username='admin']"), 2);
    assert_string_equal(
        sx_test_leaf(tree, STATE "/sessions/session[session-id='2']/in-bad-rpcs"), "1");
    assert_string_equal(
        sx_test_leaf(tree, STATE "/sessions/session[session-id='2']/out-rpc-errors"), "1");
    assert_string_equal(sx_test_leaf(tree, STATE "/statistics/in-sessions"), "2");
    assert_int_equal(count(tree, STATE "/datastores/datastore[name='candidate']"), 1);
    assert_int_equal(count(tree, STATE "/schemas/schema[identifier='sextant-cluster']"), 2);
    assert_int_equal(
        count(tree, STATE "/capabilities[capability='urn:ietf:params:netconf:base:1.1']"), 1);
    lyd_free_all(tree);
    ag_test_client_close(other);
}

/* Filters see state and configuration as one tree. */
static void test_filters(void **state)
{
    struct ag_test_session *session = *state;

    form_cluster(session);
    ag_test_client_expect(session->client,
        "<get><filter type=\"xpath\" "
        "xmlns:c=\"urn:sextant:params:xml:ns:yang:sextant-cluster\" "
        "select=\"/c:cluster/c:peers/c:peer[c:address='127.0.0.31']/c:status\"/></get>",
        "<peers><peer><index>1</index><status>this-system</status></peer></peers>");
    ag_test_client_expect(session->client,
        "<get><filter><cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
        "<restart-required>true</restart-required><name/></cluster></filter></get>",
        "<name>new.example</name><restart-required>true</restart-required></cluster></data>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_whole, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_cluster, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_alarms, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_monitoring, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_filters, ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
