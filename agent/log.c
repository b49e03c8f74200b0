// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The process has one log, so its level is the process's too. */
static atomic_int level_limit = SX_LOG_INFO;

void ag_log_set_level(enum sx_log_level level)
{
    atomic_store(&level_limit, (int)level);
}

static void format_time(int64_t time_ms, char *ret_text, size_t size)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    size_t length;

    gmtime_r(&seconds, &tm);
    length = strftime(ret_text, size, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret_text + length, size - length, ".%03dZ", (int)(time_ms % 1000));
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Control characters could forge lines or upset a terminal. */
static void write_line(char *line, size_t length)
{
    ssize_t written;

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[length] = '\n';
    /* One write a line keeps lines of several threads apart. A log that cannot be written has
     * nobody left to be told. */
    written = write(STDERR_FILENO, line, length + 1);
    (void)written;
}

void ag_log(enum sx_log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char line[AG_LOG_LINE_MAX];
    char time[32];
    int head, body;
    size_t length;
    va_list arguments;

    if ((int)level > atomic_load(&level_limit))
        return;
    format_time(now_ms(), time, sizeof time);
    head = snprintf(line, sizeof line, "%s %s ", time, names[level]);
    va_start(arguments, format);
    body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, arguments);
    va_end(arguments);
    length = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    write_line(line, length);
}

/* Parts of the text come from peers: a quote must not end the field that it stands in. */
static void quote(const char *text, char *ret_text, size_t size)
{
    size_t length = 0;

    for (; *text && length + 2 < size; text++) {
        if (*text == '"' || *text == '\\')
            ret_text[length++] = '\\';
        ret_text[length++] = *text;
    }
    ret_text[length] = '\0';
}

void ag_log_alarm(const struct sx_alarm_event *event, const char *system_name)
{
    const struct sx_alarm_type *type = sx_alarm_type(event->id);
    char line[AG_LOG_LINE_MAX];
    char time[32], utc[32];
    char text[2 * SX_ALARM_TEXT_MAX];
    int length;

    format_time(now_ms(), time, sizeof time);
    format_time(event->time_ms, utc, sizeof utc);
    quote(event->text, text, sizeof text);
    length = snprintf(line, sizeof line - 1,
        "%s %s alarm: Level=\"WARN\" Event=\"Alarm %s\" Id=\"%u\" UUID=\"%s\" Severity=\"%s\" "
        "Detail=\"%s%s%s\" UTCTime=\"%s\"",
        time, *system_name ? system_name : "-", event->raised ? "Raised" : "Cleared", event->id,
        type ? type->uuid : "", sx_severity_name(event->severity), type ? type->title : "",
        *text ? ": " : "", text, utc);
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    write_line(line, (size_t)length);
}
