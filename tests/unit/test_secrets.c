// SPDX-License-Identifier: Apache-2.0
/* Rows and changes: sealed on their way out, opened on their way in. */
#include "secrets.h"

#include "sextant/memory.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BODY \
    "container c { leaf word { type string; sx:secret; } leaf plain { type string; }" \
    "  list l { key k; leaf k { type string; } leaf pin { type uint32; sx:secret; } }" \
    "  list open { key k; leaf k { type string; } } }"
#define ENTRY "{\"made-up:l\":[{\"k\":\"a\",\"pin\":4711}]}"

struct fixture {
    struct sx_schema *schema;
    struct sx_secrets secrets;
    uint8_t random[SX_RANDOM_SIZE];
};

static void add_key(struct sx_secrets *secrets, uint8_t value)
{
    uint8_t key[SX_SYSTEM_KEY_SIZE];

    memset(key, value, sizeof key);
    sx_secret_keys_add(&secrets->keys, key);
}

static int setup(void **state)
{
    struct fixture *test = sx_alloc(sizeof *test);

    test->schema = sx_test_schema_of(BODY);
    test->secrets.context = sx_schema_context(test->schema);
    add_key(&test->secrets, 1);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *test = *state;

    sx_secrets_clear(&test->secrets);
    sx_schema_free(test->schema);
    free(test);
    return 0;
}

static struct sx_fragment row(const char *list, const char *key, const char *body)
{
    return (struct sx_fragment){.list = sx_strdup(list),
        .key = sx_strdup(key),
        .body = sx_strdup(body),
        .after = sx_strdup("[k='z']")};
}

/* One row sealed, for free(). */
static char *seal_one(struct fixture *test, const char *list, const char *key, const char *body)
{
    struct sx_fragment_list rows = {0}, sealed = {0};
    const struct sx_fragment_list *result;
    struct sx_error err = {0};
    char *text;

    sx_fragment_list_add(&rows, row(list, key, body));
    result = sx_secrets_seal_rows(&test->secrets, test->random, &rows, &sealed, &err);
    if (!result)
        fail_msg("%s", err.message);
    text = sx_strdup(result->items[0].body);
    sx_fragment_list_clear(&rows);
    sx_fragment_list_clear(&sealed);
    return text;
}

static int open_one(struct fixture *test, const char *list, const char *body,
    struct sx_set_aside *aside, bool *clear, char **ret_body, struct sx_error *err)
{
    struct sx_fragment fragment = {.list = (char *)list, .key = "", .body = (char *)body};
    const struct lysc_node *schema = sx_secrets_of_row(&test->secrets, &fragment);

    assert_non_null(schema);
    return sx_secrets_open_row(
        &test->secrets, schema, &fragment, test->secrets.digest_key, aside, clear, ret_body, err);
}

static void a_row_is_sealed_and_opened(void **state)
{
    struct fixture *test = *state;
    char *sealed = seal_one(test, "/made-up:c/l", "[k='a']", ENTRY), *opened = NULL;
    struct sx_error err = {0};

    assert_null(strstr(sealed, "4711"));
    assert_non_null(strstr(sealed, "\"pin\":\"$sx1$"));
    assert_int_equal(open_one(test, "/made-up:c/l", sealed, NULL, NULL, &opened, &err), 0);
    assert_string_equal(opened, ENTRY);
    sx_secret_free(opened);
    free(sealed);
}

static void rows_without_secrets_are_not_copied(void **state)
{
    struct fixture *test = *state;
    struct sx_fragment_list rows = {0}, sealed = {0};
    struct sx_error err = {0};

    sx_fragment_list_add(&rows, row("/made-up:c/open", "[k='a']", "{}"));
    assert_null(sx_secrets_of_row(&test->secrets, &rows.items[0]));
    assert_ptr_equal(
        sx_secrets_seal_rows(&test->secrets, test->random, &rows, &sealed, &err), &rows);
    assert_int_equal(sealed.count, 0);
    /* With one that has, all of them come, in their order. */
    sx_fragment_list_add(&rows, row("/made-up:c/l", "[k='a']", ENTRY));
    sx_fragment_list_add(&rows, row("/made-up:c/l", "[k='b']", NULL));
    sx_fragment_list_add(&rows, row("/made-up:c/open", "[k='b']", "{}"));
    assert_ptr_equal(
        sx_secrets_seal_rows(&test->secrets, test->random, &rows, &sealed, &err), &sealed);
    assert_int_equal(sealed.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(sealed.items[i].list, rows.items[i].list);
        assert_string_equal(sealed.items[i].key, rows.items[i].key);
        assert_string_equal(sealed.items[i].after, "[k='z']");
    }
    assert_string_equal(sealed.items[0].body, "{}");
    assert_null(sealed.items[2].body);
    sx_fragment_list_clear(&rows);
    sx_fragment_list_clear(&sealed);
}

static void what_does_not_open_is_set_aside_and_comes_back(void **state)
{
    struct fixture *test = *state;
    char *sealed = seal_one(test, "/made-up:c/l", "[k='a']", ENTRY), *opened = NULL, *again;
    struct sx_error err = {0};

    sx_secret_keys_clear(&test->secrets.keys);
    add_key(&test->secrets, 9);
    assert_int_equal(open_one(test, "/made-up:c/l", sealed, NULL, NULL, &opened, &err), -1);
    assert_int_equal(err.code, SX_E_DATA_MISSING);
    assert_int_equal(
        open_one(test, "/made-up:c/l", sealed, &test->secrets.aside, NULL, &opened, &err), 0);
    assert_int_equal(test->secrets.aside.count, 1);
    assert_string_equal(test->secrets.aside.items[0].path, "/made-up:c/l[k='a']/pin");
    assert_null(strstr(opened, "$sx1$"));
    /* The stand-in is stored as what it stands for; another value in its place is not. */
    again = seal_one(test, "/made-up:c/l", "[k='a']", opened);
    assert_string_equal(again, sealed);
    free(again);
    again = seal_one(test, "/made-up:c/l", "[k='a']", ENTRY);
    assert_string_not_equal(again, sealed);
    free(again);
    sx_secret_free(opened);
    free(sealed);
}

static void what_is_not_sealed_is_noted_or_refused(void **state)
{
    struct fixture *test = *state;
    struct sx_error err = {0};
    char *opened = NULL;
    bool clear = false;

    assert_int_equal(
        open_one(test, "/made-up:c/l", ENTRY, &test->secrets.aside, NULL, &opened, &err), -1);
    assert_null(strstr(err.message, "4711"));
    assert_int_equal(
        open_one(test, "/made-up:c/l", ENTRY, &test->secrets.aside, &clear, &opened, &err), 0);
    assert_true(clear);
    assert_string_equal(opened, ENTRY);
    sx_secret_free(opened);
}

static struct sx_change_list some_changes(const struct sx_schema *schema)
{
    struct sx_change_list changes = {0};

    sx_change_list_add(&changes,
        (struct sx_change){.operation = SX_OPERATION_REPLACE,
            .flags = sx_schema_class(sx_test_schema_node(schema, "/made-up:c/word"))->flags,
            .path = sx_strdup("/made-up:c/word"),
            .value = sx_strdup("{\"made-up:word\":\"new\"}"),
            .old_value = sx_strdup("{\"made-up:word\":\"old\"}")});
    sx_change_list_add(
        &changes, (struct sx_change){.operation = SX_OPERATION_CREATE,
                      .flags = sx_schema_class(sx_test_schema_node(schema, "/made-up:c/l"))->flags,
                      .path = sx_strdup("/made-up:c/l[k='a']"),
                      .value = sx_strdup(ENTRY)});
    sx_change_list_add(&changes, (struct sx_change){.operation = SX_OPERATION_REPLACE,
                                     .path = sx_strdup("/made-up:c/plain"),
                                     .value = sx_strdup("{\"made-up:plain\":\"p\"}")});
    return changes;
}

static void changes_are_sealed_and_opened(void **state)
{
    struct fixture *test = *state;
    struct sx_change_list changes = some_changes(test->schema), opened = {0};
    const struct sx_change_list *result;
    struct sx_error err = {0};

    assert_int_equal(sx_secrets_seal_changes(&test->secrets, test->random, &changes, &err), 0);
    assert_null(strstr(changes.items[0].value, "new"));
    assert_null(strstr(changes.items[0].old_value, "old"));
    assert_null(strstr(changes.items[1].value, "4711"));
    assert_string_equal(changes.items[2].value, "{\"made-up:plain\":\"p\"}");
    result = sx_secrets_open_changes(&test->secrets, &changes, NULL, &opened, &err);
    assert_ptr_equal(result, &opened);
    assert_string_equal(opened.items[0].value, "{\"made-up:word\":\"new\"}");
    assert_string_equal(opened.items[1].value, ENTRY);
    assert_string_equal(opened.items[2].path, "/made-up:c/plain");
    sx_change_list_clear(&opened);
    /* A value that is not sealed, or of another place, is not taken. */
    free(changes.items[0].value);
    changes.items[0].value = sx_strdup("{\"made-up:word\":\"new\"}");
    assert_null(sx_secrets_open_changes(&test->secrets, &changes, NULL, &opened, &err));
    sx_change_list_clear(&opened);
    sx_change_list_clear(&changes);
}

static void resealing_brings_values_under_the_present_key(void **state)
{
    struct fixture *test = *state;
    char *sealed = seal_one(test, "/made-up:c/l", "[k='a']", ENTRY), *fresh = NULL, *opened = NULL;
    struct sx_change_list changes = some_changes(test->schema);
    struct sx_error err = {0};
    char *kept;

    assert_int_equal(
        sx_secrets_reseal(&test->secrets, test->random, "/made-up:c/l", sealed, &fresh, &err), 0);
    assert_null(fresh);
    assert_int_equal(sx_secrets_seal_changes(&test->secrets, test->random, &changes, &err), 0);
    kept = sx_strdup(changes.items[0].value);
    add_key(&test->secrets, 2);
    assert_int_equal(
        sx_secrets_reseal(&test->secrets, test->random, "/made-up:c/l", sealed, &fresh, &err), 0);
    assert_non_null(strstr(fresh, test->secrets.keys.keys[0].id));
    assert_int_equal(sx_secrets_reseal_changes(&test->secrets, test->random, &changes, &err), 0);
    assert_string_not_equal(changes.items[0].value, kept);
    /* Without the former key they all open. */
    test->secrets.keys.count = 1;
    assert_int_equal(open_one(test, "/made-up:c/l", fresh, NULL, NULL, &opened, &err), 0);
    assert_string_equal(opened, ENTRY);
    sx_secret_free(opened);
    free(fresh);
    /* What cannot be opened stays as it is. */
    assert_int_equal(
        sx_secrets_reseal(&test->secrets, test->random, "/made-up:c/l", sealed, &fresh, &err), 0);
    assert_null(fresh);
    sx_change_list_clear(&changes);
    free(kept);
    free(sealed);
}

static void a_secret_has_a_bound(void **state)
{
    struct fixture *test = *state;
    struct sx_fragment_list rows = {0}, sealed = {0};
    char *value = sx_alloc(SX_SECRET_VALUE_MAX + 1), *body;
    struct sx_error err = {0};

    memset(value, 'a', SX_SECRET_VALUE_MAX);
    body = sx_format("{\"made-up:c\":{\"word\":\"%s\"}}", value);
    sx_fragment_list_add(&rows, row("/made-up:c", "", body));
    assert_null(sx_secrets_seal_rows(&test->secrets, test->random, &rows, &sealed, &err));
    assert_int_equal(err.code, SX_E_TOO_BIG);
    sx_fragment_list_clear(&rows);
    sx_fragment_list_clear(&sealed);
    free(body);
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_is_sealed_and_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_without_secrets_are_not_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_does_not_open_is_set_aside_and_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_sealed_is_noted_or_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(changes_are_sealed_and_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(
            resealing_brings_values_under_the_present_key, setup, teardown),
        cmocka_unit_test_setup_teardown(a_secret_has_a_bound, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
