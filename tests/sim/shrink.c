// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* A script that fails, without what it does not need for that: first what comes after the failure,
 * then ever smaller parts. */

struct shrinking {
    const struct sx_schema *const *schemas;
    const char *root;
    unsigned runs_left;
    struct sim_outcome *outcome; /**< of the smallest script that fails */
};

/* Without what differs from run to run: seed, step, time, and numbers. */
static void essence(const char *reason, char *ret_text, size_t size)
{
    const char *start = strstr(reason, " ms: ");
    size_t length = 0;

    for (const char *at = start ? start : reason; *at && *at != '\n' && length < size - 1; at++)
        if (*at < '0' || *at > '9')
            ret_text[length++] = *at;
    ret_text[length] = '\0';
}

static bool fails_alike(struct shrinking *shrinking, const struct sim_script *script)
{
    char wanted[256], found[256];
    struct sim_outcome outcome;

    if (shrinking->runs_left == 0)
        return false;
    shrinking->runs_left--;
    sim_run_script(shrinking->schemas, script, shrinking->root, NULL, false, &outcome);
    if (outcome.held)
        return false;
    essence(shrinking->outcome->reason, wanted, sizeof wanted);
    essence(outcome.reason, found, sizeof found);
    /* The first words tell which rule it was. */
    if (strncmp(wanted, found, 24) != 0)
        return false;
    *shrinking->outcome = outcome;
    return true;
}

/* The script without `count` acts from `first`; its acts are for free(). */
static struct sim_script without(const struct sim_script *script, size_t first, size_t count)
{
    struct sim_script shorter = *script;

    shorter.acts = sx_calloc(script->count + 1, sizeof *shorter.acts);
    memcpy(shorter.acts, script->acts, first * sizeof *shorter.acts);
    memcpy(shorter.acts + first, script->acts + first + count,
        (script->count - first - count) * sizeof *shorter.acts);
    shorter.count -= count;
    return shorter;
}

static bool leave_out(
    struct shrinking *shrinking, struct sim_script *script, size_t first, size_t count)
{
    struct sim_script shorter = without(script, first, count);

    if (!fails_alike(shrinking, &shorter)) {
        free(shorter.acts);
        return false;
    }
    free(script->acts);
    *script = shorter;
    return true;
}

void sim_shrink(const struct sx_schema *const *schemas, struct sim_script *script, const char *root,
    unsigned runs_max, struct sim_outcome *outcome)
{
    struct shrinking shrinking = {schemas, root, runs_max, outcome};
    size_t part = script->count / 2;

    /* The end first: most of it is not even reached. */
    for (; part > 0; part /= 2)
        while (script->count > part && leave_out(&shrinking, script, script->count - part, part))
            ;
    for (part = (script->count + 1) / 2; part > 0; part /= 2)
        for (size_t first = 0; first + part <= script->count;)
            if (!leave_out(&shrinking, script, first, part))
                first += part;
}
