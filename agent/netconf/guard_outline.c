// SPDX-License-Identifier: Apache-2.0
#include "netconf/guard_outline.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char base_namespace[] = "urn:ietf:params:xml:ns:netconf:base:1.0";
static const char notification_namespace[] = "urn:ietf:params:xml:ns:netconf:notification:1.0";
static const char base_1_0[] = "urn:ietf:params:netconf:base:1.0";
static const char base_1_1[] = "urn:ietf:params:netconf:base:1.1";

/* Forgets the namespaces that were declared at `depth` or deeper. */
static void drop_namespaces(struct ag_outline *outline, size_t depth)
{
    while (outline->count > 0 && outline->namespaces[outline->count - 1].depth >= depth)
        free(outline->namespaces[--outline->count].prefix);
}

void ag_outline_clear(struct ag_outline *outline)
{
    drop_namespaces(outline, 0);
    free(outline->namespaces);
    memset(outline, 0, sizeof *outline);
}

static bool equals(const char *text, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(text, wanted, length) == 0;
}

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

/* The innermost declaration of the name's prefix, or NULL. */
static const struct ag_outline_namespace *find_namespace(
    const struct ag_outline *outline, const char *name)
{
    size_t length = (size_t)(local_name(name) - name);

    if (length > 0)
        length--;
    for (size_t i = outline->count; i > 0; i--)
        if (equals(name, length, outline->namespaces[i - 1].prefix))
            return &outline->namespaces[i - 1];
    return NULL;
}

bool ag_outline_attribute(
    struct ag_outline *outline, size_t depth, const char *name, const char *value, size_t length)
{
    struct ag_outline_namespace *added;

    if (depth == 1 && strcmp(name, "message-id") == 0)
        outline->message_id = true;
    if (strncmp(name, "xmlns", 5) != 0 || (name[5] != '\0' && name[5] != ':'))
        return true;
    if (outline->count == AG_OUTLINE_NAMESPACES_MAX)
        return false;
    outline->namespaces = sx_grow(
        outline->namespaces, outline->count, &outline->capacity, sizeof *outline->namespaces);
    added = &outline->namespaces[outline->count++];
    added->depth = depth;
    added->base = value && equals(value, length, base_namespace);
    added->notification = value && equals(value, length, notification_namespace);
    added->prefix = sx_strdup(name[5] ? name + 6 : "");
    return true;
}

void ag_outline_deep_attribute(struct ag_outline *outline, const char *element, const char *name)
{
    if (!outline->in_config || *outline->attribute || strchr(name, ':'))
        return;
    snprintf(outline->attribute, sizeof outline->attribute, "%s", name);
    snprintf(
        outline->attribute_element, sizeof outline->attribute_element, "%s", local_name(element));
}

static void copy_name(char target[64], const char *name)
{
    size_t length = strlen(name);

    target[0] = '\0';
    if (length < 64)
        memcpy(target, name, length + 1);
}

void ag_outline_open(struct ag_outline *outline, size_t depth, const char *name)
{
    const struct ag_outline_namespace *space = find_namespace(outline, name);
    bool base = space && space->base;
    const char *local = local_name(name);

    if (depth == 1) {
        copy_name(outline->root, local);
        outline->root_base = base;
    } else if (depth == 2) {
        if (outline->operations == 0 && base)
            copy_name(outline->operation, local);
        if (outline->operations++ == 0)
            outline->subscribes =
                space && space->notification && strcmp(local, "create-subscription") == 0;
        if (base && strcmp(local, "session-id") == 0)
            outline->session_id = true;
        outline->in_capabilities = base && strcmp(local, "capabilities") == 0;
    } else if (strcmp(outline->operation, "edit-config") == 0) {
        outline->in_config = base && strcmp(local, "config") == 0;
    } else if (outline->in_capabilities && base && strcmp(local, "capability") == 0) {
        outline->in_capability = true;
        outline->text_length = 0;
    }
}

void ag_outline_text(struct ag_outline *outline, size_t depth, const char *data, size_t length)
{
    if (depth != AG_OUTLINE_DEPTH || !outline->in_capability)
        return;
    for (size_t i = 0; i < length; i++) {
        /* White space around the URI does not count. */
        if (outline->text_length == 0 && strchr(" \t\r\n", data[i]))
            continue;
        if (outline->text_length < sizeof outline->text)
            outline->text[outline->text_length] = data[i];
        if (outline->text_length <= sizeof outline->text)
            outline->text_length++;
    }
}

static void end_capability(struct ag_outline *outline)
{
    size_t length = outline->text_length;

    outline->in_capability = false;
    if (length > sizeof outline->text)
        return;
    while (length > 0 && strchr(" \t\r\n", outline->text[length - 1]))
        length--;
    if (equals(outline->text, length, base_1_0))
        outline->base_1_0 = true;
    if (equals(outline->text, length, base_1_1))
        outline->base_1_1 = true;
}

void ag_outline_close(struct ag_outline *outline, size_t depth)
{
    drop_namespaces(outline, depth);
    if (depth == AG_OUTLINE_DEPTH && outline->in_capability)
        end_capability(outline);
    if (depth == 2)
        outline->in_capabilities = false;
}
