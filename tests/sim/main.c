// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include "test_folder.h"
#include "test_schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The scenarios. `sim SEED…` runs just the random one with those seeds. */

/** Seeds and events of the random scenario. */
#define SEEDS 25
#define EVENTS 200

static struct sx_schema *schema;
static char root[128];
static unsigned folders;

static void open_cluster(struct sim *sim, unsigned count, uint64_t seed)
{
    char folder[192];

    snprintf(folder, sizeof folder, "%s/%u", root, folders++);
    assert_int_equal(sx_test_make_folder(folder), 0);
    sim_open(sim, schema, count, seed, folder);
}

static void test_partition_and_heal(void **state)
{
    struct sim sim;

    (void)state;
    open_cluster(&sim, 3, 1);
    sim_form(&sim, 0);
    assert_true(sim_phone_book(&sim, 0, 1, 100));
    sim_cut(&sim, 0, 1, true);
    sim_cut(&sim, 0, 2, true);
    sim_run(&sim, 3000);
    for (unsigned i = 0; i < 100; i++)
        assert_true(sim_phone_book(&sim, 0, i % 7, i));
    assert_false(sim_phone_book(&sim, 1, 1, 5));
    assert_true(sim_has_alarm(&sim, 0, 20004));
    assert_true(sim_has_alarm(&sim, 1, 20016));
    sim_cut(&sim, 0, 1, false);
    sim_cut(&sim, 0, 2, false);
    sim_run(&sim, 4000);
    sim_check_converged(&sim, 0);
    assert_false(sim_has_alarm(&sim, 0, 20004));
    assert_false(sim_has_alarm(&sim, 1, 20016));
    assert_false(sim_has_alarm(&sim, 1, 20006));
    sim_close(&sim);
}

/* Power goes at each call that a commit makes of the disk, on the primary and on a subordinate. */
static void crash_at_each_point(unsigned victim)
{
    struct sim sim;
    unsigned points = 0;
    bool crashed = true;

    open_cluster(&sim, 3, 2 + victim);
    sim_form(&sim, 0);
    for (unsigned n = 1; crashed; n++) {
        fault_vfs_crash_at(sim.nodes[victim].disk, SIM_POINTS, n);
        sim_phone_book(&sim, 0, n % 5, 1000 + n);
        sim_run(&sim, 50);
        crashed = sim.nodes[victim].engine == NULL;
        fault_vfs_crash_at(sim.nodes[victim].disk, SIM_POINTS, 0);
        if (crashed) {
            points++;
            sim_boot(&sim, victim);
        }
        sim_run(&sim, 4000);
        sim_check_converged(&sim, 0);
    }
    print_message("[   sim    ] %u points of a commit, node %u\n", points, victim);
    assert_true(points > 3);
    sim_close(&sim);
}

static void test_crash_of_the_primary(void **state)
{
    (void)state;
    crash_at_each_point(0);
}

static void test_crash_of_a_subordinate(void **state)
{
    (void)state;
    crash_at_each_point(1);
}

/* A subordinate that was primary alone for a while has edits of its own: nothing is merged, nothing
 * is lost until the operator says so. */
static void test_subordinate_with_edits_of_its_own(void **state)
{
    struct sim sim;

    (void)state;
    open_cluster(&sim, 3, 4);
    sim_form(&sim, 0);
    assert_true(sim_phone_book(&sim, 0, 1, 1));
    sim_run(&sim, 1000);
    sim_cut(&sim, 0, 1, true);
    sim_cut(&sim, 1, 2, true);
    sim_run(&sim, 2000);
    assert_true(sim_set_primary(&sim, 1, 1));
    assert_true(sim_phone_book(&sim, 1, 2, 2));
    assert_true(sim_phone_book(&sim, 0, 3, 3));
    assert_true(sim_set_primary(&sim, 1, 0));
    sim_cut(&sim, 0, 1, false);
    sim_cut(&sim, 1, 2, false);
    sim_run(&sim, 5000);
    assert_true(sim_has_alarm(&sim, 1, 20011));
    assert_int_equal(sim.nodes[1].status.database, SX_DATABASE_CONFLICT);
    assert_true(sim_phone_book(&sim, 0, 4, 4));
    sim_run(&sim, 5000);
    assert_true(sim_has_alarm(&sim, 1, 20011));
    sim_force(&sim, 1);
    sim_run(&sim, 5000);
    sim_check_converged(&sim, 0);
    assert_false(sim_has_alarm(&sim, 1, 20011));
    sim_close(&sim);
}

/* While two hold themselves for primary both say so, and the one that was left behind commits
 * nothing that would fork the history. */
static void test_two_primaries(void **state)
{
    struct sim sim;

    (void)state;
    open_cluster(&sim, 3, 5);
    sim_form(&sim, 0);
    assert_true(sim_phone_book(&sim, 0, 1, 1));
    sim_run(&sim, 1000);
    assert_true(sim_set_primary(&sim, 1, 1));
    sim_run(&sim, 500);
    assert_true(sim_has_alarm(&sim, 0, 20017));
    assert_true(sim_has_alarm(&sim, 1, 20017));
    assert_true(sim_phone_book(&sim, 1, 2, 2));
    sim_run(&sim, 70000);
    assert_false(sim_phone_book(&sim, 0, 3, 3));
    assert_true(sim_set_primary(&sim, 0, 1));
    assert_true(sim_set_primary(&sim, 2, 1));
    sim_run(&sim, 3000);
    sim_check_converged(&sim, 1);
    for (unsigned i = 0; i < 3; i++)
        assert_false(sim_has_alarm(&sim, i, 20017));
    sim_close(&sim);
}

/* A system with a configuration of its own joins: its replicated items become the primary's, its
 * own stay, and a copy of the former is kept. */
static void test_joiner(void **state)
{
    struct sim sim;

    (void)state;
    open_cluster(&sim, 3, 6);
    for (unsigned i = 0; i < 50; i++)
        assert_true(sim_phone_book(&sim, 2, i, 500 + i));
    assert_true(sim_set_own(&sim, 2, 42));
    assert_true(sim_phone_book(&sim, 0, 7, 7));
    sim_form(&sim, 0);
    assert_string_equal(sim.nodes[2].status.system_name, "system-42");
    assert_int_not_equal(sim.nodes[2].status.warning_count, 0);
    assert_non_null(strstr(sim.nodes[2].status.warnings[0], "is kept in"));
    sim_close(&sim);
}

static void random_event(struct sim *sim)
{
    unsigned node = (unsigned)sim_random(sim, sim->count);
    unsigned other = (unsigned)sim_random(sim, sim->count);

    switch (sim_random(sim, 15)) {
    case 0:
        if (node != other)
            sim_cut(sim, node, other, true);
        break;
    case 1:
    case 2:
        if (node != other)
            sim_cut(sim, node, other, false);
        break;
    case 3:
        if (sim->nodes[node].engine)
            fault_vfs_crash_at(sim->nodes[node].disk, SIM_POINTS, 1 + sim_random(sim, 30));
        break;
    case 4:
    case 5:
        if (!sim->nodes[node].engine)
            sim_boot(sim, node);
        break;
    case 6:
        if (sim->nodes[node].engine)
            sim_set_own(sim, node, (unsigned)sim_random(sim, 1000));
        break;
    case 7:
        if (sim->nodes[0].engine)
            sim_roll_back(sim, 0, (unsigned)sim_random(sim, 8));
        break;
    case 8:
        if (sim->nodes[0].engine)
            sim_set_password(sim, 0, (unsigned)sim_random(sim, 1000));
        break;
    case 9:
        if (sim->nodes[0].engine)
            sim_change_key(sim, 0);
        break;
    default:
        if (sim->nodes[0].engine)
            sim_phone_book(sim, 0, (unsigned)sim_random(sim, 10), (unsigned)sim_random(sim, 1000));
        break;
    }
    sim_run(sim, (int64_t)sim_random(sim, 500));
}

/* Faults at random, then none: everyone must get to where the primary is. */
static uint64_t run_seed(uint64_t seed)
{
    struct sim sim;
    uint64_t trace;

    open_cluster(&sim, 3, seed);
    sim_form(&sim, 0);
    for (unsigned i = 0; i < EVENTS; i++)
        random_event(&sim);
    for (unsigned i = 0; i < sim.count; i++) {
        fault_vfs_crash_at(sim.nodes[i].disk, SIM_POINTS, 0);
        if (!sim.nodes[i].engine)
            sim_boot(&sim, i);
        for (unsigned j = 0; j < i; j++)
            sim_cut(&sim, i, j, false);
    }
    sim_run(&sim, 5000);
    sim_check_converged(&sim, 0);
    trace = sim.trace;
    sim_close(&sim);
    return trace;
}

static void test_random_faults(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(seed);
    print_message("[   sim    ] seeds 1 to %d, %d events each\n", SEEDS, EVENTS);
}

static void test_same_seed_same_trace(void **state)
{
    (void)state;
    assert_int_equal(run_seed(77), run_seed(77));
    assert_int_not_equal(run_seed(77), run_seed(78));
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "%s/sextant-sim-XXXXXX", P_tmpdir);
    if (!mkdtemp(root))
        return -1;
    schema = sx_test_schema_ours();
    return schema ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sx_schema_free(schema);
    return sx_test_remove_folder(root);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_partition_and_heal),
        cmocka_unit_test(test_crash_of_the_primary),
        cmocka_unit_test(test_crash_of_a_subordinate),
        cmocka_unit_test(test_subordinate_with_edits_of_its_own),
        cmocka_unit_test(test_two_primaries),
        cmocka_unit_test(test_joiner),
        cmocka_unit_test(test_random_faults),
        cmocka_unit_test(test_same_seed_same_trace),
    };

    if (argc > 1) {
        if (set_up(NULL) < 0)
            return 1;
        for (int i = 1; i < argc; i++)
            run_seed(strtoull(argv[i], NULL, 10));
        return tear_down(NULL) < 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
