// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* What a boot finds of secrets: rows that are not sealed yet, and values that cannot be opened. */

/** In the store while its digest is not the one of its content: some of it cannot be opened, or
 * could not at the last boot. */
#define ASIDE_VALUE "secrets-set-aside"
/** In the store after a digest key was made, until the digest was computed with it. */
#define NEW_KEY_VALUE "digest-key-is-new"

/** Rows that are sealed for the first time. */
struct sealing {
    struct sx_engine *engine;
    struct sx_fragment_list clear;
};

static int collect(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    struct sealing *sealing = context;
    const struct sx_secrets *secrets = &sealing->engine->secrets;
    const struct lysc_node *schema = sx_secrets_of_row(secrets, row);
    struct sx_set_aside ignored = {0};
    struct sx_fragment opened = *row;
    bool clear = false;

    if (!schema)
        return 0;
    opened.body = NULL;
    if (sx_secrets_open_row(
            secrets, schema, row, secrets->digest_key, &ignored, &clear, &opened.body, err) < 0)
        return -1;
    if (clear)
        sx_fragment_list_copy(&sealing->clear, &opened);
    sx_secret_free(opened.body);
    sx_set_aside_clear(&ignored);
    return 0;
}

/* A database of a release that did not encrypt: its rows are sealed, and its journal goes. */
static int seal_all(struct sx_engine *engine, struct sx_error *err)
{
    struct sealing sealing = {.engine = engine};
    struct sx_fragment_list sealed = {0};
    const struct sx_fragment_list *rows = NULL;
    int result = -1;

    if (sx_store_load(engine->store, collect, &sealing, err) < 0)
        goto out;
    rows = sx_secrets_seal_rows(&engine->secrets, engine->random, &sealing.clear, &sealed, err);
    if (!rows)
        goto out;
    for (size_t i = 0; i < rows->count; i++)
        if (sx_store_rewrite_row(engine->store, &rows->items[i], err) < 0)
            goto out;
    result = sx_store_clear_journal(engine->store, err);
out:
    sx_fragment_list_clear(&sealing.clear);
    sx_fragment_list_clear(&sealed);
    return result;
}

static int check_digest(const struct sx_engine *engine, struct sx_error *err)
{
    if (engine->history.count == 0 ||
        memcmp(engine->history.digest, engine->tree.digest, SX_DIGEST_SIZE) == 0)
        return 0;
    return sx_error_set(err, SX_E_STORE,
        "the database's content does not have the digest of its revision %llu: it was changed "
        "from outside; restore a backup",
        (unsigned long long)sx_history_revision(&engine->history));
}

static int load_mark(
    struct sx_engine *engine, const char *name, bool *ret_set, struct sx_error *err)
{
    char *value = NULL;

    if (sx_stored_value(engine, name, &value, err) < 0)
        return -1;
    *ret_set = value != NULL;
    free(value);
    return 0;
}

static int store_loaded(struct sx_engine *engine, bool clear, struct sx_error *err)
{
    struct sx_store *store = engine->store;

    if (sx_store_begin(store, err) < 0)
        return -1;
    if ((clear && seal_all(engine, err) < 0) ||
        (engine->history.count > 0 && sx_store_set_history(store, &engine->history, err) < 0) ||
        sx_store_set(store, ASIDE_VALUE, engine->secrets.aside.count > 0 ? "1" : NULL, err) < 0 ||
        sx_store_set(store, NEW_KEY_VALUE, NULL, err) < 0 || sx_store_commit(store, err) < 0) {
        sx_store_rollback(store);
        return -1;
    }
    return 0;
}

int sx_secrets_loaded(struct sx_engine *engine, bool clear, struct sx_error *err)
{
    size_t count = engine->secrets.aside.count;
    bool marked = false, new_key = false;

    if (load_mark(engine, ASIDE_VALUE, &marked, err) < 0 ||
        load_mark(engine, NEW_KEY_VALUE, &new_key, err) < 0)
        return -1;
    if (count == 0 && !marked && !new_key && !clear)
        return check_digest(engine, err);
    if (count > 0)
        sx_update_log(engine->update, SX_LOG_WARNING,
            "secrets: %zu cannot be decrypted, the first is %s; check-secrets lists them", count,
            engine->secrets.aside.items[0].path);
    /* What cannot be opened counts as its stand-in, which others with the same keys make too. */
    memcpy(engine->history.digest, engine->tree.digest, SX_DIGEST_SIZE);
    if (store_loaded(engine, clear, err) < 0)
        return -1;
    return clear ? sx_store_vacuum(engine->store, err) : 0;
}

/* The changes that put values in the places of their stand-ins. */
static void list_readable(struct sx_engine *engine, struct sx_change_list *changes)
{
    const struct sx_set_aside *aside = &engine->secrets.aside;

    for (size_t i = 0; i < aside->count; i++) {
        const struct sx_set_aside_item *item = &aside->items[i];
        const struct lysc_node *leaf = lys_find_path(engine->secrets.context, NULL, item->path, 0);
        char *sealed = sx_strndup(item->sealed + 1, strlen(item->sealed) - 2), *plain = NULL;
        struct sx_error ignored;

        if (leaf &&
            sx_secret_open(&engine->secrets.keys, item->path, sealed, &plain, NULL, &ignored) == 0)
            sx_change_list_add(changes,
                (struct sx_change){.operation = SX_OPERATION_REPLACE,
                    .scope = item->scope,
                    .flags = sx_schema_class(leaf)->flags,
                    .path = sx_strdup(item->path),
                    .value = sx_format("{\"%s:%s\":%s}", leaf->module->name, leaf->name, plain)});
        sx_secret_free(plain);
        free(sealed);
    }
}

static int store_recovered(
    struct sx_engine *engine, struct sx_transaction *transaction, struct sx_error *err)
{
    struct sx_fragment_list sealed = {0};
    const struct sx_fragment_list *rows = sx_secrets_seal_rows(
        &engine->secrets, engine->random, sx_transaction_fragments(transaction), &sealed, err);
    struct sx_history history = engine->history;
    int result = -1;

    memcpy(history.digest, sx_transaction_digest(transaction), SX_DIGEST_SIZE);
    if (!rows || sx_store_begin(engine->store, err) < 0)
        goto out;
    if (sx_store_put(engine->store, rows, err) < 0 ||
        (history.count > 0 && sx_store_set_history(engine->store, &history, err) < 0) ||
        sx_store_commit(engine->store, err) < 0) {
        sx_store_rollback(engine->store);
        goto out;
    }
    engine->history = history;
    result = 0;
out:
    sx_fragment_list_clear(&sealed);
    return result;
}

void sx_secrets_recover(struct sx_engine *engine)
{
    struct sx_change_list changes = {0};
    struct sx_transaction *transaction;
    struct sx_error err = {0};

    list_readable(engine, &changes);
    if (changes.count == 0)
        return;
    transaction = sx_transaction_begin(&engine->tree, engine->random);
    if (sx_transaction_apply(transaction, &changes, &err) == 0 &&
        sx_transaction_validate(transaction, &err) == 0 &&
        store_recovered(engine, transaction, &err) == 0) {
        sx_transaction_keep(transaction);
        sx_secrets_settle(engine);
        sx_update_add(engine->update, SX_ACTION_RECONFIGURE, NULL)->top[0] = '*';
        engine->cluster_changed = engine->requirements_changed = true;
        engine->status_changed = true;
        sx_update_log(engine->update, SX_LOG_INFO,
            "secrets: %zu that were set aside can be decrypted again", changes.count);
    } else {
        sx_transaction_undo(transaction);
        sx_update_log(engine->update, SX_LOG_ERROR,
            "secrets: what can be decrypted again is put in force by a restart: %s", err.message);
    }
    sx_change_list_clear(&changes);
}

/* A value without its quotes is the stand-in, whatever the leaf's type is. */
static bool is_stand_in(const struct lyd_node *leaf, const char *token)
{
    const char *value = lyd_get_value(leaf);
    size_t length = strlen(value);

    if (*token == '"')
        return strlen(token) == length + 2 && memcmp(token + 1, value, length) == 0;
    return *token == '[' || strcmp(token, value) == 0;
}

static bool is_gone(void *context, const struct sx_set_aside_item *item)
{
    const struct sx_engine *engine = context;
    struct lyd_node *leaf = NULL;

    return !engine->tree.root ||
           lyd_find_path(engine->tree.root, item->path, 0, &leaf) != LY_SUCCESS || !leaf ||
           !is_stand_in(leaf, item->stand_in);
}

void sx_secrets_settle(struct sx_engine *engine)
{
    if (engine->secrets.aside.count == 0)
        return;
    sx_set_aside_prune(&engine->secrets.aside, is_gone, engine);
    engine->status_changed = true;
}

void sx_engine_unreadable(const struct sx_engine *engine, char ***ret_paths, size_t *ret_count)
{
    const struct sx_set_aside *aside = &engine->secrets.aside;
    char **paths = sx_calloc(aside->count + 1, sizeof *paths);

    for (size_t i = 0; i < aside->count; i++)
        paths[i] = sx_strdup(aside->items[i].path);
    *ret_paths = paths;
    *ret_count = aside->count;
}
