// SPDX-License-Identifier: Apache-2.0
#include "netconf/rpc.h"

#include "netconf/private.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct ag_rpc *rpc, const char *name)
{
    const struct lyd_node *parameter = ag_rpc_input(rpc, name);

    return parameter ? lyd_get_value(parameter) : NULL;
}

/** What a name and a revision lead to. */
struct found {
    const struct lys_module *module;
    const struct lysp_submodule *submodule;
    size_t count; /**< modules of that name, when no revision was asked for */
};

static struct found find(const struct ly_ctx *context, const char *name, const char *revision)
{
    struct found found = {0};
    const struct lys_module *module;
    uint32_t index = 0;

    while ((module = ly_ctx_get_module_iter(context, &index))) {
        const char *own = module->revision ? module->revision : "";

        if (strcmp(module->name, name) != 0 || (revision && strcmp(own, revision) != 0))
            continue;
        found.module = module;
        found.count++;
    }
    if (!found.module) {
        found.submodule = revision ? ly_ctx_get_submodule(context, name, revision)
                                   : ly_ctx_get_submodule_latest(context, name);
        found.count = found.submodule ? 1 : 0;
    }
    return found;
}

static int print(const struct found *found, bool yin, char **ret_text, struct sx_error *err)
{
    struct ly_out *out = NULL;
    LYS_OUTFORMAT format = yin ? LYS_OUT_YIN : LYS_OUT_YANG;
    LY_ERR result = LY_EMEM;

    if (ly_out_new_memory(ret_text, 0, &out) == LY_SUCCESS)
        result = found->module ? lys_print_module(out, found->module, format, 0, 0)
                               : lys_print_submodule(out, found->submodule, format, 0, 0);
    ly_out_free(out, NULL, 0);
    if (result == LY_SUCCESS && *ret_text)
        return 0;
    return sx_error_set(err, SX_E_OPERATION_FAILED, "the schema cannot be printed");
}

static int read_format(struct ag_rpc *rpc, bool *ret_yin, struct sx_error *err)
{
    const char *format = text_of(rpc, "format");

    if (!format || strcmp(format, "ietf-netconf-monitoring:yang") == 0)
        *ret_yin = false;
    else if (strcmp(format, "ietf-netconf-monitoring:yin") == 0)
        *ret_yin = true;
    else
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "schemas are offered as yang and as yin, not as %.64s", format);
    return 0;
}

int ag_rpc_get_schema(struct ag_rpc *rpc, struct sx_error *err)
{
    const char *name = text_of(rpc, "identifier"), *revision = text_of(rpc, "version");
    struct lyd_node *output = NULL;
    struct found found;
    char *text = NULL;
    bool yin = false;
    int result = -1;

    if (!name) {
        rpc->info.element = "identifier";
        return sx_error_set(
            err, SX_E_MISSING_ELEMENT, "<identifier> is missing; it is the name of the schema");
    }
    found = find(LYD_CTX(rpc->operation), name, revision);
    if (found.count == 0)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "there is no schema %.128s%s%.32s; /netconf-state/schemas lists them", name,
            revision ? " of revision " : "", revision ? revision : "");
    if (found.count > 1) {
        sx_error_set(err, SX_E_OPERATION_FAILED,
            "there are %zu revisions of %.128s; say which with <version>", found.count, name);
        return sx_error_tag(err, "data-not-unique");
    }
    if (read_format(rpc, &yin, err) < 0 || print(&found, yin, &text, err) < 0)
        goto out;
    if (lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &output) != LY_SUCCESS ||
        lyd_new_any(output, NULL, "data", text, 0, LYD_ANYDATA_STRING, 1, NULL) != LY_SUCCESS) {
        sx_error_set(err, SX_E_INTERNAL, "the schema cannot be put into a reply");
        goto out;
    }
    rpc->data = output;
    output = NULL;
    result = 0;
out:
    lyd_free_tree(output);
    free(text);
    return result;
}
