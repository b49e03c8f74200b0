// SPDX-License-Identifier: Apache-2.0
#include "purge.h"

#include "sextant/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define DATABASE "store/sextant.db"

/* The daemon holds this lock as long as it works in the folder. */
static int lock_state(const char *state, int *ret_lock, struct ctl_fault *fault)
{
    char *path = sx_format("%s/lock", state);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    int result = 0;

    if (lock < 0)
        result = ctl_fail(fault, CTL_EXIT_REFUSED,
            "%s: %s; --state names the state folder of sextantd", path, strerror(errno));
    else if (flock(lock, LOCK_EX | LOCK_NB) < 0)
        result = ctl_fail(fault, CTL_EXIT_REFUSED,
            "sextantd works in %s: stop it before its database goes", state);
    free(path);
    if (result < 0 && lock >= 0)
        close(lock);
    else
        *ret_lock = lock;
    return result;
}

/* True for an answer of "yes", whole. */
static bool agrees(const char *question)
{
    char answer[8] = "";

    printf("%s Type yes: ", question);
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && strcmp(answer, "yes\n") == 0;
}

static int ask(const struct ctl_call *call, struct ctl_fault *fault)
{
    const char *questions[] = {
        "All configuration of this system will be gone, its users included.",
        "Only a backup, or the file that is kept, can bring it back. Go on?",
    };

    for (int i = call->sure; i < 2; i++)
        if (!agrees(questions[i]))
            return ctl_fail(fault, CTL_EXIT_REFUSED, "nothing was changed");
    return 0;
}

/* The log and its index go before the database: a new one must not find them beside it. */
static int move_aside(const char *state, char **ret_kept, struct ctl_fault *fault)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    time_t now = time(NULL);
    char when[32];
    struct tm tm;
    char *kept;
    int result = 0;

    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    kept = sx_format("%s/" DATABASE ".purged-%s", state, when);
    for (size_t i = 0; result == 0 && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *from = sx_format("%s/" DATABASE "%s", state, suffixes[i]);
        char *to = sx_format("%s%s", kept, suffixes[i]);

        if (access(to, F_OK) == 0)
            result = ctl_fail(fault, CTL_EXIT_REFUSED, "%s is there already", to);
        else if (rename(from, to) < 0 && (errno != ENOENT || !*suffixes[i]))
            result = ctl_fail(fault, CTL_EXIT_REFUSED, "%s: %s", from, strerror(errno));
        free(from);
        free(to);
    }
    if (result == 0)
        *ret_kept = kept;
    else
        free(kept);
    return result;
}

int ctl_purge_database(struct ctl_call *call, struct ctl_fault *fault)
{
    char *path = sx_format("%s/" DATABASE, call->state);
    char *kept = NULL;
    int lock = -1;
    int result = -1;

    if (lock_state(call->state, &lock, fault) < 0)
        goto out;
    if (access(path, F_OK) < 0) {
        ctl_fail(fault, CTL_EXIT_REFUSED, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (ask(call, fault) < 0 || move_aside(call->state, &kept, fault) < 0)
        goto out;
    printf("The database is kept in %s.\nStart sextantd, then restore a backup.\n", kept);
    result = 0;
out:
    if (lock >= 0)
        close(lock);
    free(kept);
    free(path);
    return result;
}
