// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "hex.h"
#include "sextant/memory.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

/* Lines of text that are sorted before they are hashed, so that the order in which modules were
 * loaded does not count. */
struct lines {
    char **items;
    size_t count, capacity;
};

static void add_line(struct lines *lines, char *line)
{
    lines->items = sx_grow(lines->items, lines->count, &lines->capacity, sizeof *lines->items);
    lines->items[lines->count++] = line;
}

static int add_class(void *with, const struct lysc_node *node, struct sx_error *err)
{
    const struct sx_node_class *class = sx_schema_class(node);

    (void)err;
    if (class) {
        char *path = sx_schema_path(node);

        add_line(with, sx_format("node %s %s %u", path, sx_scope_name(class->scope), class->flags));
        free(path);
    }
    return 0;
}

static void add_module(struct lines *lines, const struct lys_module *module)
{
    const struct lysp_feature *feature = NULL;
    LY_ARRAY_COUNT_TYPE i;
    uint32_t index = 0;

    add_line(
        lines, sx_format("module %s %s %s", module->name, module->revision ? module->revision : "-",
                   module->implemented ? "implemented" : "imported"));
    while ((feature = lysp_feature_next(feature, module->parsed, &index)))
        if (feature->flags & LYS_FENABLED)
            add_line(lines, sx_format("feature %s %s", module->name, feature->name));
    LY_ARRAY_FOR(module->deviated_by, i)
    add_line(lines, sx_format("deviation %s %s", module->name, module->deviated_by[i]->name));
}

void sx_schema_hash_text(const struct sx_schema *schema, char ret_text[SX_SCHEMA_HASH_TEXT])
{
    sx_hex_encode(schema->hash, sizeof schema->hash, ret_text);
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void sx_schema_compute_hash(struct sx_schema *schema)
{
    const struct lys_module *module;
    struct sx_error unused;
    struct lines lines = {0};
    size_t length = 0;
    uint32_t index = 0;
    char *text, *end;

    while ((module = ly_ctx_get_module_iter(schema->context, &index)))
        add_module(&lines, module);
    (void)sx_schema_walk(schema->context, add_class, &lines, &unused); /* it never fails */
    qsort(lines.items, lines.count, sizeof *lines.items, compare_lines);

    for (size_t i = 0; i < lines.count; i++)
        length += strlen(lines.items[i]) + 1;
    text = end = sx_alloc(length + 1);
    for (size_t i = 0; i < lines.count; i++) {
        end = stpcpy(end, lines.items[i]);
        *end++ = '\n';
        free(lines.items[i]);
    }
    SHA256((const unsigned char *)text, length, schema->hash);
    free(text);
    free(lines.items);
}
