// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "loop.h"
#include "peer/tls.h"
#include "sextant/update.h"

/** Where this agent's links live and what proves who it is. Strings are copied. */
struct ag_links_options {
    const char *const *listen_addresses; /**< IP literals; ends with NULL */
    uint16_t port; /**< cluster links, 4372 */
    uint16_t recovery_port; /**< recovery, 4371 */
    struct ag_tls_files files;
    const char *resolv_conf; /**< resolv.conf(5) file, or NULL for the system's */
};

/** Links to all peers. All calls in the loop thread unless said otherwise. */
struct ag_links;

/** Reads certificate, key, CA bundle and CRLs (clear errors name the file and what is wrong),
 * binds and listens; nothing is dialled until LINK_OPEN. *ret_links is the caller's. */
int ag_links_new(struct ag_loop *loop, struct ag_host *host, const struct ag_links_options *options,
    struct ag_links **ret_links, struct sx_error *err);

/** Closes everything (NULL is fine). */
void ag_links_free(struct ag_links *links);

/** Carries out SEND, LINK_OPEN, LINK_CLOSE, LINK_RESET or RESOLVE; takes a message over. */
void ag_links_do(struct ag_links *links, struct sx_action *action);

/** From now on judges certificates by `trust`, which passes to the links; those that stand are
 * judged again at once. */
void ag_links_trust(struct ag_links *links, struct ag_trust *trust);

/** What heartbeats measured of one peer. */
struct ag_link_times {
    uint32_t round_trip_us; /**< smoothed; 0: not measured */
    int64_t last_seen_ms; /**< UTC; 0: never */
};

/** Times of the peer with this address; zeros when unknown. Any thread. */
struct ag_link_times ag_links_times(struct ag_links *links, const char *peer);
