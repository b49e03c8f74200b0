// SPDX-License-Identifier: Apache-2.0
/* GET and GETNEXT over made-up groups, and the values of objects. */
#include "snmp/objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Three rows that are not sorted, the second without a value in column 2. */
static const uint32_t indexes[] = {30, 4294967295u, 7};

static size_t count_rows(const struct ag_snmp_view *view)
{
    (void)view;
    return 3;
}

static uint32_t row_index(const struct ag_snmp_view *view, size_t row)
{
    (void)view;
    return indexes[row];
}

static const struct ag_snmp_rows rows = {count_rows, row_index};

static bool get(
    const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value)
{
    (void)view;
    ag_snmp_value_number(ret_value, (uint64_t)argument * 100 + row);
    return argument != 2 || row != 1;
}

static const struct ag_snmp_object objects[] = {
    {{1}, 1, ASN_INTEGER, &ag_snmp_scalar, get, 1},
    {{2, 1, 1}, 3, ASN_INTEGER, &rows, get, 2},
    {{2, 1, 5}, 3, ASN_GAUGE, &rows, get, 3},
    {{4}, 1, ASN_INTEGER, &ag_snmp_scalar, get, 4},
};
static const struct ag_snmp_group group = {"test", {1, 3, 9}, 3, objects, 4};
static const struct ag_snmp_registration registration = {&group, NULL};

#define NAME(...) (const oid[]){__VA_ARGS__}, sizeof((const oid[]){__VA_ARGS__}) / sizeof(oid)

static int look_up(const oid *name, size_t length, long *ret_number)
{
    struct ag_snmp_value value = {.number = -1};
    const struct ag_snmp_object *object = NULL;
    int result = ag_snmp_objects_get(&registration, name, length, &object, &value);
    *ret_number = value.number;
    return result;
}

static void get_finds_instances_only(void **state)
{
    (void)state;
    long number = 0;
    assert_int_equal(look_up(NAME(1, 3, 9, 1, 0), &number), SNMP_ERR_NOERROR);
    assert_int_equal(number, 100);
    assert_int_equal(look_up(NAME(1, 3, 9, 2, 1, 5, 7), &number), SNMP_ERR_NOERROR);
    assert_int_equal(number, 302);
    assert_int_equal(look_up(NAME(1, 3, 9, 2, 1, 1, 8), &number), SNMP_NOSUCHINSTANCE);
    assert_int_equal(look_up(NAME(1, 3, 9, 2, 1, 1, 4294967295u), &number), SNMP_NOSUCHINSTANCE);
    assert_int_equal(look_up(NAME(1, 3, 9, 2, 1, 1), &number), SNMP_NOSUCHINSTANCE);
    assert_int_equal(look_up(NAME(1, 3, 9, 2, 1, 1, 7, 0), &number), SNMP_NOSUCHINSTANCE);
    assert_int_equal(look_up(NAME(1, 3, 9, 1, 1), &number), SNMP_NOSUCHINSTANCE);
    assert_int_equal(look_up(NAME(1, 3, 9, 3, 0), &number), SNMP_NOSUCHOBJECT);
    assert_int_equal(look_up(NAME(1, 3, 9), &number), SNMP_NOSUCHOBJECT);
}

static void next_walks_columns_in_order(void **state)
{
    (void)state;
    static const oid expected[][7] = {
        {1, 3, 9, 1, 0},
        {1, 3, 9, 2, 1, 1, 7},
        {1, 3, 9, 2, 1, 1, 30},
        {1, 3, 9, 2, 1, 5, 7},
        {1, 3, 9, 2, 1, 5, 30},
        {1, 3, 9, 2, 1, 5, 4294967295u},
        {1, 3, 9, 4, 0},
    };
    static const size_t lengths[] = {5, 7, 7, 7, 7, 7, 5};
    oid name[AG_SNMP_OID_MAX] = {1, 3};
    size_t length = 2;
    struct ag_snmp_value value;
    const struct ag_snmp_object *object = NULL;
    for (size_t i = 0; i < 7; i++) {
        assert_true(
            ag_snmp_objects_next(&registration, name, length, name, &length, &object, &value));
        assert_int_equal(length, lengths[i]);
        assert_memory_equal(name, expected[i], length * sizeof(oid));
    }
    assert_false(ag_snmp_objects_next(&registration, name, length, name, &length, &object, &value));
}

static void next_starts_between_instances(void **state)
{
    (void)state;
    oid name[AG_SNMP_OID_MAX];
    size_t length = 0;
    struct ag_snmp_value value;
    const struct ag_snmp_object *object = NULL;
    assert_true(ag_snmp_objects_next(
        &registration, NAME(1, 3, 9, 2, 1, 1, 7, 99), name, &length, &object, &value));
    assert_int_equal(name[6], 30);
    assert_true(ag_snmp_objects_next(
        &registration, NAME(1, 3, 9, 2, 1, 3, 500), name, &length, &object, &value));
    assert_int_equal(name[5], 5);
    assert_int_equal(name[6], 7);
    assert_ptr_equal(object, &objects[2]);
    assert_int_equal(value.number, 302);
    assert_true(ag_snmp_objects_next(
        &registration, NAME(1, 3, 9, 2, 1, 5, 4294967295u), name, &length, &object, &value));
    assert_int_equal(name[3], 4);
    assert_false(
        ag_snmp_objects_next(&registration, NAME(1, 3, 10), name, &length, &object, &value));
}

static void values_have_their_wire_form(void **state)
{
    (void)state;
    struct ag_snmp_value value;
    ag_snmp_value_counter64(&value, 0x123456789abcdef0u);
    assert_int_equal(value.counter.high, 0x12345678u);
    assert_int_equal(value.counter.low, 0x9abcdef0u);
    /* 2023-11-14 22:13:20.7 UTC, RFC 2579 */
    ag_snmp_value_time(&value, 1700000000789);
    const char octets[] = {0x07, (char)0xe7, 11, 14, 22, 13, 20, 7, '+', 0, 0};
    assert_int_equal(value.length, 11);
    assert_memory_equal(value.text, octets, 11);
    ag_snmp_value_time(&value, 0);
    assert_int_equal(value.length, 8);
    assert_memory_equal(value.text, "\0\0\0\0\0\0\0\0", 8);
    char text[AG_SNMP_TEXT_MAX + 10];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    ag_snmp_value_text(&value, text);
    assert_int_equal(value.length, AG_SNMP_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(get_finds_instances_only),
        cmocka_unit_test(next_walks_columns_in_order),
        cmocka_unit_test(next_starts_between_instances),
        cmocka_unit_test(values_have_their_wire_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
