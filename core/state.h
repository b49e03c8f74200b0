// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "certificate.h"
#include "config.h"
#include "facts.h"
#include "load.h"
#include "preview.h"
#include "random.h"
#include "requirements.h"
#include "rolling.h"
#include "secrets.h"
#include "sextant/engine.h"
#include "sextant/reader.h"
#include "store.h"
#include "transaction.h"

/*
 * The inside of an engine, shared by the files that make it up. ARCHITECTURE.md tells which file
 * does what in the way of an edit and of an alarm.
 */

/** Own addresses that are looked at. */
#define SX_OWN_ADDRESSES_MAX 64
/** <edit-config>s that a candidate gathers before it must be committed or discarded. */
#define SX_CANDIDATE_EDITS_MAX 256
/** Memory that the edits of a candidate may take, about. */
#define SX_CANDIDATE_BYTES_MAX (64u << 20)
/** Active alarms; each kind and resource is one. */
#define SX_ALARMS_MAX 128
/** Revisions, and bytes of them, sent to a peer and not acknowledged. */
#define SX_WINDOW_REVISIONS 64
#define SX_WINDOW_BYTES (1u << 20)
/** A revision with more bytes than this does not fit an envelope and goes as a snapshot. */
#define SX_REVISION_BYTES_MAX (3u << 20)
/** A fragment larger than this is refused: it would fit no envelope. */
#define SX_FRAGMENT_BYTES_MAX (2u << 20)
/** A peer that refused a revision, or a snapshot, is tried again after so long. */
#define SX_REFUSED_RETRY_MS 1000
#define SX_REFUSED_SNAPSHOT_RETRY_MS 10000
/** The two that are counted in a row, `refusals` and `rejected`, are an alarm each from here on. */
#define SX_REFUSALS_MAX 5
/** A snapshot that did not move for so long is given up, and the link with it. */
#define SX_SNAPSHOT_STALL_MS 30000
/** A name that did not resolve is asked for again after so long. */
#define SX_RESOLVE_RETRY_MS 10000
/** Bytes kept free on the database's file system, and when to look again for room there. */
#define SX_RESERVE_BYTES (1u << 20)
#define SX_RESERVE_RETRY_MS 2000
/** Rows or changes that one step of a key update looks at, and bytes of them that it takes. */
#define SX_KEY_UPDATE_ITEMS 500
#define SX_KEY_UPDATE_BYTES (1u << 20)
/** A key update whose database failed goes on after so long. */
#define SX_KEY_UPDATE_RETRY_MS 1000
/** A peer that got the system key and could not store it gets it again after so long. */
#define SX_KEY_OFFER_RETRY_MS 1000
/** How long a peer has to take the system key before it counts as different. */
#define SX_KEY_GRACE_MS 5000
/** Former system keys whose ids are remembered. */
#define SX_FORMER_KEYS_MAX 16
/** Pages of the write-ahead log (4 KiB each) at which a checkpoint is asked for. */
#define SX_WAL_PAGES 1000

/** What is being sent to a peer that cannot be caught up from the journal. */
struct sx_snapshot_out {
    struct sx_reader *reader; /**< NULL: none under way */
    struct sx_history history;
    char *list, *key; /**< position of the next piece */
    bool all_sent;
    bool compare; /**< the peer only compares it */
    unsigned ahead; /**< pieces sent and not yet acknowledged */
    uint64_t bytes;
    int64_t moved_ms; /**< monotonic; when the last piece was stored over there */
};

/** One entry of the peer list and all that is known of it. */
struct sx_peer {
    uint8_t index;
    char address[SX_ADDRESS_MAX];
    char resolved[64];
    char certificate_name[SX_ADDRESS_MAX];
    bool asked; /**< SX_ACTION_RESOLVE is under way */
    bool unresolved; /**< the last answer was that the name does not resolve */
    int64_t ask_at_ms; /**< monotonic; when to ask again */
    bool link_wanted;
    struct sx_action *link_sent; /**< the last LINK_OPEN, to see when it must be said again */
    bool up;
    bool failed; /**< a link was lost, or an attempt for one failed, and it is not up */
    char failure[SX_REASON_MAX];
    enum sx_certificate_status certificate;
    char certificate_reason[SX_REASON_MAX];
    struct sx_certificate shown; /**< what it showed last */
    char known_key[SX_KEY_HASH_SIZE]; /**< durable: hash of the key that it is known by; "" while
                                           it was not linked since the boot */
    bool unreachable; /**< it failed for want of a TCP connection */
    uint32_t round_trip_us; /**< when it is too long, else 0 or below the bound */
    char neighbour_zone[SX_NAME_MAX]; /**< that it is in, or "" */
    bool key_changed; /**< it shows another key, and nothing else vouches for it */
    bool heard;
    struct sx_hello hello; /**< its history moves on with what it says later */
    bool sending; /**< primary: the next four count, its position was looked at */
    uint64_t sent; /**< newest revision that was sent to it */
    uint64_t acknowledged; /**< newest revision that it said it holds */
    size_t window[SX_WINDOW_REVISIONS]; /**< bytes of the revisions in between, by number */
    size_t window_bytes; /**< their sum */
    bool ended; /**< the last link was ended for what came over it, and that is not over */
    unsigned refusals; /**< it refused, or refuses, a revision; primary: so many tries in a row */
    unsigned rejected; /**< links in a row that were ended for such a revision or snapshot of it */
    bool skipping; /**< what it sends over this link follows a revision that was refused here */
    char refusal[SX_REASON_MAX];
    uint64_t refused_number; /**< primary: revision that it must take, UINT64_MAX: a snapshot */
    int64_t retry_at_ms; /**< primary: monotonic; nothing is sent before; 0: not blocked */
    struct sx_snapshot_out out;
    bool key_offered; /**< primary: it got the system key since its last hello */
    int64_t key_offer_at_ms; /**< primary: monotonic; it does not get it again before */
    int64_t key_until_ms; /**< monotonic; until then its other system key is about to change */
    bool preview_asked; /**< over this link, of the primary, in this conflict */
    bool restart_asked; /**< over this link, by a restart in sequence */
    bool rolling_due; /**< it is to be told how far a restart in sequence run from here is */
    struct sx_rolling_status rolling; /**< what it said last of one that it runs */
    bool has_facts; /**< it has told the next since the last boot here */
    struct sx_facts facts;
    int64_t facts_ms; /**< monotonic; when that was */
};

/** The system key and its change. */
struct sx_system_key {
    bool shared; /**< durable: another system has it too */
    bool forced; /**< since the boot an operator has had it given to every peer */
    char
        former[SX_FORMER_KEYS_MAX * SX_KEY_ID_SIZE]; /**< durable: ids, newest first, with blanks */
    bool saving; /**< `next` is being written to its file */
    bool taken; /**< it comes from the primary */
    uint8_t next[SX_SYSTEM_KEY_SIZE];
    bool updating; /**< values under the former key are being brought under the present one */
    bool journal; /**< the rows are done */
    char *list, *key, *scope; /**< position among the rows; NULL: at the start */
    uint64_t revision; /**< position in the journal */
    uint64_t step;
    int64_t retry_at_ms; /**< monotonic; nothing is done before; 0: not blocked */
};

/** The snapshot that comes in. */
struct sx_snapshot_in {
    bool active;
    bool compare; /**< it is compared and not taken, see preview.c */
    char from[SX_ADDRESS_MAX];
    struct sx_history history;
    struct sx_tree tree; /**< the replicated nodes received so far */
    struct sx_loader loader; /**< into it */
    struct sx_set_aside aside; /**< what of it cannot be decrypted */
    uint64_t total, bytes; /**< as the primary tells */
    uint64_t taken; /**< bytes of the rows that came */
    bool invalid; /**< what came cannot be taken, however often it comes */
};

/** The candidate: the edits made to it, laid over running whenever it is looked at. */
struct sx_candidate {
    struct {
        struct lyd_node *config;
        enum sx_default_operation default_operation;
    } edits[SX_CANDIDATE_EDITS_MAX];
    size_t count;
    size_t bytes; /**< that they take, about */
};

/** Longest list of peers as one line, with NUL. */
#define SX_PEER_LIST_MAX (SX_PEERS_MAX * (SX_ADDRESS_MAX + 1))

/** The factory reset, see reset.c. */
struct sx_reset {
    bool armed; /**< durable: the next boot resets */
    char list[SX_PEER_LIST_MAX]; /**< peers that disarm it when they are entered again, or "" */
    bool due; /**< this boot found it armed */
    int64_t at_ms; /**< monotonic; then at the latest */
    bool done; /**< the restart after it is under way */
    char failure[SX_REASON_MAX]; /**< why it failed, or "" */
    bool fresh; /**< durable: nothing was configured since a reset */
};

/** The backup that is being restored, and how the last restore ended. */
struct sx_restoring {
    bool active;
    bool staged; /**< rows of it were taken: it has begun */
    uint32_t session; /**< that restores it */
    char key[SX_KEY_ID_SIZE]; /**< id of the system key that its rows are sealed with */
    char failure[SX_REASON_MAX]; /**< of the last restore, "" when it went well */
};

struct sx_alarms {
    struct sx_alarm_event active[SX_ALARMS_MAX]; /**< oldest first */
    size_t count;
    uint64_t sequence;
    uint64_t notified; /**< handed to the network */
    uint64_t notified_saved; /**< the same as the store has it */
};

struct sx_engine {
    const struct sx_schema *schema;
    char *directory;
    char *vfs;
    char software_version[SX_NAME_MAX];
    char own_addresses[SX_OWN_ADDRESSES_MAX][64];
    size_t own_address_count;

    struct sx_store *store;
    uint64_t rows_at_boot; /**< of the store: 0 when nothing was ever configured */
    struct sx_tree tree;
    struct sx_secrets secrets;
    struct sx_system_key system_key;
    struct sx_history history;
    struct sx_own_certificate own_certificate;
    struct sx_requirements requirements; /**< as this system has them */
    struct sx_unique unique[SX_UNIQUE_MAX]; /**< by hash */
    size_t unique_count;
    bool has_dns, has_ntp, has_address; /**< a server, or an address, is configured */
    bool lineage_is_ours; /**< the present lineage was started here */
    struct sx_revision latest; /**< the newest revision committed here, to be sent on */
    struct sx_candidate candidate;
    uint32_t locks[2]; /**< session that holds the lock, by datastore; 0: none */

    struct sx_cluster_config configured;
    struct sx_cluster_config applied; /**< configured at the last boot */
    struct sx_change_list applied_values; /**< nodes that apply on restart, as at the last boot:
                                               only path and value are used */
    enum sx_role role;
    uint8_t local_index;
    char local_address[SX_ADDRESS_MAX]; /**< of the list, kept while names do not resolve */
    struct sx_peer peers[SX_PEERS_MAX];
    size_t peer_count;
    struct sx_hello hello_sent; /**< without time and history */
    bool in_cluster; /**< durable: this system took its place in a cluster */
    bool take_snapshot; /**< joining or forced; durable */
    bool new_schema; /**< the replicated content is of another schema; durable */
    bool schema_noted; /**< the store says that it is of this one */
    bool joining; /**< durable part of it that asks for a backup */
    struct sx_snapshot_in in;
    struct sx_preview preview;
    struct sx_restoring restoring;
    struct sx_reset reset;
    struct sx_revision *pending[SX_WINDOW_REVISIONS]; /**< from the primary, consecutive; they wait
                                                           for one that more of them follow */
    size_t pending_count;
    char pending_from[SX_ADDRESS_MAX]; /**< the peer that sent them */
    bool digest_differs; /**< same revision as the primary's, another digest */
    bool conflict; /**< diverged from the primary */
    char backup[SX_ERROR_PATH_MAX]; /**< newest backup made, for the warnings; "" for none */
    int64_t last_sync_ms; /**< UTC */
    int64_t sync_at_ms; /**< monotonic */

    uint64_t boot; /**< random number of this boot */
    struct sx_rolling rolling;
    struct sx_facts facts; /**< of this system */
    struct sx_facts facts_told; /**< as the peers have them */
    int64_t facts_told_ms; /**< monotonic; when they were told */
    uint64_t revision_told; /**< where this system stood then */

    struct sx_alarms alarms;
    uint64_t set_aside; /**< rows of the store that did not fit the schema */
    char database_failure[SX_ERROR_MESSAGE_MAX]; /**< of the database it stands in for, or "" */
    char last_backup[SX_ERROR_PATH_MAX]; /**< to recover from that with, or "" */
    bool no_room; /**< the file system is full: the reserve is used up, see reserve.c */
    int64_t room_at_ms; /**< monotonic: when it is tried again */
    uint64_t steps;

    /* The step under way. */
    int64_t now_ms;
    int64_t monotonic_ms;
    uint8_t random[SX_RANDOM_SIZE];
    struct sx_update *update;
    bool cluster_changed; /**< configuration below /cluster changed: look at it again */
    bool system_changed; /**< configuration of this system alone changed: name and facts may have */
    char system_name[SX_NAME_MAX]; /**< configured; "" for none */
    bool requirements_changed; /**< something that requirements.c looks at changed */
    bool status_changed;
};

/* origin.c, config.c … by file: */

/** commit.c: everything between a changed tree and the reply: validation, rules, one transaction of
 * the database, what others must know. Keeps or undoes `transaction` and frees it. */
int sx_commit(struct sx_engine *engine, struct sx_transaction *transaction,
    const struct sx_origin *origin, struct sx_error *err);
/** commit.c: SX_EVENT_EDIT on running. */
int sx_commit_edit(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
/** commit.c: SX_EVENT_VALIDATE_CONFIG. */
int sx_commit_validate(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
/** rollback.c: SX_EVENT_ROLLBACK. */
int sx_rollback(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
/** commit_taken.c: consecutive revisions from the primary, the first of which follows the present
 * one, in one transaction: all of them or none; its error is the refusal. */
int sx_commit_revisions(struct sx_engine *engine, const struct sx_revision *const *revisions,
    size_t count, struct sx_error *err);
/** commit_taken.c: items that are agreed and copied, from the primary. */
int sx_commit_copied(struct sx_engine *engine, const struct sx_change_list *changes,
    const char *source, struct sx_error *err);

/** rules.c: the engine's own rules on the configuration as it would be. */
int sx_rules_check(
    struct sx_engine *engine, const struct sx_change_list *changes, struct sx_error *err);

/** candidate.c: the events that concern the candidate. */
int sx_candidate_edit(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
int sx_candidate_commit(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
int sx_candidate_validate(struct sx_engine *engine, struct sx_error *err);
void sx_candidate_discard(struct sx_engine *engine);

/** locks.c: <lock>, <unlock>, the end of a session, and whether a session may write. */
int sx_lock(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
int sx_unlock(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
void sx_lock_session_end(struct sx_engine *engine, uint32_t session);
int sx_lock_allows(const struct sx_engine *engine, enum sx_datastore datastore, uint32_t session,
    struct sx_error *err);

/** cluster.c: makes peers, roles, links and hellos follow the configuration. */
void sx_cluster_settle(struct sx_engine *engine);
/** cluster.c: the peer with this address, or NULL. */
struct sx_peer *sx_cluster_peer(struct sx_engine *engine, const char *address);
/** cluster.c: the configuration primary when that is another system, or NULL. */
struct sx_peer *sx_cluster_primary(struct sx_engine *engine);
/** cluster.c: what a link event says. */
void sx_cluster_link_up(struct sx_engine *engine, const struct sx_event *event);
void sx_cluster_link_down(struct sx_engine *engine, const struct sx_event *event);
void sx_cluster_resolved(struct sx_engine *engine, const struct sx_event *event);
/** cluster.c: true when an address of the list is this system's. */
bool sx_cluster_is_own(const struct sx_engine *engine, const char *address);

/** cluster.c: ends the link with who broke a rule: it is down at once, and what is still to come
 * over it does not count. The peer may link again; alarm 20004 stays until it has said hello there,
 * and what was refused of it is taken. `reason` may be the peer's own. */
void sx_cluster_end_link(struct sx_engine *engine, struct sx_peer *peer, const char *reason);

/** cluster.c: ends all links; sx_cluster_settle() opens them again. */
void sx_cluster_close_links(struct sx_engine *engine, const char *reason);

/** apply.c: true when something of the cluster's configuration waits for a restart. */
bool sx_apply_is_due(const struct sx_engine *engine);
/** apply.c: what is configured is what the engine works with from now on: a boot, or as good as. */
void sx_apply_now(struct sx_engine *engine);
/** apply.c: does that without a boot, where the configuration wants it so. */
void sx_apply_settle(struct sx_engine *engine);

/** membership.c: a named value of the store, for free(), NULL for none; whether there is one. */
int sx_stored_value(
    struct sx_engine *engine, const char *name, char **ret_value, struct sx_error *err);
int sx_stored_flag(struct sx_engine *engine, const char *name, bool *ret_set, struct sx_error *err);

/** upgrade.c: whether the replicated content is of this schema; whoever has no primary settles that
 * at once, a subordinate by a snapshot. sx_upgrade_note() is part of the caller's transaction, and
 * is due when what is stored next is of this schema and nothing says so yet. */
int sx_upgrade_load(struct sx_engine *engine, struct sx_error *err);
int sx_upgrade_note(struct sx_engine *engine, struct sx_error *err);
bool sx_upgrade_is_due(const struct sx_engine *engine);
void sx_upgrade_settle(struct sx_engine *engine);

/** membership.c: notices that this system enters or left its cluster; who enters as a subordinate
 * is marked as joining, durably. */
int sx_membership_load(struct sx_engine *engine, struct sx_error *err);
void sx_membership_settle(struct sx_engine *engine);

/** hello.c: says hello to every linked peer when what it tells has changed, or to `only`. */
void sx_hello_settle(struct sx_engine *engine, struct sx_peer *only);
/** hello.c: address that a peer's hello names as configuration primary, or "". */
const char *sx_hello_primary(const struct sx_hello *hello);
/** hello.c: true when the peer's list holds this address. */
bool sx_hello_lists(const struct sx_hello *hello, const char *address);
/** hello.c: why nothing can be replicated between `from` and `to` (one of them this system, the
 * other `peer`), or NULL when it can (design section 5, when A replicates to B). */
const char *sx_hello_obstacle(
    const struct sx_engine *engine, const struct sx_peer *peer, bool we_are_primary);

/** hello.c: true when nothing but the peer's other history is between this system, the primary, and
 * it. */
bool sx_hello_diverged(const struct sx_engine *engine, const struct sx_peer *peer);

/** hello.c: true when nothing but the system key is between this system and a peer. */
bool sx_hello_key_differs(
    const struct sx_engine *engine, const struct sx_peer *peer, bool we_are_primary);

/** system_key.c: takes the keys of the options, and the digest key of the store. */
int sx_system_key_load(
    struct sx_engine *engine, const struct sx_engine_options *options, struct sx_error *err);
/** system_key.c: SX_EVENT_FORCE_KEY_UPDATE: asks for a new key to be written to its file. */
int sx_system_key_force(struct sx_engine *engine, struct sx_error *err);
/** system_key.c: SX_EVENT_KEY_SAVED: the key is in use from now on. */
void sx_system_key_saved(struct sx_engine *engine, const struct sx_event *event);
/** system_key.c: primary: gives the key to a peer that has another one, if it may have it; once for
 * each of its hellos. */
void sx_system_key_offer(struct sx_engine *engine, struct sx_peer *peer);
/** system_key.c: SX_MESSAGE_SYSTEM_KEY. */
void sx_system_key_take(
    struct sx_engine *engine, struct sx_peer *peer, const struct sx_message *message);
/** system_key.c: the digest key, sealed for a peer. */
void sx_system_key_seal_digest(struct sx_engine *engine, char ret_sealed[SX_SEALED_KEY_MAX]);
/** system_key.c: the reverse. */
int sx_system_key_open_digest(const struct sx_engine *engine, const char *sealed,
    uint8_t ret_key[SX_DIGEST_SIZE], struct sx_error *err);
/** system_key.c: writes a digest key, sealed, in the store's transaction. */
int sx_system_key_store_digest(
    struct sx_engine *engine, const uint8_t key[SX_DIGEST_SIZE], struct sx_error *err);

/** key_update.c: a part of bringing everything under the present key; harmless when none is under
 * way. */
void sx_key_update_step(struct sx_engine *engine);

/** key_update.c: releases its position. */
void sx_key_update_forget(struct sx_engine *engine);

/** secrets_load.c: after all rows were loaded: `clear` tells that some were not sealed, which they
 * are afterwards, with an empty journal; and compares or sets the digest. */
int sx_secrets_loaded(struct sx_engine *engine, bool clear, struct sx_error *err);
/** secrets_load.c: puts values that were set aside and can be opened now in force. */
void sx_secrets_recover(struct sx_engine *engine);
/** secrets_load.c: after a commit: values overwritten or deleted are set aside no more. */
void sx_secrets_settle(struct sx_engine *engine);

/** replicate.c: a message from a peer. Takes the message over. */
void sx_replicate_message(struct sx_engine *engine, const char *peer, struct sx_message *message);
/** replicate.c: sends what peers lack, as far as their windows allow; asks for what we lack. */
void sx_replicate_settle(struct sx_engine *engine);
/** replicate.c: forgets what was on its way to or from a peer. */
void sx_replicate_reset(struct sx_engine *engine, struct sx_peer *peer);
/** refusal.c: notes that a peer cannot take revision `number` (0: a snapshot), until a retry. */
void sx_replicate_refused(
    struct sx_engine *engine, struct sx_peer *peer, uint64_t number, const char *reason);
/** refusal.c: after a boot, notes the refusals that alarms tell of. */
void sx_replicate_recall(struct sx_engine *engine);
/** replicate.c: our position, to one peer. */
void sx_replicate_position(struct sx_engine *engine, struct sx_peer *peer);

/** reserve.c: at a boot, keeps room on the file system. */
void sx_reserve_open(struct sx_engine *engine);
/** reserve.c: frees what is kept when the store found no room; keeps it anew when there is. */
void sx_reserve_settle(struct sx_engine *engine);
/** reserve.c: 0 when configuration may be written, or -1: the file system is full. */
int sx_reserve_check(struct sx_engine *engine, struct sx_error *err);

/** backup.c: keeps a copy of the database under backups/; its path goes to engine->backup. */
int sx_backup(struct sx_engine *engine, const char *why, struct sx_error *err);
/** backup.c: SX_EVENT_FORCE_UPDATE. */
int sx_force_update(struct sx_engine *engine, struct sx_error *err);

/** Kind of the alarm that announces a factory reset, which waits until it was sent. */
#define SX_ALARM_RESET_STARTED 15009

/** reset.c: at a boot, notes whether a reset is armed, and so due. */
int sx_reset_load(struct sx_engine *engine, struct sx_error *err);
/** reset.c: the list of peers that a reset is armed with after an own commit of these changes,
 * which are in the tree already: "" for none. `ret_list` is room for it. */
const char *sx_reset_arm(struct sx_engine *engine, const struct sx_change_list *changes,
    char ret_list[SX_PEER_LIST_MAX]);
/** reset.c: stores that within the commit's transaction, and notes it when it is durable. */
int sx_reset_store(struct sx_engine *engine, const char *list, struct sx_error *err);
void sx_reset_stored(struct sx_engine *engine, const char *list);
/** reset.c: true from the boot that finds a reset armed until the restart after it, or until it
 * failed. */
bool sx_reset_is_due(const struct sx_engine *engine);
/** reset.c: 0 when configuration may be edited, or -1: a reset is under way. */
int sx_reset_check(const struct sx_engine *engine, struct sx_error *err);
/** reset.c: resets, once its alarm was sent or enough was waited for that. */
void sx_reset_settle(struct sx_engine *engine);
/** reset.c: when it resets at the latest, monotonic. */
int64_t sx_reset_deadline(const struct sx_engine *engine);

/** reset_content.c: a copy of an initial configuration without the nodes and list entries that
 * survive and that `tree` has already, for lyd_free_all(). */
struct lyd_node *sx_reset_without_survivors(
    const struct sx_tree *tree, const struct lyd_node *config);

/** salvage.c: SX_EVENT_DISCARD_SET_ASIDE. */
int sx_set_aside_discard(
    struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);

/** restore.c: the events of a restore. */
int sx_restore_begin(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
int sx_restore_rows(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
int sx_restore_end(struct sx_engine *engine, const struct sx_event *event, struct sx_error *err);
void sx_restore_cancel(struct sx_engine *engine, const struct sx_event *event);
/** restore.c: the end of a session is the end of its restore. */
void sx_restore_session_end(struct sx_engine *engine, uint32_t session);

/** alarms.c: loads what was active, and repeats notifications that may not have gone out. */
int sx_alarms_load(struct sx_engine *engine, struct sx_error *err);
/** alarms.c: makes the active alarms equal to the conditions that hold. */
void sx_alarms_settle(struct sx_engine *engine);
/** conditions.c: resource of a peer's alarms. */
void sx_alarm_resource(const struct sx_peer *peer, char ret_resource[SX_ALARM_RESOURCE_MAX]);
/** conditions.c: the alarms that the present state calls for; at most SX_ALARMS_MAX. Only id,
 * resource and text are filled in. Returns their number. */
size_t sx_conditions(const struct sx_engine *engine, struct sx_alarm_event *ret_wanted);

/** warnings.c: fills in the warnings of the status. */
void sx_warnings(const struct sx_engine *engine, struct sx_status *status);

/** random.c: a UUID (RFC 4122, version 4) of the step's random bytes. */
void sx_random_uuid(struct sx_engine *engine, char ret_id[SX_UUID_SIZE]);
