// SPDX-License-Identifier: Apache-2.0
#include "netconf/netconf.h"

#include "netconf/library.h"
#include "netconf/private.h"
#include "netconf/request.h"
#include "sextant/memory.h"
#include "waiters.h"

#include <event2/buffer.h>
#include <libyang/libyang.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>

/** How often a flush looks whether replies have left, and how often at most: two seconds. */
#define FLUSH_MS 5
#define FLUSH_TRIES 400

int ag_netconf_new(struct ag_loop *loop, struct ag_host *host, struct ag_netconf **ret_netconf,
    struct sx_error *err)
{
    struct ag_netconf *netconf = sx_alloc(sizeof *netconf);
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    netconf->loop = loop;
    netconf->host = host;
    netconf->start_ms = now.tv_sec * 1000ll + now.tv_nsec / 1000000;
    pthread_mutex_init(&netconf->lock, NULL);
    ag_readers_init(&netconf->readers);
    if (ag_request_context(&netconf->requests, err) < 0 ||
        ag_library_start(ag_host_schema(host), err) < 0) {
        ag_netconf_stop(netconf);
        return -1;
    }
    *ret_netconf = netconf;
    return 0;
}

int ag_netconf_start(struct ag_loop *loop, struct ag_host *host,
    const struct ag_netconf_options *options, struct ag_netconf **ret_netconf, struct sx_error *err)
{
    struct ag_netconf *netconf = NULL;

    if (ag_netconf_new(loop, host, &netconf, err) < 0)
        return -1;
    if (ag_ssh_server_new(netconf, loop, host, options, &netconf->ssh, err) < 0 ||
        ag_unix_server_new(netconf, loop, host, options, &netconf->unix_server, err) < 0) {
        ag_netconf_stop(netconf);
        return -1;
    }
    *ret_netconf = netconf;
    return 0;
}

void ag_netconf_stop(struct ag_netconf *netconf)
{
    if (!netconf)
        return;
    ag_host_leave_netconf(netconf->host);
    do {
        for (struct ag_session *session = netconf->first; session; session = session->next)
            ag_session_stop(session, true);
        for (struct ag_session *session = netconf->first; session; session = session->next) {
            pthread_join(session->thread, NULL);
            session->joined = true;
        }
        /* The last word of each thread is a call posted to the loop, which closes its transport. A
         * log-in that has just succeeded is one too, and opens a session. */
        ag_loop_drain(netconf->loop);
    } while (netconf->first);
    if (netconf->ssh)
        ag_ssh_server_free(netconf->ssh);
    if (netconf->unix_server)
        ag_unix_server_free(netconf->unix_server);
    ag_library_stop();
    if (netconf->flush_timer)
        event_free(netconf->flush_timer);
    ag_readers_clear(&netconf->readers);
    ly_ctx_destroy(netconf->requests);
    pthread_mutex_destroy(&netconf->lock);
    free(netconf);
}

size_t ag_netconf_sessions(const struct ag_netconf *netconf)
{
    return netconf->count;
}

/* True when the session has sent the reply that it was at when the flush began, and the
 * notifications that wait: among them those that tell of the restart. */
static bool has_left(const struct ag_session *session)
{
    int waiting = 0;

    if (atomic_load(&session->undelivered) > 0 ||
        (int)(atomic_load(&session->handled) - session->flush_mark) < 0)
        return false;
    return ioctl(session->loop_fd, FIONREAD, &waiting) < 0 || waiting == 0;
}

static void look(evutil_socket_t fd, short what, void *argument)
{
    struct ag_netconf *netconf = argument;
    struct timeval again = {.tv_usec = FLUSH_MS * 1000};
    bool done = (!netconf->ssh || ag_ssh_server_pending(netconf->ssh) == 0) &&
                (!netconf->unix_server || ag_unix_server_pending(netconf->unix_server) == 0);

    (void)fd;
    (void)what;
    for (struct ag_session *session = netconf->first; session && done; session = session->next)
        done = has_left(session);
    if (!done && ++netconf->flush_tries < FLUSH_TRIES) {
        evtimer_add(netconf->flush_timer, &again);
        return;
    }
    event_free(netconf->flush_timer);
    netconf->flush_timer = NULL;
    netconf->flushed(netconf->flush_context);
}

void ag_netconf_flush(struct ag_netconf *netconf, void (*done)(void *context), void *context)
{
    struct timeval soon = {.tv_usec = FLUSH_MS * 1000};

    if (netconf->flush_timer)
        return;
    for (struct ag_session *session = netconf->first; session; session = session->next)
        session->flush_mark = atomic_load(&session->started);
    /* An answer that waits for peers comes now, without them. */
    atomic_store(&netconf->flushing, true);
    ag_waiters_wake(netconf->host);
    netconf->flushed = done;
    netconf->flush_context = context;
    netconf->flush_tries = 0;
    netconf->flush_timer = evtimer_new(ag_loop_base(netconf->loop), look, netconf);
    if (netconf->flush_timer)
        evtimer_add(netconf->flush_timer, &soon);
    else
        done(context);
}
