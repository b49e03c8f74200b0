// SPDX-License-Identifier: Apache-2.0

/* oracle [--seed N] [--count N] [--set NAME[,NAME]...] [--mismatches N] [--every-kind] [--verbose]:
 * random edits, each done by the engine and by the model. Exit status 1 when they differ, or, with
 * --every-kind, when a kind of constraint was never refused or never near. Each set ends at its
 * first mismatch, or at the one that is given. */

#include "oracle.h"

#include "sextant/memory.h"
#include "test_random_edit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** Transactions before the tree is emptied: so many at the most show a mismatch again. */
#define ROUND 200

static const struct oracle_set sets[] = {
    {"must", {"oracle-must"}, false},
    {"when", {"oracle-when"}, true},
    {"reference", {"oracle-reference"}, false},
    {"unique", {"oracle-unique"}, false},
    {"count", {"oracle-count"}, false},
    {"choice", {"oracle-choice"}, true},
    {"types", {"oracle-types", "oracle-must"}, false},
    {"mixed", {"sextant-test"}, true},
    {"ours", {NULL}, false},
};
#define SETS (sizeof sets / sizeof *sets)

/* What to do. */
struct options {
    uint64_t seed, count;
    const char *sets; /* names with commas, or NULL for all */
    uint64_t mismatches; /* that end a set */
    bool verbose, every_kind;
};

/* One round of a set from an empty tree. Returns -1 at a mismatch. */
static int run_round(struct oracle_world *world, uint64_t seed, uint64_t count)
{
    struct oracle_step steps[ROUND] = {{.count = 0}};
    uint64_t state = seed * 0x9E3779B97F4A7C15u | 1;
    struct oracle_world again;
    int result = 0;

    oracle_reset(world);
    for (uint64_t i = 0; i < count && result == 0; i++) {
        steps[i] = oracle_random_step(world, &state);
        if (oracle_do(world, &steps[i]) != ORACLE_MISMATCH)
            continue;
        printf("MISMATCH in set %s, seed %" PRIu64 ", step %" PRIu64 ": %s\n", world->set->name,
            seed, i + 1, world->mismatch);
        for (unsigned j = 0; j < steps[i].count; j++)
            printf("    %s\n", steps[i].edits[j]);
        /* In a world of its own, as it must not be counted. */
        oracle_open(&again, world->set);
        oracle_shrink(&again, steps, (size_t)i + 1);
        oracle_close(&again);
        result = -1;
    }
    for (uint64_t i = 0; i < count; i++)
        oracle_step_clear(&steps[i]);
    return result;
}

static int run_set(struct oracle_world *world, const struct options *options, uint64_t count)
{
    uint64_t left = options->mismatches;

    for (uint64_t seed = options->seed; count > 0 && left > 0; seed++) {
        uint64_t now = count < ROUND ? count : ROUND;

        if (run_round(world, seed, now) < 0)
            left--;
        count -= now;
    }
    return left < options->mismatches ? -1 : 0;
}

static void print_constraints(const struct oracle_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        const struct oracle_constraint *constraint = &tally->items[i];
        char *path = lysc_path(constraint->schema, LYSC_PATH_LOG, NULL, 0);

        printf("    %-20s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "  %s\n",
            oracle_kind_name(constraint->kind), constraint->violated, constraint->reported,
            constraint->near, path);
        free(path);
    }
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* `no edit`: refused before validation; `whole`: for which a module was validated whole; `libyang`:
 * of those that were judged, the ones on which it came to the same as the model. */
static void print_set(const struct oracle_world *world)
{
    const uint64_t *verdicts = world->verdicts;
    uint64_t all = 0;

    for (int i = 0; i < ORACLE_VERDICTS; i++)
        all += verdicts[i];
    printf("%-10s %8" PRIu64 " %8.1f %9.1f %8.1f %8.1f %8.2f %8.2f\n", world->set->name, all,
        percent(verdicts[ORACLE_ACCEPTED], all), percent(verdicts[ORACLE_UNCHANGED], all),
        percent(verdicts[ORACLE_REFUSED_EDIT], all), percent(verdicts[ORACLE_REFUSED], all),
        percent(world->whole, all),
        percent(world->libyang_agreed, all - verdicts[ORACLE_REFUSED_EDIT]));
    fflush(stdout);
}

/* Sums of all sets by kind. Returns -1 when a kind was never refused, or never near. */
static int print_kinds(const struct oracle_constraint sums[ORACLE_KINDS])
{
    int result = 0;

    printf("\n%-20s %8s %8s %8s\n", "constraint", "violated", "reported", "near");
    for (int i = 0; i < ORACLE_KINDS; i++) {
        printf("%-20s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n",
            oracle_kind_name((enum oracle_kind)i), sums[i].violated, sums[i].reported,
            sums[i].near);
        if (sums[i].reported == 0 || sums[i].near == 0)
            result = -1;
    }
    return result;
}

/* How many transactions a set gets: a third of all is for our own modules. */
static uint64_t share(const struct options *options, const struct oracle_set *set)
{
    const char *name = options->sets ? strstr(options->sets, set->name) : NULL;
    uint64_t other = options->count * 2 / 3 / (SETS - 1);
    size_t length = strlen(set->name);

    if (!options->sets)
        return set->modules[0] ? other : options->count - (SETS - 1) * other;
    if (!name || (name > options->sets && name[-1] != ',') || (name[length] && name[length] != ','))
        return 0;
    return options->count;
}

static void add_up(struct oracle_constraint sums[ORACLE_KINDS], const struct oracle_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        struct oracle_constraint *sum = &sums[tally->items[i].kind];

        sum->violated += tally->items[i].violated;
        sum->reported += tally->items[i].reported;
        sum->near += tally->items[i].near;
    }
}

static int run(const struct options *options)
{
    struct oracle_constraint sums[ORACLE_KINDS] = {{.violated = 0}};
    int result = 0;

    printf("seed %" PRIu64 ", %" PRIu64 " transactions\n", options->seed, options->count);
    printf("%-10s %8s %8s %9s %8s %8s %8s %8s   (percent)\n", "set", "count", "accepted",
        "unchanged", "no edit", "refused", "whole", "libyang");
    for (size_t i = 0; i < SETS; i++) {
        uint64_t count = share(options, &sets[i]);
        struct oracle_world world;

        if (count == 0)
            continue;
        oracle_open(&world, &sets[i]);
        if (run_set(&world, options, count) < 0)
            result = -1;
        print_set(&world);
        if (options->verbose)
            print_constraints(&world.tally);
        add_up(sums, &world.tally);
        oracle_close(&world);
    }
    if (print_kinds(sums) < 0 && options->every_kind) {
        printf("A kind of constraint was never refused or never near.\n");
        result = -1;
    }
    return result;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = (uint64_t)time(NULL), .count = 3000, .mismatches = 1};

    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;

        if (strcmp(argv[i], "--verbose") == 0)
            options.verbose = true;
        else if (strcmp(argv[i], "--every-kind") == 0)
            options.every_kind = true;
        else if (strcmp(argv[i], "--seed") == 0 && more)
            options.seed = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--count") == 0 && more)
            options.count = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--set") == 0 && more)
            options.sets = argv[++i];
        else if (strcmp(argv[i], "--mismatches") == 0 && more)
            options.mismatches = strtoull(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: oracle [--seed N] [--count N] [--set NAME[,NAME]...] "
                            "[--mismatches N] [--every-kind] [--verbose]\n");
            return 2;
        }
    }
    return run(&options) < 0;
}
