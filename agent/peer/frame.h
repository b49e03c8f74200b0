// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Frames: on the wire each envelope has its length before it, most significant byte first. */

/** Bytes of the length. */
#define AG_FRAME_PREFIX 4u

/** Writes the length of an envelope, 32 bits at most, to the first bytes of a frame. */
static inline void ag_frame_begin(uint8_t ret_prefix[AG_FRAME_PREFIX], size_t length)
{
    for (unsigned i = 0; i < AG_FRAME_PREFIX; i++)
        ret_prefix[i] = (uint8_t)(length >> (8 * (AG_FRAME_PREFIX - 1 - i)));
}

/** Length of the envelope in a frame that begins with these bytes. */
static inline size_t ag_frame_length(const uint8_t prefix[AG_FRAME_PREFIX])
{
    return (size_t)prefix[0] << 24 | (size_t)prefix[1] << 16 | (size_t)prefix[2] << 8 |
           (size_t)prefix[3];
}
