// SPDX-License-Identifier: Apache-2.0
#include "netconf/guard.h"

#include "netconf/guard_xml.h"
#include "sextant/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** Buffers larger than this are given back when they are empty. */
#define KEPT_MAX ((size_t)4096)
/** Most digits of a chunk's size, RFC 6242 section 4.2. */
#define DIGITS_MAX 10

/** Place in the framing: of RFC 6242 section 4.3, or of section 4.2. */
enum framing {
    END_MARK, /**< until ]]>]]> */
    CHUNK_FEED, /**< a line feed must come */
    CHUNK_HASH, /**< # must come */
    CHUNK_SIZE, /**< first digit, or # of the end-of-chunks */
    CHUNK_DIGITS,
    CHUNK_DATA,
    CHUNKS_END, /**< the line feed of the end-of-chunks must come */
};

struct ag_guard {
    struct sx_error error; /**< why the session must end */
    bool broken;
    bool greeted; /**< the <hello> has passed */
    bool chunked;
    bool delivered; /**< the message is with the caller until the next call */
    enum framing framing;
    uint8_t mark; /**< bytes of ]]>]]> seen at the end of the message */
    uint8_t digits;
    uint64_t chunk; /**< bytes missing of this chunk */
    bool chunk_seen; /**< this message has a chunk */
    bool message_seen; /**< a chunked message has begun */
    char *input; /**< from the client, not looked at yet from `taken` on */
    size_t taken, input_length, input_capacity;
    char *body; /**< of the message that comes in */
    size_t length, capacity, scanned;
    struct ag_xml xml;
};

static const char end_mark[] = "]]>]]>";
#define END_MARK_LENGTH (sizeof end_mark - 1)

struct ag_guard *ag_guard_new(void)
{
    struct ag_guard *guard = sx_alloc(sizeof *guard);

    ag_xml_start(&guard->xml, AG_GUARD_DEPTH_MAX);
    return guard;
}

void ag_guard_free(struct ag_guard *guard)
{
    if (!guard)
        return;
    ag_xml_clear(&guard->xml);
    free(guard->input);
    free(guard->body);
    free(guard);
}

bool ag_guard_chunked(const struct ag_guard *guard)
{
    return guard->chunked;
}

static void reserve(char **buffer, size_t *capacity, size_t wanted)
{
    size_t grown = *capacity ? *capacity : 512;

    if (wanted <= *capacity)
        return;
    while (grown < wanted)
        grown *= 2;
    *buffer = sx_realloc(*buffer, grown);
    *capacity = grown;
}

static void shrink(char **buffer, size_t *capacity)
{
    if (*capacity <= KEPT_MAX)
        return;
    free(*buffer);
    *buffer = NULL;
    *capacity = 0;
}

void ag_guard_feed(struct ag_guard *guard, const void *data, size_t length)
{
    if (guard->broken || length == 0)
        return;
    /* Moving what is left to the front is paid for by at least as many bytes that were taken. */
    if (guard->taken > 0 && guard->taken >= guard->input_length - guard->taken) {
        memmove(guard->input, guard->input + guard->taken, guard->input_length - guard->taken);
        guard->input_length -= guard->taken;
        guard->taken = 0;
    }
    reserve(&guard->input, &guard->input_capacity, guard->input_length + length);
    memcpy(guard->input + guard->input_length, data, length);
    guard->input_length += length;
}

static size_t message_max(const struct ag_guard *guard)
{
    return guard->greeted ? AG_GUARD_MESSAGE_MAX : AG_GUARD_HELLO_MAX;
}

static int too_big(const struct ag_guard *guard, struct sx_error *err)
{
    return sx_error_set(err, SX_E_TOO_BIG, "the %s is larger than %zu bytes",
        guard->greeted ? "message" : "<hello>", message_max(guard));
}

/* Adds bytes to the message. White space before it is dropped: what is kept begins with <. */
static int add(struct ag_guard *guard, const char *data, size_t length, struct sx_error *err)
{
    while (guard->length == 0 && length > 0 && strchr(" \t\r\n", *data) && *data) {
        data++;
        length--;
    }
    if (length > message_max(guard) + END_MARK_LENGTH - guard->length)
        return too_big(guard, err);
    reserve(&guard->body, &guard->capacity, guard->length + length + 1);
    memcpy(guard->body + guard->length, data, length);
    guard->length += length;
    return 0;
}

/* Scans the message up to `end`. */
static int scan(struct ag_guard *guard, size_t end, struct sx_error *err)
{
    size_t from = guard->scanned;

    if (end <= from)
        return 0;
    guard->scanned = end;
    return ag_xml_feed(&guard->xml, guard->body + from, end - from, err);
}

/* Returns 1 when the message is complete, 0 when bytes are missing, -1 on an error. */
static int read_to_mark(struct ag_guard *guard, struct sx_error *err)
{
    /* For each number of bytes seen of the mark, how many remain when the next does not fit. */
    static const uint8_t fallback[] = {0, 0, 1, 0, 1, 2};
    const char *start = guard->input + guard->taken;
    size_t length = guard->input_length - guard->taken;
    size_t used = 0;

    while (used < length && guard->mark < END_MARK_LENGTH) {
        char c = start[used++];

        while (guard->mark > 0 && end_mark[guard->mark] != c)
            guard->mark = fallback[guard->mark];
        if (end_mark[guard->mark] == c)
            guard->mark++;
    }
    guard->taken += used;
    if (add(guard, start, used, err) < 0 || scan(guard, guard->length - guard->mark, err) < 0)
        return -1;
    if (guard->length - guard->mark > message_max(guard))
        return too_big(guard, err);
    if (guard->mark < END_MARK_LENGTH)
        return 0;
    guard->length -= END_MARK_LENGTH;
    guard->mark = 0;
    return 1;
}

static int bad_frame(struct sx_error *err, const char *what)
{
    return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "chunked framing: %s", what);
}

/* The size of a chunk has ended. */
static int start_chunk(struct ag_guard *guard, struct sx_error *err)
{
    if (guard->chunk > AG_GUARD_MESSAGE_MAX - guard->length)
        return too_big(guard, err);
    guard->framing = CHUNK_DATA;
    guard->chunk_seen = guard->message_seen = true;
    return 0;
}

/* One byte of framing. Returns 1 when the message is complete, 0 to go on, -1 on an error. */
static int frame_byte(struct ag_guard *guard, char c, struct sx_error *err)
{
    switch (guard->framing) {
    case CHUNK_FEED:
        if (c != '\n')
            return bad_frame(err, "a line feed and # are missing before a chunk");
        guard->framing = CHUNK_HASH;
        return 0;
    case CHUNK_HASH:
        /* Some clients end their <hello> with a line feed that belongs to no frame. */
        if (c == '\n' && !guard->message_seen)
            return 0;
        if (c != '#')
            return bad_frame(err, "# is missing before a chunk");
        guard->framing = CHUNK_SIZE;
        return 0;
    case CHUNK_SIZE:
        if (c == '#') {
            if (!guard->chunk_seen)
                return bad_frame(err, "a message ends before its first chunk");
            guard->framing = CHUNKS_END;
            return 0;
        }
        if (c < '1' || c > '9')
            return bad_frame(err, "a chunk's size must begin with a digit from 1 to 9");
        guard->chunk = (uint64_t)(c - '0');
        guard->digits = 1;
        guard->framing = CHUNK_DIGITS;
        return 0;
    case CHUNK_DIGITS:
        if (c == '\n')
            return start_chunk(guard, err);
        if (c < '0' || c > '9' || guard->digits == DIGITS_MAX)
            return bad_frame(err, "a chunk's size must have 1 to 10 digits and a line feed");
        guard->chunk = guard->chunk * 10 + (uint64_t)(c - '0');
        guard->digits++;
        return 0;
    default:
        if (c != '\n')
            return bad_frame(err, "a line feed is missing after the end of a message");
        guard->framing = CHUNK_FEED;
        guard->chunk_seen = false;
        return 1;
    }
}

static int read_chunks(struct ag_guard *guard, struct sx_error *err)
{
    int result = 0;

    while (result == 0 && guard->taken < guard->input_length) {
        const char *start = guard->input + guard->taken;
        size_t length = guard->input_length - guard->taken;

        if (guard->framing != CHUNK_DATA) {
            guard->taken++;
            result = frame_byte(guard, *start, err);
            continue;
        }
        if (length > guard->chunk)
            length = (size_t)guard->chunk;
        guard->taken += length;
        guard->chunk -= length;
        if (guard->chunk == 0)
            guard->framing = CHUNK_FEED;
        if (add(guard, start, length, err) < 0 || scan(guard, guard->length, err) < 0)
            return -1;
    }
    return result;
}

/* Forgets the message that was delivered. */
static void forget(struct ag_guard *guard)
{
    guard->length = guard->scanned = 0;
    guard->delivered = false;
    shrink(&guard->body, &guard->capacity);
    ag_xml_start(&guard->xml, AG_GUARD_DEPTH_MAX);
}

static int take_hello(struct ag_guard *guard, struct sx_error *err)
{
    const struct ag_outline *outline = &guard->xml.outline;

    if (!outline->root_base || strcmp(outline->root, "hello") != 0)
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE,
            "the first message must be a <hello> in namespace "
            "urn:ietf:params:xml:ns:netconf:base:1.0, not <%s>",
            outline->root);
    if (outline->session_id)
        return sx_error_set(
            err, SX_E_MALFORMED_MESSAGE, "a client's <hello> must not have a <session-id>");
    if (!outline->base_1_0 && !outline->base_1_1)
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE,
            "the <hello> offers neither urn:ietf:params:netconf:base:1.0 nor 1.1");
    guard->greeted = true;
    guard->chunked = outline->base_1_1;
    guard->framing = guard->chunked ? CHUNK_FEED : END_MARK;
    return 0;
}

/* What is wrong with an <rpc> that the client is told about: returns 2, or 1 when it may pass. */
static int judge_rpc(const struct ag_outline *outline, struct sx_error *err)
{
    if (!outline->root_base || strcmp(outline->root, "rpc") != 0)
        sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
            "<%s>%s is not a message that a client sends; it must be an <rpc> in namespace "
            "urn:ietf:params:xml:ns:netconf:base:1.0",
            outline->root, outline->root_base ? "" : " (in another namespace)");
    else if (!outline->message_id)
        sx_error_set(err, SX_E_MISSING_ATTRIBUTE, "an <rpc> must have the attribute message-id");
    else if (outline->operations == 0)
        sx_error_set(err, SX_E_MISSING_ELEMENT, "an <rpc> must hold an operation");
    else if (outline->operations > 1)
        sx_error_set(
            err, SX_E_UNKNOWN_ELEMENT, "an <rpc> must hold one operation, and nothing beside it");
    else if (*outline->attribute) {
        /* libyang passes over it, and a delete would be taken for a merge. */
        sx_error_set(err, SX_E_UNKNOWN_ATTRIBUTE,
            "%s: the attribute %s has no namespace; the attributes of an edit are nc:operation of "
            "urn:ietf:params:xml:ns:netconf:base:1.0, and yang:insert, yang:key and yang:value of "
            "urn:ietf:params:xml:ns:yang:1",
            outline->attribute_element, outline->attribute);
        sx_error_element(err, outline->attribute_element, outline->attribute);
    } else
        return 1;
    return 2;
}

static int deliver(
    struct ag_guard *guard, struct ag_guard_message *ret_message, struct sx_error *err)
{
    const struct ag_outline *outline = &guard->xml.outline;
    bool hello = !guard->greeted;
    int result = 1;

    if (ag_xml_finish(&guard->xml, err) < 0)
        return -1;
    if (hello ? take_hello(guard, err) < 0 : (result = judge_rpc(outline, err)) < 0)
        return -1;
    guard->delivered = true;
    guard->body[guard->length] = '\0';
    ret_message->body = guard->body;
    ret_message->length = guard->length;
    ret_message->hello = hello;
    ret_message->operation[0] = '\0';
    ret_message->subscribes = !hello && outline->subscribes;
    if (!hello)
        memcpy(ret_message->operation, outline->operation, sizeof ret_message->operation);
    return result;
}

int ag_guard_next(
    struct ag_guard *guard, struct ag_guard_message *ret_message, struct sx_error *err)
{
    int result;

    if (guard->broken) {
        *err = guard->error;
        return -1;
    }
    if (guard->delivered)
        forget(guard);
    if (guard->taken == guard->input_length)
        return 0;
    result = guard->framing == END_MARK ? read_to_mark(guard, err) : read_chunks(guard, err);
    if (result == 1)
        result = deliver(guard, ret_message, err);
    if (guard->taken == guard->input_length) {
        guard->taken = guard->input_length = 0;
        shrink(&guard->input, &guard->input_capacity);
    }
    if (result < 0) {
        guard->broken = true;
        guard->error = *err;
    }
    return result;
}
