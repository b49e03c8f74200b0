// SPDX-License-Identifier: Apache-2.0
#include "netconf/readers.h"

void ag_readers_init(struct ag_readers *readers)
{
    *readers = (struct ag_readers){0};
    pthread_mutex_init(&readers->lock, NULL);
}

void ag_readers_clear(struct ag_readers *readers)
{
    for (size_t i = 0; i < readers->count; i++)
        sx_reader_close(readers->idle[i]);
    pthread_mutex_destroy(&readers->lock);
}

int ag_readers_take(struct ag_readers *readers, struct ag_host *host, struct sx_reader **ret_reader,
    struct sx_error *err)
{
    struct sx_reader *reader = NULL;

    pthread_mutex_lock(&readers->lock);
    if (readers->count > 0)
        reader = readers->idle[--readers->count];
    pthread_mutex_unlock(&readers->lock);
    if (!reader)
        return ag_host_reader(host, ret_reader, err);
    *ret_reader = reader;
    return 0;
}

void ag_readers_give(struct ag_readers *readers, struct sx_reader *reader, bool usable)
{
    pthread_mutex_lock(&readers->lock);
    if (usable && readers->count < AG_READERS_MAX) {
        readers->idle[readers->count++] = reader;
        reader = NULL;
    }
    pthread_mutex_unlock(&readers->lock);
    sx_reader_close(reader);
}
