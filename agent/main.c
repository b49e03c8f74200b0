// SPDX-License-Identifier: Apache-2.0
#include "agent.h"
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A restart runs what a boot would run: the same program anew, with nothing inherited but its
 * standard descriptors and its process id. */
static int restart(const char *program, char **argv)
{
    close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    execv(program, argv);
    fprintf(stderr, "sextantd: cannot restart: %s\n", strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    /* The path, not the file: after an upgrade another program has that name. */
    char program[PATH_MAX] = "";
    struct ag_options options;
    struct sx_error err = {0};
    enum ag_end end = AG_END_STOPPED;

    /* Keys, database and socket folder are this user's alone. */
    umask(077);
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        strcpy(program, "/proc/self/exe");
    if (ag_options_read(argc, argv, &options, &err) < 0)
        goto failed;
    if (options.help) {
        fputs(ag_options_help(), stdout);
        return 0;
    }
    if (options.version) {
        puts("sextantd " SEXTANT_VERSION);
        return 0;
    }
    if (ag_agent_run(&options, &end, &err) < 0)
        goto failed;
    return end == AG_END_RESTART ? restart(program, argv) : 0;
failed:
    fprintf(stderr, "sextantd: %s\n", err.message);
    return 1;
}
