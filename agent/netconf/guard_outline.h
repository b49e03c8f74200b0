// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Levels of elements that the outline looks at: root, operation, and below <capabilities>. */
#define AG_OUTLINE_DEPTH 3
/** Namespace declarations in force on those levels; more are refused. */
#define AG_OUTLINE_NAMESPACES_MAX 256
/** Bytes kept of an attribute's value or of a <capability>. Longer ones equal nothing that is
 * looked for. */
#define AG_OUTLINE_VALUE_MAX 96

/** A namespace declaration in force: all that matters is whether it is NETCONF's base, or that of
 * event notifications. */
struct ag_outline_namespace {
    size_t depth;
    bool base, notification;
    char *prefix;
};

/**
 * What the outermost elements of one message say: which root, which operation, which protocol
 * versions. Filled by the scanner (guard_xml.h) as elements go by.
 */
struct ag_outline {
    char root[64]; /**< local name of the root, or "" when longer */
    bool root_base; /**< the root is in the NETCONF base namespace */
    bool message_id; /**< the root has an attribute message-id */
    size_t operations; /**< child elements of the root */
    char operation[64]; /**< local name of the first if it is in the base namespace, or "" */
    bool subscribes; /**< the first is <create-subscription> of RFC 5277 */
    char attribute[64]; /**< inside the <config> of an <edit-config>: the first attribute without
                           a prefix, cut when longer, or "" */
    char attribute_element[64]; /**< local name of its element, cut when longer */
    bool in_config;
    bool session_id; /**< <session-id> below the root */
    bool base_1_0, base_1_1; /**< offered as <capability> below <capabilities> */
    struct ag_outline_namespace *namespaces;
    size_t count, capacity;
    bool in_capabilities, in_capability;
    char text[AG_OUTLINE_VALUE_MAX]; /**< of the <capability> that is open */
    size_t text_length; /**< more than the array holds: too long */
};

/** Empties an outline for the next message; releases what it holds. */
void ag_outline_clear(struct ag_outline *outline);

/** An attribute of the element that opens at `depth` (1 is the root), before
 * ag_outline_open(). `value` is raw and has `length` bytes, NULL when too long. Returns false when
 * there are too many namespace declarations. */
bool ag_outline_attribute(
    struct ag_outline *outline, size_t depth, const char *name, const char *value, size_t length);

/** An attribute, other than a namespace declaration, of the element of this name that opens deeper
 * than the outline looks. */
void ag_outline_deep_attribute(struct ag_outline *outline, const char *element, const char *name);

/** The element with this name (prefix included) is open at `depth`; its attributes were seen. */
void ag_outline_open(struct ag_outline *outline, size_t depth, const char *name);

/** Text inside the element that is open at `depth`. */
void ag_outline_text(struct ag_outline *outline, size_t depth, const char *data, size_t length);

/** The element at `depth` ends. */
void ag_outline_close(struct ag_outline *outline, size_t depth);
