// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/alarm.h"
#include "sextant/event.h"

/** Part that a system plays in its cluster, design section 1. */
enum sx_role {
    SX_ROLE_STAND_ALONE = 0,
    SX_ROLE_PRIMARY,
    SX_ROLE_SUBORDINATE,
    SX_ROLE_NOT_IN_LIST,
};

/** "stand-alone", "primary", "subordinate", "not-in-list". Static storage. */
const char *sx_role_name(enum sx_role role);

/** How a peer stands to this system. */
enum sx_peer_state {
    SX_PEER_UNKNOWN = 0, /**< nothing is known yet */
    SX_PEER_THIS_SYSTEM,
    SX_PEER_FAILED, /**< no link */
    SX_PEER_ACTIVE, /**< linked */
};

/** "unknown", "this-system", "failed", "active". Static storage. */
const char *sx_peer_state_name(enum sx_peer_state state);

/** State of the replicated database. */
enum sx_database_status {
    SX_DATABASE_ACTIVE = 0, /**< in step, or alone */
    SX_DATABASE_SYNCHRONISING, /**< behind, or taking a snapshot */
    SX_DATABASE_CONFLICT, /**< diverged, 20011 */
    SX_DATABASE_UNAVAILABLE, /**< subordinate without its primary */
};

/** "active", "synchronising", "conflict", "unavailable". Static storage. */
const char *sx_database_status_name(enum sx_database_status status);

/** One entry of the peer list as this system sees it. By value. */
struct sx_peer_status {
    uint8_t index;
    char address[SX_ADDRESS_MAX];
    char resolved_address[64]; /**< "" while it does not resolve */
    enum sx_peer_state state;
    char status_text[2 * SX_ADDRESS_MAX + SX_NAME_MAX + 64]; /**< as an operator reads it */
    char failure[SX_REASON_MAX]; /**< why there is no link, or why nothing is replicated; or "" */
    enum sx_certificate_status certificate;
    char certificate_reason[SX_REASON_MAX];
    bool heard; /**< the fields below come from its hello */
    enum sx_role role;
    char system_name[SX_NAME_MAX];
    char software_version[SX_NAME_MAX];
    char lineage[SX_UUID_SIZE];
    uint64_t revision;
    uint64_t lag; /**< revisions behind this system, 0 when level or ahead */
    uint32_t round_trip_us; /**< 0: not measured; filled in by the agent */
    int64_t last_seen_ms; /**< UTC; 0: never; filled in by the agent */
    bool has_facts; /**< it has told facts since this system's last boot */
    struct sx_facts facts;
    int64_t facts_ms; /**< monotonic; when it told them */
};

/** How a restart in sequence stands. */
enum sx_rolling_state {
    SX_ROLLING_IDLE = 0, /**< none was begun here */
    SX_ROLLING_RUNNING,
    SX_ROLLING_STOPPED, /**< a system did not come back, or refused */
    SX_ROLLING_COMPLETED,
};

/** "idle", "running", "stopped", "completed". Static storage. */
const char *sx_rolling_state_name(enum sx_rolling_state state);

/** A restart in sequence, on the primary that runs it. By value. */
struct sx_rolling_status {
    enum sx_rolling_state state;
    char address[SX_ADDRESS_MAX]; /**< whose turn it is or was at the stop; or "" */
    size_t done; /**< systems that have restarted */
    size_t total;
    char reason[SX_REASON_MAX]; /**< of the stop, or "" */
    int64_t time_ms; /**< UTC; of the last step */
};

/** Warnings kept for cluster/warnings. */
#define SX_WARNINGS_MAX 24
#define SX_WARNING_MAX 256

/** Everything that an engine shows of itself, by value but for `alarms`. */
struct sx_status {
    enum sx_role role;
    uint8_t local_index; /**< 0: none */
    uint8_t configuration_primary; /**< 0: none */
    char primary_address[SX_ADDRESS_MAX];
    char system_name[SX_NAME_MAX];
    char software_version[SX_NAME_MAX];
    char cluster_name[SX_NAME_MAX]; /**< applied */
    bool enforce; /**< applied: peers are let in with valid certificates only */
    bool restart_required;
    bool factory_reset_armed;
    enum sx_database_status database;
    struct sx_history history;
    int64_t last_sync_ms; /**< UTC; 0: never */
    int64_t next_sync_ms; /**< UTC; 0: none planned */
    char system_key[SX_KEY_ID_SIZE]; /**< id of the system key */
    bool key_update; /**< secrets are being brought under another system key */
    size_t unreadable_secrets; /**< stored, and cannot be decrypted */
    uint8_t progress; /**< percent of the snapshot that comes in; 100 when none does */
    struct sx_peer_status peers[SX_PEERS_MAX];
    size_t peer_count;
    char warnings[SX_WARNINGS_MAX][SX_WARNING_MAX];
    size_t warning_count;
    struct sx_alarm_event *alarms; /**< active ones, oldest first; owned */
    size_t alarm_count;
    uint64_t alarm_sequence; /**< of the newest event */
    struct sx_rolling_status rolling;
    char first_difference[SX_ERROR_PATH_MAX]; /**< from the primary, in a conflict; or "" */
    uint64_t previews; /**< how often sx_engine_preview() had something new since the boot */
    uint64_t steps; /**< engine_step calls so far: the heartbeat's progress counter */
    uint64_t whole_validations; /**< how often modules had to be validated whole */
};

/** Releases what the status owns and empties it. */
void sx_status_clear(struct sx_status *status);
