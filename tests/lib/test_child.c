// SPDX-License-Identifier: Apache-2.0
#include "test_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct test_child {
    pid_t pid;
    int descriptor; /* what it prints; -1 after its end */
    bool ended;
    int status; /* as waitpid() gives it, when ended */
    char *output;
    size_t length;
};

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "test_child: %s: %s\n", what, strerror(errno));
        abort();
    }
}

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void become(const char *const *arguments, const char *const *environment, int output)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* It must not outlive a test program that crashed. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    for (; environment && *environment; environment++)
        putenv((char *)(uintptr_t)*environment);
    char path[4096];
    snprintf(path, sizeof(path), "%s:/usr/sbin:/sbin", getenv("PATH") ? getenv("PATH") : "/bin");
    setenv("PATH", path, 1);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    fprintf(stderr, "cannot run %s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

struct test_child *test_child_start(const char *const *arguments, const char *const *environment)
{
    int ends[2];
    struct test_child *child = calloc(1, sizeof(*child));
    must(child != NULL, "calloc");
    child->output = calloc(1, TEST_CHILD_OUTPUT_MAX);
    must(child->output != NULL && pipe2(ends, O_CLOEXEC) == 0, "pipe");
    child->pid = fork();
    must(child->pid >= 0, "fork");
    if (child->pid == 0)
        become(arguments, environment, ends[1]);
    close(ends[1]);
    child->descriptor = ends[0];
    return child;
}

/* Reads what is there, waiting for it up to `timeout_ms`. False when nothing more will come. */
static bool read_some(struct test_child *child, int timeout_ms)
{
    char rest[4096];
    struct pollfd poll_for = {.fd = child->descriptor, .events = POLLIN};
    if (child->descriptor < 0)
        return false;
    if (poll(&poll_for, 1, timeout_ms) <= 0)
        return true;
    size_t room = TEST_CHILD_OUTPUT_MAX - 1 - child->length;
    ssize_t length = room > 0 ? read(child->descriptor, child->output + child->length, room)
                              : read(child->descriptor, rest, sizeof(rest));
    if (length > 0) {
        child->length += room > 0 ? (size_t)length : 0;
        return true;
    }
    close(child->descriptor);
    child->descriptor = -1;
    return false;
}

static size_t lines_with(const char *output, const char *text)
{
    size_t count = 0;
    for (const char *found = strstr(output, text); found; found = strstr(found, text)) {
        count++;
        found = strchr(found, '\n');
        if (!found)
            break;
    }
    return count;
}

bool test_child_wait(struct test_child *child, const char *text, size_t count, int timeout_ms)
{
    int64_t end = now_ms() + timeout_ms;
    while (lines_with(child->output, text) < count) {
        int64_t left = end - now_ms();
        if (left <= 0 || !read_some(child, (int)left))
            return false;
    }
    return true;
}

const char *test_child_output(const struct test_child *child)
{
    return child->output;
}

/* Waits for the end of the child's output and of the child. */
static bool wait_for_end(struct test_child *child, int timeout_ms)
{
    const struct timespec moment = {0, 2000000};
    int64_t end = now_ms() + timeout_ms;
    while (!child->ended) {
        int64_t left = end - now_ms();
        if (left <= 0)
            return false;
        if (read_some(child, (int)left))
            continue;
        child->ended = waitpid(child->pid, &child->status, WNOHANG) == child->pid;
        if (!child->ended)
            nanosleep(&moment, NULL);
    }
    return true;
}

void test_child_stop(struct test_child *child)
{
    if (!child)
        return;
    if (!child->ended) {
        kill(child->pid, SIGTERM);
        if (!wait_for_end(child, 2000)) {
            kill(child->pid, SIGKILL);
            waitpid(child->pid, &child->status, 0);
        }
    }
    if (child->descriptor >= 0)
        close(child->descriptor);
    free(child->output);
    free(child);
}

int test_child_run(const char *const *arguments, const char *const *environment, char *output,
    size_t size, int timeout_ms)
{
    struct test_child *child = test_child_start(arguments, environment);
    bool ended = wait_for_end(child, timeout_ms);
    int status = ended && WIFEXITED(child->status) ? WEXITSTATUS(child->status) : -1;
    snprintf(output, size, "%s", child->output);
    test_child_stop(child);
    return status;
}
