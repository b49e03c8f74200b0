// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/change.h"

/**
 * The way back: replayed on the content after `changes` (one effective difference), what is added
 * to *ret_inverse gives the content before them exactly, the order of user-ordered lists included.
 * Texts are copied.
 */
void sx_change_list_invert(
    const struct sx_change_list *changes, struct sx_change_list *ret_inverse);
