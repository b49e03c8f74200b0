// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "envelope.pb-c.h"
#include "sextant/message.h"

/** The protobuf of what a cluster requires of its members, while it is encoded. */
struct ag_requirements_scratch {
    Sextant__Requirements message;
    uint8_t unique[SX_UNIQUE_MAX * sizeof(uint64_t)];
};

/** Fills `scratch` in; it points into `from` and itself. False when there is nothing to say. */
bool ag_requirements_write(
    struct ag_requirements_scratch *scratch, const struct sx_requirements *from);

/** Takes what a peer sent; NULL: a peer of a former release, which tells nothing. */
int ag_requirements_read(
    struct sx_requirements *to, const Sextant__Requirements *from, struct sx_error *err);
