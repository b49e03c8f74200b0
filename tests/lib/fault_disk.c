// SPDX-License-Identifier: Apache-2.0
#include "fault_disk.h"

#include "sextant/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what, const char *path)
{
    fprintf(stderr, "fault_disk: cannot %s %s\n", what, path);
    abort();
}

static void *copy(const void *data, size_t length)
{
    void *memory = sx_alloc(length + 1);

    if (length > 0)
        memcpy(memory, data, length);
    return memory;
}

static struct fault_node *find(struct fault_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->node_count; i++)
        if (strcmp(disk->nodes[i]->path, path) == 0)
            return disk->nodes[i];
    return NULL;
}

struct fault_node *fault_disk_node(struct fault_disk *disk, const char *path, bool created)
{
    struct fault_node *node = find(disk, path);

    if (!node) {
        node = sx_alloc(sizeof *node);
        node->path = sx_strdup(path);
        node->entry_kept = !created;
        disk->nodes = sx_grow(
            disk->nodes, disk->node_count, &disk->node_capacity, sizeof(struct fault_node *));
        disk->nodes[disk->node_count++] = node;
    } else if (node->gone) {
        node->gone = false;
        node->entry_kept = !created;
    }
    return node;
}

static void add(struct fault_node *node, struct fault_change change)
{
    node->changes = sx_grow(node->changes, node->count, &node->capacity, sizeof change);
    node->changes[node->count++] = change;
}

void fault_disk_write(struct fault_node *node, int64_t offset, const void *data, size_t length,
    const void *former, size_t former_length, int64_t former_size)
{
    add(node, (struct fault_change){.offset = offset,
                  .length = length,
                  .written = copy(data, length),
                  .former = copy(former, former_length),
                  .former_length = former_length,
                  .former_size = former_size});
}

void fault_disk_truncate(struct fault_node *node, int64_t size, const void *former,
    size_t former_length, int64_t former_size)
{
    add(node, (struct fault_change){.offset = size,
                  .former = copy(former, former_length),
                  .former_length = former_length,
                  .former_size = former_size});
}

void fault_disk_sync(struct fault_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        free(node->changes[i].written);
        free(node->changes[i].former);
    }
    node->count = 0;
}

static void forget_ghosts(struct fault_disk *disk)
{
    for (size_t i = 0; i < disk->ghost_count; i++) {
        free(disk->ghosts[i].path);
        free(disk->ghosts[i].content);
    }
    disk->ghost_count = 0;
}

void fault_disk_sync_folder(struct fault_disk *disk)
{
    for (size_t i = 0; i < disk->node_count; i++)
        disk->nodes[i]->entry_kept = true;
    forget_ghosts(disk);
}

void fault_disk_delete(struct fault_disk *disk, const char *path)
{
    struct fault_node *node = find(disk, path);
    struct fault_ghost ghost = {0};
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && fstat(fd, &status) == 0) {
        ghost.path = sx_strdup(path);
        ghost.size = (size_t)status.st_size;
        ghost.content = sx_alloc(ghost.size + 1);
        if (read(fd, ghost.content, ghost.size) != status.st_size)
            die("read", path);
        disk->ghosts =
            sx_grow(disk->ghosts, disk->ghost_count, &disk->ghost_capacity, sizeof ghost);
        disk->ghosts[disk->ghost_count++] = ghost;
    }
    if (fd >= 0)
        close(fd);
    if (node) {
        fault_disk_sync(node);
        node->gone = true;
    }
}

/* xorshift64*: good enough, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static void put(int fd, const char *path, const void *data, size_t length, int64_t offset)
{
    if (length > 0 && pwrite(fd, data, length, offset) != (ssize_t)length)
        die("write", path);
}

static void take_back(struct fault_node *node, int fd)
{
    for (size_t i = node->count; i > 0; i--) {
        const struct fault_change *change = &node->changes[i - 1];

        put(fd, node->path, change->former, change->former_length, change->offset);
        if (ftruncate(fd, change->former_size) < 0)
            die("cut", node->path);
    }
}

/** How a disk loses what was not synced. */
enum loss { LOSES_NOTHING, LOSES_ALL, LOSES_THE_END, LOSES_ANYTHING };

/* How many bytes of a change reach the disk; `left` changes follow it. */
static size_t choose_length(
    const struct fault_change *change, size_t left, enum loss loss, uint64_t *random)
{
    uint64_t number = next_random(random) >> 32;

    if (loss == LOSES_NOTHING || (loss == LOSES_THE_END && left > 0))
        return change->length;
    /* Half of the changes reach the disk whole, a quarter in part, a quarter not. */
    if (number % 4 >= 2)
        return change->length;
    return number % 4 == 0 || change->length == 0 ? 0 : (number >> 2) % change->length;
}

static void keep_some(struct fault_node *node, int fd, enum loss loss, uint64_t *random)
{
    size_t count = node->count;

    if (loss == LOSES_ALL)
        return;
    if (loss == LOSES_THE_END)
        count = 1 + next_random(random) % count;
    for (size_t i = 0; i < count; i++) {
        const struct fault_change *change = &node->changes[i];
        size_t length = choose_length(change, count - i - 1, loss, random);

        if (change->length > 0)
            put(fd, node->path, change->written, length, change->offset);
        else if (loss != LOSES_ANYTHING || next_random(random) >> 63)
            if (ftruncate(fd, change->offset) < 0)
                die("cut", node->path);
    }
}

/* Whether a change to the folder is lost. */
static bool loses_entry(enum loss loss, uint64_t *random)
{
    return loss == LOSES_ALL || (loss >= LOSES_THE_END && next_random(random) >> 63);
}

static void crash_node(struct fault_node *node, enum loss loss, uint64_t *random)
{
    bool lost = !node->entry_kept && loses_entry(loss, random);
    int fd;

    if (node->gone)
        return;
    if (lost) {
        unlink(node->path);
        node->gone = true;
    } else if (node->count > 0) {
        fd = open(node->path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            die("open", node->path);
        take_back(node, fd);
        keep_some(node, fd, loss, random);
        close(fd);
    }
    node->entry_kept = true;
    fault_disk_sync(node);
}

static void crash_ghost(const struct fault_ghost *ghost, enum loss loss, uint64_t *random)
{
    int fd;

    if (!loses_entry(loss, random))
        return;
    /* A new file of the name has taken the old one's place, or not, as decided above. */
    fd = open(ghost->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    put(fd, ghost->path, ghost->content, ghost->size, 0);
    close(fd);
}

void fault_disk_crash(struct fault_disk *disk, uint64_t seed)
{
    enum loss loss = (enum loss)(seed % 4);
    uint64_t random = seed * 2 + 1;

    for (int i = 0; i < 8; i++)
        next_random(&random);
    for (size_t i = 0; i < disk->node_count; i++)
        crash_node(disk->nodes[i], loss, &random);
    for (size_t i = disk->ghost_count; i > 0; i--)
        crash_ghost(&disk->ghosts[i - 1], loss, &random);
    forget_ghosts(disk);
}

void fault_disk_clear(struct fault_disk *disk)
{
    for (size_t i = 0; i < disk->node_count; i++) {
        fault_disk_sync(disk->nodes[i]);
        free(disk->nodes[i]->changes);
        free(disk->nodes[i]->path);
        free(disk->nodes[i]);
    }
    forget_ghosts(disk);
    free(disk->nodes);
    free(disk->ghosts);
    *disk = (struct fault_disk){0};
}
