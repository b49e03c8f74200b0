// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host.h"
#include "loop.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <sys/types.h>

/** Questions that wait for the thread; beyond it the answer is no. */
#define AG_AUTH_QUEUE_MAX 128
/** Longest name of a user, in bytes. */
#define AG_AUTH_NAME_MAX 255
/** Longest password, in bytes: libcrypt takes no more. */
#define AG_AUTH_PASSWORD_MAX 511
/** Keys of one user that are looked at. */
#define AG_AUTH_KEYS_MAX 256
/** A password hash that asks for more rounds (its "rounds=" field) than this is not checked: it
 * would hold up everybody else's log-in. */
#define AG_AUTH_ROUNDS_MAX 1000000

/** What is configured of a user: ietf-system's `authentication/user` (RFC 7317 section 3.5). Owns
 * its strings. */
struct ag_auth_user {
    bool found;
    char *password; /**< crypt hash, or NULL */
    struct ag_auth_key {
        char *algorithm; /**< name as in the IANA registry of SSH public key algorithms */
        char *data; /**< base64 of the key as SSH encodes it (RFC 4253 section 6.6) */
    } * keys;
    size_t key_count, key_capacity;
};

/** Releases what the user owns and empties it. */
void ag_auth_user_clear(struct ag_auth_user *user);

/** Reads the row of a user, one member {"ietf-system:user":[{…}]}, with a context that implements
 * ietf-system. *ret_user is the caller's to clear. */
int ag_auth_user_parse(const struct ly_ctx *context, const char *body,
    struct ag_auth_user *ret_user, struct sx_error *err);

/** Writes the list key of a user, such as [name='x']. False when the name cannot be written, and
 * so cannot be a user's. */
bool ag_auth_user_key(const char *name, char *ret_key, size_t size);

/**
 * Whether the password is the user's. Takes about as long for an unknown user, or one without a
 * password that can be checked, as for a wrong password. May take milliseconds.
 */
bool ag_auth_check_password(const struct ag_auth_user *user, const char *password);

/** Whether a key, named and encoded as in SSH, base64, is one of the user's. */
bool ag_auth_check_key(const struct ag_auth_user *user, const char *algorithm, const char *data);

/** Where users are looked up; called in the thread of the ag_auth alone. */
struct ag_auth_source {
    /** Fills *ret_user, whose `found` tells whether there is such a user. */
    int (*find)(
        void *context, const char *name, struct ag_auth_user *ret_user, struct sx_error *err);
    /** Releases the context; not called before the thread has ended. */
    void (*close)(void *context);
    void *context;
};

/** Users of the configuration that is stored. The host must outlive it. */
struct ag_auth_source ag_auth_store(struct ag_host *host);

/**
 * Answers whether somebody is who he claims to be, in a thread of its own: looking users up reads
 * the disk and checking a password takes milliseconds, neither of which the loop may do.
 */
struct ag_auth;

enum ag_auth_method {
    AG_AUTH_PASSWORD = 1,
    AG_AUTH_KEY,
    AG_AUTH_UID, /**< the other end of a UNIX socket */
};

/** What is asked. Strings are copied, and wiped after use. */
struct ag_auth_question {
    enum ag_auth_method method;
    const char *user; /**< PASSWORD, KEY */
    const char *password; /**< PASSWORD */
    const char *algorithm, *key_data; /**< KEY: see ag_auth_check_key() */
    uid_t uid; /**< UID */
};

/** A question that is on its way. */
struct ag_auth_ticket;

/** Takes the answer in the loop thread. `user` is his name as configured, valid during the call;
 * "" when the answer is no and none is known. */
typedef void ag_auth_answer(void *context, bool accepted, const char *user);

/** Starts the thread. The source passes to it also on failure. *ret_auth is the caller's. */
int ag_auth_new(struct ag_loop *loop, struct ag_auth_source source, struct ag_auth **ret_auth,
    struct sx_error *err);

/** Waits for the question that is being answered, drops the others and releases (NULL is fine).
 * Every ticket must have been answered or cancelled. */
void ag_auth_free(struct ag_auth *auth);

/** Asks. Returns NULL when the queue is full or the name too long; then no answer comes. The ticket
 * is valid until the answer or ag_auth_cancel(). Loop thread. */
struct ag_auth_ticket *ag_auth_ask(struct ag_auth *auth, const struct ag_auth_question *question,
    ag_auth_answer *answer, void *context);

/** No answer is wanted any more (NULL is fine). Loop thread. */
void ag_auth_cancel(struct ag_auth_ticket *ticket);
