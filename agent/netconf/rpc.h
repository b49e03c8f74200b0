// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/errors.h"
#include "sextant/event.h"

#include <stdbool.h>

struct ag_netconf;
struct ag_session;
struct lyd_node;
struct sx_update;

/** An operation to be carried out, and what came of it. */
struct ag_rpc {
    struct ag_netconf *netconf; /**< borrowed */
    struct ag_session *session; /**< borrowed */
    struct sx_origin origin; /**< who asks */
    const struct lyd_node *operation; /**< as parsed by libyang; borrowed */
    struct lyd_node *data; /**< output: a copy of the operation with output nodes, or NULL; the
                                caller's */
    bool close; /**< output: the session ends after the reply */
    struct ag_error_info info; /**< output: for an error's <error-info> */
    struct sx_error_list errors; /**< output: of a request that had several; the caller's */
};

/** Carries out every operation but <get> and <get-config>. Session thread. Returns -1 with *err:
 * nothing was changed. */
int ag_rpc_run(struct ag_rpc *rpc, struct sx_error *err);

/** rpc_wait.c: ag_rpc_step() for an operation that commits; its answer waits for peers when the
 * client asked for that. The update stays here. */
int ag_rpc_commit_step(struct ag_rpc *rpc, struct sx_event *event, struct sx_error *err);
/** rpc_wait.c: true when the session of a waiting operation (`context`) ends, or a restart wants
 * its answer. */
bool ag_rpc_is_over(void *context);
/** rpc_preview.c: <preview-config-update> of sextant-cluster. */
int ag_rpc_preview_config_update(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_edit.c: <edit-config>, <copy-config>, <validate>. */
int ag_rpc_edit_config(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_copy_config(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_validate(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_config.c: the content of a <config> parameter of `parent` (the operation, or its <source>),
 * within the bounds of an edit; *ret_config is borrowed from the operation, NULL for nothing.
 * `plain`: a whole configuration, in which no attribute of an edit may stand. */
int ag_rpc_config(struct ag_rpc *rpc, const struct lyd_node *parent, bool plain,
    const struct lyd_node **ret_config, struct sx_error *err);
/** rpc_backup.c: <backup> and <restore> of sextant-system. */
int ag_rpc_backup(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_restore(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_mapping.c: <suggest-mappings> of sextant-cluster. */
int ag_rpc_suggest_mappings(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_schema.c: <get-schema>, RFC 6022. */
int ag_rpc_get_schema(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_history.c: the operations of sextant-history. */
int ag_rpc_get_history(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_get_changes(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_rollback(struct ag_rpc *rpc, struct sx_error *err);
/** rpc_secret.c: <force-system-key-update>, <accept-peer-key> and <check-secrets> of
 * sextant-cluster. */
int ag_rpc_force_key_update(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_accept_peer_key(struct ag_rpc *rpc, struct sx_error *err);
int ag_rpc_check_secrets(struct ag_rpc *rpc, struct sx_error *err);

/** rpc.c: has the engine do `event`, whose origin is filled in here. `update` (empty) is the
 * caller's to clear, also on failure. */
int ag_rpc_step(
    struct ag_rpc *rpc, struct sx_event *event, struct sx_update *update, struct sx_error *err);
/** rpc.c: an event without a parameter, or with a datastore alone. */
int ag_rpc_simple(
    struct ag_rpc *rpc, enum sx_event_type type, enum sx_datastore datastore, struct sx_error *err);
/** rpc.c: the input parameter of this name, or NULL. */
const struct lyd_node *ag_rpc_input(const struct ag_rpc *rpc, const char *name);
/** rpc.c: the value of the input parameter of this name, which must be there. NULL with *err. */
const char *ag_rpc_needed(struct ag_rpc *rpc, const char *name, struct sx_error *err);
/** rpc.c: adds a leaf or an entry of a leaf-list to the output; the value fits its type. */
void ag_rpc_output(struct ag_rpc *rpc, const char *name, const char *value);
/** rpc.c: the datastore that the child of parameter `name` (target or source) names. */
int ag_rpc_datastore(
    struct ag_rpc *rpc, const char *name, enum sx_datastore *ret_datastore, struct sx_error *err);
