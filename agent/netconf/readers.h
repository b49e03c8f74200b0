// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"

#include <pthread.h>
#include <stdbool.h>

/** Readers that are kept open while nobody uses them. */
#define AG_READERS_MAX 4

/** Readers of the store that sessions share: each has a database connection, which is too dear to
 * open for a request and too big to keep for a session. */
struct ag_readers {
    pthread_mutex_t lock;
    struct sx_reader *idle[AG_READERS_MAX];
    size_t count;
};

void ag_readers_init(struct ag_readers *readers);

/** Closes all of them. */
void ag_readers_clear(struct ag_readers *readers);

/** Takes an idle reader, or opens one. *ret_reader is the caller's to give back. Any thread. */
int ag_readers_take(struct ag_readers *readers, struct ag_host *host, struct sx_reader **ret_reader,
    struct sx_error *err);

/** Gives a reader back; one that has failed (`usable` false) is closed. Any thread. */
void ag_readers_give(struct ag_readers *readers, struct sx_reader *reader, bool usable);
