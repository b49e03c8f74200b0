// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Conditions (conditions.c) say which alarms there should be; here the active ones are made equal
 * to that, each raise and clear in the store first and told afterwards. */

/** Events read at once, of those that are told again after a boot as they may not have gone out. */
#define REPEATED_MAX 256

static bool same(const struct sx_alarm_event *a, const struct sx_alarm_event *b)
{
    return a->id == b->id && strcmp(a->resource, b->resource) == 0;
}

static bool is_among(
    const struct sx_alarm_event *alarm, const struct sx_alarm_event *alarms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same(alarm, &alarms[i]))
            return true;
    return false;
}

static void tell(struct sx_engine *engine, const struct sx_alarm_event *event)
{
    struct sx_action *action = sx_update_add(engine->update, SX_ACTION_ALARM, NULL);

    action->alarm.event = *event;
    snprintf(
        action->alarm.system_name, sizeof action->alarm.system_name, "%s", engine->system_name);
}

int sx_alarms_load(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_alarms *alarms = &engine->alarms;
    struct sx_alarm_event *events = NULL;
    size_t count = 0;
    char *notified = NULL;
    int result = -1;

    if (sx_store_active_alarms(engine->store, &events, &count, err) < 0)
        goto out;
    for (size_t i = 0; i < count && i < SX_ALARMS_MAX; i++)
        alarms->active[alarms->count++] = events[i];
    /* Whether the histories diverged is judged anew when the primary speaks. */
    for (size_t i = 0; i < alarms->count; i++)
        engine->conflict |= alarms->active[i].id == 20011;
    free(events);
    events = NULL;
    if (sx_stored_value(engine, "notified", &notified, err) < 0)
        goto out;
    alarms->notified = alarms->notified_saved = notified ? strtoull(notified, NULL, 10) : 0;
    alarms->sequence = alarms->notified;
    do {
        free(events);
        events = NULL;
        if (sx_store_alarm_history(
                engine->store, alarms->sequence, REPEATED_MAX, &events, &count, err) < 0)
            goto out;
        for (size_t i = 0; i < count; i++) {
            tell(engine, &events[i]);
            alarms->sequence = events[i].sequence;
        }
    } while (count == REPEATED_MAX);
    result = 0;
out:
    free(events);
    free(notified);
    return result;
}

/** Changes of one step. */
struct changes {
    struct sx_alarm_event events[2 * SX_ALARMS_MAX];
    size_t count;
};

static void note(struct sx_engine *engine, struct changes *changes,
    const struct sx_alarm_event *alarm, bool raised)
{
    struct sx_alarm_event *event = &changes->events[changes->count++];
    const struct sx_alarm_type *type = sx_alarm_type(alarm->id);

    *event = *alarm;
    event->sequence = engine->alarms.sequence + changes->count;
    event->raised = raised;
    event->severity = type ? type->severity : SX_SEVERITY_WARNING;
    event->time_ms = engine->now_ms;
}

static int store_changes(
    struct sx_engine *engine, const struct changes *changes, struct sx_error *err)
{
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    for (size_t i = 0; i < changes->count; i++)
        if (sx_store_put_alarm(engine->store, &changes->events[i], err) < 0)
            goto failed;
    if (sx_store_commit(engine->store, err) == 0)
        return 0;
failed:
    sx_store_rollback(engine->store);
    return -1;
}

static void apply(struct sx_alarms *alarms, const struct sx_alarm_event *event)
{
    if (event->raised) {
        alarms->active[alarms->count++] = *event;
    } else {
        for (size_t i = 0; i < alarms->count; i++)
            if (same(&alarms->active[i], event)) {
                memmove(&alarms->active[i], &alarms->active[i + 1],
                    (alarms->count - i - 1) * sizeof alarms->active[0]);
                alarms->count--;
                break;
            }
    }
    alarms->sequence = event->sequence;
}

/* An alarm whose cause took another form says so without being raised again (RFC 8632 4.1). */
static void refresh_texts(
    struct sx_engine *engine, const struct sx_alarm_event *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < engine->alarms.count; j++) {
            struct sx_alarm_event *active = &engine->alarms.active[j];

            if (!same(active, &wanted[i]) || strcmp(active->text, wanted[i].text) == 0)
                continue;
            strcpy(active->text, wanted[i].text);
            engine->status_changed = true;
        }
}

void sx_alarms_settle(struct sx_engine *engine)
{
    struct sx_alarms *alarms = &engine->alarms;
    struct sx_alarm_event wanted[SX_ALARMS_MAX];
    size_t count = sx_conditions(engine, wanted);
    struct changes changes;
    struct sx_error err = {0};

    changes.count = 0;
    for (size_t i = 0; i < alarms->count; i++)
        if (!is_among(&alarms->active[i], wanted, count))
            note(engine, &changes, &alarms->active[i], false);
    for (size_t i = 0; i < count; i++)
        if (!is_among(&wanted[i], alarms->active, alarms->count))
            note(engine, &changes, &wanted[i], true);
    refresh_texts(engine, wanted, count);
    if (changes.count == 0)
        return;
    if (store_changes(engine, &changes, &err) < 0) {
        sx_update_log(engine->update, SX_LOG_ERROR,
            "alarms: %zu changes could not be stored and will be tried again: %s", changes.count,
            err.message);
        return;
    }
    for (size_t i = 0; i < changes.count; i++) {
        apply(alarms, &changes.events[i]);
        tell(engine, &changes.events[i]);
    }
    engine->status_changed = true;
}
