// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/schema.h"

struct ly_ctx;

/** What a filter is compiled with: the state of a group of tests. */
struct ag_test_contexts {
    struct sx_schema *schema; /**< of sx_test_schema_ours() */
    struct ly_ctx *plain; /**< of ag_request_context() */
};

/** Group setup and teardown of such tests, for cmocka. */
int ag_test_contexts_setup(void **state);
int ag_test_contexts_teardown(void **state);
