// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"
#include "sextant/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ly_ctx;
struct lyd_node;

/**
 * libnetconf2, all calls to it. Its state is global to the process: one server at a time. A session
 * of it reads from and writes to files in memory, so it sees whole messages alone, never waits, and
 * what it writes is seen here before it leaves.
 */
struct ag_library;

/** What a handler made of an operation. */
struct ag_library_result {
    bool failed; /**< the handler answers itself; the library's answer is thrown away */
    bool close; /**< the session ends after the reply */
    struct lyd_node *data; /**< the operation with output nodes, or NULL for <ok/>; passes on */
};

/** Called for each operation that the library could parse. */
typedef void ag_library_handler(
    void *context, const struct lyd_node *operation, struct ag_library_result *ret_result);

/** How a message was answered. */
enum ag_library_answer {
    AG_LIBRARY_REPLY = 0, /**< *ret_reply is to be sent */
    AG_LIBRARY_FAILED, /**< the handler has set `failed` */
    AG_LIBRARY_BAD, /**< the message fits no operation; there is no answer yet */
    AG_LIBRARY_BROKEN, /**< the library cannot go on with the session */
};

/** Gives the library the schema, which is borrowed until ag_library_stop(), and makes its
 * capabilities. */
int ag_library_start(const struct sx_schema *schema, struct sx_error *err);

/** The capabilities of our <hello>: an array for free(), of strings for free(), ending with NULL.
 * Any thread. */
char **ag_library_capabilities(struct ly_ctx *context);

/** Takes everything back. No session may be open. */
void ag_library_stop(void);

/**
 * Opens a session on `fd` (borrowed): sends our <hello> at once and waits for the client's, which
 * ag_library_hello() writes to the other end. *ret_library is the caller's.
 */
int ag_library_open(int fd, const char *user, ag_library_handler *handler, void *context,
    struct ag_library **ret_library, struct sx_error *err);

/** Releases a session (NULL is fine). */
void ag_library_close(struct ag_library *library);

/** The session's id, unique in the process. */
uint32_t ag_library_id(const struct ag_library *library);

/** True for the framing of base:1.1. */
bool ag_library_chunked(const struct ag_library *library);

/** The <hello> to be given to the library for a client that speaks base:1.1 (`chunked`) or 1.0,
 * framed. Static storage. What the client wrote itself never reaches the library. */
const char *ag_library_hello(bool chunked);

/**
 * Has the library handle one <rpc>. For AG_LIBRARY_REPLY *ret_reply is the framed reply for free().
 * *ret_close tells that the session ends after it.
 */
enum ag_library_answer ag_library_handle(struct ag_library *library, const char *body,
    size_t length, char **ret_reply, size_t *ret_length, bool *ret_close);
