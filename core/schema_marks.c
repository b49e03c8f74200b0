// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "sextant/memory.h"
#include "survivors.h"

#include <stdlib.h>
#include <string.h>

static int set_scope(
    struct sx_marks *marks, const char *argument, const char *where, struct sx_error *err)
{
    for (int i = 0; i < SX_SCOPE_COUNT; i++) {
        if (argument && strcmp(argument, sx_scope_name((enum sx_scope)i)) == 0) {
            marks->has_scope = true;
            marks->scope = (enum sx_scope)i;
            return 0;
        }
    }
    return sx_error_set(err, SX_E_INVALID_VALUE,
        "%s: scope \"%s\" is not one of replicated, agreed, agreed-copied, peer-specific", where,
        argument ? argument : "");
}

/* Adds what one statement says; a statement that comes twice is an error. */
static int add_mark(struct sx_marks *marks, const struct lysc_node *node, const char *keyword,
    const char *argument, const char *where, struct sx_error *err)
{
    uint32_t flag;

    if (strcmp(keyword, "survives-factory-reset") == 0) {
        if (marks->survives)
            return sx_error_set(
                err, SX_E_INVALID_VALUE, "%s: survives-factory-reset is given twice", where);
        marks->survives = argument ? argument : "";
        return sx_survivors_check(node, marks->survives, where, err);
    }
    if (strcmp(keyword, "scope") == 0) {
        if (marks->has_scope)
            return sx_error_set(err, SX_E_INVALID_VALUE, "%s: scope is given twice", where);
        return set_scope(marks, argument, where, err);
    }
    if (strcmp(keyword, "applies-on-restart") == 0)
        flag = SX_NODE_APPLIES_ON_RESTART;
    else if (strcmp(keyword, "secret") == 0)
        flag = SX_NODE_SECRET;
    else if (strcmp(keyword, "unique-in-cluster") == 0)
        flag = SX_NODE_UNIQUE_IN_CLUSTER;
    else
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "%s: \"%s\" cannot stand here; scope, applies-on-restart, secret, "
            "unique-in-cluster and survives-factory-reset can",
            where, keyword);
    if (marks->flags & flag)
        return sx_error_set(err, SX_E_INVALID_VALUE, "%s: %s is given twice", where, keyword);
    marks->flags |= flag;
    return 0;
}

/* True when a parsed node of that name, or one above it, depends on a feature. */
static bool optional_node(const struct lysp_node *first, const char *name, bool optional)
{
    for (const struct lysp_node *node = first; node; node = node->next) {
        bool here = optional || node->iffeatures;

        if (here && node->name && strcmp(node->name, name) == 0)
            return true;
        if (optional_node(lysp_node_child(node), name, here))
            return true;
    }
    return false;
}

static bool optional_in_module(const struct lysp_module *module, const char *name)
{
    for (const struct lysp_node_grp *group = module->groupings; group;
         group = (const struct lysp_node_grp *)group->node.next)
        if (optional_node(group->child, name, false))
            return true;
    for (const struct lysp_node_augment *augment = module->augments; augment;
         augment = (const struct lysp_node_augment *)augment->node.next)
        if (optional_node(augment->child, name, augment->iffeatures))
            return true;
    return optional_node(module->data, name, false);
}

/* Follows the path of an annotation. *ret_node stays NULL where a feature is not supported. */
static int find_target(const struct ly_ctx *context, const struct lysp_module *module,
    const char *path, const struct lysc_node **ret_node, struct sx_error *err)
{
    const struct lysc_node *node = NULL;

    for (const char *at = path; *at;) {
        const char *colon = strchr(at, ':');
        size_t length = colon ? strcspn(colon + 1, "/") : 0;
        const struct lys_module *of = NULL;
        char name[256];

        if (*at == '/' && colon && length > 0 && length < sizeof name) {
            const char *prefix = sx_schema_prefix(module, at + 1, (size_t)(colon - at - 1));

            of = prefix ? ly_ctx_get_module_implemented(context, prefix) : NULL;
        }
        if (!of)
            return sx_error_set(err, SX_E_INVALID_VALUE,
                "YANG module %s: annotate \"%s\": the path must be absolute with a prefix in each "
                "step, such as /if:interfaces/if:interface",
                module->mod->name, path);
        memcpy(name, colon + 1, length);
        name[length] = '\0';
        node = lys_find_child(node, of, name, 0, 0, 0);
        if (!node && optional_in_module(of->parsed, name))
            return 0;
        if (!node)
            return sx_error_set(err, SX_E_INVALID_VALUE,
                "YANG module %s: annotate \"%s\": there is no node \"%s\" of module %s at this "
                "place",
                module->mod->name, path, name, of->name);
        at = colon + 1 + length;
    }
    *ret_node = node;
    return 0;
}

static struct sx_annotation *annotation_of(
    const struct sx_schema *schema, const struct lysc_node *node)
{
    for (size_t i = 0; i < schema->annotation_count; i++)
        if (schema->annotations[i].node == node)
            return &schema->annotations[i];
    return NULL;
}

static int read_annotation(struct sx_schema *schema, const struct lysp_module *module,
    const struct lysp_ext_instance *extension, struct sx_error *err)
{
    const char *path = extension->argument ? extension->argument : "";
    char *where = sx_format("YANG module %s: annotate \"%s\"", module->mod->name, path);
    const struct lysc_node *node = NULL;
    struct sx_annotation *annotation;
    const char *keyword;
    int result = find_target(schema->context, module, path, &node, err);

    if (result < 0 || !node)
        goto out;
    annotation = annotation_of(schema, node);
    if (!annotation) {
        schema->annotations = sx_grow(schema->annotations, schema->annotation_count,
            &schema->annotation_capacity, sizeof *schema->annotations);
        annotation = &schema->annotations[schema->annotation_count++];
        *annotation = (struct sx_annotation){.node = node};
    }
    for (const struct lysp_stmt *stmt = extension->child; stmt && result == 0; stmt = stmt->next)
        if (sx_schema_is_ours(module, stmt->stmt, &keyword))
            result = add_mark(&annotation->marks, node, keyword, stmt->arg, where, err);
out:
    free(where);
    return result;
}

int sx_schema_annotations(struct sx_schema *schema, struct sx_error *err)
{
    const struct lys_module *module;
    const char *keyword;
    uint32_t index = 0;
    LY_ARRAY_COUNT_TYPE i;

    while ((module = ly_ctx_get_module_iter(schema->context, &index))) {
        if (!module->implemented)
            continue;
        LY_ARRAY_FOR(module->parsed->exts, i)
        {
            const struct lysp_ext_instance *extension = &module->parsed->exts[i];

            if (sx_schema_is_ours(module->parsed, extension->name, &keyword) &&
                strcmp(keyword, "annotate") == 0 &&
                read_annotation(schema, module->parsed, extension, err) < 0)
                return -1;
        }
    }
    return 0;
}

int sx_schema_marks(const struct sx_schema *schema, const struct lysc_node *node,
    struct sx_marks *ret_marks, struct sx_error *err)
{
    const struct sx_annotation *annotation = annotation_of(schema, node);
    struct sx_marks marks = {0};
    char *path = NULL;
    int result = 0;
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(node->exts, i)
    {
        const struct lysc_ext_instance *extension = &node->exts[i];

        if (strcmp(extension->def->module->name, SX_EXTENSIONS_MODULE) != 0)
            continue;
        if (!path)
            path = sx_schema_path(node);
        if (add_mark(&marks, node, extension->def->name, extension->argument, path, err) < 0) {
            result = sx_error_at(err, path);
            goto out;
        }
    }
    if (annotation) {
        marks.flags |= annotation->marks.flags;
        if (annotation->marks.survives)
            marks.survives = annotation->marks.survives;
        if (annotation->marks.has_scope) {
            marks.has_scope = true;
            marks.scope = annotation->marks.scope;
        }
    }
    *ret_marks = marks;
out:
    free(path);
    return result;
}
