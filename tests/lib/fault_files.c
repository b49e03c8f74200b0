// SPDX-License-Identifier: Apache-2.0
#include "fault_files.h"

#include "fault_files_impl.h"
#include "sextant/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The calls that the linker leads here, and what becomes of each. */

/** Most files of the disk that are open at once. */
#define OPEN_MAX_FILES 32

enum fate { GOES_ON, FAILS, DIES };

struct opened {
    int fd;
    struct fault_content *content; /**< NULL: a folder */
    char *path;
};

/* What a call is given does not lead to a disk: there is one in the program. */
static struct {
    pthread_mutex_t lock;
    char *folder; /**< NULL: calls are of no interest */
    struct fault_names names;
    struct opened opened[OPEN_MAX_FILES];
    size_t opened_count;
    uint64_t calls[FAULT_FILES_KINDS];
    unsigned kinds;
    uint64_t in; /**< calls until it happens, 0: it does not */
    int code;
    enum fault_files_way way;
    bool crashes, crashed, happened;
    void (*now)(void *context);
    void *context;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_fsync(int fd);
int __real_fstat(int fd, struct stat *status);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __real_unlinkat(int fd, const char *name, int flags);
int __real_mkdir(const char *path, mode_t mode);
int __real_rmdir(const char *path);
DIR *__real_opendir(const char *path);
ssize_t __real_sendfile(int out, int in, off_t *offset, size_t size);

static void drop(struct opened *opened)
{
    free(opened->path);
    *opened = disk.opened[--disk.opened_count];
}

static void stop(void)
{
    while (disk.opened_count > 0)
        drop(&disk.opened[0]);
    fault_names_clear(&disk.names);
    free(disk.folder);
    disk.folder = NULL;
    disk.in = 0;
    disk.crashed = disk.happened = false;
    memset(disk.calls, 0, sizeof disk.calls);
}

void fault_files_begin(const char *folder)
{
    stop();
    disk.folder = sx_strdup(folder);
}

void fault_files_end(void)
{
    stop();
}

uint64_t fault_files_calls(unsigned kinds)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAULT_FILES_KINDS; i++)
        sum += kinds >> i & 1 ? disk.calls[i] : 0;
    return sum;
}

void fault_files_fail(unsigned kinds, uint64_t nth, int code, enum fault_files_way way)
{
    disk.kinds = kinds;
    disk.in = nth;
    disk.code = code;
    disk.way = way;
    disk.crashes = disk.happened = false;
}

void fault_files_crash_at(unsigned kinds, uint64_t nth, void (*now)(void *context), void *context)
{
    fault_files_fail(kinds, nth, EIO, FAULT_FILES_REFUSES);
    disk.crashes = true;
    disk.now = now;
    disk.context = context;
}

bool fault_files_happened(void)
{
    return disk.happened;
}

void fault_files_recover(uint64_t seed)
{
    fault_names_crash(&disk.names, seed);
    disk.crashed = false;
    disk.in = 0;
}

static bool is_ours(const char *path)
{
    size_t length = disk.folder ? strlen(disk.folder) : 0;

    return length > 0 && strncmp(path, disk.folder, length) == 0 &&
           (path[length] == '/' || path[length] == '\0');
}

static struct opened *find(int fd)
{
    for (size_t i = 0; i < disk.opened_count; i++)
        if (disk.opened[i].fd == fd)
            return &disk.opened[i];
    return NULL;
}

/* Counts a call of one kind and tells what becomes of it; errno is set unless it goes on. */
static enum fate count(unsigned kind)
{
    for (unsigned i = 0; i < FAULT_FILES_KINDS; i++)
        disk.calls[i] += kind >> i & 1;
    errno = EIO;
    if (disk.crashed)
        return FAILS;
    if (!(disk.kinds & kind) || disk.in == 0 || --disk.in > 0)
        return GOES_ON;
    disk.happened = true;
    errno = disk.code;
    if (!disk.crashes)
        return FAILS;
    disk.crashed = true;
    if (disk.now)
        disk.now(disk.context);
    errno = EIO;
    return DIES;
}

/* A result for the caller, after the lock. */
static int give(int result, int code)
{
    pthread_mutex_unlock(&disk.lock);
    if (result < 0)
        errno = code;
    return result;
}

static void take(void)
{
    pthread_mutex_lock(&disk.lock);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __wrap_unlinkat(int fd, const char *name, int flags);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_rmdir(const char *path);
DIR *__wrap_opendir(const char *path);
ssize_t __wrap_sendfile(int out, int in, off_t *offset, size_t size);

/* Opens a file of the disk, and notes what it is and that it was created. */
static int open_ours(const char *path, int flags, mode_t mode)
{
    struct fault_content *content = fault_names_look(&disk.names, path);
    struct stat status;
    int fd = __real_open(path, flags, mode);

    if (fd < 0)
        return fd;
    if (!content && __real_fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        content = fault_names_create(&disk.names, path);
    if (disk.opened_count == OPEN_MAX_FILES) {
        fprintf(stderr, "fault_files: more than %d files are open\n", OPEN_MAX_FILES);
        abort();
    }
    disk.opened[disk.opened_count++] = (struct opened){fd, content, sx_strdup(path)};
    return fd;
}

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;
    int fd = -1;

    va_start(arguments, flags);
    if (flags & O_CREAT)
        mode = (mode_t)va_arg(arguments, int);
    va_end(arguments);
    take();
    if (!is_ours(path))
        fd = __real_open(path, flags, mode);
    else if (count(FAULT_FILES_OPEN) == GOES_ON)
        fd = open_ours(path, flags, mode);
    return give(fd, errno);
}

int __wrap_close(int fd)
{
    struct opened *opened;

    take();
    opened = find(fd);
    if (opened)
        drop(opened);
    return give(__real_close(fd), errno);
}

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
    bool goes_on;

    take();
    goes_on = !find(fd) || count(FAULT_FILES_READ) == GOES_ON;
    give(goes_on ? 0 : -1, errno);
    return goes_on ? __real_read(fd, bytes, size) : -1;
}

/* How much of a write is done, and what it says. */
static ssize_t write_ours(int fd, const void *bytes, size_t size)
{
    enum fate fate = count(FAULT_FILES_WRITE);
    int code = errno;
    ssize_t done;

    if (fate == GOES_ON)
        return __real_write(fd, bytes, size);
    if (fate == FAILS && (disk.crashed || disk.way == FAULT_FILES_REFUSES))
        return -1;
    /* What the power fails under may yet reach the disk. */
    done = __real_write(fd, bytes, fate == DIES ? size : size / 2);
    errno = code;
    return fate == FAILS && disk.way == FAULT_FILES_SHORTENS ? done : -1;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    ssize_t done;
    int code;

    take();
    done = find(fd) ? write_ours(fd, bytes, size) : __real_write(fd, bytes, size);
    code = errno;
    give(0, 0);
    errno = code;
    return done;
}

ssize_t __wrap_sendfile(int out, int in, off_t *offset, size_t size)
{
    bool goes_on;

    take();
    goes_on = !find(out) || count(FAULT_FILES_WRITE) == GOES_ON;
    give(goes_on ? 0 : -1, errno);
    return goes_on ? __real_sendfile(out, in, offset, size) : -1;
}

int __wrap_fsync(int fd)
{
    struct opened *opened;
    int result = 0;

    take();
    opened = find(fd);
    if (!opened)
        result = __real_fsync(fd);
    else if (count(FAULT_FILES_SYNC) != GOES_ON)
        result = -1;
    else if (opened->content)
        fault_names_sync(opened->content, fd);
    else
        fault_names_sync_folder(&disk.names, opened->path);
    return give(result, errno);
}

int __wrap_fstat(int fd, struct stat *status)
{
    int result;

    take();
    result = !find(fd) || count(FAULT_FILES_READ) == GOES_ON ? __real_fstat(fd, status) : -1;
    return give(result, errno);
}

/* A change to a folder that the power fails under may yet reach the disk. */
static int change(enum fate fate, int result)
{
    if (fate == DIES) {
        errno = EIO;
        return -1;
    }
    return result;
}

static int rename_ours(const char *from, const char *to)
{
    enum fate fate = count(FAULT_FILES_RENAME);
    struct stat status;

    if (fate == FAILS)
        return -1;
    if (lstat(from, &status) == 0)
        fault_names_rename(&disk.names, from, to);
    return change(fate, __real_rename(from, to));
}

int __wrap_rename(const char *from, const char *to)
{
    int result;

    take();
    result = is_ours(from) ? rename_ours(from, to) : __real_rename(from, to);
    return give(result, errno);
}

static int unlink_ours(const char *path)
{
    enum fate fate = count(FAULT_FILES_DELETE);
    struct stat status;

    if (fate == FAILS)
        return -1;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        fault_names_delete(&disk.names, path);
    return change(fate, __real_unlink(path));
}

int __wrap_unlink(const char *path)
{
    int result;

    take();
    result = is_ours(path) ? unlink_ours(path) : __real_unlink(path);
    return give(result, errno);
}

int __wrap_unlinkat(int fd, const char *name, int flags)
{
    char link[64], folder[1024];
    ssize_t length;
    int result;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, folder, sizeof folder - 1);
    folder[length > 0 ? length : 0] = '\0';
    take();
    if (flags == 0 && is_ours(folder)) {
        char *path = sx_format("%s/%s", folder, name);

        result = unlink_ours(path);
        free(path);
    } else {
        result = __real_unlinkat(fd, name, flags);
    }
    return give(result, errno);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    int result;

    take();
    result = !is_ours(path) || count(FAULT_FILES_FOLDER) == GOES_ON ? __real_mkdir(path, mode) : -1;
    return give(result, errno);
}

int __wrap_rmdir(const char *path)
{
    int result;

    take();
    result = !is_ours(path) || count(FAULT_FILES_DELETE) == GOES_ON ? __real_rmdir(path) : -1;
    return give(result, errno);
}

DIR *__wrap_opendir(const char *path)
{
    bool goes_on;

    take();
    goes_on = !is_ours(path) || count(FAULT_FILES_OPEN) == GOES_ON;
    give(goes_on ? 0 : -1, errno);
    return goes_on ? __real_opendir(path) : NULL;
}
