// SPDX-License-Identifier: Apache-2.0
#include "model.h"

#include "sextant/memory.h"
#include "sim.h"
#include "state.h"

#include <libyang/libyang.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The rules of replication, by their numbers in ARCHITECTURE.md. */

size_t sim_find_commit(const struct sim_model *model, const char *lineage, uint64_t revision)
{
    for (size_t i = model->count; i > 0; i--)
        if (model->commits[i - 1].revision == revision &&
            strcmp(model->commits[i - 1].lineage, lineage) == 0)
            return i - 1;
    return SIM_NOTHING;
}

bool sim_is_past(const struct sim_model *model, size_t commit, size_t of)
{
    while (of != SIM_NOTHING && of != commit)
        of = model->commits[of].parent;
    return of == commit;
}

unsigned long long sim_revision_of(const struct sim_model *model, size_t commit)
{
    return commit == SIM_NOTHING ? 0 : model->commits[commit].revision;
}

struct sim_content sim_content_of(const struct sim *sim, const struct sim_node *node)
{
    if (node->promise.at == SIM_NOTHING)
        return (struct sim_content){0};
    return sim->model.commits[node->promise.at].content;
}

const struct sim_content *sim_content_at(
    const struct sim *sim, const struct sim_node *node, uint64_t number)
{
    const struct sim_model *model = &sim->model;

    for (size_t i = node->promise.at; i != SIM_NOTHING; i = model->commits[i].parent)
        if (model->commits[i].revision == number)
            return &model->commits[i].content;
    return NULL;
}

static unsigned leaf(const struct sim_node *node, const char *format, ...)
{
    char path[160];
    const char *value;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    value = sx_config_leaf(&node->engine->tree, path);
    value += strcspn(value, "0123456789");
    return (unsigned)strtoul(value, NULL, 10);
}

#define CALL_CONTROL "/sextant-call-control:call-control"

static void read_rules(const struct sim_node *node, struct sim_content *ret_content)
{
    const struct lyd_node *root = node->engine->tree.root;
    struct lyd_node *rules = NULL, *rule;

    if (!root || lyd_find_path(root, CALL_CONTROL "/search-rules", 0, &rules) != LY_SUCCESS)
        return;
    LY_LIST_FOR(lyd_child(rules), rule)
    if (strcmp(rule->schema->name, "rule") == 0 && ret_content->rule_count < SIM_RULES)
        ret_content->rules[ret_content->rule_count++] =
            (uint8_t)strtoul(lyd_get_value(lyd_child(rule)) + strlen("rule "), NULL, 10);
}

static void read_content(const struct sim_node *node, struct sim_content *ret_content)
{
    memset(ret_content, 0, sizeof *ret_content);
    for (unsigned i = 0; i < SIM_ENTRIES; i++)
        ret_content->entries[i] =
            (uint16_t)leaf(node, CALL_CONTROL "/phone-book/entry[name='person %u']/number", i);
    ret_content->password =
        (uint16_t)leaf(node, CALL_CONTROL "/zones/zone[name='branch']/traversal/password");
    read_rules(node, ret_content);
}

/* Rule 2: what a node holds is what the primary committed. */
static void check_content(struct sim *sim, const struct sim_node *node)
{
    struct sim_content wanted = sim_content_of(sim, node), found;

    read_content(node, &found);
    if (memcmp(&wanted, &found, sizeof found) == 0)
        return;
    for (unsigned i = 0; i < SIM_ENTRIES; i++)
        if (wanted.entries[i] != found.entries[i])
            sim_fail(sim, "node %u: person %u has number %u, at revision %llu it was %u",
                node->number, i, found.entries[i], sim_revision_of(&sim->model, node->promise.at),
                wanted.entries[i]);
    sim_fail(sim, "node %u: its zone or search rules are not those of revision %llu", node->number,
        sim_revision_of(&sim->model, node->promise.at));
}

static bool holds_promise(const struct sim *sim, const struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;
    const struct sim_commit *commit;

    if (node->promise.at == SIM_NOTHING || history->count == 0)
        return node->promise.at == SIM_NOTHING && history->count == 0;
    commit = &sim->model.commits[node->promise.at];
    return commit->revision == sx_history_revision(history) &&
           strcmp(commit->lineage, sx_history_lineage(history)) == 0;
}

void sim_move_to(struct sim *sim, struct sim_node *node, size_t at)
{
    struct sim_promise *promise = &node->promise;

    if (!sim_is_past(&sim->model, promise->at, at))
        promise->left[promise->left_count++ % SIM_LEFT_MAX] = promise->at;
    promise->at = at;
}

/* A node committed on its own. */
static void note_commit(struct sim *sim, struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;
    struct sim_model *model = &sim->model;
    struct sim_promise *promise = &node->promise;
    uint64_t revision = sx_history_revision(history);
    struct sim_commit *commit;

    if (sim_find_commit(model, sx_history_lineage(history), revision) != SIM_NOTHING)
        sim_fail(sim, "node %u committed revision %llu of %s a second time", node->number,
            (unsigned long long)revision, sx_history_lineage(history));
    if (revision != sim_revision_of(model, promise->intent_parent) + 1)
        sim_fail(sim, "node %u committed revision %llu after revision %llu", node->number,
            (unsigned long long)revision, sim_revision_of(model, promise->intent_parent));
    model->commits =
        sx_grow(model->commits, model->count, &model->capacity, sizeof *model->commits);
    commit = &model->commits[model->count];
    memset(commit, 0, sizeof *commit);
    strcpy(commit->lineage, sx_history_lineage(history));
    commit->revision = revision;
    memcpy(commit->digest, history->digest, SX_DIGEST_SIZE);
    commit->parent = promise->intent_parent;
    commit->content = promise->intent;
    sim_move_to(sim, node, model->count++);
}

/* A node holds something else than before, from another one. Rules 2 and 5. */
static void note_taken(struct sim *sim, struct sim_node *node)
{
    const struct sx_history *history = &node->status.history;
    size_t at = history->count == 0 ? SIM_NOTHING
                                    : sim_find_commit(&sim->model, sx_history_lineage(history),
                                          sx_history_revision(history));

    if (history->count > 0 && at == SIM_NOTHING)
        sim_fail(sim, "node %u holds revision %llu of %s, which nobody committed", node->number,
            (unsigned long long)sx_history_revision(history), sx_history_lineage(history));
    if (!sim_is_past(&sim->model, node->promise.at, at) && !node->promise.replaceable)
        sim_fail(sim, "node %u held revision %llu and holds %llu, which does not follow it",
            node->number, sim_revision_of(&sim->model, node->promise.at),
            sim_revision_of(&sim->model, at));
    sim_move_to(sim, node, at);
}

static void check_digest(struct sim *sim, const struct sim_node *node)
{
    const struct sim_promise *promise = &node->promise;

    if (promise->at != SIM_NOTHING && memcmp(sim->model.commits[promise->at].digest,
                                          node->status.history.digest, SX_DIGEST_SIZE) != 0)
        sim_fail(sim, "node %u holds revision %llu with another digest", node->number,
            sim_revision_of(&sim->model, promise->at));
}

static bool is_own_edit(const struct sx_event *event)
{
    return event->type == SX_EVENT_EDIT || event->type == SX_EVENT_COMMIT ||
           event->type == SX_EVENT_ROLLBACK || event->type == SX_EVENT_RESTORE_END;
}

struct sim_before sim_before(const struct sim_node *node, const struct sx_event *event)
{
    struct sim_before before = {.subordinate = node->status.role == SX_ROLE_SUBORDINATE ||
                                               node->status.role == SX_ROLE_NOT_IN_LIST};

    if (event->type == SX_EVENT_MESSAGE)
        before.message = (int)event->message.message->type;
    snprintf(before.primary, sizeof before.primary, "%.63s", node->status.primary_address);
    return before;
}

/* The history moved on: by an edit here, or by the primary. */
static void judge_move(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event, const struct sx_update *update)
{
    if (is_own_edit(event) && !update->failed) {
        if (before->subordinate)
            sim_fail(sim, "node %u is not primary and takes a replicated edit", node->number);
        note_commit(sim, node);
    } else if (event->type == SX_EVENT_MESSAGE) {
        /* Rule 6. */
        if (!before->subordinate || strcmp(event->message.peer, before->primary) != 0)
            sim_fail(sim, "node %u takes configuration from %s and holds %s for the primary",
                node->number, event->message.peer, before->primary);
        note_taken(sim, node);
    } else {
        sim_fail(sim, "node %u moves to revision %llu by event %d", node->number,
            (unsigned long long)sx_history_revision(&node->status.history), (int)event->type);
    }
    node->promise.replaceable = node->promise.joins = false;
    check_content(sim, node);
}

void sim_check_step(struct sim *sim, struct sim_node *node, const struct sim_before *before,
    const struct sx_event *event, const struct sx_update *update)
{
    struct sim_promise *promise = &node->promise;

    bool moved = !holds_promise(sim, node);

    if (moved)
        judge_move(sim, node, before, event, update);
    sim_check_release(sim, node, before, update, moved);
    check_digest(sim, node);
    sim_check_membership(sim, node, false);
    if (node->status.role == SX_ROLE_PRIMARY)
        promise->joins = false;
    if (is_own_edit(event) && !update->failed) {
        strcpy(promise->own, promise->own_intent);
        check_content(sim, node);
    }
    /* Rule 3. */
    if (strcmp(node->status.system_name, promise->own) != 0)
        sim_fail(sim, "node %u: its own item is \"%s\" and should be \"%s\"", node->number,
            node->status.system_name, promise->own);
    sim_check_alarms(sim, node, update, false);
    sim_check_claims(sim, node);
    sim_check_rolling(sim, node, before, event, update);
}

/* A factory reset took place before this boot. */
static bool was_reset(const struct sim_node *node)
{
    return node->promise.resetting && !node->status.factory_reset_armed &&
           node->status.history.count == 0 && !*node->status.system_name &&
           node->status.peer_count == 0;
}

static void forget_all(struct sim *sim, struct sim_node *node)
{
    sim_move_to(sim, node, SIM_NOTHING);
    node->promise.own[0] = '\0';
    node->promise.may_reset = node->promise.resetting = false;
    node->promise.replaceable = node->promise.joins = false;
}

/* Rule 1: the state before the step that the power cut off, or the one after it. */
static void judge_boot(struct sim *sim, struct sim_node *node)
{
    struct sim_promise *promise = &node->promise;
    const struct sx_history *history = &node->status.history;

    if (!promise->in_flight)
        sim_fail(sim, "node %u boots with revision %llu and held %llu", node->number,
            (unsigned long long)sx_history_revision(history),
            sim_revision_of(&sim->model, promise->at));
    if (promise->own_edit && sim_find_commit(&sim->model, sx_history_lineage(history),
                                 sx_history_revision(history)) == SIM_NOTHING)
        note_commit(sim, node);
    else
        note_taken(sim, node);
    promise->replaceable = promise->joins = false;
}

void sim_check_boot(struct sim *sim, struct sim_node *node, const struct sx_update *update)
{
    struct sim_promise *promise = &node->promise;
    bool moved;

    if (was_reset(node))
        forget_all(sim, node);
    moved = !holds_promise(sim, node);
    if (moved)
        judge_boot(sim, node);
    if (promise->in_flight && promise->own_edit &&
        strcmp(node->status.system_name, promise->own_intent) == 0)
        strcpy(promise->own, promise->own_intent);
    sim_check_release_booted(node, moved);
    promise->in_flight = promise->own_edit = promise->whole = false;
    check_digest(sim, node);
    check_content(sim, node);
    if (strcmp(node->status.system_name, promise->own) != 0)
        sim_fail(sim, "node %u boots with \"%s\" as its own item and should have \"%s\"",
            node->number, node->status.system_name, promise->own);
    promise->resetting = promise->may_reset;
    sim_check_membership(sim, node, true);
    sim_check_alarms(sim, node, update, true);
    sim_check_claims(sim, node);
    sim_check_rolling_booted(sim, node);
}

bool sim_is_level(const struct sim *sim)
{
    const struct sim_intention *intention = &sim->intention;
    size_t wanted = sim->nodes[intention->primary].promise.at;

    for (unsigned i = 0; i < intention->count; i++)
        if (!sim->nodes[intention->members[i]].engine ||
            sim->nodes[intention->members[i]].promise.at != wanted)
            return false;
    return true;
}

static void check_levels(struct sim *sim, bool conflicts)
{
    const struct sim_intention *intention = &sim->intention;
    size_t wanted = sim->nodes[intention->primary].promise.at;

    for (unsigned i = 0; i < intention->count; i++) {
        const struct sim_node *node = &sim->nodes[intention->members[i]];

        if (node->engine && node->promise.at == wanted)
            continue;
        /* Rule 5: who went another way says so, and keeps what it has. */
        if (conflicts && node->engine && sim_has_alarm(sim, node->number, 20011) &&
            !node->promise.joins && !sim_is_past(&sim->model, node->promise.at, wanted))
            continue;
        /* Two that changed the system key apart from each other. */
        if (conflicts && node->engine && sim_has_alarm(sim, node->number, 40055))
            continue;
        sim_fail(sim, "node %u holds revision %llu, the primary, node %u, %llu", node->number,
            sim_revision_of(&sim->model, node->promise.at), intention->primary,
            sim_revision_of(&sim->model, wanted));
    }
}

void sim_check_level(struct sim *sim)
{
    check_levels(sim, false);
}

void sim_check_level_or_conflict(struct sim *sim)
{
    check_levels(sim, true);
}
