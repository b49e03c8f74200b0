// SPDX-License-Identifier: Apache-2.0
#include "test_random_edit.h"

#include "path.h"
#include "sextant/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

uint32_t sx_test_random(uint64_t *seed, uint32_t limit)
{
    uint64_t x = *seed;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    return (uint32_t)(x >> 33) % limit;
}

/* An edit that is being written. */
struct writer {
    struct sx_text text;
    uint64_t *seed;
};

static void add(struct writer *writer, const char *string)
{
    sx_text_add(&writer->text, string, strlen(string));
}

static bool chance(struct writer *writer, uint32_t percent)
{
    return sx_test_random(writer->seed, 100) < percent;
}

static const char *pick(struct writer *writer, const char *const *words)
{
    uint32_t count = 0;

    while (words[count])
        count++;
    return words[sx_test_random(writer->seed, count)];
}

static void open_tag(struct writer *writer, const char *name, bool ordered)
{
    static const char *const operations[] = {"merge", "replace", "replace", "remove", "remove",
        "remove", "remove", "remove", "create", "delete", NULL};
    static const char *const places[] = {"first", "last", NULL};

    add(writer, "<");
    add(writer, name);
    if (chance(writer, 8)) {
        add(writer, " nc:operation='");
        add(writer, pick(writer, operations));
        add(writer, "'");
    }
    if (ordered && chance(writer, 30)) {
        add(writer, " yang:insert='");
        add(writer, pick(writer, places));
        add(writer, "'");
    }
    add(writer, ">");
}

static void close_tag(struct writer *writer, const char *name)
{
    add(writer, "</");
    add(writer, name);
    add(writer, ">");
}

static void leaf(struct writer *writer, const char *name, uint32_t percent,
    const char *const *values, bool ordered)
{
    if (!chance(writer, percent))
        return;
    open_tag(writer, name, ordered);
    add(writer, pick(writer, values));
    close_tag(writer, name);
}

static void plain(struct writer *writer, const char *name, const char *value)
{
    add(writer, "<");
    add(writer, name);
    add(writer, ">");
    add(writer, value);
    close_tag(writer, name);
}

static const char *const texts[] = {"a", "b", "it's", "d", "say \"no\"", NULL};
static const char *const numbers[] = {"1", "2", "3", "5", "7", NULL};

static void write_choice(struct writer *writer)
{
    switch (sx_test_random(writer->seed, 6)) {
    case 0:
        leaf(writer, "tcp-port", 60, numbers, false);
        if (chance(writer, 60)) {
            open_tag(writer, "tcp-options", false);
            leaf(writer, "mss", 60, numbers, false);
            close_tag(writer, "tcp-options");
        }
        break;
    case 1:
        leaf(writer, "udp-port", 60, numbers, false);
        leaf(writer, "udp-flag", 60, texts, false);
        break;
    case 2:
        leaf(writer, "a2", 60, texts, false);
        leaf(writer, "beside", 60, texts, false);
        break;
    case 3:
        leaf(writer, "b1", 60, texts, false);
        if (chance(writer, 60)) {
            open_tag(writer, "b2", false);
            leaf(writer, "c", 60, texts, false);
            close_tag(writer, "b2");
        }
        break;
    default:
        break;
    }
}

static void write_conditional(struct writer *writer)
{
    static const char *const modes[] = {"simple", "full", "full", NULL};
    static const char *const details[] = {"some", "deep", "deep", NULL};

    leaf(writer, "mode", 40, modes, false);
    leaf(writer, "detail", 10, details, false);
    if (chance(writer, 10)) {
        open_tag(writer, "full-only", false);
        leaf(writer, "x", 50, texts, false);
        leaf(writer, "y", 50, numbers, false);
        if (chance(writer, 50)) {
            open_tag(writer, "row", false);
            plain(writer, "k", pick(writer, texts));
            leaf(writer, "v", 50, texts, false);
            close_tag(writer, "row");
        }
        close_tag(writer, "full-only");
    }
    leaf(writer, "follows", 4, texts, false);
}

static void write_top(struct writer *writer)
{
    open_tag(writer, "top", false);
    leaf(writer, "plain", 30, texts, false);
    leaf(writer, "number", 30, numbers, false);
    leaf(writer, "own", 20, texts, false);
    if (chance(writer, 20)) {
        open_tag(writer, "agreed", false);
        leaf(writer, "name", 50, texts, false);
        leaf(writer, "tag", 50, texts, false);
        leaf(writer, "tag", 50, texts, false);
        close_tag(writer, "agreed");
    }
    if (chance(writer, 10))
        add(writer, "<copied><mode>true</mode></copied>");
    write_choice(writer);
    write_conditional(writer);
    leaf(writer, "colour", 30, texts, true);
    leaf(writer, "colour", 30, texts, true);
    leaf(writer, "count", 30, numbers, false);
    leaf(writer, "preset", 20, texts, false);
    if (chance(writer, 30)) {
        open_tag(writer, "flag", false);
        leaf(writer, "f", 50, texts, false);
        if (chance(writer, 50)) {
            open_tag(writer, "inside", false);
            plain(writer, "k", pick(writer, texts));
            leaf(writer, "v", 50, texts, false);
            close_tag(writer, "inside");
        }
        close_tag(writer, "flag");
    }
    close_tag(writer, "top");
}

static void write_sub(struct writer *writer, const char *key)
{
    open_tag(writer, "sub", true);
    plain(writer, "a", pick(writer, texts));
    plain(writer, "b", key);
    leaf(writer, "c", 50, texts, false);
    if (chance(writer, 40)) {
        open_tag(writer, "deep", false);
        plain(writer, "z", pick(writer, texts));
        leaf(writer, "y", 50, texts, false);
        close_tag(writer, "deep");
    }
    close_tag(writer, "sub");
}

static void write_entry(struct writer *writer, const char *name)
{
    static const char *const values[] = {
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "forbidden", NULL};
    static const char *const kinds[] = {"special", "usual", NULL};
    static const char *const serials[] = {"1", "2", "3", "4", "5", "6", "7", "8", NULL};

    open_tag(writer, "entry", false);
    plain(writer, "name", name);
    leaf(writer, "value", 40, values, false);
    leaf(writer, "serial", 10, serials, false);
    leaf(writer, "level", 20, numbers, false);
    leaf(writer, "label", 30, texts, false);
    if (chance(writer, 30)) {
        open_tag(writer, "c", false);
        leaf(writer, "d", 50, texts, false);
        leaf(writer, "e", 50, numbers, false);
        close_tag(writer, "c");
    }
    leaf(writer, "kind", 30, kinds, false);
    leaf(writer, "only", 3, texts, false);
    for (const char *const *key = numbers; *key; key++)
        if (chance(writer, 15))
            write_sub(writer, *key);
    close_tag(writer, "entry");
}

static void write_keyed(struct writer *writer, const char *name, const char *key,
    const char *key_value, const char *value, bool ordered)
{
    open_tag(writer, name, ordered);
    plain(writer, key, key_value);
    if (value)
        leaf(writer, value, 60, texts, false);
    close_tag(writer, name);
}

static void write_ordered(struct writer *writer, const char *id)
{
    open_tag(writer, "ordered", true);
    plain(writer, "id", id);
    leaf(writer, "text", 40, texts, false);
    for (const char *const *word = texts; *word; word++) {
        const char *const one[] = {*word, NULL};

        leaf(writer, "word", 20, one, true);
    }
    close_tag(writer, "ordered");
}

static void write_lists(struct writer *writer)
{
    open_tag(writer, "lists", false);
    for (const char *const *key = texts; *key; key++)
        if (chance(writer, 30))
            write_entry(writer, *key);
    for (const char *const *key = texts; *key; key++)
        if (chance(writer, 30))
            write_ordered(writer, *key);
    if (chance(writer, 20))
        write_keyed(writer, "local", "k", pick(writer, texts), "v", false);
    for (const char *const *key = texts; *key; key++)
        if (chance(writer, 20))
            write_keyed(writer, "local-ordered", "k", *key, NULL, true);
    if (chance(writer, 20))
        write_keyed(writer, "reference", "id", pick(writer, texts),
            chance(writer, 40) ? "target" : NULL, false);
    if (chance(writer, 10))
        write_keyed(writer, "few", "k", pick(writer, texts),
            chance(writer, 90) ? "must-have" : NULL, false);
    close_tag(writer, "lists");
}

/* Wraps what the last call wrote at `from` with the module's namespaces. */
static void add_namespaces(struct writer *writer, size_t from)
{
    static const char names[] = " xmlns='urn:sextant:test'"
                                " xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'"
                                " xmlns:yang='urn:ietf:params:xml:ns:yang:1'";
    size_t at = from + strcspn(writer->text.data + from, " >");
    char *rest = sx_strdup(writer->text.data + at);

    sx_text_cut(&writer->text, at);
    add(writer, names);
    add(writer, rest);
    free(rest);
}

static void write_outer(struct writer *writer)
{
    for (const char *const *key = texts; *key; key++) {
        const char *const one[] = {*key, NULL};
        size_t from = writer->text.length;

        if (chance(writer, 30))
            write_keyed(writer, "outer", "k", *key, "v", true);
        else if (chance(writer, 20))
            leaf(writer, "values", 100, one, true);
        if (writer->text.length > from)
            add_namespaces(writer, from);
    }
}

char *sx_test_random_edit(uint64_t *seed)
{
    struct writer writer = {.seed = seed};
    size_t from;

    add(&writer, "");
    if (chance(&writer, 60)) {
        write_top(&writer);
        add_namespaces(&writer, 0);
    }
    from = writer.text.length;
    if (chance(&writer, 60)) {
        write_lists(&writer);
        add_namespaces(&writer, from);
    }
    if (chance(&writer, 30))
        write_outer(&writer);
    from = writer.text.length;
    leaf(&writer, "lone", 10, texts, false);
    if (writer.text.length > from)
        add_namespaces(&writer, from);
    return writer.text.data;
}
