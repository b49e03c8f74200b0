// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stddef.h>

struct lysc_node;

/* Secrets inside RFC 7951 JSON. Work is done on the text and not on a tree, since a sealed value
 * is a string whatever the type of its leaf is. */

/** What a message may show of a leaf's value: the value, or the mask for a secret. Borrowed. */
const char *sx_secret_shown(const struct lysc_node *leaf, const char *value);

/** A secret leaf of a text. */
struct sx_secret_found {
    const struct lysc_node *leaf;
    const char *path; /**< data path */
    const char *token; /**< its value as it stands in the text; no NUL behind it */
    size_t length;
};

/** The text between the quotes of a JSON string without escapes, for free(); else NULL. */
char *sx_secret_unquote(const char *token, size_t length);

/**
 * Called for each secret leaf: gives in *ret_token what is to stand there instead, for
 * sx_secret_free(), or NULL to leave the leaf out. Returns 0, or -1 with *err filled.
 */
typedef int sx_secret_each(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err);

/**
 * Rewrites a text of one JSON object with the node of `schema` as its member, as rows of the store
 * and values of changes are. `parent` is the data path of the node above it, "" at the top level.
 * Everything but secrets is taken over. *ret_json is for sx_secret_free(). No error holds a value.
 */
int sx_secret_text(const struct lysc_node *schema, const char *parent, const char *json,
    sx_secret_each *each, void *context, char **ret_json, struct sx_error *err);
