// SPDX-License-Identifier: Apache-2.0
#include "digest_walk.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void sx_digest_sum(uint8_t digest[SX_DIGEST_SIZE], const uint8_t delta[SX_DIGEST_SIZE])
{
    unsigned carry = 0;

    for (size_t i = 0; i < SX_DIGEST_SIZE; i++) {
        carry += (unsigned)digest[i] + delta[i];
        digest[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void take_away(uint8_t digest[SX_DIGEST_SIZE], const uint8_t delta[SX_DIGEST_SIZE])
{
    unsigned borrow = 0;

    for (size_t i = 0; i < SX_DIGEST_SIZE; i++) {
        unsigned difference = 256u + digest[i] - delta[i] - borrow;

        digest[i] = (uint8_t)difference;
        borrow = difference < 256u;
    }
}

void sx_digest_begin(struct sx_digest_walk *walk, uint8_t digest[SX_DIGEST_SIZE],
    const uint8_t key[SX_DIGEST_SIZE], bool subtract)
{
    *walk = (struct sx_digest_walk){.digest = digest, .key = key, .subtract = subtract};
    walk->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    walk->context = EVP_MD_CTX_new();
    if (!walk->algorithm || !walk->context)
        abort(); /* no memory, or a libcrypto without SHA-256 */
    sx_text_add(&walk->path, "", 0);
}

void sx_digest_end(struct sx_digest_walk *walk)
{
    EVP_MD_CTX_free(walk->context);
    EVP_MD_free(walk->algorithm);
    free(walk->path.data);
    if (walk->input.data)
        OPENSSL_cleanse(walk->input.data, walk->input.capacity); /* secrets stood in it */
    free(walk->input.data);
}

static void hash_plain(struct sx_digest_walk *walk, uint8_t ret_hash[SX_DIGEST_SIZE])
{
    if (EVP_DigestInit_ex(walk->context, walk->algorithm, NULL) != 1 ||
        EVP_DigestUpdate(walk->context, walk->input.data, walk->input.length) != 1 ||
        EVP_DigestFinal_ex(walk->context, ret_hash, NULL) != 1)
        abort();
}

static void hash_secret(struct sx_digest_walk *walk, uint8_t ret_hash[SX_DIGEST_SIZE])
{
    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, walk->key, SX_DIGEST_SIZE,
            (const uint8_t *)walk->input.data, walk->input.length, ret_hash, SX_DIGEST_SIZE, NULL))
        abort();
}

/* Hashes path NUL value, and NUL predecessor where there is one. */
static void add_item(struct sx_digest_walk *walk, const char *path, const char *value,
    const char *predecessor, bool secret)
{
    uint8_t hash[SX_DIGEST_SIZE];
    struct sx_text *input = &walk->input;

    sx_text_cut(input, 0);
    sx_text_add(input, path, strlen(path) + 1);
    sx_text_add(input, value, strlen(value));
    if (predecessor) {
        sx_text_add(input, "", 1);
        sx_text_add(input, predecessor, strlen(predecessor));
    }
    if (secret)
        hash_secret(walk, hash);
    else
        hash_plain(walk, hash);
    if (walk->subtract)
        take_away(walk->digest, hash);
    else
        sx_digest_sum(walk->digest, hash);
}

/* Path of the entry before `node` among its siblings, NULL when its list is not user-ordered. */
static char *predecessor_path(struct sx_digest_walk *walk, const struct lyd_node *node)
{
    size_t length = walk->path.length;
    char *path;

    if (!lysc_is_userordered(node->schema))
        return NULL;
    if (!node->prev->next || node->prev->schema != node->schema)
        return sx_strdup("");
    sx_path_add(&walk->path, node->prev, false);
    path = sx_strdup(walk->path.data);
    sx_text_cut(&walk->path, length);
    return path;
}

static void add_any(
    struct sx_digest_walk *walk, const struct lyd_node *node, const char *predecessor)
{
    char *text = NULL;

    if (lyd_print_mem(&text, node, LYD_JSON, LYD_PRINT_SHRINK) != LY_SUCCESS)
        abort(); /* it was parsed before, so only memory can be the reason */
    add_item(walk, walk->path.data, text, predecessor, false);
    free(text);
}

void sx_digest_node(
    struct sx_digest_walk *walk, const struct lyd_node *node, const char *predecessor)
{
    const struct sx_node_class *class = sx_schema_class(node->schema);
    size_t length = walk->path.length;
    bool counts;

    if (!class || (node->flags & LYD_DEFAULT))
        return;
    counts = class->scope == SX_SCOPE_REPLICATED && !lysc_is_np_cont(node->schema);
    sx_path_add(&walk->path, node, false);
    if (counts && (node->schema->nodetype & LYD_NODE_TERM))
        add_item(
            walk, walk->path.data, lyd_get_value(node), predecessor, class->flags & SX_NODE_SECRET);
    else if (counts && (node->schema->nodetype & LYD_NODE_ANY))
        add_any(walk, node, predecessor);
    else if (counts)
        add_item(walk, walk->path.data, "", predecessor, false);
    if (node->schema->nodetype & LYD_NODE_INNER)
        sx_digest_siblings(walk, lyd_child(node));
    sx_text_cut(&walk->path, length);
}

void sx_digest_linked(struct sx_digest_walk *walk, const struct lyd_node *node)
{
    char *before = predecessor_path(walk, node);

    sx_digest_node(walk, node, before);
    free(before);
}

void sx_digest_siblings(struct sx_digest_walk *walk, const struct lyd_node *first)
{
    for (const struct lyd_node *node = first; node; node = node->next)
        sx_digest_linked(walk, node);
}

void sx_digest_entry(struct sx_digest_walk *walk, const char *path, const char *predecessor)
{
    add_item(walk, path, "", predecessor, false);
}

static void walk_subtree(uint8_t digest[SX_DIGEST_SIZE], const uint8_t key[SX_DIGEST_SIZE],
    const struct lyd_node *subtree, bool subtract)
{
    struct sx_digest_walk walk;

    sx_digest_begin(&walk, digest, key, subtract);
    if (lyd_parent(subtree)) {
        char *path = sx_path_of(lyd_parent(subtree));

        sx_text_add(&walk.path, path, strlen(path));
        free(path);
    }
    sx_digest_linked(&walk, subtree);
    sx_digest_end(&walk);
}

void sx_digest_add(uint8_t digest[SX_DIGEST_SIZE], const uint8_t key[SX_DIGEST_SIZE],
    const struct lyd_node *subtree)
{
    walk_subtree(digest, key, subtree, false);
}

void sx_digest_subtract(uint8_t digest[SX_DIGEST_SIZE], const uint8_t key[SX_DIGEST_SIZE],
    const struct lyd_node *subtree)
{
    walk_subtree(digest, key, subtree, true);
}
