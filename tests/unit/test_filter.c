// SPDX-License-Identifier: Apache-2.0
#include "netconf/filter.h"

#include "netconf/request.h"
#include "sextant/memory.h"
#include "sextant/schema.h"
#include "test_contexts.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLUSTER_NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define INTERFACES_NS "urn:ietf:params:xml:ns:yang:ietf-interfaces"

static struct ag_filter *compile(
    struct ag_test_contexts *contexts, const char *content, struct ag_request *request)
{
    char *body = sx_format("<filter xmlns=\"" AG_BASE_NS "\">%s</filter>", content);
    struct ag_filter *filter = NULL;
    struct sx_error err = {0};

    if (ag_request_parse(contexts->plain, body, request, &err) < 0 ||
        ag_filter_new(sx_schema_context(contexts->schema), request->rpc, &filter, &err) < 0)
        fail_msg("%s: %s", content, err.message);
    free(body);
    return filter;
}

/* What a filter leaves of data. */
static void expect(
    struct ag_test_contexts *contexts, const char *data, const char *content, const char *expected)
{
    struct ag_request request = {0};
    struct ag_filter *filter = compile(contexts, content, &request);
    struct lyd_node *tree = NULL;
    struct ag_filter_set set;
    char *text = NULL;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(contexts->schema), data, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree),
        LY_SUCCESS);
    set = ag_filter_top(filter, tree->schema);
    if (set.count > 0 && ag_filter_prune(&set, tree))
        lyd_print_mem(&text, tree, LYD_XML, LYD_PRINT_SHRINK | LYD_PRINT_WD_EXPLICIT);
    assert_string_equal(text ? text : "", expected);
    free(text);
    ag_filter_set_clear(&set);
    ag_filter_free(filter);
    lyd_free_all(tree);
    ag_request_clear(&request);
}

#define PEER(index, address) "<peer><index>" index "</index><address>" address "</address></peer>"
#define OPEN "<cluster xmlns=\"" CLUSTER_NS "\">"
#define DATA \
    OPEN "<name>lab</name><ip-version>ipv4</ip-version>" \
         "<peers>" PEER("1", "a.example") PEER("2", "b.example") "</peers></cluster>"
#define DATA_ADDRESSES \
    OPEN "<peers>" PEER("1", "a.example") PEER("2", "b.example") "</peers></cluster>"

static void test_selection(void **state)
{
    expect(*state, DATA, OPEN "</cluster>", DATA);
    expect(*state, DATA, OPEN "<name/></cluster>", OPEN "<name>lab</name></cluster>");
    expect(*state, DATA, OPEN "<name> \n </name><peers/></cluster>",
        OPEN "<name>lab</name><peers>" PEER("1", "a.example")
            PEER("2", "b.example") "</peers></cluster>");
    /* An empty answer is none: no container without what was asked for. */
    expect(*state, DATA, OPEN "<configuration-primary/></cluster>", "");
    expect(*state, DATA, OPEN "<name><deeper/></name></cluster>", "");
    expect(*state, DATA, "<other xmlns=\"" CLUSTER_NS "\"/>", "");
}

static void test_namespaces(void **state)
{
    expect(*state, DATA, "<cluster xmlns=\"urn:other\"/>", "");
    expect(*state, DATA, "<cluster xmlns=\"" INTERFACES_NS "\"/>", "");
    /* Section 6.2.1: without a namespace any will do. */
    expect(
        *state, DATA, "<cluster xmlns=\"\"><name/></cluster>", OPEN "<name>lab</name></cluster>");
    expect(*state, DATA, "<cluster><name/></cluster>", OPEN "<name>lab</name></cluster>");
    expect(*state, DATA, OPEN "<name xmlns=\"urn:other\"/></cluster>", "");
}

static void test_content_match(void **state)
{
    /* Tests alone select everything beside them. */
    expect(*state, DATA, OPEN "<name>lab</name></cluster>", DATA);
    expect(*state, DATA, OPEN "<name>other</name></cluster>", "");
    /* With other elements they select themselves and what those do. */
    expect(*state, DATA, OPEN "<name> lab </name><ip-version/></cluster>",
        OPEN "<name>lab</name><ip-version>ipv4</ip-version></cluster>");
    expect(*state, DATA, OPEN "<name>other</name><ip-version/></cluster>", "");
    /* All of several tests must hold. */
    expect(*state, DATA, OPEN "<name>lab</name><ip-version>ipv6</ip-version></cluster>", "");
    expect(*state, DATA, OPEN "<peers>text</peers></cluster>", "");
}

static void test_lists(void **state)
{
    expect(*state, DATA, OPEN "<peers><peer><index>2</index></peer></peers></cluster>",
        OPEN "<peers>" PEER("2", "b.example") "</peers></cluster>");
    /* A value is compared in the form of the leaf's type. */
    expect(*state, DATA, OPEN "<peers><peer><index>02</index></peer></peers></cluster>",
        OPEN "<peers>" PEER("2", "b.example") "</peers></cluster>");
    /* The key comes with what was asked for. */
    expect(*state, DATA, OPEN "<peers><peer><address/></peer></peers></cluster>", DATA_ADDRESSES);
    expect(*state, DATA, OPEN "<peers><peer><role/></peer></peers></cluster>", "");
    /* Several elements for one node: what one of them selects is selected. */
    expect(*state, DATA,
        OPEN "<peers><peer><index>1</index><index/></peer>"
             "<peer><index>2</index></peer></peers></cluster>",
        OPEN "<peers><peer><index>1</index></peer>" PEER("2", "b.example") "</peers></cluster>");
    expect(*state, DATA,
        OPEN "<peers><peer><index>1</index></peer></peers></cluster>" OPEN "<name/></cluster>",
        OPEN "<name>lab</name><peers>" PEER("1", "a.example") "</peers></cluster>");
}

static void test_attributes(void **state)
{
    expect(*state, DATA, OPEN "<name unit=\"x\"/></cluster>", "");
}

static void test_identity(void **state)
{
    const char *data = "<interfaces xmlns=\"" INTERFACES_NS "\"><interface><name>eth0</name>"
                       "<type xmlns:ianaift=\"urn:ietf:params:xml:ns:yang:iana-if-type\">"
                       "ianaift:ethernetCsmacd</type></interface></interfaces>";

    expect(*state, data,
        "<interfaces xmlns=\"" INTERFACES_NS "\"><interface>"
        "<type xmlns:q=\"urn:ietf:params:xml:ns:yang:iana-if-type\">q:ethernetCsmacd</type>"
        "</interface></interfaces>",
        data);
    expect(*state, data,
        "<interfaces xmlns=\"" INTERFACES_NS "\"><interface>"
        "<type xmlns:q=\"urn:ietf:params:xml:ns:yang:iana-if-type\">q:softwareLoopback</type>"
        "</interface></interfaces>",
        "");
}

static void test_key(void **state)
{
    struct ag_test_contexts *contexts = *state;
    const struct ly_ctx *context = sx_schema_context(contexts->schema);
    const struct lysc_node *peers =
        lys_find_path(context, NULL, "/sextant-cluster:cluster/peers", 0);
    const struct lysc_node *peer = lysc_node_child(peers);
    struct ag_request request = {0};
    struct ag_filter *filter = compile(contexts,
        OPEN "<peers><peer><index> 03 </index><address/></peer><peer><address>x</address></peer>"
             "<peer><index>9</index></peer></peers></cluster>",
        &request);
    struct ag_filter_set top = ag_filter_top(filter, peers->parent);
    struct ag_filter_set in_cluster = ag_filter_children(&top, peers);
    struct ag_filter_set in_peers = ag_filter_children(&in_cluster, peer);
    char *key;

    assert_int_equal(in_peers.count, 3);
    key = ag_filter_key(in_peers.items[0], peer);
    assert_string_equal(key, "[index='3']");
    free(key);
    assert_null(ag_filter_key(in_peers.items[1], peer));
    /* No value of the key: no entry has it, but looking it up is not how to find out. */
    assert_null(ag_filter_key(in_peers.items[2], peer));
    assert_false(ag_filter_selects(&in_peers));
    ag_filter_set_clear(&in_peers);
    ag_filter_set_clear(&in_cluster);
    ag_filter_set_clear(&top);
    ag_filter_free(filter);
    ag_request_clear(&request);
}

static void test_too_large(void **state)
{
    struct ag_test_contexts *contexts = *state;
    char *body = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&body, &size);
    struct ag_filter *filter = NULL;
    struct ag_request request = {0};
    struct sx_error err = {0};

    fputs("<filter xmlns=\"" AG_BASE_NS "\">", out);
    for (size_t i = 0; i <= AG_FILTER_NODES_MAX; i++)
        fputs("<a/>", out);
    fputs("</filter>", out);
    fclose(out);
    assert_int_equal(ag_request_parse(contexts->plain, body, &request, &err), 0);
    assert_int_equal(
        ag_filter_new(sx_schema_context(contexts->schema), request.rpc, &filter, &err), -1);
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    ag_request_clear(&request);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selection),
        cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_content_match),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_too_large),
    };

    return cmocka_run_group_tests(tests, ag_test_contexts_setup, ag_test_contexts_teardown);
}
