// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Licence keys that a system tells of. */
#define SX_LICENCE_KEYS_MAX 16
/** Longest of them, with NUL. */
#define SX_LICENCE_KEY_MAX 64
/** Longest host name, with NUL. */
#define SX_HOST_NAME_MAX 256

/** What an agent uses of its machine. By value. */
struct sx_usage {
    uint64_t memory_kb; /**< memory of the process */
    uint32_t processor; /**< time of one processor, in parts of a thousand */
    uint32_t sessions; /**< NETCONF sessions that are open */
};

/**
 * Small operational facts that each system tells all others: soft state, neither stored nor part
 * of the configuration. What was told last counts, and its age is known. By value.
 */
struct sx_facts {
    char host_name[SX_HOST_NAME_MAX]; /**< with domain, as far as that is configured; or "" */
    char licence_keys[SX_LICENCE_KEYS_MAX][SX_LICENCE_KEY_MAX];
    size_t licence_key_count;
    bool maintenance; /**< it takes no new calls or registrations */
    struct sx_usage usage;
};
