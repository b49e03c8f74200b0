// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

#include "log.h"
#include "sextant/memory.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_rows.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const own[] = {SX_TEST_A, NULL};

void sx_test_host_folder(struct sx_test_host *test, const struct sx_schema *schema)
{
    struct sx_error err = {0};
    char *backups;

    memset(test, 0, sizeof *test);
    ag_log_set_level(SX_LOG_ERROR);
    test->schema = schema;
    test->folder = sx_test_temporary_folder();
    assert_non_null(test->folder);
    backups = sx_format("%s/backups", test->folder);
    assert_int_equal(sx_test_make_folder(backups), 0);
    free(backups);
    assert_int_equal(ag_loop_new(&test->loop, &err), 0);
}

int sx_test_host_open(struct sx_test_host *test, const char *config, struct sx_error *err)
{
    char *file = config ? sx_format("%s/initial.xml", test->folder) : NULL;
    struct ag_host_options options = {
        .store_directory = test->folder, .own_addresses = own, .initial_config = file};
    int result;

    memset(err, 0, sizeof *err);
    if (config)
        sx_test_write_file(test->folder, "initial.xml", config, strlen(config));
    result = ag_host_open(test->loop, test->schema, &options, &test->host, err);
    free(file);
    return result;
}

static void on_restart(void *context)
{
    struct sx_test_host *test = context;

    test->restarted = true;
    ag_loop_stop(test->loop);
}

void sx_test_host_start(struct sx_test_host *test)
{
    struct ag_host_parts parts = {.restart = on_restart, .context = test};
    struct sx_error err = {0};

    assert_int_equal(ag_host_start(test->host, &parts, &err), 0);
}

void sx_test_host_pump(struct sx_test_host *test)
{
    struct ag_host_event *item;

    while ((item = test->host->queue_first)) {
        struct sx_update update = {0};

        test->host->queue_first = item->next;
        if (!item->next)
            test->host->queue_last = NULL;
        atomic_fetch_sub(&test->host->queued, 1);
        ag_host_step(test->host, &item->event, &update);
        sx_update_clear(&update);
        free(item->text);
        free(item);
    }
}

void sx_test_host_shut(struct sx_test_host *test)
{
    if (test->host)
        ag_host_stop(test->host);
    ag_loop_drain(test->loop);
    ag_host_close(test->host);
    test->host = NULL;
}

void sx_test_host_close(struct sx_test_host *test)
{
    sx_test_host_shut(test);
    ag_loop_free(test->loop);
    sx_test_remove_folder(test->folder);
    free(test->folder);
}

static bool step(struct sx_test_host *test, struct sx_event *event)
{
    struct sx_update update = {0};
    bool succeeded;

    ag_host_step(test->host, event, &update);
    succeeded = !update.failed;
    sx_update_clear(&update);
    return succeeded;
}

bool sx_test_host_edit(struct sx_test_host *test, const char *xml)
{
    struct sx_event event = {.type = SX_EVENT_EDIT, .origin = {.user = "tester", .session = 1}};
    struct lyd_node *config = NULL;
    bool succeeded;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(test->schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.config = config;
    succeeded = step(test, &event);
    lyd_free_all(config);
    return succeeded;
}

bool sx_test_host_plain(struct sx_test_host *test, enum sx_event_type type)
{
    struct sx_event event = {.type = type, .origin = {.user = "tester", .session = 1}};

    return step(test, &event);
}
