// SPDX-License-Identifier: Apache-2.0
#include "test_folder.h"

#include "sextant/memory.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int sx_test_make_folder(const char *path)
{
    return mkdir(path, 0700);
}

static char *make_below(const char *folder)
{
    char *path = sx_format("%s/sextant-test-XXXXXX", folder);

    if (mkdtemp(path))
        return path;
    free(path);
    return NULL;
}

char *sx_test_temporary_folder(void)
{
    const char *wanted = getenv("TMPDIR");
    char *path = wanted ? make_below(wanted) : NULL;

    return path ? path : make_below(P_tmpdir);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat;
    (void)kind;
    (void)place;
    return remove(path);
}

int sx_test_remove_folder(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int sx_test_folder_setup(void **state)
{
    *state = sx_test_temporary_folder();
    return *state ? 0 : -1;
}

int sx_test_folder_teardown(void **state)
{
    int rc = sx_test_remove_folder(*state);

    free(*state);
    return rc;
}
