// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "peer/table.h"
#include "peer/text.h"
#include "sextant/memory.h"

#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Shortest heartbeat interval that is kept, whatever the engine asks for. */
#define INTERVAL_MIN_MS 10u

static void set_text(char *to, size_t size, const char *from)
{
    /* The rest is cleared: values are compared as a whole. */
    memset(to, 0, size);
    memcpy(to, from, strnlen(from, size - 1));
}

/** Tells the engine that there is no link, unless it knows. */
static void tell_down(struct ag_peer *peer, const char *reason, bool certificate, bool always)
{
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};

    if (!always && strcmp(peer->told, reason) == 0)
        return;
    set_text(peer->told, sizeof peer->told, reason);
    ag_log(SX_LOG_INFO, "no link with '%s': %s", peer->address, reason);
    event.link.peer = peer->address;
    event.link.certificate = certificate ? SX_CERTIFICATE_INVALID : SX_CERTIFICATE_UNKNOWN;
    event.link.certificate_reason = certificate;
    if (certificate)
        event.link.shown = peer->shown;
    event.link.unreachable = peer->unreachable;
    set_text(event.link.reason, sizeof event.link.reason, reason);
    ag_links_post(peer->links, &event);
}

static void dial_at(struct ag_peer *peer, int64_t at_ms)
{
    peer->dial_ms = at_ms;
    ag_links_wake(peer->links, at_ms);
}

/** Plans the next attempt, a little by chance so that peers do not run in step. What the last one
 * took counts, so that a path is tried about once a second also where nothing answers. */
static void dial_again(struct ag_peer *peer)
{
    int64_t now_ms = ag_now_ms(), at_ms;
    unsigned delay = peer->backoff_ms;
    uint16_t random;

    evutil_secure_rng_get_bytes(&random, sizeof random);
    peer->backoff_ms = delay * 2 < AG_REDIAL_MAX_MS ? delay * 2 : AG_REDIAL_MAX_MS;
    at_ms = peer->dialled_ms + (int64_t)(delay - delay / 8 + random % (delay / 4 + 1));
    dial_at(peer, at_ms > now_ms ? at_ms : now_ms);
}

/** Ends a connection without telling anyone. */
static void drop(struct ag_link *link)
{
    struct ag_peer *peer = link->peer;

    if (peer->dial == link)
        peer->dial = NULL;
    TAILQ_REMOVE(&peer->connections, link, entry);
    ag_connection_close(link->connection);
    ag_link_free(link);
}

/** Ends all connections; with a farewell on the link. */
static void end_all(struct ag_peer *peer, const char *reason)
{
    struct ag_link *link, *next;

    for (link = TAILQ_FIRST(&peer->connections); link; link = next) {
        next = TAILQ_NEXT(link, entry);
        if (link == peer->link) {
            TAILQ_REMOVE(&peer->connections, link, entry);
            ag_connection_goodbye(link->connection, reason);
            ag_link_free(link);
        } else {
            drop(link);
        }
    }
    peer->link = NULL;
    peer->dial = NULL;
}

/** Takes a place in the table of times. */
static size_t take_slot(struct ag_links *links, const char *address)
{
    size_t slot = 0;

    pthread_mutex_lock(&links->times_lock);
    while (links->times[slot].peer[0])
        slot++;
    set_text(links->times[slot].peer, sizeof links->times[slot].peer, address);
    links->times[slot].times = (struct ag_link_times){0};
    pthread_mutex_unlock(&links->times_lock);
    return slot;
}

static struct ag_peer *find_or_add(struct ag_links *links, const char *address)
{
    struct ag_peer *peer;

    TAILQ_FOREACH(peer, &links->peers, entry)
    if (strcmp(peer->address, address) == 0)
        return peer;
    if (links->peer_count == AG_PEERS_MAX)
        return NULL;
    peer = sx_alloc(sizeof *peer);
    peer->links = links;
    set_text(peer->address, sizeof peer->address, address);
    TAILQ_INIT(&peer->connections);
    peer->dial_ms = INT64_MAX;
    peer->slot = take_slot(links, address);
    TAILQ_INSERT_TAIL(&links->peers, peer, entry);
    links->peer_count++;
    return peer;
}

/** Takes what LINK_OPEN says; returns true when connections made before are no longer right. */
static bool configure(struct ag_peer *peer, const struct sx_action *action,
    const struct ag_endpoint *remote, const struct ag_endpoint *local)
{
    uint32_t interval_ms = action->link.heartbeat_interval_ms;
    uint32_t timeout_ms = action->link.heartbeat_timeout_ms;
    bool other = peer->remote.length == 0 || !ag_endpoint_same_host(&peer->remote, &remote->any) ||
                 strcmp(peer->local_text, action->link.local) != 0 ||
                 strcmp(peer->name, action->link.name) != 0 ||
                 peer->enforce != action->link.enforce;

    peer->remote = *remote;
    peer->local = *local;
    set_text(peer->local_text, sizeof peer->local_text, action->link.local);
    set_text(peer->name, sizeof peer->name, action->link.name);
    set_text(peer->self, sizeof peer->self, action->link.self);
    memcpy(peer->clusters, action->link.clusters, sizeof peer->clusters);
    peer->enforce = action->link.enforce;
    peer->interval_ms = interval_ms < INTERVAL_MIN_MS ? INTERVAL_MIN_MS : interval_ms;
    peer->timeout_ms = timeout_ms < 2 * peer->interval_ms ? 2 * peer->interval_ms : timeout_ms;
    return other;
}

/** Tells the engine, and the operator, why there is no attempt to get a link. */
static void refuse_opening(
    struct ag_links *links, const struct sx_action *action, const char *reason)
{
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};

    ag_log(SX_LOG_ERROR, "no link with '%s' from '%s' to '%s': %s", action->peer,
        action->link.local, action->link.address, reason);
    event.link.peer = action->peer;
    set_text(event.link.reason, sizeof event.link.reason, reason);
    ag_links_post(links, &event);
}

void ag_peer_open(struct ag_links *links, const struct sx_action *action)
{
    struct ag_endpoint remote, local = {.length = 0};
    struct ag_peer *peer;
    bool had_link;

    if (ag_endpoint_parse(action->link.address, links->port, &remote) != 0 ||
        (*action->link.local && ag_endpoint_parse(action->link.local, 0, &local) != 0) ||
        (local.length > 0 && local.any.sa_family != remote.any.sa_family)) {
        refuse_opening(links, action, "the two addresses are not IP addresses of one version");
        return;
    }
    peer = find_or_add(links, action->peer);
    if (!peer) {
        refuse_opening(links, action, "there are too many peers");
        return;
    }
    had_link = peer->link != NULL;
    if (!configure(peer, action, &remote, &local)) {
        if (peer->link)
            ag_links_wake(links, ag_now_ms());
        return;
    }
    end_all(peer, "the peer's settings changed");
    if (had_link)
        tell_down(peer, "the peer's settings changed", false, true);
    peer->told[0] = '\0';
    peer->backoff_ms = AG_REDIAL_MS;
    dial_at(peer, ag_now_ms());
}

void ag_peer_close(struct ag_peer *peer, const char *reason)
{
    struct ag_links *links = peer->links;

    end_all(peer, reason);
    pthread_mutex_lock(&links->times_lock);
    links->times[peer->slot].peer[0] = '\0';
    pthread_mutex_unlock(&links->times_lock);
    TAILQ_REMOVE(&links->peers, peer, entry);
    links->peer_count--;
    free(peer);
}

void ag_peer_reset(struct ag_peer *peer, const char *reason)
{
    bool had_link = peer->link != NULL;
    bool soon = ag_now_ms() - peer->up_ms < AG_RESET_SOON_MS;

    end_all(peer, reason);
    if (had_link)
        tell_down(peer, reason, false, true);
    /* Taking its dial at once would start the same over and over. */
    peer->reset_ms = soon && peer->reset_ms > 0 ? 2 * peer->reset_ms : AG_RESET_MS;
    if (peer->reset_ms > AG_RESET_MAX_MS)
        peer->reset_ms = AG_RESET_MAX_MS;
    peer->refuse_until_ms = ag_now_ms() + peer->reset_ms;
    peer->backoff_ms = AG_REDIAL_MS;
    dial_at(peer, peer->refuse_until_ms);
}

void ag_peer_send(struct ag_peer *peer, struct sx_message *message)
{
    struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct ag_link *link = peer->link;
    struct sx_error err;

    /* What the engine says before it knows of this link was meant for one that is gone. */
    if (link && (link->said_hello || message->type == SX_MESSAGE_HELLO)) {
        link->said_hello = true;
        if (ag_connection_send(link->connection, &envelope, &err) != 0) {
            char reason[SX_REASON_MAX];

            set_text(reason, sizeof reason, err.message);
            ag_link_refuse(link, reason, false);
        }
    }
    ag_envelope_clear(&envelope);
}

void ag_peer_tick(struct ag_peer *peer, int64_t now_ms, bool late)
{
    if (peer->link) {
        ag_heartbeat_tick(peer->link, now_ms, late);
    } else if (!peer->dial && peer->dial_ms <= now_ms) {
        peer->dial_ms = INT64_MAX;
        peer->dialled_ms = now_ms;
        peer->dial = ag_link_dial(peer);
        if (!peer->dial)
            dial_again(peer);
    }
    if (!peer->link && !peer->dial)
        ag_links_wake(peer->links, peer->dial_ms);
}

void ag_peer_up(struct ag_peer *peer, struct ag_link *link)
{
    struct sx_event event = {.type = SX_EVENT_LINK_UP};

    peer->link = link;
    peer->up_ms = ag_now_ms();
    peer->unreachable = false;
    if (peer->dial && peer->dial != link)
        drop(peer->dial);
    peer->dial = NULL;
    peer->dial_ms = INT64_MAX;
    peer->backoff_ms = AG_REDIAL_MS;
    peer->told[0] = '\0';
    ag_connection_deadline(link->connection, 0, NULL);
    ag_connection_trust(link->connection);
    ag_log(SX_LOG_INFO, "link with '%s' (%s) is up", peer->address,
        ag_connection_remote(link->connection));
    event.link.peer = peer->address;
    event.link.certificate = link->verdict.status;
    event.link.shown = link->verdict.certificate;
    set_text(event.link.reason, sizeof event.link.reason, link->verdict.reason);
    ag_links_post(peer->links, &event);
    ag_heartbeat_start(link);
}

/** A greeted connection that waits, for this side to choose it; or NULL. */
static struct ag_link *spare(const struct ag_peer *peer)
{
    struct ag_link *link;

    TAILQ_FOREACH(link, &peer->connections, entry)
    if (link->greeted && link->chooser)
        return link;
    return NULL;
}

void ag_peer_lost(struct ag_link *link, const char *reason, bool certificate)
{
    struct ag_peer *peer = link->peer;
    bool was_link = peer->link == link, was_dial = peer->dial == link;
    char text[SX_REASON_MAX];
    struct ag_link *next;

    ag_text_printable(text, sizeof text, reason, strlen(reason));
    TAILQ_REMOVE(&peer->connections, link, entry);
    if (was_link)
        peer->link = NULL;
    if (was_dial)
        peer->dial = NULL;
    ag_link_free(link);
    if (was_link) {
        tell_down(peer, text, certificate, true);
        next = spare(peer);
        if (next)
            ag_link_choose(next);
        else if (peer->dial_ms == INT64_MAX)
            dial_at(peer, ag_now_ms());
    } else if (!peer->link) {
        if (was_dial || certificate)
            tell_down(peer, text, certificate, false);
        if (was_dial)
            dial_again(peer);
    }
}
