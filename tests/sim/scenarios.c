// SPDX-License-Identifier: Apache-2.0
#include "operator.h"
#include "run.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Single cases, in this process, and short runs of seeds. */

/** Seeds of the run in tools/check, and acts of each. */
#ifdef __SANITIZE_ADDRESS__
#define SEEDS 6
#else
#define SEEDS 16
#endif
#define ACTS 250

/** What all tests share. */
struct scenarios {
    const struct sx_schema *const *schemas;
    const char *root;
    char folder[160]; /**< of the test under way */
    struct sim sim;
};

static struct sim *open_cluster(void **state, unsigned count, uint64_t seed)
{
    struct scenarios *scenarios = *state;
    struct sim *sim = &scenarios->sim;
    struct sim_options options = {
        .schemas = scenarios->schemas, .count = count, .seed = seed, .folder = scenarios->folder};

    sim_open(sim, &options);
    sim->intention.count = count;
    for (unsigned i = 0; i < count; i++)
        sim->intention.members[i] = i;
    return sim;
}

static struct sim *form_cluster(void **state, unsigned count, uint64_t seed)
{
    struct sim *sim = open_cluster(state, count, seed);

    sim_form(sim);
    return sim;
}

static void test_partition_and_heal(void **state)
{
    struct sim *sim = form_cluster(state, 3, 1);

    assert_true(sim_phone_book(sim, 0, 1, 100));
    sim_cut(sim, 0, 1, true);
    sim_cut(sim, 0, 2, true);
    sim_run(sim, 3000);
    for (unsigned i = 0; i < 100; i++)
        assert_true(sim_phone_book(sim, 0, i % 7, 1 + i));
    assert_false(sim_phone_book(sim, 1, 1, 5));
    assert_true(sim_has_alarm(sim, 0, 20004));
    assert_true(sim_has_alarm(sim, 1, 20016));
    sim_cut(sim, 0, 1, false);
    sim_cut(sim, 0, 2, false);
    sim_run(sim, 4000);
    sim_check_level(sim);
    assert_false(sim_has_alarm(sim, 0, 20004));
    assert_false(sim_has_alarm(sim, 1, 20016));
    assert_false(sim_has_alarm(sim, 1, 20006));
    sim_close(sim);
}

/* What one side sends is lost, what the other sends arrives. */
static void test_one_way(void **state)
{
    struct sim *sim = form_cluster(state, 3, 8);

    sim_block(sim, 0, 1, true);
    for (unsigned i = 0; i < 20; i++)
        assert_true(sim_phone_book(sim, 0, i % 7, 1 + i));
    sim_run(sim, 2000);
    assert_true(sim_has_alarm(sim, 0, 20004));
    assert_true(sim_has_alarm(sim, 1, 20016));
    assert_false(sim_has_alarm(sim, 2, 20016));
    sim_block(sim, 0, 1, false);
    sim_run(sim, 4000);
    sim_check_level(sim);
    sim_close(sim);
}

/* Power goes at each call that a commit makes of the disk, on the primary and on a subordinate. */
static void crash_at_each_point(void **state, unsigned victim)
{
    struct sim *sim = form_cluster(state, 3, 2 + victim);
    unsigned points = 0;
    bool crashed = true;

    for (unsigned n = 1; crashed; n++) {
        fault_vfs_crash_at(sim->nodes[victim].disk, SIM_POINTS, n);
        sim_phone_book(sim, 0, n % 5, 1000 + n);
        sim_run(sim, 50);
        crashed = sim->nodes[victim].engine == NULL;
        fault_vfs_crash_at(sim->nodes[victim].disk, SIM_POINTS, 0);
        if (crashed) {
            points++;
            assert_true(sim_boot(sim, victim, 0));
        }
        sim_run(sim, 4000);
        sim_check_level(sim);
    }
    print_message("[   sim    ] %u points of a commit, node %u\n", points, victim);
    assert_true(points > 3);
    sim_close(sim);
}

static void test_crash_of_the_primary(void **state)
{
    crash_at_each_point(state, 0);
}

static void test_crash_of_a_subordinate(void **state)
{
    crash_at_each_point(state, 1);
}

/* A subordinate that was primary alone for a while has edits of its own: nothing is merged, nothing
 * is lost until the operator says so. */
static void test_subordinate_with_edits_of_its_own(void **state)
{
    struct sim *sim = form_cluster(state, 3, 4);

    assert_true(sim_phone_book(sim, 0, 1, 1));
    sim_run(sim, 1000);
    sim_cut(sim, 0, 1, true);
    sim_cut(sim, 1, 2, true);
    sim_run(sim, 2000);
    assert_true(sim_set_primary(sim, 1, 1));
    assert_true(sim_phone_book(sim, 1, 2, 2));
    assert_true(sim_phone_book(sim, 0, 3, 3));
    assert_true(sim_set_primary(sim, 1, 0));
    sim_cut(sim, 0, 1, false);
    sim_cut(sim, 1, 2, false);
    sim_run(sim, 5000);
    assert_true(sim_has_alarm(sim, 1, 20011));
    assert_int_equal(sim->nodes[1].status.database, SX_DATABASE_CONFLICT);
    assert_true(sim_phone_book(sim, 0, 4, 4));
    sim_run(sim, 5000);
    assert_true(sim_has_alarm(sim, 1, 20011));
    sim_force(sim, 1);
    sim_run(sim, 5000);
    sim_check_level(sim);
    assert_false(sim_has_alarm(sim, 1, 20011));
    sim_close(sim);
}

/* While two hold themselves for primary both say so, and the one that was left behind commits
 * nothing that would fork the history. */
static void test_two_primaries(void **state)
{
    struct sim *sim = form_cluster(state, 3, 5);

    assert_true(sim_phone_book(sim, 0, 1, 1));
    sim_run(sim, 1000);
    assert_true(sim_set_primary(sim, 1, 1));
    sim_run(sim, 500);
    assert_true(sim_has_alarm(sim, 0, 20017));
    assert_true(sim_has_alarm(sim, 1, 20017));
    assert_true(sim_phone_book(sim, 1, 2, 2));
    sim_run(sim, 70000);
    assert_false(sim_phone_book(sim, 0, 3, 3));
    assert_true(sim_set_primary(sim, 0, 1));
    assert_true(sim_set_primary(sim, 2, 1));
    sim_run(sim, 3000);
    sim->intention.primary = 1;
    sim_check_level(sim);
    for (unsigned i = 0; i < 3; i++)
        assert_false(sim_has_alarm(sim, i, 20017));
    sim_close(sim);
}

/* A system with a configuration of its own joins: its replicated items become the primary's, its
 * own stay, and a copy of the former is kept. */
static void test_joiner(void **state)
{
    struct sim *sim = open_cluster(state, 3, 6);

    for (unsigned i = 0; i < 50; i++)
        assert_true(sim_phone_book(sim, 2, i % SIM_ENTRIES, 500 + i));
    assert_true(sim_set_own(sim, 2, 42));
    assert_true(sim_phone_book(sim, 0, 7, 7));
    sim_form(sim);
    assert_string_equal(sim->nodes[2].status.system_name, "system-2-42");
    assert_int_not_equal(sim->nodes[2].status.warning_count, 0);
    assert_non_null(strstr(sim->nodes[2].status.warnings[0], "is kept in"));
    sim_close(sim);
}

/* While a disk has no room nothing is taken, which the NMS learns; when there is room all is made
 * up for. */
static void test_full_disk(void **state)
{
    struct sim *sim = form_cluster(state, 3, 9);

    fault_vfs_room(sim->nodes[1].disk, 0);
    sim->nodes[1].full = true;
    for (unsigned i = 0; i < 100; i++)
        assert_true(sim_phone_book(sim, 0, i % 7, 1 + i));
    sim_run(sim, 3000);
    assert_true(sim_has_alarm(sim, 1, 15010));
    assert_true(sim_has_alarm(sim, 0, 20009));
    fault_vfs_room(sim->nodes[1].disk, FAULT_ROOM_ENDLESS);
    sim->nodes[1].full = false;
    sim_run(sim, 20000);
    sim_check_level(sim);
    assert_false(sim_has_alarm(sim, 1, 15010));
    assert_false(sim_has_alarm(sim, 0, 20009));
    sim_close(sim);
}

/* Between two releases nothing passes; who was upgraded takes all of it once, then revisions. */
static void test_upgrade(void **state)
{
    struct sim *sim = form_cluster(state, 3, 11);
    uint64_t snapshots;

    assert_true(sim_phone_book(sim, 0, 1, 1));
    sim_run(sim, 1000);
    snapshots = sim->counts.snapshots;
    sim_upgrade(sim, 1, 1);
    sim_run(sim, 4000);
    assert_true(sim_has_alarm(sim, 0, 20008));
    assert_true(sim_has_alarm(sim, 1, 20008));
    assert_true(sim_phone_book(sim, 0, 2, 2));
    sim_run(sim, 4000);
    assert_int_equal(sim_content_of(sim, &sim->nodes[1]).entries[2], 0);
    sim_upgrade(sim, 0, 1);
    sim_upgrade(sim, 2, 1);
    sim_run(sim, 5000);
    sim_check_level(sim);
    for (unsigned i = 0; i < 3; i++)
        assert_false(sim_has_alarm(sim, i, 20008));
    assert_int_equal(sim->counts.snapshots, snapshots + 2);
    sim_restart(sim, 1);
    assert_true(sim_phone_book(sim, 0, 3, 3));
    sim_run(sim, 4000);
    sim_check_level(sim);
    assert_int_equal(sim->counts.snapshots, snapshots + 2);
    sim_close(sim);
}

/* One after the other restarts, once; and it stops at one that does not come back. */
static void test_rolling_restart(void **state)
{
    struct sim *sim = form_cluster(state, 4, 12);
    uint64_t boots = sim->counts.boots;

    sim_run(sim, 2000);
    assert_true(sim_ask_rolling(sim, 0, SX_ROLLING_START));
    sim_run(sim, 20000);
    assert_int_equal(sim->nodes[0].status.rolling.state, SX_ROLLING_COMPLETED);
    assert_int_equal(sim->counts.boots, boots + 4);
    assert_true(sim_ask_rolling(sim, 0, SX_ROLLING_START));
    sim_crash(sim, 3);
    sim_run(sim, 20000);
    assert_int_equal(sim->nodes[0].status.rolling.state, SX_ROLLING_STOPPED);
    assert_true(sim_boot(sim, 3, 0));
    sim_run(sim, 4000);
    assert_true(sim_ask_rolling(sim, 0, SX_ROLLING_RESUME));
    sim_run(sim, 20000);
    assert_int_equal(sim->nodes[0].status.rolling.state, SX_ROLLING_COMPLETED);
    sim_check_level(sim);
    sim_close(sim);
}

/* A commit that waits is answered, and what it says outlives a power cut of the whole cluster. */
static void test_edit_that_waits(void **state)
{
    struct sim *sim = form_cluster(state, 3, 13);

    sim_cut(sim, 0, 2, true);
    sim_edit_and_wait(sim, 0, 1, 1);
    assert_int_equal(sim->counts.waits, 1);
    sim_cut(sim, 0, 1, true);
    sim_run(sim, 2000);
    sim_edit_and_wait(sim, 0, 1, 2);
    assert_int_equal(sim->counts.waits, 1);
    sim_close(sim);
}

/* A list of peers that applies at once makes a cluster without a restart. */
static void test_apply_at_once(void **state)
{
    struct sim *sim = open_cluster(state, 3, 14);
    uint64_t boots = sim->counts.boots;

    assert_true(sim_phone_book(sim, 0, 1, 1));
    for (unsigned i = 0; i < 3; i++)
        assert_true(sim_set_apply(sim, i, true));
    sim->intention.count = 1;
    assert_true(sim_agree(sim, 0));
    sim->intention.count = 3;
    for (unsigned i = 0; i < 3; i++)
        assert_true(sim_agree(sim, i));
    sim_run(sim, 4000);
    sim_check_level(sim);
    assert_int_equal(sim->counts.boots, boots);
    sim_close(sim);
}

/* Who was refused as primary and is not primary any more has nothing to try again: it rests. */
static void test_refused_and_not_primary_any_more(void **state)
{
    struct sim *sim = form_cluster(state, 3, 10);
    uint64_t steps;

    fault_vfs_room(sim->nodes[2].disk, 0);
    sim->nodes[2].full = true;
    for (unsigned i = 0; !sim_has_alarm(sim, 0, 20009); i++) {
        assert_true(sim_phone_book(sim, 0, i % 7, 1 + i));
        sim_run(sim, 20);
    }
    steps = sim->counts.steps;
    assert_true(sim_set_primary(sim, 0, 1));
    sim_run(sim, 5000);
    assert_true(sim->counts.steps - steps < 200);
    sim_close(sim);
}

/* Faults at random, then none: all rules hold. */
static void test_seeds(void **state)
{
    const struct scenarios *scenarios = *state;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sim_script script;
        struct sim_outcome outcome;

        sim_script_make(seed, ACTS, &script);
        sim_run_script(scenarios->schemas, &script, scenarios->root, NULL, false, &outcome);
        sim_script_clear(&script);
        if (!outcome.held)
            fail_msg("seed %llu, %d acts: %s", (unsigned long long)seed, ACTS, outcome.reason);
    }
    print_message("[   sim    ] seeds 1 to %d, %d acts each\n", SEEDS, ACTS);
}

static char *content_of(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *ret_length = (size_t)ftell(file);
    rewind(file);
    text = malloc(*ret_length + 1);
    assert_int_equal(fread(text, 1, *ret_length, file), *ret_length);
    fclose(file);
    return text;
}

/* A seed gives the same trace to the byte, another one another. */
static void test_same_seed_same_trace(void **state)
{
    const struct scenarios *scenarios = *state;
    char paths[3][200];
    char *traces[3];
    size_t lengths[3];

    for (unsigned i = 0; i < 3; i++) {
        struct sim_script script;
        struct sim_outcome outcome;

        snprintf(paths[i], sizeof paths[i], "%s/trace-%u", scenarios->root, i);
        sim_script_make(i < 2 ? 77 : 78, ACTS, &script);
        sim_run_script(scenarios->schemas, &script, scenarios->root, paths[i], false, &outcome);
        sim_script_clear(&script);
        assert_string_equal(outcome.reason, "");
        traces[i] = content_of(paths[i], &lengths[i]);
    }
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(traces[0], traces[1], lengths[0]);
    assert_true(lengths[2] != lengths[0] || memcmp(traces[2], traces[0], lengths[0]) != 0);
    for (unsigned i = 0; i < 3; i++)
        free(traces[i]);
}

/* What is printed of a script is that script when it is read again. */
static void test_script_as_text(void **state)
{
    struct sim_script script, again;
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    sim_script_make(5, 300, &script);
    sim_script_print(&script, file);
    rewind(file);
    assert_int_equal(sim_script_read(file, &again), 0);
    assert_int_equal(again.seed, script.seed);
    assert_int_equal(again.members, script.members);
    assert_int_equal(again.count, script.count);
    assert_memory_equal(again.acts, script.acts, script.count * sizeof *script.acts);
    fclose(file);
    sim_script_clear(&script);
    sim_script_clear(&again);
}

static int set_up(void **state)
{
    struct scenarios *scenarios = *state;

    return sx_test_make_folder(scenarios->folder);
}

static int tear_down(void **state)
{
    struct scenarios *scenarios = *state;

    return sx_test_remove_folder(scenarios->folder);
}

#define SCENARIO(test) \
    { \
#test, test, set_up, tear_down, scenarios \
    }

int sim_scenarios(const struct sx_schema *const *schemas, const char *root)
{
    struct scenarios *scenarios = calloc(1, sizeof *scenarios);
    int failed;

    assert_non_null(scenarios);
    scenarios->schemas = schemas;
    scenarios->root = root;
    snprintf(scenarios->folder, sizeof scenarios->folder, "%s/scenario", root);
    const struct CMUnitTest tests[] = {
        SCENARIO(test_partition_and_heal),
        SCENARIO(test_one_way),
        SCENARIO(test_crash_of_the_primary),
        SCENARIO(test_crash_of_a_subordinate),
        SCENARIO(test_subordinate_with_edits_of_its_own),
        SCENARIO(test_two_primaries),
        SCENARIO(test_joiner),
        SCENARIO(test_full_disk),
        SCENARIO(test_upgrade),
        SCENARIO(test_rolling_restart),
        SCENARIO(test_edit_that_waits),
        SCENARIO(test_apply_at_once),
        SCENARIO(test_refused_and_not_primary_any_more),
        SCENARIO(test_script_as_text),
        SCENARIO(test_same_seed_same_trace),
        SCENARIO(test_seeds),
    };
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(scenarios);
    return failed;
}
