// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "netconf/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What the tests of the guard share: messages, and a guard that was greeted. */

#define BASE "urn:ietf:params:xml:ns:netconf:base:1.0"
#define CAPABILITY(text) "<capability>" text "</capability>"
#define HELLO(capabilities) \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hello xmlns=\"" BASE \
    "\"><capabilities>" capabilities "</capabilities></hello>]]>]]>"
#define CAPABILITY_1_0 CAPABILITY("urn:ietf:params:netconf:base:1.0")
#define CAPABILITY_1_1 CAPABILITY(" urn:ietf:params:netconf:base:1.1\n")
#define HELLO_1_0 HELLO(CAPABILITY_1_0)
#define HELLO_1_1 HELLO(CAPABILITY_1_0 CAPABILITY_1_1 CAPABILITY("urn:x:other"))
#define RPC(inside) "<rpc message-id=\"1\" xmlns=\"" BASE "\">" inside "</rpc>"

static inline int feed(struct ag_guard *guard, const char *text,
    struct ag_guard_message *ret_message, struct sx_error *err)
{
    ag_guard_feed(guard, text, strlen(text));
    return ag_guard_next(guard, ret_message, err);
}

/* A guard that has taken this <hello>. */
static inline struct ag_guard *greeted(const char *hello)
{
    struct ag_guard *guard = ag_guard_new();
    struct ag_guard_message message;
    struct sx_error err;

    assert_int_equal(feed(guard, hello, &message, &err), 1);
    assert_true(message.hello);
    assert_int_equal(strlen(message.body), message.length);
    assert_int_equal(message.body[message.length - 1], '>');
    return guard;
}
