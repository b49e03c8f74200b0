// SPDX-License-Identifier: Apache-2.0
#pragma once

/** Makes an empty folder. Returns 0, or -1. */
int sx_test_make_folder(const char *path);

/** Makes a fresh folder below $TMPDIR, or below the system's temporary one where that cannot be
 * had; the path is the caller's to free(). */
char *sx_test_temporary_folder(void);

/** Removes a folder with all that is in it. Returns 0, or -1. */
int sx_test_remove_folder(const char *path);

/** Setup and teardown of a test, for cmocka: *state becomes the path of a fresh folder. */
int sx_test_folder_setup(void **state);
int sx_test_folder_teardown(void **state);
