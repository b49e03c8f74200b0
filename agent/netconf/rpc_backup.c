// SPDX-License-Identifier: Apache-2.0
#include "backup.h"
#include "netconf/private.h"
#include "netconf/rpc.h"

#include <stdio.h>
#include <string.h>

/* <backup> and <restore> of sextant-system. */

static void tell_content(struct ag_rpc *rpc, const struct sx_archive_info *info)
{
    const struct sx_history *history = &info->history;
    char text[2 * SX_DIGEST_SIZE + 1];

    snprintf(text, sizeof text, "%llu", (unsigned long long)sx_history_revision(history));
    ag_rpc_output(rpc, "revision", text);
    if (history->count > 0) {
        ag_rpc_output(rpc, "lineage", sx_history_lineage(history));
        for (size_t i = 0; i < SX_DIGEST_SIZE; i++)
            snprintf(text + 2 * i, 3, "%02x", history->digest[i]);
        ag_rpc_output(rpc, "digest", text);
    }
    ag_rpc_output(rpc, "software-version", info->software_version);
}

int ag_rpc_backup(struct ag_rpc *rpc, struct sx_error *err)
{
    const char *passphrase = ag_rpc_needed(rpc, "passphrase", err);
    struct ag_backup backup;

    if (!passphrase || ag_backup_make(rpc->netconf->host, passphrase, &backup, err) < 0)
        return -1;
    ag_rpc_output(rpc, "file", backup.path);
    tell_content(rpc, &backup.info);
    return 0;
}

int ag_rpc_restore(struct ag_rpc *rpc, struct sx_error *err)
{
    const char *file = ag_rpc_needed(rpc, "file", err);
    const char *passphrase = file ? ag_rpc_needed(rpc, "passphrase", err) : NULL;
    struct ag_restored restored;

    if (!passphrase ||
        ag_restore_run(rpc->netconf->host, &rpc->origin, file, passphrase, &restored, err) < 0)
        return -1;
    ag_rpc_output(rpc, "former", restored.former);
    for (size_t i = 0; i < SX_PEERS_MAX && *restored.left_out[i]; i++)
        ag_rpc_output(rpc, "left-out-peer", restored.left_out[i]);
    tell_content(rpc, &restored.info);
    return 0;
}
