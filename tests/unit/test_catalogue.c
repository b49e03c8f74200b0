// SPDX-License-Identifier: Apache-2.0
/* The catalogue of alarms. */
#include "sextant/alarm.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void ids_ascend_within_their_groups(void **state)
{
    size_t count = 0;
    const struct sx_alarm_type *types = sx_alarm_catalogue(&count);

    (void)state;
    assert_true(count > 30);
    for (size_t i = 0; i < count; i++) {
        assert_in_range(types[i].id, 10000, 49999);
        assert_int_equal(types[i].id / 1000 % 5, 0);
        if (i > 0)
            assert_true(types[i - 1].id < types[i].id);
    }
}

static void each_uuid_is_well_formed_and_unique(void **state)
{
    size_t count = 0;
    const struct sx_alarm_type *types = sx_alarm_catalogue(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(strlen(types[i].uuid), SX_UUID_SIZE - 1);
        for (size_t j = 0; j < SX_UUID_SIZE - 1; j++) {
            char c = types[i].uuid[j];

            if (j == 8 || j == 13 || j == 18 || j == 23)
                assert_int_equal(c, '-');
            else
                assert_true(isxdigit((unsigned char)c) && !isupper((unsigned char)c));
        }
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(types[i].uuid, types[j].uuid);
    }
}

static void each_says_what_it_means_and_what_to_do(void **state)
{
    size_t count = 0;
    const struct sx_alarm_type *types = sx_alarm_catalogue(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *const texts[] = {
            types[i].title, types[i].text, types[i].raised, types[i].cleared, types[i].remedy};

        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            assert_true(texts[j] && strlen(texts[j]) > 2);
        assert_int_equal(types[i].text[strlen(types[i].text) - 1], '.');
        assert_int_not_equal(types[i].severity, SX_SEVERITY_CLEARED);
    }
}

/* What an NMS is configured for: it never changes. */
static void identifiers_and_severities_are_as_agreed(void **state)
{
    static const struct {
        uint32_t id;
        enum sx_severity severity;
        const char *uuid;
    } agreed[] = {
        {15009, SX_SEVERITY_ALERT, NULL},
        {15023, SX_SEVERITY_ERROR, NULL},
        {20003, SX_SEVERITY_WARNING, NULL},
        {20004, SX_SEVERITY_WARNING, "3bca6888-f622-11df-93be-07cc953d7b99"},
        {20005, SX_SEVERITY_WARNING, NULL},
        {20006, SX_SEVERITY_WARNING, "0f96695e-d954-4f6f-85c1-2ef1eae6f764"},
        {20007, SX_SEVERITY_WARNING, "e2b8e3d1-b731-4d7d-b606-4682a8f0c2e6"},
        {20008, SX_SEVERITY_WARNING, NULL},
        {20009, SX_SEVERITY_WARNING, NULL},
        {20011, SX_SEVERITY_WARNING, NULL},
        {20012, SX_SEVERITY_WARNING, NULL},
        {20014, SX_SEVERITY_WARNING, NULL},
        {20015, SX_SEVERITY_WARNING, NULL},
        {20016, SX_SEVERITY_WARNING, NULL},
        {20017, SX_SEVERITY_WARNING, NULL},
        {20018, SX_SEVERITY_WARNING, NULL},
        {20019, SX_SEVERITY_WARNING, NULL},
        {20020, SX_SEVERITY_WARNING, NULL},
        {20021, SX_SEVERITY_WARNING, NULL},
        {20024, SX_SEVERITY_WARNING, NULL},
        {20025, SX_SEVERITY_CRITICAL, NULL},
        {40049, SX_SEVERITY_NOTICE, NULL},
        {40068, SX_SEVERITY_CRITICAL, NULL},
        {40069, SX_SEVERITY_ALERT, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof agreed / sizeof agreed[0]; i++) {
        const struct sx_alarm_type *type = sx_alarm_type(agreed[i].id);

        assert_non_null(type);
        assert_int_equal(type->id, agreed[i].id);
        assert_int_equal(type->severity, agreed[i].severity);
        if (agreed[i].uuid)
            assert_string_equal(type->uuid, agreed[i].uuid);
    }
}

static void an_unknown_id_has_no_kind(void **state)
{
    (void)state;
    assert_null(sx_alarm_type(0));
    assert_null(sx_alarm_type(20001));
    assert_null(sx_alarm_type(UINT32_MAX));
}

static void severities_have_names_and_an_order(void **state)
{
    (void)state;
    assert_string_equal(sx_severity_name(SX_SEVERITY_CLEARED), "cleared");
    assert_string_equal(sx_severity_name(SX_SEVERITY_NOTICE), "notice");
    assert_string_equal(sx_severity_name(SX_SEVERITY_CRITICAL), "critical");
    assert_string_equal(sx_severity_name((enum sx_severity)77), "unknown");
    assert_true(SX_SEVERITY_NOTICE < SX_SEVERITY_WARNING);
    assert_true(SX_SEVERITY_ALERT < SX_SEVERITY_CRITICAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_ascend_within_their_groups),
        cmocka_unit_test(each_uuid_is_well_formed_and_unique),
        cmocka_unit_test(each_says_what_it_means_and_what_to_do),
        cmocka_unit_test(identifiers_and_severities_are_as_agreed),
        cmocka_unit_test(an_unknown_id_has_no_kind),
        cmocka_unit_test(severities_have_names_and_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
