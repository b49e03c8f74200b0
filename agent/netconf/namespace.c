// SPDX-License-Identifier: Apache-2.0
#include "netconf/namespace.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** XML that is being copied. */
struct copy {
    const char *at, *end;
    const char *kept; /**< all before it is written */
    const char *from, *to;
    FILE *out; /**< NULL until there is something to replace */
    char *text;
    size_t size;
};

static bool begins(const struct copy *copy, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(copy->end - copy->at) >= length && memcmp(copy->at, word, length) == 0;
}

/* Goes behind the next `word`, or to the end. */
static void skip(struct copy *copy, const char *word)
{
    while (copy->at < copy->end && !begins(copy, word))
        copy->at++;
    copy->at += copy->at < copy->end ? strlen(word) : 0;
}

static void replace(struct copy *copy, const char *value, size_t length)
{
    if (!copy->out)
        copy->out = open_memstream(&copy->text, &copy->size);
    if (!copy->out)
        abort();
    fwrite(copy->kept, 1, (size_t)(value - copy->kept), copy->out);
    fputs(copy->to, copy->out);
    copy->kept = value + length;
}

/* A quoted value, at its quote; `name` is where its attribute's name began. */
static void take_value(struct copy *copy, const char *name)
{
    char quote = *copy->at++;
    const char *value = copy->at;
    size_t length;

    while (copy->at < copy->end && *copy->at != quote)
        copy->at++;
    length = (size_t)(copy->at - value);
    copy->at += copy->at < copy->end;
    if (value - name > 5 && strncmp(name, "xmlns", 5) == 0 && strchr(":= \t\r\n", name[5]) &&
        length == strlen(copy->from) && memcmp(value, copy->from, length) == 0)
        replace(copy, value, length);
}

/* A start tag or end tag, at its first character after the <. */
static void take_tag(struct copy *copy)
{
    const char *name = NULL;

    while (copy->at < copy->end && *copy->at != '>' && !strchr(" \t\r\n", *copy->at))
        copy->at++;
    while (copy->at < copy->end && *copy->at != '>') {
        if (!name && !strchr(" \t\r\n/", *copy->at))
            name = copy->at;
        if (name && strchr("\"'", *copy->at)) {
            take_value(copy, name);
            name = NULL;
        } else {
            copy->at++;
        }
    }
}

char *ag_namespace_replace(
    const char *xml, size_t length, const char *from, const char *to, size_t *ret_length)
{
    struct copy copy = {.at = xml, .end = xml + length, .kept = xml, .from = from, .to = to};

    if (!memmem(xml, length, from, strlen(from)))
        return NULL;
    while (copy.at < copy.end) {
        if (*copy.at++ != '<')
            continue;
        if (begins(&copy, "!--"))
            skip(&copy, "-->");
        else if (begins(&copy, "![CDATA["))
            skip(&copy, "]]>");
        else if (begins(&copy, "?"))
            skip(&copy, "?>");
        else
            take_tag(&copy);
    }
    if (!copy.out)
        return NULL;
    fwrite(copy.kept, 1, (size_t)(copy.end - copy.kept), copy.out);
    fclose(copy.out);
    *ret_length = copy.size;
    return copy.text;
}
