// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"
#include "sextant/error.h"

struct lyd_node;
struct sx_engine;
struct sx_peer;

/** Changes of a preview that are kept. */
#define SX_PREVIEW_CHANGES_MAX 1000

/** What taking the primary's configuration would change here, see preview.c. Soft state. */
struct sx_preview {
    bool asked; /**< the primary was asked and has not begun to show */
    bool in_conflict; /**< at the last step: a conflict that begins is looked at by itself */
    bool known; /**< the next are of this conflict */
    uint64_t serial; /**< previews that were completed since the boot */
    uint64_t revision; /**< of the primary */
    struct sx_change_list changes; /**< secrets sealed */
    bool more; /**< there were further ones */
};

/** SX_EVENT_PREVIEW: asks the primary to show its configuration. */
int sx_preview_request(struct sx_engine *engine, struct sx_error *err);
/** Primary: SX_MESSAGE_COMPARE. */
void sx_preview_serve(struct sx_engine *engine, struct sx_peer *peer);
/** All of the primary's configuration has come in: compares. */
int sx_preview_take(struct sx_engine *engine, struct sx_error *err);
/** Asks once a link while histories have diverged. */
void sx_preview_settle(struct sx_engine *engine);
/** Data path of the first difference in a conflict, or "". Borrowed. */
const char *sx_preview_first(const struct sx_engine *engine);
/** Releases what is kept. */
void sx_preview_forget(struct sx_engine *engine);
