// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Random bytes that an event brings. */
#define SX_RANDOM_SIZE 32

/** Expands random bytes: fills *ret_bytes and moves `state` on, so that the next call gives other
 * bytes. Who sees what was taken learns neither `state` nor what else was or will be taken. */
void sx_random_take(uint8_t state[SX_RANDOM_SIZE], void *ret_bytes, size_t size);
