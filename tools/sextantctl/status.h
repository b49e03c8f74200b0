// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <stdbool.h>
#include <stdio.h>

/** Asks for what `status` shows. *ret_reply is for lyd_free_all(). */
int ctl_status_fetch(
    struct ctl_session *session, struct lyd_node **ret_reply, struct ctl_fault *fault);

/** Writes it for a person to read; with `marks`, peers have a tick or a cross in UTF-8, else in
 * ASCII. */
void ctl_status_text(const struct lyd_node *reply, bool marks, FILE *out);

/** Writes it as one JSON object; sextantctl(1) lists the members. */
void ctl_status_json(const struct lyd_node *reply, FILE *out);

/** Writes a line for each warning of `now` that `before` does not have (NULL: has none), and one
 * if a restart is required now and was not. */
void ctl_status_news(const struct lyd_node *before, const struct lyd_node *now, FILE *out);
