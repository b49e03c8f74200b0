// SPDX-License-Identifier: Apache-2.0
#include "key_file.h"

#include "sextant/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/** Name under which a file is written before it takes its own. */
#define WRITTEN_FILE "system.key.tmp"
/** Bytes of a file: digits and a line end. */
#define FILE_SIZE (2 * SX_SYSTEM_KEY_SIZE + 1)

static int failed(const char *what, const char *path, struct sx_error *err)
{
    enum sx_error_code code =
        errno == ENOSPC || errno == EDQUOT ? SX_E_RESOURCE_DENIED : SX_E_STORE;

    return sx_error_set(err, code, "system key %s cannot be %s: %s", path, what, strerror(errno));
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse(const char text[FILE_SIZE], uint8_t ret_key[SX_SYSTEM_KEY_SIZE])
{
    for (size_t i = 0; i < SX_SYSTEM_KEY_SIZE; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return -1;
        ret_key[i] = (uint8_t)(high << 4 | low);
    }
    return text[FILE_SIZE - 1] == '\n' ? 0 : -1;
}

static int check_owner(int file, const char *path, struct sx_error *err)
{
    struct stat status;

    if (fstat(file, &status) < 0)
        return failed("read", path, err);
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
        return sx_error_set(err, SX_E_STORE,
            "system key %s must be a file of the user that runs this: change its owner", path);
    if (status.st_mode & 077)
        return sx_error_set(err, SX_E_STORE,
            "system key %s can be used by others, as its mode is %03o: set it to 600, and run "
            "force-system-key-update in case the key was read",
            path, (unsigned)(status.st_mode & 0777));
    return 0;
}

/* 1 with the key, 0 when there is no such file, or -1. */
static int read_file(const char *path, uint8_t ret_key[SX_SYSTEM_KEY_SIZE], struct sx_error *err)
{
    char text[FILE_SIZE + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), result = -1;
    ssize_t length;

    if (file < 0)
        return errno == ENOENT ? 0 : failed("read", path, err);
    if (check_owner(file, path, err) < 0)
        goto out;
    length = read(file, text, sizeof text);
    if (length < 0)
        failed("read", path, err);
    else if (length != FILE_SIZE || parse(text, ret_key) < 0)
        sx_error_set(err, SX_E_STORE,
            "system key %s is damaged: it must hold 64 hexadecimal digits and a line end; put the "
            "right file back, or move it away to start with a new key and enter all secrets again",
            path);
    else
        result = 1;
out:
    explicit_bzero(text, sizeof text);
    close(file);
    return result;
}

static int sync_folder(const char *directory, struct sx_error *err)
{
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = folder >= 0 && fsync(folder) == 0 ? 0 : failed("stored in", directory, err);

    if (folder >= 0)
        close(folder);
    return result;
}

static int write_bytes(const char *path, const char text[FILE_SIZE], struct sx_error *err)
{
    int file, result = -1;

    unlink(path);
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return failed("written", path, err);
    errno = ENOSPC; /* what a short write means */
    if (write(file, text, FILE_SIZE) != FILE_SIZE || fsync(file) < 0)
        failed("written", path, err);
    else
        result = 0;
    close(file);
    return result;
}

/* A file is whole or not there. */
static int write_file(const char *directory, const char *name,
    const uint8_t key[SX_SYSTEM_KEY_SIZE], struct sx_error *err)
{
    char *written = sx_format("%s/%s", directory, WRITTEN_FILE);
    char *path = sx_format("%s/%s", directory, name);
    char text[FILE_SIZE + 1];
    int result = -1;

    for (size_t i = 0; i < SX_SYSTEM_KEY_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", key[i]);
    text[FILE_SIZE - 1] = '\n';
    if (write_bytes(written, text, err) < 0)
        goto out;
    if (rename(written, path) < 0)
        failed("written", path, err);
    else
        result = sync_folder(directory, err);
out:
    if (result < 0)
        unlink(written);
    explicit_bzero(text, sizeof text);
    free(written);
    free(path);
    return result;
}

static int make_key(const char *directory, struct ag_system_keys *keys, struct sx_error *err)
{
    if (getrandom(keys->present, sizeof keys->present, 0) != (ssize_t)sizeof keys->present)
        return sx_error_set(err, SX_E_INTERNAL, "no randomness for a system key");
    keys->made = true;
    return write_file(directory, AG_SYSTEM_KEY_FILE, keys->present, err);
}

int ag_system_keys_read(
    const char *directory, struct ag_system_keys *ret_keys, struct sx_error *err)
{
    char *path = sx_format("%s/%s", directory, AG_SYSTEM_KEY_FILE);
    char *next = sx_format("%s/%s", directory, AG_SYSTEM_KEY_NEXT_FILE);
    char *written = sx_format("%s/%s", directory, WRITTEN_FILE);
    struct ag_system_keys keys = {0};
    int present = read_file(path, keys.present, err), result = -1, following;

    /* What writing left that was cut off may hold a key. */
    unlink(written);
    if (present < 0)
        goto out;
    following = read_file(next, keys.next, err);
    if (following < 0 || (present == 0 && make_key(directory, &keys, err) < 0))
        goto out;
    keys.has_next = following > 0;
    *ret_keys = keys;
    result = 0;
out:
    ag_system_keys_wipe(&keys);
    free(written);
    free(path);
    free(next);
    return result;
}

void ag_system_keys_wipe(struct ag_system_keys *keys)
{
    explicit_bzero(keys, sizeof *keys);
}

int ag_system_key_save(
    const char *directory, const uint8_t key[SX_SYSTEM_KEY_SIZE], struct sx_error *err)
{
    return write_file(directory, AG_SYSTEM_KEY_NEXT_FILE, key, err);
}

int ag_system_key_install(const char *directory, struct sx_error *err)
{
    char *path = sx_format("%s/%s", directory, AG_SYSTEM_KEY_FILE);
    char *next = sx_format("%s/%s", directory, AG_SYSTEM_KEY_NEXT_FILE);
    int result = 0;

    /* It may have been put there before, by a try that could not make that durable. */
    if (rename(next, path) == 0 || errno == ENOENT)
        result = sync_folder(directory, err);
    else
        result = failed("put in place", path, err);
    free(path);
    free(next);
    return result;
}

void ag_system_key_forget(const char *directory)
{
    char *next = sx_format("%s/%s", directory, AG_SYSTEM_KEY_NEXT_FILE);

    unlink(next);
    free(next);
}
