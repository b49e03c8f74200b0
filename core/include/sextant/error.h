// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

/** Longest text of an error, its path and its application tag, in bytes with the final NUL. */
#define SX_ERROR_MESSAGE_MAX 512
#define SX_ERROR_PATH_MAX 512
#define SX_ERROR_TAG_MAX 64
/** Longest name of an element or attribute, and longest namespace, in bytes with the final NUL. */
#define SX_ERROR_NAME_MAX 64
#define SX_ERROR_DETAIL_MAX 256
/** Errors that one request is told of at most. */
#define SX_ERRORS_MAX 100

/**
 * What went wrong, in the words of RFC 6241 appendix A. The agent's table from these codes to
 * <error-tag> is the only place that names an error-tag.
 */
enum sx_error_code {
    SX_OK = 0,
    SX_E_INVALID_VALUE, /**< a value that the node cannot take */
    SX_E_MISSING_ATTRIBUTE, /**< an attribute that must be there is not */
    SX_E_BAD_ATTRIBUTE, /**< an attribute's value cannot be used */
    SX_E_UNKNOWN_ATTRIBUTE, /**< an attribute that nothing here has */
    SX_E_MISSING_ELEMENT, /**< an element that must be there is not, e.g. a list key */
    SX_E_BAD_ELEMENT, /**< an element's content is not right */
    SX_E_UNKNOWN_ELEMENT, /**< no such node in the schema */
    SX_E_UNKNOWN_NAMESPACE, /**< no such module */
    SX_E_ACCESS_DENIED, /**< not allowed here, e.g. a replicated item on a subordinate */
    SX_E_LOCK_DENIED, /**< the datastore is locked by another session */
    SX_E_IN_USE, /**< the datastore is locked and the request would change it */
    SX_E_RESOURCE_DENIED, /**< no disk, or a stated bound was reached */
    SX_E_DATA_EXISTS, /**< create of a node that is there */
    SX_E_DATA_MISSING, /**< delete of a node that is not there, RFC 7950 section 15.5 */
    SX_E_OPERATION_NOT_SUPPORTED, /**< known, but not offered */
    SX_E_OPERATION_FAILED, /**< a constraint does not hold: must, unique, leafref, … */
    SX_E_MALFORMED_MESSAGE, /**< bytes that are not a message */
    SX_E_TOO_BIG, /**< larger than a stated bound */
    SX_E_STORE, /**< the database failed; nothing was changed */
    SX_E_INTERNAL, /**< a fault of ours */
};

/**
 * One error, by value: it owns nothing and needs no release. A caller that starts an operation
 * passes a pointer to one; an operation that fails fills it in and returns -1, one that succeeds
 * leaves it alone.
 */
struct sx_error {
    enum sx_error_code code;
    char app_tag[SX_ERROR_TAG_MAX]; /**< error-app-tag, or "" */
    char path[SX_ERROR_PATH_MAX]; /**< data path of the node (RFC 7950 6.4), or "" */
    char element[SX_ERROR_NAME_MAX]; /**< the element, if it is not the last of path, or "" */
    char detail[SX_ERROR_DETAIL_MAX]; /**< the attribute, or the namespace that is not known */
    char message[SX_ERROR_MESSAGE_MAX]; /**< what was wrong, and what would be right */
};

/**
 * Fills in `err` with a code and a printf-like message; all else becomes empty.
 * A text that is too long is cut. Returns -1, so that `return sx_error_set(…)` reads well.
 */
int sx_error_set(struct sx_error *err, enum sx_error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Names the node that the error is about: `path` is copied, cut when too long. Returns -1. */
int sx_error_at(struct sx_error *err, const char *path);

/** Adds an error-app-tag: `tag` is copied, cut when too long. Returns -1. */
int sx_error_tag(struct sx_error *err, const char *tag);

/** Names the element that the error is about where the path cannot, because it is of no schema, and
 * with it an attribute of it or its namespace; both are copied, cut when too long. Returns -1. */
int sx_error_element(struct sx_error *err, const char *element, const char *detail);

/** The errors of a request that goes on after the first one. Zeroed it is empty. */
struct sx_error_list {
    struct sx_error *items; /**< owned */
    size_t count, capacity;
    size_t dropped; /**< that found no room: the last item tells how many there were */
};

/** Adds a copy of `error`. Where SX_ERRORS_MAX are there, the last of them becomes one that counts
 * what it stands for. Returns -1. */
int sx_error_list_add(struct sx_error_list *list, const struct sx_error *error);

/** Releases the items; the list is empty afterwards. */
void sx_error_list_clear(struct sx_error_list *list);

/** A short English name of the code for logs, e.g. "access denied". Static storage. */
const char *sx_error_code_name(enum sx_error_code code);
