// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdbool.h>

struct ly_ctx;
struct lyd_node;
struct lyd_node_opaq;

/** Namespace of RFC 6241's messages and operations. */
#define AG_BASE_NS "urn:ietf:params:xml:ns:netconf:base:1.0"

/**
 * An <rpc> as XML alone: elements, attributes, texts, namespaces, nothing of any schema. It is
 * parsed with a libyang context that holds no module, so every node is an opaque one.
 */
struct ag_request {
    struct lyd_node *tree; /**< owned */
    const struct lyd_node_opaq *rpc; /**< the <rpc>, part of the tree */
    const struct lyd_node_opaq *operation; /**< its first child, or NULL */
};

/** A libyang context without modules, for requests; *ret_context is the caller's. Any number of
 * threads may share it. */
int ag_request_context(struct ly_ctx **ret_context, struct sx_error *err);

/** Parses the text of one <rpc>. `context` is one of ag_request_context() and must outlive the
 * request. On success ag_request_clear() releases what *ret_request holds. */
int ag_request_parse(
    struct ly_ctx *context, const char *body, struct ag_request *ret_request, struct sx_error *err);

/** Releases the tree; the request is empty afterwards. */
void ag_request_clear(struct ag_request *request);

/** The first child element, or NULL. */
const struct lyd_node_opaq *ag_request_first(const struct lyd_node_opaq *element);

/** The next sibling element, or NULL. */
const struct lyd_node_opaq *ag_request_next(const struct lyd_node_opaq *element);

/** The child element of this name in this namespace, or NULL. */
const struct lyd_node_opaq *ag_request_child(
    const struct lyd_node_opaq *element, const char *name_space, const char *name);

/** True when the element has this name in this namespace. */
bool ag_request_is(const struct lyd_node_opaq *element, const char *name_space, const char *name);

/** Value of an attribute without namespace, or NULL. */
const char *ag_request_attribute(const struct lyd_node_opaq *element, const char *name);
