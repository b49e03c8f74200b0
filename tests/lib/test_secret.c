// SPDX-License-Identifier: Apache-2.0
#include "test_secret.h"

#include "sextant/memory.h"
#include "test_edit.h"

#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Steps of a key update; one that takes more never ends. */
#define STEPS_MAX 10000u

static bool edit(struct sx_test_engine *test, char *xml)
{
    bool succeeded = sx_test_edit(test, xml);

    free(xml);
    return succeeded;
}

bool sx_test_password(struct sx_test_engine *test, const char *password)
{
    return edit(test, sx_format(SX_TEST_CALL_CONTROL
                          "<zones><zone><name>branch</name><type>traversal</type>"
                          "<protocol>sip</protocol><traversal><port>7001</port>"
                          "<password>%s</password></traversal></zone></zones></call-control>",
                          password));
}

bool sx_test_community(struct sx_test_engine *test, const char *community)
{
    return edit(test, sx_format(SX_TEST_SYSTEM "<snmp><v2c><community>%s</community></v2c></snmp>"
                                               "</system>",
                          community));
}

unsigned sx_test_key_update(struct sx_test_engine *test)
{
    struct sx_event event = {.type = SX_EVENT_TICK};
    unsigned steps = 0;

    for (; test->status.key_update && steps < STEPS_MAX; steps++) {
        if (test->key_saving) {
            sx_test_key_saved(test, NULL);
            continue;
        }
        /* It is to go on at once. */
        assert_true(test->update.deadline_ms <= test->now);
        sx_test_step(test, &event);
    }
    assert_in_range(steps, 0, STEPS_MAX - 1);
    return steps;
}

/* nftw() hands its function nothing: a test has one thread. */
static struct {
    const char *text;
    bool found;
} search;

static int look_into(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    size_t size = (size_t)status->st_size;
    FILE *file = type == FTW_F ? fopen(path, "rb") : NULL;
    char *content;

    (void)walk;
    if (!file)
        return 0;
    content = sx_alloc(size + 1);
    size = fread(content, 1, size, file);
    search.found |= memmem(content, size, search.text, strlen(search.text)) != NULL;
    free(content);
    fclose(file);
    return 0;
}

bool sx_test_on_disk(const struct sx_test_engine *test, const char *text)
{
    search.text = text;
    search.found = false;
    assert_int_equal(nftw(test->folder, look_into, 8, FTW_PHYS), 0);
    return search.found;
}

static bool query(sqlite3 *db, const char *sql, const char *text)
{
    sqlite3_stmt *statement = NULL;
    bool found;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    found = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return found;
}

bool sx_test_stored(const struct sx_test_engine *test, const char *text)
{
    char *path = sx_format("%s/sextant.db", test->folder);
    sqlite3 *db = NULL;
    bool found;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, test->vfs), SQLITE_OK);
    found = query(db, "SELECT 1 FROM fragment WHERE instr(body, ?1)", text) ||
            query(db, "SELECT 1 FROM value WHERE instr(value, ?1)", text) ||
            query(db, "SELECT 1 FROM stage WHERE instr(body, ?1)", text) ||
            query(db, "SELECT 1 FROM change WHERE instr(value, ?1) OR instr(old_value, ?1)", text);
    sqlite3_close(db);
    free(path);
    return found;
}
