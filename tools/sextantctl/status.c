// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include "alarms.h"

#include <libyang/libyang.h>
#include <string.h>

#define REQUEST \
    "<get><filter type=\"subtree\">" \
    "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"/>" \
    "<system " \
    "xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><name/></system>" CTL_ALARMS_FILTER \
    "</filter></get>"

int ctl_status_fetch(
    struct ctl_session *session, struct lyd_node **ret_reply, struct ctl_fault *fault)
{
    return ctl_session_call(session, REQUEST, ret_reply, fault);
}

static const struct lyd_node *cluster_of(const struct lyd_node *reply)
{
    return ctl_child(ctl_child(reply, "data"), "cluster");
}

static bool is_true(const struct lyd_node *parent, const char *name)
{
    return strcmp(ctl_text(parent, name), "true") == 0;
}

static const char *or_else(const char *value, const char *other)
{
    return *value ? value : other;
}

/* Whether things are as they should be: shown as a tick or a cross. */
static const char *mark(bool good, bool marks)
{
    if (marks)
        return good ? "✓" : "✗";
    return good ? "[ok]" : "[!!]";
}

static void print_certificate(const struct lyd_node *peer, bool marks, FILE *out)
{
    const char *status = ctl_text(peer, "certificate-status");
    const char *reason = ctl_text(peer, "certificate-reason");

    if (strcmp(status, "valid") == 0)
        fprintf(out, "    %s Certificate: Valid\n", mark(true, marks));
    else if (strcmp(status, "invalid") == 0)
        fprintf(out, "    %s Certificate: Invalid (%s)\n", mark(false, marks),
            or_else(reason, "no reason given"));
    else
        fprintf(out, "    %s Certificate: Unknown\n", mark(false, marks));
}

static void print_peer(const struct lyd_node *peer, bool marks, FILE *out)
{
    const char *status = ctl_text(peer, "status");
    const char *lag = ctl_text(peer, "lag"), *failure = ctl_text(peer, "failure");
    bool own = strcmp(status, "this-system") == 0;
    bool active = strcmp(status, "active") == 0;

    fprintf(out, "  Peer %s  %s\n", ctl_text(peer, "index"), ctl_text(peer, "address"));
    if (!own || *ctl_text(peer, "certificate-status"))
        print_certificate(peer, marks, out);
    fprintf(out, "    %s Clustering: %s", mark((own || active) && !*failure, marks),
        or_else(ctl_text(peer, "status-text"), or_else(status, "Unknown")));
    if (*failure)
        fprintf(out, ": %s", failure);
    if (active && *lag && strcmp(lag, "0") != 0)
        fprintf(out, ", %s revision%s behind", lag, strcmp(lag, "1") == 0 ? "" : "s");
    fputc('\n', out);
    if (is_true(ctl_child(peer, "shared"), "maintenance-mode"))
        fprintf(out, "    %s In maintenance mode\n", mark(false, marks));
}

static void print_database(const struct lyd_node *cluster, FILE *out)
{
    const struct lyd_node *replication = ctl_child(cluster, "replication");
    const char *status = or_else(ctl_text(replication, "database-status"), "unknown");
    const char *progress = ctl_text(replication, "progress");
    const char *lineage = ctl_text(replication, "lineage");

    fprintf(out, "Database:           %c%s", status[0] >= 'a' ? status[0] - 'a' + 'A' : status[0],
        status + 1);
    if (*progress)
        fprintf(out, " (%s %%)", progress);
    fprintf(out, "\nRevision:           %s%s%s\n", or_else(ctl_text(replication, "revision"), "0"),
        *lineage ? " of lineage " : "", lineage);
    fprintf(out, "Synchronisation:    last %s, next %s\n",
        or_else(ctl_text(replication, "last-sync"), "never"),
        or_else(ctl_text(replication, "next-sync"), "not planned"));
}

static void print_key(const struct lyd_node *cluster, FILE *out)
{
    const struct lyd_node *key = ctl_child(cluster, "system-key");
    const char *unreadable = ctl_text(key, "unreadable");

    if (!key)
        return;
    fprintf(out, "System key:         %s%s\n", ctl_text(key, "identifier"),
        strcmp(ctl_text(key, "update"), "active") == 0 ? ", all secrets are being encrypted with it"
                                                       : "");
    if (*unreadable && strcmp(unreadable, "0") != 0)
        fprintf(out, "Unreadable secrets: %s, check-secrets lists them\n", unreadable);
}

static void print_mode(const struct lyd_node *cluster, FILE *out)
{
    const char *mode = or_else(ctl_text(cluster, "tls-verification"), "permissive");
    const char *in_force = or_else(ctl_text(cluster, "tls-verification-in-force"), mode);

    fprintf(out, "TLS verification:   %s", mode);
    if (strcmp(mode, in_force) != 0)
        fprintf(out, ", %s until the restart", in_force);
    fputc('\n', out);
}

static void print_head(const struct lyd_node *data, const struct lyd_node *cluster, FILE *out)
{
    const char *primary = ctl_text(cluster, "configuration-primary");
    const struct lyd_node *peer = ctl_child(ctl_child(cluster, "peers"), "peer");

    while (peer && strcmp(ctl_text(peer, "index"), primary) != 0)
        peer = ctl_next(peer);
    fprintf(out, "System:             %s\n",
        or_else(ctl_text(ctl_child(data, "system"), "name"), "(no name)"));
    fprintf(out, "Cluster:            %s\n", or_else(ctl_text(cluster, "name"), "(no name)"));
    fprintf(out, "Role:               %s\n", or_else(ctl_text(cluster, "role"), "unknown"));
    if (peer)
        fprintf(out, "Primary:            peer %s, %s\n", primary, ctl_text(peer, "address"));
    print_mode(cluster, out);
}

void ctl_status_text(const struct lyd_node *reply, bool marks, FILE *out)
{
    const struct lyd_node *data = ctl_child(reply, "data");
    const struct lyd_node *cluster = cluster_of(reply);
    const struct lyd_node *peer = ctl_child(ctl_child(cluster, "peers"), "peer");
    const struct lyd_node *warning = ctl_child(cluster, "warnings");

    print_head(data, cluster, out);
    print_database(cluster, out);
    print_key(cluster, out);
    if (is_true(cluster, "restart-required"))
        fputs("Restart required:   yes, something configured is not in force yet\n", out);
    if (is_true(cluster, "factory-reset-armed"))
        fputs("FACTORY RESET:      the next restart erases this system's configuration\n", out);
    fputs("Peers:\n", out);
    if (!peer)
        fputs("  none, this system stands alone\n", out);
    for (; peer; peer = ctl_next(peer))
        print_peer(peer, marks, out);
    fputs("Warnings:\n", out);
    if (!warning)
        fputs("  none\n", out);
    for (; warning; warning = ctl_next(warning))
        fprintf(out, "  %s\n", lyd_get_value(warning));
    fputs("Alarms:\n", out);
    if (ctl_alarms_text(data, out) == 0)
        fputs("  none\n", out);
}

static void shared_json(const struct lyd_node *shared, struct ctl_json *json)
{
    static const char *const numbers[] = {"age", "memory", "processor", "sessions"};
    const struct lyd_node *key = ctl_child(shared, "licence-key");

    ctl_json_open(json, "shared", '{');
    ctl_json_bool(json, "maintenance-mode", is_true(shared, "maintenance-mode"));
    ctl_json_text(json, "host-name", ctl_text(shared, "host-name"));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ctl_json_number(json, numbers[i], ctl_text(shared, numbers[i]));
    ctl_json_open(json, "licence-keys", '[');
    for (; key; key = ctl_next(key))
        ctl_json_text(json, NULL, lyd_get_value(key));
    ctl_json_close(json, ']');
    ctl_json_close(json, '}');
}

static void peer_json(const struct lyd_node *peer, struct ctl_json *json)
{
    static const char *const texts[] = {"address", "status", "status-text", "failure",
        "certificate-status", "certificate-reason", "resolved-address", "role", "system-name",
        "software-version", "lineage", "last-seen"};
    static const char *const numbers[] = {"revision", "lag", "round-trip"};

    ctl_json_open(json, NULL, '{');
    ctl_json_number(json, "index", ctl_text(peer, "index"));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ctl_json_text(json, texts[i], ctl_text(peer, texts[i]));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ctl_json_number(json, numbers[i], ctl_text(peer, numbers[i]));
    if (ctl_child(peer, "shared"))
        shared_json(ctl_child(peer, "shared"), json);
    ctl_json_close(json, '}');
}

static void database_json(const struct lyd_node *replication, struct ctl_json *json)
{
    ctl_json_open(json, "database", '{');
    ctl_json_text(json, "status", ctl_text(replication, "database-status"));
    ctl_json_text(json, "lineage", ctl_text(replication, "lineage"));
    ctl_json_number(json, "revision", or_else(ctl_text(replication, "revision"), "0"));
    ctl_json_text(json, "digest", ctl_text(replication, "digest"));
    ctl_json_text(json, "last-sync", ctl_text(replication, "last-sync"));
    ctl_json_text(json, "next-sync", ctl_text(replication, "next-sync"));
    ctl_json_number(json, "progress", ctl_text(replication, "progress"));
    ctl_json_close(json, '}');
}

void ctl_status_json(const struct lyd_node *reply, FILE *out)
{
    const struct lyd_node *data = ctl_child(reply, "data");
    const struct lyd_node *cluster = cluster_of(reply);
    const struct lyd_node *peer = ctl_child(ctl_child(cluster, "peers"), "peer");
    const struct lyd_node *warning = ctl_child(cluster, "warnings");
    struct ctl_json json = {.out = out};

    ctl_json_open(&json, NULL, '{');
    ctl_json_text(&json, "system-name", ctl_text(ctl_child(data, "system"), "name"));
    ctl_json_text(&json, "cluster-name", ctl_text(cluster, "name"));
    ctl_json_text(&json, "role", ctl_text(cluster, "role"));
    ctl_json_number(&json, "local-index", ctl_text(cluster, "local-index"));
    ctl_json_number(&json, "configuration-primary", ctl_text(cluster, "configuration-primary"));
    ctl_json_text(&json, "ip-version", or_else(ctl_text(cluster, "ip-version"), "ipv4"));
    ctl_json_text(
        &json, "tls-verification", or_else(ctl_text(cluster, "tls-verification"), "permissive"));
    ctl_json_text(
        &json, "tls-verification-in-force", ctl_text(cluster, "tls-verification-in-force"));
    ctl_json_bool(&json, "restart-required", is_true(cluster, "restart-required"));
    ctl_json_bool(&json, "factory-reset-armed", is_true(cluster, "factory-reset-armed"));
    database_json(ctl_child(cluster, "replication"), &json);
    ctl_json_open(&json, "peers", '[');
    for (; peer; peer = ctl_next(peer))
        peer_json(peer, &json);
    ctl_json_close(&json, ']');
    ctl_json_open(&json, "warnings", '[');
    for (; warning; warning = ctl_next(warning))
        ctl_json_text(&json, NULL, lyd_get_value(warning));
    ctl_json_close(&json, ']');
    ctl_json_open(&json, "alarms", '[');
    ctl_alarms_json(data, &json);
    ctl_json_close(&json, ']');
    ctl_json_close(&json, '}');
}

static bool has_warning(const struct lyd_node *cluster, const char *text)
{
    const struct lyd_node *warning = ctl_child(cluster, "warnings");

    for (; warning; warning = ctl_next(warning))
        if (strcmp(lyd_get_value(warning), text) == 0)
            return true;
    return false;
}

void ctl_status_news(const struct lyd_node *before, const struct lyd_node *now, FILE *out)
{
    const struct lyd_node *old = before ? cluster_of(before) : NULL;
    const struct lyd_node *cluster = cluster_of(now);
    const struct lyd_node *warning = ctl_child(cluster, "warnings");

    if (is_true(cluster, "restart-required") && !is_true(old, "restart-required"))
        fputs("warning: a restart is required before all of this is in force\n", out);
    for (; warning; warning = ctl_next(warning))
        if (!has_warning(old, lyd_get_value(warning)))
            fprintf(out, "warning: %s\n", lyd_get_value(warning));
}
