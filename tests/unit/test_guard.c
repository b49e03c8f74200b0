// SPDX-License-Identifier: Apache-2.0
#include "guard_fixture.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>

/* What becomes of one message in base:1.0 framing: 1, 2 or -1, and then the error's code. */
static int judge(const char *xml, struct ag_guard_message *ret_message, struct sx_error *ret_err)
{
    struct ag_guard *guard = greeted(HELLO_1_0);
    int result = feed(guard, xml, ret_message, ret_err);

    assert_int_equal(result, 0);
    result = feed(guard, "]]>]]>", ret_message, ret_err);
    ag_guard_free(guard);
    return result;
}

static void test_hello(void **state)
{
    static const struct {
        const char *hello;
        int result;
        bool chunked;
    } cases[] = {
        {HELLO_1_0, 1, false},
        {HELLO_1_1, 1, true},
        {HELLO(CAPABILITY_1_1), 1, true},
        {"\r\n \t" HELLO_1_0, -1, false}, /* white space before the declaration is dropped */
        {HELLO(""), -1, false},
        {HELLO(CAPABILITY("urn:ietf:params:netconf:base:1.2")), -1, false},
        {HELLO(CAPABILITY("urn:ietf:params:netconf:base:1.0x")), -1, false},
        {HELLO(CAPABILITY("urn:ietf:params:netconf:&#98;ase:1.0")), -1, false},
        {HELLO("<x>" CAPABILITY_1_0 "</x>"), -1, false},
        {HELLO("<capability xmlns=\"urn:x\">urn:ietf:params:netconf:base:1.0</capability>"), -1,
            false},
        {"<n:hello xmlns:n=\"" BASE "\"><n:capabilities><n:capability>"
         "urn:ietf:params:netconf:base:1.1</n:capability></n:capabilities></n:hello>]]>]]>",
            1, true},
        {"<hello><capabilities>" CAPABILITY_1_0 "</capabilities></hello>]]>]]>", -1, false},
        {"<hello xmlns=\"" BASE "\"><capabilities>" CAPABILITY_1_0
         "</capabilities><session-id>4</session-id></hello>]]>]]>",
            -1, false},
        {RPC("<get/>") "]]>]]>", -1, false},
        {"]]>]]>", -1, false},
        {"SSH-2.0-OpenSSH_9.2]]>]]>", -1, false},
        {"\n#5\n<rpc>\n##\n", -1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ag_guard *guard = ag_guard_new();
        struct ag_guard_message message;
        struct sx_error err = {0};
        int result = feed(guard, cases[i].hello, &message, &err);

        if (i == 3) {
            assert_int_equal(result, 1);
            assert_int_equal(message.body[0], '<');
        } else if (result != cases[i].result) {
            fail_msg("%s gives %d: %s", cases[i].hello, result, err.message);
        }
        assert_int_equal(ag_guard_chunked(guard), cases[i].chunked);
        if (result < 0) {
            assert_true(strlen(err.message) > 0);
            assert_int_equal(feed(guard, HELLO_1_0, &message, &err), -1);
        }
        ag_guard_free(guard);
    }
}

static void test_hello_too_big(void **state)
{
    struct ag_guard *guard = ag_guard_new();
    struct ag_guard_message message;
    struct sx_error err;
    int result = feed(guard, "<hello xmlns=\"" BASE "\"><!--", &message, &err);

    (void)state;
    for (size_t sent = 0; result == 0 && sent < 2 * AG_GUARD_HELLO_MAX; sent += 10)
        result = feed(guard, "..........", &message, &err);
    assert_int_equal(result, -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    ag_guard_free(guard);
}

static void test_chunks(void **state)
{
    static const char whole[] = RPC("<close-session/>");
    struct ag_guard *guard = greeted(HELLO_1_1);
    struct ag_guard_message message;
    struct sx_error err;
    char frame[512];

    (void)state;
    snprintf(frame, sizeof frame, "\n#%d\n%.10s\n#%zu\n%s\n##\n\n#%zu\n%s\n##\n", 10, whole,
        strlen(whole) - 10, whole + 10, strlen(whole), whole);
    assert_int_equal(feed(guard, frame, &message, &err), 1);
    assert_string_equal(message.body, whole);
    assert_string_equal(message.operation, "close-session");
    assert_false(message.hello);
    assert_int_equal(ag_guard_next(guard, &message, &err), 1);
    assert_string_equal(message.body, whole);
    assert_int_equal(ag_guard_next(guard, &message, &err), 0);
    ag_guard_free(guard);
}

/* Each ends the session; the first four end a process or a heap in libnetconf2 2.0.24. */
static void test_hostile_frames(void **state)
{
    static const char *const frames[] = {"\n#0\n", "\n##\n", "\n#-1\n", "\n#18446744073709551615\n",
        "\n#+5\n", "\n#05\n", "\n#\n", "\n#x\n", "\n# 5\n", "\n#5 \n", "\n#5\r\n",
        "\n#4294967295\n", "\n#16777217\n", "#5\n<rpc/>", "x", "<rpc/>", "\r\n#5\n",
        "\n#6\n<rpc/>\n#", "\n#6\n<rpc/>\n##x", "\n#6\n<rpc/>##\n", "\n#6\n<rpc/>\n#0\n",
        ("\n#8\n"
         "12345678\n##\n")};

    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct ag_guard *guard = greeted(HELLO_1_1);
        struct ag_guard_message message;
        struct sx_error err = {0};
        int result = feed(guard, frames[i], &message, &err);

        if (strcmp(frames[i], "\n#6\n<rpc/>\n#") == 0)
            assert_int_equal(result, 0);
        else if (result != -1)
            fail_msg("frame %zu gives %d", i, result);
        else
            assert_true(strlen(err.message) > 10);
        ag_guard_free(guard);
    }
}

/* The line feed that some clients send after their <hello> is taken, one between frames is not. */
static void test_stray_feed(void **state)
{
    struct ag_guard *guard = greeted(HELLO_1_1);
    struct ag_guard_message message;
    struct sx_error err;
    char frame[256];

    (void)state;
    snprintf(frame, sizeof frame, "\n#%zu\n%s\n##\n", strlen(RPC("<get/>")), RPC("<get/>"));
    assert_int_equal(feed(guard, "\n\n", &message, &err), 0);
    assert_int_equal(feed(guard, frame + 1, &message, &err), 1);
    assert_int_equal(feed(guard, "\n\n#", &message, &err), -1);
    ag_guard_free(guard);
}

#define EVENTS "urn:ietf:params:xml:ns:netconf:notification:1.0"

static void test_operation(void **state)
{
    static const struct {
        const char *xml;
        const char *operation;
    } cases[] = {
        {RPC("<get/>"), "get"},
        {RPC("<create-subscription/>"), "create-subscription"},
        {RPC("<get xmlns=\"" EVENTS "\"/>"), ""},
        {RPC("<!-- a --><?b c?> <get-config><source/></get-config>\n"), "get-config"},
        {"<a:rpc xmlns:a=\"" BASE "\" message-id='x'><a:lock></a:lock></a:rpc>", "lock"},
        {"<a:rpc xmlns:a=\"" BASE "\" message-id='x'><lock/></a:rpc>", ""},
        {RPC("<get xmlns=\"urn:other\"/>"), ""},
        {RPC("<o:get xmlns:o='urn:other'/>"), ""},
        {RPC("<o:get xmlns:o='" BASE "'/>"), "get"},
        {RPC("<get xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.&#48;\"/>"), ""},
        {RPC("<an-operation-whose-name-is-longer-than-the-space-that-there-is-for-it/>"), ""},
        {RPC("<kill-session><session-id>4</session-id></kill-session>"), "kill-session"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ag_guard_message message;
        struct ag_guard *guard = greeted(HELLO_1_0);
        struct sx_error err = {0};
        char frame[1024];

        snprintf(frame, sizeof frame, "%s]]>]]>", cases[i].xml);
        if (feed(guard, frame, &message, &err) != 1)
            fail_msg("%s: %s", cases[i].xml, err.message);
        assert_string_equal(message.operation, cases[i].operation);
        assert_false(message.subscribes);
        assert_string_equal(message.body, cases[i].xml);
        ag_guard_free(guard);
    }
}

/* The one operation outside of the base namespace that is told. */
static void test_subscribes(void **state)
{
    static const char *const texts[] = {RPC("<create-subscription xmlns=\"" EVENTS "\"/>"),
        RPC("<n:create-subscription xmlns:n=\"" EVENTS
            "\"><n:stream>NETCONF</n:stream></n:create-subscription>")};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ag_guard_message message;
        struct ag_guard *guard = greeted(HELLO_1_0);
        struct sx_error err = {0};
        char frame[1024];

        snprintf(frame, sizeof frame, "%s]]>]]>", texts[i]);
        assert_int_equal(feed(guard, frame, &message, &err), 1);
        assert_true(message.subscribes);
        assert_string_equal(message.operation, "");
        ag_guard_free(guard);
    }
}

#define EDIT(config) \
    "<edit-config><target><running/></target><config>" config "</config></edit-config>"

static void test_answered(void **state)
{
    static const struct {
        const char *xml;
        enum sx_error_code code;
    } cases[] = {
        {"<rpc xmlns=\"" BASE "\"><get/></rpc>", SX_E_MISSING_ATTRIBUTE},
        {"<rpc xmlns=\"" BASE "\" xmlns:m=\"urn:x\" m:message-id=\"1\"><get/></rpc>",
            SX_E_MISSING_ATTRIBUTE},
        {"<rpc message-id=\"1\"><get/></rpc>", SX_E_UNKNOWN_ELEMENT},
        {"<rpc-reply message-id=\"1\" xmlns=\"" BASE "\"><ok/></rpc-reply>", SX_E_UNKNOWN_ELEMENT},
        {"<hello xmlns=\"" BASE "\"/>", SX_E_UNKNOWN_ELEMENT},
        {RPC(""), SX_E_MISSING_ELEMENT},
        {RPC("<get/><close-session/>"), SX_E_UNKNOWN_ELEMENT},
        {RPC(EDIT("<x><y operation=\"delete\"/></x>")), SX_E_UNKNOWN_ATTRIBUTE},
        {RPC(EDIT("<x xmlns:a=\"urn:a\" a:b=\"1\" c=\"2\"/>")), SX_E_UNKNOWN_ATTRIBUTE},
    };
    struct ag_guard *guard = greeted(HELLO_1_0);
    struct ag_guard_message message;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sx_error err = {0};

        assert_int_equal(feed(guard, cases[i].xml, &message, &err), 0);
        assert_int_equal(feed(guard, "]]>]]>", &message, &err), 2);
        assert_int_equal(err.code, cases[i].code);
    }
    /* The session goes on. */
    assert_int_equal(feed(guard, RPC("<get/>") "]]>]]>", &message, &(struct sx_error){0}), 1);
    ag_guard_free(guard);
}

static void test_well_formed(void **state)
{
    static const char *const right[] = {
        RPC("<a b='1' c=\"2\"\n\td = '&lt;&#x41;&#65;>' />"),
        RPC("<a>&amp;&quot;&apos;&gt;\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 ]] > ]&gt;</a>"),
        RPC("<a><![CDATA[<&]]]]></a>"),
        RPC("<a><![CDATA[]]>]]&gt;</a>"),
        RPC("<a><!-- - -> <b> &x; --><?p ? > -?></a>"),
        RPC("<a></a\n>"),
        RPC("<\xc3\xa9-1.x/>"),
        "<!-- first --><?xml-stylesheet x?>" RPC("<a/>") "\n<!-- last --> <?p?>",
    };
    static const char *const wrong[] = {
        RPC("<a></b>"),
        RPC("<a><b></a></b>"),
        RPC("<a"),
        RPC("<a b/>"),
        RPC("<a b=1/>"),
        RPC("<a b='1'c='2'/>"),
        RPC("<a b='1' b='2'/>"),
        RPC("<a b='<'/>"),
        RPC("<a b='&x;'/>"),
        RPC("<a>&nbsp;</a>"),
        RPC("<a>&#0;</a>"),
        RPC("<a>&#xD800;</a>"),
        RPC("<a>&#;</a>"),
        RPC("<a>&#x;</a>"),
        RPC("<a>&#99999999;</a>"),
        RPC("<a>& </a>"),
        RPC("<a>]]></a>"),
        RPC("<1a/>"),
        RPC("<a:b:c/>"),
        RPC("<:a/>"),
        RPC("<a:/>"),
        RPC("<a:1/>"),
        RPC("< a/>"),
        RPC("<a/ >"),
        RPC("</>"),
        RPC("<a></a b='1'>"),
        RPC("<!-- -- -->"),
        RPC("<!-- "),
        RPC("<![CDATA[x"),
        RPC("<![cdata[x]]>"),
        RPC("<!ELEMENT a>"),
        RPC("<?xml version='1.0'?>"),
        RPC("<? p?>"),
        RPC("<?p?q?>"),
        RPC("<a>\x01</a>"),
        RPC("<a>\xc0\x80</a>"),
        RPC("<a>\xed\xa0\x80</a>"),
        RPC("<a>\xef\xbf\xbf</a>"),
        RPC("<a>\xf4\x90\x80\x80</a>"),
        RPC("<a>\xe2\x82</a>"),
        RPC("<a>\x80</a>"),
        RPC("<a/>") "x",
        RPC("<a/>") RPC("<a/>"),
        "x" RPC("<a/>"),
        "<!DOCTYPE rpc [<!ENTITY x 'y'>]>" RPC("<a/>"),
        "</rpc>",
        "<rpc>",
        "",
        "<!-- --><?xml version='1.0'?>" RPC("<a/>"),
        "<![CDATA[x]]>" RPC("<a/>"),
    };
    struct ag_guard_message message;
    struct sx_error err;

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (judge(right[i], &message, &err) != 1)
            fail_msg("%s is refused: %s", right[i], err.message);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ag_guard *guard = greeted(HELLO_1_0);
        int result = feed(guard, wrong[i], &message, &err);

        if (result == 0)
            result = feed(guard, "]]>]]>", &message, &err);
        if (result != -1)
            fail_msg("%s passes", wrong[i]);
        assert_int_equal(err.code, SX_E_MALFORMED_MESSAGE);
        ag_guard_free(guard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_hello_too_big),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_hostile_frames),
        cmocka_unit_test(test_stray_feed),
        cmocka_unit_test(test_operation),
        cmocka_unit_test(test_subscribes),
        cmocka_unit_test(test_answered),
        cmocka_unit_test(test_well_formed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
