// SPDX-License-Identifier: Apache-2.0
#include "test_netconf.h"

#include "log.h"
#include "sextant/memory.h"
#include "test_folder.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/** The transport of one client: a socket pair with libevent's buffers. */
struct carrier {
    struct bufferevent *buffers;
    struct ag_session *session; /**< NULL once it is over */
    struct carrier **link, *next; /**< in the list of the server */
};

static void carrier_free(struct carrier *carrier)
{
    *carrier->link = carrier->next;
    if (carrier->next)
        carrier->next->link = carrier->link;
    bufferevent_free(carrier->buffers);
    free(carrier);
}

static void carrier_write(void *context, struct evbuffer *data)
{
    bufferevent_write_buffer(((struct carrier *)context)->buffers, data);
}

static size_t carrier_pending(void *context)
{
    return evbuffer_get_length(bufferevent_get_output(((struct carrier *)context)->buffers));
}

static void carrier_pause(void *context, bool pause)
{
    struct carrier *carrier = context;

    if (pause)
        bufferevent_disable(carrier->buffers, EV_READ);
    else
        bufferevent_enable(carrier->buffers, EV_READ);
}

static void carrier_close(void *context)
{
    struct carrier *carrier = context;

    carrier->session = NULL;
    if (carrier_pending(carrier) == 0)
        carrier_free(carrier);
}

static const struct ag_transport transport = {
    .write = carrier_write,
    .pending = carrier_pending,
    .pause = carrier_pause,
    .close = carrier_close,
};

static void on_read(struct bufferevent *buffers, void *context)
{
    struct carrier *carrier = context;
    char bytes[16384];
    size_t length;

    while (carrier->session && (length = bufferevent_read(buffers, bytes, sizeof bytes)) > 0)
        ag_session_receive(carrier->session, bytes, length);
}

static void on_write(struct bufferevent *buffers, void *context)
{
    struct carrier *carrier = context;

    (void)buffers;
    if (carrier->session)
        ag_session_drained(carrier->session);
    else if (carrier_pending(carrier) == 0)
        carrier_free(carrier);
}

static void on_event(struct bufferevent *buffers, short what, void *context)
{
    struct carrier *carrier = context;
    struct ag_session *session = carrier->session;

    (void)buffers;
    if (session && what == (BEV_EVENT_EOF | BEV_EVENT_READING)) {
        ag_session_eof(session);
        return;
    }
    if (session)
        ag_session_hangup(session);
    carrier_free(carrier);
}

struct opening {
    struct ag_test_netconf *test;
    int fd;
};

static void open_session(void *argument)
{
    struct opening *opening = argument;
    struct carrier *carrier = sx_alloc(sizeof *carrier);

    carrier->link = &opening->test->carriers;
    carrier->next = *carrier->link;
    if (carrier->next)
        carrier->next->link = &carrier->next;
    *carrier->link = carrier;
    carrier->buffers = bufferevent_socket_new(
        ag_loop_base(opening->test->loop), opening->fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(carrier->buffers, on_read, on_write, on_event, carrier);
    bufferevent_setwatermark(carrier->buffers, EV_WRITE, AG_SESSION_PENDING_MAX / 2, 0);
    carrier->session =
        ag_session_open(opening->test->netconf, "admin", "127.0.0.1", &transport, carrier);
    if (carrier->session)
        bufferevent_enable(carrier->buffers, EV_READ | EV_WRITE);
    else
        carrier_free(carrier);
}

struct ag_test_client *ag_test_client_connect(struct ag_test_netconf *test)
{
    struct ag_test_client *client = sx_alloc(sizeof *client);
    struct opening opening = {.test = test};
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    evutil_make_socket_nonblocking(fds[1]);
    client->fd = fds[0];
    opening.fd = fds[1];
    ag_test_netconf_in_loop(test, open_session, &opening);
    return client;
}

/** A call that somebody waits for. */
struct waiting {
    void (*call)(void *context);
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t done_changed;
    bool done;
};

static void run_waiting(void *argument)
{
    struct waiting *waiting = argument;

    waiting->call(waiting->context);
    pthread_mutex_lock(&waiting->lock);
    waiting->done = true;
    pthread_cond_signal(&waiting->done_changed);
    pthread_mutex_unlock(&waiting->lock);
}

void ag_test_netconf_in_loop(
    struct ag_test_netconf *test, void (*call)(void *context), void *context)
{
    struct waiting waiting = {.call = call,
        .context = context,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .done_changed = PTHREAD_COND_INITIALIZER};

    ag_loop_post(test->loop, run_waiting, &waiting);
    pthread_mutex_lock(&waiting.lock);
    while (!waiting.done)
        pthread_cond_wait(&waiting.done_changed, &waiting.lock);
    pthread_mutex_unlock(&waiting.lock);
}

static void on_restart(void *context)
{
    atomic_fetch_add(&((struct ag_test_netconf *)context)->restarts, 1);
}

static void *run_loop(void *argument)
{
    ag_loop_run(argument);
    return NULL;
}

/* Starts everything on the store that is there. */
static void start(struct ag_test_netconf *test)
{
    static const char *const addresses[] = {"127.0.0.31", NULL};
    struct ag_host_options options = {.store_directory = test->folder, .own_addresses = addresses};
    struct ag_host_parts parts = {.restart = on_restart, .context = test};
    struct sx_error err = {0};

    if (ag_loop_new(&test->loop, &err) < 0 ||
        ag_host_open(test->loop, test->schema, &options, &test->host, &err) < 0 ||
        ag_netconf_new(test->loop, test->host, &test->netconf, &err) < 0)
        fail_msg("%s", err.message);
    parts.netconf = test->netconf;
    if (ag_host_start(test->host, &parts, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(pthread_create(&test->thread, NULL, run_loop, test->loop), 0);
}

static void stop(struct ag_test_netconf *test)
{
    ag_loop_stop(test->loop);
    pthread_join(test->thread, NULL);
    ag_netconf_stop(test->netconf);
    /* Those whose clients have not taken everything. */
    while (test->carriers)
        carrier_free(test->carriers);
    ag_host_stop(test->host);
    ag_loop_free(test->loop);
    ag_host_close(test->host);
}

void ag_test_netconf_start(struct ag_test_netconf *test, struct sx_schema *schema)
{
    char *backups;

    signal(SIGPIPE, SIG_IGN);
    ag_log_set_level(SX_LOG_ERROR);
    *test = (struct ag_test_netconf){.schema = schema, .folder = sx_test_temporary_folder()};
    assert_non_null(test->folder);
    backups = sx_format("%s/backups", test->folder);
    assert_int_equal(sx_test_make_folder(backups), 0);
    free(backups);
    start(test);
}

void ag_test_netconf_restart(struct ag_test_netconf *test)
{
    stop(test);
    start(test);
}

void ag_test_netconf_stop(struct ag_test_netconf *test)
{
    stop(test);
    sx_test_remove_folder(test->folder);
    free(test->folder);
}
