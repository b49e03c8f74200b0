// SPDX-License-Identifier: Apache-2.0
/* For LD_PRELOAD: each sync of a file takes SEXTANT_SYNC_DELAY_US microseconds longer, as on a slow
 * disk. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_a_while(void)
{
    const char *text = getenv("SEXTANT_SYNC_DELAY_US");
    long us = text ? strtol(text, NULL, 10) : 0;
    struct timespec left = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

static int call_real(const char *name, int file)
{
    int (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, name);
    wait_a_while();
    return real(file);
}

int fsync(int file)
{
    return call_real("fsync", file);
}

int fdatasync(int file)
{
    return call_real("fdatasync", file);
}
