// SPDX-License-Identifier: Apache-2.0
#include "schema.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Features that one module may have. */
#define FEATURES_MAX 64

#define LIBRARY \
    "<get><filter type=\"subtree\"><yang-library " \
    "xmlns=\"urn:ietf:params:xml:ns:yang:ietf-yang-library\"><module-set/></yang-library>" \
    "</filter></get>"

/* What the fetching of modules needs. */
struct fetch {
    struct ctl_session *session;
    struct ctl_fault *fault;
};

static void free_text(void *text, void *context)
{
    (void)context;
    free(text);
}

/* libyang asks for a module or submodule. */
static LY_ERR fetch_module(const char *module, const char *revision, const char *submodule,
    const char *submodule_revision, void *context, LYS_INFORMAT *ret_format, const char **ret_text,
    ly_module_imp_data_free_clb *ret_free)
{
    struct fetch *fetch = context;
    const char *version = submodule ? submodule_revision : revision;
    struct lyd_node *reply = NULL;
    char *call = sx_format("<get-schema xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-"
                           "monitoring\"><identifier>%s</identifier>%s%s%s</get-schema>",
        submodule ? submodule : module, version ? "<version>" : "", version ? version : "",
        version ? "</version>" : "");
    int result = ctl_session_call(fetch->session, call, &reply, fetch->fault);

    free(call);
    if (result < 0)
        return LY_ENOTFOUND;
    *ret_text = sx_strdup(ctl_text(reply, "data"));
    *ret_format = LYS_IN_YANG;
    *ret_free = free_text;
    lyd_free_all(reply);
    return LY_SUCCESS;
}

static int load_module(
    struct ly_ctx *context, const struct lyd_node *module, struct ctl_fault *fault)
{
    const char *features[FEATURES_MAX + 1] = {NULL};
    const struct lyd_node *feature = ctl_child(module, "feature");
    const char *revision = ctl_text(module, "revision");
    const char *name = ctl_text(module, "name");

    for (size_t i = 0; feature && i < FEATURES_MAX; i++, feature = ctl_next(feature))
        features[i] = lyd_get_value(feature);
    *fault->message = '\0';
    if (ly_ctx_load_module(context, name, *revision ? revision : NULL, features))
        return 0;
    if (*fault->message) /* the daemon did not give it, and said why */
        return -1;
    return ctl_fail(fault, CTL_EXIT_UNREACHABLE, "module %s of sextantd cannot be read: %s", name,
        ly_errmsg(context) ? ly_errmsg(context) : "no reason given");
}

int ctl_schema_load(
    struct ctl_session *session, struct ly_ctx **ret_context, struct ctl_fault *fault)
{
    struct fetch fetch = {.session = session, .fault = fault};
    struct ly_ctx *context = NULL;
    struct lyd_node *reply = NULL;
    const struct lyd_node *module;
    int result = -1;

    if (ctl_session_call(session, LIBRARY, &reply, fault) < 0)
        goto out;
    module = ctl_child(
        ctl_child(ctl_child(ctl_child(reply, "data"), "yang-library"), "module-set"), "module");
    if (!module) {
        ctl_fail(fault, CTL_EXIT_UNREACHABLE, "sextantd does not say which modules it has");
        goto out;
    }
    if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &context)) {
        ctl_fail(fault, CTL_EXIT_UNREACHABLE, "libyang cannot be used");
        goto out;
    }
    ly_ctx_set_module_imp_clb(context, fetch_module, &fetch);
    for (; module; module = ctl_next(module))
        if (load_module(context, module, fault) < 0)
            goto out;
    /* The callback's context ends with this function. */
    ly_ctx_set_module_imp_clb(context, NULL, NULL);
    *ret_context = context;
    context = NULL;
    result = 0;
out:
    ly_ctx_destroy(context);
    lyd_free_all(reply);
    return result;
}

static const struct lysc_node *child_of(
    const struct lys_module *module, const struct lysc_node *parent, const char *name)
{
    return lys_find_child(parent, module, name, 0, 0, 0);
}

/* Finds the one module with a top-level node of that name. */
static int find_top(const struct ly_ctx *context, struct ctl_step *step, struct ctl_fault *fault)
{
    const struct lys_module *module;
    const char *found = NULL;
    uint32_t i = 0;

    while ((module = ly_ctx_get_module_iter(context, &i)) != NULL) {
        if (!module->implemented || !child_of(module, NULL, step->name))
            continue;
        if (found)
            return ctl_fail(fault, CTL_EXIT_USAGE,
                "/%s stands in more than one module: write /%s:%s or /%s:%s", step->name, found,
                step->name, module->name, step->name);
        found = module->name;
    }
    if (!found)
        return ctl_fail(fault, CTL_EXIT_USAGE, "no module has a node /%s", step->name);
    step->module = sx_strdup(found);
    return 0;
}

static int check_keys(const struct lysc_node *node, const struct ctl_step *step, enum ctl_keys keys,
    struct ctl_fault *fault)
{
    const struct lysc_node *key = node->nodetype == LYS_LIST ? lysc_node_child(node) : NULL;
    size_t found = 0;
    size_t count = 0;

    for (; key && (key->flags & LYS_KEY); key = key->next, count++)
        for (size_t i = 0; i < step->predicate_count; i++)
            found += strcmp(step->predicates[i].name, key->name) == 0;
    if (node->nodetype == LYS_LEAFLIST && step->predicate_count > 0)
        return strcmp(step->predicates[0].name, ".") == 0 && step->predicate_count == 1
                   ? 0
                   : ctl_fail(fault, CTL_EXIT_USAGE,
                         "%s is a leaf-list: choose a value of it with [.='...']", step->name);
    if (step->predicate_count != found)
        return ctl_fail(
            fault, CTL_EXIT_USAGE, "what stands in [ ] after %s is not a key of it", step->name);
    if (keys == CTL_KEYS_NEEDED && found != count)
        return ctl_fail(fault, CTL_EXIT_USAGE, "%s is a list: say which entry, %s[%s='...']",
            step->name, step->name, lysc_node_child(node)->name);
    return 0;
}

int ctl_schema_resolve(const struct ly_ctx *context, struct ctl_path *path, enum ctl_keys keys,
    const struct lysc_node **ret_node, struct ctl_fault *fault)
{
    const struct lys_module *module = NULL;
    const struct lysc_node *node = NULL;

    if (!path->steps[0].module && find_top(context, &path->steps[0], fault) < 0)
        return -1;
    for (size_t i = 0; i < path->step_count; i++) {
        const struct ctl_step *step = &path->steps[i];
        const struct lysc_node *parent = node;

        if (step->module)
            module = ly_ctx_get_module_implemented(context, step->module);
        if (!module)
            return ctl_fail(fault, CTL_EXIT_USAGE, "sextantd has no module %s", step->module);
        node = child_of(module, parent, step->name);
        if (!node)
            return ctl_fail(fault, CTL_EXIT_USAGE, "module %s has no node %s %s%s", module->name,
                step->name, parent ? "in " : "at the top", parent ? parent->name : "");
        if (check_keys(node, step, keys, fault) < 0)
            return -1;
    }
    *ret_node = node;
    return 0;
}
