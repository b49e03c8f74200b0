// SPDX-License-Identifier: Apache-2.0
#include "netconf/errors.h"

#include "netconf/xml.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Modules that one path passes through at most; further ones keep the name of the module. */
#define PATH_MODULES_MAX 16

/** What <error-info> must hold, RFC 6241 appendix A. */
enum info {
    INFO_NONE = 0,
    INFO_ATTRIBUTE, /**< bad-attribute and bad-element */
    INFO_ELEMENT, /**< bad-element */
    INFO_NAMESPACE, /**< bad-element and bad-namespace */
    INFO_SESSION, /**< session-id */
};

static const struct row {
    const char *type;
    const char *tag;
    enum info info;
} rows[] = {
    [SX_OK] = {"application", "operation-failed", INFO_NONE},
    [SX_E_INVALID_VALUE] = {"application", "invalid-value", INFO_NONE},
    [SX_E_MISSING_ATTRIBUTE] = {"rpc", "missing-attribute", INFO_ATTRIBUTE},
    [SX_E_BAD_ATTRIBUTE] = {"protocol", "bad-attribute", INFO_ATTRIBUTE},
    [SX_E_UNKNOWN_ATTRIBUTE] = {"application", "unknown-attribute", INFO_ATTRIBUTE},
    [SX_E_MISSING_ELEMENT] = {"application", "missing-element", INFO_ELEMENT},
    [SX_E_BAD_ELEMENT] = {"application", "bad-element", INFO_ELEMENT},
    [SX_E_UNKNOWN_ELEMENT] = {"application", "unknown-element", INFO_ELEMENT},
    [SX_E_UNKNOWN_NAMESPACE] = {"application", "unknown-namespace", INFO_NAMESPACE},
    [SX_E_ACCESS_DENIED] = {"application", "access-denied", INFO_NONE},
    [SX_E_LOCK_DENIED] = {"protocol", "lock-denied", INFO_SESSION},
    [SX_E_IN_USE] = {"application", "in-use", INFO_NONE},
    [SX_E_RESOURCE_DENIED] = {"application", "resource-denied", INFO_NONE},
    [SX_E_DATA_EXISTS] = {"application", "data-exists", INFO_NONE},
    [SX_E_DATA_MISSING] = {"application", "data-missing", INFO_NONE},
    [SX_E_OPERATION_NOT_SUPPORTED] = {"protocol", "operation-not-supported", INFO_NONE},
    [SX_E_OPERATION_FAILED] = {"application", "operation-failed", INFO_NONE},
    [SX_E_MALFORMED_MESSAGE] = {"rpc", "malformed-message", INFO_NONE},
    [SX_E_TOO_BIG] = {"application", "too-big", INFO_NONE},
    [SX_E_STORE] = {"application", "operation-failed", INFO_NONE},
    [SX_E_INTERNAL] = {"application", "operation-failed", INFO_NONE},
};

/** A data path (RFC 7951 names) on its way to an XPath with XML prefixes. */
struct path {
    const struct ly_ctx *context;
    FILE *text;
    const struct lys_module *modules[PATH_MODULES_MAX];
    size_t count;
    const struct lys_module *current;
};

/* Two modules may have the same prefix; the name of a module is unique. */
static const char *prefix_of(struct path *path, const struct lys_module *module)
{
    size_t known = 0;

    while (known < path->count && path->modules[known] != module)
        known++;
    if (known == path->count && path->count < PATH_MODULES_MAX)
        path->modules[path->count++] = module;
    for (size_t i = 0; i < known && i < path->count; i++)
        if (strcmp(path->modules[i]->prefix, module->prefix) == 0)
            return module->name;
    return module->prefix;
}

/* One name of the path, "module:name" or "name"; returns its length. */
static size_t put_name(struct path *path, const char *name)
{
    size_t length = strcspn(name, "/[]=: '\"");

    if (name[length] == ':') {
        char *module = sx_strndup(name, length);
        const struct lys_module *found = ly_ctx_get_module_implemented(path->context, module);

        free(module);
        if (found) {
            path->current = found;
            name += length + 1;
            fprintf(path->text, "%s:", prefix_of(path, found));
            size_t rest = strcspn(name, "/[]=: '\"");
            fprintf(path->text, "%.*s", (int)rest, name);
            return length + 1 + rest;
        }
        length += 1 + strcspn(name + length + 1, "/[]=: '\"");
    } else if (path->current && length > 0 && *name != '.' && (*name < '0' || *name > '9')) {
        fprintf(path->text, "%s:", prefix_of(path, path->current));
    }
    fprintf(path->text, "%.*s", (int)length, name);
    return length;
}

/* A quoted value; returns its length with quotes. */
static size_t put_quoted(struct path *path, const char *value)
{
    const char *end = strchr(value + 1, *value);
    size_t length = end ? (size_t)(end - value) + 1 : strlen(value);

    for (size_t i = 0; i < length; i++)
        ag_xml_escape_char(path->text, value[i]);
    return length;
}

static void put_path(FILE *out, const struct ly_ctx *context, const char *data_path)
{
    struct path path = {.context = context};
    char *text = NULL;
    size_t size = 0;

    path.text = open_memstream(&text, &size);
    for (const char *at = data_path; *at;) {
        bool name_follows = *at == '/' || *at == '[';

        if (*at == '\'' || *at == '"') {
            at += put_quoted(&path, at);
            continue;
        }
        ag_xml_escape_char(path.text, *at++);
        if (name_follows)
            at += put_name(&path, at);
    }
    fclose(path.text);
    fputs("<error-path", out);
    for (size_t i = 0; i < path.count; i++)
        fprintf(out, " xmlns:%s=\"%s\"", prefix_of(&path, path.modules[i]), path.modules[i]->ns);
    fprintf(out, ">%s</error-path>", text);
    free(text);
}

static void put_element(FILE *out, const char *name, const char *text)
{
    fprintf(out, "<%s>", name);
    ag_xml_escape(out, text);
    fprintf(out, "</%s>", name);
}

/* The name of the last node of a data path, for free(). */
static char *last_name(const char *path)
{
    const char *start = path, *end;
    bool predicate = false;
    char quote = 0;

    for (const char *at = path; *at; at++) {
        if (quote)
            quote = *at == quote ? 0 : quote;
        else if (predicate && (*at == '\'' || *at == '"'))
            quote = *at;
        else if (*at == '[' || *at == ']')
            predicate = *at == '[';
        else if (!predicate && (*at == '/' || *at == ':'))
            start = at + 1;
    }
    end = start + strcspn(start, "[");
    return sx_strndup(start, (size_t)(end - start));
}

static void put_info(FILE *out, const struct row *row, const struct sx_error *error,
    const struct ag_error_info *info)
{
    char *element = info->element     ? sx_strdup(info->element)
                    : *error->element ? sx_strdup(error->element)
                                      : last_name(error->path);
    const char *attribute = info->attribute ? info->attribute : error->detail;

    fputs("<error-info>", out);
    if (row->info == INFO_SESSION)
        fprintf(out, "<session-id>%u</session-id>", info->lock_holder);
    if (row->info == INFO_ATTRIBUTE)
        put_element(out, "bad-attribute", *attribute ? attribute : "operation");
    if (row->info != INFO_SESSION)
        put_element(out, "bad-element", element);
    if (row->info == INFO_NAMESPACE)
        put_element(out, "bad-namespace", info->name_space ? info->name_space : error->detail);
    fputs("</error-info>", out);
    free(element);
}

char *ag_error_xml(
    const struct ly_ctx *context, const struct sx_error *error, const struct ag_error_info *info)
{
    static const struct ag_error_info none = {0};
    const struct row *row = &rows[SX_E_INTERNAL];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    if (!info)
        info = &none;
    if ((size_t)error->code < sizeof rows / sizeof rows[0])
        row = &rows[error->code];
    fputs("<rpc-error>", out);
    put_element(out, "error-type", info->type ? info->type : row->type);
    put_element(out, "error-tag", row->tag);
    put_element(out, "error-severity", "error");
    if (*error->app_tag)
        put_element(out, "error-app-tag", error->app_tag);
    if (*error->path)
        put_path(out, context, error->path);
    fputs("<error-message xml:lang=\"en\">", out);
    ag_xml_escape(out, error->message);
    fputs("</error-message>", out);
    /* An element that nobody named cannot be named here. */
    if (row->info == INFO_SESSION ||
        (row->info != INFO_NONE && (info->element || *error->element || *error->path)))
        put_info(out, row, error, info);
    fputs("</rpc-error>", out);
    fclose(out);
    return text;
}
