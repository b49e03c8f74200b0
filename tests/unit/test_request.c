// SPDX-License-Identifier: Apache-2.0
#include "netconf/reply.h"
#include "netconf/request.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct sx_error err = {0};

    ly_log_options(LY_LOSTORE_LAST);
    return ag_request_context((struct ly_ctx **)state, &err);
}

static int teardown(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

static void test_parse(void **state)
{
    struct ag_request request = {0};
    struct sx_error err = {0};
    const struct lyd_node_opaq *filter;

    assert_int_equal(
        ag_request_parse(*state,
            "<nc:rpc xmlns:nc=\"" AG_BASE_NS "\" message-id=\"1\"><nc:get>"
            "<nc:filter type=\"subtree\"><a xmlns=\"urn:a\"> x </a><b xmlns=\"\"/></nc:filter>"
            "</nc:get></nc:rpc>",
            &request, &err),
        0);
    assert_true(ag_request_is(request.rpc, AG_BASE_NS, "rpc"));
    assert_string_equal(ag_request_attribute(request.rpc, "message-id"), "1");
    assert_null(ag_request_attribute(request.rpc, "type"));
    assert_true(ag_request_is(request.operation, AG_BASE_NS, "get"));
    assert_false(ag_request_is(request.operation, "urn:a", "get"));
    filter = ag_request_child(request.operation, AG_BASE_NS, "filter");
    assert_non_null(filter);
    assert_string_equal(ag_request_attribute(filter, "type"), "subtree");
    assert_non_null(ag_request_child(filter, "urn:a", "a"));
    assert_null(ag_request_child(filter, AG_BASE_NS, "a"));
    assert_string_equal(ag_request_next(ag_request_first(filter))->name.name, "b");
    assert_null(ag_request_next(ag_request_next(ag_request_first(filter))));
    ag_request_clear(&request);
    assert_null(request.tree);
}

static void test_malformed(void **state)
{
    static const char *const bodies[] = {"", " ", "<a>", "<a></b>", "text"};

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct ag_request request = {0};
        struct sx_error err = {0};

        assert_int_equal(ag_request_parse(*state, bodies[i], &request, &err), -1);
        assert_int_equal(err.code, SX_E_MALFORMED_MESSAGE);
        assert_null(request.tree);
    }
}

/* Every attribute of the <rpc> comes back, RFC 6241 section 4.1. */
static void test_attributes_come_back(void **state)
{
    const char *expected =
        "<rpc-reply xmlns=\"" AG_BASE_NS "\" message-id=\"a&lt;&quot;1\" xmlns:e=\"urn:e\" "
        "e:user=\"fred\" e:tag=\"x\"><ok/></rpc-reply>]]>]]>";
    struct ag_request request = {0};
    struct ag_stream stream;
    struct sx_error err = {0};
    char reply[512] = "";
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ag_stream_init(&stream, fds[0]);
    assert_int_equal(ag_request_parse(*state,
                         "<rpc xmlns=\"" AG_BASE_NS "\" xmlns:e=\"urn:e\" "
                         "message-id='a&lt;\"1' e:user='fred' e:tag='x'><commit/></rpc>",
                         &request, &err),
        0);
    assert_int_equal(ag_reply_begin(&stream, &request, &err), 0);
    assert_int_equal(ag_stream_put(&stream, "<ok/>", &err), 0);
    assert_int_equal(ag_reply_end(&stream, &err), 0);
    assert_int_equal(read(fds[1], reply, sizeof reply - 1), (int)strlen(expected));
    assert_string_equal(reply, expected);
    ag_request_clear(&request);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_attributes_come_back),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
