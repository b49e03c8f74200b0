// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "secret.h"
#include "set_aside.h"
#include "sextant/change.h"

#include <stdint.h>

struct ly_ctx;

/** Name of the store's value with the digest key, sealed, and the place that it is sealed for. */
#define SX_DIGEST_KEY_VALUE "digest-key"

/*
 * The secrets of an engine. The tree in memory holds them in clear; rows of the store, revisions of
 * the journal and what goes to peers hold them sealed. The functions below stand where one becomes
 * the other.
 */

struct sx_secrets {
    const struct ly_ctx *context; /**< borrowed */
    struct sx_secret_keys keys;
    uint8_t digest_key[SX_DIGEST_SIZE]; /**< of the digest's secret items, see digest.h */
    struct sx_set_aside aside; /**< what is stored and cannot be opened */
};

/** Releases what it holds and overwrites the keys. */
void sx_secrets_clear(struct sx_secrets *secrets);

/** The node of a row's list, or of its top-level node, when secrets can be in the row; else NULL.
 */
const struct lysc_node *sx_secrets_of_row(
    const struct sx_secrets *secrets, const struct sx_fragment *fragment);

/**
 * Seals what is about to be stored. Returns `rows` when no secret is in them, or *ret_sealed filled
 * with a copy, which the caller clears in any case; NULL with *err after a failure. A stand-in for
 * a value that was set aside becomes that value again.
 */
const struct sx_fragment_list *sx_secrets_seal_rows(const struct sx_secrets *secrets,
    uint8_t random[SX_RANDOM_SIZE], const struct sx_fragment_list *rows,
    struct sx_fragment_list *ret_sealed, struct sx_error *err);

/** Seals the values of changes in place. Changes of own classes alone: their flags are believed. */
int sx_secrets_seal_changes(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    struct sx_change_list *changes, struct sx_error *err);

/** Brings the values of changes under the present key, in place. */
int sx_secrets_reseal_changes(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    struct sx_change_list *changes, struct sx_error *err);

/**
 * Opens the values of changes that are to be replayed; what was there before stays sealed. Returns
 * `changes` when no secret is in them, or *ret_opened filled with a copy, which the caller clears
 * in any case; NULL with *err when a value is not sealed, or cannot be opened and there is no
 * `aside` for it, see sx_secrets_open_row().
 */
const struct sx_change_list *sx_secrets_open_changes(const struct sx_secrets *secrets,
    const struct sx_change_list *changes, struct sx_set_aside *aside,
    struct sx_change_list *ret_opened, struct sx_error *err);

/**
 * Opens a row: *ret_body is its body in clear, for sx_secret_free(). Values that cannot be opened
 * go to `aside` (NULL: they are errors), and stand-ins that follow from `digest_key`, of
 * SX_DIGEST_SIZE bytes, take their places. *ret_clear (NULL: that is an error) becomes true when a
 * value was not sealed. `schema` is what sx_secrets_of_row() gave.
 */
int sx_secrets_open_row(const struct sx_secrets *secrets, const struct lysc_node *schema,
    const struct sx_fragment *row, const uint8_t *digest_key, struct sx_set_aside *aside,
    bool *ret_clear, char **ret_body, struct sx_error *err);

/**
 * Brings sealed values below a data path under the present key: *ret_json is for free(), NULL when
 * they are all under it, or cannot be opened and stay as they are. `json` may be NULL.
 */
int sx_secrets_reseal(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    const char *path, const char *json, char **ret_json, struct sx_error *err);
