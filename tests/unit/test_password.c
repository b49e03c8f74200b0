// SPDX-License-Identifier: Apache-2.0
#include "test_schema.h"
#include "test_tree.h"
#include "transaction_impl.h"
#include <crypt.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define USERS "/sextant-test:users/user"
#define SET_PASSWORD(value) \
    "<users xmlns='urn:sextant:test'><user><name>u</name><password>" value \
    "</password></user></users>"

static const char *password(const struct sx_tree *tree)
{
    return lyd_get_value(sx_test_find(tree, USERS "[name='u']/password"));
}

static void assert_hash_of(const char *hash, const char *text)
{
    struct crypt_data *data = calloc(1, sizeof *data);

    assert_non_null(data);
    assert_string_equal(crypt_r(text, hash, data), hash);
    free(data);
}

static void test_clear_text_is_hashed(void **state)
{
    char first[128];

    sx_test_set(*state, SET_PASSWORD("$0$secret"));
    assert_memory_equal(password(*state), "$6$", 3);
    assert_hash_of(password(*state), "secret");
    strcpy(first, password(*state));
    /* The same text again is no change, another one is. */
    sx_test_expect(*state, SET_PASSWORD("$0$secret"), "");
    sx_test_set(*state, SET_PASSWORD("$0$other"));
    assert_string_not_equal(password(*state), first);
    assert_hash_of(password(*state), "other");
}

static void test_hash_is_kept(void **state)
{
    static const char hash[] = "$6$saltsalt$"
                               "qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc."
                               "eoxqOmSuNp2xS0ktL3nh/";

    sx_test_set(*state, SET_PASSWORD("$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/"
                                     "jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/"));
    assert_string_equal(password(*state), hash);
}

static void test_each_has_a_salt(void **state)
{
    static const uint8_t random[16] = {3};
    struct sx_transaction *transaction = sx_transaction_begin(*state, random);
    char *values[SX_TRANSACTION_PASSWORDS_MAX], *more;
    struct sx_error err;

    for (int i = 0; i < SX_TRANSACTION_PASSWORDS_MAX; i++) {
        assert_int_equal(
            sx_transaction_password(transaction, "$0$same", NULL, &values[i], &err), 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(values[i], values[j]);
    }
    assert_int_equal(sx_transaction_password(transaction, "$0$same", NULL, &more, &err), -1);
    assert_int_equal(err.code, SX_E_TOO_BIG);
    /* A hash costs nothing. */
    assert_int_equal(sx_transaction_password(transaction, values[0], NULL, &more, &err), 0);
    assert_string_equal(more, values[0]);
    free(more);
    for (int i = 0; i < SX_TRANSACTION_PASSWORDS_MAX; i++)
        free(values[i]);
    sx_transaction_undo(transaction);
}

static void test_wrong_values(void **state)
{
    sx_test_refused(
        *state, SET_PASSWORD("secret"), SX_E_INVALID_VALUE, USERS "[name='u']/password");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SX_TEST_ON_TREE(test_clear_text_is_hashed),
        SX_TEST_ON_TREE(test_hash_is_kept),
        SX_TEST_ON_TREE(test_each_has_a_salt),
        SX_TEST_ON_TREE(test_wrong_values),
    };

    return cmocka_run_group_tests(tests, sx_test_tree_group_setup, sx_test_group_teardown);
}
