// SPDX-License-Identifier: Apache-2.0
#include "netconf/reply.h"

#include "netconf/xml.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* True when an earlier attribute has declared the prefix of this one. */
static bool declared(const struct lyd_attr *first, const struct lyd_attr *attribute)
{
    for (; first != attribute; first = first->next)
        if (first->name.prefix && strcmp(first->name.prefix, attribute->name.prefix) == 0)
            return true;
    return false;
}

static char *attributes(const struct lyd_node_opaq *rpc)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    for (const struct lyd_attr *attribute = rpc->attr; attribute; attribute = attribute->next) {
        if (attribute->name.prefix && !declared(rpc->attr, attribute)) {
            fprintf(out, " xmlns:%s=\"", attribute->name.prefix);
            ag_xml_escape(out, attribute->name.module_ns ? attribute->name.module_ns : "");
            putc('"', out);
        }
        fprintf(out, " %s%s%s=\"", attribute->name.prefix ? attribute->name.prefix : "",
            attribute->name.prefix ? ":" : "", attribute->name.name);
        ag_xml_escape(out, attribute->value);
        putc('"', out);
    }
    fclose(out);
    return text;
}

int ag_reply_begin(struct ag_stream *stream, const struct ag_request *request, struct sx_error *err)
{
    char *text = request ? attributes(request->rpc) : NULL;
    int result = -1;

    if (ag_stream_put(stream, "<rpc-reply xmlns=\"" AG_BASE_NS "\"", err) == 0 &&
        ag_stream_put(stream, text ? text : "", err) == 0)
        result = ag_stream_put(stream, ">", err);
    free(text);
    return result;
}

int ag_reply_end(struct ag_stream *stream, struct sx_error *err)
{
    if (ag_stream_put(stream, "</rpc-reply>", err) < 0)
        return -1;
    return ag_stream_end(stream, err);
}

int ag_reply_ok(struct ag_stream *stream, const struct ag_request *request, struct sx_error *err)
{
    if (ag_reply_begin(stream, request, err) < 0 || ag_stream_put(stream, "<ok/>", err) < 0)
        return -1;
    return ag_reply_end(stream, err);
}

int ag_reply_error(struct ag_stream *stream, const struct ag_request *request,
    const struct ly_ctx *context, const struct sx_error *errors, size_t count,
    const struct ag_error_info *info, struct sx_error *err)
{
    int result = ag_reply_begin(stream, request, err);

    for (size_t i = 0; i < count && result == 0; i++) {
        char *text = ag_error_xml(context, &errors[i], info);

        result = ag_stream_put(stream, text, err);
        free(text);
    }
    return result < 0 ? -1 : ag_reply_end(stream, err);
}
