// SPDX-License-Identifier: Apache-2.0
/* Notifications of the SNMP thread, received by Net-SNMP's snmptrapd. */
#include "snmp/snmp.h"

#include "snmp/mailbox.h"
#include "snmp/targets.h"
#include "test_snmp_agent.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define ADDRESS "127.0.0.42"
#define MANAGER "127.0.0.43"
#define PORT 11162
/* How long something may take that takes some milliseconds. */
#define SOON_MS 10000

static int set_up(void **state)
{
    *state = test_snmp_agent_new(ADDRESS);
    return 0;
}

static int tear_down(void **state)
{
    test_snmp_agent_free(*state);
    return 0;
}

static void assert_has(const char *output, const char *text)
{
    if (!strstr(output, text))
        fail_msg("'%s' is not in:\n%s", text, output);
}

static void assert_prints(struct test_child *child, const char *text, size_t count)
{
    if (!test_child_wait(child, text, count, SOON_MS))
        fail_msg("'%s' is not %zu times in:\n%s", text, count, test_child_output(child));
}

#define EVENT TEST_SNMP_MIB ".1.5"

static void every_kind_of_target_is_told(void **state)
{
    static const char *const kinds[] = {"GOT TRAP2, SNMP v2c, community trapcom",
        "GOT INFORM, SNMP v2c, community trapcom", "GOT TRAP2, SNMP v3, user alice",
        "GOT INFORM, SNMP v3, user alice"};
    static const char content[] =
        ".1.3.6.1.6.3.1.1.4.1.0 = OID: " TEST_SNMP_MIB ".0.1\t" EVENT
        ".1.0 = Counter64: 5000000000\t" EVENT ".2.0 = Gauge32: 20004\t" EVENT
        ".3.0 = STRING: \"3bca6888-f622-11df-93be-07cc953d7b99\"\t" EVENT
        ".4.0 = INTEGER: 2\t" EVENT
        ".5.0 = STRING: \"/sextant-cluster:cluster/peers/peer[index='2']\"\t" EVENT
        ".6.0 = STRING: \"no link with b.example.com\"\t" EVENT
        ".7.0 = Hex-STRING: 07 E7 0B 0E 16 0D 14 07 2B 00 00";
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    test_snmp_add_target(&settings, "a", MANAGER, PORT, false, NULL);
    test_snmp_add_target(&settings, "b", MANAGER, PORT, true, NULL);
    test_snmp_add_target(&settings, "c", MANAGER, PORT, false, "alice");
    test_snmp_add_target(&settings, "d", MANAGER, PORT, true, "alice");
    test_snmp_configure(agent, &settings);
    test_snmp_raise(agent, 5000000000u);
    for (size_t i = 0; i < 4; i++)
        assert_prints(trapd, kinds[i], 1);
    assert_prints(trapd, content, 4);
    /* sysUpTime comes first, and it comes from the address that the agent listens on. */
    assert_prints(trapd, ":11162: .1.3.6.1.2.1.1.3.0 = Timeticks: (", 4);
    assert_prints(trapd, "from UDP: [" ADDRESS "]:", 4);
    assert_true(test_snmp_wait_notified(agent, 1, SOON_MS));
    assert_true(test_snmp_notified(agent, 0) == 5000000000u);
    test_child_stop(trapd);
}

static void a_clear_says_what_was_cleared(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    const struct sx_alarm_event cleared = {
        .sequence = 2, .id = 20025, .severity = SX_SEVERITY_CLEARED, .time_ms = 1};
    test_snmp_add_target(&settings, "a", MANAGER, PORT, false, NULL);
    test_snmp_configure(agent, &settings);
    ag_snmp_notify(test_snmp_agent_snmp(agent), &cleared);
    assert_prints(trapd, "OID: " TEST_SNMP_MIB ".0.2\t", 1);
    /* As critical as it was. */
    assert_has(test_child_output(trapd), EVENT ".4.0 = INTEGER: 5\t");
    test_child_stop(trapd);
}

/* A manager that hears and says nothing; its socket. */
static int silent_manager(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = inet_addr(MANAGER)};
    const struct timeval limit = {SOON_MS / 1000, 0};
    int manager = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(manager, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    return manager;
}

/* The tag of the PDU in the next v2c message (RFC 3416: 0xa6 inform, 0xa7 trap). */
static int next_pdu(int manager)
{
    unsigned char packet[2048];
    static const unsigned char community[] = "\x04\x07trapcom";
    ssize_t length = recv(manager, packet, sizeof(packet), 0);
    assert_true(length > 0);
    const unsigned char *found = memmem(packet, (size_t)length, community, sizeof(community) - 1);
    assert_non_null(found);
    return found[sizeof(community) - 1];
}

static void informs_are_repeated_until_confirmed(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    int manager = silent_manager();
    test_snmp_add_target(&settings, "a", MANAGER, PORT, true, NULL);
    test_snmp_configure(agent, &settings);
    test_snmp_raise(agent, 1);
    assert_int_equal(next_pdu(manager), SNMP_MSG_INFORM);
    close(manager);
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    assert_prints(trapd, "GOT INFORM", 1);
    test_child_stop(trapd);
}

static void a_silent_target_gets_traps_beyond_the_bound(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    int manager = silent_manager();
    size_t informs = 0;
    test_snmp_add_target(&settings, "a", MANAGER, PORT, true, NULL);
    test_snmp_configure(agent, &settings);
    for (uint64_t i = 1; i <= AG_SNMP_INFORMS_MAX + 3; i++)
        test_snmp_raise(agent, i);
    while (informs < AG_SNMP_INFORMS_MAX) {
        assert_int_equal(next_pdu(manager), SNMP_MSG_INFORM);
        informs++;
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(next_pdu(manager), SNMP_MSG_TRAP2);
    /* Then the informs again. */
    assert_int_equal(next_pdu(manager), SNMP_MSG_INFORM);
    close(manager);
}

static void targets_that_are_silent_hold_up_nobody(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    test_snmp_add_target(&settings, "silent2", MANAGER, PORT + 1, true, NULL);
    test_snmp_add_target(&settings, "silent3", MANAGER, PORT + 1, true, "alice");
    test_snmp_add_target(&settings, "confirms", MANAGER, PORT, true, "alice");
    test_snmp_add_target(&settings, "hears", MANAGER, PORT, false, NULL);
    test_snmp_configure(agent, &settings);
    for (uint64_t i = 1; i <= AG_SNMP_INFORMS_MAX; i++)
        test_snmp_raise(agent, i);
    /* In less than the time of one repeat. */
    assert_true(
        test_snmp_wait_notified(agent, AG_SNMP_INFORMS_MAX, AG_SNMP_INFORM_TIMEOUT_MS - 500));
    for (uint64_t i = 1; i <= AG_SNMP_INFORMS_MAX; i++)
        assert_true(test_snmp_notified(agent, i - 1) == i);
    assert_prints(trapd, "GOT TRAP2, SNMP v2c", AG_SNMP_INFORMS_MAX);
    assert_prints(trapd, "GOT INFORM, SNMP v3", AG_SNMP_INFORMS_MAX);
    test_child_stop(trapd);
}

static void a_manager_with_a_new_engine_is_found_again(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    static const char *const folders[] = {"first", "second"};
    test_snmp_add_target(&settings, "a", MANAGER, PORT, true, "alice");
    test_snmp_configure(agent, &settings);
    for (uint64_t i = 0; i < 2; i++) {
        char sequence[64];
        struct test_child *trapd = test_snmp_trapd(agent, folders[i], MANAGER, PORT);
        snprintf(sequence, sizeof(sequence), "Counter64: %llu\t", (unsigned long long)i + 1);
        test_snmp_raise(agent, i + 1);
        assert_prints(trapd, sequence, 1);
        assert_has(test_child_output(trapd), "GOT INFORM, SNMP v3, user alice");
        test_child_stop(trapd);
    }
}

static void events_wait_for_the_first_settings(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    test_snmp_raise(agent, 1);
    test_snmp_raise(agent, 2);
    assert_false(test_snmp_wait_notified(agent, 1, 100));
    test_snmp_add_target(&settings, "a", MANAGER, PORT, false, NULL);
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    assert_prints(trapd, "GOT TRAP2", 2);
    assert_true(test_snmp_wait_notified(agent, 2, SOON_MS));
    /* Disabled: there is nobody to tell. */
    settings.enabled = false;
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    test_snmp_raise(agent, 3);
    assert_true(test_snmp_wait_notified(agent, 3, SOON_MS));
    settings.enabled = true;
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    test_snmp_raise(agent, 4);
    assert_prints(trapd, "Counter64: 4\t", 1);
    assert_null(strstr(test_child_output(trapd), "Counter64: 3\t"));
    test_child_stop(trapd);
}

static void a_target_that_stays_keeps_its_informs(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    test_snmp_add_target(&settings, "gone", MANAGER, PORT + 1, true, NULL);
    test_snmp_add_target(&settings, "a", MANAGER, PORT, true, NULL);
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    test_snmp_raise(agent, 1);
    assert_true(test_snmp_wait_notified(agent, 1, SOON_MS));
    settings.targets[0] = settings.targets[1];
    settings.target_count = 1;
    strcpy(settings.contact, "somebody else");
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    assert_prints(trapd, "GOT INFORM", 1);
    test_child_stop(trapd);
}

static void targets_that_cannot_be_used_are_left_out(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct test_child *trapd = test_snmp_trapd(agent, "trapd", MANAGER, PORT);
    test_snmp_add_target(&settings, "name", "localhost", PORT, true, NULL);
    test_snmp_add_target(&settings, "nobody", MANAGER, PORT, true, "nobody");
    test_snmp_add_target(&settings, "a", MANAGER, PORT, false, NULL);
    test_snmp_configure(agent, &settings);
    test_snmp_raise(agent, 1);
    assert_prints(trapd, "GOT TRAP2", 1);
    assert_true(test_snmp_wait_notified(agent, 1, SOON_MS));
    test_child_stop(trapd);
}

static void it_stops_with_informs_outstanding(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    struct timespec before;
    struct timespec after;
    test_snmp_add_target(&settings, "a", MANAGER, PORT + 1, true, NULL);
    test_snmp_add_target(&settings, "b", MANAGER, PORT + 1, true, "alice");
    test_snmp_configure(agent, &settings);
    for (uint64_t i = 1; i <= 10; i++)
        test_snmp_raise(agent, i);
    assert_true(test_snmp_wait_notified(agent, 10, SOON_MS));
    clock_gettime(CLOCK_MONOTONIC, &before);
    test_snmp_agent_restart(agent);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec <= 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(every_kind_of_target_is_told),
        TEST(a_clear_says_what_was_cleared),
        TEST(informs_are_repeated_until_confirmed),
        TEST(a_silent_target_gets_traps_beyond_the_bound),
        TEST(targets_that_are_silent_hold_up_nobody),
        TEST(a_manager_with_a_new_engine_is_found_again),
        TEST(events_wait_for_the_first_settings),
        TEST(a_target_that_stays_keeps_its_informs),
        TEST(targets_that_cannot_be_used_are_left_out),
        TEST(it_stops_with_informs_outstanding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
