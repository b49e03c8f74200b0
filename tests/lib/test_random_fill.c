// SPDX-License-Identifier: Apache-2.0
#include "test_random_impl.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* In so many of a hundred cases what must be there is put there. */
#define MANDATORY_PERCENT 95

struct sx_test_element *sx_test_random_entry(
    struct sx_test_making *making, struct sx_test_element *parent, const struct lysc_node *list)
{
    struct sx_test_element *entry;
    char *keys[SX_TEST_KEYS_MAX];
    unsigned count = 0;

    for (const struct lysc_node *key = lysc_node_child(list);
         key && lysc_is_key(key) && count < SX_TEST_KEYS_MAX; key = key->next)
        keys[count++] = sx_test_random_value(making, key);
    entry = sx_test_element_entry(parent, list, keys);
    while (count > 0)
        free(keys[--count]);
    return entry;
}

/* The attribute that names an entry: its keys with prefixes, or its value. */
static char *anchor_of(const struct lyd_node *entry)
{
    char *text;

    if (entry->schema->nodetype == LYS_LEAFLIST)
        return sx_strdup(lyd_get_value(entry));
    text = sx_strdup("");
    for (const struct lyd_node *key = lyd_child(entry); key && lysc_is_key(key->schema);
         key = key->next) {
        char *longer = sx_format("%s[%s:%s=\"%s\"]", text, key->schema->module->name,
            key->schema->name, lyd_get_value(key));

        free(text);
        text = longer;
    }
    return text;
}

void sx_test_random_place(
    struct sx_test_making *making, struct sx_test_element *element, const struct lyd_node *data)
{
    static const char *const places[] = {"first", "last", "before", "after"};
    uint32_t count = 0, place = sx_test_random(making->seed, data ? 4 : 2);

    if (!lysc_is_userordered(element->schema) || element->insert)
        return;
    element->insert = places[place];
    if (place < 2)
        return;
    while (data->prev->next && data->prev->schema == data->schema)
        data = data->prev;
    for (const struct lyd_node *entry = data; entry && entry->schema == data->schema;
         entry = entry->next)
        count++;
    for (count = sx_test_random(making->seed, count); count > 0; count--)
        data = data->next;
    element->anchor = anchor_of(data);
}

static const struct lyd_node *child_of(const struct lyd_node *data, const struct lysc_node *schema)
{
    for (const struct lyd_node *child = lyd_child(data); child; child = child->next)
        if (child->schema == schema)
            return child;
    return NULL;
}

static uint32_t least(const struct lysc_node *schema)
{
    return schema->nodetype == LYS_LIST ? ((const struct lysc_node_list *)schema)->min
                                        : ((const struct lysc_node_leaflist *)schema)->min;
}

/* Entries of a list or leaf-list. */
static void fill_entries(struct sx_test_making *making, struct sx_test_element *element,
    const struct lysc_node *schema, const struct lyd_node *data, uint32_t percent)
{
    uint32_t count = sx_test_chance(making, percent) ? 1 + sx_test_random(making->seed, 3) : 0;

    if (count < least(schema) && sx_test_chance(making, MANDATORY_PERCENT))
        count = least(schema);
    for (; count > 0; count--) {
        struct sx_test_element *entry;

        if (schema->nodetype == LYS_LIST) {
            entry = sx_test_random_entry(making, element, schema);
            sx_test_random_fill(making, entry, schema, NULL, percent);
        } else {
            char *value = sx_test_random_value(making, schema);

            entry = sx_test_element(element, schema, value);
            free(value);
        }
        if (sx_test_chance(making, 20))
            sx_test_random_place(making, entry, child_of(data, schema));
    }
}

static void fill_node(struct sx_test_making *making, struct sx_test_element *element,
    const struct lysc_node *schema, const struct lyd_node *data, uint32_t percent)
{
    static const char *const contents[] = {
        "", "<x xmlns=\"urn:any\">1</x>", "<x xmlns=\"urn:any\">2</x>"};
    bool mandatory = schema->flags & LYS_MAND_TRUE;
    struct sx_test_element *child;
    char *value;

    if (lysc_has_when(schema) && !sx_test_random_wants_condition(making, child_of(data, schema)))
        return;

    if (schema->nodetype & (LYS_LIST | LYS_LEAFLIST)) {
        fill_entries(making, element, schema, data, percent);
        return;
    }
    /* What is mandatory inside a container without presence is so for the container. */
    if (!sx_test_chance(making, mandatory ? MANDATORY_PERCENT : percent))
        return;
    if (schema->nodetype == LYS_CONTAINER) {
        child = sx_test_element(element, schema, NULL);
        sx_test_random_fill(making, child, schema, child_of(data, schema), percent);
    } else if (schema->nodetype == LYS_LEAF) {
        value = sx_test_random_value(making, schema);
        child = sx_test_element(element, schema, value);
        free(value);
    } else {
        child = sx_test_element(element, schema, contents[sx_test_random(making->seed, 3)]);
    }
    if (sx_test_random(making->seed, 150) == 0)
        child->operation = "remove";
}

/* One case of a choice, or none. */
static void fill_choice(struct sx_test_making *making, struct sx_test_element *element,
    const struct lysc_node_choice *choice, const struct lyd_node *data, uint32_t percent)
{
    const struct lysc_node *one = &choice->cases->node;
    uint32_t count = 0;

    if (!sx_test_chance(making, choice->flags & LYS_MAND_TRUE ? MANDATORY_PERCENT : percent + 20))
        return;
    for (const struct lysc_node *of = one; of; of = of->next)
        count++;
    for (count = sx_test_random(making->seed, count); count > 0; count--)
        one = one->next;
    sx_test_random_fill(making, element, one, data, percent + 20);
}

/* Also for a case: then the nodes in it. */
void sx_test_random_fill(struct sx_test_making *making, struct sx_test_element *element,
    const struct lysc_node *schema, const struct lyd_node *data, uint32_t percent)
{
    const struct lysc_node *child = NULL;

    while ((child = lys_getnext(child, schema, NULL, LYS_GETNEXT_WITHCHOICE))) {
        if (!(child->flags & LYS_CONFIG_W) || lysc_is_key(child) ||
            !sx_test_random_can_make(making->generator, child))
            continue;
        if (child->nodetype == LYS_CHOICE)
            fill_choice(making, element, (const struct lysc_node_choice *)child, data, percent);
        else
            fill_node(making, element, child, data, percent * 4 / 5);
    }
}
