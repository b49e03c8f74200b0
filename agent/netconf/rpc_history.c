// SPDX-License-Identifier: Apache-2.0
#include "netconf/changes.h"
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "netconf/state_parts.h"
#include "sextant/journal.h"
#include "sextant/update.h"

#include <inttypes.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The operations of sextant-history. */

/** Revisions that <get-changes> lists beside the changes; the module says so, too. */
#define REVISIONS_BESIDE 100
/** Bytes of paths and values after which a reply takes no further change. */
#define REPLY_BYTES_MAX (4u << 20)

/* A reply that grows out of what a reader sees. */
struct work {
    struct ag_rpc *rpc;
    struct sx_reader *reader;
    struct lyd_node *output; /* the operation with output nodes */
    uint64_t present; /* newest revision */
    uint64_t last; /* listed revisions end above this one */
    size_t limit, listed;
};

/* A number among the parameters; false when it is not given. */
static bool given(const struct ag_rpc *rpc, const char *name, uint64_t *ret_value)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);

    if (parameter)
        *ret_value = strtoull(lyd_get_value(parameter), NULL, 10);
    return parameter != NULL;
}

static uint64_t number(const struct ag_rpc *rpc, const char *name, uint64_t otherwise)
{
    given(rpc, name, &otherwise);
    return otherwise;
}

/* A value that the schema does not take is left out: the journal holds what peers sent. */
static void put(struct lyd_node *parent, const char *name, const char *value)
{
    (void)lyd_new_term(parent, NULL, name, value, 1, NULL);
}

static void put_number(struct lyd_node *parent, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    put(parent, name, text);
}

static struct lyd_node *put_entry(struct lyd_node *parent, const char *name, uint64_t key)
{
    struct lyd_node *entry = NULL;
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, key);
    if (lyd_new_list(parent, NULL, name, 1, &entry, text) != LY_SUCCESS)
        abort();
    return entry;
}

static int put_revision(
    void *context, const struct sx_revision *revision, size_t changes, struct sx_error *err)
{
    struct work *work = context;
    char time[AG_STATE_TIME_MAX];
    struct lyd_node *entry;

    (void)err;
    if (revision->number <= work->last || work->listed == work->limit)
        return 0;
    work->listed++;
    entry = put_entry(work->output, "revision", revision->number);
    put(entry, "lineage", revision->lineage);
    ag_state_time_text(revision->time_ms, time);
    put(entry, "time", time);
    put(entry, "user", revision->origin.user);
    put(entry, "source", revision->origin.source);
    if (revision->origin.session)
        put_number(entry, "session-id", revision->origin.session);
    put_number(entry, "changes", changes);
    return 0;
}

/* Has `fill` write a reply out of one consistent snapshot. */
static int reply(
    struct ag_rpc *rpc, int (*fill)(struct work *work, struct sx_error *err), struct sx_error *err)
{
    struct ag_netconf *netconf = rpc->netconf;
    struct work work = {.rpc = rpc};
    char lineage[SX_UUID_SIZE];
    int result = -1;

    if (ag_readers_take(&netconf->readers, netconf->host, &work.reader, err) < 0)
        return -1;
    if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &work.output) != LY_SUCCESS)
        abort();
    if (sx_reader_begin(work.reader, NULL, err) == 0 &&
        sx_reader_revision(work.reader, &work.present, lineage, err) == 0)
        result = fill(&work, err);
    sx_reader_end(work.reader);
    ag_readers_give(&netconf->readers, work.reader, result == 0 || err->code != SX_E_STORE);
    if (result == 0)
        rpc->data = work.output;
    else
        lyd_free_tree(work.output);
    return result;
}

static int fill_history(struct work *work, struct sx_error *err)
{
    uint64_t from = number(work->rpc, "from", work->present), oldest = 0;

    work->limit = (size_t)number(work->rpc, "count", 100);
    if (sx_reader_oldest(work->reader, &oldest, err) < 0)
        return -1;
    put_number(work->output, "present-revision", work->present);
    put_number(work->output, "oldest-reachable", oldest);
    if (from > work->present)
        from = work->present;
    if (sx_reader_revisions(work->reader, from, work->limit, put_revision, work, err) < 0)
        return -1;
    put(work->output, "more", from - oldest > work->listed && from > oldest ? "true" : "false");
    return 0;
}

static void put_changes(struct work *work, const struct sx_change_list *changes)
{
    size_t offset = (size_t)number(work->rpc, "offset", 0);
    size_t count = (size_t)number(work->rpc, "count", 1000);
    size_t bytes = 0, i = offset;

    for (; i < changes->count && i - offset < count && bytes < REPLY_BYTES_MAX; i++)
        bytes += ag_changes_put(
            ag_host_schema(work->rpc->netconf->host), work->output, i + 1, &changes->items[i]);
    put(work->output, "more", i < changes->count ? "true" : "false");
}

/* The revisions between two, and the way from one to the other. */
static int put_between(struct work *work, uint64_t from, uint64_t to,
    const struct sx_change_list *changes, struct sx_error *err)
{
    work->last = from < to ? from : to;
    work->limit = REVISIONS_BESIDE;
    put_number(work->output, "from", from);
    put_number(work->output, "to", to);
    if (sx_reader_revisions(
            work->reader, from < to ? to : from, work->limit, put_revision, work, err) < 0)
        return -1;
    put_changes(work, changes);
    return 0;
}

static int fill_revision(struct work *work, uint64_t wanted, struct sx_error *err)
{
    struct sx_revision revision = {0};
    uint64_t oldest = 0;
    int result;

    if (sx_reader_oldest(work->reader, &oldest, err) < 0)
        return -1;
    /* Its changes are known if the journal leads back to the one before. */
    if (wanted > 0 && wanted <= oldest && oldest < work->present)
        return sx_error_set(err, SX_E_DATA_MISSING,
            "the journal does not hold revision %" PRIu64 " any more; its oldest is %" PRIu64,
            wanted, oldest + 1);
    if (wanted > work->present)
        return sx_history_reaches(oldest, work->present, wanted, err);
    if (wanted == 0)
        return put_between(work, 0, 0, &revision.changes, err);
    if (sx_reader_journal(work->reader, wanted, &revision, err) < 0)
        return -1;
    result = put_between(work, wanted - 1, wanted, &revision.changes, err);
    sx_revision_clear(&revision);
    return result;
}

static int fill_changes(struct work *work, struct sx_error *err)
{
    const struct sx_schema *schema = ag_host_schema(work->rpc->netconf->host);
    uint64_t from = 0, to = number(work->rpc, "to", work->present);
    struct sx_change_list changes = {0};
    struct sx_secret_keys keys;
    int result;

    if (ag_rpc_input(work->rpc, "revision") &&
        (ag_rpc_input(work->rpc, "from") || ag_rpc_input(work->rpc, "to"))) {
        work->rpc->info.element = "revision";
        return sx_error_set(err, SX_E_BAD_ELEMENT,
            "<revision> asks for one revision, <from> and <to> for what lies between two; give one "
            "or the other");
    }
    if (!given(work->rpc, "from", &from)) {
        if (!ag_rpc_input(work->rpc, "to"))
            return fill_revision(work, number(work->rpc, "revision", work->present), err);
        work->rpc->info.element = "from";
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<from> is missing; <to> names the end of the way, <from> its beginning");
    }
    /* After the snapshot began: its rows are not newer than they. */
    ag_host_keys(work->rpc->netconf->host, &keys);
    result = sx_reader_compare(work->reader, schema, &keys, from, to, &changes, err);
    sx_secret_keys_clear(&keys);
    if (result == 0)
        result = put_between(work, from, to, &changes, err);
    sx_change_list_clear(&changes);
    return result;
}

int ag_rpc_get_history(struct ag_rpc *rpc, struct sx_error *err)
{
    return reply(rpc, fill_history, err);
}

int ag_rpc_get_changes(struct ag_rpc *rpc, struct sx_error *err)
{
    return reply(rpc, fill_changes, err);
}

int ag_rpc_rollback(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_ROLLBACK};
    struct sx_update update = {0};
    struct lyd_node *output = NULL;
    int result;

    if (!given(rpc, "revision", &event.rollback.revision)) {
        rpc->info.element = "revision";
        return sx_error_set(err, SX_E_MISSING_ELEMENT,
            "<revision> is missing; it is the revision to go back to, see <get-history>");
    }
    event.rollback.present = number(rpc, "present-revision", 0);
    result = ag_rpc_step(rpc, &event, &update, err);
    if (result == 0) {
        if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &output) != LY_SUCCESS)
            abort();
        put_number(output, "revision", update.revision);
        rpc->data = output;
    }
    sx_update_clear(&update);
    return result;
}
