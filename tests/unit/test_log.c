// SPDX-License-Identifier: Apache-2.0
/* The event log, as it arrives on standard error. */
#include "log.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define TIME "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "

/** Standard error while a test looks at it. */
struct capture {
    int file, former;
    char text[3 * AG_LOG_LINE_MAX];
};

static void begin(struct capture *capture)
{
    capture->file = memfd_create("log", MFD_CLOEXEC);
    capture->former = dup(STDERR_FILENO);
    assert_return_code(capture->file, 0);
    assert_return_code(capture->former, 0);
    assert_return_code(dup2(capture->file, STDERR_FILENO), 0);
}

static void end(struct capture *capture)
{
    ssize_t length;

    dup2(capture->former, STDERR_FILENO);
    close(capture->former);
    length = pread(capture->file, capture->text, sizeof capture->text - 1, 0);
    close(capture->file);
    assert_true(length >= 0);
    capture->text[length] = '\0';
}

static void expect_match(const char *text, const char *pattern)
{
    regex_t expression;

    assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&expression, text, 0, NULL, 0) != 0)
        fail_msg("\"%s\" does not match %s", text, pattern);
    regfree(&expression);
}

static void a_line_has_time_level_and_text(void **state)
{
    struct capture capture;

    (void)state;
    begin(&capture);
    ag_log(SX_LOG_WARNING, "peer %u is %s", 2u, "gone");
    end(&capture);
    expect_match(capture.text, TIME "warning peer 2 is gone\n$");
}

static void lines_above_the_level_are_dropped(void **state)
{
    struct capture capture;

    (void)state;
    begin(&capture);
    ag_log_set_level(SX_LOG_WARNING);
    ag_log(SX_LOG_INFO, "hidden");
    ag_log(SX_LOG_WARNING, "first");
    ag_log(SX_LOG_ERROR, "second");
    ag_log_set_level(SX_LOG_DEBUG);
    ag_log(SX_LOG_DEBUG, "third");
    ag_log_set_level(SX_LOG_INFO);
    ag_log(SX_LOG_DEBUG, "hidden too");
    end(&capture);
    assert_null(strstr(capture.text, "hidden"));
    expect_match(capture.text, "first\n.*second\n.*debug third\n$");
}

static void what_came_from_outside_cannot_forge_a_line(void **state)
{
    struct capture capture;
    const char *newline;

    (void)state;
    begin(&capture);
    ag_log(SX_LOG_INFO, "user %s", "x\n2026-01-01T00:00:00.000Z error forged\033[31m\177");
    end(&capture);
    newline = strchr(capture.text, '\n');
    assert_non_null(newline);
    assert_string_equal(newline, "\n");
    assert_null(strchr(capture.text, '\033'));
    assert_null(strchr(capture.text, '\177'));
}

static void a_line_is_bounded(void **state)
{
    struct capture capture;
    char text[2 * AG_LOG_LINE_MAX];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    begin(&capture);
    ag_log(SX_LOG_INFO, "%s", text);
    ag_log(SX_LOG_INFO, "next");
    end(&capture);
    assert_in_range(strcspn(capture.text, "\n"), AG_LOG_LINE_MAX / 2, AG_LOG_LINE_MAX - 1);
    expect_match(strchr(capture.text, '\n') + 1, TIME "info next\n$");
}

static struct sx_alarm_event event(bool raised, const char *text)
{
    struct sx_alarm_event event = {.sequence = 7,
        .id = 20006,
        .raised = raised,
        .severity = SX_SEVERITY_WARNING,
        .time_ms = 1893456000123};

    snprintf(event.text, sizeof event.text, "%s", text);
    return event;
}

static void an_alarm_has_the_line_of_the_manual(void **state)
{
    struct capture capture;
    struct sx_alarm_event raised = event(true, "Peer 2 (10.0.0.2): gone");
    struct sx_alarm_event cleared = event(false, "Peer 2 (10.0.0.2): gone");

    (void)state;
    begin(&capture);
    ag_log_alarm(&raised, "west");
    ag_log_alarm(&cleared, "west");
    end(&capture);
    expect_match(capture.text,
        TIME "west alarm: Level=\"WARN\" Event=\"Alarm Raised\" Id=\"20006\" "
             "UUID=\"0f96695e-d954-4f6f-85c1-2ef1eae6f764\" Severity=\"warning\" "
             "Detail=\"[^\"]*Peer 2 \\(10\\.0\\.0\\.2\\): gone\" "
             "UTCTime=\"2030-01-01T00:00:00\\.123Z\"\n");
    expect_match(strchr(capture.text, '\n') + 1, "Event=\"Alarm Cleared\"");
}

static void an_alarm_is_logged_whatever_the_level(void **state)
{
    struct capture capture;
    struct sx_alarm_event raised = event(true, "x");

    (void)state;
    begin(&capture);
    ag_log_set_level(SX_LOG_ERROR);
    ag_log_alarm(&raised, "");
    ag_log_set_level(SX_LOG_INFO);
    end(&capture);
    expect_match(capture.text, TIME "- alarm: ");
}

static void quotes_do_not_end_a_field(void **state)
{
    struct capture capture;
    struct sx_alarm_event raised = event(true, "x\" Id=\"1\" \\");

    (void)state;
    begin(&capture);
    ag_log_alarm(&raised, "west");
    end(&capture);
    assert_non_null(strstr(capture.text, "x\\\" Id=\\\"1\\\" \\\\\" UTCTime="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_and_text),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(what_came_from_outside_cannot_forge_a_line),
        cmocka_unit_test(a_line_is_bounded),
        cmocka_unit_test(an_alarm_has_the_line_of_the_manual),
        cmocka_unit_test(an_alarm_is_logged_whatever_the_level),
        cmocka_unit_test(quotes_do_not_end_a_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
