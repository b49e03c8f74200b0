// SPDX-License-Identifier: Apache-2.0
/* The addresses that are this system's. */
#include "addresses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t count(const struct ag_addresses *addresses, const char *address)
{
    size_t found = 0;

    for (size_t i = 0; addresses->items[i]; i++)
        found += !address || strcmp(addresses->items[i], address) == 0;
    return found;
}

static void those_that_are_listened_on_count(void **state)
{
    const char *const listen[] = {"127.0.0.11", "2001:db8::1", NULL};
    struct ag_addresses addresses;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(ag_addresses_find(listen, &addresses, &err), 0);
    assert_string_equal(addresses.items[0], "127.0.0.11");
    assert_string_equal(addresses.items[1], "2001:db8::1");
    assert_null(addresses.items[2]);
    ag_addresses_clear(&addresses);
    assert_null(addresses.items[0]);
}

static void all_means_those_of_the_interfaces(void **state)
{
    static const char *const all[] = {"0.0.0.0", "::"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const char *const listen[] = {all[i], NULL};
        struct ag_addresses addresses;
        struct sx_error err = {0};

        assert_int_equal(ag_addresses_find(listen, &addresses, &err), 0);
        assert_int_equal(count(&addresses, "127.0.0.1"), 1);
        assert_int_equal(count(&addresses, all[i]), 0);
        ag_addresses_clear(&addresses);
    }
}

static void none_stands_twice(void **state)
{
    const char *const listen[] = {"127.0.0.1", "0.0.0.0", "127.0.0.1", "::", NULL};
    struct ag_addresses addresses;
    struct sx_error err = {0};

    (void)state;
    assert_int_equal(ag_addresses_find(listen, &addresses, &err), 0);
    for (size_t i = 0; addresses.items[i]; i++)
        assert_int_equal(count(&addresses, addresses.items[i]), 1);
    ag_addresses_clear(&addresses);
}

static void they_are_bounded(void **state)
{
    char texts[AG_ADDRESSES_MAX + 10][16];
    const char *listen[AG_ADDRESSES_MAX + 11] = {0};
    struct ag_addresses addresses;
    struct sx_error err = {0};

    (void)state;
    for (unsigned i = 0; i < AG_ADDRESSES_MAX + 10; i++) {
        snprintf(texts[i], sizeof texts[i], "10.0.0.%u", i);
        listen[i] = texts[i];
    }
    assert_int_equal(ag_addresses_find(listen, &addresses, &err), 0);
    assert_int_equal(count(&addresses, NULL), AG_ADDRESSES_MAX);
    ag_addresses_clear(&addresses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_are_listened_on_count),
        cmocka_unit_test(all_means_those_of_the_interfaces),
        cmocka_unit_test(none_stands_twice),
        cmocka_unit_test(they_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
