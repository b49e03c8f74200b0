// SPDX-License-Identifier: Apache-2.0
#include "difference.h"
#include "replicate_impl.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/*
 * What force-config-update would change. The primary shows its configuration as it sends a
 * snapshot, also to a peer that has diverged; here it gathers in a tree that is compared with the
 * present one and thrown away. Nothing is stored, and nothing that is shown is ever taken.
 */

static int check(struct sx_engine *engine, const struct sx_peer *primary, struct sx_error *err)
{
    const char *obstacle;

    if (engine->role == SX_ROLE_PRIMARY)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system is the configuration primary, whose configuration counts: run it on the "
            "subordinate that is to take it");
    if (!primary)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "this system is %s and has no configuration primary to take a configuration from",
            sx_role_name(engine->role));
    obstacle = sx_hello_obstacle(engine, primary, false);
    if (obstacle)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the primary, peer %u (%s), cannot be asked: %s", primary->index, primary->address,
            obstacle);
    if (engine->in.active && !engine->in.compare)
        return sx_error_set(err, SX_E_IN_USE,
            "the primary's configuration is arriving and replaces this system's: there is nothing "
            "to preview");
    return 0;
}

static void ask(struct sx_engine *engine, struct sx_peer *primary)
{
    primary->preview_asked = true;
    if (engine->preview.asked || engine->in.active)
        return;
    engine->preview.asked = true;
    sx_update_add(engine->update, SX_ACTION_SEND, primary->address)->message =
        sx_message_new(SX_MESSAGE_COMPARE);
}

int sx_preview_request(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_peer *primary = sx_cluster_primary(engine);

    if (check(engine, primary, err) < 0)
        return -1;
    /* A request that the primary could not serve was left without an answer. */
    engine->preview.asked = false;
    ask(engine, primary);
    return 0;
}

void sx_preview_serve(struct sx_engine *engine, struct sx_peer *peer)
{
    if (engine->role != SX_ROLE_PRIMARY || peer->out.reader ||
        (sx_hello_obstacle(engine, peer, true) && !sx_hello_diverged(engine, peer)))
        return;
    sx_snapshot_show(engine, peer);
}

/* Containers hold nodes of several scopes: only those that are replicated are compared. */
static void compare(struct sx_difference *difference, const struct lysc_node *schema,
    const struct lyd_node *before, const struct lyd_node *after)
{
    const struct sx_node_class *class = sx_schema_class(schema);
    size_t length = difference->path.length;
    const struct lysc_node *child = NULL;
    struct lyd_node *old = NULL, *new = NULL;

    if (!class)
        return;
    if (!lysc_is_np_cont(schema)) {
        if (class->scope == SX_SCOPE_REPLICATED)
            sx_difference_siblings(difference, schema, before, after);
        return;
    }
    if (lyd_find_sibling_val(before, schema, NULL, 0, &old) != LY_SUCCESS)
        old = NULL;
    if (lyd_find_sibling_val(after, schema, NULL, 0, &new) != LY_SUCCESS)
        new = NULL;
    sx_path_add_name(&difference->path, schema, !schema->parent);
    while ((child = lys_getnext(child, schema, NULL, 0)))
        compare(difference, child, lyd_child(old), lyd_child(new));
    sx_text_cut(&difference->path, length);
}

static void compare_all(struct sx_engine *engine, struct sx_change_list *changes)
{
    struct sx_difference difference = {.changes = changes};
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(sx_schema_context(engine->schema), &index))) {
        const struct lysc_node *child = NULL;

        if (!module->implemented)
            continue;
        while ((child = lys_getnext(child, NULL, module->compiled, 0)))
            compare(&difference, child, engine->tree.root, engine->in.tree.root);
    }
    free(difference.path.data);
}

/* The first ones say enough; all of them may be as much as the configuration. */
static bool cut(struct sx_change_list *changes)
{
    struct sx_change_list first = {0};
    bool more = changes->count > SX_PREVIEW_CHANGES_MAX;

    if (!more)
        return false;
    for (size_t i = 0; i < SX_PREVIEW_CHANGES_MAX; i++)
        sx_change_list_copy(&first, &changes->items[i]);
    sx_change_list_clear(changes);
    *changes = first;
    return true;
}

int sx_preview_take(struct sx_engine *engine, struct sx_error *err)
{
    struct sx_preview *preview = &engine->preview;
    struct sx_change_list changes = {0};
    bool more;

    compare_all(engine, &changes);
    more = cut(&changes);
    if (sx_secrets_seal_changes(&engine->secrets, engine->random, &changes, err) < 0) {
        sx_change_list_clear(&changes);
        return -1;
    }
    sx_change_list_clear(&preview->changes);
    preview->changes = changes;
    preview->more = more;
    preview->known = true;
    preview->revision = sx_history_revision(&engine->in.history);
    preview->serial++;
    engine->status_changed = true;
    sx_update_log(engine->update, SX_LOG_INFO,
        "cluster: the primary's configuration differs in %zu%s places%s%s", changes.count,
        more ? " or more" : "", changes.count > 0 ? ", the first is " : "",
        changes.count > 0 ? changes.items[0].path : "");
    return 0;
}

void sx_preview_settle(struct sx_engine *engine)
{
    struct sx_preview *preview = &engine->preview;
    struct sx_peer *primary = sx_cluster_primary(engine);

    if (!primary || !primary->up)
        preview->asked = false;
    if (!engine->conflict)
        preview->known = false;
    if (primary && engine->conflict && !preview->in_conflict)
        primary->preview_asked = false;
    preview->in_conflict = engine->conflict;
    if (engine->conflict && primary && primary->heard && !primary->preview_asked &&
        !sx_hello_obstacle(engine, primary, false))
        ask(engine, primary);
}

const char *sx_preview_first(const struct sx_engine *engine)
{
    const struct sx_preview *preview = &engine->preview;

    return preview->known && preview->changes.count > 0 ? preview->changes.items[0].path : "";
}

void sx_preview_forget(struct sx_engine *engine)
{
    sx_change_list_clear(&engine->preview.changes);
}

void sx_engine_preview(const struct sx_engine *engine, struct sx_change_list *ret_changes,
    uint64_t *ret_revision, bool *ret_more)
{
    for (size_t i = 0; i < engine->preview.changes.count; i++)
        sx_change_list_copy(ret_changes, &engine->preview.changes.items[i]);
    *ret_revision = engine->preview.revision;
    *ret_more = engine->preview.more;
}
