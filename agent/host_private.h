// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fair_lock.h"
#include "host.h"
#include "key_file.h"
#include "netconf/netconf.h"
#include "peer/certificates.h"
#include "peer/links.h"
#include "snmp/snmp.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/*
 * The inside of the host, shared by host.c (stepping), host_open.c (opening and closing),
 * dispatch.c (the way of actions) and maintenance.c (what may wait for the disk).
 */

/** An event that waits for the engine's thread. */
struct ag_host_event {
    struct sx_event event;
    char *text; /**< the string that the event points to, or NULL */
    struct ag_host_event *next;
};

/** Where actions go; borrowed; any may be NULL. */
struct ag_host_parts {
    struct ag_links *links;
    struct ag_snmp *snmp;
    struct ag_netconf *netconf;
    struct ag_certificates *certificates;
    void (*restart)(void *context); /**< called in the loop once replies have left */
    void *context;
};

/** What waits for the maintenance thread. */
struct ag_maintenance {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled; /**< on the monotonic clock */
    int64_t look_ms; /**< when the files of certificates are looked at next */
    bool started, stopping;
    bool checkpoint; /**< the write-ahead log is long */
    size_t settings; /**< changes of this agent's own settings since they were read */
};

struct ag_host {
    struct ag_loop *loop;
    const struct sx_schema *schema;
    char *store_directory;
    char *failed_directory; /**< of the database that cannot be used, while another one stands in
                                 for it; else NULL */
    struct ag_host_parts parts;

    struct ag_fair_lock engine_lock;
    struct sx_engine *engine;
    struct sx_update first; /**< of opening the engine, until the parts are there */
    struct ag_system_keys keys; /**< of the files; until the engine is open */
    bool made_key; /**< there was no system key */
    bool install_pending; /**< the present key stands in the file of the next one */
    bool took_initial; /**< the store was new, and has the initial configuration now */
    atomic_uint_fast64_t progress;

    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled; /**< on the monotonic clock */
    struct ag_host_event *queue_first, *queue_last;
    atomic_size_t queued;
    int64_t deadline_ms;
    bool stopping, started;
    pthread_t thread;

    pthread_mutex_t status_lock;
    struct sx_status status;
    struct sx_secret_keys secret_keys; /**< of the same step */
    pthread_cond_t published; /**< another status; on the monotonic clock */
    unsigned waiters; /**< answers that wait for peers, see waiters.h */

    struct ag_maintenance maintenance;
    atomic_bool backups_claimed; /**< a backup is being made or restored */
};

/** What a host is opened with; borrowed during the call but loop and schema. */
struct ag_host_options {
    const char *store_directory;
    const char *const *own_addresses; /**< IP literals; ends with NULL */
    const char *initial_config; /**< file to load when the store is new, or NULL */
};

/** Opens the engine, and loads the initial configuration into a new store. *ret_host is the
 * caller's. Nothing runs yet. */
int ag_host_open(struct ag_loop *loop, const struct sx_schema *schema,
    const struct ag_host_options *options, struct ag_host **ret_host, struct sx_error *err);

/** Connects the parts, carries out what the engine wants first, starts the threads. */
int ag_host_start(struct ag_host *host, const struct ag_host_parts *parts, struct sx_error *err);

/** Stops the threads; parts are called no more. */
void ag_host_stop(struct ag_host *host);

/** Closes the engine and releases the host (NULL is fine). After ag_host_stop(). */
void ag_host_close(struct ag_host *host);

/** stand_in.c: makes the folder of an empty database that stands in for the one in `directory`, and
 * in it, as far as that can be found, the settings of before. For free(), or NULL with *err. */
char *ag_stand_in_make(const char *directory, struct sx_error *err);
/** stand_in.c: removes it, if there is one: the database in `directory` is in use. */
void ag_stand_in_remove(const char *directory);
/** stand_in.c: folder `index` (from 0) in which settings of before may be found while a database
 * stands in for that of `directory`; for free(), or NULL past the last. */
char *ag_stand_in_former(const char *directory, size_t index);

/** Fills in the time and 32 random bytes. */
void ag_host_stamp(int64_t *ret_time_ms, int64_t *ret_monotonic_ms, uint8_t ret_random[32]);

/** Stamps the event and steps the engine, and carries nothing out: for a host that is not started.
 * The caller holds the engine's lock or is alone. */
void ag_host_step_alone(struct ag_host *host, struct sx_event *event, struct sx_update *update);

/** Claims the folder of backups for one backup or restore, which take much memory for a moment;
 * refused while another is under way. Any thread. */
int ag_host_claim_backups(struct ag_host *host, struct sx_error *err);
void ag_host_release_backups(struct ag_host *host);

/** Starts and stops the maintenance thread. */
int ag_maintenance_start(struct ag_host *host, struct sx_error *err);
void ag_maintenance_stop(struct ag_host *host);
/** Asks for a checkpoint, or for the settings to be read again. Any thread. */
void ag_maintenance_ask(struct ag_host *host, bool checkpoint, bool settings);
