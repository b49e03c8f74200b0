// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/edit.h"
#include "sextant/message.h"

struct lyd_node;
struct sx_restore;

/** What can happen to an engine. */
enum sx_event_type {
    SX_EVENT_TICK = 1, /**< nothing but time passing: the deadline of the last update is here */
    SX_EVENT_EDIT, /**< <edit-config> */
    SX_EVENT_COMMIT, /**< <commit>: the candidate becomes running */
    SX_EVENT_DISCARD, /**< <discard-changes> */
    SX_EVENT_VALIDATE, /**< <validate> of a datastore */
    SX_EVENT_VALIDATE_CONFIG, /**< <validate> of edit.config as a whole configuration */
    SX_EVENT_LOCK, /**< <lock> */
    SX_EVENT_UNLOCK, /**< <unlock> */
    SX_EVENT_SESSION_END, /**< a session is gone: its locks and its locked candidate go */
    SX_EVENT_RESTART, /**< the restart RPC */
    SX_EVENT_FORCE_UPDATE, /**< the force-config-update RPC */
    SX_EVENT_PREVIEW, /**< what FORCE_UPDATE would change is to be found out */
    SX_EVENT_FORCE_KEY_UPDATE, /**< the force-system-key-update RPC */
    SX_EVENT_ROLLING_RESTART, /**< the rolling-restart RPC */
    SX_EVENT_ROLLBACK, /**< the rollback RPC: replicated content as it was at a revision */
    SX_EVENT_DISCARD_SET_ASIDE, /**< forgets rows that a boot set aside */
    SX_EVENT_RESTORE_BEGIN, /**< a backup is to be restored, see sextant/restore.h */
    SX_EVENT_RESTORE_ROWS, /**< some rows of it */
    SX_EVENT_RESTORE_END, /**< all rows were given, the content is valid: put it in force */
    SX_EVENT_RESTORE_CANCEL, /**< it cannot be completed */
    SX_EVENT_LINK_UP, /**< a link with a peer stands, TLS done */
    SX_EVENT_LINK_DOWN, /**< a link is lost, or an attempt to get one failed */
    SX_EVENT_CERTIFICATE, /**< the certificate on a link that stands was judged anew */
    SX_EVENT_ROUND_TRIP, /**< the round trip on a link is longer, or no longer longer, than
                              SX_ROUND_TRIP_MAX_US */
    SX_EVENT_OWN_CERTIFICATE, /**< this system's own certificate, or its files changed */
    SX_EVENT_ACCEPT_KEY, /**< the accept-peer-key RPC */
    SX_EVENT_MESSAGE, /**< a peer said something over its link */
    SX_EVENT_RESOLVED, /**< an answer to SX_ACTION_RESOLVE */
    SX_EVENT_KEY_SAVED, /**< an answer to SX_ACTION_KEY_SAVE */
    SX_EVENT_USAGE, /**< what the agent uses of its machine, from time to time */
    SX_EVENT_NOTIFIED, /**< notifications up to a sequence number were handed to the network */
};

/** What the agent found out about a peer's certificate. */
enum sx_certificate_status {
    SX_CERTIFICATE_UNKNOWN = 0,
    SX_CERTIFICATE_VALID,
    SX_CERTIFICATE_INVALID,
};

/** What is wanted of a restart in sequence. */
enum sx_rolling_action {
    SX_ROLLING_START = 0,
    SX_ROLLING_RESUME, /**< go on where it stopped */
    SX_ROLLING_ABANDON, /**< forget it; who was asked restarts all the same */
};

/** A certificate, as far as an engine knows it. */
struct sx_certificate {
    bool shown; /**< there is one: the rest counts */
    int64_t until_ms; /**< end of its validity, UTC */
    uint8_t key[SX_DIGEST_SIZE]; /**< SHA-256 of its public key (SubjectPublicKeyInfo, RFC 5280) */
};

/** Everything that an engine may know of the outside. The caller keeps ownership of all pointers
 * but `message` and `restore`, which pass to the engine. */
struct sx_event {
    enum sx_event_type type;
    int64_t time_ms; /**< UTC, milliseconds since 1970 */
    int64_t monotonic_ms; /**< milliseconds of a clock that never goes back */
    uint8_t random[32];
    struct sx_origin origin; /**< who asks: EDIT … RESTORE_CANCEL, SESSION_END */
    union {
        struct {
            enum sx_datastore target;
            enum sx_default_operation default_operation;
            bool test_only; /**< validate, change nothing */
            bool test_first; /**< candidate: refuse what would leave it invalid */
            bool continue_on_error; /**< leave out what fails: see sx_transaction_try(). The event
                                         fails with update->errors, yet what they do not name is
                                         done, unless the last of them is one of validation */
            bool anew; /**< candidate: edits made before are forgotten, the copy takes their place
                        */
            bool initial; /**< the initial configuration: what survived a factory reset stays as it
                               is */
            const struct lyd_node *config; /**< first top-level sibling, or NULL; borrowed */
        } edit;
        struct {
            uint64_t revision; /**< to go back to */
            uint64_t
                present; /**< refused when the newest revision is another; 0: whichever it is */
        } rollback;
        enum sx_datastore datastore; /**< VALIDATE, LOCK, UNLOCK */
        struct {
            const char *peer; /**< address of the peer as this engine's list has it */
            enum sx_certificate_status certificate;
            char reason[SX_REASON_MAX]; /**< LINK_DOWN: why; certificate invalid: why */
            bool certificate_reason; /**< LINK_DOWN: the certificate was the reason */
            bool unreachable; /**< LINK_DOWN: there was no TCP connection */
            uint32_t round_trip_us; /**< ROUND_TRIP: smoothed */
            struct sx_certificate shown; /**< what the peer showed, also when it was refused */
        } link; /**< LINK_UP, LINK_DOWN, CERTIFICATE, ROUND_TRIP */
        struct {
            struct sx_certificate used; /**< the one in use */
            bool changed; /**< the files of certificate or key hold something else */
            char reason[SX_REASON_MAX]; /**< why that could not be used; "" when it can */
        } own_certificate;
        uint8_t index; /**< ACCEPT_KEY: of the peer */
        struct {
            const char *peer;
            struct sx_message *message; /**< passes to the engine, whatever the result */
        } message;
        struct {
            const char *name;
            char address[64]; /**< IP literal, or "" when the name does not resolve */
        } resolved;
        struct {
            enum sx_rolling_action action;
            int64_t limit_ms; /**< how long each system may take to be back */
        } rolling;
        uint64_t notified;
        struct sx_usage usage;
        char key_failure[SX_REASON_MAX]; /**< KEY_SAVED: why it is not on disk; "" when it is */
        const char *path; /**< DISCARD_SET_ASIDE: of the row, or NULL for all */
        const struct sx_fragment_list *rows; /**< RESTORE_ROWS: as sx_restore_add() gave them */
        struct sx_restore *restore; /**< RESTORE_END; passes to the engine, whatever the result */
        char reason[SX_REASON_MAX]; /**< RESTORE_CANCEL: why */
    };
};
