// SPDX-License-Identifier: Apache-2.0
/* Logging in over SSH (RFC 4252). libssh's callbacks want an answer at once; its messages, which
 * it calls deprecated, can be kept until the answer is there. */
#define SSH_SUPPRESS_DEPRECATED
#include "log.h"
#include "netconf/ssh_private.h"
#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

static const char *method_name(ssh_message message)
{
    return ssh_message_subtype(message) == SSH_AUTH_METHOD_PASSWORD ? "password" : "public key";
}

static void refuse(struct ag_ssh_connection *connection, ssh_message message)
{
    const char *user = ssh_message_auth_user(message);

    ag_log(connection->probe ? SX_LOG_DEBUG : SX_LOG_WARNING,
        "SSH: log-in of user '%.255s' from %s by %s refused", user ? user : "", connection->address,
        method_name(message));
    free(connection->refused);
    connection->refused = sx_strndup(user ? user : "", AG_AUTH_NAME_MAX);
    ssh_message_reply_default(message);
    if (++connection->tries >= AG_SSH_TRIES_MAX)
        ag_ssh_connection_end(
            connection, "%u log-ins of user '%.64s' failed", connection->tries, user ? user : "");
}

static bool has_session(const struct ag_ssh_connection *connection)
{
    for (size_t i = 0; i < AG_SSH_CHANNELS_MAX; i++)
        if (connection->channels[i] && connection->channels[i]->session)
            return true;
    return false;
}

/* Connections without a session make room for the one that has just logged in. */
static void limit_connections(struct ag_ssh_server *server)
{
    struct ag_ssh_connection *connection, *next;

    for (connection = TAILQ_FIRST(&server->connections);
         connection && server->connection_count > AG_SSH_CONNECTIONS_MAX; connection = next) {
        next = TAILQ_NEXT(connection, link);
        if (next && !has_session(connection))
            ag_ssh_connection_free(connection);
    }
}

static void accept_user(struct ag_ssh_connection *connection, ssh_message message, const char *user)
{
    struct ag_ssh_server *server = connection->server;

    if (ssh_message_auth_reply_success(message, 0) != SSH_OK) {
        ag_ssh_connection_end(connection, "the log-in cannot be answered");
        return;
    }
    ag_log(SX_LOG_INFO, "SSH: user '%s' logged in from %s by %s", user, connection->address,
        method_name(message));
    TAILQ_REMOVE(&server->logins, connection, link);
    server->login_count--;
    connection->user = sx_strdup(user);
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    server->connection_count++;
    limit_connections(server);
    ag_ssh_callers_admit(server, ag_ssh_now_ms());
    ag_ssh_arm(server);
}

static void answered(void *context, bool accepted, const char *user)
{
    struct ag_ssh_connection *connection = context;
    ssh_message message = connection->asked;

    connection->asked = NULL;
    connection->ticket = NULL;
    if (!accepted)
        refuse(connection, message);
    else if (connection->probe)
        ssh_message_auth_reply_pk_ok_simple(message);
    else
        accept_user(connection, message, user);
    ssh_message_free(message);
    ag_ssh_connection_step(connection);
}

/* Hands a question on. Returns false when it cannot be asked. */
static bool ask(struct ag_ssh_connection *connection, ssh_message message,
    const struct ag_auth_question *question)
{
    connection->ticket = ag_auth_ask(connection->server->auth, question, answered, connection);
    if (!connection->ticket)
        return false;
    connection->asked = message;
    return true;
}

static bool ask_password(struct ag_ssh_connection *connection, ssh_message message)
{
    struct ag_auth_question question = {.method = AG_AUTH_PASSWORD,
        .user = ssh_message_auth_user(message),
        .password = ssh_message_auth_password(message)};

    connection->probe = false;
    return question.password && strlen(question.password) <= AG_AUTH_PASSWORD_MAX &&
           ask(connection, message, &question);
}

/* A key comes twice: first only to ask whether it would do, then with a signature, which libssh has
 * checked already. */
static bool ask_key(struct ag_ssh_connection *connection, ssh_message message)
{
    enum ssh_publickey_state_e signature = ssh_message_auth_publickey_state(message);
    ssh_key key = ssh_message_auth_pubkey(message);
    struct ag_auth_question question = {
        .method = AG_AUTH_KEY, .user = ssh_message_auth_user(message)};
    char *data = NULL;
    bool asked;

    connection->probe = signature == SSH_PUBLICKEY_STATE_NONE;
    if (!connection->probe && signature != SSH_PUBLICKEY_STATE_VALID)
        return false;
    if (!key || ssh_pki_export_pubkey_base64(key, &data) != SSH_OK)
        return false;
    question.algorithm = ssh_key_type_to_char(ssh_key_type(key));
    question.key_data = data;
    asked = question.algorithm && ask(connection, message, &question);
    ssh_string_free_char(data);
    return asked;
}

static bool take_authentication(struct ag_ssh_connection *connection, ssh_message message)
{
    const char *user = ssh_message_auth_user(message);
    int method = ssh_message_subtype(message);
    bool asked = false;

    if (connection->user || ++connection->requests > AG_SSH_REQUESTS_MAX) {
        ag_ssh_connection_end(connection, "too many authentication requests");
        return false;
    }
    if (method == SSH_AUTH_METHOD_NONE || method == SSH_AUTH_METHOD_UNKNOWN ||
        method == SSH_AUTH_METHOD_INTERACTIVE) {
        /* The answer lists the methods that there are. */
        ssh_message_reply_default(message);
        return false;
    }
    if (user && *user && strlen(user) <= AG_AUTH_NAME_MAX)
        asked = method == SSH_AUTH_METHOD_PASSWORD    ? ask_password(connection, message)
                : method == SSH_AUTH_METHOD_PUBLICKEY ? ask_key(connection, message)
                                                      : false;
    if (!asked)
        refuse(connection, message);
    return asked;
}

bool ag_ssh_login_message(struct ag_ssh_connection *connection, ssh_message message)
{
    const char *service;

    if (ssh_message_type(message) == SSH_REQUEST_AUTH)
        return take_authentication(connection, message);
    service = ssh_message_service_service(message);
    if (service && strcmp(service, "ssh-userauth") == 0 && !connection->user)
        ssh_message_service_reply_success(message);
    else
        ag_ssh_connection_end(connection, "it asks for service '%.64s'", service ? service : "");
    return false;
}
