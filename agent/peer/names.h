// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"

/** Look-ups at once; further ones are answered "" at once. */
#define AG_NAMES_MAX 32
/** Milliseconds after which a look-up without an answer is answered "". */
#define AG_NAMES_MS 5000

/** DNS look-ups for the engine. Nothing is open and no timer runs while there is none. */
struct ag_names;

/** `resolv_conf` and `hosts` are copied; NULL: /etc/resolv.conf and /etc/hosts. They are read
 * again whenever look-ups begin after a rest. */
struct ag_names *ag_names_new(
    struct ag_loop *loop, struct ag_host *host, const char *resolv_conf, const char *hosts);

/** Ends look-ups without an answer (NULL is fine). */
void ag_names_free(struct ag_names *names);

/** Looks an A record up, or an AAAA record when `ipv6`; hosts file and IP literals count. Each call
 * is answered by one SX_EVENT_RESOLVED, with "" when there is no such record. */
void ag_names_resolve(struct ag_names *names, const char *name, bool ipv6);
