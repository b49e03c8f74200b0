// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** Virtual time starts here: 2030-01-01, UTC. */
#define START_MS 1893456000000ll

void sim_fail(const struct sim *sim, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "sim: seed %llu, step %llu, time %lld ms: ", (unsigned long long)sim->seed,
        (unsigned long long)sim->steps, (long long)sim->now);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

/* xorshift64*: small, and the same everywhere. */
uint64_t sim_random(struct sim *sim, uint64_t bound)
{
    sim->state ^= sim->state >> 12;
    sim->state ^= sim->state << 25;
    sim->state ^= sim->state >> 27;
    return (sim->state * 0x2545f4914f6cdd1dull >> 16) % bound;
}

static void trace(struct sim *sim, const void *data, size_t length)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < length; i++)
        sim->trace = (sim->trace ^ bytes[i]) * 0x100000001b3ull;
}

static void fill_random(struct sim *sim, uint8_t random[32])
{
    for (size_t i = 0; i < 32; i++)
        random[i] = (uint8_t)sim_random(sim, 256);
}

static void do_action(struct sim *sim, struct sim_node *node, struct sx_action *action)
{
    switch (action->type) {
    case SX_ACTION_LOG:
        if (sim->verbose)
            fprintf(
                stderr, "%8lld node %u: %s\n", (long long)sim->now, node->number, action->log.text);
        break;
    case SX_ACTION_ALARM:
        if (sim->verbose)
            fprintf(stderr, "%8lld node %u: alarm %u %s %s\n", (long long)sim->now, node->number,
                action->alarm.event.id, action->alarm.event.raised ? "raised" : "cleared",
                action->alarm.event.text);
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
    default:
        sim_network_action(sim, node->number, action);
    }
}

static void do_actions(struct sim *sim, struct sim_node *node, struct sx_update *update)
{
    node->tick_at = update->deadline_ms;
    for (size_t i = 0; i < update->count; i++) {
        trace(sim, &update->actions[i].type, sizeof update->actions[i].type);
        do_action(sim, node, &update->actions[i]);
    }
}

/* What may make a revision of a node's own. */
static bool is_edit(const struct sx_event *event)
{
    return event->type == SX_EVENT_EDIT || event->type == SX_EVENT_ROLLBACK;
}

bool sim_step(struct sim *sim, unsigned number, struct sx_event *event, struct sx_error *ret_error)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_update update = {0};
    bool succeeded;

    event->time_ms = START_MS + sim->now;
    event->monotonic_ms = sim->now;
    fill_random(sim, event->random);
    sim->steps++;
    trace(sim, &number, sizeof number);
    trace(sim, &event->type, sizeof event->type);
    node->edit_in_flight = is_edit(event);
    sx_engine_step(node->engine, event, &update);
    succeeded = !update.failed;
    if (ret_error)
        *ret_error = update.error;
    /* Power went during the step: nobody heard of what it brought. */
    if (fault_vfs_crashed(node->disk)) {

        sx_update_clear(&update);
        sim_crash(sim, number);
        return false;
    }
    node->edit_in_flight = false;
    sx_status_clear(&node->status);
    sx_engine_status(node->engine, &node->status);
    if (is_edit(event) && succeeded)
        sim_note_commit(sim, node);
    trace(sim, node->status.history.digest, SX_DIGEST_SIZE);
    sim_check_step(sim, node, &update);
    do_actions(sim, node, &update);
    sx_update_clear(&update);
    sim_network_settle(sim);
    if (node->key_saving) {
        struct sx_event saved = {.type = SX_EVENT_KEY_SAVED};

        node->key_saving = false;
        sim_step(sim, number, &saved, NULL);
    }
    return succeeded;
}

bool sim_edit(struct sim *sim, unsigned node, const char *xml, struct sx_error *ret_error)
{
    struct sx_event event = {
        .type = SX_EVENT_EDIT, .origin = {.user = "operator", .source = "sim", .session = 1}};
    struct lyd_node *config = NULL;
    bool succeeded;

    if (lyd_parse_data_mem(sx_schema_context(sim->schema), xml, LYD_XML,
            LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config) != LY_SUCCESS)
        sim_fail(sim, "the test's XML does not parse: %s", xml);
    event.edit.config = config;
    succeeded = sim_step(sim, node, &event, ret_error);
    lyd_free_all(config);
    return succeeded;
}

void sim_crash(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];

    fault_vfs_crash_at(node->disk, FAULT_ALL, 1);
    sx_engine_close(node->engine);
    node->engine = NULL;
    node->tick_at = INT64_MAX;
    fault_vfs_crash_recover(node->disk, sim_random(sim, UINT32_MAX));
    sim_network_down(sim, number);
}

void sim_boot(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];
    const char *const addresses[] = {node->address, NULL};
    struct sx_engine_options options = {.schema = sim->schema,
        .directory = node->directory,
        .vfs = node->vfs,
        .own_addresses = addresses,
        .software_version = "sim",
        .system_key = node->system_key,
        .next_system_key = node->has_next ? node->next_key : NULL,
        .time_ms = START_MS + sim->now,
        .monotonic_ms = sim->now};
    struct sx_update update = {0};
    struct sx_error err = {0};

    fill_random(sim, options.random);
    if (sx_engine_open(&options, &update, &node->engine, &err) < 0)
        sim_fail(sim, "node %u does not boot: %s", number, err.message);
    node->boots++;
    node->key_saving = false;
    sx_status_clear(&node->status);
    sx_engine_status(node->engine, &node->status);
    sim_check_boot(sim, node);
    do_actions(sim, node, &update);
    sx_update_clear(&update);
    sim_network_settle(sim);
}

void sim_restart(struct sim *sim, unsigned node)
{
    sim_crash(sim, node);
    sim_boot(sim, node);
}

void sim_open(struct sim *sim, const struct sx_schema *schema, unsigned count, uint64_t seed,
    const char *folder)
{
    memset(sim, 0, sizeof *sim);
    sim->schema = schema;
    sim->seed = seed;
    sim->state = seed * 0x9e3779b97f4a7c15ull + 1;
    sim->trace = 0xcbf29ce484222325ull;
    sim->count = count;
    sim->verbose = getenv("SIM_VERBOSE") != NULL;
    snprintf(sim->folder, sizeof sim->folder, "%s", folder);
    sim->queue = sx_calloc(SIM_QUEUE_MAX, sizeof *sim->queue);
    sim->commits = sx_calloc(SIM_COMMITS_MAX, sizeof *sim->commits);
    for (unsigned i = 0; i < count; i++) {
        struct sim_node *node = &sim->nodes[i];
        char backups[300];

        node->number = i;
        snprintf(node->address, sizeof node->address, "10.0.0.%u", i + 1);
        snprintf(node->directory, sizeof node->directory, "%s/%u", folder, i);
        snprintf(node->vfs, sizeof node->vfs, "sim%u", i);
        snprintf(backups, sizeof backups, "%s/backups", node->directory);
        if (mkdir(node->directory, 0700) < 0 || mkdir(backups, 0700) < 0)
            sim_fail(sim, "folder %s cannot be made", node->directory);
        fill_random(sim, node->system_key);
        node->disk = fault_vfs_new(node->vfs);
        sim_boot(sim, i);
    }
}

void sim_close(struct sim *sim)
{
    for (unsigned i = 0; i < sim->count; i++) {
        sx_engine_close(sim->nodes[i].engine);
        sx_status_clear(&sim->nodes[i].status);
        fault_vfs_free(sim->nodes[i].disk);
    }
    for (size_t i = 0; i < sim->queued; i++)
        free(sim->queue[i].bytes);
    free(sim->queue);
    free(sim->commits);
}

static size_t earliest(const struct sim *sim)
{
    size_t first = 0;

    for (size_t i = 1; i < sim->queued; i++)
        if (sim->queue[i].at < sim->queue[first].at ||
            (sim->queue[i].at == sim->queue[first].at &&
                sim->queue[i].order < sim->queue[first].order))
            first = i;
    return first;
}

static struct sim_node *next_tick(struct sim *sim)
{
    struct sim_node *first = NULL;

    for (unsigned i = 0; i < sim->count; i++)
        if (sim->nodes[i].engine && (!first || sim->nodes[i].tick_at < first->tick_at))
            first = &sim->nodes[i];
    return first;
}

void sim_run(struct sim *sim, int64_t milliseconds)
{
    int64_t end = sim->now + milliseconds;

    for (;;) {
        struct sim_node *node = next_tick(sim);
        size_t index = earliest(sim);
        int64_t tick_at = node ? node->tick_at : INT64_MAX;
        int64_t queue_at = sim->queued > 0 ? sim->queue[index].at : INT64_MAX;

        if (tick_at > end && queue_at > end)
            break;
        if (queue_at <= tick_at) {
            struct sim_delivery delivery = sim->queue[index];

            sim->queue[index] = sim->queue[--sim->queued];
            sim->now = queue_at > sim->now ? queue_at : sim->now;
            sim_network_deliver(sim, &delivery);
        } else {
            struct sx_event event = {.type = SX_EVENT_TICK};

            sim->now = tick_at > sim->now ? tick_at : sim->now;
            sim_step(sim, node->number, &event, NULL);
        }
    }
    sim->now = end;
}
