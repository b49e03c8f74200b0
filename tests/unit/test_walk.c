// SPDX-License-Identifier: Apache-2.0
#include "netconf/walk.h"

#include "netconf/request.h"
#include "sextant/memory.h"
#include "test_rows.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define CLUSTER_NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define CALL_NS "urn:sextant:params:xml:ns:yang:sextant-call-control"
#define SYSTEM_NS "urn:ietf:params:xml:ns:yang:ietf-system"
#define CLUSTER "<cluster xmlns=\"" CLUSTER_NS "\">"
#define BOOK "<call-control xmlns=\"" CALL_NS "\"><phone-book>"
#define BOOK_END "</phone-book></call-control>"
#define ENTRY(name, number) "<entry><name>" name "</name><number>" number "</number></entry>"
#define PEER(index, address) "<peer><index>" index "</index><address>" address "</address></peer>"
#define MAPPING(name) "<mapping><fqdn>" name "</fqdn><ip-address>::1</ip-address></mapping>"
#define XPATH(select) \
    "type=\"xpath\" xmlns:x=\"" CLUSTER_NS "\" xmlns:c=\"" CALL_NS "\" select=\"" select "\""

/** A schema for all tests, a store for each. */
struct fixture {
    struct sx_test_store *store;
    struct sx_schema *schema;
    struct ly_ctx *plain;
    struct sx_reader *reader;
    enum ag_defaults defaults;
    size_t rows; /**< of lists, read by the last walk */
};

static void put_rows(struct sx_test_store *store)
{
    static const char *const names[] = {"anna", "bert", "cleo"};
    char key[64], body[160];

    sx_test_row(&store->rows, SX_SCOPE_AGREED, "/sextant-cluster:cluster", "",
        "{\"sextant-cluster:cluster\":{\"name\":\"lab\",\"configuration-primary\":1}}", NULL);
    sx_test_row(&store->rows, SX_SCOPE_AGREED_COPIED, "/sextant-cluster:cluster", "",
        "{\"sextant-cluster:cluster\":{\"tls-verification\":\"permissive\"}}", NULL);
    sx_test_row(&store->rows, SX_SCOPE_AGREED, "/sextant-cluster:cluster/peers/peer", "[index='2']",
        "{\"sextant-cluster:peer\":[{\"index\":2,\"address\":\"b.example\"}]}", NULL);
    sx_test_row(&store->rows, SX_SCOPE_AGREED, "/sextant-cluster:cluster/peers/peer", "[index='1']",
        "{\"sextant-cluster:peer\":[{\"index\":1,\"address\":\"a.example\"}]}", NULL);
    sx_test_row(&store->rows, SX_SCOPE_REPLICATED, "/ietf-system:system/authentication/user",
        "[name='root']",
        "{\"ietf-system:user\":[{\"name\":\"root\",\"password\":\"$5$salt$"
        "1234567890123456789012345678901234567890123\"}]}",
        NULL);
    sx_test_row(&store->rows, SX_SCOPE_PEER_SPECIFIC, "/sextant-system:system", "",
        "{\"sextant-system:system\":{\"name\":\"s1\",\"snmp\":{\"v2c\":{\"enabled\":true,"
        "\"community\":\"top-secret\"}}}}",
        NULL);
    for (size_t i = 0; i < 3; i++) {
        snprintf(key, sizeof key, "[name='%s']", names[i]);
        snprintf(body, sizeof body,
            "{\"sextant-call-control:entry\":[{\"name\":\"%s\",\"number\":\"10%zu\"}]}", names[i],
            i);
        sx_test_store_row(
            store, "/sextant-call-control:call-control/phone-book/entry", key, body, NULL);
    }
    sx_test_store_put(store->store, &store->rows);
}

static int setup(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);
    struct sx_error err = {0};
    void *store = NULL;

    fixture->schema = *state;
    if (sx_test_store_setup(&store) < 0 || ag_request_context(&fixture->plain, &err) < 0)
        return -1;
    fixture->store = store;
    put_rows(fixture->store);
    *state = fixture;
    return sx_reader_open(fixture->store->folder, NULL, &fixture->reader, &err);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    void *store = fixture->store;

    sx_reader_close(fixture->reader);
    ly_ctx_destroy(fixture->plain);
    *state = fixture->schema;
    free(fixture);
    return sx_test_store_teardown(&store);
}

/* Takes what a walk wrote out of the socket, without the mark of the end. */
static char *take(int fd)
{
    char *text = sx_alloc(1 << 20);
    size_t length = 0;
    ssize_t got;

    while ((got = recv(fd, text + length, (1 << 20) - length - 1, MSG_DONTWAIT)) > 0)
        length += (size_t)got;
    if (length >= 6 && strcmp(text + length - 6, "]]>]]>") == 0)
        text[length - 6] = '\0';
    return text;
}

/* Walks with a <filter> of these attributes and this content (both NULL: none). Returns what was
 * written for free(), or NULL with *err. */
static char *walk(struct fixture *fixture, const char *attributes, const char *content,
    const struct sx_fragment_list *overlay, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(fixture->schema);
    char *body = sx_format("<filter xmlns=\"" AG_BASE_NS "\" %s>%s</filter>",
        attributes ? attributes : "", content ? content : "");
    struct ag_rows rows = {
        .schema = fixture->schema, .reader = fixture->reader, .defaults = fixture->defaults};
    struct ag_request request = {0};
    struct ag_stream stream;
    struct ag_walk work = {.stream = &stream, .rows = &rows};
    char *text = NULL;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ag_stream_init(&stream, fds[0]);
    assert_int_equal(ag_request_parse(fixture->plain, body, &request, err), 0);
    if (attributes)
        assert_int_equal(ag_xpath_new(context, request.rpc, &work.xpath, err), 0);
    else if (content)
        assert_int_equal(ag_filter_new(context, request.rpc, &work.filter, err), 0);
    assert_int_equal(sx_reader_begin(fixture->reader, overlay, err), 0);
    if (ag_walk_write(&work, err) == 0 && ag_stream_end(&stream, err) == 0)
        text = take(fds[1]);
    sx_reader_end(fixture->reader);
    fixture->rows = rows.count;
    ag_stream_clear(&stream);
    ag_filter_free(work.filter);
    ag_xpath_free(work.xpath);
    ag_request_clear(&request);
    free(body);
    close(fds[0]);
    close(fds[1]);
    return text;
}

static void expect(
    struct fixture *fixture, const char *attributes, const char *content, const char *expected)
{
    struct sx_error err = {0};
    char *text = walk(fixture, attributes, content, NULL, &err);

    if (!text)
        fail_msg("%s", err.message);
    assert_string_equal(text, expected);
    free(text);
}

#define ALL_CLUSTER \
    CLUSTER "<name>lab</name><configuration-primary>1</configuration-primary>" \
            "<tls-verification>permissive</tls-verification><peers>" PEER("1", "a.example") \
                PEER("2", "b.example") "</peers></cluster>"

/* Everything, in the order of the schema; what the scopes have apart comes together. */
static void test_everything(void **state)
{
    struct sx_error err = {0};
    char *text = walk(*state, NULL, NULL, NULL, &err);

    assert_non_null(text);
    assert_non_null(strstr(text, ALL_CLUSTER));
    assert_non_null(
        strstr(text, BOOK ENTRY("anna", "100") ENTRY("bert", "101") ENTRY("cleo", "102") BOOK_END));
    free(text);
    expect(*state, XPATH("/x:cluster"), NULL, ALL_CLUSTER);
    expect(*state, NULL, CLUSTER "</cluster>", ALL_CLUSTER);
    expect(*state, NULL, "", "");
}

static void test_secrets(void **state)
{
    struct sx_error err = {0};
    char *text = walk(*state, NULL, NULL, NULL, &err);

    /* A type that takes the mask shows it, one that does not is left out. */
    assert_non_null(strstr(text, "<community>********</community>"));
    assert_null(strstr(text, "top-secret"));
    assert_null(strstr(text, "$5$"));
    assert_non_null(strstr(text, "<user><name>root</name></user>"));
    free(text);
    /* Nor can it be guessed. */
    expect(*state, NULL,
        "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><snmp><v2c>"
        "<community>top-secret</community></v2c></snmp></system>",
        "");
    expect(*state, XPATH("//*[.='top-secret']"), NULL, "");
}

static void test_subtree(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, NULL, CLUSTER "<peers><peer><index>2</index></peer></peers></cluster>",
        CLUSTER "<peers>" PEER("2", "b.example") "</peers></cluster>");
    /* By key: one row. */
    assert_int_equal(fixture->rows, 1);
    expect(fixture, NULL,
        BOOK "<entry><name>cleo</name><number/></entry><entry><name>anna</name></entry>"
             "<entry><name>cleo</name></entry><entry><name>nobody</name></entry>" BOOK_END,
        BOOK ENTRY("anna", "100") ENTRY("cleo", "102") BOOK_END);
    assert_int_equal(fixture->rows, 2);
    expect(fixture, NULL, BOOK "<entry><number>101</number></entry>" BOOK_END,
        BOOK ENTRY("bert", "101") BOOK_END);
    assert_int_equal(fixture->rows, 3);
    expect(fixture, NULL, BOOK "<entry><name/></entry>" BOOK_END,
        BOOK "<entry><name>anna</name></entry><entry><name>bert</name></entry>"
             "<entry><name>cleo</name></entry>" BOOK_END);
    expect(fixture, NULL, BOOK "<entry><number>999</number></entry>" BOOK_END, "");
    /* A test beside a list decides on the list. */
    expect(fixture, NULL, CLUSTER "<name>lab</name><peers/></cluster>",
        CLUSTER "<name>lab</name><peers>" PEER("1", "a.example")
            PEER("2", "b.example") "</peers></cluster>");
    expect(fixture, NULL, CLUSTER "<name>x</name><peers/></cluster>", "");
    assert_int_equal(fixture->rows, 0);
}

static void test_xpath(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, XPATH("/c:call-control/c:phone-book/c:entry[c:name='bert']"), NULL,
        BOOK ENTRY("bert", "101") BOOK_END);
    assert_int_equal(fixture->rows, 1);
    expect(fixture, XPATH("/c:call-control/c:phone-book/c:entry[c:name='bert']/c:number"), NULL,
        BOOK ENTRY("bert", "101") BOOK_END);
    assert_int_equal(fixture->rows, 1);
    expect(fixture, XPATH("/c:call-control/c:phone-book/c:entry[c:number > 100]/c:name"), NULL,
        BOOK "<entry><name>bert</name></entry><entry><name>cleo</name></entry>" BOOK_END);
    expect(fixture, XPATH("/c:call-control/c:phone-book/c:entry[2]"), NULL,
        BOOK ENTRY("bert", "101") BOOK_END);
    expect(fixture, XPATH("//c:entry[last()] | /x:cluster/x:name"), NULL,
        BOOK ENTRY("cleo", "102") BOOK_END CLUSTER "<name>lab</name></cluster>");
    /* A condition reads one list, the answer is another one that was not loaded for it. */
    expect(fixture, XPATH("/c:call-control[/x:cluster/x:peers/x:peer]/c:phone-book"), NULL,
        BOOK ENTRY("anna", "100") ENTRY("bert", "101") ENTRY("cleo", "102") BOOK_END);
    expect(fixture, XPATH("/x:cluster[x:peers/x:peer/x:address='b.example']/x:peers"), NULL,
        CLUSTER "<peers>" PEER("1", "a.example") PEER("2", "b.example") "</peers></cluster>");
    expect(fixture, XPATH("/x:cluster[x:peers/x:peer/x:address='c.example']/x:peers"), NULL, "");
    expect(fixture, XPATH("/x:nothing"), NULL, "");
}

/* Entries that stand beside leafs in one container. */
static void test_list_beside_leaf(void **state)
{
    struct fixture *fixture = *state;

    sx_test_store_row(fixture->store, "/sextant-cluster:cluster", "",
        "{\"sextant-cluster:cluster\":{\"address-mapping\":{\"enabled\":true}}}", NULL);
    for (const char *name = "ab"; *name; name++) {
        char key[32], body[96];

        snprintf(key, sizeof key, "[fqdn='%c.example']", *name);
        snprintf(body, sizeof body,
            "{\"sextant-cluster:mapping\":[{\"fqdn\":\"%c.example\",\"ip-address\":\"::1\"}]}",
            *name);
        sx_test_store_row(
            fixture->store, "/sextant-cluster:cluster/address-mapping/mapping", key, body, NULL);
    }
    sx_test_store_put(fixture->store->store, &fixture->store->rows);
    expect(fixture, NULL, CLUSTER "<address-mapping/></cluster>",
        CLUSTER "<address-mapping><enabled>true</enabled>" MAPPING("a.example")
            MAPPING("b.example") "</address-mapping></cluster>");
    expect(fixture, XPATH("/x:cluster/x:address-mapping/x:mapping[x:fqdn='b.example']"), NULL,
        CLUSTER "<address-mapping>" MAPPING("b.example") "</address-mapping></cluster>");
    expect(fixture, XPATH("//x:mapping[2]"), NULL,
        CLUSTER "<address-mapping>" MAPPING("b.example") "</address-mapping></cluster>");
}

static void test_overlay(void **state)
{
    struct sx_fragment_list overlay = {0};
    struct sx_error err = {0};
    char *text;

    sx_test_row(&overlay, SX_SCOPE_REPLICATED,
        "/sextant-call-control:call-control/phone-book/entry", "[name='anna']", NULL, NULL);
    sx_test_row(&overlay, SX_SCOPE_REPLICATED,
        "/sextant-call-control:call-control/phone-book/entry", "[name='dora']",
        "{\"sextant-call-control:entry\":[{\"name\":\"dora\",\"number\":\"103\"}]}", NULL);
    text = walk(*state, NULL, BOOK BOOK_END, &overlay, &err);
    assert_string_equal(
        text, BOOK ENTRY("bert", "101") ENTRY("cleo", "102") ENTRY("dora", "103") BOOK_END);
    free(text);
    sx_fragment_list_clear(&overlay);
}

static void test_defaults(void **state)
{
    struct fixture *fixture = *state;
    const char *filter = CLUSTER "<name/><ip-version/><tls-verification/></cluster>";

    expect(fixture, NULL, filter,
        CLUSTER "<name>lab</name><tls-verification>permissive</tls-verification></cluster>");
    fixture->defaults = AG_DEFAULTS_TRIM;
    expect(fixture, NULL, filter, CLUSTER "<name>lab</name></cluster>");
    fixture->defaults = AG_DEFAULTS_ALL;
    expect(fixture, NULL, filter,
        CLUSTER "<name>lab</name><ip-version>ipv4</ip-version>"
                "<tls-verification>permissive</tls-verification></cluster>");
    fixture->defaults = AG_DEFAULTS_TAGGED;
    expect(fixture, NULL, CLUSTER "<name/><ip-version/></cluster>",
        CLUSTER "<name>lab</name><ip-version xmlns:ncwd=\"urn:ietf:params:xml:ns:netconf:"
                "default:1.0\" ncwd:default=\"true\">ipv4</ip-version></cluster>");
    /* Of a module of which nothing is stored. */
    fixture->defaults = AG_DEFAULTS_ALL;
    expect(fixture, NULL,
        "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\"><read-default/></nacm>",
        "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">"
        "<read-default>permit</read-default></nacm>");
}

static void test_bad_row(void **state)
{
    struct fixture *fixture = *state;
    struct sx_error err = {0};

    sx_test_row(&fixture->store->rows, SX_SCOPE_REPLICATED,
        "/ietf-system:system/authentication/user", "[name='x']",
        "{\"ietf-system:user\":[{\"name\":\"x\",\"nonsense\":\"no-hash\"}]}", NULL);
    sx_test_store_put(fixture->store->store, &fixture->store->rows);
    assert_null(walk(fixture, NULL, "<system xmlns=\"" SYSTEM_NS "\"/>", NULL, &err));
    assert_int_equal(err.code, SX_E_STORE);
    assert_non_null(strstr(err.message, "user"));
    assert_null(strstr(err.message, "no-hash"));
    /* The rest can be read. */
    expect(fixture, NULL, CLUSTER "<name/></cluster>", CLUSTER "<name>lab</name></cluster>");
}

static void test_too_many_rows(void **state)
{
    struct fixture *fixture = *state;
    struct sx_error err = {0};
    char key[64], body[160];
    char *text;

    for (size_t i = 0; i <= AG_XPATH_ROWS_MAX; i++) {
        snprintf(key, sizeof key, "[name='%zu']", i);
        snprintf(body, sizeof body, "{\"sextant-call-control:entry\":[{\"name\":\"%zu\"}]}", i);
        sx_test_store_row(
            fixture->store, "/sextant-call-control:call-control/phone-book/entry", key, body, NULL);
    }
    sx_test_store_put(fixture->store->store, &fixture->store->rows);
    assert_null(walk(fixture, XPATH("//c:entry"), NULL, NULL, &err));
    assert_int_equal(err.code, SX_E_RESOURCE_DENIED);
    /* Entry by entry there is no bound. */
    text = walk(
        fixture, XPATH("/c:call-control/c:phone-book/c:entry[c:number='102']"), NULL, NULL, &err);
    assert_string_equal(text, BOOK ENTRY("cleo", "102") BOOK_END);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everything, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_subtree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_xpath, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list_beside_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_overlay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_row, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_rows, setup, teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
