// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"

/** What a change does to its target, in the words of RFC 8072 (YANG Patch). */
enum sx_operation {
    SX_OPERATION_CREATE = 1, /**< the target was not there */
    SX_OPERATION_REPLACE, /**< a leaf or anydata takes another value */
    SX_OPERATION_DELETE, /**< the target goes, with all below it */
    SX_OPERATION_MOVE, /**< an entry of a user-ordered list takes another place */
};

/**
 * One step of the effective difference that a commit made. Replayed in order on a copy of the
 * former content, the steps give the new content exactly.
 */
struct sx_change {
    enum sx_operation operation;
    enum sx_scope scope;
    uint32_t flags; /**< of sx_node_flag, of the target's schema node */
    char *path; /**< data path of the target with list keys (RFC 7951 names) */
    char *value; /**< create, replace: the target with all below it as RFC 7951 JSON, one
                      member `{"module:name":…}`; otherwise NULL */
    char *old_value; /**< replace, delete: the same of what was there; otherwise NULL */
    char *after; /**< create and move in a user-ordered list: data path of the entry before it,
                      "" when it is the first; otherwise NULL */
    char *old_after; /**< delete and move in a user-ordered list: the same of its former place, as
                          the former order was; otherwise NULL */
};

/** An array of changes that owns its strings. */
struct sx_change_list {
    struct sx_change *items;
    size_t count;
    size_t capacity;
};

/** Adds a change; the strings pass to the list. */
void sx_change_list_add(struct sx_change_list *list, struct sx_change change);

/** Adds a copy of `change`. */
void sx_change_list_copy(struct sx_change_list *list, const struct sx_change *change);

/** Releases the items; the list is empty and usable afterwards. */
void sx_change_list_clear(struct sx_change_list *list);

/** One row of the store: all of one outermost list entry, or, with `key` "", what one scope has
 * below a top-level node outside of lists. */
struct sx_fragment {
    enum sx_scope scope;
    char *list; /**< path of the outermost list without keys, or of the top-level node */
    char *key; /**< key predicates such as `[name='x']`, or "" */
    char *body; /**< RFC 7951 JSON, or NULL: the row goes */
    char
        *after; /**< user-ordered list: key of the entry before it, "" when first; otherwise NULL */
};

/** An array of fragments that owns its strings. */
struct sx_fragment_list {
    struct sx_fragment *items;
    size_t count;
    size_t capacity;
};

/** Adds a fragment; the strings pass to the list. */
void sx_fragment_list_add(struct sx_fragment_list *list, struct sx_fragment fragment);

/** Adds a copy of `fragment`. */
void sx_fragment_list_copy(struct sx_fragment_list *list, const struct sx_fragment *fragment);

/** Releases the items; the list is empty and usable afterwards. */
void sx_fragment_list_clear(struct sx_fragment_list *list);

/** Path of the place that a fragment stands for: list + key, released with free(). */
char *sx_fragment_path(const struct sx_fragment *fragment);
