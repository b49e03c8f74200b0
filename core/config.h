// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/message.h"
#include "transaction.h"

struct sx_engine;

/** The part of the configuration that forms the cluster, as it stands in the tree. By value. */
struct sx_cluster_config {
    char name[SX_NAME_MAX];
    char ip_version[8];
    char tls_verification[16];
    char peers[SX_PEERS_MAX][SX_ADDRESS_MAX];
    size_t peer_count;
    uint8_t primary; /**< index, 0: none */
    bool apply_immediately; /**< what applies on restart does not wait for one */
    uint32_t sync_interval_s;
    uint32_t heartbeat_interval_ms;
    uint32_t heartbeat_timeout_ms;
};

/** Name of this system in DNS, as far as it is configured: the host name (or the system's
 * name), with the first domain that names are searched in if it has none itself. */
void sx_config_host_name(const struct sx_tree *tree, char ret_name[SX_HOST_NAME_MAX]);
/** The option keys; returns their number. */
size_t sx_config_licence_keys(
    const struct sx_tree *tree, char ret_keys[SX_LICENCE_KEYS_MAX][SX_LICENCE_KEY_MAX]);
/** Reads what forms the cluster from the tree. */
void sx_config_read(const struct sx_tree *tree, struct sx_cluster_config *ret_config);
/** Canonical value of the leaf at `path` (defaults count), or "" when there is none. */
const char *sx_config_leaf(const struct sx_tree *tree, const char *path);
/** True for an IP literal, false for a name. */
bool sx_config_is_literal(const char *address);
/** The IP address of a name in the address mapping, or "" when it has none or is off;
 * borrowed from the tree. */
const char *sx_config_map(const struct sx_tree *tree, const char *name);
/** The name that the address mapping gives an IP address, or "". Borrowed. */
const char *sx_config_unmap(const struct sx_tree *tree, const char *address);
/** Remembers the values of nodes that apply on restart. */
void sx_config_note_applied(struct sx_engine *engine);
/** True when one of them differs now. */
bool sx_config_differs(const struct sx_engine *engine);
