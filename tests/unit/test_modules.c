// SPDX-License-Identifier: Apache-2.0
/* The modules that an agent offers: those of its folders, and what the protocol needs. */
#include "modules.h"

#include "sextant/memory.h"
#include "test_folder.h"
#include "test_rows.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OURS SEXTANT_SOURCE_DIR "/yang"

/** Options with our folder, Debian's search path, and a folder of the test. */
struct fixture {
    char *folder;
    struct ag_options options;
};

static int set_up(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);

    ly_log_options(LY_LOSTORE_LAST);
    fixture->folder = sx_test_temporary_folder();
    fixture->options.modules[0] = OURS;
    /* Without the folders that are ours. */
    for (size_t i = 0; sx_test_search_path[i + 2]; i++)
        fixture->options.yang_path[i] = sx_test_search_path[i + 2];
    *state = fixture;
    return fixture->folder ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    sx_test_remove_folder(fixture->folder);
    free(fixture->folder);
    free(fixture);
    return 0;
}

static void write_module(const struct fixture *fixture, const char *file, const char *text)
{
    sx_test_write_file(fixture->folder, file, text, strlen(text));
}

static struct sx_schema *load(const struct fixture *fixture)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    if (ag_modules_load(&fixture->options, &schema, &err) < 0)
        fail_msg("%s", err.message);
    return schema;
}

static void expect_refused(const struct fixture *fixture, const char *says)
{
    struct sx_schema *schema = NULL;
    struct sx_error err = {0};

    assert_int_equal(ag_modules_load(&fixture->options, &schema, &err), -1);
    assert_null(schema);
    if (!strstr(err.message, says))
        fail_msg("\"%s\" does not say \"%s\"", err.message, says);
}

static bool is_implemented(const struct sx_schema *schema, const char *module)
{
    return ly_ctx_get_module_implemented(sx_schema_context(schema), module) != NULL;
}

static void our_modules_and_the_protocols_are_offered(void **state)
{
    struct sx_schema *schema = load(*state);

    assert_true(is_implemented(schema, "sextant-cluster"));
    assert_true(is_implemented(schema, "sextant-call-control"));
    assert_true(is_implemented(schema, "ietf-netconf"));
    assert_true(is_implemented(schema, "ietf-netconf-monitoring"));
    /* As sextant-scopes annotates them. */
    assert_true(is_implemented(schema, "ietf-interfaces"));
    assert_true(is_implemented(schema, "ietf-system"));
    sx_schema_free(schema);
}

static void a_users_module_in_a_folder_is_offered(void **state)
{
    struct fixture *fixture = *state;
    struct sx_schema *schema;
    const struct lysc_node *node;

    write_module(fixture, "vendor@2026-01-01.yang",
        "module vendor { yang-version 1.1; namespace \"urn:vendor\"; prefix v; "
        "import sextant-extensions { prefix sx; } revision 2026-01-01; "
        "container own { sx:scope \"peer-specific\"; leaf a { type string; } } "
        "container shared { leaf b { type string; } } }");
    fixture->options.modules[1] = fixture->folder;
    schema = load(fixture);
    assert_true(is_implemented(schema, "vendor"));
    node = lys_find_path(sx_schema_context(schema), NULL, "/vendor:own/a", 0);
    assert_int_equal(sx_schema_class(node)->scope, SX_SCOPE_PEER_SPECIFIC);
    node = lys_find_path(sx_schema_context(schema), NULL, "/vendor:shared/b", 0);
    assert_int_equal(sx_schema_class(node)->scope, SX_SCOPE_REPLICATED);
    sx_schema_free(schema);
}

static void the_order_of_folders_does_not_change_the_schema(void **state)
{
    struct fixture *fixture = *state;
    struct sx_schema *a, *b;

    write_module(fixture, "vendor.yang",
        "module vendor { namespace \"urn:vendor\"; prefix v; leaf a { type string; } }");
    write_module(fixture, "README", "not a module");
    fixture->options.modules[1] = fixture->folder;
    a = load(fixture);
    fixture->options.modules[0] = fixture->folder;
    fixture->options.modules[1] = OURS;
    b = load(fixture);
    assert_memory_equal(sx_schema_hash(a), sx_schema_hash(b), SX_DIGEST_SIZE);
    fixture->options.modules[0] = OURS;
    fixture->options.modules[1] = NULL;
    sx_schema_free(b);
    b = load(fixture);
    assert_memory_not_equal(sx_schema_hash(a), sx_schema_hash(b), SX_DIGEST_SIZE);
    sx_schema_free(a);
    sx_schema_free(b);
}

static void a_missing_folder_is_named(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.modules[1] = "/nonexistent/modules";
    expect_refused(fixture, "/nonexistent/modules");
}

static void a_folder_without_modules_is_named(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.modules[1] = fixture->folder;
    expect_refused(fixture, fixture->folder);
}

static void a_broken_module_is_named(void **state)
{
    struct fixture *fixture = *state;

    write_module(fixture, "vendor.yang", "module vendor { namespace");
    fixture->options.modules[1] = fixture->folder;
    expect_refused(fixture, "vendor");
}

static void a_constraint_across_scopes_is_refused_with_both_paths(void **state)
{
    struct fixture *fixture = *state;

    write_module(fixture, "vendor.yang",
        "module vendor { yang-version 1.1; namespace \"urn:vendor\"; prefix v; "
        "import sextant-extensions { prefix sx; } "
        "container own { sx:scope \"peer-specific\"; leaf a { type string; } } "
        "container shared { leaf b { type string; must \". = /v:own/v:a\"; } } }");
    fixture->options.modules[1] = fixture->folder;
    expect_refused(fixture, "/vendor:own/a");
    expect_refused(fixture, "/vendor:shared/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            our_modules_and_the_protocols_are_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_users_module_in_a_folder_is_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_order_of_folders_does_not_change_the_schema, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_without_modules_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_module_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_constraint_across_scopes_is_refused_with_both_paths, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
