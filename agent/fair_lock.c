// SPDX-License-Identifier: Apache-2.0
#include "fair_lock.h"

void ag_fair_lock_init(struct ag_fair_lock *lock)
{
    pthread_mutex_init(&lock->lock, NULL);
    pthread_cond_init(&lock->moved, NULL);
    lock->next = lock->serving = 0;
}

void ag_fair_lock_destroy(struct ag_fair_lock *lock)
{
    pthread_mutex_destroy(&lock->lock);
    pthread_cond_destroy(&lock->moved);
}

void ag_fair_lock_take(struct ag_fair_lock *lock)
{
    uint64_t number;

    pthread_mutex_lock(&lock->lock);
    number = lock->next++;
    while (lock->serving != number)
        pthread_cond_wait(&lock->moved, &lock->lock);
    pthread_mutex_unlock(&lock->lock);
}

void ag_fair_lock_give(struct ag_fair_lock *lock)
{
    pthread_mutex_lock(&lock->lock);
    lock->serving++;
    pthread_cond_broadcast(&lock->moved);
    pthread_mutex_unlock(&lock->lock);
}
