// SPDX-License-Identifier: Apache-2.0
/* The command line of the daemon. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NEEDED "--host-key", "h", "--certificate", "c", "--key", "k"
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static struct ag_options options;
static struct sx_error err;

static int read_line(const char *const *words, int count)
{
    char *argv[64] = {(char *)"sextantd"};

    memset(&options, 0x55, sizeof options);
    memset(&err, 0, sizeof err);
    for (int i = 0; i < count; i++)
        argv[i + 1] = (char *)words[i];
    return ag_options_read(count + 1, argv, &options, &err);
}

/* The line is refused, the message says this, and nothing was filled in. */
static void expect_refused(const char *const *words, int count, const char *says)
{
    assert_int_equal(read_line(words, count), -1);
    if (!strstr(err.message, says))
        fail_msg("\"%s\" does not say \"%s\"", err.message, says);
    assert_int_equal(options.netconf_port, 0x5555);
}

static void what_is_not_said_has_a_default(void **state)
{
    const char *const words[] = {NEEDED};

    (void)state;
    assert_int_equal(read_line(words, COUNT(words)), 0);
    assert_string_equal(options.host_key, "h");
    assert_string_equal(options.certificate, "c");
    assert_string_equal(options.key, "k");
    assert_int_equal(options.netconf_port, 830);
    assert_int_equal(options.cluster_port, 4372);
    assert_int_equal(options.recovery_port, 4371);
    assert_int_equal(options.snmp_port, 161);
    assert_int_equal(options.log_level, SX_LOG_INFO);
    assert_string_equal(options.listen[0], "0.0.0.0");
    assert_string_equal(options.listen[1], "::");
    assert_null(options.listen[2]);
    assert_non_null(options.modules[0]);
    assert_string_equal(options.yang_path[0], "/usr/share/yuma/nmda-modules/ietf");
    assert_null(options.ca);
    assert_null(options.crl);
    assert_null(options.resolv_conf);
    assert_null(options.initial_config);
    assert_non_null(options.state);
}

static void every_option_is_read(void **state)
{
    const char *const words[] = {NEEDED, "--state", "/s", "--listen", "127.0.0.11",
        "--netconf-port=8830", "--cluster-port", "1", "--recovery-port", "65535", "--snmp-port",
        "1161", "--ca", "ca", "--crl", "crl", "--modules", "m1", "--modules", "m2", "--yang-path",
        "y", "--socket", "sock", "--initial-config", "i.xml", "--log-level", "debug", "--listen",
        "::1", "--resolv-conf", "r"};

    (void)state;
    assert_int_equal(read_line(words, COUNT(words)), 0);
    assert_string_equal(options.state, "/s");
    assert_string_equal(options.listen[0], "127.0.0.11");
    assert_string_equal(options.listen[1], "::1");
    assert_null(options.listen[2]);
    assert_int_equal(options.netconf_port, 8830);
    assert_int_equal(options.cluster_port, 1);
    assert_int_equal(options.recovery_port, 65535);
    assert_int_equal(options.snmp_port, 1161);
    assert_string_equal(options.ca, "ca");
    assert_string_equal(options.crl, "crl");
    assert_string_equal(options.resolv_conf, "r");
    assert_string_equal(options.modules[1], "m2");
    assert_null(options.modules[2]);
    assert_string_equal(options.yang_path[0], "y");
    assert_null(options.yang_path[1]);
    assert_string_equal(options.socket, "sock");
    assert_string_equal(options.initial_config, "i.xml");
    assert_int_equal(options.log_level, SX_LOG_DEBUG);
}

static void a_port_is_a_number_of_16_bits(void **state)
{
    static const char *const wrong[] = {"0", "65536", "-1", "", "12x", "0x10x", " ", "99999999999"};

    (void)state;
    for (int i = 0; i < COUNT(wrong); i++) {
        const char *const words[] = {NEEDED, "--snmp-port", wrong[i]};

        expect_refused(words, COUNT(words), "--snmp-port");
        assert_non_null(strstr(err.message, "1 to 65535"));
    }
}

static void addresses_and_levels_are_checked(void **state)
{
    const char *const name[] = {NEEDED, "--listen", "localhost"};
    const char *const level[] = {NEEDED, "--log-level", "loud"};

    (void)state;
    expect_refused(name, COUNT(name), "localhost");
    expect_refused(level, COUNT(level), "debug");
}

static void repeats_are_bounded(void **state)
{
    const char *words[6 + 2 * (AG_OPTION_REPEATS_MAX + 1)] = {NEEDED};

    (void)state;
    for (int i = 6; i < COUNT(words); i += 2) {
        words[i] = "--listen";
        words[i + 1] = "127.0.0.1";
    }
    assert_int_equal(read_line(words, COUNT(words) - 2), 0);
    assert_null(options.listen[AG_OPTION_REPEATS_MAX]);
    expect_refused(words, COUNT(words), "--listen");
}

static void what_is_missing_or_unknown_is_named(void **state)
{
    const char *const no_key[] = {"--host-key", "h", "--certificate", "c"};
    const char *const unknown[] = {NEEDED, "--wrong"};
    const char *const unfinished[] = {NEEDED, "--ca"};
    const char *const stray[] = {NEEDED, "stray"};
    const char *const letter[] = {NEEDED, "-x"};

    (void)state;
    expect_refused(no_key, COUNT(no_key), "--key");
    expect_refused(unknown, COUNT(unknown), "--wrong");
    expect_refused(unfinished, COUNT(unfinished), "--ca needs a value");
    expect_refused(stray, COUNT(stray), "stray");
    expect_refused(letter, COUNT(letter), "-x");
}

static void help_and_version_need_nothing_else(void **state)
{
    const char *const help[] = {"--help"}, *const version[] = {"--version"};

    (void)state;
    assert_int_equal(read_line(help, 1), 0);
    assert_true(options.help);
    assert_false(options.version);
    assert_int_equal(read_line(version, 1), 0);
    assert_true(options.version);
}

static void help_tells_of_every_option(void **state)
{
    static const char *const names[] = {"--state", "--listen", "--netconf-port", "--cluster-port",
        "--recovery-port", "--snmp-port", "--host-key", "--certificate", "--key", "--ca", "--crl",
        "--resolv-conf", "--modules", "--yang-path", "--socket", "--initial-config", "--log-level",
        "--version", "--help"};

    (void)state;
    for (int i = 0; i < COUNT(names); i++)
        assert_non_null(strstr(ag_options_help(), names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_a_default),
        cmocka_unit_test(every_option_is_read),
        cmocka_unit_test(a_port_is_a_number_of_16_bits),
        cmocka_unit_test(addresses_and_levels_are_checked),
        cmocka_unit_test(repeats_are_bounded),
        cmocka_unit_test(what_is_missing_or_unknown_is_named),
        cmocka_unit_test(help_and_version_need_nothing_else),
        cmocka_unit_test(help_tells_of_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
