// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/facts.h"

struct sx_engine;
struct sx_peer;

/** Facts that changed are told again after so long at the earliest; those that did not, too, after
 * so long, so that their age tells whether they are news. */
#define SX_FACTS_GAP_MS 1000
#define SX_FACTS_REFRESH_MS 10000

/** This system's facts follow its configuration, and are told when it is time. */
void sx_facts_settle(struct sx_engine *engine);
/** When they are told next, monotonic. */
int64_t sx_facts_deadline(const struct sx_engine *engine);
/** Tells them to a peer whose link has come up. */
void sx_facts_tell(struct sx_engine *engine, const struct sx_peer *peer);
/** SX_EVENT_USAGE and SX_MESSAGE_FACTS. */
void sx_facts_usage(struct sx_engine *engine, const struct sx_usage *usage);
void sx_facts_take(struct sx_engine *engine, struct sx_peer *peer, const struct sx_facts *facts);
