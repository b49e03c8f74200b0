// SPDX-License-Identifier: Apache-2.0
#include "netconf/stream.h"

#include "sextant/memory.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/** A stream and what came out at its other end. */
struct pipe_end {
    int fds[2];
    struct ag_stream stream;
    pthread_t thread;
    char *text;
    size_t length;
};

static void *collect(void *argument)
{
    struct pipe_end *end = argument;
    ssize_t got;

    do {
        end->text = sx_realloc(end->text, end->length + 65536 + 1);
        got = read(end->fds[1], end->text + end->length, 65536);
        end->length += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    end->text[end->length] = '\0';
    return NULL;
}

static void begin(struct pipe_end *end, bool chunked)
{
    *end = (struct pipe_end){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, end->fds), 0);
    ag_stream_init(&end->stream, end->fds[0]);
    end->stream.chunked = chunked;
    assert_int_equal(pthread_create(&end->thread, NULL, collect, end), 0);
}

static void finish(struct pipe_end *end)
{
    ag_stream_clear(&end->stream);
    close(end->fds[0]);
    pthread_join(end->thread, NULL);
    close(end->fds[1]);
}

static void test_chunked(void **state)
{
    struct sx_error err = {0};
    struct pipe_end end;

    (void)state;
    begin(&end, true);
    assert_int_equal(ag_stream_put(&end.stream, "<a>", &err), 0);
    assert_int_equal(ag_stream_write(&end.stream, "text", 2, &err), 0);
    assert_int_equal(ag_stream_put(&end.stream, "</a>", &err), 0);
    assert_int_equal(ag_stream_end(&end.stream, &err), 0);
    assert_int_equal(ag_stream_put(&end.stream, "<b/>", &err), 0);
    assert_int_equal(ag_stream_end(&end.stream, &err), 0);
    finish(&end);
    assert_string_equal(end.text, "\n#9\n<a>te</a>\n##\n\n#4\n<b/>\n##\n");
    free(end.text);
}

static void test_end_mark(void **state)
{
    struct sx_error err = {0};
    struct pipe_end end;

    (void)state;
    begin(&end, false);
    assert_int_equal(ag_stream_put(&end.stream, "<a/>", &err), 0);
    assert_int_equal(ag_stream_end(&end.stream, &err), 0);
    assert_int_equal(ag_stream_send(&end.stream, "ready", 5, &err), 0);
    finish(&end);
    assert_string_equal(end.text, "<a/>]]>]]>ready");
    free(end.text);
}

/* A message of many chunks: none is larger than a chunk, and together they are the message. */
static void test_large(void **state)
{
    const size_t pieces = 30000;
    struct sx_error err = {0};
    struct pipe_end end;
    size_t chunks = 0, bytes = 0;
    const char *at;

    (void)state;
    begin(&end, true);
    for (size_t i = 0; i < pieces; i++)
        assert_int_equal(ag_stream_put(&end.stream, "0123456789", &err), 0);
    assert_true(end.stream.used <= AG_STREAM_CHUNK);
    assert_int_equal(ag_stream_end(&end.stream, &err), 0);
    finish(&end);
    for (at = end.text; strncmp(at, "\n##\n", 4) != 0;) {
        char *body;
        unsigned long size;

        assert_memory_equal(at, "\n#", 2);
        size = strtoul(at + 2, &body, 10);
        assert_in_range(size, 1, AG_STREAM_CHUNK);
        assert_int_equal(*body, '\n');
        for (size_t i = 0; i < size; i++)
            assert_int_equal(body[1 + i], '0' + (int)((bytes + i) % 10));
        bytes += size;
        at = body + 1 + size;
        chunks++;
    }
    assert_int_equal(bytes, 10 * pieces);
    assert_int_equal(chunks, (10 * pieces + AG_STREAM_CHUNK - 1) / AG_STREAM_CHUNK);
    assert_int_equal((size_t)(at + 4 - end.text), end.length);
    free(end.text);
}

static void test_drop(void **state)
{
    char *large = sx_alloc(AG_STREAM_CHUNK);
    struct sx_error err = {0};
    struct pipe_end end;

    (void)state;
    memset(large, 'x', AG_STREAM_CHUNK);
    begin(&end, true);
    assert_int_equal(ag_stream_put(&end.stream, "half a reply", &err), 0);
    assert_true(ag_stream_drop(&end.stream));
    assert_int_equal(ag_stream_put(&end.stream, "<e/>", &err), 0);
    assert_int_equal(ag_stream_end(&end.stream, &err), 0);
    /* Once a chunk is out there is no way back. */
    assert_int_equal(ag_stream_write(&end.stream, large, AG_STREAM_CHUNK, &err), 0);
    assert_false(ag_stream_drop(&end.stream));
    finish(&end);
    assert_memory_equal(end.text, "\n#4\n<e/>\n##\n", 12);
    free(end.text);
    free(large);
}

static void test_receiver_gone(void **state)
{
    struct sx_error err = {0};
    struct ag_stream stream;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ag_stream_init(&stream, fds[0]);
    close(fds[1]);
    assert_int_equal(ag_stream_put(&stream, "<a/>", &err), 0);
    assert_int_equal(ag_stream_end(&stream, &err), -1);
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    ag_stream_clear(&stream);
    close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunked),
        cmocka_unit_test(test_end_mark),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_receiver_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
