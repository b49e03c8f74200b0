// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"

#include <string.h>

bool ag_sessions_add(struct ag_netconf *netconf, struct ag_session *session)
{
    bool room;

    pthread_mutex_lock(&netconf->lock);
    room = netconf->count < AG_SESSIONS_MAX;
    if (room) {
        session->next = netconf->first;
        netconf->first = session;
        netconf->count++;
    }
    pthread_mutex_unlock(&netconf->lock);
    return room;
}

void ag_sessions_remove(struct ag_netconf *netconf, struct ag_session *session)
{
    pthread_mutex_lock(&netconf->lock);
    for (struct ag_session **link = &netconf->first; *link; link = &(*link)->next)
        if (*link == session) {
            *link = session->next;
            netconf->count--;
            break;
        }
    pthread_mutex_unlock(&netconf->lock);
}

bool ag_sessions_kill(struct ag_netconf *netconf, uint32_t id, uint32_t killer)
{
    bool found = false;

    pthread_mutex_lock(&netconf->lock);
    for (struct ag_session *session = netconf->first; session; session = session->next)
        if (id != 0 && atomic_load(&session->id) == id) {
            atomic_store(&session->killed_by, killer);
            ag_session_ends(session, AG_END_KILLED);
            ag_session_stop(session, true);
            found = true;
        }
    pthread_mutex_unlock(&netconf->lock);
    return found;
}

size_t ag_sessions_view(struct ag_netconf *netconf, struct ag_session_view *ret_views, size_t size)
{
    size_t count = 0;

    pthread_mutex_lock(&netconf->lock);
    for (struct ag_session *session = netconf->first; session && count < size;
         session = session->next) {
        struct ag_session_view *view = &ret_views[count];

        view->id = atomic_load(&session->id);
        if (view->id == 0)
            continue;
        memcpy(view->user, session->user, sizeof view->user);
        memcpy(view->source, session->source, sizeof view->source);
        view->login_ms = session->login_ms;
        view->in_rpcs = atomic_load(&session->counters.in_rpcs);
        view->in_bad_rpcs = atomic_load(&session->counters.in_bad_rpcs);
        view->out_rpc_errors = atomic_load(&session->counters.out_rpc_errors);
        view->out_notifications = atomic_load(&session->counters.out_notifications);
        count++;
    }
    pthread_mutex_unlock(&netconf->lock);
    return count;
}
