// SPDX-License-Identifier: Apache-2.0
#include "test_random_impl.h"

#include "sextant/memory.h"
#include "sextant/schema.h"

#include <stdlib.h>
#include <string.h>

/** Of the optional nodes in what comes for the sake of a node below it, so many of a hundred. */
#define NEW_PERCENT 3

/** How often a place for an edit is looked for. */
#define TRIES 20

uint32_t sx_test_random(uint64_t *seed, uint32_t limit)
{
    uint64_t x = *seed;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    return (uint32_t)(x >> 33) % limit;
}

static void collect(struct sx_test_generator *generator, struct sx_test_module *module,
    const struct lysc_node *above, const struct lys_module *top)
{
    const struct lysc_node *node = NULL;

    while ((node = lys_getnext(node, above, top ? top->compiled : NULL, 0))) {
        if (!sx_schema_class(node) || lysc_is_key(node) ||
            !sx_test_random_can_make(generator, node))
            continue;
        module->nodes =
            sx_grow(module->nodes, module->count, &module->capacity, sizeof *module->nodes);
        module->nodes[module->count++] = node;
        if (node->nodetype & (LYS_CONTAINER | LYS_LIST))
            collect(generator, module, node, NULL);
    }
}

static bool is_wanted(const char *const *modules, const char *name)
{
    for (; modules && *modules; modules++)
        if (strcmp(*modules, name) == 0)
            return true;
    return !modules;
}

struct sx_test_generator *sx_test_generator(
    const struct sx_schema *schema, const char *const *modules)
{
    struct sx_test_generator *generator = sx_alloc(sizeof *generator);
    const struct lys_module *module;
    uint32_t index = 0;

    modules = modules && *modules ? modules : NULL;
    generator->context = sx_schema_context(schema);
    while ((module = ly_ctx_get_module_iter(generator->context, &index))) {
        struct sx_test_module own = {0};

        if (!module->implemented || !module->compiled || !is_wanted(modules, module->name))
            continue;
        collect(generator, &own, NULL, module);
        if (own.count == 0)
            continue;
        generator->modules = sx_grow(generator->modules, generator->module_count,
            &generator->module_capacity, sizeof *generator->modules);
        generator->modules[generator->module_count++] = own;
    }
    return generator;
}

void sx_test_generator_free(struct sx_test_generator *generator)
{
    if (!generator)
        return;
    sx_test_random_values_free(generator);
    for (size_t i = 0; i < generator->module_count; i++)
        free(generator->modules[i].nodes);
    free(generator->modules);
    free(generator);
}

/* Where an edit has arrived. */
struct place {
    struct sx_test_element *element;
    const struct lyd_node *data; /* or NULL when it is not there, or for the top level */
};

static const struct lyd_node *children_of(
    const struct sx_test_making *making, const struct place *place)
{
    if (!place->element->schema)
        return making->tree;
    return lyd_child(place->data);
}

/* A random instance of the schema node below a place, or NULL. */
static const struct lyd_node *instance_below(
    struct sx_test_making *making, const struct place *place, const struct lysc_node *schema)
{
    const struct lyd_node *found = NULL;
    uint32_t seen = 0;

    for (const struct lyd_node *node = children_of(making, place); node; node = node->next)
        if (node->schema == schema && sx_test_random(making->seed, ++seen) == 0)
            found = node;
    return found;
}

static struct sx_test_element *element_of(
    struct sx_test_element *parent, const struct lyd_node *data)
{
    char *keys[SX_TEST_KEYS_MAX];
    unsigned count = 0;

    if (data->schema->nodetype != LYS_LIST)
        return sx_test_element(parent, data->schema, lyd_get_value(data));
    for (const struct lyd_node *key = lyd_child(data);
         key && lysc_is_key(key->schema) && count < SX_TEST_KEYS_MAX; key = key->next)
        keys[count++] = (char *)lyd_get_value(key);
    return sx_test_element_entry(parent, data->schema, keys);
}

/* The way down to an inner schema node, by entries that are there or new ones. */
static struct place descend(struct sx_test_making *making, const struct lysc_node *schema)
{
    struct place above, place = {.element = &making->root};

    if (!schema)
        return place;
    above = descend(making, lysc_data_parent(schema));
    if (schema->nodetype != LYS_LIST || sx_test_chance(making, 85))
        place.data = instance_below(making, &above, schema);
    if (place.data)
        place.element = element_of(above.element, place.data);
    else if (schema->nodetype == LYS_LIST)
        place.element = sx_test_random_entry(making, above.element, schema);
    else
        place.element = sx_test_element(above.element, schema, NULL);
    /* What is new needs what is mandatory in it. */
    if (!place.data && !lysc_is_np_cont(schema))
        sx_test_random_fill(making, place.element, schema, NULL, NEW_PERCENT);
    return place;
}

static void edit_leaf(
    struct sx_test_making *making, struct place *above, const struct lysc_node *schema)
{
    static const char *const set[] = {NULL, NULL, NULL, NULL, NULL, "create", "replace", "merge"};
    static const char *const unset[] = {"remove", "delete", "remove"};
    const struct lyd_node *data = instance_below(making, above, schema);
    struct sx_test_element *element;
    char *value;

    if (sx_test_chance(making, data ? 35 : 3)) {
        value = data ? sx_strdup(lyd_get_value(data)) : sx_test_random_value(making, schema);
        element = sx_test_element(above->element, schema, value);
        element->operation = unset[sx_test_random(making->seed, 3)];
    } else {
        value = sx_test_random_value(making, schema);
        element = sx_test_element(above->element, schema, value);
        element->operation = set[sx_test_random(making->seed, 8)];
        if (sx_test_chance(making, 30))
            sx_test_random_place(making, element, data);
    }
    free(value);
}

static void edit_any(
    struct sx_test_making *making, struct place *above, const struct lysc_node *schema)
{
    struct sx_test_element *element =
        sx_test_element(above->element, schema, "<x xmlns=\"urn:any\">3</x>");

    if (sx_test_chance(making, 30))
        element->operation = "remove";
}

static void edit_inner(
    struct sx_test_making *making, struct place *above, const struct lysc_node *schema)
{
    const struct lyd_node *data = NULL;
    struct sx_test_element *element;

    if (schema->nodetype != LYS_LIST || sx_test_chance(making, 60))
        data = instance_below(making, above, schema);
    if (data)
        element = element_of(above->element, data);
    else if (schema->nodetype == LYS_LIST)
        element = sx_test_random_entry(making, above->element, schema);
    else
        element = sx_test_element(above->element, schema, NULL);
    if (data && sx_test_chance(making, 30)) {
        element->operation = sx_test_chance(making, 50) ? "delete" : "remove";
        return;
    }
    if (sx_test_chance(making, 12))
        element->operation = data ? "replace" : "create";
    if (sx_test_chance(making, 50))
        sx_test_random_place(making, element, data);
    if (!data || sx_test_chance(making, 60))
        sx_test_random_fill(making, element, schema, data,
            sx_test_chance(making, 50) ? 15 : 15 + sx_test_random(making->seed, 50));
}

static void edit_node(
    struct sx_test_making *making, struct place *above, const struct lysc_node *schema)
{
    if (schema->nodetype & LYD_NODE_TERM)
        edit_leaf(making, above, schema);
    else if (schema->nodetype & LYD_NODE_ANY)
        edit_any(making, above, schema);
    else
        edit_inner(making, above, schema);
}

/* Half of the modules are picked by their size, half alike. */
static const struct sx_test_module *pick_module(struct sx_test_making *making)
{
    const struct sx_test_generator *generator = making->generator;
    const struct sx_test_module *picked = generator->modules;
    size_t nodes = 0;

    if (sx_test_chance(making, 50))
        return &picked[sx_test_random(making->seed, (uint32_t)generator->module_count)];
    for (size_t i = 0; i < generator->module_count; i++)
        nodes += generator->modules[i].count;
    nodes = sx_test_random(making->seed, (uint32_t)nodes);
    while (nodes >= picked->count)
        nodes -= picked++->count;
    return picked;
}

/* A random node, by a way that leads there or a new one. */
static void edit_somewhere(struct sx_test_making *making)
{
    const struct sx_test_module *module = pick_module(making);
    const struct lysc_node *schema =
        module->nodes[sx_test_random(making->seed, (uint32_t)module->count)];
    struct place above;

    if (lysc_has_when(schema) &&
        !sx_test_random_wants_condition(making, sx_test_random_instance(making, schema)))
        return;
    above = descend(making, lysc_data_parent(schema));
    edit_node(making, &above, schema);
}

char *sx_test_random_edit(
    struct sx_test_generator *generator, const struct lyd_node *tree, uint64_t *seed)
{
    struct sx_test_making making = {.generator = generator, .tree = tree, .seed = seed};
    uint32_t count = sx_test_chance(&making, 60) ? 1 : 2 + sx_test_random(seed, 5);
    char *xml;

    for (uint32_t tries = TRIES; tries > 0 && (count > 0 || !making.root.child); tries--) {
        edit_somewhere(&making);
        count -= count > 0;
    }
    xml = sx_test_element_xml(generator->context, &making.root);
    sx_test_element_clear(&making.root);
    return xml;
}
