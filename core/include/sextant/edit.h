// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/** The <default-operation> of RFC 6241 section 7.2. */
enum sx_default_operation {
    SX_DEFAULT_MERGE = 0,
    SX_DEFAULT_REPLACE,
    SX_DEFAULT_NONE,
};

/** The datastores that an operation can name. */
enum sx_datastore {
    SX_DATASTORE_RUNNING = 0,
    SX_DATASTORE_CANDIDATE,
};

/** Who asked for a change; strings are cut when too long. Part of the journal. */
struct sx_origin {
    char user[64];
    char source[64]; /**< address of the client, "unix", or a peer's address */
    uint32_t session; /**< NETCONF session id, 0 for none */
};
