// SPDX-License-Identifier: Apache-2.0
#include "netconf/stream.h"

#include "sextant/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

void ag_stream_init(struct ag_stream *stream, int fd)
{
    struct timeval limit = {.tv_sec = AG_STREAM_SECONDS};

    *stream = (struct ag_stream){.fd = fd};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void ag_stream_clear(struct ag_stream *stream)
{
    free(stream->buffer);
    stream->buffer = NULL;
    stream->used = 0;
}

/* Sends all parts, however many calls it takes. */
static int send_parts(int fd, struct iovec *parts, size_t count, struct sx_error *err)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};

    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return sx_error_set(err, SX_E_RESOURCE_DENIED,
                "the client took nothing of a reply for %d seconds", AG_STREAM_SECONDS);
        if (sent < 0)
            return sx_error_set(
                err, SX_E_RESOURCE_DENIED, "the client is gone: %s", strerror(errno));
        while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
            sent -= (ssize_t)message.msg_iov->iov_len;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen > 0) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
            message.msg_iov->iov_len -= (size_t)sent;
        }
    }
    return 0;
}

/* Sends what was gathered as one chunk, with the mark of the message's end if it is the last. */
static int flush(struct ag_stream *stream, bool last, struct sx_error *err)
{
    const char *mark = stream->chunked ? "\n##\n" : "]]>]]>";
    char header[24];
    struct iovec parts[3];
    size_t count = 0;

    if (stream->used > 0) {
        if (stream->chunked) {
            int length = snprintf(header, sizeof header, "\n#%zu\n", stream->used);

            parts[count++] = (struct iovec){header, (size_t)length};
        }
        parts[count++] = (struct iovec){stream->buffer, stream->used};
    }
    if (last)
        parts[count++] = (struct iovec){(char *)(size_t)mark, strlen(mark)};
    stream->used = 0;
    stream->started = true;
    return send_parts(stream->fd, parts, count, err);
}

int ag_stream_write(struct ag_stream *stream, const char *data, size_t length, struct sx_error *err)
{
    if (!stream->buffer)
        stream->buffer = sx_alloc(AG_STREAM_CHUNK);
    while (length > 0) {
        size_t room = AG_STREAM_CHUNK - stream->used;
        size_t part = length < room ? length : room;

        memcpy(stream->buffer + stream->used, data, part);
        stream->used += part;
        data += part;
        length -= part;
        if (stream->used == AG_STREAM_CHUNK && flush(stream, false, err) < 0)
            return -1;
    }
    return 0;
}

int ag_stream_put(struct ag_stream *stream, const char *text, struct sx_error *err)
{
    return ag_stream_write(stream, text, strlen(text), err);
}

int ag_stream_end(struct ag_stream *stream, struct sx_error *err)
{
    int result = flush(stream, true, err);

    ag_stream_clear(stream);
    stream->started = false;
    return result;
}

bool ag_stream_drop(struct ag_stream *stream)
{
    if (stream->started)
        return false;
    ag_stream_clear(stream);
    return true;
}

int ag_stream_send(struct ag_stream *stream, const char *data, size_t length, struct sx_error *err)
{
    struct iovec part = {(char *)(size_t)data, length};

    return send_parts(stream->fd, &part, 1, err);
}
