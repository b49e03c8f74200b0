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
/** rolling_progress.c: the state as others see it; *ret_status was all zero. */
void sx_rolling_fill(const struct sx_rolling *rolling, struct sx_rolling_status *ret_status);
/** rolling_progress.c: true while one is run from here or has stopped: who links now is told. */
bool sx_rolling_is_open(const struct sx_engine *engine);
/** rolling_progress.c: a step was taken and is stored: it is told here, and to the peers. */
void sx_rolling_stepped(struct sx_engine *engine);
/** rolling_progress.c: tells the peers that are due. */
void sx_rolling_tell(struct sx_engine *engine);
/** rolling_progress.c: SX_MESSAGE_ROLLING. */
void sx_rolling_hear(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_rolling_status *status);
/** SX_MESSAGE_RESTART. */
void sx_rolling_take(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message);
