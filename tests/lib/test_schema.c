// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

static int load(const char *const *modules, struct sx_schema **ret_schema, struct sx_error *err)
{
    const struct sx_schema_options options = {
        .search_path = sx_test_search_path, .modules = modules};

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
    if (load(modules, &schema, &err) < 0)
        fail_msg("%s: %s", err.path, err.message);
    return schema;
}

int sx_test_schema_try(const char *module, struct sx_schema **ret_schema, struct sx_error *err)
{
    const char *modules[] = {module, NULL};

    return load(modules, ret_schema, err);
}

struct sx_schema *sx_test_schema_ours(void)
{
    return sx_test_schema("ietf-netconf", "ietf-netconf-monitoring", "ietf-netconf-with-defaults",
        "ietf-yang-library", "iana-if-type", "sextant-alarms", "sextant-call-control",
        "sextant-cluster", "sextant-extensions", "sextant-scopes", "sextant-system",
        "sextant-types", NULL);
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
