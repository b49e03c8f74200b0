// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/session.h"

#include <libyang/libyang.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define HELLO \
    "<hello><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability>" \
    "</capabilities></hello>]]>]]>"

#define NS "xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\""

/* A daemon that says what it was told to, whatever it is asked. */
struct daemon {
    char folder[32];
    char path[64];
    int listener;
    const char *hello;
    const char *answer; /* NULL: closes after the hello */
    pthread_t thread;
};

static void *serve(void *context)
{
    struct daemon *daemon = context;
    int fd = accept(daemon->listener, NULL, NULL);
    char buffer[4096];

    assert_true(fd >= 0);
    assert_int_equal(write(fd, daemon->hello, strlen(daemon->hello)), strlen(daemon->hello));
    if (daemon->answer) {
        /* The request ends with "##" and a line end; the answer waits for it. */
        size_t length = 0;

        while (length < 4 || memcmp(buffer + length - 4, "\n##\n", 4) != 0) {
            ssize_t got = read(fd, buffer + length, sizeof buffer - length);

            if (got <= 0)
                break;
            length += (size_t)got;
        }
        assert_int_equal(write(fd, daemon->answer, strlen(daemon->answer)), strlen(daemon->answer));
    }
    close(fd);
    return NULL;
}

static void start(struct daemon *daemon, const char *hello, const char *answer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(daemon->folder, "/tmp/sextant-unit-XXXXXX");
    assert_non_null(mkdtemp(daemon->folder));
    snprintf(daemon->path, sizeof daemon->path, "%s/socket", daemon->folder);
    strcpy(address.sun_path, daemon->path);
    daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(daemon->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(daemon->listener, 1), 0);
    daemon->hello = hello;
    daemon->answer = answer;
    assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon), 0);
}

static void stop(struct daemon *daemon)
{
    pthread_join(daemon->thread, NULL);
    close(daemon->listener);
    unlink(daemon->path);
    rmdir(daemon->folder);
}

/* Opens a session and asks once; the status of the fault, or CTL_EXIT_OK. */
static enum ctl_exit ask(const char *hello, const char *answer, struct ctl_fault *fault)
{
    struct ctl_session session;
    struct daemon daemon;
    struct lyd_node *reply = NULL;
    enum ctl_exit status = CTL_EXIT_OK;

    start(&daemon, hello, answer);
    if (ctl_session_open(daemon.path, &session, fault) < 0 ||
        ctl_session_call(&session, "<get/>", &reply, fault) < 0)
        status = fault->status;
    else
        snprintf(fault->message, sizeof fault->message, "%s", ctl_text(reply, "data"));
    lyd_free_all(reply);
    ctl_session_close(&session);
    stop(&daemon);
    return status;
}

static void test_a_reply_in_chunks(void **state)
{
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(
        ask(HELLO, "\n#65\n<rpc-reply " NS "><data>\n#24\ntext</data></rpc-reply> \n##\n", &fault),
        CTL_EXIT_OK);
    assert_string_equal(fault.message, "text");
}

static void test_errors_of_the_daemon(void **state)
{
    static const char body[] =
        "<rpc-reply " NS
        "><rpc-error><error-tag>access-denied</error-tag><error-app-tag>not-primary"
        "</error-app-tag><error-path>/a:b</error-path><error-message>edit it on c</error-message>"
        "</rpc-error><rpc-error><error-tag>operation-failed</error-tag><error-path>/a:b"
        "</error-path><error-message>/mod:b: has a gap</error-message></rpc-error>"
        "<rpc-error><error-tag>in-use</error-tag></rpc-error></rpc-reply>";
    char answer[768];
    struct ctl_fault fault;

    (void)state;
    snprintf(answer, sizeof answer, "\n#%zu\n%s\n##\n", strlen(body), body);
    assert_int_equal(ask(HELLO, answer, &fault), CTL_EXIT_REFUSED);
    assert_string_equal(fault.message,
        "/b: edit it on c [access-denied, not-primary]\n/mod:b: has a gap [operation-failed]\n"
        "refused [in-use]");
}

static void test_not_a_daemon(void **state)
{
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(ask("SSH-2.0-x]]>]]>", NULL, &fault), CTL_EXIT_UNREACHABLE);
    assert_non_null(strstr(fault.message, "does not speak NETCONF 1.1"));
    assert_int_equal(ask(HELLO, NULL, &fault), CTL_EXIT_UNREACHABLE);
    assert_int_equal(ask(HELLO, "\n#5\n<a/>", &fault), CTL_EXIT_UNREACHABLE);
    assert_non_null(strstr(fault.message, "closed the connection"));
    assert_int_equal(ask(HELLO, "\n#x\n", &fault), CTL_EXIT_UNREACHABLE);
    assert_non_null(strstr(fault.message, "broke the framing"));
    assert_int_equal(ask(HELLO, "\n#999999999999\n", &fault), CTL_EXIT_UNREACHABLE);
    assert_int_equal(ask(HELLO, "\n#3\nxyz\n##\n", &fault), CTL_EXIT_UNREACHABLE);
    assert_non_null(strstr(fault.message, "not an <rpc-reply>"));
}

static void test_no_daemon(void **state)
{
    char long_path[200];
    struct ctl_session session;
    struct ctl_fault fault;

    (void)state;
    assert_int_equal(ctl_session_open("/nonexistent/socket", &session, &fault), -1);
    assert_int_equal(fault.status, CTL_EXIT_UNREACHABLE);
    assert_non_null(strstr(fault.message, "/nonexistent/socket: No such file"));
    ctl_session_close(&session);
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(ctl_session_open(long_path, &session, &fault), -1);
    assert_int_equal(fault.status, CTL_EXIT_USAGE);
    ctl_session_close(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply_in_chunks),
        cmocka_unit_test(test_errors_of_the_daemon),
        cmocka_unit_test(test_not_a_daemon),
        cmocka_unit_test(test_no_daemon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
