// SPDX-License-Identifier: Apache-2.0
#include "waiters.h"

#include "host_private.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/** A wait: whom it is for. */
struct waiter {
    enum ag_wait_for who;
    uint64_t revision;
    char linked[SX_PEERS_MAX][SX_ADDRESS_MAX]; /**< AG_WAIT_ALL: peers that are waited for */
    size_t linked_count;
};

int ag_waiters_enter(struct ag_host *host, struct sx_error *err)
{
    int result = 0;

    pthread_mutex_lock(&host->status_lock);
    if (host->waiters < AG_WAITERS_MAX)
        host->waiters++;
    else
        result = sx_error_set(err, SX_E_RESOURCE_DENIED,
            "%d commits wait for peers already; wait for one of them, or commit without waiting",
            AG_WAITERS_MAX);
    pthread_mutex_unlock(&host->status_lock);
    return result;
}

void ag_waiters_leave(struct ag_host *host)
{
    pthread_mutex_lock(&host->status_lock);
    host->waiters--;
    pthread_mutex_unlock(&host->status_lock);
}

static bool was_linked(const struct waiter *waiter, const char *address)
{
    for (size_t i = 0; i < waiter->linked_count; i++)
        if (strcmp(waiter->linked[i], address) == 0)
            return true;
    return false;
}

static void note_linked(struct waiter *waiter, const struct sx_status *status)
{
    for (size_t i = 0; i < status->peer_count; i++)
        if (status->peers[i].state == SX_PEER_ACTIVE)
            strcpy(waiter->linked[waiter->linked_count++], status->peers[i].address);
}

/* Numbers go on rising from one lineage to the next: who is on our way and far enough has it. */
static bool holds(
    const struct waiter *waiter, const struct sx_status *status, const struct sx_peer_status *peer)
{
    if (peer->state == SX_PEER_THIS_SYSTEM)
        return true;
    return peer->heard && peer->revision >= waiter->revision &&
           sx_history_holds(&status->history, peer->lineage, peer->revision);
}

/* Also lists those that are missing. */
static void judge(
    const struct waiter *waiter, const struct sx_status *status, struct ag_wait_result *result)
{
    size_t holders = 0;

    result->count = 0;
    for (size_t i = 0; i < status->peer_count; i++) {
        const struct sx_peer_status *peer = &status->peers[i];

        if (holds(waiter, status, peer))
            holders++;
        else if (waiter->who == AG_WAIT_MAJORITY || was_linked(waiter, peer->address))
            strcpy(result->missing[result->count++], peer->address);
    }
    result->held =
        result->count == 0 || (waiter->who == AG_WAIT_MAJORITY && holders > status->peer_count / 2);
}

static struct timespec after(int64_t timeout_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

void ag_waiters_wait(struct ag_host *host, enum ag_wait_for who, uint64_t revision,
    int64_t timeout_ms, bool (*stop)(void *context), void *context,
    struct ag_wait_result *ret_result)
{
    struct waiter waiter = {.who = who, .revision = revision};
    struct timespec until = after(timeout_ms);
    int waited = 0;

    *ret_result = (struct ag_wait_result){.held = true};
    pthread_mutex_lock(&host->status_lock);
    note_linked(&waiter, &host->status);
    /* Who ceases to be the primary is followed no more: what the peers have then counts. */
    while (host->status.role == SX_ROLE_PRIMARY) {
        judge(&waiter, &host->status, ret_result);
        if (ret_result->held || waited == ETIMEDOUT || stop(context))
            break;
        waited = pthread_cond_timedwait(&host->published, &host->status_lock, &until);
    }
    pthread_mutex_unlock(&host->status_lock);
}

bool ag_waiters_wait_preview(struct ag_host *host, uint64_t previews, int64_t timeout_ms,
    bool (*stop)(void *context), void *context)
{
    struct timespec until = after(timeout_ms);
    int waited = 0;
    bool made;

    pthread_mutex_lock(&host->status_lock);
    while (!(made = host->status.previews > previews) && waited != ETIMEDOUT && !stop(context))
        waited = pthread_cond_timedwait(&host->published, &host->status_lock, &until);
    pthread_mutex_unlock(&host->status_lock);
    return made;
}

void ag_waiters_wake(struct ag_host *host)
{
    pthread_mutex_lock(&host->status_lock);
    pthread_cond_broadcast(&host->published);
    pthread_mutex_unlock(&host->status_lock);
}
