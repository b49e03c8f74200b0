// SPDX-License-Identifier: Apache-2.0
/* Sealing and opening one value. */
#include "secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLACE "/m:c/l[k='1']/password"

struct fixture {
    struct sx_secret_keys keys;
    uint8_t random[SX_RANDOM_SIZE];
};

static void add_key(struct sx_secret_keys *keys, uint8_t value)
{
    uint8_t bytes[SX_SYSTEM_KEY_SIZE];

    memset(bytes, value, sizeof bytes);
    sx_secret_keys_add(keys, bytes);
}

static struct fixture fixture(void)
{
    struct fixture fixture = {0};

    add_key(&fixture.keys, 1);
    memset(fixture.random, 7, sizeof fixture.random);
    return fixture;
}

static void expect_closed(const struct sx_secret_keys *keys, const char *place, const char *sealed,
    enum sx_error_code code)
{
    struct sx_error err = {0};
    char *plain = NULL;

    assert_int_equal(sx_secret_open(keys, place, sealed, &plain, NULL, &err), -1);
    assert_null(plain);
    assert_int_equal(err.code, code);
    assert_null(strstr(err.message, "wonderland"));
}

static void expect_open(
    const struct sx_secret_keys *keys, const char *sealed, const void *plain, size_t size)
{
    struct sx_error err = {0};
    char *opened = NULL;
    size_t length = 0;

    assert_int_equal(sx_secret_open(keys, PLACE, sealed, &opened, &length, &err), 0);
    assert_int_equal(length, size);
    assert_memory_equal(opened, plain, size);
    assert_int_equal(opened[size], '\0');
    sx_secret_free(opened);
}

static void what_is_sealed_opens_again(void **state)
{
    struct fixture test = fixture();
    uint8_t bytes[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37);
    for (size_t size = 0; size < sizeof bytes; size++) {
        char *sealed = sx_secret_seal(&test.keys, test.random, PLACE, bytes, size);

        assert_true(sx_secret_is_sealed(sealed));
        assert_true(sx_secret_is_under(sealed, test.keys.keys[0].id));
        expect_open(&test.keys, sealed, bytes, size);
        free(sealed);
    }
}

static void the_text_hides_the_value_and_never_repeats(void **state)
{
    struct fixture test = fixture();
    char *sealed[20];

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        sealed[i] = sx_secret_seal(&test.keys, test.random, PLACE, "wonderland", 10);
        assert_null(strstr(sealed[i], "wonderland"));
        /* Prefix, id, dollar, and 16 letters of base64 that hold the nonce. */
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(sealed[i] + 22, sealed[j] + 22, 16);
    }
    for (size_t i = 0; i < 20; i++)
        free(sealed[i]);
}

static void it_opens_in_its_place_alone(void **state)
{
    struct fixture test = fixture();
    char *sealed = sx_secret_seal(&test.keys, test.random, PLACE, "wonderland", 10);

    (void)state;
    expect_closed(&test.keys, "/m:c/l[k='2']/password", sealed, SX_E_INVALID_VALUE);
    free(sealed);
}

static void any_change_of_it_is_seen(void **state)
{
    struct fixture test = fixture();
    char *sealed = sx_secret_seal(&test.keys, test.random, PLACE, "wonderland", 10);

    (void)state;
    for (char *at = sealed; *at; at++) {
        struct sx_error err = {0};
        char *plain = NULL, kept = *at;

        *at = kept == 'A' ? 'B' : 'A';
        assert_int_equal(sx_secret_open(&test.keys, PLACE, sealed, &plain, NULL, &err), -1);
        *at = '\0';
        assert_int_equal(sx_secret_open(&test.keys, PLACE, sealed, &plain, NULL, &err), -1);
        *at = kept;
    }
    expect_open(&test.keys, sealed, "wonderland", 10);
    free(sealed);
}

static void another_key_does_not_open_it(void **state)
{
    struct fixture test = fixture();
    struct sx_secret_keys other = {0};
    char *sealed = sx_secret_seal(&test.keys, test.random, PLACE, "wonderland", 10);

    (void)state;
    add_key(&other, 2);
    expect_closed(&other, PLACE, sealed, SX_E_DATA_MISSING);
    sx_secret_keys_clear(&other);
    expect_closed(&other, PLACE, sealed, SX_E_DATA_MISSING);
    free(sealed);
}

static void what_is_not_sealed_is_told_apart(void **state)
{
    static const char *const texts[] = {"", "wonderland", "$sx1$", "$sx1$0123456789abcdef",
        "$sx1$0123456789ABCDEF$AAAA", "$sx2$0123456789abcdef$AAAA"};
    struct fixture test = fixture();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(sx_secret_is_sealed(texts[i]));
        expect_closed(&test.keys, PLACE, texts[i], SX_E_MALFORMED_MESSAGE);
    }
}

static void the_first_key_seals_and_each_opens(void **state)
{
    struct fixture test = fixture();
    char *old = sx_secret_seal(&test.keys, test.random, PLACE, "a", 1), *new;

    (void)state;
    add_key(&test.keys, 2);
    assert_int_equal(test.keys.count, 2);
    new = sx_secret_seal(&test.keys, test.random, PLACE, "b", 1);
    assert_false(sx_secret_is_under(old, test.keys.keys[0].id));
    assert_true(sx_secret_is_under(old, test.keys.keys[1].id));
    assert_true(sx_secret_is_under(new, test.keys.keys[0].id));
    expect_open(&test.keys, old, "a", 1);
    expect_open(&test.keys, new, "b", 1);
    free(old);
    free(new);
}

static void the_oldest_key_goes_and_a_known_one_moves(void **state)
{
    struct fixture test = fixture();
    char first[SX_KEY_ID_SIZE];

    (void)state;
    strcpy(first, test.keys.keys[0].id);
    for (uint8_t i = 2; i <= SX_SECRET_KEYS_MAX; i++)
        add_key(&test.keys, i);
    assert_string_equal(test.keys.keys[SX_SECRET_KEYS_MAX - 1].id, first);
    add_key(&test.keys, 1);
    assert_int_equal(test.keys.count, SX_SECRET_KEYS_MAX);
    assert_string_equal(test.keys.keys[0].id, first);
    assert_string_not_equal(test.keys.keys[1].id, first);
    assert_string_not_equal(test.keys.keys[2].id, first);
    for (uint8_t i = 10; i < 10 + SX_SECRET_KEYS_MAX; i++)
        add_key(&test.keys, i);
    for (size_t i = 0; i < SX_SECRET_KEYS_MAX; i++)
        assert_string_not_equal(test.keys.keys[i].id, first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_again),
        cmocka_unit_test(the_text_hides_the_value_and_never_repeats),
        cmocka_unit_test(it_opens_in_its_place_alone),
        cmocka_unit_test(any_change_of_it_is_seen),
        cmocka_unit_test(another_key_does_not_open_it),
        cmocka_unit_test(what_is_not_sealed_is_told_apart),
        cmocka_unit_test(the_first_key_seals_and_each_opens),
        cmocka_unit_test(the_oldest_key_goes_and_a_known_one_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
