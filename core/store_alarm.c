// SPDX-License-Identifier: Apache-2.0
#include "sextant/memory.h"
#include "store_impl.h"

#include <stdlib.h>
#include <string.h>

/* Alarms: those that are active, and the history of their changes of state. */

static int severity_of(const char *name, enum sx_severity *ret_severity, struct sx_error *err)
{
    for (int i = SX_SEVERITY_CLEARED; i <= SX_SEVERITY_CRITICAL; i++)
        if (strcmp(sx_severity_name((enum sx_severity)i), name) == 0) {
            *ret_severity = (enum sx_severity)i;
            return 0;
        }
    return sx_error_set(
        err, SX_E_STORE, "the database holds a severity that is not known: \"%s\"", name);
}

/* Runs one of the two statements that write an event. */
static int write_event(
    sqlite3_stmt *statement, const struct sx_alarm_event *event, struct sx_error *err)
{
    return sx_sql_run(statement, err, "iiititt", (int64_t)event->sequence, (int64_t)event->id,
        (int64_t)event->raised, sx_severity_name(event->severity), event->time_ms, event->resource,
        event->text);
}

static int put_alarm(
    struct sx_store *store, const struct sx_alarm_event *event, struct sx_error *err)
{
    int rc;

    if (event->sequence > INT64_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "the sequence number %llu cannot be stored",
            (unsigned long long)event->sequence);
    if (event->raised)
        rc = write_event(store->statements[SX_STORE_ACTIVE_SET], event, err);
    else
        rc = sx_sql_run(store->statements[SX_STORE_ACTIVE_REMOVE], err, "it", (int64_t)event->id,
            event->resource);
    if (rc < 0 || write_event(store->statements[SX_STORE_ALARM_ADD], event, err) < 0)
        return -1;
    return sx_sql_run(store->statements[SX_STORE_ALARMS_TRIM], err, "i",
        (int64_t)event->sequence - SX_ALARM_HISTORY_MAX);
}

int sx_store_put_alarm(
    struct sx_store *store, const struct sx_alarm_event *event, struct sx_error *err)
{
    if (sx_store_check_writing(store, err) < 0)
        return -1;
    return sx_store_written(store, put_alarm(store, event, err));
}

static int read_event(
    sqlite3_stmt *statement, struct sx_alarm_event *ret_event, struct sx_error *err)
{
    struct sx_alarm_event event = {0};
    char *severity = NULL;

    if (sx_sql_text(statement, 4, &severity, err) < 0 ||
        severity_of(severity, &event.severity, err) < 0 ||
        sx_sql_fixed(statement, 5, event.resource, sizeof event.resource, err) < 0 ||
        sx_sql_fixed(statement, 6, event.text, sizeof event.text, err) < 0)
        return -1;
    event.sequence = (uint64_t)sqlite3_column_int64(statement, 0);
    event.id = (uint32_t)sqlite3_column_int64(statement, 1);
    event.raised = sqlite3_column_int64(statement, 2) != 0;
    event.time_ms = sqlite3_column_int64(statement, 3);
    *ret_event = event;
    return 0;
}

/* Reads all rows of a statement whose parameters are bound. */
static int read_events(sqlite3_stmt *statement, struct sx_alarm_event **ret_events,
    size_t *ret_count, struct sx_error *err)
{
    struct sx_alarm_event *events = NULL;
    size_t capacity = 0;
    size_t count = 0;
    int rc;

    while ((rc = sx_sql_step(statement, err)) > 0) {
        events = sx_grow(events, count, &capacity, sizeof *events);
        rc = read_event(statement, &events[count], err);
        if (rc < 0)
            break;
        count++;
    }
    sx_sql_reset(statement);
    if (rc < 0) {
        free(events);
        return -1;
    }
    *ret_events = events;
    *ret_count = count;
    return 0;
}

int sx_store_active_alarms(struct sx_store *store, struct sx_alarm_event **ret_events,
    size_t *ret_count, struct sx_error *err)
{
    return read_events(store->statements[SX_STORE_ACTIVE], ret_events, ret_count, err);
}

int sx_store_alarm_history(struct sx_store *store, uint64_t sequence, size_t limit,
    struct sx_alarm_event **ret_events, size_t *ret_count, struct sx_error *err)
{
    sqlite3_stmt *statement = store->statements[SX_STORE_ALARM_HISTORY];
    uint64_t after = sequence < INT64_MAX ? sequence : INT64_MAX;
    size_t most = limit < SX_ALARM_HISTORY_MAX ? limit : SX_ALARM_HISTORY_MAX;

    if (sx_sql_bind(statement, err, "ii", (int64_t)after, (int64_t)most) < 0)
        return -1;
    return read_events(statement, ret_events, ret_count, err);
}
