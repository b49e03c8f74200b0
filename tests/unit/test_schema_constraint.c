// SPDX-License-Identifier: Apache-2.0
/* No constraint crosses scopes: which ones do, and what is said of them. */
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/** Two leafs of different scopes. */
#define OWN "leaf own { type string; sx:scope \"peer-specific\"; }"
#define COMMON "leaf common { type string; }"

static void test_must(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { " OWN " leaf b { type string; must \"../own = 'x'\"; } }",
        "/made-up:c/b", "a must of /made-up:c/b reads /made-up:c/own (peer-specific)",
        "another scope than /made-up:c/b (replicated)");
    sx_test_schema_refused("container c { " OWN
                           " list row { key \"k\"; must \"count(/m:c/m:own) > 0\";"
                           "  leaf k { type string; } } }",
        "/made-up:c/row", "a must of /made-up:c/row reads /made-up:c/own", "no constraint");
    sx_test_schema_refused("container c { " COMMON " container d { sx:scope \"agreed\";"
                           "  leaf b { type string; must \"//m:common = 'x'\"; } } }",
        "/made-up:c/d/b", "reads /made-up:c/common (replicated)", "/made-up:c/d/b (agreed)");
    /* A node that stands in the text of what is read. */
    sx_test_schema_refused(
        "container c { container d { presence \"p\"; sx:scope \"agreed\"; leaf x { type string; } }"
        "  leaf b { type string; must \"../d\"; } }",
        "/made-up:c/b", "reads /made-up:c/d (agreed)", "/made-up:c/b (replicated)");
}

/* libyang divides by zero. */
static void test_division(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { " COMMON
                           " leaf b { type uint8; must \"2 mod . = 0\"; } }",
        "/made-up:c/b", "a must of /made-up:c/b divides with mod", "whole number");
    sx_test_schema_refused("container c { " COMMON
                           " leaf b { type uint8; when \"1 mod ../common\"; } }",
        "/made-up:c/b", "a when of /made-up:c/b divides with mod", "whole number");
    sx_schema_free(
        sx_test_schema_of("container c { leaf b { type uint8; must \". mod 2 = 0\"; } }"));
}

static void test_when(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { " OWN " leaf b { type string; when \"../own = 'x'\"; } }",
        "/made-up:c/b", "a when of /made-up:c/b reads /made-up:c/own", "peer-specific");
    /* That of a case, choice or augment is one of each data node in it. */
    sx_test_schema_refused("container c { " OWN " choice e { case f { when \"own = 'x'\";"
                           "  leaf b { type string; } } } }",
        "/made-up:c/b", "a when of /made-up:c/b reads /made-up:c/own", "peer-specific");
    sx_test_schema_refused("container c { " OWN " choice e { when \"own = 'x'\";"
                           "  leaf b { type string; } } }",
        "/made-up:c/b", "a when of /made-up:c/b reads /made-up:c/own", "peer-specific");
    sx_test_schema_refused("augment \"/t:top\" { when \"t:own = 'x'\"; leaf b { type string; } }"
                           "sx:annotate \"/t:top\" { sx:applies-on-restart; }",
        "/sextant-test:top/made-up:b", "a when of /sextant-test:top/made-up:b reads",
        "/sextant-test:top/own");
}

static void test_leafref(void **state)
{
    (void)state;
    sx_test_schema_refused("container c { " OWN " leaf b { type leafref { path \"../own\"; } } }",
        "/made-up:c/b", "a leafref of /made-up:c/b reads /made-up:c/own", "peer-specific");
    sx_test_schema_refused(
        "container c { " OWN
        " leaf b { type union { type uint8; type leafref { path \"../own\"; } } } }",
        "/made-up:c/b", "a leafref of /made-up:c/b reads /made-up:c/own", "peer-specific");
    sx_test_schema_refused("container c { " OWN
                           " leaf-list b { type leafref { path \"../own\"; } } }",
        "/made-up:c/b", "a leafref of /made-up:c/b reads /made-up:c/own", "peer-specific");
    /* A predicate reads, too. */
    sx_test_schema_refused(
        "container c { " OWN " list row { key \"k\"; leaf k { type string; } }"
        "  leaf b { type leafref { path \"../row[k = current()/../own]/k\"; } } }",
        "/made-up:c/b", "a leafref of /made-up:c/b reads /made-up:c/own", "peer-specific");
}

/* The must of a container with nodes of several scopes belongs to the one that it reads. */
static void test_mixed_container(void **state)
{
    (void)state;
    sx_schema_free(
        sx_test_schema_of("container c { must \"not(own) or own != 'x'\"; " OWN COMMON " }"));
    sx_test_schema_refused("container c { must \"own = common\"; " OWN COMMON " }", "/made-up:c",
        "a must of /made-up:c reads", "no constraint may cross scopes");
    /* But its when makes nodes of all scopes come and go. */
    sx_test_schema_refused("leaf a { type string; } container c { when \"../a = 'x'\"; " OWN COMMON
                           " }",
        "/made-up:c", "a when of /made-up:c reads /made-up:a (replicated)",
        "another scope than /made-up:c/own (peer-specific)");
}

static void test_what_may_be_read(void **state)
{
    static const char *const bodies[] = {
        /* its own scope */
        "container c { " COMMON " leaf b { type string; must \"../common = 'x'\"; } }",
        "container c { sx:scope \"peer-specific\"; " COMMON
        " leaf b { type leafref { path \"../common\"; } } }",
        /* itself, and what stands above it */
        "container c { " OWN " list row { key \"k\"; leaf k { type string; }"
        "  leaf b { type string; must \". != 'x' and ../k\"; } } }",
        /* a container without presence is only passed */
        "container c { " OWN " container d { " COMMON "}"
        "  leaf b { type string; when \"../d/common\"; } }",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        sx_schema_free(sx_test_schema_of(bodies[i]));
}

static void test_uses_at_the_top(void **state)
{
    (void)state;
    sx_test_schema_refused("grouping g { leaf b { type string; } } leaf a { type string; }"
                           "uses g { when \"/m:a = 'x'\"; }",
        "", "the when of /made-up:b stands in a uses at the top", "put it into a container");
    sx_schema_free(sx_test_schema_of("grouping g { leaf b { type string; } }"
                                     "container c { leaf a { type string; }"
                                     "  uses g { when \"a = 'x'\"; } }"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_must),
        cmocka_unit_test(test_division),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_leafref),
        cmocka_unit_test(test_mixed_container),
        cmocka_unit_test(test_what_may_be_read),
        cmocka_unit_test(test_uses_at_the_top),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
