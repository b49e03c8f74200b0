// SPDX-License-Identifier: Apache-2.0
#include "edit_impl.h"

#include <string.h>

static const char *attribute(const struct lyd_node *node, const char *module, const char *name)
{
    for (const struct lyd_meta *meta = node->meta; meta; meta = meta->next)
        if (strcmp(meta->name, name) == 0 && strcmp(meta->annotation->module->name, module) == 0)
            return lyd_get_meta_value(meta);
    return NULL;
}

/* The same of a node that libyang could not make sense of. */
static const char *opaque_operation(const struct lyd_node *node)
{
    const struct lyd_attr *attr = ((const struct lyd_node_opaq *)node)->attr;

    for (; attr; attr = attr->next)
        if (strcmp(attr->name.name, "operation") == 0 && attr->name.module_ns &&
            strcmp(attr->name.module_ns, SX_EDIT_NAMESPACE) == 0)
            return attr->value;
    return NULL;
}

enum sx_edit_operation sx_edit_operation_of(
    const struct lyd_node *node, enum sx_edit_operation inherited)
{
    const char *value =
        node->schema ? attribute(node, "ietf-netconf", "operation") : opaque_operation(node);

    if (!value)
        return inherited;
    if (strcmp(value, "merge") == 0)
        return SX_EDIT_MERGE;
    if (strcmp(value, "replace") == 0)
        return SX_EDIT_REPLACE;
    if (strcmp(value, "create") == 0)
        return SX_EDIT_CREATE;
    if (strcmp(value, "delete") == 0)
        return SX_EDIT_DELETE;
    if (strcmp(value, "remove") == 0)
        return SX_EDIT_REMOVE;
    return inherited; /* sx_edit_check_operation() refuses such a node */
}

int sx_edit_check_operation(const struct sx_edit *edit, const struct lyd_node *node)
{
    const char *value = opaque_operation(node);
    bool known = !value || strcmp(value, "merge") == 0 || strcmp(value, "replace") == 0 ||
                 sx_edit_operation_of(node, SX_EDIT_MERGE) != SX_EDIT_MERGE;

    if (known)
        return 0;
    return sx_error_set(edit->err, SX_E_BAD_ATTRIBUTE,
        "%s: operation \"%.100s\" is not one of merge, replace, create, delete, remove",
        LYD_NAME(node), value);
}

/* Finds the entry that `key` or `value` of a before or after names. */
static int find_anchor(struct sx_edit *edit, struct sx_edit_place *place, struct lyd_node *entry,
    const struct lyd_node *from, struct lyd_node **ret_anchor)
{
    bool is_list = entry->schema->nodetype == LYS_LIST;
    const char *name = is_list ? "key" : "value";
    const char *text = attribute(from, "yang", name);
    struct lyd_node *anchor = NULL;

    if (!text || !*text) {
        sx_error_set(edit->err, SX_E_MISSING_ATTRIBUTE,
            "%s: insert \"before\" and \"after\" need the attribute yang:%s, which names an entry",
            entry->schema->name, name);
        sx_error_element(edit->err, entry->schema->name, name);
        return sx_edit_fail_at(edit, place, entry->schema, entry);
    }
    if (lyd_find_sibling_val(entry, entry->schema, text, 0, &anchor) != LY_SUCCESS ||
        anchor == entry) {
        sx_error_set(edit->err, SX_E_BAD_ATTRIBUTE,
            "%s: yang:%s=\"%.200s\" names no other entry: it must name one that is there",
            entry->schema->name, name, text);
        sx_error_element(edit->err, entry->schema->name, name);
        sx_edit_fail_at(edit, place, entry->schema, entry);
        return sx_error_tag(edit->err, "missing-instance");
    }
    *ret_anchor = anchor;
    return 0;
}

/* The last entry of a list is before the first of what follows it in the schema's order, or the
 * last of all siblings. */
static struct lyd_node *last_entry(struct lyd_node *entry)
{
    const struct lysc_node *list = entry->schema, *above = lysc_data_parent(list), *schema = NULL;
    struct lyd_node *first = lyd_first_sibling(entry), *found;
    bool behind = false;

    while ((schema = lys_getnext(schema, above, list->module->compiled, 0))) {
        if (behind && lyd_find_sibling_val(first, schema, NULL, 0, &found) == LY_SUCCESS &&
            found->prev->schema == list)
            return found->prev;
        behind = behind || schema == list;
    }
    if (first->prev->schema == list)
        return first->prev;
    while (entry->next && entry->next->schema == list)
        entry = entry->next;
    return entry;
}

static int insert(struct sx_edit *edit, struct sx_edit_place *place, struct lyd_node *entry,
    const struct lyd_node *from, const char *how)
{
    struct lyd_node *anchor = NULL;

    if (strcmp(how, "first") == 0) {
        sx_transaction_place(edit->transaction, entry, NULL);
        return 0;
    }
    if (strcmp(how, "last") == 0) {
        anchor = last_entry(entry);
        if (anchor != entry)
            sx_transaction_place(edit->transaction, entry, anchor);
        return 0;
    }
    if (find_anchor(edit, place, entry, from, &anchor) < 0)
        return -1;
    if (strcmp(how, "before") == 0) {
        anchor = sx_order_before(anchor);
        if (anchor == entry)
            return 0; /* it is there already */
    }
    sx_transaction_place(edit->transaction, entry, anchor);
    return 0;
}

int sx_edit_position(struct sx_edit *edit, struct sx_edit_place *place, struct lyd_node *entry,
    const struct lyd_node *from, bool replacing)
{
    const char *how = attribute(from, "yang", "insert");

    if (!lysc_is_userordered(entry->schema)) {
        if (!how)
            return 0;
        sx_error_set(edit->err, SX_E_BAD_ATTRIBUTE,
            "%s: the attribute insert is for entries of lists that are ordered by the user",
            entry->schema->name);
        sx_error_element(edit->err, entry->schema->name, "insert");
        return sx_edit_fail_at(edit, place, entry->schema, entry);
    }
    if (how)
        return insert(edit, place, entry, from, how);
    if (replacing) {
        const struct lyd_node *like = sx_order_before(from);
        struct lyd_node *after = like ? sx_edit_entry(edit, place, like) : NULL;

        if (after != entry)
            sx_transaction_place(edit->transaction, entry, after);
    }
    return 0;
}
