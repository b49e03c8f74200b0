// SPDX-License-Identifier: Apache-2.0
#include "netconf/private.h"
#include "netconf/rpc.h"
#include "sextant/update.h"
#include "tree.h"

#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* <suggest-mappings>: address mappings made of what the peers say of themselves. */

#define MAPPING "/sextant-cluster:cluster/address-mapping/mapping"

enum kind {
    KIND_NEW, /**< the mapping has neither the name nor the address */
    KIND_PRESENT, /**< it has both, as one */
    KIND_CONFLICT, /**< it has one of them with something else */
    KIND_UNKNOWN, /**< the peer's name or address is not known */
};

struct suggestion {
    const struct sx_peer_status *peer;
    const char *name; /**< "" when not known, as the next */
    const char *address;
    enum kind kind;
};

static bool is_literal(const char *address)
{
    return strchr(address, ':') || address[strspn(address, "0123456789.")] == '\0';
}

static bool fits(const struct ly_ctx *context, const char *path, const char *value)
{
    const struct lysc_node *leaf = lys_find_path(context, NULL, path, 0);

    return leaf &&
           lyd_value_validate(context, leaf, value, strlen(value), NULL, NULL, NULL) == LY_SUCCESS;
}

/* The name is that of the list, where it has one: a mapping is asked for by it. */
static void propose(
    const struct ly_ctx *context, const struct sx_peer_status *peer, struct suggestion *suggestion)
{
    bool literal = is_literal(peer->address);

    suggestion->peer = peer;
    suggestion->address = literal ? peer->address : peer->resolved_address;
    suggestion->name = literal ? peer->facts.host_name : peer->address;
    if (!fits(context, MAPPING "/fqdn", suggestion->name))
        suggestion->name = "";
}

static const char *value_of(const struct lyd_node *entry, const char *name)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(entry), child)
    {
        if (strcmp(LYD_NAME(child), name) == 0)
            return lyd_get_value(child);
    }
    return "";
}

static enum kind judge(const struct ly_set *entries, const struct suggestion *suggestion)
{
    enum kind kind = KIND_NEW;

    if (!*suggestion->name || !*suggestion->address)
        return KIND_UNKNOWN;
    for (uint32_t i = 0; entries && i < entries->count; i++) {
        const struct lyd_node *entry = entries->dnodes[i];
        bool name = strcasecmp(value_of(entry, "fqdn"), suggestion->name) == 0;
        bool address = strcmp(value_of(entry, "ip-address"), suggestion->address) == 0;

        if (name && address)
            return KIND_PRESENT;
        if (name || address)
            kind = KIND_CONFLICT;
    }
    return kind;
}

/* The cluster's configuration, for lyd_free_all(). */
static int read_cluster(struct ag_rpc *rpc, struct lyd_node **ret_tree, struct sx_error *err)
{
    struct ag_host *host = rpc->netconf->host;
    struct sx_reader *reader = NULL;
    struct sx_secret_keys keys;
    int result;

    if (ag_host_reader(host, &reader, err) < 0)
        return -1;
    ag_host_keys(host, &keys);
    result = ag_tree_read(
        reader, ag_host_schema(host), &keys, "/sextant-cluster:cluster", ret_tree, err);
    sx_secret_keys_clear(&keys);
    sx_reader_close(reader);
    return result;
}

/* What is new, as an edit; NULL when nothing is. */
static struct lyd_node *edit_of(
    const struct ly_ctx *context, const struct suggestion *items, size_t count)
{
    struct lyd_node *tree = NULL;

    for (size_t i = 0; i < count; i++) {
        char path[SX_ADDRESS_MAX + 128];
        struct lyd_node *top = NULL;

        if (items[i].kind != KIND_NEW)
            continue;
        snprintf(path, sizeof path, MAPPING "[fqdn='%s']/ip-address", items[i].name);
        /* The name fits its type, which has no quotes, and the address is a literal. */
        if (lyd_new_path2(tree, context, path, items[i].address, strlen(items[i].address),
                LYD_ANYDATA_STRING, 0, &top, NULL) != LY_SUCCESS)
            abort();
        tree = tree ? tree : top;
    }
    return tree;
}

static int apply(
    struct ag_rpc *rpc, const struct suggestion *items, size_t count, struct sx_error *err)
{
    struct lyd_node *config = edit_of(LYD_CTX(rpc->operation), items, count);
    struct sx_event event = {.type = SX_EVENT_EDIT};
    struct sx_update update = {0};
    int result = 0;

    if (config) {
        event.edit.config = config;
        result = ag_rpc_step(rpc, &event, &update, err);
    }
    sx_update_clear(&update);
    lyd_free_all(config);
    return result;
}

static int put(struct lyd_node *output, const struct suggestion *item)
{
    static const char *const kinds[] = {"new", "present", "conflict", "unknown"};
    struct lyd_node *entry = NULL;
    char index[8];

    snprintf(index, sizeof index, "%u", item->peer->index);
    if (lyd_new_list(output, NULL, "suggestion", 1, &entry, index) != LY_SUCCESS)
        return -1;
    if ((*item->name && lyd_new_term(entry, NULL, "fqdn", item->name, 1, NULL) != LY_SUCCESS) ||
        (*item->address &&
            lyd_new_term(entry, NULL, "ip-address", item->address, 1, NULL) != LY_SUCCESS))
        return -1;
    return lyd_new_term(entry, NULL, "status", kinds[item->kind], 1, NULL) == LY_SUCCESS ? 0 : -1;
}

static int answer(
    struct ag_rpc *rpc, const struct suggestion *items, size_t count, struct sx_error *err)
{
    struct lyd_node *output = NULL;
    int result =
        lyd_dup_single(rpc->operation, NULL, LYD_DUP_NO_META, &output) == LY_SUCCESS ? 0 : -1;

    for (size_t i = 0; i < count && result == 0; i++)
        result = put(output, &items[i]);
    if (result < 0) {
        lyd_free_tree(output);
        return sx_error_set(err, SX_E_INTERNAL, "the list of suggestions cannot be made");
    }
    rpc->data = output;
    return 0;
}

int ag_rpc_suggest_mappings(struct ag_rpc *rpc, struct sx_error *err)
{
    struct suggestion items[SX_PEERS_MAX] = {0};
    struct lyd_node *tree = NULL;
    struct ly_set *entries = NULL;
    struct sx_status status;
    int result = -1;

    ag_host_status(rpc->netconf->host, &status);
    if (status.peer_count == 0) {
        sx_error_set(err, SX_E_OPERATION_FAILED,
            "there is no list of peers in force, so there is nothing to map");
        goto out;
    }
    if (read_cluster(rpc, &tree, err) < 0)
        goto out;
    if (tree && lyd_find_xpath(tree, MAPPING, &entries) != LY_SUCCESS) {
        sx_error_set(err, SX_E_INTERNAL, "the address mapping cannot be read");
        goto out;
    }
    for (size_t i = 0; i < status.peer_count; i++) {
        propose(LYD_CTX(rpc->operation), &status.peers[i], &items[i]);
        items[i].kind = judge(entries, &items[i]);
    }
    if ((!ag_rpc_input(rpc, "apply") || apply(rpc, items, status.peer_count, err) == 0) &&
        answer(rpc, items, status.peer_count, err) == 0)
        result = 0;
out:
    ly_set_free(entries, NULL);
    lyd_free_all(tree);
    sx_status_clear(&status);
    return result;
}
