// SPDX-License-Identifier: Apache-2.0
#include "host_private.h"
#include "sextant/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * When the database cannot be used, an empty one stands in for it, so that the agent can say so to
 * whoever asks and to the NMS. Where the NMS is, is sought in what can still be read of the
 * database, and in the newest copy of it. Nothing is written to either.
 */

#define STAND_IN "stand-in"
#define FORMER "stand-in/former"
#define DATABASE "sextant.db"

/* Removes what is in a folder, but for folders. */
static void empty_folder(const char *path)
{
    DIR *directory = opendir(path);

    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));)
        unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
}

/* The newest copy of the database among the backups, for free(), or NULL. Their names begin with
 * the time. */
static char *newest_copy(const char *directory)
{
    char *folder = sx_format("%s/backups", directory);
    DIR *backups = opendir(folder);
    char *newest = NULL, *path = NULL;

    if (!backups)
        goto out;
    for (struct dirent *entry; (entry = readdir(backups));) {
        const char *suffix = strrchr(entry->d_name, '.');

        if (!suffix || strcmp(suffix, ".db") != 0 || (newest && strcmp(entry->d_name, newest) <= 0))
            continue;
        free(newest);
        newest = sx_strdup(entry->d_name);
    }
    closedir(backups);
    if (newest)
        path = sx_format("%s/%s", folder, newest);
out:
    free(newest);
    free(folder);
    return path;
}

/* Best effort: without it the NMS is not told. */
static void copy_former(const char *directory)
{
    char *from = newest_copy(directory);
    char *to = sx_format("%s/" FORMER "/" DATABASE, directory);
    int in = from ? open(from, O_RDONLY | O_CLOEXEC) : -1;
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    while (out >= 0 && sendfile(out, in, NULL, 1u << 20) > 0)
        ;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    free(from);
    free(to);
}

void ag_stand_in_remove(const char *directory)
{
    static const char *const folders[] = {FORMER, STAND_IN "/backups", STAND_IN};

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = sx_format("%s/%s", directory, folders[i]);

        empty_folder(path);
        rmdir(path);
        free(path);
    }
}

char *ag_stand_in_make(const char *directory, struct sx_error *err)
{
    static const char *const folders[] = {STAND_IN, STAND_IN "/backups", FORMER};
    char *path = NULL;

    ag_stand_in_remove(directory);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        free(path);
        path = sx_format("%s/%s", directory, folders[i]);
        if (mkdir(path, 0700) < 0) {
            sx_error_set(err, SX_E_STORE, "%s: %s", path, strerror(errno));
            free(path);
            return NULL;
        }
    }
    free(path);
    copy_former(directory);
    return sx_format("%s/" STAND_IN, directory);
}

char *ag_stand_in_former(const char *directory, size_t index)
{
    if (index == 0)
        return sx_strdup(directory);
    return index == 1 ? sx_format("%s/" FORMER, directory) : NULL;
}
