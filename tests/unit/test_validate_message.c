// SPDX-License-Identifier: Apache-2.0
/* What an edit that breaks a rule of the model is told: which node, with the keys on the way to it,
 * even where the node is missing. */
#include "test_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CALL_CONTROL "/sextant-call-control:call-control"
#define BOOK(inner) \
    "<call-control " \
    "xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><phone-book>" inner \
    "</phone-book></call-control>"
#define ZONES(inner) \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><zones>" inner \
    "</zones></call-control>"
#define TARGET(inner) \
    "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><snmp><notification-targets>" \
    "<target><name>t</name>" inner "</target></notification-targets></snmp></system>"

static void expect(void **state, const char *before, const char *edit, enum sx_error_code code,
    const char *app_tag, const char *path)
{
    struct sx_test_engine test;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    assert_true(sx_test_edit(&test, before));
    assert_false(sx_test_edit(&test, edit));
    assert_int_equal(test.update.error.code, code);
    assert_string_equal(test.update.error.app_tag, app_tag);
    assert_string_equal(test.update.error.path, path);
    assert_non_null(strstr(test.update.error.message, path));
    sx_test_engine_close(&test);
}

static void a_missing_leaf_is_named_in_its_entry(void **state)
{
    expect(state, BOOK("<entry><name>ann</name><number>1</number></entry>"),
        BOOK("<entry><name>bob</name></entry>"), SX_E_DATA_MISSING, "",
        CALL_CONTROL "/phone-book/entry[name='bob']/number");
}

static void too_few_values_are_named_in_their_entry(void **state)
{
    expect(state,
        ZONES("<zone><name>a</name><type>neighbour</type><protocol>sip</protocol></zone>"),
        ZONES("<zone><name>b</name><type>neighbour</type></zone>"), SX_E_OPERATION_FAILED,
        "too-few-elements", CALL_CONTROL "/zones/zone[name='b']/protocol");
}

/* RFC 7950 section 15.6: the path is that of the parent. */
static void a_missing_choice_is_told_of_its_parent(void **state)
{
    expect(state, BOOK("<entry><name>ann</name><number>1</number></entry>"),
        TARGET("<address>127.0.0.1</address>"), SX_E_DATA_MISSING, "missing-choice",
        "/sextant-system:system/snmp/notification-targets/target[name='t']");
}

static void a_key_with_quotes_and_slashes_is_named(void **state)
{
    expect(state, BOOK("<entry><name>it's</name><number>1</number></entry>"),
        BOOK("<entry><name>a/b's [c]</name></entry>"), SX_E_DATA_MISSING, "",
        CALL_CONTROL "/phone-book/entry[name=\"a/b's [c]\"]/number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_leaf_is_named_in_its_entry),
        cmocka_unit_test(too_few_values_are_named_in_their_entry),
        cmocka_unit_test(a_missing_choice_is_told_of_its_parent),
        cmocka_unit_test(a_key_with_quotes_and_slashes_is_named),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
