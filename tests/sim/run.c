// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "sextant/memory.h"
#include "test_folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each run is a process of its own: a rule that does not hold ends it, as a crash does, and nothing
 * of one run is left for the next. */

/* What the process of a run tells when all rules held. */
struct result {
    int64_t virtual_ms;
    uint64_t trace;
    struct sim_counts counts;
};

static void play(const struct sx_schema *const *schemas, const struct sim_script *script,
    const char *folder, const char *trace_path, int results)
{
    struct sim *sim = sx_alloc(sizeof *sim);
    FILE *trace = trace_path ? fopen(trace_path, "w") : NULL;
    struct result result;

    sim_play(sim, schemas, script, folder, trace);
    result = (struct result){sim->now, sim->trace, sim->counts};
    sim_close(sim);
    free(sim);
    if ((trace && fclose(trace) != 0) ||
        write(results, &result, sizeof result) != (ssize_t)sizeof result)
        abort();
}

/* All that comes out of a pipe; what does not fit is left out. */
static size_t drain(int from, char *bytes, size_t size)
{
    char spare[512];
    size_t length = 0;
    ssize_t got;

    for (;;) {
        bool room = length < size;

        got = room ? read(from, bytes + length, size - length) : read(from, spare, sizeof spare);
        if (got <= 0)
            return length;
        if (room)
            length += (size_t)got;
    }
}

static void start(const struct sx_schema *const *schemas, const struct sim_script *script,
    const char *folder, const char *trace_path, const int results[2], const int errors[2])
{
    close(results[0]);
    if (errors) {
        dup2(errors[1], STDERR_FILENO);
        close(errors[0]);
        close(errors[1]);
    }
    play(schemas, script, folder, trace_path, results[1]);
    fflush(NULL);
    _exit(0);
}

static void judge(int status, size_t got, const struct result *result, struct sim_outcome *outcome)
{
    outcome->held = WIFEXITED(status) && WEXITSTATUS(status) == 0 && got == sizeof *result;
    outcome->virtual_ms = result->virtual_ms;
    outcome->trace = result->trace;
    outcome->counts = result->counts;
    if (!outcome->held && !*outcome->reason)
        snprintf(outcome->reason, sizeof outcome->reason, "the process ended with status %#x",
            (unsigned)status);
}

void sim_run_script(const struct sx_schema *const *schemas, const struct sim_script *script,
    const char *root, const char *trace_path, bool loud, struct sim_outcome *ret_outcome)
{
    char folder[192];
    int results[2], errors[2], status = 0;
    struct result result = {0};
    size_t got;
    pid_t child;

    memset(ret_outcome, 0, sizeof *ret_outcome);
    snprintf(folder, sizeof folder, "%s/run", root);
    if (sx_test_make_folder(folder) < 0 || pipe(results) < 0 || pipe(errors) < 0)
        abort();
    fflush(NULL);
    child = fork();
    if (child < 0)
        abort();
    if (child == 0)
        start(schemas, script, folder, trace_path, results, loud ? NULL : errors);
    close(results[1]);
    close(errors[1]);
    /* A run says why it failed in a few lines, or nothing: neither pipe fills up. */
    got = drain(results[0], (char *)&result, sizeof result);
    drain(errors[0], ret_outcome->reason, sizeof ret_outcome->reason - 1);
    close(results[0]);
    close(errors[0]);
    waitpid(child, &status, 0);
    sx_test_remove_folder(folder);
    judge(status, got, &result, ret_outcome);
}
