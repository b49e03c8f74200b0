// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "test_netconf.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define BOOK \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>"
#define BOOK_END "</phone-book></call-control>"
#define MONITORING_NS "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
#define EDIT(store, options, config) \
    "<edit-config><target><" store "/></target>" options "<config>" config "</config></" \
    "edit-config>"
#define READ(store, filter) \
    "<get-config><source><" store "/></source><filter>" filter "</filter></get-config>"
#define OK "<ok/></rpc-reply>"
#define TAG(tag) "<error-tag>" tag "</error-tag>"

static void expect(void **state, const char *operation, const char *part)
{
    struct ag_test_session *session = *state;

    ag_test_client_expect(session->client, operation, part);
}

/* Every error in one reply, and the rest is done. */
static void test_continue_on_error(void **state)
{
    expect(state,
        EDIT("running", "<error-option>continue-on-error</error-option>",
            BOOK "<entry><name>anna</name><number>1</number></entry>"
                 "<entry><name>bob</name><number>1 2</number></entry>"
                 "<entry xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                 "nc:operation=\"delete\"><name>carl</name></entry>" BOOK_END),
        "sxcc:entry[sxcc:name='carl']</error-path><error-message xml:lang=\"en\">entry: it does "
        "not "
        "exist: it must be there for delete and none; use remove or merge</error-message>"
        "</rpc-error><rpc-error><error-type>application</error-type>"
        "<error-tag>invalid-value</error-tag>");
    expect(state, READ("running", BOOK BOOK_END),
        "<data>" BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END "</data>");
    /* Not valid without what failed: nothing is done, and that is the last error. */
    expect(state,
        EDIT("running", "<error-option>continue-on-error</error-option>",
            BOOK "<entry><name>dora</name></entry>"
                 "<entry><name>bob</name><number>1 2</number></entry>"
                 "<entry><name>emil</name><number>3</number></entry>" BOOK_END),
        "<error-tag>data-missing</error-tag>");
    expect(state, READ("running", BOOK BOOK_END),
        "<data>" BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END "</data>");
}

#define COPY(target, source) \
    "<copy-config><target><" target "/></target><source>" source "</source></copy-config>"
#define ANNA BOOK "<entry><name>anna</name><number>1</number></entry>" BOOK_END
#define BERT BOOK "<entry><name>bert</name><number>2</number></entry>" BOOK_END

static void test_copy_config(void **state)
{
    expect(
        state, COPY("running", "<config>" ANNA CLUSTER "<name>lab</name></cluster></config>"), OK);
    expect(state, COPY("candidate", "<config>" BERT "</config>"), OK);
    expect(state, READ("candidate", BOOK BOOK_END CLUSTER "</cluster>"), "<data>" BERT "</data>");
    expect(state, READ("running", BOOK BOOK_END), "<data>" ANNA "</data>");
    expect(state, COPY("running", "<candidate/>"), OK);
    expect(state, READ("running", BOOK BOOK_END CLUSTER "</cluster>"), "<data>" BERT "</data>");
    expect(state, EDIT("candidate", "", ANNA), OK);
    expect(state, COPY("candidate", "<running/>"), OK);
    expect(state, READ("candidate", BOOK BOOK_END), "<data>" BERT "</data>");
    expect(state, COPY("running", "<config/>"), OK);
    expect(state, READ("running", BOOK BOOK_END), "<data></data>");
}

static void test_copy_config_fails(void **state)
{
    expect(state, EDIT("running", "", ANNA), OK);
    expect(state, COPY("running", "<running/>"), TAG("invalid-value"));
    expect(state, COPY("candidate", "<candidate/>"), TAG("invalid-value"));
    expect(state, COPY("startup", "<running/>"), TAG("operation-not-supported"));
    expect(state, COPY("running", "<startup/>"), "there is no datastore");
    expect(state, COPY("running", "<url>file:///etc/passwd</url>"), TAG("operation-not-supported"));
    expect(state, COPY("running", ""), TAG("missing-element"));
    expect(state, "<copy-config><source><running/></source></copy-config>", TAG("missing-element"));
    expect(state,
        COPY("running", "<config>" BOOK "<entry><name>bert</name></entry>" BOOK_END "</config>"),
        TAG("data-missing"));
    expect(state,
        COPY("running",
            "<config>" BOOK "<entry xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
            "nc:operation=\"delete\"><name>anna</name></entry>" BOOK_END "</config>"),
        "<error-tag>unknown-attribute</error-tag>");
    expect(state,
        "<copy-config><target><candidate/></target><source><running/></source>"
        "<with-defaults xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults\">"
        "report-all</with-defaults></copy-config>",
        TAG("operation-not-supported"));
    expect(state, READ("running", BOOK BOOK_END), "<data>" ANNA "</data>");
}

static void test_delete_config(void **state)
{
#define DELETE(target) "<delete-config><target>" target "</target></delete-config>"
    expect(state, DELETE("<running/>"), "cannot be deleted");
    expect(state, DELETE("<running/>"), TAG("operation-not-supported"));
    expect(state, DELETE("<candidate/>"), "discard-changes");
    expect(state, DELETE("<startup/>"), "there is no datastore");
    expect(state, DELETE("<url>file:///x</url>"), "is not offered");
    expect(state, "<delete-config/>", TAG("operation-not-supported"));
}

static void test_validate_config(void **state)
{
#define VALIDATE(source) "<validate><source>" source "</source></validate>"
    expect(state, EDIT("running", "", BERT), OK);
    expect(state, VALIDATE("<config>" ANNA "</config>"), OK);
    expect(state, VALIDATE("<config/>"), OK);
    expect(state, VALIDATE("<running/>"), OK);
    expect(state, VALIDATE("<config>" BOOK "<entry><name>anna</name></entry>" BOOK_END "</config>"),
        TAG("data-missing"));
    expect(state, VALIDATE("<config>text</config>"), TAG("bad-element"));
    expect(state, VALIDATE("<startup/>"), TAG("operation-not-supported"));
    expect(state, VALIDATE("<url>ftp://x</url>"), TAG("operation-not-supported"));
    expect(state, READ("running", BOOK BOOK_END), "<data>" BERT "</data>");
}

/* RFC 6243: defaults that the server marks can be written back, and stay defaults. */
static void test_tagged_defaults(void **state)
{
#define ZONES "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
#define MODE "<with-defaults xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults\">"
#define TAGGED "xmlns:wd=\"urn:ietf:params:xml:ns:netconf:default:1.0\" wd:default=\"true\""
    const char *all =
        "<get-config><source><running/></source><filter>" ZONES "<ip-protocol/>"
        "</call-control></filter>" MODE "report-all-tagged</with-defaults></get-config>";

    expect(state, all, "xmlns:ncwd=\"urn:ietf:params:xml:ns:netconf:default:1.0\"");
    expect(state, all, "ncwd:default=\"true\">both</ip-protocol>");
    expect(state,
        EDIT("running", "", ZONES "<ip-protocol " TAGGED ">both</ip-protocol></call-control>"), OK);
    expect(state, READ("running", ZONES "</call-control>"), "<data></data>");
    expect(state,
        EDIT("running", "", ZONES "<ip-protocol " TAGGED ">ipv4</ip-protocol></call-control>"),
        TAG("invalid-value"));
    /* A value that was set is no default, even if it equals one. */
    expect(state, EDIT("running", "", ZONES "<ip-protocol>both</ip-protocol></call-control>"), OK);
    expect(state, all, "<ip-protocol>both</ip-protocol>");
    expect(state, READ("running", ZONES "</call-control>"), "<ip-protocol>both</ip-protocol>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_continue_on_error, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_copy_config, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_copy_config_fails, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_delete_config, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_validate_config, ag_test_session_setup, ag_test_session_teardown),
        cmocka_unit_test_setup_teardown(
            test_tagged_defaults, ag_test_session_setup, ag_test_session_teardown),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
