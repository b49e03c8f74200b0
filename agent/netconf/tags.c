// SPDX-License-Identifier: Apache-2.0
#include "netconf/tags.h"

#include "netconf/namespace.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

void ag_tags_init(struct ag_tags *tags, struct ag_stream *stream, enum ag_defaults defaults)
{
    static const uint32_t modes[] = {
        [AG_DEFAULTS_EXPLICIT] = LYD_PRINT_WD_EXPLICIT,
        [AG_DEFAULTS_ALL] = LYD_PRINT_WD_ALL,
        [AG_DEFAULTS_TAGGED] = LYD_PRINT_WD_IMPL_TAG,
        [AG_DEFAULTS_TRIM] = LYD_PRINT_WD_TRIM,
    };

    *tags = (struct ag_tags){.stream = stream, .options = LYD_PRINT_SHRINK | modes[defaults]};
}

void ag_tags_clear(struct ag_tags *tags)
{
    free(tags->open);
    tags->open = NULL;
    tags->depth = tags->capacity = tags->written = 0;
}

void ag_tags_open(struct ag_tags *tags, const struct lysc_node *container)
{
    tags->open = sx_grow(tags->open, tags->depth, &tags->capacity, sizeof *tags->open);
    tags->open[tags->depth++] = container;
}

int ag_tags_need(struct ag_tags *tags, struct sx_error *err)
{
    for (; tags->written < tags->depth; tags->written++) {
        const struct lysc_node *node = tags->open[tags->written];
        bool same = tags->written > 0 && tags->open[tags->written - 1]->module == node->module;
        char *tag = same ? sx_format("<%s>", node->name)
                         : sx_format("<%s xmlns=\"%s\">", node->name, node->module->ns);
        int result = ag_stream_put(tags->stream, tag, err);

        free(tag);
        if (result < 0)
            return -1;
    }
    return 0;
}

int ag_tags_close(struct ag_tags *tags, struct sx_error *err)
{
    const struct lysc_node *node = tags->open[--tags->depth];

    if (tags->written <= tags->depth)
        return 0;
    tags->written--;
    if (ag_stream_put(tags->stream, "</", err) < 0 ||
        ag_stream_put(tags->stream, node->name, err) < 0)
        return -1;
    return ag_stream_put(tags->stream, ">", err);
}

int ag_tags_put(struct ag_tags *tags, const struct lyd_node *node, struct sx_error *err)
{
    const struct lys_module *module = node->schema->module;
    const struct lysc_node *parent = tags->depth > 0 ? tags->open[tags->depth - 1] : NULL;
    char *text = NULL, *declaration = NULL, *tagged;
    const char *rest;
    size_t name = 1 + strlen(node->schema->name), length;
    int result = -1;

    if (lyd_print_mem(&text, node, LYD_XML, tags->options) != LY_SUCCESS) {
        sx_error_set(err, SX_E_INTERNAL, "%s cannot be printed: %s", node->schema->name,
            ly_errmsg(LYD_CTX(node)));
        goto out;
    }
    if (!text || !*text) {
        result = 0;
        goto out;
    }
    tagged =
        ag_namespace_replace(text, strlen(text), AG_DEFAULT_LIBYANG_NS, AG_DEFAULT_NS, &length);
    if (tagged) {
        free(text);
        text = tagged;
    }
    /* libyang declares the namespace at the first element; inside the parent it is in force. */
    declaration = sx_format(" xmlns=\"%s\"", module->ns);
    length = strlen(declaration);
    rest = text + name;
    if (parent && parent->module == module && strncmp(rest, declaration, length) == 0)
        rest += length;
    if (ag_tags_need(tags, err) == 0 && ag_stream_write(tags->stream, text, name, err) == 0)
        result = ag_stream_put(tags->stream, rest, err);
out:
    free(text);
    free(declaration);
    return result;
}
