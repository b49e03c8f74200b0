// SPDX-License-Identifier: Apache-2.0
#include "peer/envelope.h"

#include "envelope.pb-c.h"
#include "peer/envelope_requirements.h"
#include "peer/text.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/** The last millisecond of the year 9999, UTC: what RFC 3339 can write. */
#define TIME_MAX_MS 253402300799999

/** Highest value of a bit set of sx_node_flag. */
#define FLAGS_MAX 0xffffu

/** What an allocator may still give out. */
struct budget {
    size_t left;
};

static void *take_memory(void *data, size_t size)
{
    struct budget *budget = data;

    if (size > budget->left)
        return NULL;
    budget->left -= size;
    return malloc(size ? size : 1);
}

static void give_memory(void *data, void *memory)
{
    (void)data;
    free(memory);
}

static int refuse(struct sx_error *err, const char *what, const char *why)
{
    return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "%s %s", what, why);
}

static int check_text(const char *from, size_t size, const char *what, struct sx_error *err)
{
    size_t length = strlen(from);

    if (length >= size)
        return sx_error_set(
            err, SX_E_TOO_BIG, "%s has %zu bytes; at most %zu fit", what, length, size - 1);
    if (!ag_text_is_clean(from))
        return refuse(err, what, "is not UTF-8 text, or has a control character");
    return 0;
}

static int read_text(
    char *to, size_t size, const char *from, const char *what, struct sx_error *err)
{
    if (check_text(from, size, what, err) != 0)
        return -1;
    memcpy(to, from, strlen(from) + 1);
    return 0;
}

static int read_digest(
    uint8_t *to, const ProtobufCBinaryData *from, const char *what, struct sx_error *err)
{
    if (from->len != SX_DIGEST_SIZE)
        return refuse(err, what, "is not 32 bytes long");
    memcpy(to, from->data, SX_DIGEST_SIZE);
    return 0;
}

static int read_uuid(
    char to[SX_UUID_SIZE], const char *from, const char *what, struct sx_error *err)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    bool right = strlen(from) == SX_UUID_SIZE - 1;

    for (size_t i = 0; right && form[i]; i++)
        right = form[i] == '-' ? from[i] == '-' : strchr("0123456789abcdef", from[i]) != NULL;
    if (!right)
        return refuse(err, what, "is not a UUID in lower case");
    memcpy(to, from, SX_UUID_SIZE);
    return 0;
}

static int read_time(int64_t *to, int64_t from, struct sx_error *err)
{
    if (from < 0 || from > TIME_MAX_MS)
        return refuse(err, "a time", "is not in the years 1970 to 9999");
    *to = from;
    return 0;
}

static int read_history(struct sx_history *to, const Sextant__History *from, struct sx_error *err)
{
    if (from->n_chain > SX_LINEAGE_MAX)
        return refuse(err, "the chain of lineages", "is longer than 64");
    for (size_t i = 0; i < from->n_chain; i++) {
        if (read_uuid(to->chain[i].id, from->chain[i]->id, "a lineage", err) != 0)
            return -1;
        to->chain[i].last_revision = from->chain[i]->last_revision;
    }
    to->count = from->n_chain;
    return read_digest(to->digest, &from->digest, "the digest", err);
}

/** Moves a string that protobuf-c allocated with our allocator, which is malloc() with a bound. */
static char *move(char **from)
{
    char *taken = *from;

    *from = NULL;
    return taken;
}

static int check_optional(const char *text, size_t size, const char *what, struct sx_error *err)
{
    return text ? check_text(text, size, what, err) : 0;
}

static int check_change(const Sextant__Change *change, struct sx_error *err)
{
    if (change->operation < SX_OPERATION_CREATE || change->operation > SX_OPERATION_MOVE)
        return refuse(err, "a change", "has an unknown operation");
    if (change->scope >= SX_SCOPE_COUNT || change->flags > FLAGS_MAX)
        return refuse(err, "a change", "has an unknown scope or flag");
    if (!*change->path)
        return refuse(err, "a change", "has no path");
    if ((change->operation == SX_OPERATION_CREATE || change->operation == SX_OPERATION_REPLACE) &&
        !change->value)
        return refuse(err, "a change", "creates or replaces without a value");
    if (change->operation == SX_OPERATION_MOVE && !change->after)
        return refuse(err, "a change", "moves without a place");
    if (check_text(change->path, AG_ENVELOPE_PATH_MAX, "a change's path", err) != 0 ||
        check_optional(change->value, AG_ENVELOPE_MAX, "a change's value", err) != 0 ||
        check_optional(change->old_value, AG_ENVELOPE_MAX, "a change's old value", err) != 0 ||
        check_optional(change->after, AG_ENVELOPE_PATH_MAX, "a change's place", err) != 0)
        return -1;
    return check_optional(change->old_after, AG_ENVELOPE_PATH_MAX, "a change's old place", err);
}

static int read_changes(
    struct sx_change_list *to, Sextant__Change **from, size_t count, struct sx_error *err)
{
    if (count > AG_ENVELOPE_ITEMS_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "more than %u changes", AG_ENVELOPE_ITEMS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (check_change(from[i], err) != 0)
            return -1;
        sx_change_list_add(
            to, (struct sx_change){.operation = (enum sx_operation)from[i]->operation,
                    .scope = (enum sx_scope)from[i]->scope,
                    .flags = from[i]->flags,
                    .path = move(&from[i]->path),
                    .value = move(&from[i]->value),
                    .old_value = move(&from[i]->old_value),
                    .after = move(&from[i]->after),
                    .old_after = move(&from[i]->old_after)});
    }
    return 0;
}

static int read_fragments(
    struct sx_fragment_list *to, const Sextant__SnapshotPiece *from, struct sx_error *err)
{
    if (from->n_fragments > AG_ENVELOPE_ITEMS_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "more than %u fragments", AG_ENVELOPE_ITEMS_MAX);
    for (size_t i = 0; i < from->n_fragments; i++) {
        Sextant__Fragment *fragment = from->fragments[i];

        if (fragment->scope >= SX_SCOPE_COUNT || !*fragment->list)
            return refuse(err, "a fragment", "has no list or an unknown scope");
        if (check_text(fragment->list, AG_ENVELOPE_PATH_MAX, "a fragment's list", err) != 0 ||
            check_text(fragment->key, AG_ENVELOPE_PATH_MAX, "a fragment's key", err) != 0 ||
            check_text(fragment->body, AG_ENVELOPE_MAX, "a fragment's body", err) != 0 ||
            check_optional(fragment->after, AG_ENVELOPE_PATH_MAX, "a fragment's place", err) != 0)
            return -1;
        sx_fragment_list_add(to, (struct sx_fragment){.scope = (enum sx_scope)fragment->scope,
                                     .list = move(&fragment->list),
                                     .key = move(&fragment->key),
                                     .body = move(&fragment->body),
                                     .after = move(&fragment->after)});
    }
    return 0;
}

/** Id of a key; "" when there is none, as peers of former releases have it. */
static int read_key_id(
    char to[SX_KEY_ID_SIZE], const char *from, const char *what, struct sx_error *err)
{
    if (!from || !*from)
        return 0;
    if (strlen(from) != SX_KEY_ID_SIZE - 1 ||
        strspn(from, "0123456789abcdef") != SX_KEY_ID_SIZE - 1)
        return refuse(err, what, "is not 16 hexadecimal digits");
    memcpy(to, from, SX_KEY_ID_SIZE);
    return 0;
}

static int read_hello(struct sx_hello *to, const Sextant__Hello *from, struct sx_error *err)
{
    if (from->n_peers > SX_PEERS_MAX)
        return refuse(err, "the list of peers", "is longer than six");
    if (from->configuration_primary > SX_PEERS_MAX || from->local_index > SX_PEERS_MAX)
        return refuse(err, "an index of a peer", "is above six");
    for (size_t i = 0; i < from->n_peers; i++)
        if (read_text(to->peers[i], SX_ADDRESS_MAX, from->peers[i], "a peer's address", err) != 0)
            return -1;
    to->configuration_primary = (uint8_t)from->configuration_primary;
    to->local_index = (uint8_t)from->local_index;
    to->take_snapshot = from->take_snapshot;
    to->key_unshared = from->key_unshared;
    to->key_busy = from->key_busy;
    to->new_schema = from->new_schema;
    to->boot = from->boot;
    to->time_ms = from->time_ms;
    if (read_key_id(to->system_key, from->system_key, "the system key's id", err) != 0 ||
        read_key_id(to->digest_key, from->digest_key, "the digest key's id", err) != 0)
        return -1;
    if (read_text(to->software_version, sizeof to->software_version, from->software_version,
            "the software version", err) != 0 ||
        read_text(to->system_name, sizeof to->system_name, from->system_name, "the system name",
            err) != 0 ||
        read_text(to->cluster_name, sizeof to->cluster_name, from->cluster_name, "the cluster name",
            err) != 0 ||
        read_text(to->ip_version, sizeof to->ip_version, from->ip_version, "the IP version", err) !=
            0 ||
        read_text(to->tls_verification, sizeof to->tls_verification, from->tls_verification,
            "the TLS verification mode", err) != 0 ||
        read_digest(to->schema_hash, &from->schema_hash, "the schema hash", err) != 0 ||
        ag_requirements_read(&to->requirements, from->requirements, err) != 0)
        return -1;
    return read_history(&to->history, from->history, err);
}

static int read_revision(
    struct sx_revision *to, const Sextant__Revision *from, struct sx_error *err)
{
    to->number = from->number;
    to->origin.session = from->origin->session;
    if (from->number == 0)
        return refuse(err, "a revision", "has the number 0");
    if (read_time(&to->time_ms, from->time_ms, err) != 0 ||
        read_uuid(to->lineage, from->lineage, "a revision's lineage", err) != 0 ||
        read_text(to->origin.user, sizeof to->origin.user, from->origin->user, "a user", err) !=
            0 ||
        read_text(to->origin.source, sizeof to->origin.source, from->origin->source, "a source",
            err) != 0 ||
        read_digest(to->digest, &from->digest, "a revision's digest", err) != 0)
        return -1;
    return read_changes(&to->changes, from->changes, from->n_changes, err);
}

static int read_facts(struct sx_facts *to, const Sextant__Facts *from, struct sx_error *err)
{
    if (from->n_licence_keys > SX_LICENCE_KEYS_MAX)
        return refuse(err, "the list of licence keys", "is longer than 16");
    for (size_t i = 0; i < from->n_licence_keys; i++)
        if (read_text(to->licence_keys[i], SX_LICENCE_KEY_MAX, from->licence_keys[i],
                "a licence key", err) != 0)
            return -1;
    to->licence_key_count = from->n_licence_keys;
    to->maintenance = from->maintenance;
    to->usage = (struct sx_usage){
        .memory_kb = from->memory_kb, .processor = from->processor, .sessions = from->sessions};
    return read_text(to->host_name, sizeof to->host_name, from->host_name, "a host name", err);
}

static int read_rolling(
    struct sx_rolling_status *to, const Sextant__RestartProgress *from, struct sx_error *err)
{
    if (from->state > SX_ROLLING_COMPLETED)
        return refuse(err, "the state of a restart in sequence", "is not known");
    if (from->total > SX_PEERS_MAX || from->done > from->total)
        return refuse(err, "a restart in sequence", "is of more systems than there can be");
    to->state = (enum sx_rolling_state)from->state;
    to->done = from->done;
    to->total = from->total;
    to->time_ms = from->time_ms;
    if (read_text(to->address, sizeof to->address, from->address, "a peer's address", err) != 0)
        return -1;
    return read_text(to->reason, sizeof to->reason, from->reason, "the reason of a stop", err);
}

/** Kind of message of a body, or 0 when the body is not for the engine. */
static int message_type(const Sextant__Envelope *from)
{
    switch (from->body_case) {
    case SEXTANT__ENVELOPE__BODY_HELLO:
        return SX_MESSAGE_HELLO;
    case SEXTANT__ENVELOPE__BODY_REVISION:
        return SX_MESSAGE_REVISION;
    case SEXTANT__ENVELOPE__BODY_POSITION:
        return SX_MESSAGE_POSITION;
    case SEXTANT__ENVELOPE__BODY_REFUSAL:
        return SX_MESSAGE_REFUSAL;
    case SEXTANT__ENVELOPE__BODY_SNAPSHOT_BEGIN:
        return SX_MESSAGE_SNAPSHOT_BEGIN;
    case SEXTANT__ENVELOPE__BODY_SNAPSHOT_PIECE:
        return SX_MESSAGE_SNAPSHOT_PIECE;
    case SEXTANT__ENVELOPE__BODY_SNAPSHOT_END:
        return SX_MESSAGE_SNAPSHOT_END;
    case SEXTANT__ENVELOPE__BODY_SNAPSHOT_NEXT:
        return SX_MESSAGE_SNAPSHOT_NEXT;
    case SEXTANT__ENVELOPE__BODY_COPIED:
        return SX_MESSAGE_COPIED;
    case SEXTANT__ENVELOPE__BODY_SYNC:
        return SX_MESSAGE_SYNC;
    case SEXTANT__ENVELOPE__BODY_SYSTEM_KEY:
        return SX_MESSAGE_SYSTEM_KEY;
    case SEXTANT__ENVELOPE__BODY_FACTS:
        return SX_MESSAGE_FACTS;
    case SEXTANT__ENVELOPE__BODY_RESTART:
        return from->restart->progress ? SX_MESSAGE_ROLLING : SX_MESSAGE_RESTART;
    case SEXTANT__ENVELOPE__BODY_COMPARE:
        return SX_MESSAGE_COMPARE;
    default:
        return 0;
    }
}

static int read_message(struct sx_message *to, const Sextant__Envelope *from, struct sx_error *err)
{
    switch (to->type) {
    case SX_MESSAGE_HELLO:
        return read_hello(to->hello, from->hello, err);
    case SX_MESSAGE_REVISION:
        to->more = from->revision->more;
        return read_revision(to->revision, from->revision, err);
    case SX_MESSAGE_POSITION:
        return read_history(to->history, from->position, err);
    case SX_MESSAGE_SYNC:
        return read_history(to->history, from->sync, err);
    case SX_MESSAGE_REFUSAL:
        to->refusal.number = from->refusal->number;
        return read_text(
            to->refusal.reason, SX_REASON_MAX, from->refusal->reason, "a refusal's reason", err);
    case SX_MESSAGE_SNAPSHOT_BEGIN:
        to->total = from->snapshot_begin->total;
        to->compare = from->snapshot_begin->compare;
        if (from->snapshot_begin->digest_key &&
            read_text(to->digest_key, sizeof to->digest_key, from->snapshot_begin->digest_key,
                "the digest key", err) != 0)
            return -1;
        return read_history(to->history, from->snapshot_begin->history, err);
    case SX_MESSAGE_SNAPSHOT_PIECE:
        to->total = from->snapshot_piece->total;
        return read_fragments(&to->fragments, from->snapshot_piece, err);
    case SX_MESSAGE_COPIED:
        return read_changes(&to->changes, from->copied->changes, from->copied->n_changes, err);
    case SX_MESSAGE_SYSTEM_KEY:
        return read_digest(to->system_key, &from->system_key->key, "a system key", err);
    case SX_MESSAGE_FACTS:
        return read_facts(to->facts, from->facts, err);
    case SX_MESSAGE_RESTART:
        to->restart.boot = from->restart->boot;
        return read_text(to->restart.refusal, SX_REASON_MAX, from->restart->refusal,
            "the reason of a refused restart", err);
    case SX_MESSAGE_ROLLING:
        return read_rolling(to->rolling, from->restart->progress, err);
    case SX_MESSAGE_SNAPSHOT_END:
    case SX_MESSAGE_SNAPSHOT_NEXT:
    case SX_MESSAGE_COMPARE:
        break;
    }
    return 0;
}

static void read_beat(struct ag_envelope *to, enum ag_envelope_type type, const Sextant__Beat *from)
{
    to->type = type;
    to->beat = (struct ag_beat){.counter = from->counter,
        .time_us = from->time_us,
        .progress = from->progress,
        .busy = from->busy};
}

static int read_greeting(
    struct ag_greeting *to, const Sextant__Greeting *from, struct sx_error *err)
{
    to->version = from->version;
    to->instance = from->instance;
    if (from->n_clusters > SX_CLUSTER_NAMES)
        return refuse(err, "a greeting", "names more than two clusters");
    for (size_t i = 0; i < from->n_clusters; i++)
        if (read_text(to->clusters[i], SX_NAME_MAX, from->clusters[i], "a cluster's name", err) !=
            0)
            return -1;
    if (read_text(to->from, sizeof to->from, from->from, "a greeting's sender", err) != 0)
        return -1;
    return read_text(to->to, sizeof to->to, from->to, "a greeting's receiver", err);
}

static int read_status(
    struct ag_status_reply *to, const Sextant__StatusReply *from, struct sx_error *err)
{
    if (from->role > SX_ROLE_NOT_IN_LIST)
        return refuse(err, "a status", "has an unknown role");
    to->role = (enum sx_role)from->role;
    to->revision = from->revision;
    to->lineage[0] = '\0';
    if (*from->lineage && read_uuid(to->lineage, from->lineage, "a status's lineage", err) != 0)
        return -1;
    if (read_text(to->system_name, sizeof to->system_name, from->system_name, "the system name",
            err) != 0 ||
        read_text(to->software_version, sizeof to->software_version, from->software_version,
            "the software version", err) != 0 ||
        read_digest(to->schema_hash, &from->schema_hash, "the schema hash", err) != 0)
        return -1;
    return read_digest(to->digest, &from->digest, "the digest", err);
}

/** What the connection itself is about. */
static int read_control(struct ag_envelope *to, const Sextant__Envelope *from, struct sx_error *err)
{
    switch (from->body_case) {
    case SEXTANT__ENVELOPE__BODY_GREETING:
        to->type = AG_ENVELOPE_GREETING;
        return read_greeting(&to->greeting, from->greeting, err);
    case SEXTANT__ENVELOPE__BODY_CHOICE:
        to->type = AG_ENVELOPE_CHOICE;
        return 0;
    case SEXTANT__ENVELOPE__BODY_PING:
        read_beat(to, AG_ENVELOPE_PING, from->ping);
        return 0;
    case SEXTANT__ENVELOPE__BODY_PONG:
        read_beat(to, AG_ENVELOPE_PONG, from->pong);
        return 0;
    case SEXTANT__ENVELOPE__BODY_GOODBYE:
        to->type = AG_ENVELOPE_GOODBYE;
        return read_text(
            to->goodbye, sizeof to->goodbye, from->goodbye->reason, "a goodbye's reason", err);
    case SEXTANT__ENVELOPE__BODY_STATUS_REQUEST:
        to->type = AG_ENVELOPE_STATUS_REQUEST;
        return 0;
    case SEXTANT__ENVELOPE__BODY_STATUS_REPLY:
        to->type = AG_ENVELOPE_STATUS_REPLY;
        return read_status(&to->status, from->status_reply, err);
    default:
        return refuse(err, "an envelope", "without a body that this version knows");
    }
}

int ag_envelope_decode(
    const uint8_t *bytes, size_t length, struct ag_envelope *ret_envelope, struct sx_error *err)
{
    struct budget budget = {.left = AG_ENVELOPE_MEMORY_MAX};
    ProtobufCAllocator allocator = {
        .alloc = take_memory, .free = give_memory, .allocator_data = &budget};
    struct ag_envelope envelope = {0};
    Sextant__Envelope *from = NULL;
    int type, result = -1;

    if (length > AG_ENVELOPE_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "an envelope of %zu bytes; at most %u are taken",
            length, AG_ENVELOPE_MAX);
    from = sextant__envelope__unpack(&allocator, length, bytes);
    if (!from)
        return refuse(err, "an envelope", "that is not protobuf, lacks a member or is too costly");
    /* A text with a NUL, a body given twice and the like show in the length: there is one shortest
     * way to write an envelope, and it is the only one that is taken. */
    if (sextant__envelope__get_packed_size(from) != length) {
        refuse(err, "an envelope", "is not in its shortest encoding, or a text in it has a NUL");
        goto out;
    }
    type = message_type(from);
    if (type != 0) {
        envelope.type = AG_ENVELOPE_MESSAGE;
        envelope.message = sx_message_new((enum sx_message_type)type);
        result = read_message(envelope.message, from, err);
    } else {
        result = read_control(&envelope, from, err);
    }
    if (result == 0)
        *ret_envelope = envelope;
    else if (envelope.type == AG_ENVELOPE_MESSAGE)
        ag_envelope_clear(&envelope);
out:
    sextant__envelope__free_unpacked(from, &allocator);
    return result;
}
