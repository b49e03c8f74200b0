// SPDX-License-Identifier: Apache-2.0
#include "waiters.h"

#include "host_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OURS "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"
/** Longer than any test may take: only an event ends such a wait. */
#define LONG_MS 200000

/* A primary at revision 5 of OURS, the first of `peers` linked peers that hold `revision`. */
static struct ag_host *host_of(size_t peers, uint64_t revision)
{
    static struct ag_host host;
    pthread_condattr_t monotonic;

    memset(&host, 0, sizeof host);
    pthread_mutex_init(&host.status_lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&host.published, &monotonic);
    pthread_condattr_destroy(&monotonic);
    host.status.role = SX_ROLE_PRIMARY;
    host.status.history.count = 1;
    strcpy(host.status.history.chain[0].id, OURS);
    host.status.history.chain[0].last_revision = 5;
    host.status.peer_count = peers;
    for (size_t i = 0; i < peers; i++) {
        struct sx_peer_status *peer = &host.status.peers[i];

        peer->index = (uint8_t)(i + 1);
        snprintf(peer->address, sizeof peer->address, "10.0.0.%zu", i + 1);
        peer->state = i == 0 ? SX_PEER_THIS_SYSTEM : SX_PEER_ACTIVE;
        peer->heard = true;
        strcpy(peer->lineage, OURS);
        peer->revision = i == 0 ? 5 : revision;
    }
    return &host;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static struct ag_wait_result wait_for(struct ag_host *host, enum ag_wait_for who, uint64_t revision,
    int64_t timeout_ms, bool (*stop)(void *context))
{
    struct ag_wait_result result;

    ag_waiters_wait(host, who, revision, timeout_ms, stop, NULL, &result);
    return result;
}

static void nobody_is_waited_for_without_a_cluster(void **state)
{
    struct ag_host *host = host_of(3, 4);

    (void)state;
    host->status.role = SX_ROLE_SUBORDINATE;
    assert_true(wait_for(host, AG_WAIT_ALL, 5, LONG_MS, never).held);
    host = host_of(0, 0);
    host->status.role = SX_ROLE_STAND_ALONE;
    assert_true(wait_for(host, AG_WAIT_MAJORITY, 5, LONG_MS, never).held);
}

static void a_majority_counts_this_system(void **state)
{
    struct ag_host *host = host_of(5, 4);
    struct ag_wait_result result;

    (void)state;
    host->status.peers[3].revision = 5;
    result = wait_for(host, AG_WAIT_MAJORITY, 5, 1, never);
    assert_false(result.held);
    assert_int_equal(result.count, 3);
    assert_string_equal(result.missing[0], "10.0.0.2");
    assert_string_equal(result.missing[2], "10.0.0.5");
    host->status.peers[4].revision = 6;
    strcpy(host->status.peers[4].lineage, OTHER);
    assert_false(wait_for(host, AG_WAIT_MAJORITY, 5, 1, never).held);
    strcpy(host->status.peers[4].lineage, OURS);
    host->status.history.chain[0].last_revision = 6;
    assert_true(wait_for(host, AG_WAIT_MAJORITY, 5, LONG_MS, never).held);
    /* Half is no majority. */
    host = host_of(4, 4);
    host->status.peers[1].revision = 5;
    assert_false(wait_for(host, AG_WAIT_MAJORITY, 5, 1, never).held);
}

static void all_are_those_that_were_linked(void **state)
{
    struct ag_host *host = host_of(3, 5);
    struct ag_wait_result result;

    (void)state;
    host->status.peers[1].state = SX_PEER_FAILED;
    host->status.peers[1].revision = 4;
    assert_true(wait_for(host, AG_WAIT_ALL, 5, LONG_MS, never).held);
    host->status.peers[2].revision = 4;
    result = wait_for(host, AG_WAIT_ALL, 5, 1, never);
    assert_false(result.held);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.missing[0], "10.0.0.3");
    /* Linked, and nothing is known of it yet. */
    host->status.peers[2].revision = 5;
    host->status.peers[2].heard = false;
    assert_false(wait_for(host, AG_WAIT_ALL, 5, 1, never).held);
}

static void a_wait_that_is_stopped_tells_who_is_missing(void **state)
{
    struct ag_wait_result result = wait_for(host_of(2, 4), AG_WAIT_ALL, 5, LONG_MS, at_once);

    (void)state;
    assert_false(result.held);
    assert_int_equal(result.count, 1);
}

static bool note_wait(void *context)
{
    atomic_store((atomic_bool *)context, true);
    return false;
}

struct follower {
    struct ag_host *host;
    atomic_bool waiting; /**< the waiter has looked once */
};

/* The peer loses its link and comes back with the revision. */
static void *follow(void *argument)
{
    struct follower *follower = argument;
    struct ag_host *host = follower->host;

    while (!atomic_load(&follower->waiting))
        sched_yield();
    pthread_mutex_lock(&host->status_lock);
    host->status.peers[1].state = SX_PEER_FAILED;
    pthread_mutex_unlock(&host->status_lock);
    ag_waiters_wake(host);
    pthread_mutex_lock(&host->status_lock);
    host->status.peers[1].state = SX_PEER_ACTIVE;
    host->status.peers[1].revision = 5;
    pthread_mutex_unlock(&host->status_lock);
    ag_waiters_wake(host);
    return NULL;
}

static void a_peer_that_follows_ends_the_wait(void **state)
{
    struct follower follower = {.host = host_of(2, 4)};
    struct ag_wait_result result;
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, follow, &follower), 0);
    ag_waiters_wait(follower.host, AG_WAIT_ALL, 5, LONG_MS, note_wait, &follower.waiting, &result);
    pthread_join(thread, NULL);
    assert_true(result.held);
    assert_int_equal(result.count, 0);
}

/* Another system is made the primary: nobody follows this one any more. */
static bool name_another(void *context)
{
    struct ag_host *host = context;

    host->status.role = SX_ROLE_SUBORDINATE;
    return false;
}

static void who_ceases_to_be_primary_does_not_say_that_peers_have_it(void **state)
{
    struct ag_host *host = host_of(3, 4);
    struct ag_wait_result result;

    (void)state;
    ag_waiters_wait(host, AG_WAIT_MAJORITY, 5, 50, name_another, host, &result);
    assert_false(result.held);
    assert_int_equal(result.count, 2);
}

static void places_are_bounded(void **state)
{
    struct ag_host *host = host_of(1, 5);
    struct sx_error err = {0};

    (void)state;
    for (size_t i = 0; i < AG_WAITERS_MAX; i++)
        assert_int_equal(ag_waiters_enter(host, &err), 0);
    assert_int_equal(ag_waiters_enter(host, &err), -1);
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    ag_waiters_leave(host);
    assert_int_equal(ag_waiters_enter(host, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_waited_for_without_a_cluster),
        cmocka_unit_test(a_majority_counts_this_system),
        cmocka_unit_test(all_are_those_that_were_linked),
        cmocka_unit_test(a_wait_that_is_stopped_tells_who_is_missing),
        cmocka_unit_test(a_peer_that_follows_ends_the_wait),
        cmocka_unit_test(who_ceases_to_be_primary_does_not_say_that_peers_have_it),
        cmocka_unit_test(places_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
