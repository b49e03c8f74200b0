// SPDX-License-Identifier: Apache-2.0
/* The factory reset: armed and disarmed, announced, done, and what it leaves. */
#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_rows.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE "<device xmlns=\"urn:acme:survivors\">"
#define USERS "<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><authentication>"
#define USERS_END "</authentication></system>"
#define USER "/ietf-system:system/authentication/user"
#define PORT "/acme-survivors:device/ports/port"

static int setup(void **state)
{
    *state = sx_test_schema("acme-survivors", "sextant-cluster", "sextant-system",
        "sextant-call-control", "sextant-alarms", "sextant-scopes", "ietf-netconf", "iana-if-type",
        NULL);
    return 0;
}

static int teardown(void **state)
{
    sx_schema_free(*state);
    return 0;
}

static void edit(struct sx_test_engine *test, const char *xml)
{
    if (!sx_test_edit(test, xml))
        fail_msg("%s at %s", test->update.error.message, test->update.error.path);
}

static void leave(struct sx_test_engine *test)
{
    edit(test, SX_TEST_CLUSTER "<peers " SX_TEST_DELETE "/>" SX_TEST_CLUSTER_END);
}

/* The boot that finds the reset armed, the reset, and the boot after it. */
static void reset(struct sx_test_engine *test)
{
    sx_test_engine_restart(test);
    assert_true(sx_test_alarm(test, 15009));
    sx_test_tick(test, 5000);
    assert_non_null(sx_test_action(test, SX_ACTION_RESTART, NULL));
    sx_test_engine_restart(test);
    assert_false(sx_test_alarm(test, 15009));
}

static void enter(struct sx_test_engine *test, const char *first, const char *second)
{
    char *xml = sx_format(SX_TEST_CLUSTER
        "<configuration-primary>1</configuration-primary><peers><peer><index>1</index><address>%s"
        "</address></peer><peer><index>2</index><address>%s</address></peer></"
        "peers>" SX_TEST_CLUSTER_END,
        first, second);

    edit(test, xml);
    free(xml);
}

static void emptying_the_list_of_a_member_arms_it(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_false(b.status.factory_reset_armed);
    leave(&b);
    assert_true(b.status.factory_reset_armed);
    assert_true(sx_test_alarm(&b, 15012));
    assert_true(b.status.warning_count > 0);
    assert_non_null(strstr(b.status.warnings[0], "factory state"));
    assert_false(sx_test_alarm(&b, 15009));
    assert_false(a.status.factory_reset_armed);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void the_same_list_disarms_it_another_does_not(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    leave(&b);
    enter(&b, SX_TEST_B, SX_TEST_A);
    assert_true(b.status.factory_reset_armed);
    leave(&b);
    enter(&b, SX_TEST_A, SX_TEST_C);
    assert_true(b.status.factory_reset_armed);
    leave(&b);
    assert_true(sx_test_name(&b, "east"));
    assert_true(b.status.factory_reset_armed);
    enter(&b, SX_TEST_A, SX_TEST_B);
    assert_false(b.status.factory_reset_armed);
    assert_false(sx_test_alarm(&b, 15012));
    sx_test_engine_restart(&b);
    assert_false(sx_test_alarm(&b, 15009));
    assert_int_equal(b.status.role, SX_ROLE_SUBORDINATE);
    assert_string_equal(b.status.system_name, "east");
    /* And it can be armed again. */
    leave(&b);
    assert_true(b.status.factory_reset_armed);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_never_was_in_a_cluster_is_not_reset(void **state)
{
    struct sx_test_engine a;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    enter(&a, SX_TEST_B, SX_TEST_A);
    leave(&a);
    assert_false(a.status.factory_reset_armed);
    sx_test_engine_restart(&a);
    assert_false(sx_test_alarm(&a, 15009));
    sx_test_engine_close(&a);
}

static void replacing_the_list_arms_nothing(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    edit(&b, SX_TEST_CLUSTER "<peers xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                             "nc:operation=\"replace\"><peer><index>1</index><address>10.0.0.9"
                             "</address></peer></peers>" SX_TEST_CLUSTER_END);
    assert_false(b.status.factory_reset_armed);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void no_peer_can_arm_it(void **state)
{
    struct sx_test_engine a, b;
    struct sx_message *message;
    struct sx_change change = {.operation = SX_OPERATION_DELETE, .scope = SX_SCOPE_AGREED_COPIED};

    sx_test_pair_open(&a, &b, *state);
    change.path = sx_strdup("/sextant-cluster:cluster/peers/peer[index='1']");
    change.old_value = sx_strdup("{}");
    message = sx_message_new(SX_MESSAGE_COPIED);
    sx_change_list_copy(&message->changes, &change);
    sx_test_message(&b, SX_TEST_A, message);
    message = sx_message_new(SX_MESSAGE_REVISION);
    change.scope = SX_SCOPE_REPLICATED;
    sx_change_list_copy(&message->revision->changes, &change);
    message->revision->number = sx_test_revision(&b) + 1;
    strcpy(message->revision->lineage, "8a3b1e9e-0d0f-4a55-9c39-7d7a2f3b6c11");
    sx_test_message(&b, SX_TEST_A, message);
    assert_false(b.status.factory_reset_armed);
    assert_int_equal(b.status.peer_count, 2);
    free(change.path);
    free(change.old_value);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void fill(struct sx_test_engine *test)
{
    edit(test, DEVICE "<serial>42</serial><note>n</note><ports>"
                      "<port><slot>a</slot><number>1</number><speed>fast</speed><remark>r</remark>"
                      "<tag>z</tag><tag>b</tag></port>"
                      "<port><slot>b</slot><number>7</number><speed>slow</speed></port>"
                      "<port><slot>b</slot><number>1</number><speed>slow</speed></port></ports>"
                      "<gone><inside>i</inside></gone><kept><inside>i</inside></kept>"
                      "<shelf><name>s</name><colour>red</colour><weight>1</weight></shelf>"
                      "<shelf><name>t</name><weight>2</weight></shelf></device>");
    edit(test, USERS "<user><name>admin</name></user><user><name>root</name></user>"
                     "<user><name>guest</name></user>" USERS_END);
    edit(test, "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\" xmlns:t=\"urn:"
               "ietf:params:xml:ns:yang:iana-if-type\"><interface><name>lan1</name><type>"
               "t:ethernetCsmacd</type><description>first</description><ipv4 xmlns=\"urn:ietf:"
               "params:xml:ns:yang:ietf-ip\"><mtu>1400</mtu><address><ip>192.0.2.1</ip>"
               "<prefix-length>24</prefix-length></address></ipv4></interface><interface><name>"
               "lan2</name><type>t:ethernetCsmacd</type></interface></interfaces>");
    assert_true(sx_test_entry(test, "ann", 100));
    assert_true(sx_test_name(test, "east"));
}

static void check_left(const struct sx_test_engine *test)
{
    static const struct {
        const char *path, *value;
    } left[] = {
        {"/acme-survivors:device/serial", "42"},
        {"/acme-survivors:device/note", ""},
        {PORT "[slot='a'][number='1']/speed", "fast"},
        {PORT "[slot='a'][number='1']/remark", ""},
        {PORT "[slot='a'][number='1']/tag[.='z']", "z"},
        {PORT "[slot='b'][number='7']/speed", "slow"},
        {PORT "[slot='b'][number='1']/number", ""},
        {"/acme-survivors:device/gone/inside", ""},
        {"/acme-survivors:device/kept/inside", "i"},
        {"/acme-survivors:device/shelf[name='s']/colour", "red"},
        {"/acme-survivors:device/shelf[name='s']/weight", ""},
        {"/acme-survivors:device/shelf[name='t']/name", ""},
        {USER "[name='admin']/name", "admin"},
        {USER "[name='root']/name", "root"},
        {USER "[name='guest']/name", ""},
        {"/ietf-interfaces:interfaces/interface[name='lan1']/ietf-ip:ipv4/"
         "address[ip='192.0.2.1']/prefix-length",
            "24"},
        {"/ietf-interfaces:interfaces/interface[name='lan1']/ietf-ip:ipv4/mtu", ""},
        {"/ietf-interfaces:interfaces/interface[name='lan1']/description", ""},
        {"/ietf-interfaces:interfaces/interface[name='lan2']/name", ""},
        {"/sextant-system:system/name", ""},
        {"/sextant-cluster:cluster/name", ""},
        {"/sextant-cluster:cluster/configuration-primary", ""},
    };

    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (strcmp(sx_test_value(test, left[i].path), left[i].value) != 0)
            fail_msg("%s is \"%s\"", left[i].path, sx_test_value(test, left[i].path));
    assert_string_equal(sx_test_number(test, "ann"), "");
}

static void what_survives_is_left_and_nothing_else(void **state)
{
    struct sx_test_engine a, former;
    char *kept;

    sx_test_primary_open(&a, *state, 2);
    fill(&a);
    leave(&a);
    sx_test_engine_restart(&a);
    sx_test_tick(&a, 5000);
    kept = sx_strdup(a.engine->backup);
    assert_non_null(strstr(kept, "-factory-reset.db"));
    sx_test_engine_restart(&a);
    check_left(&a);
    assert_int_equal(a.status.role, SX_ROLE_STAND_ALONE);
    assert_false(a.status.factory_reset_armed);
    assert_false(sx_test_alarm(&a, 15012));
    assert_true(sx_engine_is_new(a.engine));
    /* The replicated rest has a history of its own. */
    assert_int_equal(sx_test_revision(&a), 1);
    assert_true(sx_test_entry(&a, "ben", 1));
    assert_int_equal(sx_test_revision(&a), 2);
    sx_test_engine_restart(&a);
    assert_false(sx_engine_is_new(a.engine));
    check_left(&a);

    sx_test_restored_open(&former, *state, SX_TEST_A, kept);
    assert_string_equal(sx_test_number(&former, "ann"), "100");
    free(kept);
    sx_test_engine_close(&former);
    sx_test_engine_close(&a);
}

static void nothing_may_be_left(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    leave(&b);
    reset(&b);
    assert_string_equal(sx_test_number(&b, "ann"), "");
    assert_int_equal(sx_test_revision(&b), 0);
    assert_true(sx_engine_is_new(b.engine));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void it_waits_until_its_alarm_was_sent(void **state)
{
    struct sx_test_engine a;
    struct sx_event notified = {.type = SX_EVENT_NOTIFIED};

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    leave(&a);
    sx_test_engine_restart(&a);
    assert_true(sx_test_alarm(&a, 15009));
    assert_null(sx_test_action(&a, SX_ACTION_RESTART, NULL));
    assert_true(a.update.deadline_ms <= a.now + 5000);
    assert_string_equal(sx_test_number(&a, "ann"), "100");
    /* Until then nothing is taken that would be lost. */
    assert_false(sx_test_entry(&a, "ben", 200));
    assert_int_equal(a.update.error.code, SX_E_IN_USE);
    notified.notified = a.status.alarm_sequence - 1;
    sx_test_step(&a, &notified);
    notified.notified = a.status.alarm_sequence;
    if (!sx_test_action(&a, SX_ACTION_RESTART, NULL))
        sx_test_step(&a, &notified);
    assert_non_null(sx_test_action(&a, SX_ACTION_RESTART, NULL));
    /* It happens once. */
    sx_test_tick(&a, 5000);
    assert_null(sx_test_action(&a, SX_ACTION_RESTART, NULL));
    sx_test_engine_restart(&a);
    assert_int_equal(sx_test_events(&a, 15009, true), 1);
    assert_int_equal(sx_test_events(&a, 15009, false), 1);
    sx_test_engine_close(&a);
}

static void a_crash_before_it_begins_it_anew(void **state)
{
    struct sx_test_engine a;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    leave(&a);
    sx_test_engine_restart(&a);
    sx_test_engine_restart(&a);
    assert_true(sx_test_alarm(&a, 15009));
    assert_int_equal(sx_test_events(&a, 15009, true), 1);
    sx_test_tick(&a, 5000);
    sx_test_engine_restart(&a);
    assert_string_equal(sx_test_number(&a, "ann"), "");
    assert_false(sx_test_alarm(&a, 15009));
    sx_test_engine_close(&a);
}

static void what_is_not_valid_by_itself_fails_it(void **state)
{
    struct sx_test_engine a;

    sx_test_primary_open(&a, *state, 2);
    edit(&a, DEVICE "<note>n</note><needs-note>x</needs-note></device>");
    leave(&a);
    sx_test_engine_restart(&a);
    sx_test_tick(&a, 5000);
    assert_null(sx_test_action(&a, SX_ACTION_RESTART, NULL));
    assert_true(sx_test_alarm(&a, 15013));
    assert_false(sx_test_alarm(&a, 15009));
    assert_true(a.status.factory_reset_armed);
    assert_string_equal(sx_test_value(&a, "/acme-survivors:device/note"), "n");
    /* It is edited again, and the next restart tries again. */
    edit(&a, DEVICE "<needs-note " SX_TEST_DELETE "/></device>");
    reset(&a);
    assert_false(sx_test_alarm(&a, 15013));
    assert_string_equal(sx_test_value(&a, "/acme-survivors:device/note"), "");
    sx_test_engine_close(&a);
}

/* Rows that an upgrade has set aside are configuration that was. */
static void what_was_set_aside_goes_too(void **state)
{
    struct sx_test_engine a;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_engine_close(a.engine);
    a.engine = NULL;
    sx_test_sql(a.folder, "UPDATE fragment SET body = replace(body, 'number', 'colour')");
    sx_test_engine_restart(&a);
    assert_true(sx_test_alarm(&a, 15008));
    leave(&a);
    reset(&a);
    assert_false(sx_test_alarm(&a, 15008));
    sx_test_engine_restart(&a);
    assert_false(sx_test_alarm(&a, 15008));
    sx_test_engine_close(&a);
}

static void without_a_backup_nothing_is_erased(void **state)
{
    struct sx_test_engine a;
    char *folder;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_entry(&a, "ann", 100));
    leave(&a);
    folder = sx_format("%s/backups", a.folder);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    sx_test_engine_restart(&a);
    sx_test_tick(&a, 5000);
    assert_true(sx_test_alarm(&a, 15013));
    assert_string_equal(sx_test_number(&a, "ann"), "100");
    free(folder);
    sx_test_engine_close(&a);
}

static void an_initial_configuration_leaves_survivors_alone(void **state)
{
    struct sx_test_engine a;

    sx_test_primary_open(&a, *state, 2);
    fill(&a);
    leave(&a);
    reset(&a);
    assert_true(sx_test_edit_initial(&a,
        USERS "<user><name>admin</name><authorized-key><name>default</name><algorithm>ssh-rsa"
              "</algorithm><key-data>AAAA</key-data></authorized-key></user><user><name>other"
              "</name></user>" USERS_END DEVICE
              "<serial>0</serial><note>initial</note><ports><port><slot>a</slot><number>1</number>"
              "<speed>other</speed></port><port><slot>c</slot><number>1</number></port></ports>"
              "</device>"));
    assert_string_equal(
        sx_test_value(&a, USER "[name='admin']/authorized-key[name='default']/algorithm"), "");
    assert_string_equal(sx_test_value(&a, USER "[name='other']/name"), "other");
    assert_string_equal(sx_test_value(&a, "/acme-survivors:device/serial"), "42");
    assert_string_equal(sx_test_value(&a, "/acme-survivors:device/note"), "initial");
    assert_string_equal(sx_test_value(&a, PORT "[slot='a'][number='1']/speed"), "fast");
    assert_string_equal(sx_test_value(&a, PORT "[slot='c'][number='1']/number"), "1");
    sx_test_engine_restart(&a);
    assert_false(sx_engine_is_new(a.engine));
    sx_test_engine_close(&a);
}

/* Another list than the former one keeps the reset armed and the peer in its cluster. */
static void nothing_is_taken_from_the_primary_after_it(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    leave(&b);
    edit(&b, SX_TEST_CLUSTER "<peers><peer><index>1</index><address>" SX_TEST_A "</address></peer>"
                             "<peer><index>2</index><address>" SX_TEST_B "</address></peer>"
                             "<peer><index>3</index><address>" SX_TEST_C
                             "</address></peer></peers>" SX_TEST_CLUSTER_END);
    sx_test_disconnect(&a, &b);
    sx_test_engine_restart(&b);
    sx_test_connect(&a, &b);
    assert_true(sx_test_entry(&a, "before", 1));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "before"), "1");
    sx_test_tick(&b, 5000);
    assert_non_null(sx_test_action(&b, SX_ACTION_RESTART, NULL));
    assert_true(sx_test_entry(&a, "after", 2));
    sx_test_exchange(&a, &b);
    assert_string_equal(sx_test_number(&b, "after"), "");
    /* What is stored is what was left, and boots. */
    sx_test_engine_restart(&b);
    assert_int_equal(b.status.role, SX_ROLE_STAND_ALONE);
    assert_string_equal(sx_test_number(&b, "before"), "");
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void a_restore_waits_for_the_reset(void **state)
{
    struct sx_test_engine a;

    sx_test_primary_open(&a, *state, 2);
    leave(&a);
    assert_false(sx_test_plain(&a, SX_EVENT_RESTORE_BEGIN, SX_DATASTORE_RUNNING, 1));
    assert_non_null(strstr(a.update.error.message, "factory reset is armed"));
    sx_test_engine_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emptying_the_list_of_a_member_arms_it),
        cmocka_unit_test(the_same_list_disarms_it_another_does_not),
        cmocka_unit_test(who_never_was_in_a_cluster_is_not_reset),
        cmocka_unit_test(replacing_the_list_arms_nothing),
        cmocka_unit_test(no_peer_can_arm_it),
        cmocka_unit_test(what_survives_is_left_and_nothing_else),
        cmocka_unit_test(nothing_may_be_left),
        cmocka_unit_test(it_waits_until_its_alarm_was_sent),
        cmocka_unit_test(a_crash_before_it_begins_it_anew),
        cmocka_unit_test(what_is_not_valid_by_itself_fails_it),
        cmocka_unit_test(what_was_set_aside_goes_too),
        cmocka_unit_test(without_a_backup_nothing_is_erased),
        cmocka_unit_test(an_initial_configuration_leaves_survivors_alone),
        cmocka_unit_test(nothing_is_taken_from_the_primary_after_it),
        cmocka_unit_test(a_restore_waits_for_the_reset),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
