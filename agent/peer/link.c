// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "peer/table.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * How two peers come to one link. Both dial while there is none, so two connections may stand at
 * once. Each side greets on each of them. The side whose process has the smaller instance number
 * chooses: it takes the first connection that the other side greeted on, says so by CHOICE, and
 * keeps others waiting in case the link is lost. For the other side the link is the connection on
 * which CHOICE comes; it drops the others. One side alone decides, so the two cannot disagree. A
 * greeting with another instance number than the link's comes from a process that was started anew
 * and knows nothing of that link, which is therefore given up at once.
 */

static void drop_held(struct ag_link *link)
{
    struct ag_held *held;

    while ((held = STAILQ_FIRST(&link->held))) {
        STAILQ_REMOVE_HEAD(&link->held, entry);
        sx_message_free(held->message);
        free(held);
    }
}

void ag_link_free(struct ag_link *link)
{
    drop_held(link);
    free(link);
}

/** Logs why a connection from outside ended, unless that is known of the peer already. */
static void complain(const struct ag_link *link, const char *reason)
{
    if (!link->dialled && !link->greeted && strcmp(link->peer->told, reason) != 0)
        ag_links_complain(link->peer->links, ag_connection_remote(link->connection), reason);
}

void ag_link_refuse(struct ag_link *link, const char *reason, bool certificate)
{
    /* Copied: it may be a text of the link, which is gone before the engine is told. */
    char text[SX_REASON_MAX];

    snprintf(text, sizeof text, "%.*s", SX_REASON_MAX - 1, reason);
    complain(link, text);
    ag_connection_goodbye(link->connection, text);
    link->connection = NULL;
    ag_peer_lost(link, text, certificate);
}

static void on_lost(void *owner, const char *reason, bool ended)
{
    struct ag_link *link = owner;

    /* Of two connections that were dialled at once the other side closes one: no news. */
    if (!(ended && link->peer->link))
        complain(link, reason);
    if (link->dialled)
        link->peer->unreachable = !ag_connection_reached(link->connection);
    link->connection = NULL;
    ag_peer_lost(link, reason, false);
}

/** Closes the connection without a farewell. */
static void give_up(struct ag_link *link, const char *reason)
{
    ag_connection_close(link->connection);
    link->connection = NULL;
    ag_peer_lost(link, reason, false);
}

static void on_alive(void *owner)
{
    struct ag_link *link = owner;

    if (link->peer->link == link)
        ag_heartbeat_alive(link);
}

/** The handshake is done: the verdict comes before any byte of ours. */
static void on_secured(void *owner)
{
    struct ag_link *link = owner;
    struct ag_peer *peer = link->peer;
    struct ag_envelope greeting = {.type = AG_ENVELOPE_GREETING};
    struct sx_error err;

    ag_connection_judge(link->connection, peer->name, &link->verdict);
    peer->shown = link->verdict.certificate;
    peer->unreachable = false;
    if (peer->enforce && link->verdict.status != SX_CERTIFICATE_VALID) {
        ag_link_refuse(link, link->verdict.reason, true);
        return;
    }
    greeting.greeting.version = AG_PROTOCOL_VERSION;
    greeting.greeting.instance = peer->links->instance;
    snprintf(greeting.greeting.from, sizeof greeting.greeting.from, "%s", peer->self);
    snprintf(greeting.greeting.to, sizeof greeting.greeting.to, "%s", peer->address);
    memcpy(greeting.greeting.clusters, peer->clusters, sizeof peer->clusters);
    if (ag_connection_send(link->connection, &greeting, &err) != 0)
        ag_link_refuse(link, err.message, false);
}

bool ag_link_judge(struct ag_link *link)
{
    struct ag_peer *peer = link->peer;
    struct sx_event event = {.type = SX_EVENT_CERTIFICATE};
    struct ag_verdict verdict;

    ag_connection_judge(link->connection, peer->name, &verdict);
    if (verdict.status == link->verdict.status && strcmp(verdict.reason, link->verdict.reason) == 0)
        return true;
    link->verdict = verdict;
    if (peer->enforce && verdict.status != SX_CERTIFICATE_VALID) {
        ag_link_refuse(link, verdict.reason, true);
        return false;
    }
    event.link.peer = peer->address;
    event.link.certificate = verdict.status;
    event.link.shown = verdict.certificate;
    strcpy(event.link.reason, verdict.reason);
    ag_links_post(peer->links, &event);
    return true;
}

/** Gives up connections with a process of the peer that is no more: not that with `instance`. */
static void drop_older(struct ag_peer *peer, uint64_t instance)
{
    struct ag_link *link, *next;

    for (link = TAILQ_FIRST(&peer->connections); link; link = next) {
        next = TAILQ_NEXT(link, entry);
        if (link != peer->link && link->greeted && link->instance != instance)
            give_up(link, "the peer was started anew");
    }
    /* Last, or one of the others would be chosen in its place. */
    if (peer->link && peer->link->instance != instance)
        give_up(peer->link, "the peer was started anew");
}

static const char *first_name(const char names[SX_CLUSTER_NAMES][SX_NAME_MAX])
{
    return *names[0] ? names[0] : names[1];
}

/** False when both sides have a name for their cluster, and no name in common. */
static bool is_same_cluster(const struct ag_peer *peer, const struct ag_greeting *greeting)
{
    if (!*first_name(peer->clusters) || !*first_name(greeting->clusters))
        return true;
    for (size_t i = 0; i < SX_CLUSTER_NAMES; i++)
        for (size_t j = 0; j < SX_CLUSTER_NAMES; j++)
            if (*peer->clusters[i] && strcmp(peer->clusters[i], greeting->clusters[j]) == 0)
                return true;
    return false;
}

/** Says what is wrong with a greeting; false when nothing is. */
static bool is_wrong(
    const struct ag_link *link, const struct ag_greeting *greeting, char reason[SX_REASON_MAX])
{
    const struct ag_peer *peer = link->peer, *other;
    const char *text = NULL;

    if (link->greeted)
        text = "it greeted twice";
    /* Links that come and go faster than the engine follows would fill its queue. */
    else if (!ag_host_has_room(peer->links->host))
        text = "this system is busy";
    else if (greeting->instance == peer->links->instance)
        text = "its address is one of this system's own";
    if (text)
        return snprintf(reason, SX_REASON_MAX, "%s", text) > 0;
    if (greeting->version != AG_PROTOCOL_VERSION)
        return snprintf(reason, SX_REASON_MAX,
                   "it speaks version %u of the protocol, this system %u", greeting->version,
                   AG_PROTOCOL_VERSION) > 0;
    TAILQ_FOREACH(other, &peer->links->peers, entry)
    {
        if (other != peer && strcasecmp(greeting->from, other->address) == 0)
            return snprintf(reason, SX_REASON_MAX, "it says that it is '%.150s', another peer",
                       greeting->from) > 0;
    }
    if (!is_same_cluster(peer, greeting))
        return snprintf(reason, SX_REASON_MAX, "it is of cluster '%.100s', this system of '%.100s'",
                   first_name(greeting->clusters), first_name(peer->clusters)) > 0;
    return false;
}

static void on_greeting(struct ag_link *link, const struct ag_greeting *greeting)
{
    struct ag_peer *peer = link->peer;
    char reason[SX_REASON_MAX];

    if (is_wrong(link, greeting, reason)) {
        ag_link_refuse(link, reason, false);
        return;
    }
    if (strcasecmp(greeting->from, peer->address) != 0)
        ag_log(SX_LOG_DEBUG, "peer '%s' is listed as '%s' in its own list", peer->address,
            greeting->from);
    drop_older(peer, greeting->instance);
    link->greeted = true;
    link->instance = greeting->instance;
    link->chooser = peer->links->instance < greeting->instance;
    ag_connection_deadline(link->connection, AG_CHOICE_MS,
        link->chooser ? "there is a link already"
                      : "it does not take this connection for its link");
    if (link->chooser && !peer->link)
        ag_link_choose(link);
}

void ag_link_choose(struct ag_link *link)
{
    const struct ag_envelope choice = {.type = AG_ENVELOPE_CHOICE};
    struct sx_error err;

    if (ag_connection_send(link->connection, &choice, &err) != 0)
        ag_link_refuse(link, err.message, false);
    else
        ag_peer_up(link->peer, link);
}

static void on_choice(struct ag_link *link)
{
    struct ag_peer *peer = link->peer;
    struct ag_link *other, *next;

    if (!link->greeted || link->chooser || peer->link == link) {
        ag_link_refuse(link, "it chose a connection out of turn", false);
        return;
    }
    if (peer->link)
        give_up(peer->link, "the peer took another connection");
    ag_peer_up(peer, link);
    for (other = TAILQ_FIRST(&peer->connections); other; other = next) {
        next = TAILQ_NEXT(other, entry);
        if (other != link && other->greeted)
            give_up(other, "the peer took another connection");
    }
}

static void on_frame(void *owner, const uint8_t *bytes, size_t length)
{
    struct ag_link *link = owner;
    struct ag_peer *peer = link->peer;
    struct ag_envelope envelope;
    struct sx_error err;
    char reason[SX_REASON_MAX];

    if (ag_envelope_decode(bytes, length, &envelope, &err) != 0) {
        snprintf(reason, sizeof reason, "it broke the protocol: %.200s", err.message);
        ag_link_refuse(link, reason, false);
        return;
    }
    switch (envelope.type) {
    case AG_ENVELOPE_GREETING:
        on_greeting(link, &envelope.greeting);
        return;
    case AG_ENVELOPE_CHOICE:
        on_choice(link);
        return;
    case AG_ENVELOPE_GOODBYE:
        snprintf(reason, sizeof reason, "it ended the connection: %.220s", envelope.goodbye);
        complain(link, reason);
        give_up(link, reason);
        return;
    default:
        break;
    }
    if (peer->link == link) {
        ag_heartbeat_envelope(link, &envelope, length);
        return;
    }
    ag_envelope_clear(&envelope);
    ag_link_refuse(link, "it sent a message out of turn", false);
}

static void set_deadline(struct ag_link *link, unsigned deadline_ms)
{
    char reason[64];

    snprintf(reason, sizeof reason, "no answer for %u ms", deadline_ms);
    ag_connection_deadline(link->connection, deadline_ms, reason);
}

static void on_connected(void *owner)
{
    set_deadline(owner, AG_DIAL_MS);
}

static const struct ag_connection_handlers handlers = {.connected = on_connected,
    .secured = on_secured,
    .frame = on_frame,
    .alive = on_alive,
    .lost = on_lost};

static struct ag_link *make(struct ag_peer *peer, bool dialled)
{
    struct ag_link *link = sx_alloc(sizeof *link);

    link->peer = peer;
    link->dialled = dialled;
    STAILQ_INIT(&link->held);
    return link;
}

static struct ag_link *finish(struct ag_link *link, unsigned deadline_ms)
{
    if (!link->connection) {
        free(link);
        return NULL;
    }
    set_deadline(link, deadline_ms);
    TAILQ_INSERT_TAIL(&link->peer->connections, link, entry);
    return link;
}

struct ag_link *ag_link_dial(struct ag_peer *peer)
{
    struct ag_link *link = make(peer, true);

    link->connection = ag_connection_dial(&peer->links->pool,
        peer->local.length > 0 ? &peer->local : NULL, &peer->remote, &handlers, link);
    return finish(link, AG_CONNECT_MS);
}

struct ag_link *ag_link_accept(struct ag_peer *peer, int socket, const struct sockaddr *remote)
{
    struct ag_link *link = make(peer, false);

    link->connection = ag_connection_accept(&peer->links->pool, socket, remote, &handlers, link);
    return finish(link, AG_GREETING_MS);
}
