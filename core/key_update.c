// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/*
 * Bringing everything that is stored under the present system key, a part a step. Each sealed value
 * names its key and both keys are in files, so the database can be read at every moment; the step
 * that finds nothing left makes the database name the present key, and the former one goes.
 */

/** What one step writes anew. */
struct part {
    struct sx_engine *engine;
    struct sx_fragment_list rows;
    struct sx_stored_change *changes; /**< their texts are owned */
    size_t change_count, change_capacity;
    size_t bytes;
    bool last; /**< nothing is left behind it */
};

static void clear(struct part *part)
{
    sx_fragment_list_clear(&part->rows);
    for (size_t i = 0; i < part->change_count; i++) {
        free((char *)part->changes[i].value);
        free((char *)part->changes[i].old_value);
    }
    free(part->changes);
}

static void move_to(char **place, const char *to)
{
    free(*place);
    *place = sx_strdup(to);
}

static int look_at_row(void *context, const struct sx_fragment *row, struct sx_error *err)
{
    struct part *part = context;
    struct sx_engine *engine = part->engine;
    struct sx_system_key *state = &engine->system_key;
    char *body = NULL;

    move_to(&state->list, row->list);
    move_to(&state->key, row->key);
    move_to(&state->scope, sx_scope_name(row->scope));
    if (!sx_secrets_of_row(&engine->secrets, row)) {
        /* Behind every key of this list: predicates begin with a bracket. */
        move_to(&state->key, "~");
        return 1;
    }
    if (sx_secrets_reseal(&engine->secrets, engine->random, row->list, row->body, &body, err) < 0)
        return -1;
    part->bytes += strlen(row->body);
    if (body)
        sx_fragment_list_add(&part->rows, (struct sx_fragment){.scope = row->scope,
                                              .list = sx_strdup(row->list),
                                              .key = sx_strdup(row->key),
                                              .body = body});
    return part->bytes > SX_KEY_UPDATE_BYTES;
}

static int look_at_change(
    void *context, const struct sx_stored_change *change, struct sx_error *err)
{
    struct part *part = context;
    struct sx_engine *engine = part->engine;
    char *value = NULL, *old_value = NULL;

    engine->system_key.revision = change->revision;
    engine->system_key.step = change->step;
    if (sx_secrets_reseal(
            &engine->secrets, engine->random, change->path, change->value, &value, err) < 0 ||
        sx_secrets_reseal(&engine->secrets, engine->random, change->path, change->old_value,
            &old_value, err) < 0) {
        free(value);
        return -1;
    }
    if (value || old_value) {
        part->changes = sx_grow(
            part->changes, part->change_count, &part->change_capacity, sizeof *part->changes);
        part->changes[part->change_count++] =
            (struct sx_stored_change){.revision = change->revision,
                .step = change->step,
                .value = value ? value : sx_strdup(change->value),
                .old_value = old_value ? old_value : sx_strdup(change->old_value)};
    }
    part->bytes += (change->value ? strlen(change->value) : 0) +
                   (change->old_value ? strlen(change->old_value) : 0);
    return part->bytes > SX_KEY_UPDATE_BYTES;
}

static int look(struct part *part, struct sx_error *err)
{
    struct sx_engine *engine = part->engine;
    struct sx_system_key *state = &engine->system_key;
    int rc;

    if (state->journal) {
        rc = sx_store_changes_after(engine->store, state->revision, state->step,
            SX_KEY_UPDATE_ITEMS, look_at_change, part, &part->last, err);
    } else {
        /* The position moves while it is read. */
        char *list = sx_strdup(state->list ? state->list : "");
        char *key = sx_strdup(state->key ? state->key : "");
        char *scope = sx_strdup(state->scope ? state->scope : "");

        rc = sx_store_rows_after(engine->store, list, key, scope, SX_KEY_UPDATE_ITEMS, look_at_row,
            part, &part->last, err);
        free(list);
        free(key);
        free(scope);
    }
    return rc < 0 ? -1 : 0;
}

/* The database names the present key, and nothing needs the former one any more. */
static int store_end(struct sx_engine *engine, struct sx_error *err)
{
    if (sx_system_key_store_digest(engine, engine->secrets.digest_key, err) < 0)
        return -1;
    return sx_store_set(engine->store, "system-key", engine->secrets.keys.keys[0].id, err);
}

static int store(struct part *part, bool end, struct sx_error *err)
{
    struct sx_engine *engine = part->engine;

    if (part->rows.count == 0 && part->change_count == 0 && !end)
        return 0;
    if (sx_store_begin(engine->store, err) < 0)
        return -1;
    for (size_t i = 0; i < part->rows.count; i++)
        if (sx_store_rewrite_row(engine->store, &part->rows.items[i], err) < 0)
            goto failed;
    for (size_t i = 0; i < part->change_count; i++)
        if (sx_store_rewrite_change(engine->store, &part->changes[i], err) < 0)
            goto failed;
    if ((end && store_end(engine, err) < 0) || sx_store_commit(engine->store, err) < 0)
        goto failed;
    return 0;
failed:
    sx_store_rollback(engine->store);
    return -1;
}

static void start_over(struct sx_system_key *state)
{
    free(state->list);
    free(state->key);
    free(state->scope);
    state->list = state->key = state->scope = NULL;
    state->revision = state->step = 0;
    state->journal = false;
}

void sx_key_update_forget(struct sx_engine *engine)
{
    start_over(&engine->system_key);
}

static void end_update(struct sx_engine *engine)
{
    engine->system_key.updating = false;
    start_over(&engine->system_key);
    engine->status_changed = true;
    sx_update_add(engine->update, SX_ACTION_KEY_INSTALL, NULL);
    sx_update_log(engine->update, SX_LOG_INFO, "system key: all secrets are under key %s",
        engine->secrets.keys.keys[0].id);
    if (sx_store_wal_pages(engine->store) > SX_WAL_PAGES)
        sx_update_add(engine->update, SX_ACTION_CHECKPOINT, NULL);
}

void sx_key_update_step(struct sx_engine *engine)
{
    struct sx_system_key *state = &engine->system_key;
    struct part part = {.engine = engine};
    struct sx_error err = {0};
    bool end;

    if (!state->updating || engine->monotonic_ms < state->retry_at_ms)
        return;
    state->retry_at_ms = 0;
    if (look(&part, &err) < 0)
        goto failed;
    end = part.last && state->journal;
    if (store(&part, end, &err) < 0)
        goto failed;
    if (end)
        end_update(engine);
    else if (part.last)
        state->journal = true;
    clear(&part);
    return;
failed:
    sx_update_log(engine->update, SX_LOG_ERROR,
        "system key: secrets cannot be brought under the new key, and it is tried again: %s",
        err.message);
    start_over(state);
    state->retry_at_ms = engine->monotonic_ms + SX_KEY_UPDATE_RETRY_MS;
    clear(&part);
}
