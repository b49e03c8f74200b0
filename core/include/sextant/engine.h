// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/event.h"
#include "sextant/schema.h"
#include "sextant/status.h"
#include "sextant/update.h"

/**
 * The engine of one system: configuration, its history, the cluster it is part of, its alarms.
 * Values in, values out: it knows of the outside only what events say, and does nothing outside
 * but through its updates and its database. One thread at a time. Several engines in one process
 * do not touch each other.
 */
struct sx_engine;

/** What an engine is opened with. All is borrowed during the call but `schema`, which must outlive
 * the engine. */
struct sx_engine_options {
    const struct sx_schema *schema;
    const char *directory; /**< store folder: sextant.db, backups/ */
    const char *vfs; /**< SQLite VFS, NULL for the default */
    const char *const *own_addresses; /**< IP literals of this system; ends with NULL */
    const char *software_version;
    const uint8_t *system_key; /**< the system key, SX_SYSTEM_KEY_SIZE bytes */
    const uint8_t *next_system_key; /**< the one that SX_ACTION_KEY_SAVE wrote and that is not
                                         installed yet, or NULL */
    const char *database_failure; /**< NULL; or why the system's own database cannot be used: the
                                       engine then stands in for it, on an empty one in
                                       `directory`, raises 15005 and takes no configuration */
    const char *last_backup; /**< with it: the newest backup file, "" for none */
    int64_t time_ms;
    int64_t monotonic_ms;
    uint8_t random[32];
};

/**
 * Opens the store, loads the configuration, applies what was configured (this is a boot: what
 * *applies on restart* is in force afterwards, and a system that enters its first cluster as a
 * subordinate is marked as joining). `update` (must be empty) tells what to do first.
 * On success *ret_engine is the caller's.
 */
int sx_engine_open(const struct sx_engine_options *options, struct sx_update *update,
    struct sx_engine **ret_engine, struct sx_error *err);

/** Closes the store and releases the engine (NULL is fine). Nothing is lost: what an update
 * reported is durable. */
void sx_engine_close(struct sx_engine *engine);

/**
 * Lets one event happen. `update` must be empty; it is filled in and is the caller's to clear.
 * What it reports is durable already. update->failed tells that the event was refused and nothing
 * was changed, but for an edit that continues on errors.
 */
void sx_engine_step(
    struct sx_engine *engine, const struct sx_event *event, struct sx_update *update);

/** True when the store held no configuration when it was opened, or what a factory reset left
 * there: an initial one may be loaded. */
bool sx_engine_is_new(const struct sx_engine *engine);

/** Fills *ret_status (must be empty or cleared), for sx_status_clear(). */
void sx_engine_status(const struct sx_engine *engine, struct sx_status *ret_status);

/** The keys that secrets in the store's rows are sealed with, for sx_secret_open_row(): those of
 * the last step. *ret_keys is the caller's to clear. */
void sx_engine_keys(const struct sx_engine *engine, struct sx_secret_keys *ret_keys);

/**
 * Data paths of the secrets that are stored and cannot be decrypted: *ret_paths is an array of
 * *ret_count strings, each for free(), as is the array.
 */
void sx_engine_unreadable(const struct sx_engine *engine, char ***ret_paths, size_t *ret_count);

/**
 * What taking the primary's configuration would change, as the last SX_EVENT_PREVIEW, or a
 * conflict, found out (sx_status tells how often that was); secrets are sealed. Changes are added
 * to *ret_changes, which is the caller's; *ret_revision is the primary's revision, *ret_more tells
 * that there were too many to keep.
 */
void sx_engine_preview(const struct sx_engine *engine, struct sx_change_list *ret_changes,
    uint64_t *ret_revision, bool *ret_more);

/**
 * Rows by which the candidate differs from running, for sx_reader_begin(): empty when there is no
 * candidate. Appended to *ret_overlay, which is the caller's. Fails when the candidate can no
 * longer be laid over the running datastore; the error names the node.
 */
int sx_engine_candidate(
    struct sx_engine *engine, struct sx_fragment_list *ret_overlay, struct sx_error *err);
