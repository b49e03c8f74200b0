// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/** A number below `limit` from a seed that is never 0 and moves on. */
uint32_t sx_test_random(uint64_t *seed, uint32_t limit);

/** A random <config> content for the module sextant-test, with random operations, as XML for
 * free(). Many such edits are not valid. */
char *sx_test_random_edit(uint64_t *seed);
