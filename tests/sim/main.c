// SPDX-License-Identifier: Apache-2.0
#include "run.h"
#include "test_folder.h"
#include "test_schema.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Without arguments the scenarios; else seeds, or a script. README.md tells how to use it. */

/** Runs that shrinking a script may take. */
#define SHRINK_RUNS 400

struct arguments {
    uint64_t seed, seeds, step, events;
    bool once; /**< ends at the first failure and does not shrink it */
    const char *script, *trace;
};

static const char usage[] =
    "usage: sim                     the scenarios, and a few seeds\n"
    "       sim --seed S [--seeds N] [--step K] [--events N] [--once] [--trace FILE]\n"
    "       sim --script FILE [--trace FILE]\n";

static bool read_arguments(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
        {"seeds", required_argument, NULL, 'n'}, {"step", required_argument, NULL, 'k'},
        {"events", required_argument, NULL, 'e'}, {"once", no_argument, NULL, 'o'},
        {"script", required_argument, NULL, 'f'}, {"trace", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0}};
    struct arguments arguments = {.seed = 1, .seeds = 1, .step = 1, .events = 500};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;

        switch (option) {
        case 's':
            arguments.seed = number;
            break;
        case 'n':
            arguments.seeds = number;
            break;
        case 'k':
            arguments.step = number;
            break;
        case 'e':
            arguments.events = number < SIM_ACTS_MAX ? number : SIM_ACTS_MAX;
            break;
        case 'o':
            arguments.once = true;
            break;
        case 'f':
            arguments.script = optarg;
            break;
        case 't':
            arguments.trace = optarg;
            break;
        default:
            return false;
        }
    }
    *ret_arguments = arguments;
    return optind == argc;
}

static void add_counts(struct sim_counts *sum, const struct sim_counts *counts)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)counts;

    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}

/* One line, for people and for tools/soak. */
static void print_sum(uint64_t seeds, const struct sim_outcome *sum, time_t seconds)
{
    const struct sim_counts *counts = &sum->counts;

    printf("seeds=%llu virtual-hours=%.1f seconds=%lld steps=%llu edits=%llu refused=%llu "
           "crashes=%llu boots=%llu partitions=%llu breaks=%llu snapshots=%llu backups=%llu "
           "restores=%llu primaries=%llu removals=%llu full-disks=%llu "
           "levels=%llu upgrades=%llu waits=%llu rolling-restarts=%llu\n",
        (unsigned long long)seeds, (double)sum->virtual_ms / 3600000, (long long)seconds,
        (unsigned long long)counts->steps, (unsigned long long)counts->edits,
        (unsigned long long)counts->refused, (unsigned long long)counts->crashes,
        (unsigned long long)counts->boots, (unsigned long long)counts->partitions,
        (unsigned long long)counts->breaks, (unsigned long long)counts->snapshots,
        (unsigned long long)counts->backups, (unsigned long long)counts->restores,
        (unsigned long long)counts->primaries, (unsigned long long)counts->removals,
        (unsigned long long)counts->full_disks, (unsigned long long)counts->levels,
        (unsigned long long)counts->upgrades, (unsigned long long)counts->waits,
        (unsigned long long)counts->rollings);
}

static void report_failure(const struct sx_schema *const *schemas,
    const struct arguments *arguments, struct sim_script *script, const char *root,
    struct sim_outcome *outcome)
{
    printf("FAILED seed %llu: %s", (unsigned long long)script->seed, outcome->reason);
    fflush(stdout);
    if (arguments->once)
        return;
    sim_shrink(schemas, script, root, SHRINK_RUNS, outcome);
    printf("# The shortest script found, for sim --script FILE:\n# %s", outcome->reason);
    sim_script_print(script, stdout);
}

static int run_seeds(
    const struct sx_schema *const *schemas, const struct arguments *arguments, const char *root)
{
    struct sim_outcome sum = {0}, outcome;
    struct sim_script script;
    uint64_t done = 0;
    time_t start = time(NULL);
    int result = 0;

    for (; done < arguments->seeds && result == 0; done++) {
        sim_script_make(
            arguments->seed + done * arguments->step, (size_t)arguments->events, &script);
        sim_run_script(
            schemas, &script, root, arguments->trace, getenv("SIM_VERBOSE") != NULL, &outcome);
        sum.virtual_ms += outcome.virtual_ms;
        add_counts(&sum.counts, &outcome.counts);
        if (!outcome.held) {
            report_failure(schemas, arguments, &script, root, &outcome);
            result = 1;
        }
        sim_script_clear(&script);
    }
    print_sum(done, &sum, time(NULL) - start);
    return result;
}

static int run_file(
    const struct sx_schema *const *schemas, const struct arguments *arguments, const char *root)
{
    FILE *file = fopen(arguments->script, "r");
    struct sim_script script;
    struct sim_outcome outcome;

    if (!file || sim_script_read(file, &script) < 0) {
        fprintf(stderr, "sim: %s cannot be read\n", arguments->script);
        if (file)
            fclose(file);
        return 2;
    }
    fclose(file);
    sim_run_script(schemas, &script, root, arguments->trace, true, &outcome);
    printf(outcome.held ? "held\n" : "FAILED\n");
    sim_script_clear(&script);
    return outcome.held ? 0 : 1;
}

int main(int argc, char **argv)
{
    char root[] = "/dev/shm/sextant-sim-XXXXXX";
    char other[] = P_tmpdir "/sextant-sim-XXXXXX";
    char *folder = mkdtemp(root);
    struct arguments arguments;
    struct sx_schema *schemas[SIM_RELEASES];
    const struct sx_schema *const *shared = (const struct sx_schema *const *)schemas;
    int result;

    if (!folder)
        folder = mkdtemp(other);
    if (!read_arguments(argc, argv, &arguments) || !folder) {
        fputs(usage, stderr);
        return 2;
    }
    schemas[0] = sx_test_schema_ours();
    schemas[1] = sx_test_schema_next();
    if (arguments.script)
        result = run_file(shared, &arguments, folder);
    else if (argc > 1)
        result = run_seeds(shared, &arguments, folder);
    else
        result = sim_scenarios(shared, folder);
    for (unsigned i = 0; i < SIM_RELEASES; i++)
        sx_schema_free(schemas[i]);
    sx_test_remove_folder(folder);
    return result;
}
