// SPDX-License-Identifier: Apache-2.0
#include "dispatch.h"

#include "log.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Actions of one update on their way to the loop thread. */
struct batch {
    struct ag_host *host;
    struct sx_update update;
};

static void restart(void *context)
{
    struct ag_host *host = context;

    host->parts.restart(host->parts.context);
}

static void run_batch(void *argument)
{
    struct batch *batch = argument;
    struct ag_host *host = batch->host;

    for (size_t i = 0; i < batch->update.count; i++) {
        struct sx_action *action = &batch->update.actions[i];

        if (action->type != SX_ACTION_RESTART && host->parts.links)
            ag_links_do(host->parts.links, action);
        else if (action->type != SX_ACTION_RESTART)
            continue;
        else if (host->parts.netconf)
            ag_netconf_flush(host->parts.netconf, restart, host);
        else
            restart(host);
    }
    sx_update_clear(&batch->update);
    free(batch);
}

static bool is_for_loop(const struct sx_action *action)
{
    switch (action->type) {
    case SX_ACTION_SEND:
    case SX_ACTION_LINK_OPEN:
    case SX_ACTION_LINK_CLOSE:
    case SX_ACTION_LINK_RESET:
    case SX_ACTION_RESOLVE:
    case SX_ACTION_RESTART:
        return true;
    default:
        return false;
    }
}

static void move_action(struct sx_update *to, struct sx_action *action)
{
    struct sx_action *moved = sx_update_add(to, action->type, NULL);

    *moved = *action;
    action->peer = NULL;
    if (action->type == SX_ACTION_SEND)
        action->message = NULL;
}

/* The key's file is written at once: nothing is sealed with the key before the answer. */
static void save_key(struct ag_host *host, const uint8_t key[SX_SYSTEM_KEY_SIZE])
{
    struct sx_event event = {.type = SX_EVENT_KEY_SAVED};
    struct sx_error err = {0};

    /* What was not put in place before must not be lost under the new one. */
    if (host->install_pending && ag_system_key_install(host->store_directory, &err) == 0)
        host->install_pending = false;
    if (host->install_pending || ag_system_key_save(host->store_directory, key, &err) < 0)
        snprintf(event.key_failure, sizeof event.key_failure, "%.255s", err.message);
    ag_host_post(host, &event);
}

static void install_key(struct ag_host *host)
{
    struct sx_error err;

    host->install_pending = ag_system_key_install(host->store_directory, &err) < 0;
    if (host->install_pending)
        ag_log(SX_LOG_ERROR, "%s; it stays in %s, which serves as well", err.message,
            AG_SYSTEM_KEY_NEXT_FILE);
}

static void do_here(struct ag_host *host, const struct sx_action *action)
{
    switch (action->type) {
    case SX_ACTION_ALARM:
        ag_log_alarm(&action->alarm.event, action->alarm.system_name);
        if (host->parts.snmp)
            ag_snmp_notify(host->parts.snmp, &action->alarm.event);
        break;
    case SX_ACTION_LOG:
        ag_log(action->log.level, "%s", action->log.text);
        break;
    case SX_ACTION_RECONFIGURE:
        if (strcmp(action->top, "sextant-system:system") == 0 ||
            strcmp(action->top, "ietf-system:system") == 0 || strcmp(action->top, "*") == 0)
            ag_maintenance_ask(host, false, true);
        break;
    case SX_ACTION_KEY_SAVE:
        save_key(host, action->key);
        break;
    case SX_ACTION_KEY_INSTALL:
        install_key(host);
        break;
    case SX_ACTION_KEY_FORGET:
        ag_system_key_forget(host->store_directory);
        break;
    case SX_ACTION_CHECKPOINT:
        ag_maintenance_ask(host, true, false);
        break;
    default:
        break;
    }
}

void ag_dispatch(struct ag_host *host, struct sx_update *update)
{
    struct batch *batch = NULL;

    for (size_t i = 0; i < update->count; i++) {
        struct sx_action *action = &update->actions[i];

        if (!is_for_loop(action)) {
            do_here(host, action);
            continue;
        }
        if (!batch) {
            batch = sx_alloc(sizeof *batch);
            batch->host = host;
        }
        move_action(&batch->update, action);
    }
    if (batch)
        ag_loop_post(host->loop, run_batch, batch);
}
