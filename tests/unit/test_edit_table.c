// SPDX-License-Identifier: Apache-2.0
/* RFC 6241 section 7.2 and RFC 7950 sections 7.5.8 to 7.9.1 as a table: each operation on each kind
 * of node, where it is there and where it is not. */
#include "sextant/memory.h"
#include "test_schema.h"
#include "test_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Kinds of nodes: how each is written before and in the edit (%s: its attributes), and what the
 * content is when the edit's node replaces or joins what was there. */
static const struct kind {
    const char *name;
    const char *frame; /**< element around it */
    const char *before; /**< what is there when it is present */
    const char *edit; /**< the node of the edit */
    const char *merged, *replaced; /**< content afterwards, where it was present */
    const char *created; /**< where it was absent */
} kinds[] = {
    {"leaf", "top", "<plain>old</plain>", "<plain%s>new</plain>", "<plain>new</plain>",
        "<plain>new</plain>", "<plain>new</plain>"},
    {"leaf with a default", "top", "<number>9</number>", "<number%s>5</number>",
        "<number>5</number>", "<number>5</number>", "<number>5</number>"},
    {"leaf-list entry", "top", "<count>1</count>", "<count%s>1</count>", "<count>1</count>",
        "<count>1</count>", "<count>1</count>"},
    {"container without presence", "top", "<agreed><name>old</name></agreed>",
        "<agreed%s><version>two</version></agreed>",
        "<agreed><name>old</name><version>two</version></agreed>",
        "<agreed><version>two</version></agreed>", "<agreed><version>two</version></agreed>"},
    {"presence container", "top", "<flag><f>old</f></flag>",
        "<flag%s><inside><k>1</k></inside></flag>",
        "<flag><f>old</f><inside><k>1</k></inside></flag>",
        "<flag><inside><k>1</k></inside></flag>", "<flag><inside><k>1</k></inside></flag>"},
    {"empty presence container", "top", "<flag/>", "<flag%s/>", "<flag/>", "<flag/>", "<flag/>"},
    {"list entry", "lists", "<entry><name>a</name><value>old</value></entry>",
        "<entry%s><name>a</name><label>l</label></entry>",
        "<entry><name>a</name><value>old</value><label>l</label></entry>",
        "<entry><name>a</name><label>l</label></entry>",
        "<entry><name>a</name><label>l</label></entry>"},
    {"entry of a user-ordered list", "lists", "<ordered><id>a</id><text>old</text></ordered>",
        "<ordered%s><id>a</id><word>w</word></ordered>",
        "<ordered><id>a</id><text>old</text><word>w</word></ordered>",
        "<ordered><id>a</id><word>w</word></ordered>",
        "<ordered><id>a</id><word>w</word></ordered>"},
    {"leaf of a case", "top", "<udp-port>1</udp-port>", "<udp-port%s>2</udp-port>",
        "<udp-port>2</udp-port>", "<udp-port>2</udp-port>", "<udp-port>2</udp-port>"},
    {"anydata", "top", "<blob><old>1</old></blob>", "<blob%s><new>1</new></blob>",
        "<blob><new>1</new></blob>", "<blob><new>1</new></blob>", "<blob><new>1</new></blob>"},
};

/** What an operation makes of a node. */
enum outcome {
    KEPT = 0, /**< the content is as before */
    MERGED,
    REPLACED,
    CREATED,
    GONE,
    EXISTS, /**< data-exists */
    MISSING, /**< data-missing */
};

static const struct row {
    const char *attribute;
    enum sx_default_operation default_operation;
    enum outcome present, absent;
} rows[] = {
    {"", SX_DEFAULT_MERGE, MERGED, CREATED},
    {" nc:operation='merge'", SX_DEFAULT_NONE, MERGED, CREATED},
    {" nc:operation='replace'", SX_DEFAULT_MERGE, REPLACED, CREATED},
    {" nc:operation='replace'", SX_DEFAULT_NONE, REPLACED, CREATED},
    {" nc:operation='create'", SX_DEFAULT_MERGE, EXISTS, CREATED},
    {" nc:operation='create'", SX_DEFAULT_NONE, EXISTS, CREATED},
    {" nc:operation='delete'", SX_DEFAULT_MERGE, GONE, MISSING},
    {" nc:operation='delete'", SX_DEFAULT_NONE, GONE, MISSING},
    {" nc:operation='delete'", SX_DEFAULT_REPLACE, GONE, MISSING},
    {" nc:operation='remove'", SX_DEFAULT_MERGE, GONE, KEPT},
    {" nc:operation='remove'", SX_DEFAULT_NONE, GONE, KEPT},
    {"", SX_DEFAULT_REPLACE, REPLACED, CREATED},
};

/** What stands beside the node: an operation on one node leaves it alone. */
#define BESIDE "<mode>simple</mode>"

static char *framed(const char *frame, const char *content)
{
    bool top = strcmp(frame, "top") == 0;

    return sx_format("<%s " SX_TEST_NAMESPACES ">%s%s</%s>", frame, content,
        top ? BESIDE : "<local><k>beside</k></local>", frame);
}

static char *content_of(const struct sx_schema *schema, const char *frame, const char *content)
{
    struct sx_tree tree = sx_test_tree(schema);
    char *xml = framed(frame, content), *text;

    sx_test_set(&tree, xml);
    text = sx_test_content(tree.root, false);
    free(xml);
    sx_tree_clear(&tree);
    return text;
}

static void check(
    const struct sx_schema *schema, const struct kind *kind, const struct row *row, bool present)
{
    static const char *const words[] = {"merge", "replace", "none"};
    enum outcome outcome = present ? row->present : row->absent;
    const char *was = present ? kind->before : "";
    const char *expected[] = {was, kind->merged, kind->replaced, kind->created, "", was, was};
    struct sx_tree tree = sx_test_tree(schema);
    char *before = framed(kind->frame, was), *node = NULL, *edit, *content, *wanted;
    struct sx_error err = {0};
    int result;

    sx_test_set(&tree, before);
    node = sx_alloc(strlen(kind->edit) + strlen(row->attribute) + 1);
    sprintf(node, "%.*s%s%s", (int)(strstr(kind->edit, "%s") - kind->edit), kind->edit,
        row->attribute, strstr(kind->edit, "%s") + 2);
    edit = framed(kind->frame, node);
    result = sx_test_tree_edit(&tree, edit, row->default_operation, NULL, &err);
    content = sx_test_content(tree.root, false);
    wanted = content_of(schema, kind->frame, expected[outcome]);
    if ((result < 0) != (outcome >= EXISTS) || strcmp(content, wanted) != 0 ||
        (outcome == EXISTS && err.code != SX_E_DATA_EXISTS) ||
        (outcome == MISSING && err.code != SX_E_DATA_MISSING))
        fail_msg("%s, %s,%s, default operation %s: %s at %s\n%s instead of\n%s", kind->name,
            present ? "present" : "absent", row->attribute, words[row->default_operation],
            result < 0 ? err.message : "no error", err.path, content, wanted);
    free(before);
    free(node);
    free(edit);
    free(content);
    free(wanted);
    sx_tree_clear(&tree);
}

static void operations_on_kinds_of_nodes(void **state)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
            check(*state, &kinds[k], &rows[r], true);
            check(*state, &kinds[k], &rows[r], false);
        }
}

/* Without an operation, "none" asks that the node is there and leaves it alone. */
static void none_needs_the_node(void **state)
{
    struct sx_tree tree = sx_test_tree(*state);
    struct sx_error err;
    char *changes = NULL;

    sx_test_set(&tree, SX_TEST_TOP("<plain>x</plain><flag/>"));
    assert_int_equal(sx_test_tree_edit(&tree, SX_TEST_TOP("<plain>y</plain><flag/>"),
                         SX_DEFAULT_NONE, &changes, &err),
        0);
    assert_string_equal(changes, "");
    free(changes);
    assert_int_equal(sx_test_tree_edit(&tree, SX_TEST_LISTS("<entry><name>a</name></entry>"),
                         SX_DEFAULT_NONE, NULL, &err),
        -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    /* A container without presence exists by itself. */
    assert_int_equal(
        sx_test_tree_edit(&tree, SX_TEST_TOP("<agreed/>"), SX_DEFAULT_NONE, NULL, &err), 0);
    sx_tree_clear(&tree);
}

/* A default that nobody set can be created and cannot be deleted (explicit mode of RFC 6243). */
static void defaults_are_not_there(void **state)
{
    struct sx_tree tree = sx_test_tree(*state);

    sx_test_refused(&tree, SX_TEST_TOP("<number nc:operation='delete'/>"), SX_E_DATA_MISSING,
        "/sextant-test:top/number");
    sx_test_expect(&tree, SX_TEST_TOP("<number nc:operation='create'>5</number>"),
        "create /sextant-test:top/number {\"sextant-test:number\":5}\n");
    sx_test_refused(&tree, SX_TEST_TOP("<number nc:operation='create'>5</number>"),
        SX_E_DATA_EXISTS, "/sextant-test:top/number");
    sx_test_refused(&tree, SX_TEST_TOP("<preset nc:operation='delete'>a</preset>"),
        SX_E_DATA_MISSING, "/sextant-test:top/preset[.='a']");
    sx_tree_clear(&tree);
}

static void a_list_past_its_size_is_refused(void **state)
{
    struct sx_tree tree = sx_test_tree(*state);
    struct sx_error err;

#define FEW(key) "<few><k>" key "</k><must-have>m</must-have></few>"
    sx_test_set(&tree, SX_TEST_LISTS(FEW("1") FEW("2") FEW("3")));
    assert_int_equal(
        sx_test_tree_edit(&tree, SX_TEST_LISTS(FEW("4")), SX_DEFAULT_MERGE, NULL, &err), -1);
    assert_int_equal(err.code, SX_E_OPERATION_FAILED);
    assert_non_null(strstr(err.path, "/sextant-test:lists/few"));
    assert_string_equal(err.app_tag, "too-many-elements");
    sx_test_set(&tree, SX_TEST_LISTS("<few nc:operation='delete'><k>1</k></few>" FEW("4")));
    sx_tree_clear(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_on_kinds_of_nodes),
        cmocka_unit_test(none_needs_the_node),
        cmocka_unit_test(defaults_are_not_there),
        cmocka_unit_test(a_list_past_its_size_is_refused),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}
