// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>
#include <stddef.h>

/** Longest message from a client, in bytes of XML. */
#define AG_GUARD_MESSAGE_MAX (16u << 20)
/** Longest <hello>. */
#define AG_GUARD_HELLO_MAX (64u << 10)
/** Deepest nesting of elements. */
#define AG_GUARD_DEPTH_MAX 128

/**
 * The guard between a transport and the library: a parser of NETCONF framing (RFC 6242) and of the
 * outermost elements. It lets whole, well-formed, bounded messages pass; nothing else ever reaches
 * libnetconf2. No sockets, no threads: bytes in, messages out.
 */
struct ag_guard;

/** One whole message. Pointers are valid until the next call on the guard. */
struct ag_guard_message {
    const char *body; /**< the XML, without framing, with a final NUL that is not counted */
    size_t length;
    bool hello; /**< the client's <hello>; else an <rpc> */
    char operation[64]; /**< local name of the operation in the NETCONF base namespace, or "" */
    bool subscribes; /**< the operation is <create-subscription> of RFC 5277 */
};

/** A guard for a new session, which expects a <hello>. */
struct ag_guard *ag_guard_new(void);
void ag_guard_free(struct ag_guard *guard);

/** Adds bytes from the client; they are copied. */
void ag_guard_feed(struct ag_guard *guard, const void *data, size_t length);

/**
 * Takes the next message out. Returns 1 with *ret_message, 0 when more bytes are needed, -1 when
 * the session must end: *err says what was wrong (framing, size, nesting, not XML, no hello, a
 * protocol version that we do not speak). An <rpc> without message-id, an element that is not
 * <rpc>, or an <edit-config> with an attribute that has no namespace is a message that must be
 * answered, not passed on: returns 2 and *err holds the answer (missing-attribute, unknown-element,
 * unknown-attribute), *ret_message the message whose attributes the answer
 * repeats; the session goes on.
 */
int ag_guard_next(
    struct ag_guard *guard, struct ag_guard_message *ret_message, struct sx_error *err);

/** True once both hellos offered base:1.1: chunked framing (RFC 6242 section 4.1). */
bool ag_guard_chunked(const struct ag_guard *guard);
