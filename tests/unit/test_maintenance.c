// SPDX-License-Identifier: Apache-2.0
/* What the maintenance thread does: the agent's own settings, and checkpoints. */
#include "host_private.h"
#include "log.h"
#include "sextant/memory.h"
#include "test_folder.h"
#include "test_pair.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/** Longest wait for something that must happen, and a look at it every so often. */
#define WAIT_MS 20000
#define LOOK_MS 5

/** A host that is started, without links, SNMP and NETCONF; standard error goes to a file. */
struct fixture {
    const struct sx_schema *schema;
    char *folder;
    struct ag_loop *loop;
    struct ag_host *host;
    int log, former;
};

static void open_fixture(struct fixture *fixture, const struct sx_schema *schema)
{
    const char *const own[] = {SX_TEST_A, NULL};
    struct ag_host_options options = {.own_addresses = own};
    struct ag_host_parts parts = {0};
    struct sx_error err = {0};

    fixture->schema = schema;
    fixture->folder = sx_test_temporary_folder();
    assert_non_null(fixture->folder);
    options.store_directory = fixture->folder;
    assert_int_equal(ag_loop_new(&fixture->loop, &err), 0);
    assert_int_equal(ag_host_open(fixture->loop, schema, &options, &fixture->host, &err), 0);
    fixture->log = memfd_create("log", MFD_CLOEXEC);
    fixture->former = dup(STDERR_FILENO);
    assert_return_code(dup2(fixture->log, STDERR_FILENO), 0);
    assert_int_equal(ag_host_start(fixture->host, &parts, &err), 0);
}

static void close_fixture(struct fixture *fixture)
{
    ag_host_stop(fixture->host);
    dup2(fixture->former, STDERR_FILENO);
    close(fixture->former);
    close(fixture->log);
    ag_loop_free(fixture->loop);
    ag_host_close(fixture->host);
    sx_test_remove_folder(fixture->folder);
    free(fixture->folder);
}

static void edit(struct fixture *fixture, const char *xml)
{
    struct sx_event event = {.type = SX_EVENT_EDIT};
    struct sx_update update = {0};
    struct lyd_node *config = NULL;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(fixture->schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.config = config;
    ag_host_step(fixture->host, &event, &update);
    assert_false(update.failed);
    sx_update_clear(&update);
    lyd_free_all(config);
}

/* True when a line of this level reaches the log now. */
static bool is_logged(struct fixture *fixture, enum sx_log_level level)
{
    struct stat status;

    assert_return_code(ftruncate(fixture->log, 0), 0);
    ag_log(level, "probe");
    assert_return_code(fstat(fixture->log, &status), 0);
    return status.st_size > 0;
}

static bool becomes(struct fixture *fixture, enum sx_log_level level, bool logged)
{
    struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};

    for (unsigned i = 0; i < WAIT_MS / LOOK_MS; i++) {
        if (is_logged(fixture, level) == logged)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static void the_configured_log_level_counts_at_once(void **state)
{
    struct fixture fixture;

    ag_log_set_level(SX_LOG_ERROR);
    open_fixture(&fixture, *state);
    /* The model's default, which is read at the start. */
    assert_true(becomes(&fixture, SX_LOG_INFO, true));
    assert_false(is_logged(&fixture, SX_LOG_DEBUG));
    edit(&fixture, SX_TEST_SYSTEM "<log-level>debug</log-level></system>");
    assert_true(becomes(&fixture, SX_LOG_DEBUG, true));
    edit(&fixture, SX_TEST_SYSTEM "<log-level>error</log-level></system>");
    assert_true(becomes(&fixture, SX_LOG_WARNING, false));
    close_fixture(&fixture);
}

static off_t database_size(const struct fixture *fixture)
{
    char *path = sx_format("%s/sextant.db", fixture->folder);
    struct stat status;

    assert_return_code(stat(path, &status), 0);
    free(path);
    return status.st_size;
}

static void a_checkpoint_moves_the_log_into_the_database(void **state)
{
    struct fixture fixture;
    struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
    char xml[32768];
    size_t length = (size_t)snprintf(xml, sizeof xml, SX_TEST_CALL_CONTROL "<phone-book>");
    off_t before;
    unsigned looks = 0;

    for (unsigned i = 0; i < 300; i++)
        length += (size_t)snprintf(xml + length, sizeof xml - length,
            "<entry><name>n%u</name><number>%u</number></entry>", i, i);
    snprintf(xml + length, sizeof xml - length, "</phone-book></call-control>");
    open_fixture(&fixture, *state);
    edit(&fixture, xml);
    before = database_size(&fixture);
    ag_maintenance_ask(fixture.host, true, false);
    while (database_size(&fixture) <= before && looks++ < WAIT_MS / LOOK_MS)
        nanosleep(&pause, NULL);
    assert_true(database_size(&fixture) > before);
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_configured_log_level_counts_at_once),
        cmocka_unit_test(a_checkpoint_moves_the_log_into_the_database),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
