// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>
#include <stddef.h>

/** Bytes gathered before they leave: the largest chunk that we write (RFC 6242 section 4.2). */
#define AG_STREAM_CHUNK (64u << 10)
/** A receiver that takes nothing for so long loses its session: it would hold up a snapshot of the
 * database without end. */
#define AG_STREAM_SECONDS 60

/**
 * The way of a message from a session's thread to the loop: gathers bytes, frames them and writes
 * them to a socket, waiting while it is full. So a reply of any length takes the memory of one
 * chunk. One thread at a time.
 */
struct ag_stream {
    int fd; /**< blocking stream socket; borrowed */
    bool chunked; /**< framing of base:1.1, else of base:1.0 */
    bool started; /**< bytes of the message under way have left */
    char *buffer; /**< NULL while no message is under way */
    size_t used;
};

/** Prepares a stream that writes to `fd`, and sets the socket's time limit. */
void ag_stream_init(struct ag_stream *stream, int fd);

/** Releases the buffer. What was not sent is forgotten. */
void ag_stream_clear(struct ag_stream *stream);

/** Adds bytes to the message under way (the first ones begin it). Returns -1 with *err when the
 * other side is gone or takes nothing: the session is over then. */
int ag_stream_write(
    struct ag_stream *stream, const char *data, size_t length, struct sx_error *err);

/** Adds a string as it is. */
int ag_stream_put(struct ag_stream *stream, const char *text, struct sx_error *err);

/** Ends the message: sends what is left of it and the mark of its end. */
int ag_stream_end(struct ag_stream *stream, struct sx_error *err);

/** Forgets the message under way; false when a part of it has left already. */
bool ag_stream_drop(struct ag_stream *stream);

/** Sends bytes that are framed already. No message may be under way. */
int ag_stream_send(struct ag_stream *stream, const char *data, size_t length, struct sx_error *err);
