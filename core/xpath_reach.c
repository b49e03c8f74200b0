// SPDX-License-Identifier: Apache-2.0
#include "xpath_reach.h"

#include <string.h>

/** Parentheses and predicates in each other that are followed. */
#define NESTING_MAX 50
/** Operands side by side whose use is told apart; with more, all count as read by value. */
#define OPERANDS_MAX 16

/* Where a location path stands: the fewest levels below the context node that it can be on, and the
 * name of the node, NULL when it is not known. */
struct place {
    bool is_nodes; /* false for numbers, texts and truth values */
    int depth;
    const char *name;
    size_t length;
};

struct scan {
    const char *at;
    struct place start;
    struct sx_reach *reach;
    unsigned nesting;
    bool failed;
};

static const struct place no_nodes = {0};

static struct place parse_expression(struct scan *scan, struct place context, bool by_value);

static void skip_space(struct scan *scan)
{
    scan->at += strspn(scan->at, " \t\r\n");
}

/* Takes `token` when it comes next. */
static bool accept(struct scan *scan, const char *token)
{
    size_t length = strlen(token);

    skip_space(scan);
    if (strncmp(scan->at, token, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *at)
{
    size_t length = 0;

    if (!is_name_start(*at))
        return 0;
    while (is_name_start(at[length]) || (at[length] >= '0' && at[length] <= '9') ||
           at[length] == '-' || at[length] == '.')
        length++;
    return length;
}

static bool is_word(const char *at, size_t length, const char *word)
{
    return strlen(word) == length && strncmp(at, word, length) == 0;
}

static void climb_to(struct scan *scan, int depth)
{
    if (-depth > scan->reach->climb)
        scan->reach->climb = -depth < SX_REACH_ROOT ? -depth : SX_REACH_ROOT;
}

static void note(struct sx_reach_names *names, struct place place)
{
    if (!place.name || names->count == SX_REACH_NAMES_MAX) {
        names->any = true;
        return;
    }
    names->items[names->count].text = place.name;
    names->items[names->count++].length = place.length;
}

static void note_value(struct scan *scan, struct place place)
{
    if (place.is_nodes)
        note(&scan->reach->values, place);
}

static void parse_predicates(struct scan *scan, struct place place)
{
    while (!scan->failed && accept(scan, "[")) {
        parse_expression(scan, place, false);
        scan->failed |= !accept(scan, "]");
    }
}

/* What an axis does to the depth, and how far it reads. */
static void follow_axis(struct scan *scan, struct place *place, const char *axis, size_t length)
{
    if (is_word(axis, length, "child") || is_word(axis, length, "attribute") ||
        is_word(axis, length, "descendant"))
        place->depth++;
    else if (is_word(axis, length, "parent"))
        place->depth--;
    else if (is_word(axis, length, "following-sibling") ||
             is_word(axis, length, "preceding-sibling")) {
        climb_to(scan, place->depth - 1);
        scan->reach->sideways = true;
    } else if (is_word(axis, length, "following") || is_word(axis, length, "preceding")) {
        place->depth = -SX_REACH_ROOT;
        scan->reach->sideways = true;
    } else if (!is_word(axis, length, "self") && !is_word(axis, length, "descendant-or-self"))
        place->depth = -SX_REACH_ROOT;
}

/* A node test, `depth` being where its axis leads: a name, `*`, or a type with parentheses. */
static void parse_test(struct scan *scan, struct place *place)
{
    size_t length;

    skip_space(scan);
    place->name = NULL;
    if (accept(scan, "*"))
        return;
    length = name_length(scan->at);
    if (length == 0) {
        scan->failed = true;
        return;
    }
    place->name = scan->at;
    place->length = length;
    scan->at += length;
    if (*scan->at == ':') {
        scan->at++;
        if (accept(scan, "*")) {
            place->name = NULL;
            return;
        }
        length = name_length(scan->at);
        place->name = scan->at;
        place->length = length;
        scan->at += length;
        scan->failed |= length == 0;
    } else if (accept(scan, "(")) {
        place->name = NULL;
        scan->failed |= !accept(scan, ")");
    }
}

static void parse_step(struct scan *scan, struct place *place)
{
    size_t length;

    if (accept(scan, "..")) {
        place->depth--;
        place->name = NULL;
    } else if (accept(scan, ".")) {
        ; /* it stays where it is */
    } else {
        skip_space(scan);
        length = name_length(scan->at);
        if (length > 0 && strncmp(scan->at + length, "::", 2) == 0) {
            follow_axis(scan, place, scan->at, length);
            scan->at += length + 2;
        } else {
            (void)accept(scan, "@");
            place->depth++;
        }
        parse_test(scan, place);
        note(&scan->reach->steps, *place);
    }
    climb_to(scan, place->depth);
    parse_predicates(scan, *place);
}

/* The steps from `place` on. */
static struct place parse_steps(struct scan *scan, struct place place)
{
    for (;;) {
        parse_step(scan, &place);
        if (scan->failed)
            return place;
        if (accept(scan, "//"))
            place.name = NULL; /* any level below, which is no higher */
        else if (!accept(scan, "/"))
            return place;
    }
}

/* More steps behind what gives nodes. */
static struct place parse_tail(struct scan *scan, struct place place)
{
    parse_predicates(scan, place);
    if (scan->failed || (!accept(scan, "//") && !accept(scan, "/")))
        return place;
    return parse_steps(scan, place);
}

static bool begins_step(const char *at)
{
    return name_length(at) > 0 || *at == '.' || *at == '*' || *at == '@';
}

static struct place parse_absolute(struct scan *scan)
{
    struct place root = {.is_nodes = true, .depth = -SX_REACH_ROOT};

    (void)(accept(scan, "//") || accept(scan, "/"));
    climb_to(scan, root.depth);
    skip_space(scan);
    return begins_step(scan->at) ? parse_steps(scan, root) : root;
}

static struct place parse_call(
    struct scan *scan, struct place context, const char *name, size_t length)
{
    /* These look at whether nodes are there, or how they are called, not at what they hold. */
    static const char *const by_presence[] = {
        "count", "not", "boolean", "local-name", "name", "namespace-uri"};
    struct place result = no_nodes;
    bool by_value = true;

    for (size_t i = 0; i < sizeof by_presence / sizeof *by_presence; i++)
        by_value &= !is_word(name, length, by_presence[i]);
    if (accept(scan, ")")) {
        if (is_word(name, length, "current"))
            return scan->start;
        /* string() and its like take the context node. */
        if (by_value)
            note_value(scan, context);
        return result;
    }
    do
        parse_expression(scan, context, by_value);
    while (!scan->failed && accept(scan, ","));
    scan->failed |= !accept(scan, ")");
    if (is_word(name, length, "deref")) {
        result = (struct place){.is_nodes = true, .depth = -SX_REACH_ROOT};
        climb_to(scan, result.depth);
        scan->reach->steps.any = true;
    }
    return result;
}

/* A number, a text or a variable. */
static bool parse_literal(struct scan *scan)
{
    char quote = *scan->at;
    const char *end;

    if (quote == '\'' || quote == '"') {
        end = strchr(scan->at + 1, quote);
        scan->failed |= !end;
        scan->at = end ? end + 1 : scan->at;
        return true;
    }
    if ((quote >= '0' && quote <= '9') ||
        (quote == '.' && scan->at[1] >= '0' && scan->at[1] <= '9')) {
        scan->at += strspn(scan->at, "0123456789.");
        return true;
    }
    if (quote == '$') {
        scan->at++;
        scan->at += strspn(scan->at, ":") + name_length(scan->at);
        scan->reach->values.any = true;
        climb_to(scan, -SX_REACH_ROOT);
        return true;
    }
    return false;
}

static struct place parse_operand(struct scan *scan, struct place context)
{
    size_t length;
    const char *name, *behind;

    while (accept(scan, "-"))
        ;
    skip_space(scan);
    if (parse_literal(scan))
        return no_nodes;
    if (*scan->at == '/')
        return parse_absolute(scan);
    if (accept(scan, "(")) {
        struct place inner = parse_expression(scan, context, false);

        scan->failed |= !accept(scan, ")");
        return parse_tail(scan, inner);
    }
    name = scan->at;
    length = name_length(name);
    behind = name + length + strspn(name + length, " \t\r\n");
    if (length > 0 && *behind == '(' && !is_word(name, length, "node") &&
        !is_word(name, length, "text")) {
        scan->at = behind + 1;
        return parse_tail(scan, parse_call(scan, context, name, length));
    }
    context.is_nodes = true;
    return parse_steps(scan, context);
}

/* What follows a `mod` is sure not to be zero only as a number that is written out. */
static void check_divisor(struct scan *scan)
{
    size_t digits;

    skip_space(scan);
    digits = strspn(scan->at, "0123456789");
    scan->reach->divides |= strspn(scan->at, "0") == digits;
}

/* An operator, if one comes next; *ret_by_value tells that it works with values. */
static bool parse_operator(struct scan *scan, bool *ret_by_value)
{
    static const char *const signs[] = {"!=", "<=", ">=", "=", "<", ">", "+", "-", "*"};
    size_t length;

    if (accept(scan, "|"))
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (accept(scan, signs[i])) {
            *ret_by_value = true;
            return true;
        }
    length = name_length(scan->at);
    if (is_word(scan->at, length, "and") || is_word(scan->at, length, "or")) {
        scan->at += length;
        return true;
    }
    if (is_word(scan->at, length, "div") || is_word(scan->at, length, "mod")) {
        bool divides = *scan->at == 'm';

        scan->at += length;
        if (divides)
            check_divisor(scan);
        *ret_by_value = true;
        return true;
    }
    return false;
}

/* Returns where the nodes are that it gives: of several, the highest place. */
static struct place parse_expression(struct scan *scan, struct place context, bool by_value)
{
    struct place operands[OPERANDS_MAX], result = no_nodes;
    size_t count = 0;

    if (++scan->nesting > NESTING_MAX)
        scan->failed = true;
    if (scan->failed)
        return no_nodes;
    do {
        struct place operand = parse_operand(scan, context);

        if (count == OPERANDS_MAX)
            note_value(scan, operand);
        else
            operands[count++] = operand;
        if (operand.is_nodes && result.is_nodes)
            result = (struct place){.is_nodes = true,
                .depth = operand.depth < result.depth ? operand.depth : result.depth};
        else if (operand.is_nodes)
            result = operand;
    } while (!scan->failed && parse_operator(scan, &by_value));
    for (size_t i = 0; by_value && i < count; i++)
        note_value(scan, operands[i]);
    scan->nesting--;
    return result;
}

void sx_xpath_reach(const char *expression, const char *name, struct sx_reach *ret_reach)
{
    struct scan scan = {.at = expression, .reach = ret_reach};

    *ret_reach = (struct sx_reach){0};
    scan.start = (struct place){.is_nodes = true, .name = name, .length = strlen(name)};
    parse_expression(&scan, scan.start, false);
    skip_space(&scan);
    if (scan.failed || *scan.at) {
        ret_reach->climb = SX_REACH_ROOT;
        ret_reach->sideways = true;
        ret_reach->divides = strstr(expression, "mod");
    }
}

bool sx_reach_has(const struct sx_reach_names *names, const char *name)
{
    if (names->any)
        return true;
    for (size_t i = 0; i < names->count; i++)
        if (is_word(names->items[i].text, names->items[i].length, name))
            return true;
    return false;
}
