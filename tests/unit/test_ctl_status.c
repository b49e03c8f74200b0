// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/status.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><data>"
#define TAIL "</data></rpc-reply>"
#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"

static const char two_peers[] = HEAD CLUSTER
    "<name>lab.example</name><configuration-primary>1</configuration-primary>"
    "<tls-verification>enforce</tls-verification>"
    "<tls-verification-in-force>permissive</tls-verification-in-force>"
    "<peers><peer><index>1</index><address>192.0.2.1</address><status>this-system</status>"
    "<status-text>This system</status-text></peer>"
    "<peer><index>2</index><address>192.0.2.2</address><status>active</status>"
    "<status-text>Active as beta (Resolved '192.0.2.2' as '192.0.2.2')</status-text>"
    "<certificate-status>invalid</certificate-status>"
    "<certificate-reason>expired</certificate-reason><lag>3</lag>"
    "<shared><age>4</age><maintenance-mode>true</maintenance-mode><memory>21000</memory>"
    "<licence-key>K-1</licence-key></shared></peer></peers>"
    "<replication><database-status>active</database-status><revision>12</revision></replication>"
    "<role>primary</role><restart-required>true</restart-required>"
    "<warnings>say \"x\"</warnings></cluster>"
    "<alarms xmlns=\"urn:ietf:params:xml:ns:yang:ietf-alarms\"><alarm-list>"
    "<alarm><resource>/r</resource><alarm-type-id>sxa:cluster-communication-failure-20004"
    "</alarm-type-id><is-cleared>false</is-cleared><last-raised>2026-11-21T10:00:00Z</last-raised>"
    "<perceived-severity>warning</perceived-severity><alarm-text>gone</alarm-text></alarm>"
    "<alarm><resource>/old</resource><alarm-type-id>sxa:restart-required-20007</alarm-type-id>"
    "<is-cleared>true</is-cleared></alarm></alarm-list></alarms>" TAIL;

static int start(void **state)
{
    struct ly_ctx *context = NULL;

    if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &context))
        return -1;
    *state = context;
    return 0;
}

static int end(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

static struct lyd_node *parse(const struct ly_ctx *context, const char *text)
{
    struct lyd_node *reply = NULL;

    assert_int_equal(
        lyd_parse_data_mem(context, text, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &reply),
        LY_SUCCESS);
    return reply;
}

static char *text_of(const struct lyd_node *reply, bool marks)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    ctl_status_text(reply, marks, out);
    fclose(out);
    return text;
}

static void test_text_for_an_operator(void **state)
{
    struct lyd_node *reply = parse(*state, two_peers);
    char *text = text_of(reply, true);
    char *plain = text_of(reply, false);

    assert_non_null(strstr(text, "Cluster:            lab.example\n"));
    assert_non_null(strstr(text, "Primary:            peer 1, 192.0.2.1\n"));
    assert_non_null(strstr(text, "TLS verification:   enforce, permissive until the restart\n"));
    assert_non_null(strstr(text, "Database:           Active\nRevision:           12\n"));
    assert_non_null(strstr(text, "    ✓ Clustering: This system\n"));
    assert_non_null(strstr(text, "    ✗ Certificate: Invalid (expired)\n"
                                 "    ✓ Clustering: Active as beta (Resolved '192.0.2.2' as "
                                 "'192.0.2.2'), 3 revisions behind\n"));
    assert_non_null(strstr(text, "Warnings:\n  say \"x\"\n"));
    assert_non_null(strstr(text, "20004 Cluster communication failure, since 2026-11-21T10:00"));
    assert_null(strstr(text, "20007"));
    assert_non_null(strstr(plain, "    [!!] Certificate: Invalid (expired)\n"));
    for (const char *byte = plain; *byte; byte++)
        assert_true((unsigned char)*byte < 0x80);
    free(text);
    free(plain);
    lyd_free_all(reply);
}

/* A link that stands is not all. */
static void test_text_says_why_nothing_is_replicated(void **state)
{
    struct lyd_node *reply = parse(*state, HEAD CLUSTER
        "<peers><peer><index>2</index><address>192.0.2.2</address>"
        "<status>active</status><status-text>Active as beta</status-text>"
        "<failure>the disk is full</failure><lag>2</lag></peer></peers></cluster>" TAIL);
    char *text = text_of(reply, false);

    assert_non_null(strstr(text, "    [!!] Clustering: Active as beta: the disk is full, 2 "
                                 "revisions behind\n"));
    free(text);
    lyd_free_all(reply);
}

static void test_text_says_why_a_peer_failed(void **state)
{
    struct lyd_node *reply = parse(*state,
        HEAD CLUSTER "<peers><peer><index>2</index><address>192.0.2.2</address>"
                     "<status>failed</status><status-text>Failed</status-text>"
                     "<failure>Connection refused</failure></peer></peers></cluster>" TAIL);
    char *text = text_of(reply, false);

    assert_non_null(strstr(text, "    [!!] Clustering: Failed: Connection refused\n"));
    free(text);
    lyd_free_all(reply);
}

static void test_text_without_a_cluster(void **state)
{
    struct lyd_node *reply = parse(*state, HEAD TAIL);
    char *text = text_of(reply, false);

    assert_non_null(strstr(text, "  none, this system stands alone\n"));
    assert_non_null(strstr(text, "Alarms:\n  none\n"));
    free(text);
    lyd_free_all(reply);
}

static void test_json_for_a_script(void **state)
{
    static const char wanted[] = "  \"peers\": [\n"
                                 "    {\n"
                                 "      \"index\": 1,\n"
                                 "      \"address\": \"192.0.2.1\",\n"
                                 "      \"status\": \"this-system\",\n"
                                 "      \"status-text\": \"This system\"\n"
                                 "    },\n";
    struct lyd_node *reply = parse(*state, two_peers);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    ctl_status_json(reply, out);
    fclose(out);
    assert_non_null(strstr(text, "  \"tls-verification\": \"enforce\",\n"
                                 "  \"tls-verification-in-force\": \"permissive\",\n"));
    assert_non_null(strstr(text, wanted));
    assert_non_null(strstr(text, "\"maintenance-mode\": true,\n        \"age\": 4,\n"));
    assert_non_null(strstr(text, "\"licence-keys\": [\n          \"K-1\"\n        ]\n"));
    assert_non_null(strstr(text, "  \"restart-required\": true,\n"));
    assert_non_null(strstr(text, "  \"warnings\": [\n    \"say \\\"x\\\"\"\n  ],\n"));
    assert_non_null(strstr(text, "\"id\": 20004,"));
    assert_non_null(strstr(text, "\"uuid\": \"3bca6888-f622-11df-93be-07cc953d7b99\""));
    assert_string_equal(text + size - 2, "}\n");
    free(text);
    lyd_free_all(reply);
}

static char *news(const struct lyd_node *before, const struct lyd_node *now)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    ctl_status_news(before, now, out);
    fclose(out);
    return text;
}

static void test_news_are_what_was_not_there(void **state)
{
    struct lyd_node *before =
        parse(*state, HEAD CLUSTER "<restart-required>false</restart-required>"
                                   "<warnings>old</warnings></cluster>" TAIL);
    struct lyd_node *now = parse(*state,
        HEAD CLUSTER "<restart-required>true</restart-required><warnings>old</warnings>"
                     "<warnings>new</warnings></cluster>" TAIL);
    char *text = news(before, now);
    char *none = news(now, now);

    assert_string_equal(
        text, "warning: a restart is required before all of this is in force\nwarning: new\n");
    assert_string_equal(none, "");
    free(text);
    free(none);
    lyd_free_all(before);
    lyd_free_all(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_for_an_operator),
        cmocka_unit_test(test_text_says_why_nothing_is_replicated),
        cmocka_unit_test(test_text_says_why_a_peer_failed),
        cmocka_unit_test(test_text_without_a_cluster),
        cmocka_unit_test(test_json_for_a_script),
        cmocka_unit_test(test_news_are_what_was_not_there),
    };

    return cmocka_run_group_tests(tests, start, end);
}
