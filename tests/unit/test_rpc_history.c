// SPDX-License-Identifier: Apache-2.0
/* The operations of sextant-history over a session. */
#include "netconf/rpc.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NS " xmlns=\"urn:sextant:params:xml:ns:yang:sextant-history\""
#define CC_NS " xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\""
#define EDIT(config) \
    "<edit-config><target><running/></target><config>" config "</config></edit-config>"
#define ENTRY(name, number) \
    EDIT("<call-control" CC_NS "><phone-book><entry><name>" name "</name><number>" number \
         "</number></entry></phone-book></call-control>")
#define USER(password) \
    EDIT("<system xmlns=\"urn:ietf:params:xml:ns:yang:ietf-system\"><authentication><user>" \
         "<name>ann</name><password>" password "</password></user></authentication></system>")
#define OK "<ok/></rpc-reply>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"
#define CHANGES(inner) "<get-changes" NS ">" inner "</get-changes>"
#define ROLLBACK(inner) "<rollback" NS ">" inner "</rollback>"

struct fixture {
    struct ag_test_netconf server;
    struct ag_test_client *client;
    struct sx_schema *schema;
};

/* Revisions 1 to 3: ann comes, bea comes, ann gets another number. */
static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->schema = *state;
    ag_test_netconf_start(&fixture->server, fixture->schema);
    fixture->client = ag_test_client_open(&fixture->server);
    *state = fixture;
    if (!fixture->client)
        return -1;
    ag_test_client_expect(fixture->client, ENTRY("ann", "100"), OK);
    ag_test_client_expect(fixture->client, ENTRY("bea", "200"), OK);
    ag_test_client_expect(fixture->client, ENTRY("ann", "101"), OK);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    ag_test_client_close(fixture->client);
    ag_test_netconf_stop(&fixture->server);
    *state = fixture->schema;
    free(fixture);
    return 0;
}

static void expect(void **state, const char *operation, const char *part)
{
    struct fixture *fixture = *state;

    ag_test_client_expect(fixture->client, operation, part);
}

/* The reply holds none of it. */
static void expect_not(void **state, const char *operation, const char *part)
{
    struct fixture *fixture = *state;
    char *reply = ag_test_client_rpc(fixture->client, operation);

    if (strstr(reply, part))
        fail_msg("%s is in %s", part, reply);
    free(reply);
}

static void revisions_are_listed(void **state)
{
    const char *some = "<get-history" NS "><from>2</from><count>1</count></get-history>";

    expect(state, "<get-history" NS "/>", "<present-revision" NS ">3</present-revision>");
    expect(state, "<get-history" NS "/>", "<oldest-reachable" NS ">0</oldest-reachable>");
    expect(state, "<get-history" NS "/>", "<revision" NS "><number>3</number><lineage>");
    expect(state, "<get-history" NS "/>", "<more" NS ">false</more>");
    expect(state, some, "<number>2</number>");
    expect(state, some, "<changes>1</changes>");
    expect(state, some, "<more" NS ">true</more>");
    expect_not(state, some, "<number>1</number>");
    expect_not(state, some, "<number>3</number>");
    expect(state, "<get-history" NS "><count>0</count></get-history>",
        "1 to 1000 revisions can be listed at a time.");
}

static void changes_tell_old_and_new(void **state)
{
    expect(state, CHANGES(""),
        "<operation>replace</operation>"
        "<path>/sextant-call-control:call-control/phone-book/entry[name='ann']/number</path>"
        "<old-value><number" CC_NS ">100</number></old-value>"
        "<new-value><number" CC_NS ">101</number></new-value>");
    expect(state, CHANGES("<revision>1</revision>"),
        "<new-value><entry" CC_NS "><name>ann</name><number>100</number></entry></new-value>");
    expect(state, CHANGES("<from>3</from><to>0</to>"), "<change" NS "><number>2</number>");
    expect(state, CHANGES("<from>3</from><to>0</to>"), "<more" NS ">false</more>");
    expect(state, CHANGES("<from>3</from><to>0</to><count>1</count>"), "<more" NS ">true</more>");
    expect_not(state, CHANGES("<from>3</from><to>0</to><offset>1</offset>"), "'ann'");
    expect_not(state, CHANGES("<revision>0</revision>"), "<change");
    expect(state, CHANGES("<revision>4</revision>"), TAG("invalid-value"));
    expect(state, CHANGES("<from>4</from>"), TAG("invalid-value"));
    expect(state, CHANGES("<to>1</to>"), TAG("missing-element"));
    expect(state, CHANGES("<revision>1</revision><to>1</to>"), TAG("bad-element"));
}

/* A password's type does not take the mask, so that nothing of it is shown. */
static void passwords_are_not_shown(void **state)
{
    expect(state, USER("$0$hunter2"), OK);
    expect(state, USER("$0$hunter3"), OK);
    expect(state, CHANGES(""), "/user[name='ann']/password</path></change>");
    expect_not(state, CHANGES("<revision>4</revision>"), "$6$");
    expect_not(state, CHANGES("<from>2</from>"), "$6$");
    expect(state, CHANGES("<revision>4</revision>"), "<name>ann</name>");
}

static void a_rollback_tells_its_revision(void **state)
{
    expect(state, ROLLBACK("<revision>2</revision><present-revision>2</present-revision>"),
        TAG("operation-failed"));
    expect(state, ROLLBACK("<revision>2</revision><present-revision>3</present-revision>"),
        "<revision" NS ">4</revision>");
    expect(state, CHANGES(""), "<new-value><number" CC_NS ">100</number></new-value>");
    expect(state, ROLLBACK("<revision>9</revision>"), TAG("invalid-value"));
    expect(state, ROLLBACK(""), TAG("missing-element"));
}

static int group_setup(void **state)
{
    *state = sx_test_schema_ours();
    return 0;
}

static int group_teardown(void **state)
{
    sx_schema_free(*state);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(revisions_are_listed),
        TEST(changes_tell_old_and_new),
        TEST(passwords_are_not_shown),
        TEST(a_rollback_tells_its_revision),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
