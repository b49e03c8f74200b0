// SPDX-License-Identifier: Apache-2.0
#include "netconf/library.h"
#include "netconf/private.h"
#include "netconf/state_parts.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_capabilities(struct ag_state *state, struct lyd_node *top)
{
    struct lyd_node *capabilities = ag_state_container(top, "capabilities");
    char **names = ag_library_capabilities(sx_schema_context(state->schema));
    int result = capabilities ? 0 : -1;

    for (size_t i = 0; names[i]; i++) {
        if (result == 0)
            result = ag_state_leaf(capabilities, "capability", names[i]);
        free(names[i]);
    }
    free(names);
    return result;
}

static int put_datastores(struct lyd_node *top)
{
    static const char *const names[] = {"running", "candidate"};
    struct lyd_node *datastores = ag_state_container(top, "datastores"), *entry;

    if (!datastores)
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (lyd_new_list(datastores, NULL, "datastore", 0, &entry, names[i]) != LY_SUCCESS)
            return -1;
    return 0;
}

static int put_schema(struct lyd_node *schemas, const char *name, const char *revision,
    const char *space, const char *format)
{
    struct lyd_node *entry = NULL;

    if (lyd_new_list(schemas, NULL, "schema", 0, &entry, name, revision ? revision : "", format) !=
            LY_SUCCESS ||
        ag_state_leaf(entry, "namespace", space) < 0)
        return -1;
    return ag_state_leaf(entry, "location", "NETCONF");
}

static int put_module(struct lyd_node *schemas, const struct lys_module *module, const char *format)
{
    LY_ARRAY_COUNT_TYPE i;

    if (put_schema(schemas, module->name, module->revision, module->ns, format) < 0)
        return -1;
    LY_ARRAY_FOR(module->parsed->includes, i)
    {
        const struct lysp_submodule *submodule = module->parsed->includes[i].submodule;

        if (put_schema(schemas, submodule->name, submodule->revs ? submodule->revs[0].date : NULL,
                module->ns, format) < 0)
            return -1;
    }
    return 0;
}

static int put_schemas(struct ag_state *state, struct lyd_node *top)
{
    const struct ly_ctx *context = sx_schema_context(state->schema);
    struct lyd_node *schemas = ag_state_container(top, "schemas");
    const struct lys_module *module;
    uint32_t index = 0;

    if (!schemas)
        return -1;
    while ((module = ly_ctx_get_module_iter(context, &index)))
        if (put_module(schemas, module, "ietf-netconf-monitoring:yang") < 0 ||
            put_module(schemas, module, "ietf-netconf-monitoring:yin") < 0)
            return -1;
    return 0;
}

static int put_session(struct lyd_node *sessions, const struct ag_session_view *view)
{
    bool local = strcmp(view->source, "unix") == 0;
    struct lyd_node *entry = NULL;
    char id[16];

    snprintf(id, sizeof id, "%u", view->id);
    /* The model has no identity for a local socket; it is a way in over SSH without SSH. */
    if (lyd_new_list(sessions, NULL, "session", 0, &entry, id) != LY_SUCCESS ||
        ag_state_leaf(entry, "transport", "ietf-netconf-monitoring:netconf-ssh") < 0 ||
        ag_state_leaf(entry, "username", view->user) < 0 ||
        (!local && ag_state_leaf(entry, "source-host", view->source) < 0) ||
        ag_state_time(entry, "login-time", view->login_ms) < 0 ||
        ag_state_number(entry, "in-rpcs", view->in_rpcs) < 0 ||
        ag_state_number(entry, "in-bad-rpcs", view->in_bad_rpcs) < 0 ||
        ag_state_number(entry, "out-rpc-errors", view->out_rpc_errors) < 0)
        return -1;
    return ag_state_number(entry, "out-notifications", view->out_notifications);
}

static int put_sessions(struct ag_state *state, struct lyd_node *top)
{
    struct ag_session_view *views = sx_calloc(AG_SESSIONS_MAX, sizeof *views);
    struct lyd_node *sessions = ag_state_container(top, "sessions");
    size_t count = ag_sessions_view(state->netconf, views, AG_SESSIONS_MAX);
    int result = sessions ? 0 : -1;

    /* The newest comes first; the list is better read the other way round. */
    while (result == 0 && count > 0)
        result = put_session(sessions, &views[--count]);
    free(views);
    return result;
}

static int put_statistics(struct ag_state *state, struct lyd_node *top)
{
    struct ag_netconf *netconf = state->netconf;
    struct lyd_node *statistics = ag_state_container(top, "statistics");

    if (!statistics || ag_state_time(statistics, "netconf-start-time", netconf->start_ms) < 0 ||
        ag_state_number(statistics, "in-bad-hellos", atomic_load(&netconf->in_bad_hellos)) < 0 ||
        ag_state_number(statistics, "in-sessions", atomic_load(&netconf->in_sessions)) < 0 ||
        ag_state_number(statistics, "dropped-sessions", atomic_load(&netconf->dropped_sessions)) <
            0 ||
        ag_state_number(statistics, "in-rpcs", atomic_load(&netconf->counters.in_rpcs)) < 0 ||
        ag_state_number(statistics, "in-bad-rpcs", atomic_load(&netconf->counters.in_bad_rpcs)) <
            0 ||
        ag_state_number(
            statistics, "out-rpc-errors", atomic_load(&netconf->counters.out_rpc_errors)) < 0)
        return -1;
    return ag_state_number(
        statistics, "out-notifications", atomic_load(&netconf->counters.out_notifications));
}

int ag_state_monitoring(
    struct ag_state *state, const struct lysc_node *top, struct lyd_node **ret_tree)
{
    if (lyd_new_inner(NULL, top->module, top->name, 0, ret_tree) != LY_SUCCESS ||
        put_capabilities(state, *ret_tree) < 0 || put_datastores(*ret_tree) < 0 ||
        put_schemas(state, *ret_tree) < 0 || put_sessions(state, *ret_tree) < 0)
        return -1;
    return put_statistics(state, *ret_tree);
}
