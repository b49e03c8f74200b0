// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/status.h"

struct sx_engine;
struct sx_peer;

/** The restart in sequence that is run from here, see rolling.c. Durable but for until_ms and
 * retry_at_ms. */
struct sx_rolling {
    enum sx_rolling_state state;
    char order[SX_PEERS_MAX][SX_ADDRESS_MAX]; /**< this system first */
    size_t count;
    size_t at; /**< whose turn it is: place in the order */
    unsigned long long boot; /**< its boot that is to end */
    long long limit_ms; /**< how long it may take to be back */
    int64_t until_ms; /**< monotonic */
    int64_t retry_at_ms; /**< monotonic; a step that could not be stored is not tried before */
    long long time_ms; /**< UTC; of the last step */
    char reason[SX_REASON_MAX]; /**< of a stop */
};

/** At a boot, how far a restart in sequence was, and a number for the boot. */
int sx_rolling_load(struct sx_engine *engine, struct sx_error *err);
/** Takes its next step when it is time for it. */
void sx_rolling_settle(struct sx_engine *engine);
/** When it stops at the latest, monotonic. */
int64_t sx_rolling_deadline(const struct sx_engine *engine);
/** SX_EVENT_ROLLING_RESTART. */
int sx_rolling_request(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
/** SX_MESSAGE_RESTART. */
void sx_rolling_take(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message);
