// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.h"

struct lyd_node;

/** The part of a subtree filter that asks for the alarms that are up (RFC 8632 alarm-list). */
#define CTL_ALARMS_FILTER \
    "<alarms xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\"><alarm-list/></alarms>"

/** Writes each alarm of <data> that is up for a person to read: severity, id, title, resource,
 * text, since when, and what to do. Returns how many. */
unsigned ctl_alarms_text(const struct lyd_node *data, FILE *out);

/** Writes them as a JSON array. */
void ctl_alarms_json(const struct lyd_node *data, struct ctl_json *json);
