// SPDX-License-Identifier: Apache-2.0
#include "fair_lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define THREADS 4
#define ROUNDS 2000

struct shared {
    struct ag_fair_lock lock;
    unsigned turns[THREADS];
    unsigned total;
};

struct worker {
    struct shared *shared;
    unsigned number;
};

static void *take_turns(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;

    for (unsigned i = 0; i < ROUNDS; i++) {
        ag_fair_lock_take(&shared->lock);
        shared->turns[worker->number]++;
        shared->total++;
        ag_fair_lock_give(&shared->lock);
    }
    return NULL;
}

static void test_no_turn_is_lost(void **state)
{
    struct shared shared = {.total = 0};
    struct worker workers[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    ag_fair_lock_init(&shared.lock);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){&shared, i};
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(shared.total, THREADS * ROUNDS);
    ag_fair_lock_destroy(&shared.lock);
}

/** Waits for the lock and notes which of the turns it got. */
struct waiter {
    struct ag_fair_lock *lock;
    unsigned *turn;
    unsigned got;
};

static void *wait_once(void *argument)
{
    struct waiter *waiter = argument;

    ag_fair_lock_take(waiter->lock);
    waiter->got = ++*waiter->turn;
    ag_fair_lock_give(waiter->lock);
    return NULL;
}

static uint64_t waiting(struct ag_fair_lock *lock)
{
    uint64_t count;

    pthread_mutex_lock(&lock->lock);
    count = lock->next - lock->serving;
    pthread_mutex_unlock(&lock->lock);
    return count;
}

/* Who releases the lock and asks again comes after those who waited. */
static void test_who_waits_comes_first(void **state)
{
    struct ag_fair_lock lock;
    unsigned turn = 0;
    struct waiter waiters[2] = {{&lock, &turn, 0}, {&lock, &turn, 0}};
    pthread_t threads[2];

    (void)state;
    ag_fair_lock_init(&lock);
    ag_fair_lock_take(&lock);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, wait_once, &waiters[i]), 0);
        while (waiting(&lock) < i + 2)
            sched_yield();
    }
    ag_fair_lock_give(&lock);
    ag_fair_lock_take(&lock);
    assert_int_equal(++turn, 3);
    ag_fair_lock_give(&lock);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(waiters[i].got, i + 1);
    }
    ag_fair_lock_destroy(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_turn_is_lost),
        cmocka_unit_test(test_who_waits_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
