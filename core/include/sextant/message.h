// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/facts.h"
#include "sextant/history.h"
#include "sextant/secret.h"

/** Peers in a cluster. */
#define SX_PEERS_MAX 6
/** Longest address of a peer (FQDN or IP literal) with NUL, RFC 1035's 253 and some. */
#define SX_ADDRESS_MAX 256
/** Longest name of a cluster, a system or a version with NUL. */
#define SX_NAME_MAX 256
/** Names that a cluster may go by: the one in force, and the one that a restart puts in force. */
#define SX_CLUSTER_NAMES 2
/** Longest reason of a refusal, a lost link or a bad certificate, with NUL. */
#define SX_REASON_MAX 256

struct sx_rolling_status;

/** What peers say to each other; the agent carries it as protobuf envelopes over TLS. */
enum sx_message_type {
    SX_MESSAGE_HELLO = 1, /**< who I am and where I stand; again whenever that changes */
    SX_MESSAGE_REVISION, /**< primary: one revision of the journal */
    SX_MESSAGE_POSITION, /**< subordinate: what I hold durably now (acknowledges) */
    SX_MESSAGE_REFUSAL, /**< subordinate: this revision or snapshot cannot be taken */
    SX_MESSAGE_SNAPSHOT_BEGIN, /**< primary: the history that the snapshot stands for */
    SX_MESSAGE_SNAPSHOT_PIECE, /**< primary: some rows of it */
    SX_MESSAGE_SNAPSHOT_END, /**< primary: all rows were sent */
    SX_MESSAGE_SNAPSHOT_NEXT, /**< subordinate: piece stored, send the next */
    SX_MESSAGE_COPIED, /**< primary: items that are agreed and copied */
    SX_MESSAGE_SYNC, /**< primary: digest of a revision, at each sync-interval */
    SX_MESSAGE_SYSTEM_KEY, /**< primary: the key that the cluster shares */
    SX_MESSAGE_FACTS, /**< everyone: what all may know of my work */
    SX_MESSAGE_COMPARE, /**< subordinate: show me your configuration, I compare */
    SX_MESSAGE_RESTART, /**< primary: restart, in sequence; subordinate: I do not, and why */
    SX_MESSAGE_ROLLING, /**< who runs a restart in sequence: how far it is */
};

/** Longest sealed key, with NUL. */
#define SX_SEALED_KEY_MAX 128

/** Features of a system, longest text of all of them with NUL, and values that must be unique in
 * the cluster and are compared; those above are not. */
#define SX_FEATURES_MAX 32
#define SX_FEATURES_TEXT_MAX 1056
#define SX_UNIQUE_MAX 512
/** Longest round trip between peers that a cluster works well with, microseconds. */
#define SX_ROUND_TRIP_MAX_US 80000u

/** What a cluster requires of its members, as one of them has it. By value; "" where a peer does
 * not tell. */
struct sx_requirements {
    char product_type[16];
    char platform_class[16];
    char h323_mode[8]; /**< "on" or "off" */
    char features[SX_FEATURES_TEXT_MAX]; /**< names in ascending order, with blanks between them */
    char address[64]; /**< IP literal at which the system says it can be reached */
    uint64_t unique[SX_UNIQUE_MAX]; /**< hashes of values that no other may have, ascending */
    size_t unique_count;
};

/** SX_MESSAGE_HELLO. By value. */
struct sx_hello {
    char software_version[SX_NAME_MAX];
    uint8_t schema_hash[SX_DIGEST_SIZE];
    char system_name[SX_NAME_MAX];
    char cluster_name[SX_NAME_MAX]; /**< applied; "" for none */
    char ip_version[8]; /**< applied; "ipv4" or "ipv6" */
    char tls_verification[16]; /**< applied; "permissive" or "enforce" */
    char peers[SX_PEERS_MAX][SX_ADDRESS_MAX]; /**< the list, index 1 first; "" past its end */
    uint8_t configuration_primary; /**< index, 0 for none */
    uint8_t local_index; /**< the sender's own index, 0 when not in list */
    bool take_snapshot; /**< joining or forced: the replicated content is to be replaced */
    bool new_schema; /**< its content is of a former schema: a snapshot comes first */
    char system_key[SX_KEY_ID_SIZE]; /**< id of the key that its secrets are sealed with */
    char digest_key[SX_KEY_ID_SIZE]; /**< id of the key of its digests */
    bool key_unshared; /**< it made its system key itself and no other system has it */
    bool key_busy; /**< it is changing its system key and takes no other one */
    uint64_t boot; /**< random number of the sender's boot: another one when it has restarted */
    struct sx_requirements requirements;
    int64_t time_ms;
    struct sx_history history;
};

/** One message, by type; owns what its members own. */
struct sx_message {
    enum sx_message_type type;
    union {
        struct sx_hello *hello; /**< HELLO; owned */
        struct sx_revision *revision; /**< REVISION; owned */
        struct sx_history *history; /**< POSITION, SNAPSHOT_BEGIN, SYNC; owned */
        struct sx_fragment_list fragments; /**< SNAPSHOT_PIECE; of the replicated scope, in the
                                                order of the store */
        struct sx_change_list changes; /**< COPIED */
        struct {
            uint64_t number; /**< the revision that was refused, 0: the snapshot */
            char reason[SX_REASON_MAX];
        } refusal;
        uint8_t system_key[SX_SYSTEM_KEY_SIZE]; /**< SYSTEM_KEY */
        struct sx_facts *facts; /**< FACTS; owned */
        struct {
            uint64_t boot; /**< the boot of the subordinate that is to end */
            char refusal[SX_REASON_MAX]; /**< "" for the request */
        } restart;
        struct sx_rolling_status *rolling; /**< ROLLING; owned */
    };
    bool compare; /**< SNAPSHOT_BEGIN: it was asked for by COMPARE, and is not to be taken */
    bool more; /**< REVISION: another one follows at once, and may be taken together with it */
    char digest_key[SX_SEALED_KEY_MAX]; /**< SNAPSHOT_BEGIN: sealed; the key of its digests */
    uint64_t total; /**< SNAPSHOT_BEGIN: bytes in all, estimated; PIECE: bytes sent so far */
};

/** A message of `type` with its members allocated, for sx_message_free(). */
struct sx_message *sx_message_new(enum sx_message_type type);

/** Releases a message and what it owns (NULL is fine). */
void sx_message_free(struct sx_message *message);
