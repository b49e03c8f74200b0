// SPDX-License-Identifier: Apache-2.0
/* Users as the store has them. */
#include "netconf/auth.h"
#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char parent_path[] = "/ietf-system:system/authentication";
static const char list_path[] = "/ietf-system:system/authentication/user";

/* The value of a child leaf, or "". */
static const char *leaf(const struct lyd_node *parent, const char *name)
{
    const struct lyd_node *child;

    LY_LIST_FOR(lyd_child(parent), child)
    {
        if (strcmp(LYD_NAME(child), name) == 0 && lyd_get_value(child))
            return lyd_get_value(child);
    }
    return "";
}

static void take_user(const struct lyd_node *entry, struct ag_auth_user *user)
{
    const struct lyd_node *child;

    user->found = true;
    if (*leaf(entry, "password"))
        user->password = sx_strdup(leaf(entry, "password"));
    LY_LIST_FOR(lyd_child(entry), child)
    {
        if (strcmp(LYD_NAME(child), "authorized-key") != 0 || user->key_count == AG_AUTH_KEYS_MAX)
            continue;
        user->keys = sx_grow(user->keys, user->key_count, &user->key_capacity, sizeof *user->keys);
        user->keys[user->key_count++] = (struct ag_auth_key){
            sx_strdup(leaf(child, "algorithm")), sx_strdup(leaf(child, "key-data"))};
    }
}

int ag_auth_user_parse(const struct ly_ctx *context, const char *body,
    struct ag_auth_user *ret_user, struct sx_error *err)
{
    struct lyd_node *top = NULL, *parent = NULL;
    const struct lyd_node *entry;
    struct ag_auth_user user = {0};
    struct ly_in *in = NULL;
    int result = -1;

    if (ly_in_new_memory(body, &in) != LY_SUCCESS ||
        lyd_new_path2(NULL, context, parent_path, NULL, 0, 0, 0, &top, &parent) != LY_SUCCESS ||
        lyd_parse_data(context, parent, in, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, NULL) !=
            LY_SUCCESS) {
        /* Not libyang's message: it would bring a password's hash into the log. */
        sx_error_set(err, SX_E_STORE, "what is stored of the user cannot be read (at %s)",
            ly_errpath(context) ? ly_errpath(context) : list_path);
        goto out;
    }
    LY_LIST_FOR(lyd_child(parent), entry)
    {
        if (strcmp(LYD_NAME(entry), "user") == 0 && !user.found)
            take_user(entry, &user);
    }
    *ret_user = user;
    result = 0;
out:
    ly_in_free(in, 0);
    lyd_free_all(top);
    return result;
}

bool ag_auth_user_key(const char *name, char *ret_key, size_t size)
{
    char quote = strchr(name, '\'') ? '"' : '\'';
    int length;

    /* XPath has no way to write a text with both kinds of quotation marks. */
    if (strchr(name, quote))
        return false;
    length = snprintf(ret_key, size, "[name=%c%s%c]", quote, name, quote);
    return length > 0 && (size_t)length < size;
}

/** Looks users up through a reader of its own. */
struct store {
    struct ag_host *host;
    struct sx_reader *reader; /**< opened when the first user is looked up */
    struct ag_auth_user *user; /**< that is being read */
    const struct lysc_node *list; /**< schema node of users */
    struct sx_secret_keys keys; /**< while one is being read */
};

static int take_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct store *store = context;
    char *body = NULL;
    int result;

    if (store->user->found)
        return 1;
    if (sx_secret_open_row(&store->keys, store->list, fragment->body, &body, err) < 0)
        return -1;
    result =
        ag_auth_user_parse(sx_schema_context(ag_host_schema(store->host)), body, store->user, err);
    sx_secret_free(body);
    return result;
}

static int find(
    void *context, const char *name, struct ag_auth_user *ret_user, struct sx_error *err)
{
    struct store *store = context;
    struct ag_auth_user user = {0};
    char key[AG_AUTH_NAME_MAX + sizeof "[name='']"];
    int result = -1;

    if (!ag_auth_user_key(name, key, sizeof key)) {
        *ret_user = user;
        return 0;
    }
    if (!store->reader && ag_host_reader(store->host, &store->reader, err) < 0)
        return -1;
    if (sx_reader_begin(store->reader, NULL, err) < 0)
        goto out;
    store->user = &user;
    ag_host_keys(store->host, &store->keys);
    if (sx_reader_find(store->reader, list_path, key, take_row, store, err) < 0)
        goto out;
    *ret_user = user;
    result = 0;
out:
    sx_secret_keys_clear(&store->keys);
    if (result < 0)
        ag_auth_user_clear(&user);
    sx_reader_end(store->reader);
    /* A reader that failed may have lost its database: the next look-up opens another. */
    if (result < 0) {
        sx_reader_close(store->reader);
        store->reader = NULL;
    }
    return result;
}

static void close_store(void *context)
{
    struct store *store = context;

    sx_reader_close(store->reader);
    free(store);
}

struct ag_auth_source ag_auth_store(struct ag_host *host)
{
    struct store *store = sx_alloc(sizeof *store);

    store->host = host;
    store->list = lys_find_path(sx_schema_context(ag_host_schema(host)), NULL, list_path, 0);
    return (struct ag_auth_source){.find = find, .close = close_store, .context = store};
}
