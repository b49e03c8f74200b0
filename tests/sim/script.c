// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

/* Scripts: from a seed, from text, to text. */

#define LINE_MAX_BYTES 256

static unsigned choose(uint64_t *random, const struct sim_script *script, enum sim_argument what)
{
    bool seldom = sim_random(random, 5) == 0;

    switch (what) {
    case SIM_WHO:
        return seldom ? 1 + (unsigned)sim_random(random, script->nodes) : 0;
    case SIM_NODE:
        return (unsigned)sim_random(random, script->nodes);
    case SIM_ENTRY:
        return (unsigned)sim_random(random, SIM_ENTRIES);
    case SIM_NUMBER:
        return seldom ? 0 : 1 + (unsigned)sim_random(random, 9999);
    case SIM_RULE:
        return 1 + (unsigned)sim_random(random, SIM_RULES);
    case SIM_FLAG:
        return (unsigned)sim_random(random, 2);
    case SIM_FEW:
        return (unsigned)sim_random(random, 8);
    case SIM_MANY:
        return 2 + (unsigned)sim_random(random, seldom ? 119 : 20);
    case SIM_CALL:
        return (unsigned)sim_random(random, 40);
    case SIM_BOOT_CALL:
        return seldom ? 1 + (unsigned)sim_random(random, 60) : 0;
    case SIM_DELAY:
        return (unsigned)sim_random(random, seldom ? 2000 : 100);
    case SIM_JUMP:
        return (unsigned)sim_random(random, 7200);
    case SIM_SET:
        return seldom ? (unsigned)sim_random(random, 1u << script->nodes)
                      : (1u << script->nodes) - 1;
    case SIM_NO_ARGUMENT:
        break;
    }
    return 0;
}

static unsigned choose_kind(uint64_t *random)
{
    unsigned sum = 0, kind = 0;
    uint64_t number;

    for (unsigned i = 0; sim_kinds[i].name; i++)
        sum += sim_kinds[i].weight;
    number = sim_random(random, sum);
    while (number >= sim_kinds[kind].weight)
        number -= sim_kinds[kind++].weight;
    return kind;
}

/* Mostly one thing right after the other, as faults meet; at times a rest. */
static unsigned choose_wait(uint64_t *random)
{
    switch (sim_random(random, 10)) {
    case 0:
        return (unsigned)sim_random(random, 4000);
    case 1:
    case 2:
        return 0;
    default:
        return (unsigned)sim_random(random, 300);
    }
}

void sim_script_make(uint64_t seed, size_t acts, struct sim_script *ret_script)
{
    uint64_t random = seed * 2 + 1;
    struct sim_script script = {.seed = seed, .nodes = SIM_NODES_MAX, .count = acts};

    script.members = 4 + (unsigned)sim_random(&random, 3);
    script.acts = sx_calloc(acts + 1, sizeof *script.acts);
    for (size_t i = 0; i < acts; i++) {
        struct sim_act *act = &script.acts[i];

        act->kind = choose_kind(&random);
        act->wait_ms = choose_wait(&random);
        for (unsigned j = 0; j < SIM_ARGUMENTS; j++)
            act->arguments[j] = choose(&random, &script, sim_kinds[act->kind].arguments[j]);
    }
    *ret_script = script;
}

void sim_script_print(const struct sim_script *script, FILE *to)
{
    fprintf(to, "seed %llu\nnodes %u %u\n", (unsigned long long)script->seed, script->nodes,
        script->members);
    for (size_t i = 0; i < script->count; i++) {
        const struct sim_act *act = &script->acts[i];
        const struct sim_kind *kind = &sim_kinds[act->kind];

        fprintf(to, "+%u %s", act->wait_ms, kind->name);
        for (unsigned j = 0; j < SIM_ARGUMENTS && kind->arguments[j] != SIM_NO_ARGUMENT; j++)
            fprintf(to, " %u", act->arguments[j]);
        fputc('\n', to);
    }
}

static bool is_node(enum sim_argument what)
{
    return what == SIM_NODE || what == SIM_WHO;
}

static bool fits(
    const struct sim_script *script, const struct sim_kind *kind, const unsigned *given)
{
    for (unsigned j = 0; j < SIM_ARGUMENTS; j++) {
        enum sim_argument what = kind->arguments[j];

        if ((is_node(what) && given[j] >= script->nodes + (what == SIM_WHO)) ||
            (what == SIM_ENTRY && given[j] >= SIM_ENTRIES) ||
            (what == SIM_NUMBER && given[j] > 9999) || (what == SIM_FLAG && given[j] > 1) ||
            (what == SIM_RULE && (given[j] < 1 || given[j] > SIM_RULES)))
            return false;
    }
    return true;
}

static bool read_act(const struct sim_script *script, const char *line, struct sim_act *ret_act)
{
    char name[32];
    struct sim_act act = {0};
    unsigned *given = act.arguments;
    int read =
        sscanf(line, "+%u %31s %u %u %u", &act.wait_ms, name, &given[0], &given[1], &given[2]);

    if (read < 2)
        return false;
    while (sim_kinds[act.kind].name && strcmp(sim_kinds[act.kind].name, name) != 0)
        act.kind++;
    if (!sim_kinds[act.kind].name || !fits(script, &sim_kinds[act.kind], given))
        return false;
    *ret_act = act;
    return true;
}

int sim_script_read(FILE *from, struct sim_script *ret_script)
{
    struct sim_script script = {.nodes = SIM_NODES_MAX, .members = SIM_NODES_MAX};
    unsigned long long seed;
    char line[LINE_MAX_BYTES];

    script.acts = sx_calloc(SIM_ACTS_MAX, sizeof *script.acts);
    for (unsigned number = 1; fgets(line, sizeof line, from); number++) {
        if (*line == '#' || *line == '\n')
            continue;
        if (sscanf(line, "seed %llu", &seed) == 1)
            script.seed = seed;
        else if (sscanf(line, "nodes %u %u", &script.nodes, &script.members) == 2 &&
                 script.nodes <= SIM_NODES_MAX && script.members >= 1 &&
                 script.members <= script.nodes)
            continue;
        else if (script.count == SIM_ACTS_MAX ||
                 !read_act(&script, line, &script.acts[script.count++])) {
            fprintf(stderr, "sim: line %u of the script is no act: %s", number, line);
            free(script.acts);
            return -1;
        }
    }
    *ret_script = script;
    return 0;
}

void sim_script_clear(struct sim_script *script)
{
    free(script->acts);
    *script = (struct sim_script){0};
}
