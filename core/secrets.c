// SPDX-License-Identifier: Apache-2.0
#include "secrets.h"

#include "path.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/** What the secrets of one text are to become. */
struct work {
    const struct sx_secrets *secrets;
    uint8_t *random; /**< sealing */
    enum sx_scope scope;
    const uint8_t *digest_key; /**< opening: for what stands for values that were set aside */
    struct sx_set_aside *aside; /**< opening: where to put what does not open, or NULL */
    bool *clear; /**< opening: to note what is not sealed, or NULL */
    bool changed; /**< resealing */
};

void sx_secrets_clear(struct sx_secrets *secrets)
{
    sx_set_aside_clear(&secrets->aside);
    sx_secret_keys_clear(&secrets->keys);
    OPENSSL_cleanse(secrets->digest_key, sizeof secrets->digest_key);
}

static char *quoted(char *sealed)
{
    char *token = sx_format("\"%s\"", sealed);

    free(sealed);
    return token;
}

static bool is_token(const struct sx_secret_found *found, const char *token)
{
    return strlen(token) == found->length && memcmp(token, found->token, found->length) == 0;
}

static int seal(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    const struct work *work = context;
    const struct sx_set_aside_item *item = sx_set_aside_find(&work->secrets->aside, found->path);

    if (found->length > SX_SECRET_VALUE_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "%s: a secret has %u bytes at the most", found->path,
            SX_SECRET_VALUE_MAX);
    if (item && is_token(found, item->stand_in))
        *ret_token = sx_strdup(item->sealed);
    else
        *ret_token = quoted(sx_secret_seal(
            &work->secrets->keys, work->random, found->path, found->token, found->length));
    return 0;
}

static int open_sealed(const struct work *work, const struct sx_secret_found *found,
    char **ret_token, struct sx_error *err)
{
    char *sealed = sx_secret_unquote(found->token, found->length);
    int result;

    if (!sealed)
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE, "%s is not encrypted", found->path);
    result = sx_secret_open(&work->secrets->keys, found->path, sealed, ret_token, NULL, err);
    free(sealed);
    return result;
}

static bool is_clear(const struct sx_secret_found *found)
{
    char *text = sx_secret_unquote(found->token, found->length);
    bool clear = !text || !sx_secret_is_sealed(text);

    free(text);
    return clear;
}

static int open(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    const struct work *work = context;
    struct sx_error reason = {0};

    if (work->clear && is_clear(found)) {
        *work->clear = true;
        *ret_token = sx_strndup(found->token, found->length);
        return 0;
    }
    if (open_sealed(work, found, ret_token, &reason) == 0)
        return 0;
    if (work->aside && !is_clear(found))
        return sx_set_aside_add(work->aside, work->digest_key, work->scope, found, ret_token, err);
    *err = reason;
    return -1;
}

static int reseal(
    void *context, const struct sx_secret_found *found, char **ret_token, struct sx_error *err)
{
    struct work *work = context;
    const struct sx_secret_keys *keys = &work->secrets->keys;
    char *sealed = sx_secret_unquote(found->token, found->length), *plain = NULL;
    size_t size = 0;

    (void)err;
    if (sealed && !sx_secret_is_under(sealed, keys->keys[0].id)) {
        struct sx_error ignored;

        if (sx_secret_open(keys, found->path, sealed, &plain, &size, &ignored) == 0) {
            *ret_token = quoted(sx_secret_seal(keys, work->random, found->path, plain, size));
            work->changed = true;
            sx_secret_free(plain);
        }
    }
    if (!*ret_token)
        *ret_token = sx_strndup(found->token, found->length);
    free(sealed);
    return 0;
}

/* Rewrites the text of the node at a data path. */
static int rewrite(const struct lysc_node *schema, const char *path, const char *json,
    sx_secret_each *each, struct work *work, char **ret_json, struct sx_error *err)
{
    char *parent = sx_strndup(path, sx_path_parent_length(path));
    int result = sx_secret_text(schema, parent, json, each, work, ret_json, err);

    free(parent);
    return result;
}

const struct lysc_node *sx_secrets_of_row(
    const struct sx_secrets *secrets, const struct sx_fragment *fragment)
{
    const struct lysc_node *node = lys_find_path(secrets->context, NULL, fragment->list, 0);
    const struct sx_node_class *class = node ? sx_schema_class(node) : NULL;

    return class && class->flags & SX_NODE_SECRETS ? node : NULL;
}

const struct sx_fragment_list *sx_secrets_seal_rows(const struct sx_secrets *secrets,
    uint8_t random[SX_RANDOM_SIZE], const struct sx_fragment_list *rows,
    struct sx_fragment_list *ret_sealed, struct sx_error *err)
{
    struct work work = {.secrets = secrets, .random = random};
    const struct lysc_node *schema = NULL;
    const char *list = "";

    for (size_t i = 0; i < rows->count; i++) {
        const struct sx_fragment *row = &rows->items[i];
        char *body = NULL;

        /* Rows of one list come one after the other. */
        if (strcmp(row->list, list) != 0)
            schema = sx_secrets_of_row(secrets, row);
        list = row->list;
        if (!schema || !row->body) {
            if (ret_sealed->count > 0)
                sx_fragment_list_copy(ret_sealed, row);
            continue;
        }
        if (rewrite(schema, row->list, row->body, seal, &work, &body, err) < 0)
            return NULL;
        for (size_t before = ret_sealed->count; before < i; before++)
            sx_fragment_list_copy(ret_sealed, &rows->items[before]);
        sx_fragment_list_add(ret_sealed, (struct sx_fragment){.scope = row->scope,
                                             .list = sx_strdup(row->list),
                                             .key = sx_strdup(row->key),
                                             .body = body,
                                             .after = sx_strdup(row->after)});
    }
    return ret_sealed->count > 0 ? ret_sealed : rows;
}

/* Rewrites one of a change's values; what was there is overwritten. */
static int rewrite_value(const struct sx_change *change, char **value, sx_secret_each *each,
    struct work *work, struct sx_error *err)
{
    const struct lysc_node *schema;
    char *json = NULL;

    if (!(change->flags & SX_NODE_SECRETS) || !*value)
        return 0;
    schema = lys_find_path(work->secrets->context, NULL, change->path, 0);
    if (!schema)
        return sx_error_set(
            err, SX_E_UNKNOWN_ELEMENT, "%s is not known to the schema", change->path);
    if (rewrite(schema, change->path, *value, each, work, &json, err) < 0)
        return -1;
    sx_secret_free(*value);
    *value = json;
    return 0;
}

int sx_secrets_seal_changes(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    struct sx_change_list *changes, struct sx_error *err)
{
    struct work work = {.secrets = secrets, .random = random};

    for (size_t i = 0; i < changes->count; i++) {
        struct sx_change *change = &changes->items[i];

        if (rewrite_value(change, &change->value, seal, &work, err) < 0 ||
            rewrite_value(change, &change->old_value, seal, &work, err) < 0)
            return -1;
    }
    return 0;
}

const struct sx_change_list *sx_secrets_open_changes(const struct sx_secrets *secrets,
    const struct sx_change_list *changes, struct sx_set_aside *aside,
    struct sx_change_list *ret_opened, struct sx_error *err)
{
    struct work work = {.secrets = secrets, .digest_key = secrets->digest_key, .aside = aside};
    bool any = false;

    for (size_t i = 0; i < changes->count; i++)
        any |= changes->items[i].flags & SX_NODE_SECRETS;
    if (!any)
        return changes;
    for (size_t i = 0; i < changes->count; i++) {
        struct sx_change *change;

        sx_change_list_copy(ret_opened, &changes->items[i]);
        change = &ret_opened->items[i];
        if (rewrite_value(change, &change->value, open, &work, err) < 0)
            return NULL;
    }
    return ret_opened;
}

int sx_secrets_open_row(const struct sx_secrets *secrets, const struct lysc_node *schema,
    const struct sx_fragment *row, const uint8_t *digest_key, struct sx_set_aside *aside,
    bool *ret_clear, char **ret_body, struct sx_error *err)
{
    struct work work = {.secrets = secrets,
        .scope = row->scope,
        .digest_key = digest_key,
        .aside = aside,
        .clear = ret_clear};

    return rewrite(schema, row->list, row->body, open, &work, ret_body, err);
}

int sx_secrets_reseal(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    const char *path, const char *json, char **ret_json, struct sx_error *err)
{
    struct work work = {.secrets = secrets, .random = random};
    const struct lysc_node *schema;
    char *text = NULL;

    *ret_json = NULL;
    /* Most texts hold none, and looking costs less than finding their schema. */
    if (!json || !strstr(json, "\"" SX_SECRET_PREFIX))
        return 0;
    schema = lys_find_path(secrets->context, NULL, path, 0);
    if (!schema)
        return 0;
    if (rewrite(schema, path, json, reseal, &work, &text, err) < 0)
        return -1;
    if (work.changed)
        *ret_json = text;
    else
        free(text);
    return 0;
}

int sx_secrets_reseal_changes(const struct sx_secrets *secrets, uint8_t random[SX_RANDOM_SIZE],
    struct sx_change_list *changes, struct sx_error *err)
{
    for (size_t i = 0; i < changes->count; i++) {
        char **values[] = {&changes->items[i].value, &changes->items[i].old_value};

        for (size_t j = 0; j < 2 && changes->items[i].flags & SX_NODE_SECRETS; j++) {
            char *fresh = NULL;

            if (sx_secrets_reseal(
                    secrets, random, changes->items[i].path, *values[j], &fresh, err) < 0)
                return -1;
            if (!fresh)
                continue;
            free(*values[j]);
            *values[j] = fresh;
        }
    }
    return 0;
}
