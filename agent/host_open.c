// SPDX-License-Identifier: Apache-2.0
#include "backup.h"
#include "host_private.h"
#include "sextant/memory.h"

#include <errno.h>
#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Longest path of the location in an initial configuration that an error message names. */
#define PLACE_MAX 200

static int open_engine(struct ag_host *host, const struct ag_host_options *options,
    const char *database_failure, struct sx_error *err)
{
    char last_backup[AG_BACKUP_PATH_MAX] = "";
    struct sx_engine_options engine = {.schema = host->schema,
        .directory = host->store_directory,
        .own_addresses = options->own_addresses,
        .software_version = SEXTANT_VERSION,
        .system_key = host->keys.present,
        .next_system_key = host->keys.has_next ? host->keys.next : NULL,
        .database_failure = database_failure,
        .last_backup = last_backup};

    if (database_failure)
        ag_backup_newest(host->failed_directory, last_backup);
    ag_host_stamp(&engine.time_ms, &engine.monotonic_ms, engine.random);
    return sx_engine_open(&engine, &host->first, &host->engine, err);
}

/* With a database that cannot be used the agent comes up to say so. */
static int open_or_stand_in(
    struct ag_host *host, const struct ag_host_options *options, struct sx_error *err)
{
    struct sx_error failure = {0}, ignored;
    char *stand_in;

    ag_backup_tidy(host->store_directory);
    if (open_engine(host, options, NULL, &failure) == 0) {
        ag_stand_in_remove(host->store_directory);
        return 0;
    }
    *err = failure;
    stand_in = ag_stand_in_make(host->store_directory, &ignored);
    if (!stand_in)
        return -1;
    host->failed_directory = host->store_directory;
    host->store_directory = stand_in;
    return open_engine(host, options, failure.message, &ignored);
}

static int parse_initial(
    struct ag_host *host, const char *file, struct lyd_node **ret_config, struct sx_error *err)
{
    struct ly_ctx *context = sx_schema_context(host->schema);
    const char *suffix = strrchr(file, '.');
    LYD_FORMAT format = suffix && strcmp(suffix, ".json") == 0 ? LYD_JSON : LYD_XML;

    if (access(file, R_OK) < 0)
        return sx_error_set(err, SX_E_INVALID_VALUE, "initial configuration %s cannot be read: %s",
            file, strerror(errno));
    if (lyd_parse_data_path(context, file, format,
            LYD_PARSE_ONLY | LYD_PARSE_STRICT | LYD_PARSE_NO_STATE, 0, ret_config) != LY_SUCCESS)
        return sx_error_set(err, SX_E_INVALID_VALUE, "initial configuration %s: %s%s%.*s", file,
            ly_errmsg(context) ? ly_errmsg(context) : "cannot be read",
            ly_errpath(context) ? " at " : "", PLACE_MAX,
            ly_errpath(context) ? ly_errpath(context) : "");
    /* To libyang a file that ends before its first value is empty, not broken. */
    if (!*ret_config)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "initial configuration %s: no configuration is in it; leave the option out to start "
            "without one",
            file);
    return 0;
}

/* An agent without a configuration takes the one it is given, and boots again to put it in force.
 */
static int load_initial(
    struct ag_host *host, const struct ag_host_options *options, struct sx_error *err)
{
    struct sx_event event = {.type = SX_EVENT_EDIT, .origin = {.user = "initial configuration"}};
    struct sx_update update = {0};
    struct lyd_node *config = NULL;
    int result = -1;

    if (parse_initial(host, options->initial_config, &config, err) < 0)
        return -1;
    event.edit.config = config;
    event.edit.initial = true;
    ag_host_step_alone(host, &event, &update);
    if (update.failed) {
        sx_error_set(err, update.error.code, "initial configuration %s: %s%s%s",
            options->initial_config, update.error.path, *update.error.path ? ": " : "",
            update.error.message);
        goto out;
    }
    sx_engine_close(host->engine);
    host->engine = NULL;
    sx_update_clear(&host->first);
    if (open_engine(host, options, NULL, err) < 0)
        goto out;
    host->took_initial = true;
    result = 0;
out:
    sx_update_clear(&update);
    lyd_free_all(config);
    return result;
}

int ag_host_open(struct ag_loop *loop, const struct sx_schema *schema,
    const struct ag_host_options *options, struct ag_host **ret_host, struct sx_error *err)
{
    struct ag_host *host = sx_alloc(sizeof *host);
    pthread_condattr_t monotonic;

    host->loop = loop;
    host->schema = schema;
    host->store_directory = sx_strdup(options->store_directory);
    host->deadline_ms = INT64_MAX;
    ag_fair_lock_init(&host->engine_lock);
    pthread_mutex_init(&host->queue_lock, NULL);
    pthread_mutex_init(&host->status_lock, NULL);
    pthread_mutex_init(&host->maintenance.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&host->queue_filled, &monotonic);
    pthread_cond_init(&host->published, &monotonic);
    pthread_cond_init(&host->maintenance.filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (ag_system_keys_read(host->store_directory, &host->keys, err) < 0 ||
        open_or_stand_in(host, options, err) < 0 ||
        (options->initial_config && sx_engine_is_new(host->engine) &&
            load_initial(host, options, err) < 0)) {
        ag_host_close(host);
        return -1;
    }
    host->made_key = host->keys.made;
    sx_engine_keys(host->engine, &host->secret_keys);
    ag_system_keys_wipe(&host->keys);
    *ret_host = host;
    return 0;
}

void ag_host_close(struct ag_host *host)
{
    if (!host)
        return;
    while (host->queue_first) {
        struct ag_host_event *item = host->queue_first;

        host->queue_first = item->next;
        if (item->event.type == SX_EVENT_MESSAGE)
            sx_message_free(item->event.message.message);
        free(item->text);
        free(item);
    }
    sx_update_clear(&host->first);
    ag_system_keys_wipe(&host->keys);
    sx_secret_keys_clear(&host->secret_keys);
    sx_engine_close(host->engine);
    sx_status_clear(&host->status);
    ag_fair_lock_destroy(&host->engine_lock);
    pthread_mutex_destroy(&host->queue_lock);
    pthread_mutex_destroy(&host->status_lock);
    pthread_mutex_destroy(&host->maintenance.lock);
    pthread_cond_destroy(&host->maintenance.filled);
    pthread_cond_destroy(&host->queue_filled);
    pthread_cond_destroy(&host->published);
    free(host->store_directory);
    free(host->failed_directory);
    free(host);
}
