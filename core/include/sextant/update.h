// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/alarm.h"
#include "sextant/message.h"
#include "sextant/status.h"

/** What an engine wants done. */
enum sx_action_type {
    SX_ACTION_SEND = 1, /**< give a message to a peer's link; dropped when it has none */
    SX_ACTION_LINK_OPEN, /**< keep a link with this peer: dial, and take its dial */
    SX_ACTION_LINK_CLOSE, /**< end the link and stop dialling */
    SX_ACTION_LINK_RESET, /**< the peer broke a rule: end the link, dial again later */
    SX_ACTION_RESOLVE, /**< look a name up in DNS; answer with SX_EVENT_RESOLVED */
    SX_ACTION_ALARM, /**< an alarm was raised or cleared: notify and log */
    SX_ACTION_LOG, /**< a line for the log */
    SX_ACTION_RECONFIGURE, /**< configuration below a top-level node changed: read it again */
    SX_ACTION_RESTART, /**< after replies were flushed, execute the program anew */
    SX_ACTION_STATUS, /**< sx_engine_status() differs from before */
    SX_ACTION_KEY_SAVE, /**< write this system key beside the present one, durably; answer with
                             SX_EVENT_KEY_SAVED */
    SX_ACTION_KEY_INSTALL, /**< the key that was saved is the present one now, alone */
    SX_ACTION_KEY_FORGET, /**< the key that was saved is not used: its file goes */
    SX_ACTION_CHECKPOINT, /**< the write-ahead log is long: sx_store_checkpoint() when idle */
    SX_ACTION_ROLLING, /**< a restart in sequence, here or run by the peer, took a step: notify */
};

enum sx_log_level {
    SX_LOG_ERROR = 0,
    SX_LOG_WARNING,
    SX_LOG_INFO,
    SX_LOG_DEBUG,
};

/** One thing to do. Owns its pointers. */
struct sx_action {
    enum sx_action_type type;
    char *peer; /**< SEND, LINK_*, ROLLING of another system: address of the peer as the list has
                     it; else NULL */
    union {
        struct sx_message *message; /**< SEND; the agent may take it and set NULL */
        struct {
            char address[64]; /**< IP literal to dial and to accept from */
            char name[SX_ADDRESS_MAX]; /**< name to hold the certificate against: the list's FQDN,
                                            or the mapping's when the list has an IP literal */
            char local[64]; /**< IP literal to bind: this system's own address; "" for any */
            char self[SX_ADDRESS_MAX]; /**< this system's address as the list has it */
            /** Names of this system's cluster, "" for none: who has others is not linked. */
            char clusters[SX_CLUSTER_NAMES][SX_NAME_MAX];
            bool enforce; /**< TLS verification mode that is applied */
            uint32_t heartbeat_interval_ms;
            uint32_t heartbeat_timeout_ms;
        } link; /**< LINK_OPEN; again with other values when they change */
        char reason[SX_REASON_MAX]; /**< LINK_CLOSE, LINK_RESET */
        struct {
            char name[SX_ADDRESS_MAX];
            bool ipv6; /**< AAAA instead of A */
        } resolve;
        struct {
            struct sx_alarm_event event;
            char system_name[SX_NAME_MAX];
        } alarm;
        struct {
            enum sx_log_level level;
            char *text;
        } log;
        struct sx_rolling_status rolling; /**< ROLLING */
        uint8_t key[SX_SYSTEM_KEY_SIZE]; /**< KEY_SAVE */
        char top[128]; /**< RECONFIGURE: name of the top-level node, "module:name" */
    };
};

/** What one step brings: the reply to an event that has one, and what is to be done. */
struct sx_update {
    bool failed;
    struct sx_error error; /**< when failed */
    struct sx_error_list errors; /**< EDIT with continue_on_error: all of them, the first too;
                                      owned */
    uint64_t revision; /**< EDIT, COMMIT, ROLLBACK: revision of the replicated content afterwards */
    char backup[SX_ERROR_PATH_MAX]; /**< FORCE_UPDATE, RESTORE_END: where the former
                                        configuration was kept */
    uint32_t lock_holder; /**< LOCK refused: session that holds it, 0 for none */
    struct sx_action *actions; /**< in the order in which they are to be done; owned */
    size_t count;
    size_t capacity;
    int64_t
        deadline_ms; /**< monotonic time at which an SX_EVENT_TICK is wanted; INT64_MAX: never */
};

/** Releases actions and errors; the update is empty afterwards. */
void sx_update_clear(struct sx_update *update);

/** Adds an action of this type for `peer` (copied; NULL for none) and returns it to be filled in.
 */
struct sx_action *sx_update_add(
    struct sx_update *update, enum sx_action_type type, const char *peer);

/** Adds a line for the log. */
void sx_update_log(struct sx_update *update, enum sx_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
