// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Other programs as children of a test: run one to its end, or start one and wait for what it
 * prints. Standard output and standard error come in together. A call that cannot do what it says
 * ends the test program.
 */

/** Most of what a child prints that is kept, with the final NUL. */
#define TEST_CHILD_OUTPUT_MAX (256u << 10)

struct test_child;

/** Starts a program found on PATH or in /usr/sbin; `arguments` begin with its name and end with
 * NULL. `environment` holds NAME=VALUE strings to add and ends with NULL (NULL: none).
 * For test_child_stop(). */
struct test_child *test_child_start(const char *const *arguments, const char *const *environment);

/** Waits until the child has printed at least `count` lines with `text` in them, since it was
 * started. False when it has not after `timeout_ms`, or when it has ended. */
bool test_child_wait(struct test_child *child, const char *text, size_t count, int timeout_ms);

/** All that the child has printed up to the last wait; valid until the next call. */
const char *test_child_output(const struct test_child *child);

/** Ends the child with SIGTERM, then SIGKILL after two seconds, and releases (NULL is fine). */
void test_child_stop(struct test_child *child);

/** Runs a program, see test_child_start(), to its end and returns its exit status, -1 when it was
 * killed or did not end within `timeout_ms`. What it printed is in `output`, cut at `size` with
 * NUL. */
int test_child_run(const char *const *arguments, const char *const *environment, char *output,
    size_t size, int timeout_ms);
