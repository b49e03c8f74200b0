// SPDX-License-Identifier: Apache-2.0
#include "snmp/snmp.h"

#include "log.h"
#include "sextant/memory.h"
#include "snmp/access.h"
#include "snmp/library.h"
#include "snmp/mailbox.h"
#include "snmp/sextant_mib.h"
#include "snmp/standard_mib.h"
#include "snmp/targets.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/library/large_fd_set.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Notifications sent in one go, and the pause after it if there are more: a manager that gets many
 * at once loses some, as its socket holds no more than a few hundred. */
#define BURST 16
#define PAUSE_US 5000
/* Groups of objects: the standard ones and ours. */
#define GROUPS (AG_STANDARD_MIB_GROUPS + 1)

struct ag_snmp {
    struct ag_snmp_mailbox *mailbox;
    pthread_t thread;

    /* Copies of the options. */
    char *directory;
    char **addresses; /* ends with NULL */
    uint16_t port;
    void (*notified)(void *context, uint64_t sequence);
    void *context;

    /* Of the start: how it went, and a lock and condition to tell it. */
    pthread_mutex_t lock;
    pthread_cond_t started;
    bool done;
    bool failed;
    struct sx_error error;

    /* Of the thread. */
    struct ag_snmp_engine_state engine;
    struct ag_targets *targets;
    struct ag_snmp_settings *settings; /* in force; NULL before the first ones */
    struct sx_status *status; /* newest taken */
    struct ag_snmp_settings no_settings; /* what objects are read from before the first ones */
    struct ag_snmp_view view;
    struct ag_snmp_registration registrations[GROUPS];
};

static void take_status(struct ag_snmp *snmp)
{
    struct sx_status *status = ag_snmp_mailbox_take_status(snmp->mailbox);
    if (status) {
        sx_status_clear(snmp->status);
        free(snmp->status);
        snmp->status = status;
        snmp->view.status = status;
    }
    snmp->view.dropped = ag_snmp_mailbox_dropped(snmp->mailbox);
}

static void take_settings(struct ag_snmp *snmp)
{
    struct ag_snmp_settings *settings = ag_snmp_mailbox_take_settings(snmp->mailbox);
    if (!settings)
        return;
    struct ag_snmp_settings *former = snmp->settings;
    ag_access_update_users(former && former->enabled ? former : NULL,
        settings->enabled ? settings : NULL, snmp->engine.id, sizeof(snmp->engine.id));
    ag_targets_update(snmp->targets, settings);
    snmp->settings = settings;
    snmp->view.settings = settings;
    ag_snmp_settings_free(former);
}

/* Sends up to BURST notifications; true when there may be more. Without settings it is not known
 * whom to send to: they wait. */
static bool send_events(struct ag_snmp *snmp)
{
    struct sx_alarm_event event;
    for (size_t i = 0; snmp->settings && i < BURST; i++) {
        if (!ag_snmp_mailbox_take_event(snmp->mailbox, &event))
            return false;
        ag_targets_notify(snmp->targets, &event);
        if (snmp->notified)
            snmp->notified(snmp->context, event.sequence);
    }
    return snmp->settings != NULL;
}

/* Waits for packets, for the mailbox, or for the library's next timer; serves what is there. */
static int serve(struct ag_snmp *snmp, netsnmp_large_fd_set *set, bool hurry)
{
    int count = 0;
    int block = 1;
    struct timeval timeout = {0, 0};
    int descriptor = ag_snmp_mailbox_descriptor(snmp->mailbox);
    NETSNMP_LARGE_FD_ZERO(set);
    snmp_select_info2(&count, set, &timeout, &block);
    NETSNMP_LARGE_FD_SET(descriptor, set);
    if (descriptor >= count)
        count = descriptor + 1;
    if (hurry) {
        if (block || timeout.tv_sec > 0 || timeout.tv_usec > PAUSE_US)
            timeout = (struct timeval){0, PAUSE_US};
        block = 0;
    }
    int ready = netsnmp_large_fd_set_select(count, set, NULL, NULL, block ? NULL : &timeout);
    if (ready < 0 && errno != EINTR) {
        ag_log(SX_LOG_ERROR, "SNMP ends: waiting for packets failed: %s", strerror(errno));
        return -1;
    }
    if (ready > 0) {
        if (NETSNMP_LARGE_FD_ISSET(descriptor, set))
            ag_snmp_mailbox_awake(snmp->mailbox);
        take_status(snmp);
        snmp_read2(set);
    }
    /* Also when packets come in without end: they must not hold up repeats. */
    snmp_timeout();
    run_alarms();
    netsnmp_check_outstanding_agent_requests();
    ag_targets_run(snmp->targets);
    return 0;
}

static void loop(struct ag_snmp *snmp)
{
    netsnmp_large_fd_set set;
    netsnmp_large_fd_set_init(&set, FD_SETSIZE);
    while (!ag_snmp_mailbox_stopped(snmp->mailbox)) {
        take_settings(snmp);
        bool more = send_events(snmp);
        if (serve(snmp, &set, more))
            break;
    }
    netsnmp_large_fd_set_cleanup(&set);
}

static int set_up(struct ag_snmp *snmp, struct sx_error *err)
{
    const struct ag_snmp_settings *const *settings = &snmp->view.settings;
    int result = -1;
    if (ag_snmp_engine_state_next(snmp->directory, &snmp->engine, err))
        return -1;
    ag_snmp_library_start(snmp->directory, &snmp->engine, settings);
    for (size_t i = 0; i < GROUPS; i++) {
        snmp->registrations[i].view = &snmp->view;
        snmp->registrations[i].group =
            i < AG_STANDARD_MIB_GROUPS ? &ag_standard_mib[i] : &ag_sextant_mib;
        if (ag_snmp_objects_register(&snmp->registrations[i], err))
            goto out;
    }
    for (char **address = snmp->addresses; *address; address++)
        if (ag_snmp_library_listen(*address, snmp->port, settings, err))
            goto out;
    snmp->targets = ag_targets_new(&snmp->engine, (const char *const *)snmp->addresses);
    result = 0;
out:
    if (result)
        ag_snmp_library_stop(settings);
    return result;
}

static void *run(void *argument)
{
    struct ag_snmp *snmp = argument;
    struct sx_error err;
    bool failed = set_up(snmp, &err) != 0;
    pthread_mutex_lock(&snmp->lock);
    snmp->failed = failed;
    if (failed)
        snmp->error = err;
    snmp->done = true;
    pthread_cond_signal(&snmp->started);
    pthread_mutex_unlock(&snmp->lock);
    if (!failed) {
        loop(snmp);
        ag_targets_free(snmp->targets);
        ag_snmp_library_stop(&snmp->view.settings);
    }
    return NULL;
}

static struct ag_snmp *snmp_new(const struct ag_snmp_options *options)
{
    struct ag_snmp *snmp = sx_alloc(sizeof(*snmp));
    size_t count = 0;
    while (options->listen_addresses[count])
        count++;
    snmp->addresses = sx_calloc(count + 1, sizeof(*snmp->addresses));
    for (size_t i = 0; i < count; i++)
        snmp->addresses[i] = sx_strdup(options->listen_addresses[i]);
    snmp->directory = sx_strdup(options->directory);
    snmp->port = options->port;
    snmp->notified = options->notified;
    snmp->context = options->context;
    snmp->status = sx_alloc(sizeof(*snmp->status));
    snmp->view.status = snmp->status;
    snmp->view.settings = &snmp->no_settings;
    pthread_mutex_init(&snmp->lock, NULL);
    pthread_cond_init(&snmp->started, NULL);
    return snmp;
}

static void snmp_free(struct ag_snmp *snmp)
{
    pthread_cond_destroy(&snmp->started);
    pthread_mutex_destroy(&snmp->lock);
    sx_status_clear(snmp->status);
    free(snmp->status);
    ag_snmp_settings_free(snmp->settings);
    ag_snmp_mailbox_free(snmp->mailbox);
    for (char **address = snmp->addresses; *address; address++)
        free(*address);
    free(snmp->addresses);
    free(snmp->directory);
    free(snmp);
}

static int start_thread(struct ag_snmp *snmp, struct sx_error *err)
{
    sigset_t all;
    sigset_t former;
    /* Signals are for the threads that expect them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    int problem = pthread_create(&snmp->thread, NULL, run, snmp);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    if (problem)
        return sx_error_set(
            err, SX_E_RESOURCE_DENIED, "cannot start the SNMP thread: %s", strerror(problem));
    pthread_mutex_lock(&snmp->lock);
    while (!snmp->done)
        pthread_cond_wait(&snmp->started, &snmp->lock);
    pthread_mutex_unlock(&snmp->lock);
    if (snmp->failed) {
        pthread_join(snmp->thread, NULL);
        *err = snmp->error;
        return -1;
    }
    return 0;
}

int ag_snmp_start(
    const struct ag_snmp_options *options, struct ag_snmp **ret_snmp, struct sx_error *err)
{
    if (!ag_snmp_library_claim())
        return sx_error_set(err, SX_E_INTERNAL, "there is an SNMP agent in this process already");
    struct ag_snmp *snmp = snmp_new(options);
    if (ag_snmp_mailbox_new(&snmp->mailbox, err) || start_thread(snmp, err)) {
        snmp_free(snmp);
        ag_snmp_library_release();
        return -1;
    }
    *ret_snmp = snmp;
    return 0;
}

void ag_snmp_configure(struct ag_snmp *snmp, const struct ag_snmp_settings *settings)
{
    ag_snmp_mailbox_put_settings(snmp->mailbox, settings);
}

void ag_snmp_expect_settings(struct ag_snmp *snmp)
{
    ag_snmp_mailbox_expect_settings(snmp->mailbox);
}

void ag_snmp_configured(struct ag_snmp *snmp, size_t count)
{
    ag_snmp_mailbox_met(snmp->mailbox, count);
}

void ag_snmp_publish(struct ag_snmp *snmp, struct sx_status *status)
{
    ag_snmp_mailbox_put_status(snmp->mailbox, status);
}

void ag_snmp_notify(struct ag_snmp *snmp, const struct sx_alarm_event *event)
{
    ag_snmp_mailbox_put_event(snmp->mailbox, event);
}

void ag_snmp_stop(struct ag_snmp *snmp)
{
    if (!snmp)
        return;
    ag_snmp_mailbox_put_stop(snmp->mailbox);
    pthread_join(snmp->thread, NULL);
    snmp_free(snmp);
    ag_snmp_library_release();
}
