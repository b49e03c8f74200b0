// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes of a client that has logged in, to the guard. The same bytes go to two guards, to one in a
 * piece and to the other cut at places that the bytes decide; both must give the same messages.
 * What passes must look like a message: <, >, a NUL behind it, no NUL inside, within the bounds.
 * The first byte decides whether a hello is sent before the rest.
 */
#include "netconf/guard.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition) \
    do { \
        if (!(condition)) \
            abort(); \
    } while (0)

static const char hello[] =
    "<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><capabilities><capability>"
    "urn:ietf:params:netconf:base:1.%c</capability></capabilities></hello>]]>]]>";

static void greet(struct ag_guard *guard, char version)
{
    struct ag_guard_message message;
    struct sx_error err;
    char text[sizeof hello];
    size_t length = sizeof hello - 2;
    char *mark;

    memcpy(text, hello, sizeof hello);
    mark = strchr(text, '%');
    *mark = version;
    memmove(mark + 1, mark + 2, strlen(mark + 2) + 1);
    ag_guard_feed(guard, text, length);
    REQUIRE(ag_guard_next(guard, &message, &err) == 1);
    REQUIRE(ag_guard_chunked(guard) == (version == '1'));
}

static void check(const struct ag_guard_message *message)
{
    REQUIRE(message->length > 0 && message->length <= AG_GUARD_MESSAGE_MAX);
    REQUIRE(message->body[0] == '<' && message->body[message->length] == '\0');
    REQUIRE(strlen(message->body) == message->length);
    REQUIRE(memchr(message->operation, '\0', sizeof message->operation));
    REQUIRE(!message->hello || message->operation[0] == '\0');
    REQUIRE(message->hello || strstr(message->body, "message-id"));
}

/* Feeds the other guard until it has a result, too. */
static int next_of_pieces(struct ag_guard *guard, const uint8_t *data, size_t size, size_t *fed,
    struct ag_guard_message *ret_message, struct sx_error *err)
{
    int result = ag_guard_next(guard, ret_message, err);

    while (result == 0 && *fed < size) {
        size_t piece = data[*fed] % 7 + 1u;

        piece = piece < size - *fed ? piece : size - *fed;
        ag_guard_feed(guard, data + *fed, piece);
        *fed += piece;
        result = ag_guard_next(guard, ret_message, err);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ag_guard *whole = ag_guard_new();
    struct ag_guard *pieces = ag_guard_new();
    size_t fed = 0;
    int result = 1;

    if (size > 0 && (data[0] == '0' || data[0] == '1')) {
        greet(whole, (char)data[0]);
        greet(pieces, (char)data[0]);
        data++;
        size--;
    }
    ag_guard_feed(whole, data, size);
    while (result > 0) {
        struct ag_guard_message one, other;
        struct sx_error err, other_err;

        result = ag_guard_next(whole, &one, &err);
        REQUIRE(next_of_pieces(pieces, data, size, &fed, &other, &other_err) == result);
        if (result == 1) {
            check(&one);
            REQUIRE(one.length == other.length && memcmp(one.body, other.body, one.length) == 0);
            REQUIRE(strcmp(one.operation, other.operation) == 0 && one.hello == other.hello);
        } else if (result != 0) {
            REQUIRE(err.code == other_err.code && strcmp(err.message, other_err.message) == 0);
        }
    }
    ag_guard_free(whole);
    ag_guard_free(pieces);
    return 0;
}
