// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include <libyang/libyang.h>

int sx_validate_all(struct sx_tree *tree, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(tree->schema);

    tree->whole_validations++;
    if (lyd_validate_all(&tree->root, context, LYD_VALIDATE_NO_STATE, NULL) == LY_SUCCESS)
        return 0;
    return sx_validate_error(tree, err);
}
