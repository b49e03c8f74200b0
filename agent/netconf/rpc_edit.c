// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "netconf/private.h"
#include "sextant/update.h"

#include <libyang/libyang.h>
#include <string.h>

/** The module that <copy-config> takes a parameter of. */
#define DEFAULTS_MODULE "ietf-netconf-with-defaults"

/* The value of an enumeration among the parameters, or "" where the client gave none. */
static const char *choice(const struct ag_rpc *rpc, const char *name)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);

    return parameter && !(parameter->flags & LYD_DEFAULT) ? lyd_get_value(parameter) : "";
}

static void read_options(const struct ag_rpc *rpc, struct sx_event *event)
{
    const char *operation = choice(rpc, "default-operation");
    const char *test = choice(rpc, "test-option");

    event->edit.default_operation = SX_DEFAULT_MERGE;
    if (strcmp(operation, "replace") == 0)
        event->edit.default_operation = SX_DEFAULT_REPLACE;
    else if (strcmp(operation, "none") == 0)
        event->edit.default_operation = SX_DEFAULT_NONE;
    /* Running is valid at all times, so "set" is tested there too. The candidate may be invalid
     * until it is committed (RFC 7950 section 8.3): an edit of it is tested on demand. */
    event->edit.test_only = strcmp(test, "test-only") == 0;
    event->edit.test_first = strcmp(test, "test-then-set") == 0;
    /* An edit that stops on an error has done nothing, as one that is rolled back. */
    event->edit.continue_on_error = strcmp(choice(rpc, "error-option"), "continue-on-error") == 0;
}

static int do_edit(struct ag_rpc *rpc, struct sx_event *event, struct sx_error *err)
{
    struct sx_update update = {0};
    int result = ag_rpc_step(rpc, event, &update, err);

    sx_update_clear(&update);
    return result;
}

int ag_rpc_edit_config(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_EDIT};

    if (ag_rpc_datastore(rpc, "target", &event.edit.target, err) < 0 ||
        ag_rpc_config(rpc, rpc->operation, false, &event.edit.config, err) < 0)
        return -1;
    read_options(rpc, &event);
    return ag_rpc_commit_step(rpc, &event, err);
}

/* True when <source> holds a <config>. */
static bool is_inline(const struct lyd_node *source)
{
    return source && lyd_child(source) && strcmp(LYD_NAME(lyd_child(source)), "config") == 0;
}

/* What a copy holds is what the source holds: defaults are not made explicit on the way. */
static int check_defaults(struct ag_rpc *rpc, struct sx_error *err)
{
    const struct lyd_node *mode = ag_rpc_input(rpc, "with-defaults");

    if (!mode || strcmp(mode->schema->module->name, DEFAULTS_MODULE) != 0 ||
        strcmp(lyd_get_value(mode), "explicit") == 0)
        return 0;
    return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
        "a copy is exact: <with-defaults> %s is not offered for <copy-config>; leave it out, or "
        "say explicit",
        lyd_get_value(mode));
}

int ag_rpc_copy_config(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_EDIT};
    const struct lyd_node *source = ag_rpc_input(rpc, "source");
    enum sx_datastore from;

    if (ag_rpc_datastore(rpc, "target", &event.edit.target, err) < 0 ||
        check_defaults(rpc, err) < 0)
        return -1;
    if (is_inline(source)) {
        event.edit.default_operation = SX_DEFAULT_REPLACE;
        event.edit.anew = true;
        if (ag_rpc_config(rpc, source, true, &event.edit.config, err) < 0)
            return -1;
        return do_edit(rpc, &event, err);
    }
    if (ag_rpc_datastore(rpc, "source", &from, err) < 0)
        return -1;
    if (from == event.edit.target)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "source and target are the same datastore: name two");
    /* The candidate is a difference: without one it is running, and once it is committed, running
     * is what it was. */
    return ag_rpc_simple(rpc, from == SX_DATASTORE_CANDIDATE ? SX_EVENT_COMMIT : SX_EVENT_DISCARD,
        SX_DATASTORE_CANDIDATE, err);
}

int ag_rpc_validate(struct ag_rpc *rpc, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_VALIDATE_CONFIG};
    const struct lyd_node *source = ag_rpc_input(rpc, "source");
    enum sx_datastore datastore;

    if (is_inline(source)) {
        if (ag_rpc_config(rpc, source, true, &event.edit.config, err) < 0)
            return -1;
        return do_edit(rpc, &event, err);
    }
    if (ag_rpc_datastore(rpc, "source", &datastore, err) < 0)
        return -1;
    return ag_rpc_simple(rpc, SX_EVENT_VALIDATE, datastore, err);
}
