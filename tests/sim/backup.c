// SPDX-License-Identifier: Apache-2.0
#include "operator.h"

#include "sextant/memory.h"
#include "sextant/reader.h"
#include "sextant/restore.h"
#include "test_archive.h"

#include <stdlib.h>
#include <string.h>

/* Backup files, made and restored as the agent does, with the file in memory. */

/** The newest file, and what the model knows of it. */
struct sim_backup {
    struct sx_test_archive file;
    size_t at;
    char own[64];
};

void sim_backup_forget(struct sim *sim)
{
    if (sim->backup)
        sx_test_archive_clear(&sim->backup->file);
    free(sim->backup);
    sim->backup = NULL;
}

void sim_back_up(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_archive_info info = {.software_version = "sim"};
    struct sim_backup *backup = sx_alloc(sizeof *backup);
    struct sx_reader *reader = NULL;
    struct sx_secret_keys keys;
    uint8_t random[32];
    struct sx_error err = {0};
    bool made;

    /* After a factory reset the process that restarts has another database than it knows. */
    if (!node->engine || node->restarting) {
        free(backup);
        return;
    }
    sx_engine_keys(node->engine, &keys);
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t)sim_random(&node->random, 256);
    memcpy(info.schema_hash, sx_schema_hash(sim->schemas[node->release]), SX_DIGEST_SIZE);
    made = sx_reader_open(node->directory, node->vfs, &reader, &err) == 0 &&
           sx_reader_begin(reader, NULL, &err) == 0 &&
           sx_archive_write(reader, sim->schemas[node->release], &keys, SX_TEST_PASSPHRASE, random,
               &info, sx_test_archive_put, &backup->file, &err) == 0;
    sx_reader_close(reader);
    sx_secret_keys_clear(&keys);
    if (!made && !fault_vfs_crashed(node->disk) && !node->full && !node->failing)
        sim_fail(sim, "node %u: no backup: %s", number, err.message);
    backup->at = node->promise.at;
    strcpy(backup->own, node->promise.own);
    if (made) {
        sim_backup_forget(sim);
        sim->backup = backup;
        sim->counts.backups++;
    } else {
        sx_test_archive_clear(&backup->file);
        free(backup);
    }
    if (fault_vfs_crashed(node->disk))
        sim_crash(sim, number);
}

static bool step(struct sim *sim, struct sim_node *node, struct sx_event *event)
{
    event->origin = (struct sx_origin){.user = "operator", .source = "sim", .session = 2};
    return node->engine && sim_step(sim, node->number, event, NULL);
}

/* All rows, into the content and the engine's store. */
static bool take_rows(
    struct sim *sim, struct sim_node *node, struct sx_archive *archive, struct sx_restore *content)
{
    struct sx_fragment_list rows = {0};
    struct sx_event event = {.type = SX_EVENT_RESTORE_ROWS, .rows = &rows};
    struct sx_fragment row;
    struct sx_error err = {0};
    bool taken;
    int rc;

    while ((rc = sx_archive_next(archive, &row, &err)) > 0)
        if ((rc = sx_restore_add(content, &row, &rows, &err)) < 0)
            break;
    if (rc < 0 || sx_restore_validate(content, &err) < 0)
        sim_fail(sim, "the backup cannot be read: %s", err.message);
    taken = rows.count == 0 || step(sim, node, &event);
    sx_fragment_list_clear(&rows);
    return taken;
}

void sim_restore(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_event begin = {.type = SX_EVENT_RESTORE_BEGIN};
    struct sx_event end = {.type = SX_EVENT_RESTORE_END};
    struct sx_archive *archive = NULL;
    struct sx_restore *content;
    struct sx_error err = {0};

    if (!sim->backup || !step(sim, node, &begin))
        return;
    sim->backup->file.at = 0;
    if (sx_archive_open(
            SX_TEST_PASSPHRASE, sx_test_archive_get, &sim->backup->file, &archive, &err) < 0)
        sim_fail(sim, "the backup cannot be opened: %s", err.message);
    content = sx_restore_new(sim->schemas[node->release], archive);
    if (take_rows(sim, node, archive, content)) {
        struct sim_promise *promise = &node->promise;

        promise->intent = sim->backup->at == SIM_NOTHING
                              ? (struct sim_content){0}
                              : sim->model.commits[sim->backup->at].content;
        promise->intent_parent = sim->backup->at;
        strcpy(promise->own_intent, sim->backup->own);
        end.restore = content;
        content = NULL;
        sim->counts.restores += step(sim, node, &end);
    }
    sx_restore_free(content);
    sx_archive_close(archive);
}
