// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "alarms.h"
#include "aside.h"
#include "backup.h"
#include "diff.h"
#include "diff_text.h"
#include "edit.h"
#include "purge.h"
#include "rolling.h"
#include "status.h"

#include <langinfo.h>
#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CTL_CLUSTER_NS "urn:sextant:params:xml:ns:yang:sextant-cluster"
#define RPC(name) "<" name " xmlns=\"" CTL_CLUSTER_NS "\"/>"
/* Revisions that `history` shows without -n. */
#define HISTORY_LINES 20
/* Pause between two tries to reach a daemon that restarts. */
#define RETRY_NS (20 * 1000 * 1000)

static int run_status(struct ctl_call *call, struct ctl_fault *fault)
{
    struct lyd_node *reply;

    if (ctl_status_fetch(&call->session, &reply, fault) < 0)
        return -1;
    if (call->json)
        ctl_status_json(reply, stdout);
    else
        ctl_status_text(reply, strcmp(nl_langinfo(CODESET), "UTF-8") == 0, stdout);
    lyd_free_all(reply);
    return 0;
}

static int run_alarms(struct ctl_call *call, struct ctl_fault *fault)
{
    struct ctl_json json = {.out = stdout};
    struct lyd_node *reply;

    if (ctl_session_call(&call->session,
            "<get><filter type=\"subtree\">" CTL_ALARMS_FILTER "</filter></get>", &reply,
            fault) < 0)
        return -1;
    if (call->json) {
        ctl_json_open(&json, NULL, '[');
        ctl_alarms_json(ctl_child(reply, "data"), &json);
        ctl_json_close(&json, ']');
    } else if (ctl_alarms_text(ctl_child(reply, "data"), stdout) == 0) {
        puts("No alarm is up.");
    }
    lyd_free_all(reply);
    return 0;
}

int ctl_come_back(struct ctl_call *call, struct ctl_fault *fault)
{
    const struct timespec pause = {.tv_nsec = RETRY_NS};
    struct timespec now;
    time_t limit;

    clock_gettime(CLOCK_MONOTONIC, &now);
    limit = now.tv_sec + CTL_ANSWER_SECONDS;
    for (;;) {
        ctl_session_close(&call->session);
        if (ctl_session_open(call->socket, &call->session, fault) == 0)
            return 0;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= limit)
            return -1;
        nanosleep(&pause, NULL);
    }
}

static int run_restart(struct ctl_call *call, struct ctl_fault *fault)
{
    struct lyd_node *reply = NULL;
    struct lyd_node *now = NULL;

    if (ctl_session_call(&call->session, RPC("restart"), &reply, fault) < 0)
        return -1;
    lyd_free_all(reply);
    if (ctl_client_wait_end(call->session.client, fault) < 0 || ctl_come_back(call, fault) < 0 ||
        ctl_status_fetch(&call->session, &now, fault) < 0)
        return -1;
    puts("sextantd has restarted.");
    ctl_status_news(NULL, now, stdout);
    lyd_free_all(now);
    return 0;
}

static int run_force_config_update(struct ctl_call *call, struct ctl_fault *fault)
{
    struct lyd_node *reply = NULL;
    struct lyd_node *now = NULL;
    const char *backup;

    if (ctl_session_call(&call->session, RPC("force-config-update"), &reply, fault) < 0)
        return -1;
    backup = ctl_text(reply, "backup");
    printf("The primary's configuration replaces this system's%s%s.\n",
        *backup ? "; the former one is kept in " : "", backup);
    lyd_free_all(reply);
    if (ctl_status_fetch(&call->session, &now, fault) < 0)
        return -1;
    ctl_status_news(NULL, now, stdout);
    lyd_free_all(now);
    return 0;
}

/* A terminal shows colours, unless its user does not want any. */
static bool in_colour(void)
{
    const char *unwanted = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(unwanted && *unwanted);
}

static int run_suggest_mappings(struct ctl_call *call, struct ctl_fault *fault)
{
    bool apply = call->count > 0;
    const struct lyd_node *item;
    struct lyd_node *reply = NULL;

    if (apply && strcmp(call->arguments[0], "apply") != 0)
        return ctl_fail(fault, CTL_EXIT_USAGE,
            "suggest-mappings: %s is not apply; without it the "
            "mappings are only shown",
            call->arguments[0]);
    if (ctl_session_call(&call->session,
            apply ? "<suggest-mappings xmlns=\"" CTL_CLUSTER_NS "\"><apply/></suggest-mappings>"
                  : RPC("suggest-mappings"),
            &reply, fault) < 0)
        return -1;
    item = ctl_child(reply, "suggestion");
    for (; item; item = ctl_next(item)) {
        const char *status = ctl_text(item, "status");
        const char *name = ctl_text(item, "fqdn"), *address = ctl_text(item, "ip-address");

        printf("peer %s: %s -> %s: %s\n", ctl_text(item, "index"),
            *name ? name : "(its name is not known)",
            *address ? address : "(its address is not known)",
            apply && strcmp(status, "new") == 0 ? "entered" : status);
    }
    lyd_free_all(reply);
    return 0;
}

static int run_preview(struct ctl_call *call, struct ctl_fault *fault)
{
    struct ctl_diff_text text = {.out = stdout, .colour = in_colour()};
    struct lyd_node *reply = NULL;

    if (ctl_session_call(&call->session, RPC("preview-config-update"), &reply, fault) < 0)
        return -1;
    printf("Taking the primary's configuration, revision %s, would change:\n",
        ctl_text(reply, "revision"));
    ctl_diff_text_changes(&text, reply);
    ctl_diff_text_end(&text);
    if (strcmp(ctl_text(reply, "more"), "true") == 0)
        puts("and more");
    lyd_free_all(reply);
    return 0;
}

static int run_force_key_update(struct ctl_call *call, struct ctl_fault *fault)
{
    struct lyd_node *reply = NULL;

    if (ctl_session_call(&call->session, RPC("force-system-key-update"), &reply, fault) < 0)
        return -1;
    lyd_free_all(reply);
    puts("All secrets are being encrypted with a new system key; status tells when that is done.");
    return 0;
}

static int run_check_secrets(struct ctl_call *call, struct ctl_fault *fault)
{
    const struct lyd_node *item;
    struct lyd_node *reply = NULL;

    if (ctl_session_call(&call->session, RPC("check-secrets"), &reply, fault) < 0)
        return -1;
    item = ctl_child(reply, "unreadable");
    if (!item)
        puts("Every secret can be decrypted.");
    for (; item; item = ctl_next(item))
        puts(lyd_get_value(item));
    lyd_free_all(reply);
    return 0;
}

static int run_accept_peer_key(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *index = call->arguments[0];
    struct lyd_node *reply = NULL;
    char request[256];

    if (strlen(index) != 1 || *index < '1' || *index > '6')
        return ctl_fail(
            fault, CTL_EXIT_USAGE, "accept-peer-key: %s is not the index of a peer, 1 to 6", index);
    snprintf(request, sizeof request,
        "<accept-peer-key xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
        "<index>%s</index></accept-peer-key>",
        index);
    if (ctl_session_call(&call->session, request, &reply, fault) < 0)
        return -1;
    lyd_free_all(reply);
    printf("Peer %s is known by the key that it shows now.\n", index);
    return 0;
}

static int run_get(struct ctl_call *call, struct ctl_fault *fault)
{
    return ctl_get(&call->session, call->arguments[0], call->json, stdout, fault);
}

static int run_set(struct ctl_call *call, struct ctl_fault *fault)
{
    if (call->count % 2 != 0)
        return ctl_fail(
            fault, CTL_EXIT_USAGE, "set: %s has no value", call->arguments[call->count - 1]);
    if (call->wait && ctl_check_wait(call->wait, fault) < 0)
        return -1;
    return ctl_edit(
        &call->session, CTL_EDIT_SET, call->arguments, call->count, call->wait, stdout, fault);
}

static int run_delete(struct ctl_call *call, struct ctl_fault *fault)
{
    if (call->wait && ctl_check_wait(call->wait, fault) < 0)
        return -1;
    return ctl_edit(
        &call->session, CTL_EDIT_DELETE, call->arguments, call->count, call->wait, stdout, fault);
}

static int run_history(struct ctl_call *call, struct ctl_fault *fault)
{
    return ctl_history(
        &call->session, call->lines ? call->lines : HISTORY_LINES, call->json, stdout, fault);
}

static int run_diff(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *from = call->count == 2 ? call->arguments[0] : NULL;
    const char *to = call->count > 0 ? call->arguments[call->count - 1] : NULL;
    size_t count;

    if ((from && ctl_check_revision(from, fault) < 0) || (to && ctl_check_revision(to, fault) < 0))
        return -1;
    return ctl_diff(&call->session, from, to, call->json, in_colour(), stdout, &count, fault);
}

static int run_rollback(struct ctl_call *call, struct ctl_fault *fault)
{
    if (ctl_check_revision(call->arguments[0], fault) < 0)
        return -1;
    return ctl_rollback(&call->session, call->arguments[0], call->sure, in_colour(), stdout, fault);
}

const struct ctl_command ctl_commands[] = {
    {"status", "[--json]", "j", 0, 0, run_status},
    {"alarms", "[--json]", "j", 0, 0, run_alarms},
    {"get", "[--json] PATH", "j", 1, 1, run_get},
    {"set", "[--wait WHO] PATH VALUE [PATH VALUE]...", "w", 2, CTL_EDIT_MAX, run_set},
    {"delete", "[--wait WHO] PATH...", "w", 1, CTL_EDIT_MAX, run_delete},
    {"history", "[-n N] [--json]", "jn", 0, 0, run_history},
    {"diff", "[--json] [REVISION [REVISION]]", "j", 0, 2, run_diff},
    {"rollback", "[--yes] REVISION", "y", 1, 1, run_rollback},
    {"restart", "", "", 0, 0, run_restart},
    {"rolling-restart", "[resume|abandon]", "", 0, 1, ctl_rolling_restart},
    {"force-config-update", "", "", 0, 0, run_force_config_update},
    {"preview-config-update", "", "", 0, 0, run_preview},
    {"suggest-mappings", "[apply]", "", 0, 1, run_suggest_mappings},
    {"force-system-key-update", "", "", 0, 0, run_force_key_update},
    {"accept-peer-key", "INDEX", "", 1, 1, run_accept_peer_key},
    {"check-secrets", "", "", 0, 0, run_check_secrets},
    {"backup", "[--passphrase-file FILE] [FILE]", "p", 0, 1, ctl_backup},
    {"verify-backup", "[--passphrase-file FILE] FILE", "p-", 1, 1, ctl_verify_backup},
    {"restore", "[--passphrase-file FILE] FILE", "p", 1, 1, ctl_restore},
    {"set-aside", "", "", 0, 0, ctl_set_aside},
    {"discard-set-aside", "[PATH]", "", 0, 1, ctl_discard_set_aside},
    {"purge-database", "[--state DIR] [--yes --yes]", "sy-", 0, 0, ctl_purge_database},
    {NULL, NULL, NULL, 0, 0, NULL},
};

const struct ctl_command *ctl_command(const char *name)
{
    for (const struct ctl_command *command = ctl_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

bool ctl_command_takes(const struct ctl_command *command, int option)
{
    return strchr(command->takes, option);
}
