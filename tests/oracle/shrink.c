// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "sextant/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the steps, of which some are left out, still end in a mismatch. */
static bool fails(struct oracle_world *world, const struct oracle_step *steps, size_t count)
{
    enum oracle_verdict verdict = ORACLE_ACCEPTED;

    oracle_reset(world);
    for (size_t i = 0; i < count && verdict != ORACLE_MISMATCH; i++)
        if (steps[i].count > 0)
            verdict = oracle_do(world, &steps[i]);
    return verdict == ORACLE_MISMATCH;
}

/* Leaves out as many steps as it can, many at a time first. */
static void drop_steps(struct oracle_world *world, struct oracle_step *steps, size_t count)
{
    for (size_t size = count / 2; size > 0; size /= 2)
        for (size_t from = 0; from + 1 < count; from += size) {
            size_t to = from + size < count - 1 ? from + size : count - 1;
            unsigned *counts = sx_calloc(count, sizeof *counts);

            for (size_t i = from; i < to; i++) {
                counts[i] = steps[i].count;
                steps[i].count = 0;
            }
            if (!fails(world, steps, count))
                for (size_t i = from; i < to; i++)
                    steps[i].count = counts[i];
            else
                for (size_t i = from; i < to; i++) {
                    steps[i].count = counts[i];
                    oracle_step_clear(&steps[i]);
                }
            free(counts);
        }
}

/* The end of the element that begins at `at`, which is a '<'. */
static char *end_of(char *at)
{
    int depth = 0;

    do {
        bool closes = at[1] == '/';

        at = strchr(at, '>');
        if (!at)
            return NULL;
        depth += closes ? -1 : at[-1] == '/' ? 0 : 1;
        at = depth > 0 ? strchr(at, '<') : at + 1;
    } while (at && depth > 0);
    return at;
}

/* Leaves out as many elements of one edit as it can. */
static void drop_elements(
    struct oracle_world *world, struct oracle_step *steps, size_t count, char **edit)
{
    char *text = *edit;

    for (char *at = strchr(text, '<'); at; at = strchr(at, '<')) {
        char *end = at[1] != '/' ? end_of(at) : NULL, *former;

        if (end) {
            former = sx_strdup(text);
            memmove(at, end, strlen(end) + 1);
            if (fails(world, steps, count)) {
                free(former);
                continue;
            }
            strcpy(text, former);
            free(former);
        }
        at++;
    }
}

void oracle_shrink(struct oracle_world *world, struct oracle_step *steps, size_t count)
{
    static const char *const operations[] = {"merge", "replace", "none"};

    drop_steps(world, steps, count);
    for (size_t i = 0; i < count; i++)
        for (unsigned j = 0; j < steps[i].count; j++)
            drop_elements(world, steps, count, &steps[i].edits[j]);
    drop_steps(world, steps, count);
    printf("The smallest transactions that show it, on an empty tree of %s:\n", world->set->name);
    for (size_t i = 0; i < count; i++)
        for (unsigned j = 0; j < steps[i].count; j++)
            if (steps[i].edits[j][0] || steps[i].operations[j] != SX_DEFAULT_MERGE)
                printf("  transaction %zu, default-operation %s\n    %s\n", i + 1,
                    operations[steps[i].operations[j]], steps[i].edits[j]);
    if (fails(world, steps, count))
        printf("%s", world->mismatch);
    else
        printf("It does not show again.\n");
}
