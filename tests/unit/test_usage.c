// SPDX-License-Identifier: Apache-2.0
#include "usage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void resident_pages_are_the_second_number(void **state)
{
    (void)state;
    assert_int_equal(ag_usage_pages("9000 512 33 1 0 44 0\n"), 512);
    assert_int_equal(ag_usage_pages("9000"), 0);
    assert_int_equal(ag_usage_pages(""), 0);
}

static void processor_time_is_in_thousandths(void **state)
{
    (void)state;
    assert_int_equal(ag_usage_processor(10000, 10000000), 1);
    assert_int_equal(ag_usage_processor(20000000, 10000000), 2000);
    assert_int_equal(ag_usage_processor(5, 0), 0);
    assert_int_equal(ag_usage_processor(-5, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resident_pages_are_the_second_number),
        cmocka_unit_test(processor_time_is_in_thousandths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
