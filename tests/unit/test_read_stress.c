// SPDX-License-Identifier: Apache-2.0
/* Four threads read while one edits: a reader sees whole revisions and finds every key. The tree in
 * memory is the editing thread's alone; readers build trees of their own out of the store's rows.
 */
#include "sextant/maintenance.h"
#include "test_pair.h"
#include "tree.h"

#include <libyang/libyang.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define READERS 4
/** Entries of the list; all carry the number of the revision that set them last. */
#define ENTRIES 50
/** Edits of the writer, and rounds of each reader. */
#define EDITS 300
#define ROUNDS 40
/** The log is moved into the database after so many edits. */
#define CHECKPOINT_EVERY 50

#define TOP "/sextant-call-control:call-control"
#define LIST TOP "/phone-book/entry"

struct reading {
    const struct sx_schema *schema;
    const char *folder;
    pthread_barrier_t *start;
    pthread_t thread;
    uint64_t newest; /**< revision seen last */
    unsigned revisions; /**< different ones seen */
    char failure[256];
};

__attribute__((format(printf, 2, 3))) static int fail_reading(
    struct reading *reading, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reading->failure, sizeof reading->failure, format, arguments);
    va_end(arguments);
    return -1;
}

/* Number in the JSON of an entry. */
static int take_number(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    const char *number = strstr(fragment->body, "\"number\":\"");

    (void)err;
    *(uint64_t *)context = number ? strtoull(number + strlen("\"number\":\""), NULL, 10) : 0;
    return 0;
}

/* Single look-ups in one snapshot: both ends of the list carry the snapshot's revision. */
static int read_rows(struct reading *reading, struct sx_reader *reader)
{
    char lineage[37], last[32];
    uint64_t revision = 0, first_number = 0, last_number = 0;
    struct sx_error err = {0};
    int result = -1;

    snprintf(last, sizeof last, "[name='n%d']", ENTRIES - 1);
    if (sx_reader_begin(reader, NULL, &err) < 0)
        return fail_reading(reading, "begin: %s", err.message);
    if (sx_reader_find(reader, LIST, "[name='n0']", take_number, &first_number, &err) < 0 ||
        sx_reader_revision(reader, &revision, lineage, &err) < 0 ||
        sx_reader_find(reader, LIST, last, take_number, &last_number, &err) < 0)
        fail_reading(reading, "find: %s", err.message);
    else if (first_number != revision || last_number != revision)
        fail_reading(reading, "revision %llu shows %llu and %llu", (unsigned long long)revision,
            (unsigned long long)first_number, (unsigned long long)last_number);
    else if (revision < reading->newest)
        fail_reading(reading, "revision %llu after %llu", (unsigned long long)revision,
            (unsigned long long)reading->newest);
    else
        result = 0;
    sx_reader_end(reader);
    reading->revisions += revision != reading->newest;
    reading->newest = revision;
    return result;
}

/* A tree of one's own: every key is found in it, and all entries are of one revision. */
static int read_tree(struct reading *reading, struct sx_reader *reader)
{
    const struct sx_secret_keys keys = {0};
    struct lyd_node *tree = NULL, *node;
    struct sx_error err = {0};
    char path[128], number[24] = "";
    int result = 0;

    if (ag_tree_read(reader, reading->schema, &keys, TOP, &tree, &err) < 0)
        return fail_reading(reading, "tree: %s", err.message);
    for (unsigned i = 0; i < ENTRIES && result == 0; i++) {
        node = NULL;
        snprintf(path, sizeof path, LIST "[name='n%u']/number", i);
        if (lyd_find_path(tree, path, 0, &node) != LY_SUCCESS || !node)
            result = fail_reading(reading, "%s is not found", path);
        else if (*number && strcmp(number, lyd_get_value(node)) != 0)
            result =
                fail_reading(reading, "%s is %s, others are %s", path, lyd_get_value(node), number);
        else
            snprintf(number, sizeof number, "%s", lyd_get_value(node));
    }
    lyd_free_all(tree);
    return result;
}

static void *read_all(void *argument)
{
    struct reading *reading = argument;
    struct sx_reader *reader = NULL;
    struct sx_error err = {0};

    pthread_barrier_wait(reading->start);
    if (sx_reader_open(reading->folder, NULL, &reader, &err) < 0) {
        fail_reading(reading, "open: %s", err.message);
        return NULL;
    }
    for (unsigned i = 0; i < ROUNDS; i++)
        if (read_rows(reading, reader) < 0 || read_tree(reading, reader) < 0)
            break;
    sx_reader_close(reader);
    return NULL;
}

/* One edit of all entries. */
static void set_all(struct sx_test_engine *test, unsigned number)
{
    static const char entry[] = "<entry><name>n%u</name><number>%u</number></entry>";
    char xml[ENTRIES * 64 + 256];
    size_t length = (size_t)snprintf(xml, sizeof xml, SX_TEST_CALL_CONTROL "<phone-book>");

    for (unsigned i = 0; i < ENTRIES; i++)
        length += (size_t)snprintf(xml + length, sizeof xml - length, entry, i, number);
    snprintf(xml + length, sizeof xml - length, "</phone-book></call-control>");
    assert_true(sx_test_edit(test, xml));
    assert_int_equal(test->update.revision, number);
}

static void readers_see_whole_revisions_and_find_every_key(void **state)
{
    struct sx_test_engine test;
    struct reading readings[READERS];
    pthread_barrier_t start;
    struct sx_error err = {0};
    unsigned revisions = 0;

    sx_test_engine_open(&test, *state, SX_TEST_A);
    set_all(&test, 1);
    pthread_barrier_init(&start, NULL, READERS + 1);
    memset(readings, 0, sizeof readings);
    for (unsigned i = 0; i < READERS; i++) {
        readings[i].schema = *state;
        readings[i].folder = test.folder;
        readings[i].start = &start;
        assert_int_equal(pthread_create(&readings[i].thread, NULL, read_all, &readings[i]), 0);
    }
    pthread_barrier_wait(&start);
    for (unsigned number = 2; number <= EDITS; number++) {
        set_all(&test, number);
        if (number % CHECKPOINT_EVERY == 0)
            assert_int_equal(sx_store_checkpoint(test.folder, NULL, &err), 0);
    }
    for (unsigned i = 0; i < READERS; i++) {
        pthread_join(readings[i].thread, NULL);
        if (*readings[i].failure)
            fail_msg("reader %u: %s", i, readings[i].failure);
        revisions += readings[i].revisions;
    }
    print_message("[   read   ] %d readers, %d rounds each, %d edits, %u revisions seen\n", READERS,
        ROUNDS, EDITS, revisions);
    /* Each saw at least the first one. */
    assert_in_range(revisions, READERS, READERS * ROUNDS);
    pthread_barrier_destroy(&start);
    sx_test_engine_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_whole_revisions_and_find_every_key),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
