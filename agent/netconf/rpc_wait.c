// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "sextant/update.h"
#include "waiters.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* <edit-config> and <commit> whose answers wait for peers, see sextant-netconf.yang. The session's
 * own thread waits: nobody else needs it. */

#define MODULE "sextant-netconf"
/** How long is waited where the client does not say, as the module has it. */
#define TIMEOUT_MS 10000
/** Longest message to people. */
#define MESSAGE_MAX (SX_PEERS_MAX * (SX_ADDRESS_MAX + 2) + 64)

/** What the client asked for. */
struct wish {
    enum ag_wait_for who; /**< 0: not to wait */
    int64_t timeout_ms;
};

/* The library checks the types of an operation's parameters, and neither fills in defaults nor
 * misses one. */
static int read_wish(struct ag_rpc *rpc, struct wish *ret_wish, struct sx_error *err)
{
    const struct lyd_node *wait = ag_rpc_input(rpc, "wait");
    struct wish wish = {.timeout_ms = TIMEOUT_MS};
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(wait), child)
    {
        if (strcmp(LYD_NAME(child), "timeout") == 0)
            wish.timeout_ms = strtol(lyd_get_value(child), NULL, 10) * 1000;
        else
            wish.who = strcmp(lyd_get_value(child), "all") == 0 ? AG_WAIT_ALL : AG_WAIT_MAJORITY;
    }
    if (wait && !wish.who) {
        rpc->info.element = "for";
        return sx_error_set(
            err, SX_E_MISSING_ELEMENT, "<for> is missing; it says whom to wait for");
    }
    *ret_wish = wish;
    return 0;
}

bool ag_rpc_is_over(void *context)
{
    struct ag_session *session = context;
    bool over;

    pthread_mutex_lock(&session->lock);
    over = session->stop;
    pthread_mutex_unlock(&session->lock);
    return over || atomic_load(&session->netconf->flushing);
}

static void put(struct lyd_node *parent, const char *name, const char *value)
{
    if (lyd_new_term(parent, NULL, name, value, 1, NULL) != LY_SUCCESS)
        abort(); /* only for want of memory: the values fit their types */
}

/* A success, and no <ok/>: RFC 6241 section 4.4 has that only where no data is returned. */
static void tell_missing(struct ag_rpc *rpc, uint64_t revision, const struct ag_wait_result *result)
{
    const struct lys_module *module =
        ly_ctx_get_module_implemented(LYD_CTX(rpc->operation), MODULE);
    struct lyd_node *committed = NULL;
    char message[MESSAGE_MAX], number[24];
    int used = snprintf(message, sizeof message, "committed as revision %llu, not yet on",
        (unsigned long long)revision);

    if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &rpc->data) != LY_SUCCESS ||
        lyd_new_inner(rpc->data, module, "committed", 1, &committed) != LY_SUCCESS)
        abort(); /* only for want of memory */
    for (size_t i = 0; i < result->count; i++)
        used += snprintf(message + used, sizeof message - (size_t)used, "%s %s", i ? "," : "",
            result->missing[i]);
    snprintf(number, sizeof number, "%llu", (unsigned long long)revision);
    put(committed, "app-tag", "not-yet-on-peers");
    put(committed, "message", message);
    put(committed, "revision", number);
    for (size_t i = 0; i < result->count; i++)
        put(committed, "not-yet-on", result->missing[i]);
}

static int commit(
    struct ag_rpc *rpc, struct sx_event *event, uint64_t *ret_revision, struct sx_error *err)
{
    struct sx_update update = {0};
    int result = ag_rpc_step(rpc, event, &update, err);

    if (result == 0)
        *ret_revision = update.revision;
    sx_update_clear(&update);
    return result;
}

int ag_rpc_commit_step(struct ag_rpc *rpc, struct sx_event *event, struct sx_error *err)
{
    struct ag_host *host = rpc->netconf->host;
    struct ag_wait_result waited;
    uint64_t revision = 0;
    struct wish wish = {0};

    if (read_wish(rpc, &wish, err) < 0)
        return -1;
    if (!wish.who || (event->type == SX_EVENT_EDIT && event->edit.test_only))
        return commit(rpc, event, &revision, err);
    if (event->type == SX_EVENT_EDIT && event->edit.target != SX_DATASTORE_RUNNING)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "an edit of the candidate makes no revision that peers could hold: wait at its "
            "<commit>");
    /* Before the commit: one that was done is not refused. */
    if (ag_waiters_enter(host, err) < 0)
        return -1;
    if (commit(rpc, event, &revision, err) < 0) {
        ag_waiters_leave(host);
        return -1;
    }
    ag_waiters_wait(
        host, wish.who, revision, wish.timeout_ms, ag_rpc_is_over, rpc->session, &waited);
    ag_waiters_leave(host);
    if (!waited.held)
        tell_missing(rpc, revision, &waited);
    return 0;
}
