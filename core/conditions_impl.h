// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state.h"

/*
 * What the files of conditions share: the list of alarms that the present state calls for, which
 * each of them adds to.
 */

struct sx_wanted {
    const struct sx_engine *engine;
    struct sx_alarm_event *items; /**< room for SX_ALARMS_MAX */
    size_t count;
};

/** conditions.c: there is a cause for alarm `id` about a peer, or (NULL) about this system. The
 * first cause of an alarm counts. */
void sx_want(struct sx_wanted *wanted, uint32_t id, const struct sx_peer *peer, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/** conditions.c: whether there is a cause is not known yet: the alarm stays as it is. */
void sx_keep(struct sx_wanted *wanted, uint32_t id, const struct sx_peer *peer);

/** conditions_requirement.c: what a cluster requires of its members. */
void sx_conditions_requirement(struct sx_wanted *wanted);

/** conditions_certificate.c: certificates and keys of this system and its peers. */
void sx_conditions_certificate(struct sx_wanted *wanted);
