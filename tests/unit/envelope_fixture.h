// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/envelope.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* What the tests of envelopes share. */

#define UUID "3bca6888-f622-11df-93be-07cc953d7b99"

/** Encodes, decodes, and gives what came out. */
static inline struct ag_envelope round_trip(const struct ag_envelope *envelope)
{
    struct ag_envelope copy;
    struct sx_error err;
    uint8_t *bytes;
    size_t length;

    assert_int_equal(ag_envelope_encode(envelope, &bytes, &length, &err), 0);
    if (ag_envelope_decode(bytes, length, &copy, &err) != 0)
        fail_msg("%s", err.message);
    free(bytes);
    assert_int_equal(copy.type, envelope->type);
    return copy;
}

static inline struct sx_message *round_trip_message(struct sx_message *message)
{
    const struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct ag_envelope copy = round_trip(&envelope);

    assert_int_equal(copy.message->type, message->type);
    sx_message_free(message);
    return copy.message;
}

static inline void fill_history(struct sx_history *history, size_t count)
{
    history->count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(history->chain[i].id, UUID, SX_UUID_SIZE);
        history->chain[i].last_revision = UINT64_MAX - i;
    }
    memset(history->digest, 0xa5, SX_DIGEST_SIZE);
}

/** Adds a change of this kind. */
static inline void add_change(struct sx_change_list *list, enum sx_operation operation,
    const char *value, const char *old_value, const char *after, const char *old_after)
{
    sx_change_list_add(list, (struct sx_change){.operation = operation,
                                 .scope = SX_SCOPE_AGREED_COPIED,
                                 .flags = SX_NODE_SECRET,
                                 .path = sx_strdup("/m:c/l[k='\xe2\x82\xac']"),
                                 .value = sx_strdup(value),
                                 .old_value = sx_strdup(old_value),
                                 .after = sx_strdup(after),
                                 .old_after = sx_strdup(old_after)});
}

/** Encodes, and expects that it is not decoded, with this in the reason. */
static inline void expect_refused(struct sx_message *message, const char *reason)
{
    const struct ag_envelope envelope = {.type = AG_ENVELOPE_MESSAGE, .message = message};
    struct ag_envelope copy;
    struct sx_error err = {0};
    uint8_t *bytes;
    size_t length;

    assert_int_equal(ag_envelope_encode(&envelope, &bytes, &length, &err), 0);
    assert_int_equal(ag_envelope_decode(bytes, length, &copy, &err), -1);
    assert_non_null(strstr(err.message, reason));
    free(bytes);
    sx_message_free(message);
}
