// SPDX-License-Identifier: Apache-2.0
#include "restore_impl.h"

#include "archive_impl.h"
#include "sextant/memory.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The content of a backup becomes a tree. */

/* The list of a cluster's peers. With it the system would enter the cluster at its next restart,
 * which nobody has asked for by restoring a configuration. */
#define PEERS "/sextant-cluster:cluster/peers/peer"

struct sx_restore *sx_restore_new(const struct sx_schema *schema, const struct sx_archive *archive)
{
    struct sx_restore *restore = sx_alloc(sizeof *restore);

    restore->tree.schema = schema;
    restore->left_out.schema = schema;
    restore->info = *sx_archive_info(archive);
    memcpy(restore->tree.digest_key, sx_archive_digest_key(archive), SX_DIGEST_SIZE);
    sx_loader_begin(&restore->loader, &restore->tree, NULL, NULL, NULL);
    sx_loader_begin(&restore->left_out_loader, &restore->left_out, NULL, NULL, NULL);
    return restore;
}

void sx_restore_free(struct sx_restore *restore)
{
    if (!restore)
        return;
    sx_loader_end(&restore->loader);
    sx_loader_end(&restore->left_out_loader);
    sx_tree_clear(&restore->tree);
    sx_tree_clear(&restore->left_out);
    OPENSSL_cleanse(restore->tree.digest_key, SX_DIGEST_SIZE);
    free(restore);
}

int sx_restore_add(struct sx_restore *restore, const struct sx_fragment *row,
    struct sx_fragment_list *rows, struct sx_error *err)
{
    if (strlen(row->body) > SX_FRAGMENT_BYTES_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "%.200s%.200s is larger than %u bytes", row->list,
            row->key, SX_FRAGMENT_BYTES_MAX);
    if (strcmp(row->list, PEERS) == 0)
        return sx_load_row(&restore->left_out_loader, row, err);
    if (sx_load_row(&restore->loader, row, err) < 0)
        return -1;
    sx_fragment_list_copy(rows, row);
    return 0;
}

int sx_restore_validate(struct sx_restore *restore, struct sx_error *err)
{
    const struct sx_archive_info *info = &restore->info;

    if (sx_load_finish(&restore->tree, err) < 0)
        return -1;
    if (info->history.count > 0 &&
        memcmp(restore->tree.digest, info->history.digest, SX_DIGEST_SIZE) != 0)
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "the backup's content does not have the digest of its revision %llu: the YANG modules "
            "here make other items replicated ones than where it was made",
            (unsigned long long)sx_history_revision(&info->history));
    sx_config_read(&restore->left_out, &restore->cluster);
    restore->valid = true;
    return 0;
}

const char *sx_restore_left_out(const struct sx_restore *restore, size_t index)
{
    return index < restore->cluster.peer_count ? restore->cluster.peers[index] : NULL;
}
