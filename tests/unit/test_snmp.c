// SPDX-License-Identifier: Apache-2.0
/* The SNMP thread as an agent: what it answers, and to whom, asked by Net-SNMP's tools. */
#include "snmp/snmp.h"

#include "snmp/mailbox.h"
#include "test_snmp_agent.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define ADDRESS "127.0.0.41"
#define SYS_DESCR ".1.3.6.1.2.1.1.1.0"
#define OUTPUT_MAX (64 * 1024)

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

static bool answers(const struct test_snmp_agent *agent, const char *access)
{
    char output[OUTPUT_MAX];
    return test_snmp_tool(agent, "snmpget", access, SYS_DESCR, output, sizeof(output)) == 0;
}

static void publish(struct test_snmp_agent *agent)
{
    struct sx_status status = {.role = SX_ROLE_SUBORDINATE,
        .local_index = 2,
        .configuration_primary = 1,
        .system_name = "east",
        .software_version = "9.8.7",
        .cluster_name = "cluster.example",
        .restart_required = true,
        .peer_count = 2,
        .alarm_count = 2,
        .alarm_sequence = 5000000000u};
    status.history.count = 1;
    strcpy(status.history.chain[0].id, "00000000-0000-4000-8000-000000000001");
    status.history.chain[0].last_revision = 8589934592u;
    status.history.digest[0] = 0xab;
    status.peers[0] = (struct sx_peer_status){.index = 1,
        .address = "a.example.com",
        .resolved_address = "127.0.0.11",
        .state = SX_PEER_ACTIVE,
        .status_text = "Active as west",
        .certificate = SX_CERTIFICATE_VALID,
        .heard = true,
        .role = SX_ROLE_PRIMARY,
        .system_name = "west",
        .software_version = "9.8.6",
        .revision = 8589934593u,
        .lag = 1ull << 40,
        .round_trip_us = 123,
        .last_seen_ms = 1700000000789};
    status.peers[1] = (struct sx_peer_status){.index = 2, .state = SX_PEER_FAILED};
    status.alarms = calloc(2, sizeof(*status.alarms));
    status.alarms[0] = (struct sx_alarm_event){.sequence = 17,
        .id = 20004,
        .raised = true,
        .severity = SX_SEVERITY_WARNING,
        .time_ms = 1700000000789,
        .resource = "/peer",
        .text = "no link"};
    status.alarms[1] = (struct sx_alarm_event){
        .sequence = 4999999999u, .id = 20025, .raised = true, .severity = SX_SEVERITY_CRITICAL};
    ag_snmp_publish(test_snmp_agent_snmp(agent), &status);
    assert_null(status.alarms);
}

static void the_status_is_shown(void **state)
{
    static const char *const lines[] = {
        ".1.3.6.1.2.1.1.2.0 = OID: " TEST_SNMP_MIB,
        ".1.3.6.1.2.1.1.4.0 = STRING: \"noc@example.com\"",
        ".1.3.6.1.2.1.1.5.0 = STRING: \"east\"",
        ".1.3.6.1.2.1.1.6.0 = STRING: \"rack 7\"",
        ".1.3.6.1.2.1.1.9.1.2.1 = OID: " TEST_SNMP_MIB ".2.1",
        ".1.3.6.1.2.1.11.30.0 = INTEGER: 2",
        TEST_SNMP_MIB ".1.1.1.0 = STRING: \"east\"",
        TEST_SNMP_MIB ".1.1.2.0 = STRING: \"9.8.7\"",
        TEST_SNMP_MIB ".1.1.3.0 = INTEGER: 1",
        TEST_SNMP_MIB ".1.2.1.0 = STRING: \"cluster.example\"",
        TEST_SNMP_MIB ".1.2.2.0 = INTEGER: 3",
        TEST_SNMP_MIB ".1.2.3.0 = Gauge32: 2",
        TEST_SNMP_MIB ".1.2.4.0 = Gauge32: 1",
        TEST_SNMP_MIB ".1.2.5.0 = STRING: \"00000000-0000-4000-8000-000000000001\"",
        TEST_SNMP_MIB ".1.2.6.0 = Counter64: 8589934592",
        TEST_SNMP_MIB ".1.2.7.0 = STRING: \"ab000000",
        TEST_SNMP_MIB ".1.3.1.2.1 = STRING: \"a.example.com\"",
        TEST_SNMP_MIB ".1.3.1.3.1 = STRING: \"127.0.0.11\"",
        TEST_SNMP_MIB ".1.3.1.4.1 = INTEGER: 4",
        TEST_SNMP_MIB ".1.3.1.4.2 = INTEGER: 3",
        TEST_SNMP_MIB ".1.3.1.5.1 = STRING: \"Active as west\"",
        TEST_SNMP_MIB ".1.3.1.6.1 = INTEGER: 2",
        TEST_SNMP_MIB ".1.3.1.7.1 = INTEGER: 2\n" TEST_SNMP_MIB ".1.3.1.8.1 = STRING: \"west\"",
        TEST_SNMP_MIB ".1.3.1.9.1 = STRING: \"9.8.6\"",
        TEST_SNMP_MIB ".1.3.1.10.1 = Counter64: 8589934593",
        TEST_SNMP_MIB ".1.3.1.11.1 = Gauge32: 4294967295",
        TEST_SNMP_MIB ".1.3.1.12.1 = Gauge32: 123",
        TEST_SNMP_MIB ".1.3.1.13.1 = Hex-STRING: 07 E7 0B 0E 16 0D 14 07 2B 00 00",
        TEST_SNMP_MIB ".1.3.1.13.2 = Hex-STRING: 00 00 00 00 00 00 00 00",
        TEST_SNMP_MIB ".1.4.1.0 = Counter64: 5000000000",
        TEST_SNMP_MIB ".1.4.2.0 = Counter32: 0",
        TEST_SNMP_MIB ".1.4.3.1.2.17 = Gauge32: 20004",
        TEST_SNMP_MIB ".1.4.3.1.2.705032703 = Gauge32: 20025",
        TEST_SNMP_MIB ".1.4.3.1.3.17 = STRING: \"3bca6888-f622-11df-93be-07cc953d7b99\"",
        TEST_SNMP_MIB ".1.4.3.1.4.17 = STRING: \"Cluster communication failure\"",
        TEST_SNMP_MIB ".1.4.3.1.5.17 = STRING: \"/peer\"",
        TEST_SNMP_MIB ".1.4.3.1.6.17 = INTEGER: 2",
        TEST_SNMP_MIB ".1.4.3.1.6.705032703 = INTEGER: 5",
        TEST_SNMP_MIB ".1.4.3.1.7.17 = STRING: \"no link\"",
        TEST_SNMP_MIB ".1.4.3.1.8.17 = Hex-STRING: 07 E7 0B 0E 16 0D 14 07 2B 00 00",
        ".1.3.6.1.6.3.10.2.1.2.0 = INTEGER: 1",
        ".1.3.6.1.6.3.15.1.1.6.0 = ",
    };
    struct test_snmp_agent *agent = *state;
    const struct ag_snmp_settings settings = test_snmp_settings();
    char output[OUTPUT_MAX];
    test_snmp_configure(agent, &settings);
    publish(agent);
    /* Get-next and get-bulk give the same. */
    static const char *const tools[] = {"snmpwalk", "snmpbulkwalk"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            test_snmp_tool(agent, tools[i], TEST_SNMP_V2C, ".1", output, sizeof(output)), 0);
        for (size_t k = 0; k < sizeof(lines) / sizeof(lines[0]); k++)
            assert_has(output, lines[k]);
    }
}

static void what_is_not_there_is_said(void **state)
{
    struct test_snmp_agent *agent = *state;
    const struct ag_snmp_settings settings = test_snmp_settings();
    char output[OUTPUT_MAX];
    test_snmp_configure(agent, &settings);
    assert_int_equal(
        test_snmp_tool(agent, "snmpget", TEST_SNMP_V2C,
            TEST_SNMP_MIB ".1.3.1.2.1 " TEST_SNMP_MIB ".1.9.0 " SYS_DESCR, output, sizeof(output)),
        0);
    assert_has(output, TEST_SNMP_MIB ".1.3.1.2.1 = No Such Instance");
    assert_has(output, TEST_SNMP_MIB ".1.9.0 = No Such Object");
    assert_has(output, SYS_DESCR " = STRING: \"Sextant ");
}

static void nobody_writes(void **state)
{
    static const char *const accesses[] = {TEST_SNMP_V2C, TEST_SNMP_V3};
    struct test_snmp_agent *agent = *state;
    const struct ag_snmp_settings settings = test_snmp_settings();
    char output[OUTPUT_MAX];
    test_snmp_configure(agent, &settings);
    for (size_t i = 0; i < 2; i++) {
        assert_int_not_equal(test_snmp_tool(agent, "snmpset", accesses[i],
                                 ".1.3.6.1.2.1.1.5.0 s other", output, sizeof(output)),
            0);
        assert_has(output, "Reason: noAccess");
    }
}

static void only_the_community_reads_with_v2c(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    strcpy(settings.community, "\"se'cret\\#");
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, "-v2c -c \"se'cret\\#"));
    assert_false(answers(agent, "-v2c -c \"se'cret\\"));
    assert_false(answers(agent, "-v2c -c \"se'cret\\##"));
    assert_false(answers(agent, "-v1 -c \"se'cret\\#"));
    settings.v2c = false;
    test_snmp_configure(agent, &settings);
    assert_false(answers(agent, "-v2c -c \"se'cret\\#"));
    settings.v2c = true;
    settings.community[0] = '\0';
    test_snmp_configure(agent, &settings);
    assert_false(answers(agent, TEST_SNMP_V2C));
}

static void v3_users_read_with_privacy_only(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    settings.v2c = false;
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, TEST_SNMP_V3));
    assert_true(answers(agent, TEST_SNMP_V3));
    assert_false(answers(agent, "-v3 -u alice -l authNoPriv -a SHA-256 -A authpass-1"));
    assert_false(answers(agent, "-v3 -u alice -l noAuthNoPriv"));
    assert_false(
        answers(agent, "-v3 -u alice -l authPriv -a SHA-256 -A authpass-2 -x AES -X privpass-1"));
    assert_false(
        answers(agent, "-v3 -u alice -l authPriv -a SHA-256 -A authpass-1 -x AES -X privpass-2"));
    assert_false(
        answers(agent, "-v3 -u alice -l authPriv -a SHA-512 -A authpass-1 -x AES -X privpass-1"));
    assert_false(
        answers(agent, "-v3 -u bob -l authPriv -a SHA-256 -A authpass-1 -x AES -X privpass-1"));
    assert_false(answers(agent, TEST_SNMP_V3 " -n other"));
    assert_false(answers(agent, TEST_SNMP_V2C));
}

static void every_authentication_protocol_works(void **state)
{
    static const char *const names[][2] = {{"sha", "SHA"}, {"sha-224", "SHA-224"},
        {"sha-256", "SHA-256"}, {"sha-384", "SHA-384"}, {"sha-512", "SHA-512"}};
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    char access[128];
    settings.user_count = 0;
    for (size_t i = 0; i < 5; i++) {
        struct ag_snmp_user *user = &settings.users[settings.user_count++];
        *user = test_snmp_settings().users[0];
        snprintf(user->name, sizeof(user->name), "user%zu", i);
        strcpy(user->authentication, names[i][0]);
    }
    test_snmp_configure(agent, &settings);
    for (size_t i = 0; i < 5; i++) {
        snprintf(access, sizeof(access),
            "-v3 -u user%zu -l authPriv -a %s -A authpass-1 -x AES -X privpass-1", i, names[i][1]);
        assert_true(answers(agent, access));
    }
}

static void users_change_while_it_runs(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, TEST_SNMP_V3));
    strcpy(settings.users[0].privacy_passphrase, "privpass-2");
    test_snmp_configure(agent, &settings);
    assert_false(answers(agent, TEST_SNMP_V3));
    assert_true(
        answers(agent, "-v3 -u alice -l authPriv -a SHA-256 -A authpass-1 -x AES -X privpass-2"));
    settings.user_count = 0;
    test_snmp_configure(agent, &settings);
    assert_false(
        answers(agent, "-v3 -u alice -l authPriv -a SHA-256 -A authpass-1 -x AES -X privpass-2"));
    /* A user that is not complete gets nothing, and does not disturb the others. */
    settings = test_snmp_settings();
    settings.users[1] = settings.users[0];
    settings.users[0].privacy[0] = '\0';
    strcpy(settings.users[0].name, "bob");
    settings.user_count = 2;
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, TEST_SNMP_V3));
    assert_false(answers(agent, "-v3 -u bob -l authNoPriv -a SHA-256 -A authpass-1"));
}

static void nothing_is_answered_unless_enabled(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp_settings settings = test_snmp_settings();
    /* Not even before the first settings. */
    assert_false(answers(agent, TEST_SNMP_V2C));
    assert_false(answers(agent, TEST_SNMP_V3));
    settings.enabled = false;
    test_snmp_configure(agent, &settings);
    assert_false(answers(agent, TEST_SNMP_V2C));
    assert_false(answers(agent, TEST_SNMP_V3));
    settings.enabled = true;
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, TEST_SNMP_V2C));
    assert_true(answers(agent, TEST_SNMP_V3));
    settings.enabled = false;
    test_snmp_configure(agent, &settings);
    assert_false(answers(agent, TEST_SNMP_V3));
}

static void the_engine_is_the_same_after_a_restart(void **state)
{
    struct test_snmp_agent *agent = *state;
    const struct ag_snmp_settings settings = test_snmp_settings();
    char before[OUTPUT_MAX];
    char after[OUTPUT_MAX];
    for (long start = 0; start < 3; start++) {
        test_snmp_configure(agent, &settings);
        assert_int_equal(test_snmp_tool(agent, "snmpget", TEST_SNMP_V3, ".1.3.6.1.6.3.10.2.1.2.0",
                             after, sizeof(after)),
            0);
        /* The library's clock of a former start in this process can add one. */
        assert_has(after, "INTEGER: ");
        long boots = strtol(strstr(after, "INTEGER: ") + strlen("INTEGER: "), NULL, 10);
        assert_in_range(boots, start + 1, start + 2);
        assert_int_equal(test_snmp_tool(agent, "snmpget", TEST_SNMP_V3, ".1.3.6.1.6.3.10.2.1.1.0",
                             after, sizeof(after)),
            0);
        assert_has(after, "Hex-STRING: ");
        if (start > 0)
            assert_string_equal(strstr(after, "Hex-STRING: "), strstr(before, "Hex-STRING: "));
        strcpy(before, after);
        test_snmp_agent_restart(agent);
    }
}

static void there_is_one_agent_a_process_and_an_address(void **state)
{
    struct test_snmp_agent *agent = *state;
    struct ag_snmp *second = NULL;
    struct sx_error err = {0};
    const char *const addresses[] = {ADDRESS, NULL};
    const struct ag_snmp_options options = {.directory = test_snmp_agent_directory(agent),
        .listen_addresses = addresses,
        .port = TEST_SNMP_PORT};
    assert_int_equal(ag_snmp_start(&options, &second, &err), -1);
    assert_has(err.message, "already");
    assert_null(second);
}

static void a_port_in_use_is_named(void **state)
{
    (void)state;
    struct ag_snmp *snmp = NULL;
    struct sx_error err = {0};
    char directory[] = "/tmp/sextant-snmp-XXXXXX";
    char engine[64];
    const char *const twice[] = {ADDRESS, ADDRESS, NULL};
    const char *const name[] = {"localhost", NULL};
    assert_non_null(mkdtemp(directory));
    struct ag_snmp_options options = {
        .directory = directory, .listen_addresses = twice, .port = TEST_SNMP_PORT};
    assert_int_equal(ag_snmp_start(&options, &snmp, &err), -1);
    assert_has(err.message, ADDRESS);
    assert_has(err.message, "11161");
    assert_has(err.message, "Address already in use");
    options.listen_addresses = name;
    assert_int_equal(ag_snmp_start(&options, &snmp, &err), -1);
    assert_has(err.message, "localhost");
    options.listen_addresses = twice + 1;
    options.directory = "/nonexistent";
    assert_int_equal(ag_snmp_start(&options, &snmp, &err), -1);
    assert_has(err.message, "/nonexistent");
    /* Failures leave nothing behind: it starts now. */
    options.directory = directory;
    assert_int_equal(ag_snmp_start(&options, &snmp, &err), 0);
    ag_snmp_stop(snmp);
    ag_snmp_stop(NULL);
    snprintf(engine, sizeof(engine), "%s/snmp-engine", directory);
    unlink(engine);
    snprintf(engine, sizeof(engine), "%s/cert_indexes", directory);
    rmdir(engine);
    rmdir(directory);
}

static void descriptors_above_1023_work(void **state)
{
    struct rlimit former;
    struct rlimit limit;
    int taken[1100];
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
    limit = former;
    limit.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (size_t i = 0; i < 1100; i++) {
        taken[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(taken[i] >= 0);
    }
    const struct ag_snmp_settings settings = test_snmp_settings();
    struct test_snmp_agent *agent = test_snmp_agent_new(ADDRESS);
    test_snmp_configure(agent, &settings);
    assert_true(answers(agent, TEST_SNMP_V2C));
    assert_true(answers(agent, TEST_SNMP_V3));
    for (size_t i = 0; i < 1100; i++)
        close(taken[i]);
    assert_true(answers(agent, TEST_SNMP_V2C));
    test_snmp_agent_free(agent);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
}

static void what_found_the_queue_full_is_counted(void **state)
{
    struct test_snmp_agent *agent = *state;
    const struct ag_snmp_settings settings = test_snmp_settings();
    char output[OUTPUT_MAX];
    /* Without settings nothing is taken out. */
    for (uint64_t i = 1; i <= AG_SNMP_QUEUE_MAX + 5; i++)
        test_snmp_raise(agent, i);
    ag_snmp_configure(test_snmp_agent_snmp(agent), &settings);
    assert_true(test_snmp_wait_notified(agent, AG_SNMP_QUEUE_MAX, 5000));
    assert_int_equal(test_snmp_tool(agent, "snmpget", TEST_SNMP_V2C, TEST_SNMP_MIB ".1.4.2.0",
                         output, sizeof(output)),
        0);
    assert_has(output, "Counter32: 5\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_status_is_shown),
        TEST(what_is_not_there_is_said),
        TEST(nobody_writes),
        TEST(only_the_community_reads_with_v2c),
        TEST(v3_users_read_with_privacy_only),
        TEST(every_authentication_protocol_works),
        TEST(users_change_while_it_runs),
        TEST(nothing_is_answered_unless_enabled),
        TEST(the_engine_is_the_same_after_a_restart),
        TEST(there_is_one_agent_a_process_and_an_address),
        TEST(what_found_the_queue_full_is_counted),
        cmocka_unit_test(a_port_in_use_is_named),
        cmocka_unit_test(descriptors_above_1023_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
