// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lyd_node;

/** Writes changes as a person reads a difference. Start with {.out, .colour}; ctl_diff_text_end()
 * is due at the end. */
struct ctl_diff_text {
    FILE *out;
    bool colour; /**< for a terminal */
    char *head; /**< path that the last lines stand below; owned */
    size_t count; /**< changes written so far */
};

/** Who made the revisions of a <get-changes> reply, and when: the lines above the changes. */
void ctl_diff_text_begin(struct ctl_diff_text *text, const struct lyd_node *reply);

/** The changes of a reply, grouped by the node that they are below. */
void ctl_diff_text_changes(struct ctl_diff_text *text, const struct lyd_node *reply);

/** Says so if there was no change, and releases what the text owns. */
void ctl_diff_text_end(struct ctl_diff_text *text);

/** Writes a text without what a terminal would take for a command: control characters as \\n, \\t
 * or \\xNN. */
void ctl_print_plain(const char *text, FILE *out);
