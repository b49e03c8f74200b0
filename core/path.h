// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>

struct ly_ctx;
struct lyd_node;
struct lysc_node;

/** A text that grows. Start it zeroed; release it with free(text.data). */
struct sx_text {
    char *data; /**< ends with NUL once something was added */
    size_t length, capacity;
};

/** Adds `length` bytes; the text keeps its final NUL. */
void sx_text_add(struct sx_text *text, const char *bytes, size_t length);

/** Shortens the text to a former length. */
void sx_text_cut(struct sx_text *text, size_t length);

/** Adds the last step of a node's data path: `/name` (`/module:name` when `top`, or when the parent
 * is of another module), without predicates. */
void sx_path_add_name(struct sx_text *text, const struct lysc_node *schema, bool top);

/** Adds the predicates of a list entry (`[key='value']…`) or leaf-list entry (`[.='value']`), in
 * the form that libyang prints; nothing for other nodes. */
void sx_path_add_key(struct sx_text *text, const struct lyd_node *node);

/** Adds one predicate of that form; a leaf-list's has the name ".". */
void sx_path_add_predicate(struct sx_text *text, const char *name, const char *value);

/** Adds both. */
void sx_path_add(struct sx_text *text, const struct lyd_node *node, bool top);

/** Data path of a node that is linked to its parents, for free(). */
char *sx_path_of(const struct lyd_node *node);

/** As sx_path_of(), or "" for NULL. */
char *sx_path_of_any(const struct lyd_node *node);

/** Data path of a schema node that has no list above it, without predicates, for free(). */
char *sx_path_of_schema(const struct lysc_node *schema);

/** Predicates of a list entry, for free(). */
char *sx_path_key(const struct lyd_node *entry);

/** Bytes of `path` before its last step: 0 for a top-level node. Slashes in quotes and predicates
 * do not count. */
size_t sx_path_parent_length(const char *path);

/** The schema node that a data path leads to, or NULL. Its predicates may hold anything. */
const struct lysc_node *sx_path_schema(const struct ly_ctx *context, const char *path);

/**
 * A value with both kinds of quotes cannot be written in a data path (RFC 7950 section 6.4.1 has no
 * escape), so such a key or leaf-list entry could not be named. Returns -1 for one.
 */
int sx_path_check_key(const struct lyd_node *node, struct sx_error *err);
