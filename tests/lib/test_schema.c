// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"

#include "sextant/memory.h"
#include "test_folder.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Modules that one test loads. */
#define MODULES_MAX 32

const char *const sx_test_search_path[] = {
    SEXTANT_SOURCE_DIR "/tests/unit/yang",
    SEXTANT_SOURCE_DIR "/yang",
    "/usr/share/yuma/nmda-modules/ietf",
    "/usr/share/yuma/modules/ietf",
    "/usr/share/yuma/modules/ietf-derived",
    "/usr/share/yuma/modules/netconfcentral",
    NULL,
};

static int load(const char *const *path, const char *const *modules, struct sx_schema **ret_schema,
    struct sx_error *err)
{
    const struct sx_schema_options options = {.search_path = path, .modules = modules};

    ly_log_options(LY_LOSTORE_LAST);
    return sx_schema_load(&options, ret_schema, err);
}

struct sx_schema *sx_test_schema(const char *module, ...)
{
    const char *modules[MODULES_MAX + 1] = {module};
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};
    va_list arguments;
    size_t count = 1;

    va_start(arguments, module);
    while (count < MODULES_MAX && (modules[count] = va_arg(arguments, const char *)))
        count++;
    va_end(arguments);
    if (load(sx_test_search_path, modules, &schema, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    return schema;
}

int sx_test_schema_try(const char *module, struct sx_schema **ret_schema, struct sx_error *err)
{
    const char *modules[] = {module, NULL};

    return load(sx_test_search_path, modules, ret_schema, err);
}

static void write_module(const char *folder, const char *body)
{
    char *path = sx_format("%s/made-up.yang", folder);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file,
        "module made-up { yang-version 1.1; namespace \"urn:sextant:made-up\"; prefix m;\n"
        "import sextant-extensions { prefix sx; } import sextant-test { prefix t; }\n%s }\n",
        body);
    assert_int_equal(fclose(file), 0);
    free(path);
}

int sx_test_schema_made(const char *body, struct sx_schema **ret_schema, struct sx_error *err)
{
    static const char *const modules[] = {"made-up", "ietf-netconf", NULL};
    char *folder = sx_test_temporary_folder();
    const char *path[sizeof sx_test_search_path / sizeof *sx_test_search_path + 1] = {folder};
    int result;

    memcpy(path + 1, sx_test_search_path, sizeof sx_test_search_path);
    write_module(folder, body);
    result = load(path, modules, ret_schema, err);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    free(folder);
    return result;
}

struct sx_schema *sx_test_schema_of(const char *body)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    if (sx_test_schema_made(body, &schema, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    return schema;
}

void sx_test_schema_refused(
    const char *body, const char *path, const char *says, const char *says_too)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    if (sx_test_schema_made(body, &schema, &err) == 0)
        fail_msg("taken: %s", body);
    assert_null(schema);
    assert_int_equal(err.code, SX_E_INVALID_VALUE);
    assert_string_equal(err.path, path);
    if (!strstr(err.message, says) || !strstr(err.message, says_too))
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", err.message, says, says_too);
}

/** Modules that a daemon offers. */
#define OURS \
    "ietf-netconf", "ietf-netconf-monitoring", "ietf-netconf-notifications", \
        "ietf-netconf-with-defaults", "ietf-yang-library", "nc-notifications", "notifications", \
        "iana-if-type", "sextant-alarms", "sextant-call-control", "sextant-cluster", \
        "sextant-extensions", "sextant-history", "sextant-netconf", "sextant-scopes", \
        "sextant-system", "sextant-types"

struct sx_schema *sx_test_schema_ours(void)
{
    return sx_test_schema(OURS, NULL);
}

struct sx_schema *sx_test_schema_next(void)
{
    return sx_test_schema(OURS, "sextant-test", NULL);
}

int sx_test_group_setup(void **state)
{
    *state = sx_test_schema_ours();
    return 0;
}

int sx_test_group_teardown(void **state)
{
    sx_schema_free(*state);
    return 0;
}

const struct lysc_node *sx_test_schema_node(const struct sx_schema *schema, const char *path)
{
    const struct lysc_node *node = lys_find_path(sx_schema_context(schema), NULL, path, 0);

    if (!node)
        fail_msg("%s is not in the schema", path);
    return node;
}

void sx_test_schema_expect(
    const struct sx_schema *schema, const char *path, enum sx_scope scope, uint32_t flags)
{
    const struct sx_node_class *class = sx_schema_class(sx_test_schema_node(schema, path));

    if (!class)
        fail_msg("%s has no class", path);
    if (class->scope != scope || class->flags != flags)
        fail_msg("%s: %s %u", path, sx_scope_name(class->scope), class->flags);
}
