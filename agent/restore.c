// SPDX-License-Identifier: Apache-2.0
#include "sextant/restore.h"
#include "backup.h"
#include "host_private.h"
#include "sextant/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Restoring a backup file: it is read in pieces, each of which goes into the content that is being
 * built here and into the engine's store; the last step puts all of it in force. */

/** Bytes of rows that one step of the engine takes. */
#define PIECE_BYTES (256u << 10)

/** A restore under way. */
struct restoring {
    struct ag_host *host;
    const struct sx_origin *origin;
    const char *path;
    int fd;
    long long bytes; /**< read so far */
    struct sx_archive *archive;
    struct sx_restore *content;
};

static int too_big(const struct restoring *restoring, struct sx_error *err)
{
    return sx_error_set(err, SX_E_TOO_BIG,
        "%s is no backup: it has more than the %lld bytes that "
        "one has at the most",
        restoring->path, AG_BACKUP_BYTES_MAX);
}

static int get(void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err)
{
    struct restoring *restoring = context;
    size_t got = 0;

    while (got < size) {
        ssize_t part = read(restoring->fd, (char *)bytes + got, size - got);

        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return sx_error_set(
                err, SX_E_STORE, "%s cannot be read: %s", restoring->path, strerror(errno));
        if (part == 0)
            break;
        got += (size_t)part;
    }
    /* It may grow while it is read. */
    restoring->bytes += (long long)got;
    if (restoring->bytes > AG_BACKUP_BYTES_MAX)
        return too_big(restoring, err);
    *ret_size = got;
    return 0;
}

static int open_file(struct restoring *restoring, struct sx_error *err)
{
    struct stat found;

    /* A pipe or device could keep the session's thread for ever. */
    restoring->fd = open(restoring->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (restoring->fd < 0 || fstat(restoring->fd, &found) < 0)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "the backup %s cannot be read: %s; the user that runs sextantd must be able to",
            restoring->path, strerror(errno));
    if (!S_ISREG(found.st_mode))
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "%s is not a file with a backup in it", restoring->path);
    if (found.st_size > AG_BACKUP_BYTES_MAX)
        return too_big(restoring, err);
    return 0;
}

static int step(
    struct restoring *restoring, struct sx_event *event, char *ret_former, struct sx_error *err)
{
    struct sx_update update = {0};
    int result = 0;

    event->origin = *restoring->origin;
    ag_host_step(restoring->host, event, &update);
    if (update.failed) {
        *err = update.error;
        result = -1;
    } else if (ret_former) {
        strcpy(ret_former, update.backup);
    }
    sx_update_clear(&update);
    return result;
}

/* Reads rows for one step. *ret_more tells that there are more. */
static int read_piece(struct restoring *restoring, struct sx_fragment_list *rows, bool *ret_more,
    struct sx_error *err)
{
    struct sx_fragment row;
    size_t bytes = 0;
    int rc = 1;

    while (bytes < PIECE_BYTES && (rc = sx_archive_next(restoring->archive, &row, err)) > 0) {
        bytes += strlen(row.body);
        if (sx_restore_add(restoring->content, &row, rows, err) < 0)
            return -1;
    }
    *ret_more = rc > 0;
    return rc < 0 ? -1 : 0;
}

static int take_rows(struct restoring *restoring, struct sx_error *err)
{
    struct sx_fragment_list rows = {0};
    bool more = true;
    int result = 0;

    while (result == 0 && more) {
        struct sx_event event = {.type = SX_EVENT_RESTORE_ROWS, .rows = &rows};

        result = read_piece(restoring, &rows, &more, err);
        if (result == 0 && rows.count > 0)
            result = step(restoring, &event, NULL, err);
        sx_fragment_list_clear(&rows);
    }
    return result;
}

/* A failure that modules may explain says which software made the backup. */
static int add_origin(
    const struct restoring *restoring, const struct sx_archive_info *info, struct sx_error *err)
{
    const struct sx_schema *schema = ag_host_schema(restoring->host);
    struct sx_error cause = *err;

    if (memcmp(info->schema_hash, sx_schema_hash(schema), SX_DIGEST_SIZE) == 0)
        return -1;
    sx_error_set(err, cause.code,
        "%.300s; the backup was made with other YANG modules, by release %.30s (this is %s)",
        cause.message, info->software_version, SEXTANT_VERSION);
    return sx_error_at(err, cause.path);
}

static int fill(struct restoring *restoring, const char *passphrase,
    struct ag_restored *ret_restored, struct sx_error *err)
{
    const char *address;

    if (open_file(restoring, err) < 0 ||
        sx_archive_open(passphrase, get, restoring, &restoring->archive, err) < 0)
        return -1;
    ret_restored->info = *sx_archive_info(restoring->archive);
    restoring->content = sx_restore_new(ag_host_schema(restoring->host), restoring->archive);
    if (take_rows(restoring, err) < 0 || sx_restore_validate(restoring->content, err) < 0)
        return add_origin(restoring, &ret_restored->info, err);
    for (size_t i = 0; (address = sx_restore_left_out(restoring->content, i)); i++)
        strcpy(ret_restored->left_out[i], address);
    return 0;
}

static int run(struct restoring *restoring, const char *passphrase,
    struct ag_restored *ret_restored, struct sx_error *err)
{
    struct sx_event begin = {.type = SX_EVENT_RESTORE_BEGIN};
    struct sx_event end = {.type = SX_EVENT_RESTORE_END};
    struct sx_event cancel = {.type = SX_EVENT_RESTORE_CANCEL};
    struct sx_error ignored;

    if (step(restoring, &begin, NULL, err) < 0)
        return -1;
    if (fill(restoring, passphrase, ret_restored, err) < 0) {
        snprintf(cancel.reason, sizeof cancel.reason, "%.*s", (int)sizeof cancel.reason - 1,
            err->message);
        step(restoring, &cancel, NULL, &ignored);
        return -1;
    }
    end.restore = restoring->content;
    restoring->content = NULL;
    return step(restoring, &end, ret_restored->former, err);
}

int ag_restore_run(struct ag_host *host, const struct sx_origin *origin, const char *file,
    const char *passphrase, struct ag_restored *ret_restored, struct sx_error *err)
{
    struct restoring restoring = {.host = host, .origin = origin, .fd = -1};
    struct ag_restored restored = {0};
    char *path = NULL;
    int result = -1;

    if (*file != '/' && (strchr(file, '/') || !*file))
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "%.200s: an absolute path is needed, or the name of a file in %s/backups", file,
            host->store_directory);
    if (ag_host_claim_backups(host, err) < 0)
        return -1;
    path = *file == '/' ? sx_strdup(file) : sx_format("%s/backups/%s", host->store_directory, file);
    restoring.path = path;
    result = run(&restoring, passphrase, &restored, err);
    if (result == 0)
        *ret_restored = restored;
    if (restoring.fd >= 0)
        close(restoring.fd);
    sx_archive_close(restoring.archive);
    sx_restore_free(restoring.content);
    ag_host_release_backups(host);
    free(path);
    return result;
}
