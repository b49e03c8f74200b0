// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "sextant/archive.h"

/** Longest path of a backup file, with NUL. */
#define AG_BACKUP_PATH_MAX 1024
/** Backup files in the folder; no more is made until the operator has taken some away. */
#define AG_BACKUPS_MAX 100

/** Bytes of a backup file at most: some twenty times those of 200,000 list entries. */
#define AG_BACKUP_BYTES_MAX (1ll << 30)

/** A backup that was made. By value. */
struct ag_backup {
    char path[AG_BACKUP_PATH_MAX];
    struct sx_archive_info info;
};

/**
 * Writes a backup of all configuration into the folder of backups while edits go on: under another
 * name first, then renamed, durably. One backup or restore at a time in a host; another one is
 * refused. After a failure there is no new file, unless the error says so. Not in the loop.
 */
int ag_backup_make(struct ag_host *host, const char *passphrase, struct ag_backup *ret_backup,
    struct sx_error *err);

/** What a restore has to tell. By value; released by nobody. */
struct ag_restored {
    struct sx_archive_info info; /**< of the backup */
    char former[SX_ERROR_PATH_MAX]; /**< where the former configuration was kept */
    char left_out[SX_PEERS_MAX][SX_ADDRESS_MAX]; /**< peers of the backup's list; "" past its end */
};

/**
 * Restores the backup `file`: an absolute path, or the name of a file in the folder of backups.
 * The content is read and validated without the engine's lock, and is in force at the end or not
 * at all. Not in the loop.
 */
int ag_restore_run(struct ag_host *host, const struct sx_origin *origin, const char *file,
    const char *passphrase, struct ag_restored *ret_restored, struct sx_error *err);

/** Deletes what backups and copies of the database have left that were cut off. Before the engine
 * is open, which makes such copies. */
void ag_backup_tidy(const char *store_directory);

/** The newest backup file in the folder, or "" when there is none. */
void ag_backup_newest(const char *store_directory, char ret_path[AG_BACKUP_PATH_MAX]);
