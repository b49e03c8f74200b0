// SPDX-License-Identifier: Apache-2.0
#include "backup.h"

#include "host_private.h"
#include "sextant/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Backup files: making one, and finding them. */

/** How the name of one ends, and how while it is being written. */
#define SUFFIX ".backup"
#define UNFINISHED ".unfinished"
/** How the name of a copy of the database ends, and of what SQLite keeps beside it until the copy
 * is whole. */
#define COPY ".db"
#define COPY_JOURNAL ".db-journal"

static bool ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);

    return length > end && strcmp(name + length - end, suffix) == 0;
}

/* Goes through the folder: *ret_count backups, the last of which by name, and so by time, is
 * *ret_newest, for free(), or NULL. */
static int look_through(const char *folder, size_t *ret_count, char **ret_newest)
{
    DIR *directory = opendir(folder);

    *ret_count = 0;
    *ret_newest = NULL;
    if (!directory)
        return -1;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!ends_with(entry->d_name, SUFFIX))
            continue;
        ++*ret_count;
        if (!*ret_newest || strcmp(entry->d_name, *ret_newest) > 0) {
            free(*ret_newest);
            *ret_newest = sx_strdup(entry->d_name);
        }
    }
    closedir(directory);
    return 0;
}

/* A copy that was cut off has its journal beside it, or is empty as yet. The journal goes last: it
 * tells what the copy is. */
static void tidy_copy(int folder, const char *name)
{
    struct stat status;

    if (ends_with(name, COPY_JOURNAL)) {
        char *copy = sx_strdup(name);

        copy[strlen(copy) - strlen(COPY_JOURNAL) + strlen(COPY)] = '\0';
        if (unlinkat(folder, copy, 0) == 0 || errno == ENOENT)
            unlinkat(folder, name, 0);
        free(copy);
    } else if (ends_with(name, COPY) && fstatat(folder, name, &status, 0) == 0 &&
               status.st_size == 0) {
        unlinkat(folder, name, 0);
    }
}

/* Copies are made by the engine: they are left alone while there is one. */
static void tidy(const char *folder, bool copies)
{
    DIR *directory = opendir(folder);

    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        if (ends_with(entry->d_name, UNFINISHED))
            unlinkat(dirfd(directory), entry->d_name, 0);
        else if (copies)
            tidy_copy(dirfd(directory), entry->d_name);
    }
    if (directory)
        closedir(directory);
}

void ag_backup_tidy(const char *store_directory)
{
    char *folder = sx_format("%s/backups", store_directory);

    tidy(folder, true);
    free(folder);
}

void ag_backup_newest(const char *store_directory, char ret_path[AG_BACKUP_PATH_MAX])
{
    char *folder = sx_format("%s/backups", store_directory);
    char *newest = NULL;
    size_t count;

    ret_path[0] = '\0';
    if (look_through(folder, &count, &newest) == 0 && newest)
        snprintf(ret_path, AG_BACKUP_PATH_MAX, "%s/%s", folder, newest);
    free(newest);
    free(folder);
}

/* A name that sorts by time, says whose backup it is and needs no quotes in a shell. */
static int name_file(const char *folder, const struct sx_archive_info *info,
    char ret_path[AG_BACKUP_PATH_MAX], struct sx_error *err)
{
    char system[64], text[32];
    time_t seconds = (time_t)(info->time_ms / 1000);
    struct tm tm;
    int length;

    snprintf(system, sizeof system, "%s%.60s", *info->system_name ? "-" : "", info->system_name);
    for (char *at = system; *at; at++)
        if (!isalnum((unsigned char)*at))
            *at = '-';
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y%m%dT%H%M%S", &tm);
    length = snprintf(ret_path, AG_BACKUP_PATH_MAX, "%s/%s%03dZ%s" SUFFIX, folder, text,
        (int)(info->time_ms % 1000), system);
    if (length < 0 || length >= AG_BACKUP_PATH_MAX - (int)sizeof UNFINISHED)
        return sx_error_set(err, SX_E_TOO_BIG, "the path of the state folder is too long");
    return 0;
}

/** A file that is being written. */
struct target {
    const char *path;
    int fd;
    long long bytes; /**< written so far */
};

static int fail(const struct target *target, struct sx_error *err)
{
    return sx_error_set(err, errno == ENOSPC || errno == EDQUOT ? SX_E_RESOURCE_DENIED : SX_E_STORE,
        "the backup %s cannot be written: %s", target->path, strerror(errno));
}

static int put(void *context, const void *bytes, size_t size, struct sx_error *err)
{
    struct target *target = context;
    const char *from = bytes;

    target->bytes += (long long)size;
    if (target->bytes > AG_BACKUP_BYTES_MAX)
        return sx_error_set(err, SX_E_TOO_BIG,
            "the backup %s would have more than the %lld bytes that can be restored", target->path,
            AG_BACKUP_BYTES_MAX);

    while (size > 0) {
        ssize_t written = write(target->fd, from, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(target, err);
        from += written;
        size -= (size_t)written;
    }
    return 0;
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0)
        close(fd);
    return result;
}

/* Under its own name a file is whole and on the disk. */
static int write_file(struct ag_host *host, struct sx_reader *reader, const char *passphrase,
    const uint8_t random[32], const char *folder, struct ag_backup *backup, struct sx_error *err)
{
    char *unfinished = sx_format("%s" UNFINISHED, backup->path);
    struct target target = {.path = backup->path};
    struct sx_secret_keys keys = {0};
    int result = -1;

    target.fd = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (target.fd < 0) {
        fail(&target, err);
        goto out;
    }
    ag_host_keys(host, &keys);
    if (sx_archive_write(
            reader, host->schema, &keys, passphrase, random, &backup->info, put, &target, err) < 0)
        goto out;
    if (fsync(target.fd) < 0 || rename(unfinished, backup->path) < 0) {
        fail(&target, err);
        goto out;
    }
    if (sync_folder(folder) < 0) {
        sx_error_set(err, SX_E_STORE,
            "the backup %s is whole, but may be gone after a loss of power, as its folder cannot "
            "be synced: %s",
            backup->path, strerror(errno));
        goto out;
    }
    result = 0;
out:
    sx_secret_keys_clear(&keys);
    if (target.fd >= 0)
        close(target.fd);
    if (result < 0)
        unlink(unfinished);
    free(unfinished);
    return result;
}

static int check_room(const char *folder, struct sx_error *err)
{
    char *newest = NULL;
    size_t count = 0;

    tidy(folder, false);
    if (look_through(folder, &count, &newest) < 0)
        return sx_error_set(
            err, SX_E_STORE, "the folder of backups %s: %s", folder, strerror(errno));
    free(newest);
    if (count >= AG_BACKUPS_MAX)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "%zu backups are in %s, the most that are kept: move some of them elsewhere", count,
            folder);
    return 0;
}

int ag_backup_make(struct ag_host *host, const char *passphrase, struct ag_backup *ret_backup,
    struct sx_error *err)
{
    struct ag_backup backup = {.info = {.software_version = SEXTANT_VERSION}};
    struct sx_reader *reader = NULL;
    struct sx_status status = {0};
    uint8_t random[32];
    int64_t monotonic;
    char *folder;
    int result = -1;

    if (host->failed_directory)
        return sx_error_set(err, SX_E_STORE,
            "the database cannot be used (alarm 15005): there is nothing to make a backup of");
    if (ag_host_claim_backups(host, err) < 0)
        return -1;
    folder = sx_format("%s/backups", host->store_directory);
    ag_host_stamp(&backup.info.time_ms, &monotonic, random);
    ag_host_status(host, &status);
    strcpy(backup.info.system_name, status.system_name);
    sx_status_clear(&status);
    memcpy(backup.info.schema_hash, sx_schema_hash(host->schema), SX_DIGEST_SIZE);
    if (check_room(folder, err) < 0 || name_file(folder, &backup.info, backup.path, err) < 0 ||
        ag_host_reader(host, &reader, err) < 0 || sx_reader_begin(reader, NULL, err) < 0 ||
        write_file(host, reader, passphrase, random, folder, &backup, err) < 0)
        goto out;
    *ret_backup = backup;
    result = 0;
out:
    sx_reader_close(reader);
    free(folder);
    ag_host_release_backups(host);
    return result;
}
