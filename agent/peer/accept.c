// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "peer/table.h"

#include <unistd.h>

/** Lines about connections from outside that are logged at once, and in each second after that. */
#define COMPLAINTS 20u

void ag_links_complain(struct ag_links *links, const char *remote, const char *reason)
{
    int64_t now_ms = ag_now_ms();

    if (links->complaints_ms == 0 || now_ms - links->complaints_ms >= 1000) {
        links->complaints_ms = now_ms;
        links->complaints = COMPLAINTS;
    }
    if (links->complaints == 0) {
        links->silent++;
        return;
    }
    links->complaints--;
    if (links->silent > 0)
        ag_log(SX_LOG_WARNING, "peer connections: %u more were refused", links->silent);
    links->silent = 0;
    ag_log(SX_LOG_WARNING, "peer connection from %s is closed: %s", remote, reason);
}

/** Makes room among the peer's connections from outside that are not the link: the oldest goes, but
 * one that has greeted only when all have. */
static void make_room(struct ag_peer *peer)
{
    struct ag_link *link, *oldest = NULL;
    size_t count = 0;

    TAILQ_FOREACH(link, &peer->connections, entry)
    {
        if (link->dialled || link == peer->link)
            continue;
        if (!oldest || (oldest->greeted && !link->greeted))
            oldest = link;
        count++;
    }
    if (count >= AG_PEER_PENDING_MAX)
        ag_link_refuse(oldest, "there are too many connections from this address", false);
}

void ag_links_accept(int socket, const struct sockaddr *remote, void *context)
{
    struct ag_links *links = context;
    struct ag_peer *peer = ag_links_peer_at(links, remote);
    char text[AG_ENDPOINT_MAX];

    ag_endpoint_text(remote, text);
    if (!peer) {
        ag_links_complain(links, text, "no peer of this system has that address");
        close(socket);
        return;
    }
    if (ag_now_ms() < peer->refuse_until_ms) {
        ag_log(SX_LOG_DEBUG, "peer '%s' is not let in yet", peer->address);
        close(socket);
        return;
    }
    make_room(peer);
    if (!ag_link_accept(peer, socket, remote))
        ag_links_complain(links, text, "there are too many connections");
}
