// SPDX-License-Identifier: Apache-2.0
#include "netconf/auth.h"
#include "sextant/memory.h"
#include "test_schema.h"

#include <crypt.h>
#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAIB1yLcZkQ5hVvZ3mcOMV4IQ6kX5eJY8yI1mGJz5mS4tX"
/** The store's row of a user with two keys. */
#define ROW \
    "{\"ietf-system:user\":[{\"name\":\"al\",\"password\":\"%s\",\"authorized-key\":[" \
    "{\"name\":\"k1\",\"algorithm\":\"ssh-ed25519\",\"key-data\":\"" KEY "\"}," \
    "{\"name\":\"k2\",\"algorithm\":\"ssh-rsa\",\"key-data\":\"AAAA\"}]}]}"
/** A test that waits longer than this for an answer has failed. */
#define WAIT_SECONDS 20

static struct ag_auth_user user_with(const char *password, const char *algorithm, const char *data)
{
    struct ag_auth_user user = {.found = true, .password = sx_strdup(password)};

    if (algorithm) {
        user.keys = sx_grow(NULL, 0, &user.key_capacity, sizeof *user.keys);
        user.keys[user.key_count++] = (struct ag_auth_key){sx_strdup(algorithm), sx_strdup(data)};
    }
    return user;
}

static bool password_is(const char *hash, const char *password)
{
    struct ag_auth_user user = user_with(hash, NULL, NULL);
    bool right = ag_auth_check_password(&user, password);

    ag_auth_user_clear(&user);
    return right;
}

static void test_password(void **state)
{
    static const char *const settings[] = {
        "$1$saltsalt$", "$5$saltsalt$", "$6$saltsalt$", "$5$rounds=2000$saltsalt$"};
    struct ag_auth_user nobody = {0};
    char long_text[700];

    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char *hash = sx_strdup(crypt("wonderland", settings[i]));

        assert_true(password_is(hash, "wonderland"));
        assert_false(password_is(hash, "wonderlanD"));
        assert_false(password_is(hash, ""));
        free(hash);
    }
    assert_false(ag_auth_check_password(&nobody, "x"));
    assert_false(password_is(NULL, ""));
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_false(password_is(crypt("x", "$6$saltsalt$"), long_text));
}

/* What is no hash never equals what crypt() makes of it, nor the password itself. */
static void test_locked(void **state)
{
    static const char *const hashes[] = {"", "*", "*0", "*1", "!", "!$6$saltsalt$x", "x", "$0$x",
        "$6$", "$6$saltsalt$", "$7$", "$9$salt$x"};

    (void)state;
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        assert_false(password_is(hashes[i], hashes[i]));
        assert_false(password_is(hashes[i], ""));
        assert_false(password_is(hashes[i], "x"));
    }
}

/* A hash that asks for too many rounds is not computed: this returns at once. */
static void test_rounds(void **state)
{
    (void)state;
    assert_false(password_is("$6$rounds=999999999$saltsalt$x", "x"));
    assert_false(password_is("$5$rounds=1000001$saltsalt$x", "x"));
}

static void test_key(void **state)
{
    static const struct {
        const char *configured, *data, *offered, *offered_data;
        bool right;
    } cases[] = {
        {"ssh-ed25519", KEY, "ssh-ed25519", KEY, true},
        {"ssh-ed25519", KEY "==", "ssh-ed25519", KEY, true},
        {"ssh-ed25519", KEY, "ssh-ed25519", KEY "A", false},
        {"ssh-ed25519", "AAAA\n  BBBB\n", "ssh-ed25519", "AAAABBBB", true},
        {"ssh-ed25519", KEY, "ssh-rsa", KEY, false},
        {"ssh-rsa", "AAAA", "ssh-rsa", "AAAA", true},
        {"rsa-sha2-256", "AAAA", "ssh-rsa", "AAAA", true},
        {"rsa-sha2-512", "AAAA", "ssh-rsa", "AAAA", true},
        {"ssh-rsa", "AAAA", "rsa-sha2-256", "AAAA", false},
        {"ssh-ed25519", "", "ssh-ed25519", "", false},
        {"ssh-ed25519", "", "ssh-ed25519", "=\n", false},
        {"", "", "", "AAAA", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ag_auth_user user = user_with(NULL, cases[i].configured, cases[i].data);

        if (ag_auth_check_key(&user, cases[i].offered, cases[i].offered_data) != cases[i].right)
            fail_msg("case %zu", i);
        user.found = false;
        assert_false(ag_auth_check_key(&user, cases[i].offered, cases[i].offered_data));
        ag_auth_user_clear(&user);
    }
}

static void test_list_key(void **state)
{
    char key[32];

    (void)state;
    assert_true(ag_auth_user_key("alice", key, sizeof key));
    assert_string_equal(key, "[name='alice']");
    assert_true(ag_auth_user_key("o'neil", key, sizeof key));
    assert_string_equal(key, "[name=\"o'neil\"]");
    assert_true(ag_auth_user_key("a\"] | //*[\"", key, sizeof key));
    assert_string_equal(key, "[name='a\"] | //*[\"']");
    assert_false(ag_auth_user_key("'\"", key, sizeof key));
    assert_false(ag_auth_user_key("a-name-that-is-too-long-for-it", key, sizeof key));
}

static void test_parse(void **state)
{
    struct sx_schema *schema = sx_test_schema("ietf-system", NULL);
    const struct ly_ctx *context = sx_schema_context(schema);
    char *hash = sx_strdup(crypt("wonderland", "$6$saltsalt$"));
    struct ag_auth_user user;
    struct sx_error err;
    char *row;

    (void)state;
    row = sx_format(ROW, hash);
    assert_int_equal(ag_auth_user_parse(context, row, &user, &err), 0);
    assert_true(user.found);
    assert_string_equal(user.password, hash);
    assert_int_equal(user.key_count, 2);
    assert_true(ag_auth_check_key(&user, "ssh-ed25519", KEY));
    assert_true(ag_auth_check_key(&user, "ssh-rsa", "AAAA"));
    assert_false(ag_auth_check_key(&user, "ssh-rsa", KEY));
    ag_auth_user_clear(&user);

    assert_int_equal(
        ag_auth_user_parse(context, "{\"ietf-system:user\":[{\"name\":\"b\"}]}", &user, &err), 0);
    assert_true(user.found);
    assert_null(user.password);
    assert_int_equal(user.key_count, 0);
    ag_auth_user_clear(&user);

    assert_int_equal(ag_auth_user_parse(context, "{\"ietf-system:us", &user, &err), -1);
    assert_int_equal(err.code, SX_E_STORE);
    /* A hash that is not right does not come into the log. */
    free(row);
    row = sx_format(ROW, "$6$bad");
    assert_int_equal(ag_auth_user_parse(context, row, &user, &err), -1);
    assert_null(strstr(err.message, "$6$bad"));
    free(row);
    free(hash);
    sx_schema_free(schema);
}

/** Stands for the store: one user, and a gate that holds the thread up. */
struct fixture {
    struct ag_loop *loop;
    struct ag_auth *auth;
    pthread_mutex_t gate;
    int found, closed;
    int accepted, refused;
    char user[64];
};

static int find(
    void *context, const char *name, struct ag_auth_user *ret_user, struct sx_error *err)
{
    struct fixture *fixture = context;

    (void)err;
    pthread_mutex_lock(&fixture->gate);
    fixture->found++;
    pthread_mutex_unlock(&fixture->gate);
    if (strcmp(name, "broken") == 0)
        return sx_error_set(err, SX_E_STORE, "no database");
    memset(ret_user, 0, sizeof *ret_user);
    if (strcmp(name, "alice") == 0)
        *ret_user = user_with(NULL, "ssh-ed25519", KEY);
    return 0;
}

static void closed(void *context)
{
    ((struct fixture *)context)->closed++;
}

static void on_answer(void *context, bool accepted, const char *user)
{
    struct fixture *fixture = context;

    fixture->accepted += accepted;
    fixture->refused += !accepted;
    strncpy(fixture->user, user, sizeof fixture->user - 1);
    ag_loop_stop(fixture->loop);
}

static void too_late(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    fail_msg("no answer within %d seconds", WAIT_SECONDS);
}

/* Runs the loop until an answer stops it. */
static void wait_answer(struct fixture *fixture)
{
    const struct timeval limit = {.tv_sec = WAIT_SECONDS};
    struct event *timer = evtimer_new(ag_loop_base(fixture->loop), too_late, NULL);

    evtimer_add(timer, &limit);
    ag_loop_run(fixture->loop);
    event_free(timer);
}

static int start(void **state)
{
    struct fixture *fixture = sx_alloc(sizeof *fixture);
    struct ag_auth_source source = {.find = find, .close = closed, .context = fixture};
    struct sx_error err;

    pthread_mutex_init(&fixture->gate, NULL);
    assert_int_equal(ag_loop_new(&fixture->loop, &err), 0);
    assert_int_equal(ag_auth_new(fixture->loop, source, &fixture->auth, &err), 0);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;

    ag_auth_free(fixture->auth);
    assert_int_equal(fixture->closed, 1);
    ag_loop_free(fixture->loop);
    pthread_mutex_destroy(&fixture->gate);
    free(fixture);
    return 0;
}

static void test_answers(void **state)
{
    static const struct {
        struct ag_auth_question question;
        bool accepted;
    } cases[] = {
        {{.method = AG_AUTH_KEY, .user = "alice", .algorithm = "ssh-ed25519", .key_data = KEY},
            true},
        {{.method = AG_AUTH_KEY, .user = "bob", .algorithm = "ssh-ed25519", .key_data = KEY},
            false},
        {{.method = AG_AUTH_KEY, .user = "broken", .algorithm = "ssh-ed25519", .key_data = KEY},
            false},
        {{.method = AG_AUTH_PASSWORD, .user = "alice", .password = ""}, false},
        {{.method = AG_AUTH_UID, .uid = 0}, true},
        {{.method = AG_AUTH_UID, .uid = 65534}, false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int before = fixture->accepted;

        assert_non_null(ag_auth_ask(fixture->auth, &cases[i].question, on_answer, fixture));
        wait_answer(fixture);
        if ((fixture->accepted > before) != cases[i].accepted)
            fail_msg("case %zu", i);
    }
    assert_int_equal(fixture->accepted + fixture->refused, sizeof cases / sizeof *cases);
}

/* The name that comes with the answer is the one that a session gets. */
static void test_names(void **state)
{
    struct ag_auth_question question = {.method = AG_AUTH_UID, .uid = 0};
    struct fixture *fixture = *state;
    char long_name[AG_AUTH_NAME_MAX + 2];

    assert_non_null(ag_auth_ask(fixture->auth, &question, on_answer, fixture));
    wait_answer(fixture);
    assert_string_equal(fixture->user, "root");
    question.uid = geteuid();
    assert_non_null(ag_auth_ask(fixture->auth, &question, on_answer, fixture));
    wait_answer(fixture);
    assert_int_equal(fixture->accepted, 2);
    assert_true(strlen(fixture->user) > 0);

    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    question = (struct ag_auth_question){
        .method = AG_AUTH_KEY, .user = long_name, .algorithm = "a", .key_data = "b"};
    assert_null(ag_auth_ask(fixture->auth, &question, on_answer, fixture));
}

/* While the thread is held up questions queue, up to the bound; cancelled ones are not answered. */
static void test_queue(void **state)
{
    const struct ag_auth_question question = {
        .method = AG_AUTH_KEY, .user = "alice", .algorithm = "ssh-ed25519", .key_data = KEY};
    struct ag_auth_ticket *tickets[AG_AUTH_QUEUE_MAX + 1];
    struct fixture *fixture = *state;
    int asked = 0;

    pthread_mutex_lock(&fixture->gate);
    while (asked < AG_AUTH_QUEUE_MAX + 1 &&
           (tickets[asked] = ag_auth_ask(fixture->auth, &question, on_answer, fixture)))
        asked++;
    /* One may be with the thread already. */
    assert_in_range(asked, AG_AUTH_QUEUE_MAX, AG_AUTH_QUEUE_MAX + 1);
    for (int i = 0; i < asked - 1; i++)
        ag_auth_cancel(tickets[i]);
    pthread_mutex_unlock(&fixture->gate);
    wait_answer(fixture);
    assert_int_equal(fixture->accepted, 1);
    assert_int_equal(fixture->refused, 0);
    assert_int_equal(fixture->found, asked);
}

/* Releasing with questions on their way drops them; nobody is called back. */
static void test_release(void **state)
{
    const struct ag_auth_question question = {
        .method = AG_AUTH_KEY, .user = "alice", .algorithm = "ssh-ed25519", .key_data = KEY};
    struct fixture *fixture = *state;

    for (int i = 0; i < 20; i++)
        ag_auth_cancel(ag_auth_ask(fixture->auth, &question, on_answer, fixture));
    ag_auth_cancel(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_list_key),
        cmocka_unit_test(test_parse),
        cmocka_unit_test_setup_teardown(test_answers, start, stop),
        cmocka_unit_test_setup_teardown(test_names, start, stop),
        cmocka_unit_test_setup_teardown(test_queue, start, stop),
        cmocka_unit_test_setup_teardown(test_release, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
