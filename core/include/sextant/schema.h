// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>
#include <stdint.h>

struct ly_ctx;
struct lysc_node;

/** Bytes of a SHA-256 digest. */
#define SX_DIGEST_SIZE 32

/** Who edits a configuration node and who takes a copy of it. */
enum sx_scope {
    SX_SCOPE_REPLICATED = 0, /**< edited on the primary, copied to all; the default */
    SX_SCOPE_AGREED, /**< entered on each peer, must be the same on all */
    SX_SCOPE_AGREED_COPIED, /**< as agreed; a commit on the primary is also sent to linked peers */
    SX_SCOPE_PEER_SPECIFIC, /**< edited on each peer, never copied */
};
#define SX_SCOPE_COUNT 4

/** The scope's name as the YANG extension writes it, e.g. "peer-specific". Static storage. */
const char *sx_scope_name(enum sx_scope scope);

/** What the extensions say of one configuration node. */
enum sx_node_flag {
    SX_NODE_APPLIES_ON_RESTART = 1 << 0,
    SX_NODE_SECRET = 1 << 1,
    SX_NODE_UNIQUE_IN_CLUSTER = 1 << 2,
    SX_NODE_MIXED = 1 << 3, /**< a container below which more than one scope is found */
    SX_NODE_FRAGMENT = 1 << 4, /**< an outermost list: each entry is a row of the store */
    SX_NODE_CRYPT_HASH =
        1 << 5, /**< of iana-crypt-hash's type: `$0$` values are hashed (RFC 7317) */
    SX_NODE_SECRETS = 1 << 6, /**< a secret leaf is found here or below */
};

/** Class of a schema node, resolved once when the schema is loaded. */
struct sx_node_class {
    enum sx_scope scope;
    uint32_t flags; /**< of sx_node_flag */
    bool survives; /**< a factory reset; of a list, the entries that `survivors` names */
    const char *survivors; /**< list whose entries survive a factory reset in part: the condition
                                on its keys, see survivors.h; else NULL. Borrowed */
};

/** What to load. All strings are borrowed during the call. */
struct sx_schema_options {
    const char *const *search_path; /**< folders, ours first; ends with NULL */
    const char *const *modules; /**< names of the modules to implement; ends with NULL */
};

/** A loaded schema: a libyang context and a class for each of its configuration nodes. Immutable
 * once loaded, so any number of engines and threads may share it. */
struct sx_schema;

/**
 * Loads the modules, implements every module that an `annotate` extension names, resolves classes,
 * and refuses a schema in which a constraint crosses scopes (a `must`, `when` or leafref of a node
 * of one scope that reads a node of another, named with both paths) or in which the scope changes
 * below a list entry or a presence container.
 * On success *ret_schema is the caller's, released by sx_schema_free().
 */
int sx_schema_load(
    const struct sx_schema_options *options, struct sx_schema **ret_schema, struct sx_error *err);

/** Releases a schema (NULL is fine). No engine may still use it. */
void sx_schema_free(struct sx_schema *schema);

/** The libyang context, owned by the schema. Parsing with it is safe in any thread; a data tree
 * belongs to one thread at a time. */
struct ly_ctx *sx_schema_context(const struct sx_schema *schema);

/** Class of a configuration data node, or NULL for state, RPCs, notifications, choices and cases.
 */
const struct sx_node_class *sx_schema_class(const struct lysc_node *node);

/** SHA-256 over modules, revisions, features and classes: equal on peers that may replicate. */
const uint8_t *sx_schema_hash(const struct sx_schema *schema);

/** Length of that hash as text, with NUL. */
#define SX_SCHEMA_HASH_TEXT 65

/** The same in hexadecimal: the content-id of RFC 8525. */
void sx_schema_hash_text(const struct sx_schema *schema, char ret_text[SX_SCHEMA_HASH_TEXT]);
