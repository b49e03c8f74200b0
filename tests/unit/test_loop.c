// SPDX-License-Identifier: Apache-2.0
/* The event loop: calls posted by any thread run in its own, in order. */
#include "loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** Calls that each of the posting threads posts. */
#define CALLS 1000
#define THREADS 4

static int set_up(void **state)
{
    struct sx_error err = {0};
    struct ag_loop *loop = NULL;

    if (ag_loop_new(&loop, &err) < 0)
        return -1;
    *state = loop;
    return 0;
}

static int tear_down(void **state)
{
    ag_loop_free(*state);
    return 0;
}

struct posted {
    struct poster *poster;
    unsigned number;
};

/** One who posts, and what came of it. */
struct poster {
    struct ag_loop *loop;
    pthread_t thread, ran_in;
    unsigned next; /**< number of the call that must come next */
    bool out_of_order;
    unsigned *left; /**< posters that are not done; loop thread only */
    struct posted calls[CALLS];
};

static void called(void *argument)
{
    struct posted *call = argument;
    struct poster *poster = call->poster;

    poster->out_of_order |= call->number != poster->next;
    poster->ran_in = pthread_self();
    if (++poster->next == CALLS && --*poster->left == 0)
        ag_loop_stop(poster->loop);
}

static void *post_all(void *argument)
{
    struct poster *poster = argument;

    for (unsigned i = 0; i < CALLS; i++)
        ag_loop_post(poster->loop, called, &poster->calls[i]);
    return NULL;
}

static void calls_of_several_threads_run_in_the_loops_thread_in_order(void **state)
{
    struct poster posters[THREADS];
    unsigned left = THREADS;

    memset(posters, 0, sizeof posters);
    for (unsigned i = 0; i < THREADS; i++) {
        posters[i].loop = *state;
        posters[i].left = &left;
        for (unsigned j = 0; j < CALLS; j++)
            posters[i].calls[j] = (struct posted){&posters[i], j};
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&posters[i].thread, NULL, post_all, &posters[i]), 0);
    ag_loop_run(*state);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(posters[i].thread, NULL);
        assert_int_equal(posters[i].next, CALLS);
        assert_false(posters[i].out_of_order);
        assert_true(pthread_equal(posters[i].ran_in, pthread_self()));
    }
}

/** A call that posts itself again. */
struct again {
    struct ag_loop *loop;
    unsigned times;
    bool stop;
};

static void post_again(void *argument)
{
    struct again *again = argument;

    if (again->times > 0) {
        again->times--;
        ag_loop_post(again->loop, post_again, again);
    } else if (again->stop) {
        ag_loop_stop(again->loop);
    }
}

static void a_call_may_post_another(void **state)
{
    struct again again = {.loop = *state, .times = 100, .stop = true};

    ag_loop_post(*state, post_again, &again);
    ag_loop_run(*state);
    assert_int_equal(again.times, 0);
}

static void draining_runs_what_is_left(void **state)
{
    struct again again = {.loop = *state, .times = 10};

    ag_loop_post(*state, post_again, &again);
    assert_int_equal(again.times, 10);
    ag_loop_drain(*state);
    assert_int_equal(again.times, 0);
    ag_loop_drain(*state);
}

static void fired(evutil_socket_t fd, short what, void *argument)
{
    struct again *again = argument;

    (void)fd;
    (void)what;
    again->times--;
    ag_loop_stop(again->loop);
}

static void sockets_and_timers_live_on_its_base(void **state)
{
    struct again again = {.loop = *state, .times = 1};
    struct timeval soon = {.tv_usec = 1000};
    struct event *timer = evtimer_new(ag_loop_base(*state), fired, &again);

    assert_non_null(timer);
    assert_int_equal(evtimer_add(timer, &soon), 0);
    ag_loop_run(*state);
    assert_int_equal(again.times, 0);
    event_free(timer);
}

static void a_stop_that_comes_first_still_counts(void **state)
{
    ag_loop_stop(*state);
    ag_loop_run(*state);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    ag_loop_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            calls_of_several_threads_run_in_the_loops_thread_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_may_post_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(draining_runs_what_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sockets_and_timers_live_on_its_base, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_that_comes_first_still_counts, set_up, tear_down),
        cmocka_unit_test(freeing_nothing_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
