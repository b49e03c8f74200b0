// SPDX-License-Identifier: Apache-2.0
/* Passwords and keys held against what is configured. */
#include "netconf/auth.h"

#include "sextant/memory.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/** What is hashed for a user who cannot log in by password: the method that the engine hashes
 * passwords with, so that an answer takes as long as for a user who can. */
static const char nobody[] = "$6$nobodynobody0000$";

void ag_auth_user_clear(struct ag_auth_user *user)
{
    if (user->password)
        explicit_bzero(user->password, strlen(user->password));
    free(user->password);
    for (size_t i = 0; i < user->key_count; i++) {
        free(user->keys[i].algorithm);
        free(user->keys[i].data);
    }
    free(user->keys);
    memset(user, 0, sizeof *user);
}

/* Rounds that a hash asks for; 0 when it does not say. */
static unsigned long rounds(const char *hash)
{
    static const char field[] = "rounds=";

    if (strncmp(hash, "$5$", 3) != 0 && strncmp(hash, "$6$", 3) != 0)
        return 0;
    return strncmp(hash + 3, field, sizeof field - 1) == 0
               ? strtoul(hash + 3 + sizeof field - 1, NULL, 10)
               : 0;
}

bool ag_auth_check_password(const struct ag_auth_user *user, const char *password)
{
    const char *hash = user->found ? user->password : NULL;
    struct crypt_data *data = sx_alloc(sizeof *data);
    const char *result;
    size_t length;
    bool right;

    if (hash && (hash[0] != '$' || rounds(hash) > AG_AUTH_ROUNDS_MAX))
        hash = NULL;
    result = crypt_r(password, hash ? hash : nobody, data);
    /* What cannot be hashed gives a text that begins with *, which is no hash. */
    length = result && hash ? strlen(result) : 0;
    right = length > 0 && result[0] == '$' && length == strlen(hash) &&
            CRYPTO_memcmp(result, hash, length) == 0;
    explicit_bzero(data, sizeof *data);
    free(data);
    return right;
}

/* Next character of base64 that counts: white space and padding do not. */
static char significant(const char **text)
{
    while (**text && strchr(" \t\r\n=", **text))
        (*text)++;
    return **text ? *(*text)++ : '\0';
}

static bool same_data(const char *one, const char *other)
{
    char a, b;

    do {
        a = significant(&one);
        b = significant(&other);
    } while (a == b && a != '\0');
    return a == b;
}

static bool same_algorithm(const char *configured, const char *offered)
{
    /* An RSA key is called ssh-rsa; its signatures have names too, which people write instead. */
    return strcmp(configured, offered) == 0 ||
           (strcmp(offered, "ssh-rsa") == 0 && (strcmp(configured, "rsa-sha2-256") == 0 ||
                                                   strcmp(configured, "rsa-sha2-512") == 0));
}

bool ag_auth_check_key(const struct ag_auth_user *user, const char *algorithm, const char *data)
{
    const char *start = data;

    if (!user->found || significant(&start) == '\0')
        return false;
    for (size_t i = 0; i < user->key_count; i++)
        if (same_algorithm(user->keys[i].algorithm, algorithm) &&
            same_data(user->keys[i].data, data))
            return true;
    return false;
}
