// SPDX-License-Identifier: Apache-2.0
#include "fault_files_impl.h"
#include "sextant/memory.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* These calls are not those of the program under test: the linker knows them by these names. */
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_close(int fd);
int __real_unlink(const char *path);

/** How a disk loses what was not synced: by the seed's remainder by 4. */
enum loss { LOSES_NOTHING, LOSES_ALL, LOSES_THE_END, LOSES_ANYTHING };

static void die(const char *what, const char *path)
{
    fprintf(stderr, "fault_files: cannot %s %s\n", what, path);
    abort();
}

static void set(struct fault_bytes *bytes, uint8_t *data, size_t size)
{
    free(bytes->bytes);
    *bytes = (struct fault_bytes){data, size};
}

/* Reads a whole file by a descriptor of its own: the given one may be for writing alone. */
static void read_all(int fd, struct fault_bytes *ret_bytes)
{
    char *path = sx_format("/proc/self/fd/%d", fd);
    int own = __real_open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    uint8_t *data;

    if (own < 0 || fstatat(own, "", &status, AT_EMPTY_PATH) < 0)
        die("open", path);
    data = sx_alloc((size_t)status.st_size + 1);
    if (pread(own, data, (size_t)status.st_size, 0) != status.st_size)
        die("read", path);
    set(ret_bytes, data, (size_t)status.st_size);
    __real_close(own);
    free(path);
}

static bool read_path(const char *path, struct fault_bytes *ret_bytes)
{
    int fd = __real_open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    read_all(fd, ret_bytes);
    __real_close(fd);
    return true;
}

static struct fault_content *new_content(struct fault_names *names)
{
    struct fault_content *content = sx_alloc(sizeof *content);

    names->contents =
        sx_grow(names->contents, names->content_count, &names->content_capacity, sizeof content);
    names->contents[names->content_count++] = content;
    return content;
}

/* Where a path stands in both maps; it is added when it is new. */
static size_t place_of(struct fault_names *names, const char *path)
{
    struct fault_content *content = NULL;
    struct stat status;

    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->now[i].path, path) == 0)
            return i;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        content = new_content(names);
        read_path(path, &content->kept);
    }
    names->kept = sx_grow(names->kept, names->count, &names->kept_capacity, sizeof *names->kept);
    names->now = sx_grow(names->now, names->count, &names->now_capacity, sizeof *names->now);
    names->kept[names->count] = (struct fault_name){sx_strdup(path), content};
    names->now[names->count] = (struct fault_name){sx_strdup(path), content};
    return names->count++;
}

static void add_step(
    struct fault_names *names, const char *path, struct fault_content *content, const char *from)
{
    names->steps =
        sx_grow(names->steps, names->step_count, &names->step_capacity, sizeof *names->steps);
    names->steps[names->step_count++] =
        (struct fault_step){{sx_strdup(path), content}, from ? sx_strdup(from) : NULL};
}

struct fault_content *fault_names_look(struct fault_names *names, const char *path)
{
    size_t place = place_of(names, path);

    return names->now[place].content;
}

struct fault_content *fault_names_create(struct fault_names *names, const char *path)
{
    struct fault_content *content = new_content(names);
    size_t place = place_of(names, path);

    names->now[place].content = content;
    add_step(names, path, content, NULL);
    return content;
}

/* It may come back, and then with what was in it. */
static void lose_name(struct fault_names *names, size_t place)
{
    struct fault_content *content = names->now[place].content;

    if (!content)
        return;
    read_path(names->now[place].path, &content->last);
    names->now[place].content = NULL;
}

void fault_names_delete(struct fault_names *names, const char *path)
{
    lose_name(names, place_of(names, path));
    add_step(names, path, NULL, NULL);
}

void fault_names_rename(struct fault_names *names, const char *from, const char *to)
{
    size_t old = place_of(names, from), new = place_of(names, to);
    struct fault_content *content = names->now[old].content;

    lose_name(names, new);
    names->now[old].content = NULL;
    names->now[new].content = content;
    add_step(names, to, content, from);
}

void fault_names_sync(struct fault_content *content, int fd)
{
    read_all(fd, &content->kept);
}

static void take_step(struct fault_names *names, const struct fault_step *step)
{
    size_t to = place_of(names, step->name.path);
    size_t from = step->from ? place_of(names, step->from) : to;

    names->kept[from].content = NULL;
    names->kept[to].content = step->name.content;
}

static void drop_step(struct fault_step *step)
{
    free(step->name.path);
    free(step->from);
}

void fault_names_sync_folder(struct fault_names *names, const char *folder)
{
    size_t length = strlen(folder), left = 0;

    for (size_t i = 0; i < names->step_count; i++) {
        struct fault_step *step = &names->steps[i];

        if (strncmp(step->name.path, folder, length) == 0 && step->name.path[length] == '/' &&
            !strchr(step->name.path + length + 1, '/')) {
            take_step(names, step);
            drop_step(step);
        } else {
            names->steps[left++] = *step;
        }
    }
    names->step_count = left;
}

/* xorshift64*: good enough, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

/* What is left of a file whose present content is `last`: becomes its kept content. */
static void crash_content(struct fault_content *content, enum loss loss, uint64_t *random)
{
    uint64_t number = next_random(random) >> 32;
    size_t length = content->last.size;
    uint8_t *bytes;

    if (loss == LOSES_ALL || (loss > LOSES_ALL && number % 4 == 0))
        return;
    bytes = sx_alloc(length + 1);
    memcpy(bytes, content->last.bytes, length);
    /* Cut off, or with zeros where the data did not come. */
    if (loss > LOSES_ALL && number % 4 != 1 && length > 0) {
        size_t part = (number >> 8) % length;

        memset(bytes + part, 0, length - part);
        if (number % 4 == 2)
            length = part;
    }
    set(&content->kept, bytes, length);
}

static bool changed(const struct fault_content *content)
{
    return content->kept.size != content->last.size ||
           (content->last.size > 0 &&
               memcmp(content->kept.bytes, content->last.bytes, content->last.size) != 0);
}

static void write_back(const struct fault_name *name)
{
    const struct fault_bytes *kept = &name->content->kept;
    int fd = __real_open(name->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 ||
        (kept->size > 0 && __real_write(fd, kept->bytes, kept->size) != (ssize_t)kept->size))
        die("write", name->path);
    __real_close(fd);
}

void fault_names_crash(struct fault_names *names, uint64_t seed)
{
    enum loss loss = (enum loss)(seed % 4);
    uint64_t random = seed * 2 + 1;
    size_t steps = loss == LOSES_ALL ? 0 : names->step_count;

    for (int i = 0; i < 8; i++)
        next_random(&random);
    if (loss > LOSES_ALL)
        steps = (next_random(&random) >> 32) % (names->step_count + 1);
    for (size_t i = 0; i < names->count; i++)
        if (names->now[i].content)
            read_path(names->now[i].path, &names->now[i].content->last);
    for (size_t i = 0; i < steps; i++)
        take_step(names, &names->steps[i]);
    for (size_t i = 0; i < names->content_count; i++)
        if (names->contents[i]->last.bytes && changed(names->contents[i]))
            crash_content(names->contents[i], loss, &random);
    for (size_t i = 0; i < names->count; i++) {
        __real_unlink(names->kept[i].path);
        if (names->kept[i].content)
            write_back(&names->kept[i]);
    }
    fault_names_clear(names);
}

void fault_names_clear(struct fault_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->kept[i].path);
        free(names->now[i].path);
    }
    for (size_t i = 0; i < names->step_count; i++)
        drop_step(&names->steps[i]);
    for (size_t i = 0; i < names->content_count; i++) {
        free(names->contents[i]->kept.bytes);
        free(names->contents[i]->last.bytes);
        free(names->contents[i]);
    }
    free(names->kept);
    free(names->now);
    free(names->steps);
    free(names->contents);
    *names = (struct fault_names){0};
}
