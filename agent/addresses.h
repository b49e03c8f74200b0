// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

/** Own addresses that are looked at. */
#define AG_ADDRESSES_MAX 64

/** IP literals, ending with NULL; released by ag_addresses_clear(). */
struct ag_addresses {
    char *items[AG_ADDRESSES_MAX + 1];
};

/** The addresses of this system: those it listens on, or those of its interfaces when it listens
 * on all. `listen` ends with NULL. */
int ag_addresses_find(
    const char *const *listen, struct ag_addresses *ret_addresses, struct sx_error *err);

/** Releases the addresses. */
void ag_addresses_clear(struct ag_addresses *addresses);
