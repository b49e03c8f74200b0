// SPDX-License-Identifier: Apache-2.0
#include "loop.h"

#include "sextant/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct call {
    void (*function)(void *argument);
    void *argument;
};

struct ag_loop {
    struct event_base *base;
    struct event *wake;
    int wake_fd;
    pthread_mutex_t lock; /**< of the calls; held for moments only */
    struct call *calls;
    size_t count, capacity;
};

/* Takes all calls at once: those that they post in turn come with the next round, so that sockets
 * get their share. */
static void run_calls(struct ag_loop *loop)
{
    struct call *calls;
    size_t count;

    pthread_mutex_lock(&loop->lock);
    calls = loop->calls;
    count = loop->count;
    loop->calls = NULL;
    loop->count = loop->capacity = 0;
    pthread_mutex_unlock(&loop->lock);
    for (size_t i = 0; i < count; i++)
        calls[i].function(calls[i].argument);
    free(calls);
}

static void woken(evutil_socket_t fd, short what, void *argument)
{
    uint64_t value;
    ssize_t got = read(fd, &value, sizeof value);

    (void)got;
    (void)what;
    run_calls(argument);
}

int ag_loop_new(struct ag_loop **ret_loop, struct sx_error *err)
{
    struct ag_loop *loop = sx_alloc(sizeof *loop);

    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&loop->lock, NULL);
    if (evthread_use_pthreads() < 0 || loop->wake_fd < 0 || !(loop->base = event_base_new()) ||
        !(loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, woken, loop)) ||
        event_add(loop->wake, NULL) < 0) {
        ag_loop_free(loop);
        return sx_error_set(
            err, SX_E_INTERNAL, "the event loop cannot be made: %s", strerror(errno));
    }
    *ret_loop = loop;
    return 0;
}

void ag_loop_drain(struct ag_loop *loop)
{
    while (loop->count > 0)
        run_calls(loop);
}

void ag_loop_free(struct ag_loop *loop)
{
    if (!loop)
        return;
    ag_loop_drain(loop);
    if (loop->wake)
        event_free(loop->wake);
    if (loop->base)
        event_base_free(loop->base);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    pthread_mutex_destroy(&loop->lock);
    free(loop->calls);
    free(loop);
}

struct event_base *ag_loop_base(const struct ag_loop *loop)
{
    return loop->base;
}

void ag_loop_post(struct ag_loop *loop, void (*call)(void *argument), void *argument)
{
    uint64_t one = 1;
    bool wake;
    ssize_t put;

    pthread_mutex_lock(&loop->lock);
    wake = loop->count == 0;
    loop->calls = sx_grow(loop->calls, loop->count, &loop->capacity, sizeof *loop->calls);
    loop->calls[loop->count++] = (struct call){call, argument};
    pthread_mutex_unlock(&loop->lock);
    if (!wake)
        return;
    /* Cannot fail but for a counter that is full, and then the loop is awake. */
    put = write(loop->wake_fd, &one, sizeof one);
    (void)put;
}

void ag_loop_run(struct ag_loop *loop)
{
    event_base_dispatch(loop->base);
}

static void stop(void *argument)
{
    struct ag_loop *loop = argument;

    event_base_loopbreak(loop->base);
}

void ag_loop_stop(struct ag_loop *loop)
{
    ag_loop_post(loop, stop, loop);
}
