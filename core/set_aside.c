// SPDX-License-Identifier: Apache-2.0
#include "set_aside.h"

#include "hex.h"
#include "secret.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/** Longest text that is tried as a stand-in, with NUL: a SHA-512 hash of crypt(3). */
#define STAND_IN_MAX 128

static void release(struct sx_set_aside_item *item)
{
    free(item->path);
    free(item->sealed);
    sx_secret_free(item->stand_in);
}

void sx_set_aside_clear(struct sx_set_aside *aside)
{
    for (size_t i = 0; i < aside->count; i++)
        release(&aside->items[i]);
    free(aside->items);
    *aside = (struct sx_set_aside){0};
}

const struct sx_set_aside_item *sx_set_aside_find(
    const struct sx_set_aside *aside, const char *path)
{
    for (size_t i = 0; i < aside->count; i++)
        if (strcmp(aside->items[i].path, path) == 0)
            return &aside->items[i];
    return NULL;
}

void sx_set_aside_prune(struct sx_set_aside *aside,
    bool (*gone)(void *context, const struct sx_set_aside_item *item), void *context)
{
    size_t kept = 0;

    for (size_t i = 0; i < aside->count; i++)
        if (gone(context, &aside->items[i]))
            release(&aside->items[i]);
        else
            aside->items[kept++] = aside->items[i];
    aside->count = kept;
}

static void add(struct sx_set_aside *aside, struct sx_set_aside_item item)
{
    aside->items = sx_grow(aside->items, aside->count, &aside->capacity, sizeof *aside->items);
    aside->items[aside->count++] = item;
}

void sx_set_aside_join(struct sx_set_aside *aside, struct sx_set_aside *from)
{
    for (size_t i = 0; i < from->count; i++)
        add(aside, from->items[i]);
    from->count = 0;
    sx_set_aside_clear(from);
}

static bool fits(const struct lysc_node *leaf, const char *value)
{
    return lyd_value_validate(leaf->module->ctx, leaf, value, strlen(value), NULL, NULL, NULL) ==
           LY_SUCCESS;
}

static bool is_number(const struct lysc_type *type)
{
    switch (type->basetype) {
    case LY_TYPE_INT8:
    case LY_TYPE_INT16:
    case LY_TYPE_INT32:
    case LY_TYPE_UINT8:
    case LY_TYPE_UINT16:
    case LY_TYPE_UINT32:
    case LY_TYPE_BOOL:
        return true;
    default:
        return false;
    }
}

/* A password's hash that nothing has: letters of crypt(3) in the form that its type asks for. */
static void make_hash(const char *hex, char ret_value[STAND_IN_MAX])
{
    char *end = stpcpy(ret_value, "$6$");

    for (int i = 0; i < 8; i++)
        *end++ = hex[i];
    *end++ = '$';
    for (int i = 0; i < 86; i++)
        *end++ = hex[i % 64];
    *end = '\0';
}

static bool try_enums(const struct lysc_type *type, char ret_value[STAND_IN_MAX])
{
    const struct lysc_type_enum *enums = (const struct lysc_type_enum *)type;

    if (type->basetype != LY_TYPE_ENUM || strlen(enums->enums[0].name) >= STAND_IN_MAX)
        return false;
    strcpy(ret_value, enums->enums[0].name);
    return true;
}

/* A value that the leaf's type takes: as much of `hex` as it can hold, or some that is as good as
 * none where the type leaves no room for what cannot be guessed. */
static bool make_value(const struct lysc_node *leaf, const char *hex, char ret_value[STAND_IN_MAX])
{
    static const char *const plain[] = {"", "1", "0", "100", "1.0", "true"};
    static const size_t lengths[] = {64, 32, 20, 16, 12, 8, 6, 4};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memcpy(ret_value, hex, lengths[i]);
        ret_value[lengths[i]] = '\0';
        /* A number of JSON does not begin with a zero. */
        if ((*ret_value != '0' || !is_number(((const struct lysc_node_leaf *)leaf)->type)) &&
            fits(leaf, ret_value))
            return true;
    }
    make_hash(hex, ret_value);
    if (fits(leaf, ret_value))
        return true;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        strcpy(ret_value, plain[i]);
        if (fits(leaf, ret_value))
            return true;
    }
    return try_enums(((const struct lysc_node_leaf *)leaf)->type, ret_value);
}

static char *make_token(const struct lysc_node *leaf, const char *value)
{
    const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf)->type;

    if (type->basetype == LY_TYPE_EMPTY)
        return sx_strdup("[null]");
    return is_number(type) ? sx_strdup(value) : sx_format("\"%s\"", value);
}

int sx_set_aside_add(struct sx_set_aside *aside, const uint8_t key[SX_DIGEST_SIZE],
    enum sx_scope scope, const struct sx_secret_found *found, char **ret_token,
    struct sx_error *err)
{
    uint8_t hash[SX_DIGEST_SIZE];
    char hex[2 * SX_DIGEST_SIZE + 1], value[STAND_IN_MAX];
    size_t size = 0;

    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, SX_DIGEST_SIZE,
            (const uint8_t *)found->token, found->length, hash, sizeof hash, &size))
        abort(); /* no memory, or a libcrypto without SHA-256 */
    sx_hex_encode(hash, sizeof hash, hex);
    if (!make_value(found->leaf, hex, value))
        return sx_error_set(err, SX_E_OPERATION_FAILED,
            "%s cannot be decrypted, and its type leaves no other value to take: put back the file "
            "with the system key that it was stored with",
            found->path);
    add(aside, (struct sx_set_aside_item){.scope = scope,
                   .path = sx_strdup(found->path),
                   .sealed = sx_strndup(found->token, found->length),
                   .stand_in = make_token(found->leaf, value)});
    *ret_token = sx_strdup(aside->items[aside->count - 1].stand_in);
    return 0;
}
