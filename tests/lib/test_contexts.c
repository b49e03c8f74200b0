// SPDX-License-Identifier: Apache-2.0
#include "test_contexts.h"

#include "netconf/request.h"
#include "sextant/memory.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <stdlib.h>

int ag_test_contexts_setup(void **state)
{
    struct ag_test_contexts *contexts = sx_alloc(sizeof *contexts);
    struct sx_error err = {0};

    contexts->schema = sx_test_schema_ours();
    *state = contexts;
    return ag_request_context(&contexts->plain, &err);
}

int ag_test_contexts_teardown(void **state)
{
    struct ag_test_contexts *contexts = *state;

    ly_ctx_destroy(contexts->plain);
    sx_schema_free(contexts->schema);
    free(contexts);
    return 0;
}
