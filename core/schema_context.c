// SPDX-License-Identifier: Apache-2.0
#include "schema_impl.h"

#include "libyang_error.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <string.h>

/** Rounds in which modules may name further modules; more is a fault of ours. */
#define ROUNDS_MAX 64

/* What is offered of RFC 6241 and of RFC 8632. Every other module has all of its features. */
static const char *const netconf_features[] = {
    "writable-running", "candidate", "validate", "xpath", "rollback-on-error", NULL};
static const char *const alarm_features[] = {"alarm-summary", NULL};
static const char *const all_features[] = {"*", NULL};

static const char **features_of(const char *module)
{
    const char *const *features = all_features;

    if (strcmp(module, "ietf-netconf") == 0)
        features = netconf_features;
    else if (strcmp(module, "ietf-alarms") == 0)
        features = alarm_features;
    /* libyang only reads the array. */
    return (const char **)features;
}

const char *sx_schema_prefix(const struct lysp_module *module, const char *prefix, size_t length)
{
    LY_ARRAY_COUNT_TYPE i;

    if (strlen(module->mod->prefix) == length && memcmp(module->mod->prefix, prefix, length) == 0)
        return module->mod->name;
    LY_ARRAY_FOR(module->imports, i)
    {
        const struct lysp_import *import = &module->imports[i];

        if (strlen(import->prefix) == length && memcmp(import->prefix, prefix, length) == 0)
            return import->name;
    }
    return NULL;
}

bool sx_schema_is_ours(const struct lysp_module *module, const char *name, const char **ret_keyword)
{
    const char *colon = strchr(name, ':');
    const char *from;

    if (!colon)
        return false;
    from = sx_schema_prefix(module, name, (size_t)(colon - name));
    if (!from || strcmp(from, SX_EXTENSIONS_MODULE) != 0)
        return false;
    *ret_keyword = colon + 1;
    return true;
}

static int implement(struct ly_ctx *context, const char *name, struct sx_error *err)
{
    const struct lys_module *module = ly_ctx_get_module_implemented(context, name);
    /* The newest error only says that loading failed; the cause is the first. */
    uint32_t options = LY_LOSTORE;
    bool loaded;

    ly_err_clean(context, NULL);
    ly_temp_log_options(&options);
    /* A module that is here already may have come as an import, without its features. */
    if (module)
        loaded = lys_set_implemented((struct lys_module *)module, features_of(name)) == LY_SUCCESS;
    else
        loaded = ly_ctx_load_module(context, name, NULL, features_of(name)) != NULL;
    ly_temp_log_options(NULL);
    if (!loaded) {
        const struct ly_err_item *cause = ly_err_first(context);

        while (cause && cause->level != LY_LLERR)
            cause = cause->next;
        sx_error_set(err, SX_E_INVALID_VALUE, "YANG module %.100s cannot be loaded: %s", name,
            cause && cause->msg ? cause->msg : "no reason given");
    }
    ly_err_clean(context, NULL);
    return loaded ? 0 : -1;
}

/* Implements the modules that the path of an annotation names. */
static int implement_path(struct ly_ctx *context, const struct lysp_module *module,
    const char *path, struct sx_error *err)
{
    for (const char *at = path; at && *at == '/';) {
        const char *end = at + 1 + strcspn(at + 1, ":/");
        const char *name;

        if (*end == ':') {
            name = sx_schema_prefix(module, at + 1, (size_t)(end - at - 1));
            if (!name)
                return sx_error_set(err, SX_E_INVALID_VALUE,
                    "YANG module %s: annotate \"%s\": prefix \"%.*s\" is not imported",
                    module->mod->name, path, (int)(end - at - 1), at + 1);
            if (implement(context, name, err) < 0)
                return -1;
        }
        at = strchr(end, '/');
    }
    return 0;
}

static int implement_annotated(
    struct ly_ctx *context, const struct lysp_module *module, struct sx_error *err)
{
    const char *keyword;
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(module->exts, i)
    {
        const struct lysp_ext_instance *extension = &module->exts[i];

        if (sx_schema_is_ours(module, extension->name, &keyword) &&
            strcmp(keyword, "annotate") == 0 && extension->argument &&
            implement_path(context, module, extension->argument, err) < 0)
            return -1;
    }
    return 0;
}

static size_t implemented_count(const struct ly_ctx *context)
{
    const struct lys_module *module;
    uint32_t index = 0;
    size_t count = 0;

    while ((module = ly_ctx_get_module_iter(context, &index)))
        count += module->implemented;
    return count;
}

/* One round over the implemented modules: their features (a module may have been implemented for
 * the sake of an augment), and the modules that they annotate. */
static int complete_once(struct ly_ctx *context, struct sx_error *err)
{
    uint32_t index = ly_ctx_internal_modules_count(context);
    const struct lys_module *module;

    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (module->implemented && (implement(context, module->name, err) < 0 ||
                                       implement_annotated(context, module->parsed, err) < 0))
            return -1;
    return 0;
}

static int load_all(
    struct ly_ctx *context, const struct sx_schema_options *options, struct sx_error *err)
{
    size_t before = 0, after;

    for (const char *const *name = options->modules; *name; name++)
        if (implement(context, *name, err) < 0)
            return -1;
    after = implemented_count(context);
    for (int round = 0; before != after; round++) {
        if (round == ROUNDS_MAX)
            return sx_error_set(
                err, SX_E_INTERNAL, "YANG modules name more modules without an end");
        before = after;
        if (complete_once(context, err) < 0)
            return -1;
        after = implemented_count(context);
    }
    if (ly_ctx_compile(context) != LY_SUCCESS)
        return sx_libyang_error(
            context, SX_E_INVALID_VALUE, "the YANG modules do not fit together", err);
    return 0;
}

int sx_schema_open(
    const struct sx_schema_options *options, struct ly_ctx **ret_context, struct sx_error *err)
{
    struct ly_ctx *context = NULL;

    if (ly_ctx_new(NULL, LY_CTX_DISABLE_SEARCHDIR_CWD | LY_CTX_EXPLICIT_COMPILE, &context) !=
        LY_SUCCESS)
        return sx_error_set(err, SX_E_INTERNAL, "libyang cannot be started");
    for (const char *const *path = options->search_path; *path; path++) {
        LY_ERR result = ly_ctx_set_searchdir(context, *path);

        if (result != LY_SUCCESS && result != LY_EEXIST) {
            sx_error_set(err, SX_E_INVALID_VALUE,
                "the folder of YANG modules %s cannot be read; it must exist and be readable",
                *path);
            ly_ctx_destroy(context);
            return -1;
        }
    }
    if (load_all(context, options, err) < 0) {
        ly_ctx_destroy(context);
        return -1;
    }
    *ret_context = context;
    return 0;
}
