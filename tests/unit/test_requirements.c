// SPDX-License-Identifier: Apache-2.0
/* What this system tells of itself, as its configuration has it. */
#include "state.h"
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define IP "<ipv4 xmlns=\"urn:ietf:params:xml:ns:yang:ietf-ip\">"
#define INTERFACES \
    "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\" " \
    "xmlns:t=\"urn:ietf:params:xml:ns:yang:iana-if-type\"><interface><name>lan1</name>" \
    "<type>t:ethernetCsmacd</type>"

static const struct sx_requirements *told(struct sx_test_engine *test)
{
    const struct sx_message *message;

    sx_test_link_up(test, SX_TEST_B);
    message = sx_test_sent(test, SX_MESSAGE_HELLO, SX_TEST_B);
    assert_non_null(message);
    return &message->hello->requirements;
}

static void defaults_are_told(void **state)
{
    struct sx_test_engine test;
    const struct sx_requirements *own;

    sx_test_primary_open(&test, *state, 2);
    own = told(&test);
    assert_string_equal(own->product_type, "c");
    assert_string_equal(own->platform_class, "medium");
    assert_string_equal(own->h323_mode, "on");
    assert_string_equal(own->features, "");
    assert_string_equal(own->address, SX_TEST_A);
    assert_int_equal(own->unique_count, 0);
    sx_test_engine_close(&test);
}

static void what_changes_is_told_anew(void **state)
{
    struct sx_test_engine test;
    const struct sx_requirements *own;

    sx_test_primary_open(&test, *state, 2);
    sx_test_peer_up(&test, SX_TEST_B);
    assert_true(sx_test_edit(&test, SX_TEST_SYSTEM
        "<product><type>e</type><platform-class>large</platform-class>"
        "<feature>traversal</feature><feature>find-me</feature></product></system>"));
    assert_non_null(sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B));
    own = &sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello->requirements;
    assert_string_equal(own->product_type, "e");
    assert_string_equal(own->platform_class, "large");
    assert_string_equal(own->features, "find-me traversal");
    assert_true(
        sx_test_edit(&test, SX_TEST_CALL_CONTROL "<h323><mode>off</mode></h323></call-control>"));
    own = &sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B)->hello->requirements;
    assert_string_equal(own->h323_mode, "off");
    /* What it does not depend on tells nothing. */
    assert_true(sx_test_entry(&test, "ann", 100));
    assert_null(sx_test_sent(&test, SX_MESSAGE_HELLO, SX_TEST_B));
    sx_test_engine_close(&test);
}

static void unique_values_are_hashed_in_order(void **state)
{
    struct sx_test_engine test;
    const struct sx_requirements *own;
    uint64_t name;

    sx_test_primary_open(&test, *state, 2);
    assert_true(sx_test_name(&test, "west"));
    own = told(&test);
    assert_int_equal(own->unique_count, 1);
    name = own->unique[0];
    assert_true(sx_test_edit(&test,
        INTERFACES IP "<address><ip>10.0.0.1</ip><prefix-length>8</prefix-length></address>"
                      "<address><ip>10.0.0.7</ip><prefix-length>8</prefix-length></address>"
                      "</ipv4></interface></interfaces>"));
    own = told(&test);
    assert_int_equal(own->unique_count, 3);
    for (size_t i = 1; i < own->unique_count; i++)
        assert_true(own->unique[i - 1] < own->unique[i]);
    assert_true(name == own->unique[0] || name == own->unique[1] || name == own->unique[2]);
    assert_true(sx_test_name(&test, "east"));
    own = told(&test);
    assert_int_equal(own->unique_count, 3);
    assert_true(name != own->unique[0] && name != own->unique[1] && name != own->unique[2]);
    sx_test_engine_close(&test);
}

static void a_zone_with_an_address_is_found(void **state)
{
    struct sx_test_engine test;
    const char *zone = NULL;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, SX_TEST_CALL_CONTROL
        "<zones><zone><name>north</name><type>neighbour</type><protocol>sip</protocol>"
        "<peer><index>1</index><address>n.example</address></peer>"
        "<peer><index>2</index><address>10.0.0.9</address></peer></zone>"
        "<zone><name>south</name><type>traversal</type><protocol>sip</protocol>"
        "<peer><index>1</index><address>s.example</address></peer></zone></zones></call-control>"));
    assert_non_null(sx_requirements_zone(&test.engine->tree, "N.example", "", &zone));
    assert_string_equal(zone, "north");
    zone = NULL;
    assert_non_null(sx_requirements_zone(&test.engine->tree, "x.example", "10.0.0.9", &zone));
    assert_string_equal(zone, "north");
    assert_null(sx_requirements_zone(&test.engine->tree, "s.example", "", &zone));
    assert_null(sx_requirements_zone(&test.engine->tree, "x.example", "10.0.0.8", &zone));
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_told),
        cmocka_unit_test(what_changes_is_told_anew),
        cmocka_unit_test(unique_values_are_hashed_in_order),
        cmocka_unit_test(a_zone_with_an_address_is_found),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
