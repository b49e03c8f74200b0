// SPDX-License-Identifier: Apache-2.0
#include "peer/links.h"

#include "log.h"
#include "peer/names.h"
#include "peer/recovery.h"
#include "peer/table.h"
#include "sextant/memory.h"

#include <event2/event.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>

static void set_timer(struct ag_links *links, int64_t at_ms)
{
    int64_t delay_ms = at_ms - ag_now_ms();
    struct timeval delay;

    if (delay_ms < 0)
        delay_ms = 0;
    delay.tv_sec = (time_t)(delay_ms / 1000);
    delay.tv_usec = (suseconds_t)(delay_ms % 1000) * 1000;
    links->timer_ms = at_ms;
    evtimer_add(links->timer, &delay);
}

void ag_links_wake(struct ag_links *links, int64_t at_ms)
{
    if (at_ms < links->timer_ms)
        set_timer(links, at_ms);
}

static void on_timer(evutil_socket_t unused, short what, void *argument)
{
    struct ag_links *links = argument;
    int64_t now_ms = ag_now_ms();
    bool late = now_ms - links->timer_ms >= AG_LATE_MS;
    struct ag_peer *peer;

    (void)unused;
    (void)what;
    if (late)
        ag_log(SX_LOG_INFO, "this process was held up for %lld ms",
            (long long)(now_ms - links->timer_ms));
    links->timer_ms = INT64_MAX;
    TAILQ_FOREACH(peer, &links->peers, entry)
    ag_peer_tick(peer, now_ms, late);
}

static int listen_all(
    struct ag_links *links, const struct ag_links_options *options, struct sx_error *err)
{
    for (size_t i = 0; options->listen_addresses[i]; i++) {
        if (links->listener_count == AG_LISTEN_MAX)
            return sx_error_set(
                err, SX_E_TOO_BIG, "more than %d addresses to listen on", AG_LISTEN_MAX);
        if (ag_listener_new(links->pool.base, options->listen_addresses[i], options->port,
                ag_links_accept, links, &links->listeners[links->listener_count], err) != 0)
            return -1;
        links->listener_count++;
    }
    return ag_recovery_new(
        links, options->listen_addresses, options->recovery_port, &links->recovery, err);
}

int ag_links_new(struct ag_loop *loop, struct ag_host *host, const struct ag_links_options *options,
    struct ag_links **ret_links, struct sx_error *err)
{
    struct ag_links *links = sx_alloc(sizeof *links);

    links->loop = loop;
    links->host = host;
    links->port = options->port;
    links->pool.base = ag_loop_base(loop);
    links->timer_ms = INT64_MAX;
    TAILQ_INIT(&links->pool.list);
    TAILQ_INIT(&links->peers);
    pthread_mutex_init(&links->times_lock, NULL);
    evutil_secure_rng_get_bytes(&links->instance, sizeof links->instance);
    links->timer = evtimer_new(links->pool.base, on_timer, links);
    if (!links->timer)
        abort(); /* out of memory, as sx_alloc() */
    links->names = ag_names_new(loop, host, options->resolv_conf, NULL);
    if (ag_tls_new(&options->files, &links->pool.tls, err) != 0 ||
        listen_all(links, options, err) != 0) {
        ag_links_free(links);
        return -1;
    }
    *ret_links = links;
    return 0;
}

void ag_links_free(struct ag_links *links)
{
    struct ag_peer *peer;

    if (!links)
        return;
    for (size_t i = 0; i < links->listener_count; i++)
        ag_listener_free(links->listeners[i]);
    while ((peer = TAILQ_FIRST(&links->peers)))
        ag_peer_close(peer, "the agent stops");
    ag_recovery_free(links->recovery);
    ag_connection_pool_clear(&links->pool);
    ag_names_free(links->names);
    ag_tls_free(links->pool.tls);
    event_free(links->timer);
    pthread_mutex_destroy(&links->times_lock);
    free(links);
}

struct ag_peer *ag_links_peer_at(const struct ag_links *links, const struct sockaddr *remote)
{
    struct ag_peer *peer;

    TAILQ_FOREACH(peer, &links->peers, entry)
    if (ag_endpoint_same_host(&peer->remote, remote))
        return peer;
    return NULL;
}

static struct ag_peer *find(const struct ag_links *links, const char *address)
{
    struct ag_peer *peer;

    TAILQ_FOREACH(peer, &links->peers, entry)
    if (strcmp(peer->address, address) == 0)
        return peer;
    return NULL;
}

void ag_links_post(struct ag_links *links, const struct sx_event *event)
{
    /* Read first: when the engine is done before the post returns, it must not look busy. */
    links->posted_progress = ag_host_progress(links->host);
    links->posted = true;
    ag_host_post(links->host, event);
}

void ag_links_do(struct ag_links *links, struct sx_action *action)
{
    struct ag_peer *peer = action->peer ? find(links, action->peer) : NULL;

    switch (action->type) {
    case SX_ACTION_SEND:
        if (peer)
            ag_peer_send(peer, action->message);
        else
            sx_message_free(action->message);
        action->message = NULL;
        break;
    case SX_ACTION_LINK_OPEN:
        ag_peer_open(links, action);
        break;
    case SX_ACTION_LINK_CLOSE:
        if (peer)
            ag_peer_close(peer, *action->reason ? action->reason : "no peer any more");
        break;
    case SX_ACTION_LINK_RESET:
        if (peer)
            ag_peer_reset(peer, *action->reason ? action->reason : "the link is started anew");
        break;
    case SX_ACTION_RESOLVE:
        ag_names_resolve(links->names, action->resolve.name, action->resolve.ipv6);
        break;
    default:
        ag_log(SX_LOG_ERROR, "action %d is not for links", (int)action->type);
        break;
    }
}

void ag_links_trust(struct ag_links *links, struct ag_trust *trust)
{
    struct ag_peer *peer;

    ag_tls_trust(links->pool.tls, trust);
    TAILQ_FOREACH(peer, &links->peers, entry)
    {
        if (peer->link)
            peer->link->judge_ms = ag_now_ms();
    }
    ag_links_wake(links, ag_now_ms());
}

struct ag_link_times ag_links_times(struct ag_links *links, const char *peer)
{
    struct ag_link_times times = {0};

    pthread_mutex_lock(&links->times_lock);
    for (size_t i = 0; i < AG_PEERS_MAX; i++)
        if (strcmp(links->times[i].peer, peer) == 0)
            times = links->times[i].times;
    pthread_mutex_unlock(&links->times_lock);
    return times;
}
