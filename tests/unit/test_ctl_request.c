// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/request.h"
#include "sextantctl/schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define PHONE_BOOK \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>"

static int load(void **state)
{
    static const char *const folders[] = {"/usr/share/yuma/nmda-modules/ietf",
        "/usr/share/yuma/modules/ietf", "/usr/share/yuma/modules/ietf-derived",
        "/usr/share/yuma/modules/netconfcentral"};
    static const char *const modules[] = {
        "ietf-netconf", "ietf-system", "sextant-cluster", "sextant-system", "sextant-call-control"};
    struct ly_ctx *context = NULL;

    ly_log_options(LY_LOSTORE_LAST);
    if (ly_ctx_new(SEXTANT_SOURCE_DIR "/yang", LY_CTX_NO_YANGLIBRARY, &context))
        return -1;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        ly_ctx_set_searchdir(context, folders[i]);
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++)
        if (!ly_ctx_load_module(context, modules[i], NULL, NULL))
            return -1;
    *state = context;
    return 0;
}

static int unload(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

static int resolve(const struct ly_ctx *context, const char *text, enum ctl_keys keys,
    struct ctl_path *path, struct ctl_fault *fault)
{
    const struct lysc_node *node = NULL;

    if (ctl_path_parse(text, path, fault) < 0)
        return -1;
    if (ctl_schema_resolve(context, path, keys, &node, fault) < 0) {
        ctl_path_clear(path);
        return -1;
    }
    assert_string_equal(node->name, path->steps[path->step_count - 1].name);
    return 0;
}

static void assert_get(const struct ly_ctx *context, const char *text, const char *filter)
{
    struct ctl_fault fault;
    struct ctl_path path;
    char *request;
    char wanted[1024];

    assert_int_equal(resolve(context, text, CTL_KEYS_OPTIONAL, &path, &fault), 0);
    request = ctl_request_get(context, &path);
    snprintf(wanted, sizeof wanted, "<get><filter type=\"subtree\">%s</filter></get>", filter);
    assert_string_equal(request, wanted);
    free(request);
    ctl_path_clear(&path);
}

static void test_get(void **state)
{
    assert_get(*state, "/sextant-cluster:cluster/name", CLUSTER "<name></name></cluster>");
    assert_get(*state, "/cluster/peers/peer", CLUSTER "<peers><peer></peer></peers></cluster>");
    assert_get(*state, "/call-control/phone-book/entry[name='<A & B>']/number",
        PHONE_BOOK "<entry><name>&lt;A &amp; B&gt;</name><number></number></entry></phone-book>"
                   "</call-control>");
    assert_get(*state, "/call-control/zones/zone/protocol[.='sip']",
        "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><zones><zone>"
        "<protocol>sip</protocol></zone></zones></call-control>");
}

static void add(
    const struct ly_ctx *context, const char *text, const char *value, struct lyd_node **tree)
{
    struct ctl_fault fault;
    struct ctl_path path;

    assert_int_equal(resolve(context, text, CTL_KEYS_NEEDED, &path, &fault), 0);
    if (value)
        assert_int_equal(ctl_request_add(context, &path, value, tree, &fault), 0);
    else
        assert_int_equal(ctl_request_remove(context, &path, tree, &fault), 0);
    ctl_path_clear(&path);
}

static void test_paths_share_one_tree(void **state)
{
    struct lyd_node *tree = NULL;
    char *request;

    add(*state, "/cluster/peers/peer[index='1']/address", "a.example", &tree);
    add(*state, "/cluster/configuration-primary", "1", &tree);
    add(*state, "/sextant-system:system/name", "alpha", &tree);
    request = ctl_request_edit(tree, "merge", NULL);
    assert_string_equal(request,
        "<edit-config><target><running/></target><default-operation>merge</default-operation>"
        "<config>" CLUSTER "<configuration-primary>1</configuration-primary><peers><peer>"
        "<index>1</index><address>a.example</address></peer></peers></cluster>"
        "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><name>alpha</name>"
        "</system></config></edit-config>");
    free(request);
    lyd_free_all(tree);
}

/* The daemon judges values, with the words of the module. */
static void test_a_wrong_value_is_sent(void **state)
{
    struct lyd_node *tree = NULL;
    char *request;

    add(*state, "/cluster/configuration-primary", "se<en", &tree);
    request = ctl_request_edit(tree, "merge", NULL);
    assert_non_null(
        strstr(request, "<configuration-primary>se&lt;en</configuration-primary></cluster>"));
    free(request);
    lyd_free_all(tree);
}

static void test_delete(void **state)
{
    static const char entry[] = "<entry xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                                "nc:operation=\"delete\"><name>x</name></entry>";
    struct lyd_node *tree = NULL;
    char *request;

    add(*state, "/call-control/phone-book/entry[name='x']", NULL, &tree);
    add(*state, "/cluster/configuration-primary", NULL, &tree);
    add(*state, "/call-control/zones/zone[name='z']/protocol[.='sip']", NULL, &tree);
    request = ctl_request_edit(tree, "none", "all");
    assert_non_null(strstr(request, entry));
    assert_non_null(strstr(request, "operation=\"delete\">sip</protocol>"));
    assert_non_null(strstr(request, "operation=\"delete\"/></cluster>"));
    assert_non_null(strstr(request,
        "</config><wait xmlns=\"urn:sextant:params:xml:ns:yang:sextant-netconf\"><for>all</for>"
        "</wait></edit-config>"));
    free(request);
    lyd_free_all(tree);
}

/* A container without presence holds nothing here, and is to go all the same. */
static void test_delete_of_a_container(void **state)
{
    struct lyd_node *tree = NULL;
    char *request;

    add(*state, "/cluster/peers", NULL, &tree);
    request = ctl_request_edit(tree, "none", NULL);
    assert_non_null(strstr(request,
        "<config>" CLUSTER "<peers xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
        "nc:operation=\"delete\"/></cluster></config>"));
    free(request);
    lyd_free_all(tree);
}

static void test_paths_that_name_nothing(void **state)
{
    static const struct {
        const char *path;
        const char *message;
    } cases[] = {
        {"/nothing", "no module has a node /nothing"},
        {"/system/name", "/system stands in more than one module: write /ietf-system:system or "
                         "/sextant-system:system"},
        {"/no-module:system", "sextantd has no module no-module"},
        {"/cluster/nothing", "module sextant-cluster has no node nothing in cluster"},
        {"/cluster/peers/peer/address", "peer is a list: say which entry, peer[index='...']"},
        {"/cluster/peers/peer[address='a']", "what stands in [ ] after peer is not a key of it"},
        {"/cluster[name='a']", "what stands in [ ] after cluster is not a key of it"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ctl_fault fault = {0};
        struct ctl_path path;

        assert_int_equal(resolve(*state, cases[i].path, CTL_KEYS_NEEDED, &path, &fault), -1);
        assert_int_equal(fault.status, CTL_EXIT_USAGE);
        assert_string_equal(fault.message, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_paths_share_one_tree),
        cmocka_unit_test(test_a_wrong_value_is_sent),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_delete_of_a_container),
        cmocka_unit_test(test_paths_that_name_nothing),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
