// SPDX-License-Identifier: Apache-2.0
#include "snmp/mailbox.h"

#include "sextant/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct ag_snmp_mailbox {
    int descriptor; /* an eventfd */
    pthread_mutex_t lock; /* of all below */
    struct sx_alarm_event *events; /* ring of AG_SNMP_QUEUE_MAX */
    size_t first;
    size_t count;
    uint32_t dropped;
    struct ag_snmp_settings *settings;
    size_t expected; /* settings that are still to be put */
    struct sx_status *status;
    bool stopped;
};

static void status_free(struct sx_status *status)
{
    if (status) {
        sx_status_clear(status);
        free(status);
    }
}

void ag_snmp_settings_free(struct ag_snmp_settings *settings)
{
    if (settings) {
        explicit_bzero(settings, sizeof(*settings));
        free(settings);
    }
}

int ag_snmp_mailbox_new(struct ag_snmp_mailbox **ret_mailbox, struct sx_error *err)
{
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0)
        return sx_error_set(err, SX_E_RESOURCE_DENIED,
            "SNMP cannot start without a descriptor to be woken by: %s", strerror(errno));
    struct ag_snmp_mailbox *mailbox = sx_alloc(sizeof(*mailbox));
    mailbox->descriptor = descriptor;
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->events = sx_calloc(AG_SNMP_QUEUE_MAX, sizeof(*mailbox->events));
    *ret_mailbox = mailbox;
    return 0;
}

void ag_snmp_mailbox_free(struct ag_snmp_mailbox *mailbox)
{
    if (!mailbox)
        return;
    ag_snmp_settings_free(mailbox->settings);
    status_free(mailbox->status);
    free(mailbox->events);
    pthread_mutex_destroy(&mailbox->lock);
    close(mailbox->descriptor);
    free(mailbox);
}

static void wake(const struct ag_snmp_mailbox *mailbox)
{
    const uint64_t one = 1;
    /* It fails only when the counter is at its largest: then the thread is woken anyway. */
    ssize_t written = write(mailbox->descriptor, &one, sizeof(one));
    (void)written;
}

void ag_snmp_mailbox_put_event(struct ag_snmp_mailbox *mailbox, const struct sx_alarm_event *event)
{
    pthread_mutex_lock(&mailbox->lock);
    bool room = mailbox->count < AG_SNMP_QUEUE_MAX;
    if (room) {
        size_t last = (mailbox->first + mailbox->count) % AG_SNMP_QUEUE_MAX;
        mailbox->events[last] = *event;
        mailbox->count++;
    } else {
        mailbox->dropped++;
    }
    pthread_mutex_unlock(&mailbox->lock);
    if (room)
        wake(mailbox);
}

void ag_snmp_mailbox_put_settings(
    struct ag_snmp_mailbox *mailbox, const struct ag_snmp_settings *settings)
{
    struct ag_snmp_settings *copy = sx_alloc(sizeof(*copy));
    *copy = *settings;
    pthread_mutex_lock(&mailbox->lock);
    struct ag_snmp_settings *former = mailbox->settings;
    mailbox->settings = copy;
    pthread_mutex_unlock(&mailbox->lock);
    ag_snmp_settings_free(former);
    wake(mailbox);
}

void ag_snmp_mailbox_expect_settings(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->expected++;
    pthread_mutex_unlock(&mailbox->lock);
}

void ag_snmp_mailbox_met(struct ag_snmp_mailbox *mailbox, size_t count)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->expected -= count;
    pthread_mutex_unlock(&mailbox->lock);
    wake(mailbox);
}

void ag_snmp_mailbox_put_status(struct ag_snmp_mailbox *mailbox, struct sx_status *status)
{
    struct sx_status *copy = sx_alloc(sizeof(*copy));
    *copy = *status;
    memset(status, 0, sizeof(*status));
    pthread_mutex_lock(&mailbox->lock);
    struct sx_status *former = mailbox->status;
    mailbox->status = copy;
    pthread_mutex_unlock(&mailbox->lock);
    status_free(former);
}

void ag_snmp_mailbox_put_stop(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->stopped = true;
    pthread_mutex_unlock(&mailbox->lock);
    wake(mailbox);
}

bool ag_snmp_mailbox_take_event(struct ag_snmp_mailbox *mailbox, struct sx_alarm_event *ret_event)
{
    pthread_mutex_lock(&mailbox->lock);
    bool found = mailbox->count > 0 && !mailbox->settings && mailbox->expected == 0;
    if (found) {
        *ret_event = mailbox->events[mailbox->first];
        mailbox->first = (mailbox->first + 1) % AG_SNMP_QUEUE_MAX;
        mailbox->count--;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return found;
}

struct ag_snmp_settings *ag_snmp_mailbox_take_settings(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    struct ag_snmp_settings *settings = mailbox->settings;
    mailbox->settings = NULL;
    pthread_mutex_unlock(&mailbox->lock);
    return settings;
}

struct sx_status *ag_snmp_mailbox_take_status(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    struct sx_status *status = mailbox->status;
    mailbox->status = NULL;
    pthread_mutex_unlock(&mailbox->lock);
    return status;
}

bool ag_snmp_mailbox_stopped(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    bool stopped = mailbox->stopped;
    pthread_mutex_unlock(&mailbox->lock);
    return stopped;
}

uint32_t ag_snmp_mailbox_dropped(struct ag_snmp_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    uint32_t dropped = mailbox->dropped;
    pthread_mutex_unlock(&mailbox->lock);
    return dropped;
}

int ag_snmp_mailbox_descriptor(const struct ag_snmp_mailbox *mailbox)
{
    return mailbox->descriptor;
}

void ag_snmp_mailbox_awake(struct ag_snmp_mailbox *mailbox)
{
    uint64_t count = 0;
    /* Nothing to read means that nobody woke us: as good as having read it. */
    ssize_t length = read(mailbox->descriptor, &count, sizeof(count));
    (void)length;
}
