// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/restore.h"
#include "state.h"

/* The inside of content to be restored, shared by restore_content.c (building it) and restore.c
 * (putting it in force). */

struct sx_restore {
    struct sx_tree tree;
    struct sx_loader loader; /**< into it */
    struct sx_tree left_out; /**< the peer list alone */
    struct sx_loader left_out_loader;
    struct sx_cluster_config cluster; /**< read from it */
    struct sx_archive_info info;
    bool valid;
};
