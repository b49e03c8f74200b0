// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include <libyang/libyang.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void warn(
    struct sx_status *status, const char *format, ...)
{
    va_list arguments;

    if (status->warning_count == SX_WARNINGS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(status->warnings[status->warning_count++], SX_WARNING_MAX, format, arguments);
    va_end(arguments);
}

/* While the mode is permissive it can be seen who would not be let in under enforce. */
static void warn_of_certificate(struct sx_status *status, const struct sx_peer *peer, bool in_force)
{
    if (peer->certificate == SX_CERTIFICATE_INVALID)
        warn(status, "Peer %u (%.60s) %s: %.150s", peer->index, peer->address,
            in_force ? "is not let in" : "will not be let in after the restart",
            peer->certificate_reason);
    else if (peer->certificate == SX_CERTIFICATE_UNKNOWN && !in_force)
        warn(status,
            "Peer %u (%.60s) may not be let in after the restart: its certificate has not been "
            "seen yet",
            peer->index, peer->address);
}

static void warn_of_mode(const struct sx_engine *engine, struct sx_status *status)
{
    const char *applied = engine->applied.tls_verification;
    const char *configured = engine->configured.tls_verification;
    bool in_force = strcmp(applied, "enforce") == 0;

    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (peer->index == engine->local_index)
            continue;
        if (strcmp(configured, "enforce") == 0)
            warn_of_certificate(status, peer, in_force);
        /* The mode is copied to who is linked, by whoever it was entered at. */
        if (peer->failed && strcmp(applied, configured) != 0)
            warn(status, "Peer %u (%.60s) is not linked: see that the TLS mode is %s there, too",
                peer->index, peer->address, configured);
    }
}

/* Rules, or defaults that somebody has set to deny. */
static bool restricts(const struct lyd_node *node)
{
    return strcmp(LYD_NAME(node), "rule-list") == 0 ||
           (node->schema->nodetype == LYS_LEAF && !(node->flags & LYD_DEFAULT) &&
               strcmp(lyd_get_value(node), "deny") == 0);
}

static bool restricts_access(const struct sx_engine *engine)
{
    const struct lyd_node *top = engine->tree.root;
    bool found = false;

    while (top && strcmp(LYD_NAME(top), "nacm") != 0)
        top = top->next;
    for (const struct lyd_node *child = lyd_child(top); child; child = child->next) {
        if (strcmp(LYD_NAME(child), "enable-nacm") == 0 &&
            strcmp(lyd_get_value(child), "false") == 0)
            return false;
        found |= restricts(child);
    }
    return found;
}

void sx_warnings(const struct sx_engine *engine, struct sx_status *status)
{
    const struct sx_cluster_config *config = &engine->configured;

    if (*config->name && !strchr(config->name, '.'))
        warn(status,
            "The cluster name is a single label: no certificate request can be made for it.");
    if (engine->applied.peer_count == 0 && config->peer_count > 1 && config->primary &&
        !sx_cluster_is_own(engine, config->peers[config->primary - 1]))
        warn(status,
            "At the next restart this system joins the cluster of %.120s: its replicated "
            "configuration, users included, is replaced by the primary's.",
            config->peers[config->primary - 1]);
    if (engine->applied.peer_count == 0 && config->peer_count > 0)
        warn(status, "The cluster is not in force: restart this system.");
    warn_of_mode(engine, status);
    if (restricts_access(engine))
        warn(status,
            "Access control (RFC 8341) is stored and replicated, and not enforced: every user may "
            "do everything.");
    if (*engine->database_failure)
        warn(status,
            "The database cannot be used and nothing of it is shown. Stop sextantd, run sextantctl "
            "purge-database, start sextantd again and restore a backup.");
    if (*engine->last_backup)
        warn(status, "The newest backup is %.220s", engine->last_backup);
    if (engine->reset.armed)
        warn(status,
            "The next restart resets this system to its factory state, because its peers were "
            "taken out of the list. Enter the same ones again in the same order to prevent it.");
    if (engine->take_snapshot)
        warn(status, "This system waits for the primary's configuration to replace its own.");
    if (*engine->backup)
        warn(status, "The configuration before the last replacement is kept in %.200s",
            engine->backup);
}
