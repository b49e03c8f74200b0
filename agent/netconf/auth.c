// SPDX-License-Identifier: Apache-2.0
/* The thread that answers who somebody is. */
#include "netconf/auth.h"

#include "log.h"
#include "sextant/memory.h"

#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Stack of the thread: libyang parses one small entry in it. */
#define STACK_SIZE (256u << 10)
/** Buffer for one entry of the system's user database. */
#define PASSWD_SIZE 16384

struct ag_auth_ticket {
    struct ag_auth_ticket *next;
    struct ag_loop *loop;
    enum ag_auth_method method;
    char user[AG_AUTH_NAME_MAX + 1];
    char *password, *algorithm, *key_data;
    uid_t uid;
    bool accepted;
    bool cancelled; /**< looked at in the loop thread alone */
    ag_auth_answer *answer;
    void *context;
};

struct ag_auth {
    struct ag_loop *loop;
    struct ag_auth_source source;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /**< of what follows; held for moments only */
    pthread_cond_t wake;
    bool stop;
    struct ag_auth_ticket *first, **end;
    size_t count;
};

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static void free_ticket(struct ag_auth_ticket *ticket)
{
    wipe(ticket->password);
    free(ticket->algorithm);
    free(ticket->key_data);
    free(ticket);
}

/* In the loop thread. */
static void deliver(void *argument)
{
    struct ag_auth_ticket *ticket = argument;

    if (!ticket->cancelled)
        ticket->answer(ticket->context, ticket->accepted, ticket->user);
    free_ticket(ticket);
}

/* The name that the system gives a user, or none. */
static void name_user(uid_t uid, char *ret_name, size_t size)
{
    char *buffer = sx_alloc(PASSWD_SIZE);
    struct passwd entry, *found = NULL;

    if (uid == 0)
        snprintf(ret_name, size, "root");
    else if (getpwuid_r(uid, &entry, buffer, PASSWD_SIZE, &found) == 0 && found &&
             strlen(found->pw_name) < size)
        snprintf(ret_name, size, "%s", found->pw_name);
    free(buffer);
}

static bool check(const struct ag_auth *auth, const struct ag_auth_ticket *ticket)
{
    struct ag_auth_user user = {0};
    struct sx_error err;
    bool accepted = false;

    if (auth->source.find(auth->source.context, ticket->user, &user, &err) < 0)
        ag_log(SX_LOG_ERROR, "log-in of user '%s': users cannot be looked up: %s", ticket->user,
            err.message);
    if (ticket->method == AG_AUTH_PASSWORD)
        accepted = ag_auth_check_password(&user, ticket->password);
    else if (ticket->method == AG_AUTH_KEY)
        accepted = ag_auth_check_key(&user, ticket->algorithm, ticket->key_data);
    else
        accepted = user.found;
    ag_auth_user_clear(&user);
    return accepted;
}

static void work(const struct ag_auth *auth, struct ag_auth_ticket *ticket)
{
    if (ticket->method == AG_AUTH_UID) {
        name_user(ticket->uid, ticket->user, sizeof ticket->user);
        /* Root and the daemon's own user could read and replace the store anyway. */
        if (ticket->uid == 0 || ticket->uid == geteuid()) {
            if (!*ticket->user)
                snprintf(ticket->user, sizeof ticket->user, "uid-%u", ticket->uid);
            ticket->accepted = true;
            return;
        }
        if (!*ticket->user)
            return;
    }
    ticket->accepted = check(auth, ticket);
}

static void *run(void *argument)
{
    struct ag_auth *auth = argument;

    pthread_mutex_lock(&auth->lock);
    while (!auth->stop) {
        struct ag_auth_ticket *ticket = auth->first;

        if (!ticket) {
            pthread_cond_wait(&auth->wake, &auth->lock);
            continue;
        }
        auth->first = ticket->next;
        if (!auth->first)
            auth->end = &auth->first;
        auth->count--;
        pthread_mutex_unlock(&auth->lock);
        work(auth, ticket);
        ag_loop_post(ticket->loop, deliver, ticket);
        pthread_mutex_lock(&auth->lock);
    }
    pthread_mutex_unlock(&auth->lock);
    return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct ag_auth *auth)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    int failure;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    failure = pthread_create(&auth->thread, &attributes, run, auth);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    auth->running = failure == 0;
    return failure;
}

int ag_auth_new(struct ag_loop *loop, struct ag_auth_source source, struct ag_auth **ret_auth,
    struct sx_error *err)
{
    struct ag_auth *auth = sx_alloc(sizeof *auth);
    int failure;

    auth->loop = loop;
    auth->source = source;
    auth->end = &auth->first;
    pthread_mutex_init(&auth->lock, NULL);
    pthread_cond_init(&auth->wake, NULL);
    failure = start_thread(auth);
    if (failure) {
        ag_auth_free(auth);
        return sx_error_set(
            err, SX_E_INTERNAL, "the log-in thread cannot be started: %s", strerror(failure));
    }
    *ret_auth = auth;
    return 0;
}

void ag_auth_free(struct ag_auth *auth)
{
    if (!auth)
        return;
    if (auth->running) {
        pthread_mutex_lock(&auth->lock);
        auth->stop = true;
        pthread_cond_signal(&auth->wake);
        pthread_mutex_unlock(&auth->lock);
        pthread_join(auth->thread, NULL);
    }
    while (auth->first) {
        struct ag_auth_ticket *ticket = auth->first;

        auth->first = ticket->next;
        free_ticket(ticket);
    }
    auth->source.close(auth->source.context);
    pthread_cond_destroy(&auth->wake);
    pthread_mutex_destroy(&auth->lock);
    free(auth);
}

struct ag_auth_ticket *ag_auth_ask(struct ag_auth *auth, const struct ag_auth_question *question,
    ag_auth_answer *answer, void *context)
{
    struct ag_auth_ticket *ticket;
    bool room;

    /* A name that is cut could be another user's. */
    if (question->user && strlen(question->user) > AG_AUTH_NAME_MAX)
        return NULL;
    ticket = sx_alloc(sizeof *ticket);
    ticket->loop = auth->loop;
    ticket->method = question->method;
    if (question->user)
        snprintf(ticket->user, sizeof ticket->user, "%s", question->user);
    ticket->password = sx_strdup(question->password);
    ticket->algorithm = sx_strdup(question->algorithm);
    ticket->key_data = sx_strdup(question->key_data);
    ticket->uid = question->uid;
    ticket->answer = answer;
    ticket->context = context;
    pthread_mutex_lock(&auth->lock);
    room = auth->count < AG_AUTH_QUEUE_MAX;
    if (room) {
        *auth->end = ticket;
        auth->end = &ticket->next;
        auth->count++;
        pthread_cond_signal(&auth->wake);
    }
    pthread_mutex_unlock(&auth->lock);
    if (room)
        return ticket;
    free_ticket(ticket);
    return NULL;
}

void ag_auth_cancel(struct ag_auth_ticket *ticket)
{
    if (ticket)
        ticket->cancelled = true;
}
