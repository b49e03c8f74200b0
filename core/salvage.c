// SPDX-License-Identifier: Apache-2.0
#include "salvage.h"

#include "load.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* Loading what is stored. A row that the schema rejects, as after an upgrade, is set aside and the
 * rest is loaded; so one entry does not take the whole configuration with it. */

struct loading {
    struct sx_engine *engine;
    struct sx_salvage *salvage;
    struct sx_loader loader;
};

static int reject(struct sx_salvage *salvage, const struct sx_fragment *row,
    const struct sx_error *reason, struct sx_error *err)
{
    if (salvage->rows.count == SX_SET_ASIDE_MAX) {
        sx_error_set(err, reason->code,
            "more than %d parts of the stored configuration do not fit the YANG modules: %.300s; "
            "start with the modules that it was made with",
            SX_SET_ASIDE_MAX, reason->message);
        return sx_error_at(err, reason->path);
    }
    salvage->reasons[salvage->rows.count] = sx_strdup(reason->message);
    sx_fragment_list_copy(&salvage->rows, row);
    return 0;
}

static bool is_rejected(const struct sx_salvage *salvage, const struct sx_fragment *row)
{
    for (size_t i = 0; i < salvage->rows.count; i++) {
        const struct sx_fragment *item = &salvage->rows.items[i];

        if (item->scope == row->scope && strcmp(item->list, row->list) == 0 &&
            strcmp(item->key, row->key) == 0)
            return true;
    }
    return false;
}

static int load_row(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    struct loading *loading = context;
    struct sx_error reason = {0};

    loading->engine->rows_at_boot++;
    if (is_rejected(loading->salvage, row) || sx_load_row(&loading->loader, row, &reason) == 0)
        return 0;
    return reject(loading->salvage, row, &reason, err);
}

/** The row that a node is part of. */
struct search {
    const char *path;
    struct sx_salvage *salvage;
    struct sx_fragment_list found; /**< one, or none */
    size_t length;
};

static int look_at_row(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    struct search *search = context;
    char *path = sx_fragment_path(row);
    size_t length = strlen(path);
    bool holds = strncmp(path, search->path, length) == 0 &&
                 (!search->path[length] || search->path[length] == '/');

    (void)err;
    if (holds && length >= search->length && !is_rejected(search->salvage, row)) {
        sx_fragment_list_clear(&search->found);
        sx_fragment_list_copy(&search->found, row);
        search->length = length;
    }
    free(path);
    return 0;
}

/* Rejects the row that holds what is not valid; -1 with the reason when there is none. */
static int reject_invalid(struct sx_engine *engine, struct sx_salvage *salvage,
    const struct sx_error *reason, struct sx_error *err)
{
    struct search search = {.path = reason->path, .salvage = salvage};
    int result = sx_store_load(engine->store, look_at_row, &search, err);

    if (result == 0 && search.found.count == 0) {
        *err = *reason;
        result = -1;
    } else if (result == 0) {
        result = reject(salvage, &search.found.items[0], reason, err);
    }
    sx_fragment_list_clear(&search.found);
    return result;
}

int sx_salvage_load(struct sx_engine *engine, struct sx_salvage *ret_salvage, struct sx_error *err)
{
    for (unsigned round = 0;; round++) {
        struct loading loading = {.engine = engine, .salvage = ret_salvage};
        struct sx_error reason = {0};
        int result;

        sx_tree_clear(&engine->tree);
        sx_set_aside_clear(&engine->secrets.aside);
        engine->rows_at_boot = 0;
        sx_loader_begin(&loading.loader, &engine->tree, &engine->secrets, &engine->secrets.aside,
            &ret_salvage->clear);
        result = sx_store_load(engine->store, load_row, &loading, err);
        sx_loader_end(&loading.loader);
        if (result < 0)
            return -1;
        if (sx_load_finish(&engine->tree, &reason) == 0)
            return 0;
        if (round == SX_SET_ASIDE_ROUNDS) {
            *err = reason;
            return -1;
        }
        if (reject_invalid(engine, ret_salvage, &reason, err) < 0)
            return -1;
    }
}

static bool has_replicated(const struct sx_salvage *salvage)
{
    for (size_t i = 0; i < salvage->rows.count; i++)
        if (salvage->rows.items[i].scope == SX_SCOPE_REPLICATED)
            return true;
    return false;
}

/* The replicated content is not that of its revision any more. */
static int store_history(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_history history = engine->history;
    bool ours = engine->lineage_is_ours || !engine->in_cluster;
    char id[SX_UUID_SIZE];

    if (ours) {
        sx_random_uuid(engine, id);
        sx_history_start(&history, id);
        sx_history_advance(&history, engine->tree.digest);
    } else {
        memcpy(history.digest, engine->tree.digest, SX_DIGEST_SIZE);
    }
    if ((history.count > 0 && sx_store_set_history(engine->store, &history, err) < 0) ||
        sx_store_clear_journal(engine->store, err) < 0 ||
        sx_store_set(engine->store, "lineage-is-ours", ours ? "1" : NULL, err) < 0 ||
        (!ours && sx_store_set(engine->store, "take-snapshot", "set-aside", err) < 0))
        return -1;
    engine->history = history;
    engine->lineage_is_ours = ours;
    engine->take_snapshot |= !ours;
    return 0;
}

int sx_salvage_store(
    struct sx_engine *engine, const struct sx_salvage *salvage, struct sx_error *err)
{
    struct sx_store *store = engine->store;

    if (salvage->rows.count == 0)
        return 0;
    if (sx_backup(engine, "set-aside", err) < 0 || sx_store_begin(store, err) < 0)
        return -1;
    for (size_t i = 0; i < salvage->rows.count; i++) {
        const struct sx_fragment *row = &salvage->rows.items[i];

        if (sx_store_set_aside(store, row, salvage->reasons[i], engine->now_ms, err) < 0)
            goto failed;
        sx_update_log(engine->update, SX_LOG_WARNING, "database: %s%s is set aside: %s", row->list,
            row->key, salvage->reasons[i]);
    }
    if (has_replicated(salvage) && store_history(engine, err) < 0)
        goto failed;
    if (sx_store_commit(store, err) == 0)
        return 0;
failed:
    sx_store_rollback(store);
    return -1;
}

void sx_salvage_clear(struct sx_salvage *salvage)
{
    for (size_t i = 0; i < salvage->rows.count; i++)
        free(salvage->reasons[i]);
    sx_fragment_list_clear(&salvage->rows);
}

int sx_set_aside_discard(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err)
{
    uint64_t left = 0;

    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    if (sx_store_discard_aside(engine->store, event->path, err) < 0 ||
        sx_store_count_aside(engine->store, &left, err) < 0)
        goto failed;
    if (left == engine->set_aside) {
        sx_error_set(err, SX_E_DATA_MISSING, "nothing is set aside%s%.300s",
            event->path ? " at " : "", event->path ? event->path : "");
        goto failed;
    }
    if (sx_store_commit(engine->store, err) < 0)
        goto failed;
    engine->set_aside = left;
    engine->status_changed = true;
    return 0;
failed:
    sx_store_rollback(engine->store);
    return -1;
}
