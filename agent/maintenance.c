// SPDX-License-Identifier: Apache-2.0
#include "sextant/maintenance.h"
#include "host_private.h"
#include "log.h"
#include "peer/socket.h"
#include "sextant/memory.h"
#include "snmp_settings.h"
#include "tree.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* Work that may wait for the disk and that nobody waits for: moving the write-ahead log into the
 * database, reading this agent's own settings when they changed, and looking from time to time
 * whether the files of certificates did. */

static enum sx_log_level level_named(const char *name)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum sx_log_level)i;
    return SX_LOG_INFO;
}

static void apply_settings(struct ag_host *host, const struct lyd_node *tree)
{
    struct ag_snmp_settings settings;
    struct lyd_node *level = NULL;

    if (tree && lyd_find_path(tree, "/sextant-system:system/log-level", 0, &level) == LY_SUCCESS)
        ag_log_set_level(level_named(lyd_get_value(level)));
    if (!host->parts.snmp)
        return;
    ag_snmp_settings_read(tree, &settings);
    ag_snmp_configure(host->parts.snmp, &settings);
    explicit_bzero(&settings, sizeof settings);
}

static int read_trees(struct ag_host *host, struct sx_reader *reader,
    const struct sx_secret_keys *keys, struct lyd_node **ret_tree, struct sx_error *err)
{
    static const char *const paths[] = {"/sextant-system:system", "/ietf-system:system"};
    struct lyd_node *tree = NULL;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct lyd_node *part = NULL;

        if (ag_tree_read(reader, host->schema, keys, paths[i], &part, err) < 0) {
            lyd_free_all(tree);
            return -1;
        }
        if (part && lyd_insert_sibling(tree, part, &tree) != LY_SUCCESS)
            lyd_free_all(part);
    }
    *ret_tree = tree;
    return 0;
}

/* Keys that change while rows are read may be too old for them: then it is done once more. */
static int read_with_keys(struct ag_host *host, struct sx_reader *reader,
    struct lyd_node **ret_tree, struct sx_error *err)
{
    struct sx_secret_keys keys, later;
    int result;
    bool same;

    do {
        lyd_free_all(*ret_tree);
        *ret_tree = NULL;
        ag_host_keys(host, &keys);
        result = read_trees(host, reader, &keys, ret_tree, err);
        ag_host_keys(host, &later);
        same = memcmp(&keys, &later, sizeof keys) == 0;
    } while (result == 0 && !same);
    sx_secret_keys_clear(&keys);
    sx_secret_keys_clear(&later);
    return result;
}

/* The settings in the database of a folder; the tree is for lyd_free_all(). */
static int read_tree(
    struct ag_host *host, const char *directory, struct lyd_node **ret_tree, struct sx_error *err)
{
    struct sx_reader *reader = NULL;
    int result = -1;

    if (sx_reader_open(directory, NULL, &reader, err) == 0)
        result = read_with_keys(host, reader, ret_tree, err);
    sx_reader_close(reader);
    return result;
}

static bool has_targets(const struct lyd_node *tree)
{
    struct ly_set *found = NULL;
    bool has = tree &&
               lyd_find_xpath(tree, "/sextant-system:system/snmp/notification-targets/target",
                   &found) == LY_SUCCESS &&
               found->count > 0;

    ly_set_free(found, NULL);
    return has;
}

/* A database that stands in for another one has no settings: those of before are looked for, first
 * where targets of notifications are found. */
static int read_former(struct ag_host *host, struct lyd_node **ret_tree, struct sx_error *err)
{
    char *directory;

    for (size_t i = 0; (directory = ag_stand_in_former(host->failed_directory, i)); i++) {
        struct lyd_node *tree = NULL;
        int result = read_tree(host, directory, &tree, err);

        free(directory);
        if (result == 0 && has_targets(tree)) {
            *ret_tree = tree;
            return 0;
        }
        lyd_free_all(tree);
    }
    return read_tree(host, host->store_directory, ret_tree, err);
}

static void read_settings(struct ag_host *host)
{
    struct lyd_node *tree = NULL;
    struct sx_error err = {0};
    int result = host->failed_directory ? read_former(host, &tree, &err)
                                        : read_tree(host, host->store_directory, &tree, &err);

    if (result == 0)
        apply_settings(host, tree);
    else
        ag_log(SX_LOG_ERROR, "settings of this system cannot be read: %s", err.message);
    lyd_free_all(tree);
}

/** CA bundle and CRLs on their way to the loop thread. */
struct trust_call {
    struct ag_links *links;
    struct ag_trust *trust;
};

static void take_trust(void *argument)
{
    struct trust_call *call = argument;

    ag_links_trust(call->links, call->trust);
    free(call);
}

static void look_at_certificates(struct ag_host *host)
{
    struct ag_certificates_news news;

    ag_certificates_look(host->parts.certificates, &news);
    if (news.trust) {
        struct trust_call *call = sx_alloc(sizeof *call);

        *call = (struct trust_call){.links = host->parts.links, .trust = news.trust};
        ag_loop_post(host->loop, take_trust, call);
    }
    if (news.own) {
        struct sx_event event = {.type = SX_EVENT_OWN_CERTIFICATE};

        event.own_certificate.used = news.used;
        event.own_certificate.changed = news.changed;
        memcpy(event.own_certificate.reason, news.reason, sizeof news.reason);
        ag_host_post(host, &event);
    }
}

/* True when it is time to look at the files of certificates; else waits until then, or until there
 * is other work. */
static bool wait_for_work(struct ag_host *host)
{
    struct ag_maintenance *maintenance = &host->maintenance;
    struct timespec until = {.tv_sec = (time_t)(maintenance->look_ms / 1000),
        .tv_nsec = (long)(maintenance->look_ms % 1000) * 1000000};
    int64_t now_ms;

    if (!host->parts.certificates || !host->parts.links) {
        pthread_cond_wait(&maintenance->filled, &maintenance->lock);
        return false;
    }
    now_ms = ag_now_ms();
    if (now_ms < maintenance->look_ms) {
        pthread_cond_timedwait(&maintenance->filled, &maintenance->lock, &until);
        return false;
    }
    maintenance->look_ms = now_ms + AG_CERTIFICATES_LOOK_MS;
    return true;
}

static void *maintenance_thread(void *argument)
{
    struct ag_host *host = argument;
    struct ag_maintenance *maintenance = &host->maintenance;
    struct sx_error err = {0};

    pthread_mutex_lock(&maintenance->lock);
    while (!maintenance->stopping) {
        bool checkpoint = maintenance->checkpoint;
        size_t settings = maintenance->settings;

        maintenance->checkpoint = false;
        maintenance->settings = 0;
        if (!checkpoint && settings == 0) {
            if (wait_for_work(host)) {
                pthread_mutex_unlock(&maintenance->lock);
                look_at_certificates(host);
                pthread_mutex_lock(&maintenance->lock);
            }
            continue;
        }
        pthread_mutex_unlock(&maintenance->lock);
        if (settings > 0)
            read_settings(host);
        if (settings > 0 && host->parts.snmp)
            ag_snmp_configured(host->parts.snmp, settings);
        if (checkpoint && sx_store_checkpoint(host->store_directory, NULL, &err) < 0)
            ag_log(SX_LOG_WARNING, "database: %s", err.message);
        pthread_mutex_lock(&maintenance->lock);
    }
    pthread_mutex_unlock(&maintenance->lock);
    return NULL;
}

int ag_maintenance_start(struct ag_host *host, struct sx_error *err)
{
    struct ag_maintenance *maintenance = &host->maintenance;

    ag_maintenance_ask(host, false, true);
    if (pthread_create(&maintenance->thread, NULL, maintenance_thread, host) != 0)
        return sx_error_set(err, SX_E_INTERNAL, "the maintenance thread cannot be started");
    maintenance->started = true;
    return 0;
}

void ag_maintenance_stop(struct ag_host *host)
{
    struct ag_maintenance *maintenance = &host->maintenance;

    pthread_mutex_lock(&maintenance->lock);
    maintenance->stopping = true;
    pthread_cond_signal(&maintenance->filled);
    pthread_mutex_unlock(&maintenance->lock);
    if (maintenance->started)
        pthread_join(maintenance->thread, NULL);
    maintenance->started = false;
}

void ag_maintenance_ask(struct ag_host *host, bool checkpoint, bool settings)
{
    struct ag_maintenance *maintenance = &host->maintenance;

    /* Alarms of later steps are for the targets that are being read. */
    if (settings && host->parts.snmp)
        ag_snmp_expect_settings(host->parts.snmp);
    pthread_mutex_lock(&maintenance->lock);
    maintenance->checkpoint |= checkpoint;
    maintenance->settings += settings;
    pthread_cond_signal(&maintenance->filled);
    pthread_mutex_unlock(&maintenance->lock);
}
