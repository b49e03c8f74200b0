// SPDX-License-Identifier: Apache-2.0
#include "peer/envelope.h"

#include "envelope.pb-c.h"
#include "peer/envelope_requirements.h"
#include "sextant/memory.h"

#include <stdlib.h>

/** Protobuf structures that point into the envelope while it is encoded. */
struct scratch {
    Sextant__Envelope envelope;
    union {
        Sextant__Empty empty;
        Sextant__Greeting greeting;
        Sextant__Beat beat;
        Sextant__Goodbye goodbye;
        Sextant__StatusReply status;
        Sextant__Hello hello;
        Sextant__Revision revision;
        Sextant__Refusal refusal;
        Sextant__SnapshotBegin begin;
        Sextant__SnapshotPiece piece;
        Sextant__Copied copied;
        Sextant__SystemKey key;
        Sextant__Facts facts;
        struct {
            Sextant__Restart restart;
            Sextant__RestartProgress progress;
        };
    };
    Sextant__Origin origin;
    Sextant__History history;
    Sextant__Lineage lineages[SX_LINEAGE_MAX];
    Sextant__Lineage *lineage_list[SX_LINEAGE_MAX];
    char *peers[SX_PEERS_MAX];
    char *clusters[SX_CLUSTER_NAMES];
    char *licence_keys[SX_LICENCE_KEYS_MAX];
    struct ag_requirements_scratch requirements;
    void *items; /**< changes or fragments */
    void *item_list; /**< pointers to them */
};

void ag_envelope_clear(struct ag_envelope *envelope)
{
    if (envelope->type == AG_ENVELOPE_MESSAGE) {
        sx_message_free(envelope->message);
        envelope->message = NULL;
    }
}

/** Protobuf's structures have no const; packing does not write. */
static char *text(const char *string)
{
    return (char *)(uintptr_t)string;
}

/** An optional member, which is left out when there is nothing to say. */
static char *optional(const char *string)
{
    return *string ? text(string) : NULL;
}

static ProtobufCBinaryData digest(const uint8_t *bytes)
{
    return (ProtobufCBinaryData){.len = SX_DIGEST_SIZE, .data = (uint8_t *)(uintptr_t)bytes};
}

static int write_history(
    struct scratch *scratch, const struct sx_history *history, struct sx_error *err)
{
    if (history->count > SX_LINEAGE_MAX)
        return sx_error_set(err, SX_E_INTERNAL, "a history with %zu lineages", history->count);
    scratch->history = (Sextant__History)SEXTANT__HISTORY__INIT;
    for (size_t i = 0; i < history->count; i++) {
        scratch->lineages[i] = (Sextant__Lineage)SEXTANT__LINEAGE__INIT;
        scratch->lineages[i].id = text(history->chain[i].id);
        scratch->lineages[i].last_revision = history->chain[i].last_revision;
        scratch->lineage_list[i] = &scratch->lineages[i];
    }
    scratch->history.n_chain = history->count;
    scratch->history.chain = scratch->lineage_list;
    scratch->history.digest = digest(history->digest);
    return 0;
}

static int check_items(size_t count, struct sx_error *err)
{
    if (count > AG_ENVELOPE_ITEMS_MAX)
        return sx_error_set(err, SX_E_TOO_BIG,
            "a message with %zu items; at most %u fit into one envelope", count,
            AG_ENVELOPE_ITEMS_MAX);
    return 0;
}

static int write_changes(struct scratch *scratch, const struct sx_change_list *changes,
    Sextant__Change ***ret_list, struct sx_error *err)
{
    Sextant__Change *items;

    if (check_items(changes->count, err) != 0)
        return -1;
    items = scratch->items = sx_calloc(changes->count + 1, sizeof *items);
    *ret_list = scratch->item_list = sx_calloc(changes->count + 1, sizeof **ret_list);
    for (size_t i = 0; i < changes->count; i++) {
        const struct sx_change *change = &changes->items[i];

        items[i] = (Sextant__Change)SEXTANT__CHANGE__INIT;
        items[i].operation = (uint32_t)change->operation;
        items[i].scope = (uint32_t)change->scope;
        items[i].flags = change->flags;
        items[i].path = change->path;
        items[i].value = change->value;
        items[i].old_value = change->old_value;
        items[i].after = change->after;
        items[i].old_after = change->old_after;
        (*ret_list)[i] = &items[i];
    }
    return 0;
}

static int write_fragments(
    struct scratch *scratch, const struct sx_fragment_list *fragments, struct sx_error *err)
{
    Sextant__Fragment *items;

    if (check_items(fragments->count, err) != 0)
        return -1;
    items = scratch->items = sx_calloc(fragments->count + 1, sizeof *items);
    scratch->piece.fragments = sx_calloc(fragments->count + 1, sizeof *scratch->piece.fragments);
    scratch->item_list = scratch->piece.fragments;
    scratch->piece.n_fragments = fragments->count;
    for (size_t i = 0; i < fragments->count; i++) {
        const struct sx_fragment *fragment = &fragments->items[i];

        if (!fragment->body)
            return sx_error_set(
                err, SX_E_INTERNAL, "a snapshot with a row that goes: %s", fragment->list);
        items[i] = (Sextant__Fragment)SEXTANT__FRAGMENT__INIT;
        items[i].scope = (uint32_t)fragment->scope;
        items[i].list = fragment->list;
        items[i].key = fragment->key;
        items[i].body = fragment->body;
        items[i].after = fragment->after;
        scratch->piece.fragments[i] = &items[i];
    }
    return 0;
}

static int write_hello(struct scratch *scratch, const struct sx_hello *hello, struct sx_error *err)
{
    Sextant__Hello *to = &scratch->hello;

    *to = (Sextant__Hello)SEXTANT__HELLO__INIT;
    to->software_version = text(hello->software_version);
    to->schema_hash = digest(hello->schema_hash);
    to->system_name = text(hello->system_name);
    to->cluster_name = text(hello->cluster_name);
    to->ip_version = text(hello->ip_version);
    to->tls_verification = text(hello->tls_verification);
    for (size_t i = 0; i < SX_PEERS_MAX; i++) {
        scratch->peers[i] = text(hello->peers[i]);
        if (hello->peers[i][0])
            to->n_peers = i + 1;
    }
    to->peers = scratch->peers;
    to->configuration_primary = hello->configuration_primary;
    to->local_index = hello->local_index;
    to->take_snapshot = hello->take_snapshot;
    to->time_ms = hello->time_ms;
    to->system_key = optional(hello->system_key);
    to->digest_key = optional(hello->digest_key);
    to->has_key_unshared = to->key_unshared = hello->key_unshared;
    to->has_key_busy = to->key_busy = hello->key_busy;
    to->has_new_schema = to->new_schema = hello->new_schema;
    to->has_boot = hello->boot != 0;
    to->boot = hello->boot;
    to->history = &scratch->history;
    if (ag_requirements_write(&scratch->requirements, &hello->requirements))
        to->requirements = &scratch->requirements.message;
    scratch->envelope.body_case = SEXTANT__ENVELOPE__BODY_HELLO;
    scratch->envelope.hello = to;
    return write_history(scratch, &hello->history, err);
}

static int write_revision(
    struct scratch *scratch, const struct sx_message *message, struct sx_error *err)
{
    const struct sx_revision *revision = message->revision;
    Sextant__Revision *to = &scratch->revision;

    scratch->origin = (Sextant__Origin)SEXTANT__ORIGIN__INIT;
    scratch->origin.user = text(revision->origin.user);
    scratch->origin.source = text(revision->origin.source);
    scratch->origin.session = revision->origin.session;
    *to = (Sextant__Revision)SEXTANT__REVISION__INIT;
    to->number = revision->number;
    to->lineage = text(revision->lineage);
    to->time_ms = revision->time_ms;
    to->origin = &scratch->origin;
    to->digest = digest(revision->digest);
    to->n_changes = revision->changes.count;
    to->has_more = to->more = message->more;
    scratch->envelope.body_case = SEXTANT__ENVELOPE__BODY_REVISION;
    scratch->envelope.revision = to;
    return write_changes(scratch, &revision->changes, &to->changes, err);
}

static void write_facts(struct scratch *scratch, const struct sx_facts *facts)
{
    Sextant__Facts *to = &scratch->facts;

    *to = (Sextant__Facts)SEXTANT__FACTS__INIT;
    to->host_name = text(facts->host_name);
    to->maintenance = facts->maintenance;
    to->memory_kb = facts->usage.memory_kb;
    to->processor = facts->usage.processor;
    to->sessions = facts->usage.sessions;
    for (size_t i = 0; i < facts->licence_key_count && i < SX_LICENCE_KEYS_MAX; i++)
        scratch->licence_keys[to->n_licence_keys++] = text(facts->licence_keys[i]);
    to->licence_keys = scratch->licence_keys;
}

/** Members of which the envelope has only the one. */
static void write_body(
    struct scratch *scratch, Sextant__Envelope__BodyCase body, ProtobufCMessage *message)
{
    scratch->envelope.body_case = body;
    /* All members of the union are pointers to messages. */
    scratch->envelope.choice = (Sextant__Empty *)message;
}

static void write_rolling(struct scratch *scratch, const struct sx_rolling_status *rolling)
{
    scratch->restart = (Sextant__Restart)SEXTANT__RESTART__INIT;
    scratch->restart.refusal = text("");
    scratch->restart.progress = &scratch->progress;
    scratch->progress = (Sextant__RestartProgress)SEXTANT__RESTART_PROGRESS__INIT;
    scratch->progress.state = rolling->state;
    scratch->progress.address = text(rolling->address);
    scratch->progress.done = (uint32_t)rolling->done;
    scratch->progress.total = (uint32_t)rolling->total;
    scratch->progress.reason = text(rolling->reason);
    scratch->progress.time_ms = rolling->time_ms;
    write_body(scratch, SEXTANT__ENVELOPE__BODY_RESTART, &scratch->restart.base);
}

static int write_message(
    struct scratch *scratch, const struct sx_message *message, struct sx_error *err)
{
    scratch->empty = (Sextant__Empty)SEXTANT__EMPTY__INIT;
    switch (message->type) {
    case SX_MESSAGE_HELLO:
        return write_hello(scratch, message->hello, err);
    case SX_MESSAGE_REVISION:
        return write_revision(scratch, message, err);
    case SX_MESSAGE_POSITION:
        write_body(scratch, SEXTANT__ENVELOPE__BODY_POSITION, &scratch->history.base);
        return write_history(scratch, message->history, err);
    case SX_MESSAGE_SYNC:
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SYNC, &scratch->history.base);
        return write_history(scratch, message->history, err);
    case SX_MESSAGE_REFUSAL:
        scratch->refusal = (Sextant__Refusal)SEXTANT__REFUSAL__INIT;
        scratch->refusal.number = message->refusal.number;
        scratch->refusal.reason = text(message->refusal.reason);
        write_body(scratch, SEXTANT__ENVELOPE__BODY_REFUSAL, &scratch->refusal.base);
        return 0;
    case SX_MESSAGE_SNAPSHOT_BEGIN:
        scratch->begin = (Sextant__SnapshotBegin)SEXTANT__SNAPSHOT_BEGIN__INIT;
        scratch->begin.history = &scratch->history;
        scratch->begin.total = message->total;
        scratch->begin.digest_key = optional(message->digest_key);
        scratch->begin.has_compare = scratch->begin.compare = message->compare;
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SNAPSHOT_BEGIN, &scratch->begin.base);
        return write_history(scratch, message->history, err);
    case SX_MESSAGE_SNAPSHOT_PIECE:
        scratch->piece = (Sextant__SnapshotPiece)SEXTANT__SNAPSHOT_PIECE__INIT;
        scratch->piece.total = message->total;
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SNAPSHOT_PIECE, &scratch->piece.base);
        return write_fragments(scratch, &message->fragments, err);
    case SX_MESSAGE_SNAPSHOT_END:
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SNAPSHOT_END, &scratch->empty.base);
        return 0;
    case SX_MESSAGE_SNAPSHOT_NEXT:
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SNAPSHOT_NEXT, &scratch->empty.base);
        return 0;
    case SX_MESSAGE_COPIED:
        scratch->copied = (Sextant__Copied)SEXTANT__COPIED__INIT;
        scratch->copied.n_changes = message->changes.count;
        write_body(scratch, SEXTANT__ENVELOPE__BODY_COPIED, &scratch->copied.base);
        return write_changes(scratch, &message->changes, &scratch->copied.changes, err);
    case SX_MESSAGE_SYSTEM_KEY:
        scratch->key = (Sextant__SystemKey)SEXTANT__SYSTEM_KEY__INIT;
        scratch->key.key = digest(message->system_key);
        write_body(scratch, SEXTANT__ENVELOPE__BODY_SYSTEM_KEY, &scratch->key.base);
        return 0;
    case SX_MESSAGE_FACTS:
        write_facts(scratch, message->facts);
        write_body(scratch, SEXTANT__ENVELOPE__BODY_FACTS, &scratch->facts.base);
        return 0;
    case SX_MESSAGE_COMPARE:
        write_body(scratch, SEXTANT__ENVELOPE__BODY_COMPARE, &scratch->empty.base);
        return 0;
    case SX_MESSAGE_RESTART:
        scratch->restart = (Sextant__Restart)SEXTANT__RESTART__INIT;
        scratch->restart.boot = message->restart.boot;
        scratch->restart.refusal = text(message->restart.refusal);
        write_body(scratch, SEXTANT__ENVELOPE__BODY_RESTART, &scratch->restart.base);
        return 0;
    case SX_MESSAGE_ROLLING:
        write_rolling(scratch, message->rolling);
        return 0;
    }
    return sx_error_set(err, SX_E_INTERNAL, "message type %d", (int)message->type);
}

static void write_greeting(struct scratch *scratch, const struct ag_greeting *greeting)
{
    scratch->greeting = (Sextant__Greeting)SEXTANT__GREETING__INIT;
    scratch->greeting.version = greeting->version;
    scratch->greeting.instance = greeting->instance;
    scratch->greeting.from = text(greeting->from);
    scratch->greeting.to = text(greeting->to);
    scratch->greeting.clusters = scratch->clusters;
    for (size_t i = 0; i < SX_CLUSTER_NAMES; i++)
        if (greeting->clusters[i][0])
            scratch->clusters[scratch->greeting.n_clusters++] = text(greeting->clusters[i]);
    write_body(scratch, SEXTANT__ENVELOPE__BODY_GREETING, &scratch->greeting.base);
}

static void write_beat(
    struct scratch *scratch, Sextant__Envelope__BodyCase body, const struct ag_beat *beat)
{
    scratch->beat = (Sextant__Beat)SEXTANT__BEAT__INIT;
    scratch->beat.counter = beat->counter;
    scratch->beat.time_us = beat->time_us;
    scratch->beat.progress = beat->progress;
    scratch->beat.busy = beat->busy;
    write_body(scratch, body, &scratch->beat.base);
}

static void write_status(struct scratch *scratch, const struct ag_status_reply *status)
{
    scratch->status = (Sextant__StatusReply)SEXTANT__STATUS_REPLY__INIT;
    scratch->status.system_name = text(status->system_name);
    scratch->status.software_version = text(status->software_version);
    scratch->status.schema_hash = digest(status->schema_hash);
    scratch->status.role = (uint32_t)status->role;
    scratch->status.lineage = text(status->lineage);
    scratch->status.revision = status->revision;
    scratch->status.digest = digest(status->digest);
    write_body(scratch, SEXTANT__ENVELOPE__BODY_STATUS_REPLY, &scratch->status.base);
}

static int write_envelope(
    struct scratch *scratch, const struct ag_envelope *envelope, struct sx_error *err)
{
    scratch->envelope = (Sextant__Envelope)SEXTANT__ENVELOPE__INIT;
    switch (envelope->type) {
    case AG_ENVELOPE_GREETING:
        write_greeting(scratch, &envelope->greeting);
        return 0;
    case AG_ENVELOPE_CHOICE:
        scratch->empty = (Sextant__Empty)SEXTANT__EMPTY__INIT;
        write_body(scratch, SEXTANT__ENVELOPE__BODY_CHOICE, &scratch->empty.base);
        return 0;
    case AG_ENVELOPE_PING:
        write_beat(scratch, SEXTANT__ENVELOPE__BODY_PING, &envelope->beat);
        return 0;
    case AG_ENVELOPE_PONG:
        write_beat(scratch, SEXTANT__ENVELOPE__BODY_PONG, &envelope->beat);
        return 0;
    case AG_ENVELOPE_GOODBYE:
        scratch->goodbye = (Sextant__Goodbye)SEXTANT__GOODBYE__INIT;
        scratch->goodbye.reason = text(envelope->goodbye);
        write_body(scratch, SEXTANT__ENVELOPE__BODY_GOODBYE, &scratch->goodbye.base);
        return 0;
    case AG_ENVELOPE_STATUS_REQUEST:
        scratch->empty = (Sextant__Empty)SEXTANT__EMPTY__INIT;
        write_body(scratch, SEXTANT__ENVELOPE__BODY_STATUS_REQUEST, &scratch->empty.base);
        return 0;
    case AG_ENVELOPE_STATUS_REPLY:
        write_status(scratch, &envelope->status);
        return 0;
    case AG_ENVELOPE_MESSAGE:
        return write_message(scratch, envelope->message, err);
    }
    return sx_error_set(err, SX_E_INTERNAL, "envelope type %d", (int)envelope->type);
}

int ag_envelope_encode(const struct ag_envelope *envelope, uint8_t **ret_bytes, size_t *ret_length,
    struct sx_error *err)
{
    struct scratch *scratch = sx_alloc(sizeof *scratch);
    size_t length;
    int result = -1;

    if (write_envelope(scratch, envelope, err) != 0)
        goto out;
    length = sextant__envelope__get_packed_size(&scratch->envelope);
    if (length > AG_ENVELOPE_MAX) {
        sx_error_set(err, SX_E_TOO_BIG, "a message of %zu bytes; an envelope holds %u", length,
            AG_ENVELOPE_MAX);
        goto out;
    }
    *ret_bytes = sx_alloc(length + 1);
    *ret_length = sextant__envelope__pack(&scratch->envelope, *ret_bytes);
    result = 0;
out:
    free(scratch->items);
    free(scratch->item_list);
    free(scratch);
    return result;
}
