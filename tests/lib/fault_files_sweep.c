// SPDX-License-Identifier: Apache-2.0
#include "fault_files_sweep.h"

#include "fault_files.h"
#include "fault_sweep.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/** What was counted. */
struct tally {
    unsigned points, acknowledged;
    uint64_t visited[FAULT_FILES_KINDS]; /**< calls of the last run */
};

static void act(const struct fault_files_operation *operation, struct tally *tally,
    bool *ret_acknowledged, bool *ret_happened)
{
    *ret_acknowledged = operation->act(operation->context);
    *ret_happened = fault_files_happened();
    tally->points++;
    tally->acknowledged += *ret_acknowledged;
    for (unsigned i = 0; i < FAULT_FILES_KINDS; i++)
        tally->visited[i] = fault_files_calls(1u << i);
}

static void end(const struct fault_files_operation *operation, bool acknowledged, uint64_t seed)
{
    if (operation->stop)
        operation->stop(operation->context, seed);
    fault_files_recover(seed);
    fault_files_end();
    operation->check(operation->context, acknowledged);
}

static bool crash_once(const struct fault_files_operation *operation, unsigned kinds, uint64_t n,
    uint64_t seed, struct tally *tally)
{
    bool acknowledged, happened;

    fault_files_begin(operation->prepare(operation->context));
    fault_files_crash_at(kinds, n, operation->power_goes, operation->context);
    act(operation, tally, &acknowledged, &happened);
    end(operation, acknowledged, seed);
    return happened;
}

static void print_visited(const char *name, const struct tally *tally)
{
    static const char *const names[FAULT_FILES_KINDS] = {
        "open", "read", "write", "sync", "rename", "delete", "folder"};
    char text[256] = "";
    size_t length = 0;
    uint64_t sum = 0;

    for (unsigned i = 0; i < FAULT_FILES_KINDS; i++) {
        sum += tally->visited[i];
        length += (size_t)snprintf(text + length, sizeof text - length, "%s %u %s", i ? "," : ":",
            (unsigned)tally->visited[i], names[i]);
    }
    print_message("%s: %u calls for files visited%s\n", name, (unsigned)sum, text);
}

static void crash_everywhere(const struct fault_files_operation *operation)
{
    struct tally tally = {0};
    bool happened = true;

    /* Where nothing changes there is nothing new to lose. */
    for (uint64_t n = 1; happened; n++)
        happened = crash_once(operation, FAULT_FILES_READ, n, n * FAULT_LOSSES + 3, &tally);
    happened = true;
    for (uint64_t n = 1; happened; n++)
        for (uint64_t seed = 0; seed < (uint64_t)FAULT_LOSSES * fault_rounds(); seed++)
            happened = crash_once(operation, FAULT_FILES_ALL & ~(unsigned)FAULT_FILES_READ, n,
                n * 1000 * FAULT_LOSSES + seed, &tally);
    print_visited(operation->name, &tally);
    print_message("%s: %u crashes, %u of them after the acknowledgement\n", operation->name,
        tally.points, tally.acknowledged);
    assert_in_range(tally.acknowledged, 1, tally.points - 1);
}

static void fail_everywhere(const struct fault_files_operation *operation)
{
    static const struct {
        unsigned kinds;
        int code;
        enum fault_files_way way;
        const char *what;
    } ways[] = {
        {FAULT_FILES_ALL, EIO, FAULT_FILES_REFUSES, "failing calls"},
        {FAULT_FILES_ALL & ~(unsigned)FAULT_FILES_READ, ENOSPC, FAULT_FILES_REFUSES,
            "calls on a full disk"},
        {FAULT_FILES_WRITE, EIO, FAULT_FILES_TEARS, "torn writes"},
        {FAULT_FILES_WRITE, 0, FAULT_FILES_SHORTENS, "short writes"},
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct tally tally = {0};
        bool happened = true;

        for (uint64_t n = 1; happened; n++)
            for (uint64_t seed = 0; seed < 2; seed++) {
                bool acknowledged;

                fault_files_begin(operation->prepare(operation->context));
                fault_files_fail(ways[i].kinds, n, ways[i].code, ways[i].way);
                act(operation, &tally, &acknowledged, &happened);
                end(operation, acknowledged, seed);
            }
        print_message("%s: %u %s, %u of them did no harm\n", operation->name, tally.points - 2,
            ways[i].what, tally.acknowledged - 2);
        assert_in_range(tally.acknowledged, 2, tally.points);
    }
}

void fault_files_sweep(const struct fault_files_operation *operation)
{
    crash_everywhere(operation);
    fail_everywhere(operation);
}
