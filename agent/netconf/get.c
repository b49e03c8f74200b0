// SPDX-License-Identifier: Apache-2.0
#include "netconf/get.h"

#include "netconf/filter_element.h"
#include "netconf/private.h"
#include "netconf/reply.h"
#include "netconf/state.h"
#include "netconf/walk.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <string.h>

#define DEFAULTS_NS "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"

/** What a request asks for. */
struct query {
    bool config; /**< <get-config>: no state */
    enum sx_datastore datastore;
    enum ag_defaults defaults;
    struct ag_element_filter filter;
};

static int missing(struct sx_error *err, struct ag_error_info *info, const char *element)
{
    info->element = element;
    return sx_error_set(err, SX_E_MISSING_ELEMENT,
        "<%s> is missing; it names the datastore: <running/> or <candidate/>", element);
}

static int read_source(const struct lyd_node_opaq *source, struct query *query,
    struct ag_error_info *info, struct sx_error *err)
{
    const struct lyd_node_opaq *store = source ? ag_request_first(source) : NULL;

    if (!store)
        return missing(err, info, "source");
    if (ag_request_is(store, AG_BASE_NS, "running")) {
        query->datastore = SX_DATASTORE_RUNNING;
    } else if (ag_request_is(store, AG_BASE_NS, "candidate")) {
        query->datastore = SX_DATASTORE_CANDIDATE;
    } else if (ag_request_is(store, AG_BASE_NS, "startup") ||
               ag_request_is(store, AG_BASE_NS, "url")) {
        return sx_error_set(err, SX_E_OPERATION_NOT_SUPPORTED,
            "there is no datastore <%s> here; read <running/> or <candidate/>", store->name.name);
    } else {
        info->element = store->name.name;
        return sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
            "<%s> is no datastore; read <running/> or <candidate/>", store->name.name);
    }
    return 0;
}

static int read_defaults(
    const struct lyd_node_opaq *element, struct query *query, struct sx_error *err)
{
    static const char *const names[] = {
        [AG_DEFAULTS_EXPLICIT] = "explicit",
        [AG_DEFAULTS_ALL] = "report-all",
        [AG_DEFAULTS_TAGGED] = "report-all-tagged",
        [AG_DEFAULTS_TRIM] = "trim",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(element->value, names[i]) == 0) {
            query->defaults = (enum ag_defaults)i;
            return 0;
        }
    return sx_error_set(err, SX_E_INVALID_VALUE,
        "\"%.64s\" is no with-defaults mode; explicit, report-all, report-all-tagged and trim are",
        element->value);
}

static int read_query(const struct ly_ctx *context, const struct lyd_node_opaq *operation,
    struct query *query, struct ag_error_info *info, struct sx_error *err)
{
    const struct lyd_node_opaq *source = NULL;
    bool filtered = false;

    query->config = strcmp(operation->name.name, "get-config") == 0;
    for (const struct lyd_node_opaq *child = ag_request_first(operation); child;
         child = ag_request_next(child)) {
        int result = 0;

        if (ag_request_is(child, AG_BASE_NS, "filter") && !filtered) {
            filtered = true;
            result = ag_element_filter_read(context, child, &query->filter, info, err);
        } else if (ag_request_is(child, DEFAULTS_NS, "with-defaults")) {
            result = read_defaults(child, query, err);
        } else if (query->config && !source && ag_request_is(child, AG_BASE_NS, "source")) {
            source = child;
            result = read_source(source, query, info, err);
        } else {
            info->element = child->name.name;
            result = sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
                "<%s> cannot stand here in <%s>, which takes %s<filter> and <with-defaults>",
                child->name.name, operation->name.name, query->config ? "<source>, " : "");
        }
        if (result < 0)
            return -1;
    }
    return query->config && !source ? missing(err, info, "source") : 0;
}

static int write_data(struct ag_netconf *netconf, const struct query *query, struct ag_rows *rows,
    const struct ag_request *request, struct ag_stream *stream, struct sx_error *err)
{
    struct sx_fragment_list overlay = {0};
    struct ag_walk walk = {.stream = stream,
        .rows = rows,
        .filter = query->filter.subtree,
        .xpath = query->filter.xpath};
    int result = -1;

    if (query->datastore == SX_DATASTORE_CANDIDATE &&
        ag_host_candidate(netconf->host, &overlay, err) < 0)
        goto out;
    if (sx_reader_begin(rows->reader, &overlay, err) < 0)
        goto out;
    if (ag_reply_begin(stream, request, err) == 0 && ag_stream_put(stream, "<data>", err) == 0 &&
        ag_walk_write(&walk, err) == 0 && ag_stream_put(stream, "</data>", err) == 0)
        result = ag_reply_end(stream, err);
    sx_reader_end(rows->reader);
out:
    sx_fragment_list_clear(&overlay);
    return result;
}

int ag_get(struct ag_netconf *netconf, const struct ag_request *request, struct ag_stream *stream,
    bool *ret_error, struct sx_error *err)
{
    const struct sx_schema *schema = ag_host_schema(netconf->host);
    const struct ly_ctx *context = sx_schema_context(schema);
    struct query query = {0};
    struct ag_error_info info = {0};
    struct ag_state state = {.schema = schema, .host = netconf->host, .netconf = netconf};
    struct ag_rows rows = {.schema = schema};
    int result = read_query(context, request->operation, &query, &info, err);

    *ret_error = false;
    if (result == 0)
        result = ag_readers_take(&netconf->readers, netconf->host, &rows.reader, err);
    if (result == 0) {
        rows.state = query.config ? NULL : &state;
        rows.defaults = query.defaults;
        result = write_data(netconf, &query, &rows, request, stream, err);
        ag_readers_give(&netconf->readers, rows.reader, result == 0);
    }
    ag_rows_clear(&rows);
    ag_state_clear(&state);
    if (result < 0 && ag_stream_drop(stream)) {
        struct sx_error answer = *err;

        *ret_error = true;
        result = ag_reply_error(stream, request, context, &answer, 1, &info, err);
    }
    ag_element_filter_clear(&query.filter);
    return result;
}
