// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include "operator.h"
#include "sextant/maintenance.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Systems and their time: boots, steps, crashes, and what an engine wants done. */

/** Virtual time starts here: 2030-01-01, UTC. */
#define START_MS 1893456000000ll

void sim_fail(const struct sim *sim, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "sim: seed %llu, step %llu, time %lld ms: ", (unsigned long long)sim->seed,
        (unsigned long long)sim->counts.steps, (long long)sim->now);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    fflush(stderr);
    if (sim->trace_to)
        fflush(sim->trace_to);
    _Exit(SIM_FAILED);
}

/* splitmix64: small, the same everywhere, and any state will do. */
uint64_t sim_random(uint64_t *state, uint64_t bound)
{
    uint64_t number = *state += 0x9e3779b97f4a7c15ull;

    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ull;
    number = (number ^ number >> 27) * 0x94d049bb133111ebull;
    return (number ^ number >> 31) % bound;
}

void sim_trace(struct sim *sim, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line - 2)
        length = (int)sizeof line - 2;
    line[length++] = '\n';
    for (int i = 0; i < length; i++)
        sim->trace = (sim->trace ^ (uint8_t)line[i]) * 0x100000001b3ull;
    if (sim->trace_to)
        fwrite(line, 1, (size_t)length, sim->trace_to);
}

bool sim_has_alarm(const struct sim *sim, unsigned node, uint32_t id)
{
    const struct sx_status *status = &sim->nodes[node].status;

    for (size_t i = 0; i < status->alarm_count; i++)
        if (status->alarms[i].id == id)
            return true;
    return false;
}

static void fill_random(struct sim_node *node, uint8_t random[32])
{
    for (size_t i = 0; i < 32; i++)
        random[i] = (uint8_t)sim_random(&node->random, 256);
}

static void log_line(struct sim *sim, const struct sim_node *node, const char *text)
{
    if (strstr(text, "the snapshot of revision"))
        sim->counts.snapshots++;
    if (sim->verbose)
        fprintf(stderr, "%8lld node %u: %s\n", (long long)sim->now, node->number, text);
}

static void do_alarm(struct sim *sim, struct sim_node *node, const struct sx_alarm_event *event)
{
    sim_trace(sim, "  alarm %llu %u %s %s %s", (unsigned long long)event->sequence, event->id,
        event->raised ? "raised" : "cleared", event->resource, event->text);
    if (sim->verbose)
        fprintf(stderr, "%8lld node %u: alarm %u %s %s\n", (long long)sim->now, node->number,
            event->id, event->raised ? "raised" : "cleared", event->text);
    if (!node->notifying)
        sim_network_plan(sim, (struct sim_delivery){.what = SIM_NOTIFIED, .to = node->number}, 200);
    node->notifying = true;
}

static void checkpoint(struct sim *sim, struct sim_node *node)
{
    struct sx_error err = {0};

    if (sx_store_checkpoint(node->directory, node->vfs, &err) < 0 &&
        !fault_vfs_crashed(node->disk) && !node->full && !node->failing)
        sim_fail(sim, "node %u: no checkpoint: %s", node->number, err.message);
}

static void do_action(struct sim *sim, struct sim_node *node, struct sx_action *action)
{
    switch (action->type) {
    case SX_ACTION_LOG:
        log_line(sim, node, action->log.text);
        break;
    case SX_ACTION_ALARM:
        do_alarm(sim, node, &action->alarm.event);
        break;
    case SX_ACTION_KEY_SAVE:
        memcpy(node->next_key, action->key, sizeof node->next_key);
        node->has_next = node->key_saving = true;
        break;
    case SX_ACTION_KEY_INSTALL:
        if (node->has_next)
            memcpy(node->system_key, node->next_key, sizeof node->system_key);
        node->has_next = false;
        break;
    case SX_ACTION_KEY_FORGET:
        node->has_next = false;
        break;
    case SX_ACTION_CHECKPOINT:
        checkpoint(sim, node);
        break;
    case SX_ACTION_RESTART:
        if (!node->restarting)
            sim_network_plan(
                sim, (struct sim_delivery){.what = SIM_RESTART, .to = node->number}, 100);
        node->restarting = true;
        break;
    default:
        sim_network_action(sim, node, action);
    }
}

static void do_actions(struct sim *sim, struct sim_node *node, struct sx_update *update)
{
    node->tick_at =
        update->deadline_ms == INT64_MAX ? INT64_MAX : update->deadline_ms - node->monotonic_ms;
    for (size_t i = 0; i < update->count; i++) {
        struct sx_action *action = &update->actions[i];

        if (action->type != SX_ACTION_LOG)
            sim_trace(sim, "  action %d %s", action->type, action->peer ? action->peer : "");
        do_action(sim, node, action);
    }
}

static void read_status(struct sim_node *node)
{
    sx_status_clear(&node->status);
    sx_engine_status(node->engine, &node->status);
}

static void trace_position(struct sim *sim, const struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;

    sim_trace(sim, "  node %u %s revision %llu %.8s %02x%02x%02x%02x", node->number,
        sx_role_name(node->status.role), (unsigned long long)sx_history_revision(history),
        sx_history_lineage(history), history->digest[0], history->digest[1], history->digest[2],
        history->digest[3]);
}

static void count_step(struct sim *sim, const struct sim_node *node)
{
    sim->counts.steps++;
    if (++sim->steps_now > SIM_STEPS_MAX)
        sim_fail(sim, "node %u does not come to rest: more than %d steps at one moment",
            node->number, SIM_STEPS_MAX);
}

/* What may make a revision of a node's own. */
static bool is_own_edit(const struct sx_event *event)
{
    return event->type == SX_EVENT_EDIT || event->type == SX_EVENT_COMMIT ||
           event->type == SX_EVENT_ROLLBACK || event->type == SX_EVENT_RESTORE_END;
}

static void key_saved(struct sim *sim, struct sim_node *node)
{
    struct sx_event saved = {.type = SX_EVENT_KEY_SAVED};

    node->key_saving = false;
    sim_step(sim, node->number, &saved, NULL);
}

bool sim_step(struct sim *sim, unsigned number, struct sx_event *event, struct sx_error *ret_error)
{
    struct sim_node *node = &sim->nodes[number];
    struct sim_before before = sim_before(node, event);
    struct sx_update update = {0};
    struct sx_error error;
    bool succeeded;

    event->time_ms = START_MS + sim->now + node->wall_ms;
    event->monotonic_ms = sim->now + node->monotonic_ms;
    fill_random(node, event->random);
    count_step(sim, node);
    sim_trace(sim, "%lld node %u event %d", (long long)sim->now, number, event->type);
    sx_engine_step(node->engine, event, &update);
    succeeded = !update.failed;
    error = update.error;
    if (ret_error)
        *ret_error = error;
    /* Power went during the step, or after it: nobody heard of what it brought. */
    if (fault_vfs_crashed(node->disk) || node->dies) {
        sx_update_clear(&update);
        node->promise.in_flight = true;
        node->promise.own_edit = is_own_edit(event);
        node->promise.ran = node->release;
        node->promise.whole = before.message == SX_MESSAGE_SNAPSHOT_END;
        sim_crash(sim, number);
        return false;
    }
    read_status(node);
    sim_trace(sim, "  %s %s", succeeded ? "done" : "refused", succeeded ? "" : error.message);
    trace_position(sim, node);
    sim_check_step(sim, node, &before, event, &update);
    do_actions(sim, node, &update);
    sx_update_clear(&update);
    sim_network_settle(sim);
    if (fault_vfs_crashed(node->disk))
        sim_crash(sim, number);
    else if (node->key_saving)
        key_saved(sim, node);
    sim_check_following(sim);
    return succeeded;
}

static void go_down(struct sim *sim, struct sim_node *node)
{
    sx_engine_close(node->engine);
    node->engine = NULL;
    node->tick_at = INT64_MAX;
    node->key_saving = node->restarting = node->notifying = node->dies = false;
    sim_network_down(sim, node);
}

void sim_crash(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];

    sim_trace(sim, "%lld node %u crashes", (long long)sim->now, number);
    sim->counts.crashes++;
    fault_vfs_crash_at(node->disk, FAULT_ALL, 1);
    go_down(sim, node);
    fault_vfs_crash_recover(node->disk, sim_random(&node->random, UINT32_MAX));
    node->failing = false;
    if (node->full)
        fault_vfs_room(node->disk, 0);
}

/* After power came back the monotonic clock begins anew. */
static void set_clock(struct sim *sim, struct sim_node *node)
{
    node->monotonic_ms = 1000 - sim->now + (int64_t)sim_random(&node->random, 100000);
}

bool sim_boot(struct sim *sim, unsigned number, uint64_t crash_at)
{
    struct sim_node *node = &sim->nodes[number];
    const char *const addresses[] = {node->ip, NULL};
    struct sx_engine_options options = {.schema = sim->schemas[node->release],
        .directory = node->directory,
        .vfs = node->vfs,
        .own_addresses = addresses,
        .software_version = "sim",
        .system_key = node->system_key,
        .next_system_key = node->has_next ? node->next_key : NULL,
        .time_ms = START_MS + sim->now + node->wall_ms};
    struct sx_update update = {0};
    struct sx_error err = {0};

    set_clock(sim, node);
    options.monotonic_ms = sim->now + node->monotonic_ms;
    fill_random(node, options.random);
    sim_trace(sim, "%lld node %u boots", (long long)sim->now, number);
    sim->counts.boots++;
    fault_vfs_crash_at(node->disk, SIM_POINTS, crash_at);
    if (sx_engine_open(&options, &update, &node->engine, &err) < 0) {
        if (!fault_vfs_crashed(node->disk) && !node->full && !node->failing)
            sim_fail(sim, "node %u does not boot: %s", number, err.message);
        node->engine = NULL;
    }
    if (!node->engine || fault_vfs_crashed(node->disk)) {
        sx_update_clear(&update);
        sim_crash(sim, number);
        return false;
    }
    fault_vfs_crash_at(node->disk, SIM_POINTS, 0);
    read_status(node);
    trace_position(sim, node);
    sim_check_boot(sim, node, &update);
    do_actions(sim, node, &update);
    sx_update_clear(&update);
    sim_network_settle(sim);
    if (fault_vfs_crashed(node->disk))
        sim_crash(sim, number);
    return node->engine != NULL;
}

void sim_restart(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];

    go_down(sim, node);
    if (fault_vfs_crashed(node->disk)) {
        sim->counts.crashes++;
        fault_vfs_crash_recover(node->disk, sim_random(&node->random, UINT32_MAX));
    }
    sim_boot(sim, number, 0);
}

static void open_node(struct sim *sim, struct sim_node *node, const struct sim_options *options)
{
    char backups[300];

    snprintf(node->ip, sizeof node->ip, "10.0.0.%u", node->number + 1);
    if (options->names)
        snprintf(node->address, sizeof node->address, "p%u.sim.example", node->number + 1);
    else
        snprintf(node->address, sizeof node->address, "%s", node->ip);
    snprintf(node->directory, sizeof node->directory, "%s/%u", options->folder, node->number);
    snprintf(node->vfs, sizeof node->vfs, "sim%u", node->number);
    snprintf(backups, sizeof backups, "%s/backups", node->directory);
    if (mkdir(node->directory, 0700) < 0 || mkdir(backups, 0700) < 0)
        sim_fail(sim, "folder %s cannot be made", node->directory);
    node->random = options->seed * SIM_NODES_MAX + node->number;
    node->wall_ms = (int64_t)sim_random(&node->random, 600000) - 300000;
    fill_random(node, node->system_key);
    node->promise.at = SIM_NOTHING;
    node->rolling.asked = -1;
    node->disk = fault_vfs_new(node->vfs);
    sim_boot(sim, node->number, 0);
}

void sim_open(struct sim *sim, const struct sim_options *options)
{
    memset(sim, 0, sizeof *sim);
    sim->schemas = options->schemas;
    sim->seed = options->seed;
    sim->trace = 0xcbf29ce484222325ull;
    sim->trace_to = options->trace_to;
    sim->count = options->count;
    sim->verbose = getenv("SIM_VERBOSE") != NULL;
    snprintf(sim->folder, sizeof sim->folder, "%s", options->folder);
    sim_network_open(sim);
    for (unsigned i = 0; i < sim->count; i++) {
        sim->nodes[i].number = i;
        open_node(sim, &sim->nodes[i], options);
    }
}

void sim_close(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++) {
        sx_engine_close(sim->nodes[i].engine);
        sx_status_clear(&sim->nodes[i].status);
        fault_vfs_free(sim->nodes[i].disk);
    }
    sim_network_close(sim);
    sim_backup_forget(sim);
    free(sim->model.commits);
}

static struct sim_node *next_tick(struct sim *sim)
{
    struct sim_node *first = NULL;

    for (unsigned i = 0; i < sim->count; i++)
        if (sim->nodes[i].engine && (!first || sim->nodes[i].tick_at < first->tick_at))
            first = &sim->nodes[i];
    return first;
}

static void go_to(struct sim *sim, int64_t time)
{
    if (time <= sim->now)
        return;
    sim->now = time;
    sim->steps_now = 0;
}

void sim_run(struct sim *sim, int64_t milliseconds)
{
    int64_t end = sim->now + milliseconds;

    for (;;) {
        struct sim_node *node = next_tick(sim);
        int64_t tick_at = node ? node->tick_at : INT64_MAX;
        struct sim_delivery delivery;

        if (sim_network_next(sim, tick_at < end ? tick_at : end, &delivery)) {
            go_to(sim, delivery.at);
            sim_network_deliver(sim, &delivery);
        } else if (tick_at <= end) {
            struct sx_event event = {.type = SX_EVENT_TICK};

            go_to(sim, tick_at);
            sim_step(sim, node->number, &event, NULL);
        } else {
            break;
        }
    }
    go_to(sim, end);
}
