// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ARGUMENTS_MAX 8

/* Parses a command line, words parted by one space. */
static int parse(char *line, struct ctl_options *options, struct ctl_fault *fault)
{
    static char *words[ARGUMENTS_MAX + 1];
    int count = 0;

    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    return ctl_options_parse(count, words, options, fault);
}

static int no_socket(void **state)
{
    (void)state;
    return unsetenv("SEXTANT_SOCKET");
}

static void test_command_and_arguments(void **state)
{
    char line[] = "sextantctl set /a:b -5";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(line, &options, &fault), 0);
    assert_string_equal(options.command->name, "set");
    assert_int_equal(options.count, 2);
    assert_string_equal(options.arguments[1], "-5");
    assert_false(options.json);
}

static void test_json(void **state)
{
    char line[] = "sextantctl status --json";
    char refused[] = "sextantctl restart --json";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(line, &options, &fault), 0);
    assert_true(options.json);
    assert_int_equal(parse(refused, &options, &fault), -1);
    assert_string_equal(fault.message, "restart has no option --json");
}

static void test_options_of_the_history(void **state)
{
    char lines[] = "sextantctl history -n 7";
    char sure[] = "sextantctl rollback --yes 5";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(lines, &options, &fault), 0);
    assert_int_equal(options.lines, 7);
    assert_false(options.sure);
    assert_int_equal(parse(sure, &options, &fault), 0);
    assert_true(options.sure);
    assert_int_equal(options.count, 1);
}

static void test_options_of_backups(void **state)
{
    char purge[] = "sextantctl purge-database --yes --state=/s --yes";
    char backup[] = "sextantctl backup --passphrase-file /p file";
    char refused[] = "sextantctl set --yes /a b";
    char wait[] = "sextantctl set --wait all /a b";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(purge, &options, &fault), 0);
    assert_int_equal(options.sure, 2);
    assert_string_equal(options.state, "/s");
    assert_true(ctl_command_takes(options.command, CTL_OFFLINE));
    assert_int_equal(parse(backup, &options, &fault), 0);
    assert_string_equal(options.passphrase_file, "/p");
    assert_int_equal(options.count, 1);
    assert_int_equal(parse(refused, &options, &fault), -1);
    assert_string_equal(fault.message, "set has no option --yes");
    assert_int_equal(parse(wait, &options, &fault), 0);
    assert_string_equal(options.wait, "all");
}

static void test_where_the_socket_comes_from(void **state)
{
    char plain[] = "sextantctl status";
    char again[] = "sextantctl status";
    char option[] = "sextantctl --socket=/c status";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(plain, &options, &fault), 0);
    assert_non_null(strstr(options.socket, "/lib/sextant/sextantd.sock"));
    assert_int_equal(setenv("SEXTANT_SOCKET", "/b", 1), 0);
    assert_int_equal(parse(again, &options, &fault), 0);
    assert_string_equal(options.socket, "/b");
    assert_int_equal(parse(option, &options, &fault), 0);
    assert_string_equal(options.socket, "/c");
}

static void test_help_needs_no_command(void **state)
{
    char help[] = "sextantctl --help";
    char version[] = "sextantctl --version";
    struct ctl_options options;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(parse(help, &options, &fault), 0);
    assert_null(options.command);
    assert_non_null(strstr(options.text, "force-config-update"));
    assert_int_equal(parse(version, &options, &fault), 0);
    assert_non_null(strstr(options.text, SEXTANT_VERSION));
}

static void test_wrong_usage(void **state)
{
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"sextantctl", "a command is missing; --help shows them"},
        {"sextantctl fly", "there is no command fly; --help shows them"},
        {"sextantctl --fly status", "--fly: no such option, or its value is missing or extra"},
        {"sextantctl --socket", "--socket: no such option, or its value is missing or extra"},
        {"sextantctl get", "usage: sextantctl get [--json] PATH"},
        {"sextantctl get /a /b", "usage: sextantctl get [--json] PATH"},
        {"sextantctl set /a", "usage: sextantctl set [--wait WHO] PATH VALUE [PATH VALUE]..."},
        {"sextantctl restart now", "usage: sextantctl restart"},
        {"sextantctl restart --yes", "restart has no option --yes"},
        {"sextantctl diff -n 5", "diff has no option -n"},
        {"sextantctl history -n 0", "-n: 0 is not a number from 1 to 10000"},
        {"sextantctl history -n 5x", "-n: 5x is not a number from 1 to 10000"},
        {"sextantctl history -n", "-n: no such option, or its value is missing or extra"},
        {"sextantctl diff 1 2 3", "usage: sextantctl diff [--json] [REVISION [REVISION]]"},
        {"sextantctl rollback", "usage: sextantctl rollback [--yes] REVISION"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ctl_options options;
        struct ctl_fault fault = {0};
        char line[64];

        strcpy(line, cases[i].line);
        assert_int_equal(parse(line, &options, &fault), -1);
        assert_int_equal(fault.status, CTL_EXIT_USAGE);
        assert_string_equal(fault.message, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_command_and_arguments, no_socket),
        cmocka_unit_test_setup(test_json, no_socket),
        cmocka_unit_test_setup(test_options_of_the_history, no_socket),
        cmocka_unit_test_setup(test_options_of_backups, no_socket),
        cmocka_unit_test_setup(test_where_the_socket_comes_from, no_socket),
        cmocka_unit_test_setup(test_help_needs_no_command, no_socket),
        cmocka_unit_test_setup(test_wrong_usage, no_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
