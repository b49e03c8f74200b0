// SPDX-License-Identifier: Apache-2.0
#include "test_random_impl.h"

#include "sextant/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** Values of a range or of strings that one type gives. */
#define VALUES_OF_A_TYPE 5

/** What strings are tried with; a leaf takes the first few that its type allows. */
static const char *const words[] = {"a", "b", "c", "d", "it's", "ax", "1", "2",
    "YQ==", "YWI=", "host1.example.com", "host2.example.com", "x.example.org", "192.0.2.1",
    "192.0.2.2", "2001:db8::1", "2001:db8::2", "192.0.2.0/24", "2001:db8::/32", "eth0", "eth1",
    "Alice", "*", "+4930123", "4711", "sip:a@example.com", "2026-11-21T10:00:00Z",
    "2026-11-22T10:00:00Z", "1.3.6.1.4.1", "01:02:03:04:05:06", "Europe/Berlin", "long enough 1",
    "long enough 2",
    "$6$abcdefgh$0123456789012345678901234567890123456789012345678901234567890123456789012345678"
    "9012345",
    "/a", "abcdefghijklmnop", NULL};

/* Adds a value unless the type refuses it, it is there already, or there are `most` of them. */
static void offer(struct sx_test_values *values, const char *value, unsigned most)
{
    LY_ERR result;

    for (unsigned i = 0; i < values->count; i++)
        if (strcmp(values->items[i], value) == 0)
            return;
    if (values->count >= most || values->count >= SX_TEST_VALUES_MAX)
        return;
    result = lyd_value_validate(
        values->schema->module->ctx, values->schema, value, strlen(value), NULL, NULL, NULL);
    if (result == LY_SUCCESS || result == LY_EINCOMPLETE)
        values->items[values->count++] = sx_strdup(value);
}

static void offer_number(struct sx_test_values *values, int64_t number, unsigned most)
{
    char *text = sx_format("%" PRId64, number);

    offer(values, text, most);
    free(text);
}

static void offer_integers(
    struct sx_test_values *values, const struct lysc_type_num *type, unsigned most)
{
    int64_t first = 0, last = 100;

    if (type->range) {
        first = type->range->parts[0].min_64;
        last = type->range->parts[LY_ARRAY_COUNT(type->range->parts) - 1].max_64;
    }
    for (int64_t i = 0; i < VALUES_OF_A_TYPE; i++)
        offer_number(values, first + i, most);
    offer_number(values, last, most + 1);
}

static void offer_enums(struct sx_test_values *values, const struct lysc_type_enum *type)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(type->enums, i) offer(values, type->enums[i].name, SX_TEST_VALUES_MAX);
}

static void offer_bits(struct sx_test_values *values, const struct lysc_type_bits *type)
{
    LY_ARRAY_COUNT_TYPE count = LY_ARRAY_COUNT(type->bits), i;

    offer(values, "", SX_TEST_VALUES_MAX);
    for (i = 0; i < count; i++)
        offer(values, type->bits[i].name, SX_TEST_VALUES_MAX);
    for (i = 0; i + 1 < count; i++) {
        /* In another order than the canonical one. */
        char *both = sx_format("%s %s", type->bits[i + 1].name, type->bits[i].name);

        offer(values, both, SX_TEST_VALUES_MAX);
        free(both);
    }
}

static void offer_identities(struct sx_test_values *values, struct lysc_ident **identities)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(identities, i)
    {
        char *name = sx_format("%s:%s", identities[i]->module->name, identities[i]->name);

        offer(values, name, SX_TEST_VALUES_MAX);
        free(name);
        offer_identities(values, identities[i]->derived);
    }
}

static void offer_type(struct sx_test_values *values, const struct lysc_type *type)
{
    static const char *const decimals[] = {
        "0.5", "1", "0.50", "1.0", "2.25", "-1", "0", "3.0", NULL};
    unsigned most = values->count + VALUES_OF_A_TYPE;
    LY_ARRAY_COUNT_TYPE i;

    switch (type->basetype) {
    case LY_TYPE_UNION:
        LY_ARRAY_FOR(((const struct lysc_type_union *)type)->types, i)
        offer_type(values, ((const struct lysc_type_union *)type)->types[i]);
        return;
    case LY_TYPE_LEAFREF:
        offer_type(values, ((const struct lysc_type_leafref *)type)->realtype);
        return;
    case LY_TYPE_ENUM:
        offer_enums(values, (const struct lysc_type_enum *)type);
        return;
    case LY_TYPE_BITS:
        offer_bits(values, (const struct lysc_type_bits *)type);
        return;
    case LY_TYPE_IDENT:
        LY_ARRAY_FOR(((const struct lysc_type_identityref *)type)->bases, i)
        offer_identities(values, ((const struct lysc_type_identityref *)type)->bases[i]->derived);
        return;
    case LY_TYPE_BOOL:
        offer(values, "true", most);
        offer(values, "false", most);
        return;
    case LY_TYPE_EMPTY:
        offer(values, "", most);
        return;
    case LY_TYPE_DEC64:
        for (const char *const *word = decimals; *word; word++)
            offer(values, *word, most + 1);
        return;
    case LY_TYPE_STRING:
    case LY_TYPE_BINARY:
        for (const char *const *word = words; *word; word++)
            offer(values, *word, most);
        return;
    case LY_TYPE_INST:
        return; /* they are made of what is there */
    default:
        offer_integers(values, (const struct lysc_type_num *)type, most);
        return;
    }
}

static const struct sx_test_values *values_of(
    struct sx_test_generator *generator, const struct lysc_node *schema)
{
    struct sx_test_values *values;

    for (size_t i = 0; i < generator->value_count; i++)
        if (generator->values[i].schema == schema)
            return &generator->values[i];
    generator->values = sx_grow(generator->values, generator->value_count,
        &generator->value_capacity, sizeof *generator->values);
    values = &generator->values[generator->value_count++];
    *values = (struct sx_test_values){.schema = schema};
    offer_type(values, ((const struct lysc_node_leaf *)schema)->type);
    return values;
}

bool sx_test_random_can_make(struct sx_test_generator *generator, const struct lysc_node *schema)
{
    if (schema->nodetype & LYD_NODE_TERM)
        return ((const struct lysc_node_leaf *)schema)->type->basetype == LY_TYPE_INST ||
               values_of(generator, schema)->count > 0;
    if (schema->nodetype == LYS_LIST)
        for (const struct lysc_node *child = lysc_node_child(schema); child; child = child->next)
            if (child->nodetype == LYS_LEAF &&
                (lysc_is_key(child) || (child->flags & LYS_MAND_TRUE)) &&
                !sx_test_random_can_make(generator, child))
                return false;
    return true;
}

void sx_test_random_values_free(struct sx_test_generator *generator)
{
    for (size_t i = 0; i < generator->value_count; i++)
        for (unsigned j = 0; j < generator->values[i].count; j++)
            free(generator->values[i].items[j]);
    free(generator->values);
}

const struct lyd_node *sx_test_random_instance(
    struct sx_test_making *making, const struct lysc_node *schema)
{
    const struct lyd_node *top, *node, *found = NULL;
    uint32_t seen = 0;

    LY_LIST_FOR(making->tree, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if ((!schema || node->schema == schema) && sx_test_random(making->seed, ++seen) == 0)
                found = node;
            LYD_TREE_DFS_END(top, node);
        }
    }
    return found;
}

/* Path of a node with a prefix for each name, as XML wants it; now and then of one that is not
 * there. */
static char *instance_path(struct sx_test_making *making)
{
    const struct lyd_node *node = sx_test_random_instance(making, NULL), *above = node;
    char *text = sx_strdup(""), *path, *longer;

    for (; above; above = lyd_parent(above)) {
        path = sx_format("/%s:%s", above->schema->module->name, above->schema->name);
        if (above->schema->nodetype == LYS_LIST)
            for (const struct lyd_node *key = lyd_child(above); key && lysc_is_key(key->schema);
                 key = key->next) {
                const char *value = sx_test_chance(making, 10) ? "d" : lyd_get_value(key);
                longer = sx_format(
                    "%s[%s:%s=\"%s\"]", path, key->schema->module->name, key->schema->name, value);

                free(path);
                path = longer;
            }
        else if (above->schema->nodetype == LYS_LEAFLIST) {
            longer = sx_format("%s[.=\"%s\"]", path, lyd_get_value(above));

            free(path);
            path = longer;
        }
        longer = sx_format("%s%s", path, text);
        free(path);
        free(text);
        text = longer;
    }
    return text;
}

/* A value of a node that the path of a reference names; or NULL. */
static char *referred(struct sx_test_making *making, const struct lysc_node *schema)
{
    const struct lysc_type_leafref *type =
        (const struct lysc_type_leafref *)((const struct lysc_node_leaf *)schema)->type;
    const struct lyd_node *instance = NULL;
    struct ly_set *atoms = NULL;
    uint32_t pick;

    if (type->basetype != LY_TYPE_LEAFREF || lys_find_expr_atoms(schema, schema->module, type->path,
                                                 type->prefixes, 0, &atoms) != LY_SUCCESS)
        return NULL;
    pick = sx_test_random(making->seed, atoms->count);
    if (atoms->snodes[pick] != schema && (atoms->snodes[pick]->nodetype & LYD_NODE_TERM))
        instance = sx_test_random_instance(making, atoms->snodes[pick]);
    ly_set_free(atoms, NULL);
    return instance ? sx_strdup(lyd_get_value(instance)) : NULL;
}

char *sx_test_random_value(struct sx_test_making *making, const struct lysc_node *schema)
{
    const struct lysc_type *type = ((const struct lysc_node_leaf *)schema)->type;
    const struct sx_test_values *values;
    char *value;

    if (type->basetype == LY_TYPE_INST)
        return instance_path(making);
    if (sx_test_chance(making, 60) && (value = referred(making, schema)))
        return value;
    values = values_of(making->generator, schema);
    if (values->count == 0 || sx_test_random(making->seed, 500) == 0)
        return sx_strdup("no value");
    return sx_strdup(values->items[sx_test_random(making->seed, values->count)]);
}
