// SPDX-License-Identifier: Apache-2.0
#include "state.h"

#include "hex.h"

#include <stdlib.h>
#include <string.h>

/* A schema that changed between two boots. What a subordinate holds was made under the former one,
 * and so were the primary's revisions that it lacks: it takes the whole content once, as a
 * snapshot, before it follows revisions again. Who has no primary begins anew at once. */

/** Hash of the schema that the replicated content is of. */
#define SCHEMA_VALUE "schema"

static void present(const struct sx_engine *engine, char ret_text[2 * SX_DIGEST_SIZE + 1])
{
    sx_hex_encode(sx_schema_hash(engine->schema), SX_DIGEST_SIZE, ret_text);
}

int sx_upgrade_load(struct sx_engine *engine, struct sx_error *err)
{
    char hash[2 * SX_DIGEST_SIZE + 1], *value = NULL;

    if (sx_stored_value(engine, SCHEMA_VALUE, &value, err) < 0)
        return -1;
    present(engine, hash);
    engine->new_schema = value && strcmp(value, hash) != 0;
    engine->schema_noted = value && !engine->new_schema;
    free(value);
    return 0;
}

int sx_upgrade_note(struct sx_engine *engine, struct sx_error *err)
{
    char hash[2 * SX_DIGEST_SIZE + 1];

    present(engine, hash);
    return sx_store_set(engine->store, SCHEMA_VALUE, hash, err);
}

bool sx_upgrade_is_due(const struct sx_engine *engine)
{
    return !engine->schema_noted && !engine->new_schema;
}

void sx_upgrade_settle(struct sx_engine *engine)
{
    struct sx_error ignored = {0};

    if (engine->schema_noted || (engine->new_schema && engine->role != SX_ROLE_PRIMARY &&
                                    engine->role != SX_ROLE_STAND_ALONE))
        return;
    engine->new_schema = false;
    /* Should it fail, the next step tries it again, and no edit is stored without it. */
    if (sx_store_begin(engine->store, &ignored) < 0)
        return;
    if (sx_upgrade_note(engine, &ignored) < 0 || sx_store_commit(engine->store, &ignored) < 0)
        sx_store_rollback(engine->store);
    else
        engine->schema_noted = true;
}
