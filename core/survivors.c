// SPDX-License-Identifier: Apache-2.0
#include "survivors.h"

#include <libyang/libyang.h>
#include <string.h>

/* Conditions on keys of a list. They are few and read seldom, so each use reads the text anew. */

/** One `key = 'value'`. */
struct term {
    const char *key, *value;
    size_t key_length, value_length;
};

#define BLANKS " \t\r\n"

/* Takes a term and the `or` behind it. False when the text is none. *ret_more: another follows. */
static bool take_term(const char **at, struct term *ret_term, bool *ret_more)
{
    const char *text = *at + strspn(*at, BLANKS);
    char quote;

    ret_term->key = text;
    ret_term->key_length = strcspn(text, BLANKS "='\"");
    text += ret_term->key_length;
    text += strspn(text, BLANKS);
    if (ret_term->key_length == 0 || *text != '=')
        return false;
    text++;
    text += strspn(text, BLANKS);
    quote = *text;
    if (quote != '\'' && quote != '"')
        return false;
    ret_term->value = ++text;
    text = strchr(text, quote);
    if (!text)
        return false;
    ret_term->value_length = (size_t)(text - ret_term->value);
    text++;
    text += strspn(text, BLANKS);
    *ret_more = *text != '\0';
    if (*ret_more && (strncmp(text, "or", 2) != 0 || !text[2] || !strchr(BLANKS, text[2])))
        return false;
    *at = *ret_more ? text + 2 : text;
    return true;
}

static bool is_name(const struct term *term, const char *name)
{
    return strncmp(term->key, name, term->key_length) == 0 && !name[term->key_length];
}

static bool is_key(const struct lysc_node *list, const struct term *term)
{
    for (const struct lysc_node *child = lysc_node_child(list); child && lysc_is_key(child);
         child = child->next)
        if (is_name(term, child->name))
            return true;
    return false;
}

int sx_survivors_check(
    const struct lysc_node *node, const char *argument, const char *where, struct sx_error *err)
{
    const char *at = argument;
    struct term term;
    bool more = true;

    if (strcmp(argument, SX_SURVIVES_ALWAYS) == 0 || strcmp(argument, SX_SURVIVES_NEVER) == 0)
        return 0;
    while (more) {
        if (node->nodetype != LYS_LIST || !take_term(&at, &term, &more))
            return sx_error_set(err, SX_E_INVALID_VALUE,
                "%s: survives-factory-reset \"%s\" is not always, never or, in a list, a condition "
                "such as name = 'a' or name = 'b'",
                where, argument);
        if (!is_key(node, &term))
            return sx_error_set(err, SX_E_INVALID_VALUE,
                "%s: survives-factory-reset \"%s\": %.*s is not a key of the list", where, argument,
                (int)term.key_length, term.key);
    }
    return 0;
}

static bool holds(const struct term *term, const struct lyd_node *entry)
{
    for (const struct lyd_node *child = lyd_child(entry); child && lysc_is_key(child->schema);
         child = child->next) {
        const char *value = lyd_get_value(child);

        if (is_name(term, child->schema->name))
            return strncmp(term->value, value, term->value_length) == 0 &&
                   !value[term->value_length];
    }
    return false;
}

bool sx_survivors_hold(const char *condition, const struct lyd_node *entry)
{
    struct term term;
    bool more = true;

    while (more && take_term(&condition, &term, &more))
        if (holds(&term, entry))
            return true;
    return false;
}
