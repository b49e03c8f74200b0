// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/message.h"
#include "sextant/status.h"

#include <stddef.h>

/*
 * Envelopes: what peers say to each other, as values here and as protobuf (envelope.proto) on the
 * wire. The codec is strict: it accepts nothing that exceeds a bound below or of message.h, and
 * says what was wrong.
 */

/** Most bytes of an envelope on the wire, without its length. */
#define AG_ENVELOPE_MAX (4u << 20)
/** Most changes or fragments in one envelope. */
#define AG_ENVELOPE_ITEMS_MAX 65536u
/** Longest path, list or key in a change or fragment, with NUL. */
#define AG_ENVELOPE_PATH_MAX 65536u
/** Most memory that taking one envelope apart may use: small items cost more than their bytes. */
#define AG_ENVELOPE_MEMORY_MAX (4u * AG_ENVELOPE_MAX)

/** Version of this protocol; peers with another one do not link. */
#define AG_PROTOCOL_VERSION 1u

enum ag_envelope_type {
    AG_ENVELOPE_GREETING = 1, /**< first of each side: who I am */
    AG_ENVELOPE_CHOICE, /**< this connection is the link; by the side that chooses */
    AG_ENVELOPE_PING, /**< are you there */
    AG_ENVELOPE_PONG, /**< I am, with the ping's counter and time */
    AG_ENVELOPE_GOODBYE, /**< I close this connection, and why */
    AG_ENVELOPE_STATUS_REQUEST, /**< recovery port: who are you */
    AG_ENVELOPE_STATUS_REPLY, /**< recovery port: the answer */
    AG_ENVELOPE_MESSAGE, /**< for the engine */
};

/** AG_ENVELOPE_GREETING. */
struct ag_greeting {
    uint32_t version;
    uint64_t instance; /**< random number of the sender's process */
    char from[SX_ADDRESS_MAX]; /**< sender, as its list has it */
    char to[SX_ADDRESS_MAX]; /**< receiver, as the sender's list has it */
    char clusters[SX_CLUSTER_NAMES]
                 [SX_NAME_MAX]; /**< names that its cluster goes by; "" for none */
};

/** AG_ENVELOPE_PING and AG_ENVELOPE_PONG. */
struct ag_beat {
    uint64_t counter;
    uint64_t time_us; /**< monotonic clock of the side that sent the ping */
    uint64_t progress; /**< steps that the sender's engine has finished */
    bool busy; /**< it has more to do */
};

/** AG_ENVELOPE_STATUS_REPLY. */
struct ag_status_reply {
    char system_name[SX_NAME_MAX];
    char software_version[SX_NAME_MAX];
    uint8_t schema_hash[SX_DIGEST_SIZE];
    enum sx_role role;
    char lineage[SX_UUID_SIZE]; /**< "" for an empty history */
    uint64_t revision;
    uint8_t digest[SX_DIGEST_SIZE];
};

/** One envelope. Owns its message, if it has one. */
struct ag_envelope {
    enum ag_envelope_type type;
    union {
        struct ag_greeting greeting;
        struct ag_beat beat;
        char goodbye[SX_REASON_MAX];
        struct ag_status_reply status;
        struct sx_message *message; /**< owned; never NULL in a MESSAGE */
    };
};

/** Releases what the envelope owns. */
void ag_envelope_clear(struct ag_envelope *envelope);

/**
 * Turns an envelope into bytes, without the length that goes before them. Fails with SX_E_TOO_BIG
 * when the envelope exceeds a bound. *ret_bytes is the caller's to free().
 */
int ag_envelope_encode(const struct ag_envelope *envelope, uint8_t **ret_bytes, size_t *ret_length,
    struct sx_error *err);

/**
 * Takes bytes from a peer apart. Fails with SX_E_MALFORMED_MESSAGE or SX_E_TOO_BIG and a text that
 * names the member that is wrong. *ret_envelope is the caller's to clear.
 */
int ag_envelope_decode(
    const uint8_t *bytes, size_t length, struct ag_envelope *ret_envelope, struct sx_error *err);
