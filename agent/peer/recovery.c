// SPDX-License-Identifier: Apache-2.0
#include "peer/recovery.h"

#include "peer/table.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Most visitors at once; the oldest goes when there are more. */
#define VISITORS_MAX 16

/** One connection on the recovery port. */
struct visitor {
    TAILQ_ENTRY(visitor) entry;
    struct ag_recovery *recovery;
    struct ag_connection *connection;
    bool admitted;
    /* Of the peer, which may go from the table meanwhile: */
    char name[SX_ADDRESS_MAX];
    bool enforce;
};

struct ag_recovery {
    struct ag_links *links;
    struct ag_listener *listeners[AG_LISTEN_MAX];
    size_t listener_count;
    TAILQ_HEAD(, visitor) visitors;
    size_t count;
};

static void forget(struct visitor *visitor)
{
    struct ag_recovery *recovery = visitor->recovery;

    TAILQ_REMOVE(&recovery->visitors, visitor, entry);
    recovery->count--;
    free(visitor);
}

static void refuse(struct visitor *visitor, const char *reason)
{
    ag_links_complain(visitor->recovery->links, ag_connection_remote(visitor->connection), reason);
    ag_connection_goodbye(visitor->connection, reason);
    forget(visitor);
}

static void on_secured(void *owner)
{
    struct visitor *visitor = owner;
    struct ag_verdict verdict;

    ag_connection_judge(visitor->connection, visitor->name, &verdict);
    visitor->admitted = !visitor->enforce || verdict.status == SX_CERTIFICATE_VALID;
    if (!visitor->admitted)
        refuse(visitor, verdict.reason);
}

static void fill(struct ag_links *links, struct ag_status_reply *reply)
{
    struct sx_status *status = sx_alloc(sizeof *status);

    ag_host_status(links->host, status);
    memcpy(reply->system_name, status->system_name, sizeof reply->system_name);
    memcpy(reply->software_version, status->software_version, sizeof reply->software_version);
    memcpy(reply->schema_hash, sx_schema_hash(ag_host_schema(links->host)), SX_DIGEST_SIZE);
    reply->role = status->role;
    snprintf(reply->lineage, sizeof reply->lineage, "%s", sx_history_lineage(&status->history));
    reply->revision = sx_history_revision(&status->history);
    memcpy(reply->digest, status->history.digest, SX_DIGEST_SIZE);
    sx_status_clear(status);
    free(status);
}

static void on_frame(void *owner, const uint8_t *bytes, size_t length)
{
    struct visitor *visitor = owner;
    struct ag_envelope envelope, reply = {.type = AG_ENVELOPE_STATUS_REPLY};
    struct sx_error err;
    char reason[SX_REASON_MAX];

    if (ag_envelope_decode(bytes, length, &envelope, &err) != 0) {
        snprintf(reason, sizeof reason, "it broke the protocol: %.200s", err.message);
        refuse(visitor, reason);
        return;
    }
    if (envelope.type != AG_ENVELOPE_STATUS_REQUEST) {
        ag_envelope_clear(&envelope);
        refuse(visitor, "it asked for something else than status on the recovery port");
        return;
    }
    fill(visitor->recovery->links, &reply.status);
    if (ag_connection_send(visitor->connection, &reply, &err) != 0)
        refuse(visitor, "it asks faster than it reads");
}

static void on_alive(void *owner)
{
    (void)owner;
}

static void on_lost(void *owner, const char *reason, bool ended)
{
    struct visitor *visitor = owner;

    if (!ended || !visitor->admitted)
        ag_links_complain(
            visitor->recovery->links, ag_connection_remote(visitor->connection), reason);
    forget(visitor);
}

static const struct ag_connection_handlers handlers = {
    .secured = on_secured, .frame = on_frame, .alive = on_alive, .lost = on_lost};

static void on_accept(int socket, const struct sockaddr *remote, void *context)
{
    struct ag_recovery *recovery = context;
    struct ag_peer *peer = ag_links_peer_at(recovery->links, remote);
    struct visitor *visitor;
    char text[AG_ENDPOINT_MAX];

    ag_endpoint_text(remote, text);
    if (!peer) {
        ag_links_complain(recovery->links, text, "no peer of this system has that address");
        close(socket);
        return;
    }
    if (recovery->count >= VISITORS_MAX)
        refuse(TAILQ_FIRST(&recovery->visitors), "there are too many connections for recovery");
    visitor = sx_alloc(sizeof *visitor);
    visitor->recovery = recovery;
    snprintf(visitor->name, sizeof visitor->name, "%s", peer->name);
    visitor->enforce = peer->enforce;
    visitor->connection =
        ag_connection_accept(&recovery->links->pool, socket, remote, &handlers, visitor);
    if (!visitor->connection) {
        ag_links_complain(recovery->links, text, "there are too many connections");
        free(visitor);
        return;
    }
    ag_connection_deadline(visitor->connection, AG_VISIT_MS, "its time is over");
    TAILQ_INSERT_TAIL(&recovery->visitors, visitor, entry);
    recovery->count++;
}

int ag_recovery_new(struct ag_links *links, const char *const *addresses, uint16_t port,
    struct ag_recovery **ret_recovery, struct sx_error *err)
{
    struct ag_recovery *recovery = sx_alloc(sizeof *recovery);

    recovery->links = links;
    TAILQ_INIT(&recovery->visitors);
    for (size_t i = 0; addresses[i] && i < AG_LISTEN_MAX; i++) {
        if (ag_listener_new(links->pool.base, addresses[i], port, on_accept, recovery,
                &recovery->listeners[i], err) != 0) {
            ag_recovery_free(recovery);
            return -1;
        }
        recovery->listener_count++;
    }
    *ret_recovery = recovery;
    return 0;
}

void ag_recovery_free(struct ag_recovery *recovery)
{
    struct visitor *visitor;

    if (!recovery)
        return;
    for (size_t i = 0; i < recovery->listener_count; i++)
        ag_listener_free(recovery->listeners[i]);
    while ((visitor = TAILQ_FIRST(&recovery->visitors))) {
        ag_connection_close(visitor->connection);
        forget(visitor);
    }
    free(recovery);
}
