// SPDX-License-Identifier: Apache-2.0
#include "operator.h"
#include "script.h"

#include <sqlite3.h>
#include <string.h>

/* What a script is made of. */

static unsigned who(const struct sim *sim, unsigned argument)
{
    return argument == 0 ? sim->intention.primary : argument - 1;
}

static void edit(struct sim *sim, const unsigned *a)
{
    sim_phone_book(sim, who(sim, a[0]), a[1], a[2]);
}

static void edit_candidate(struct sim *sim, const unsigned *a)
{
    sim_phone_book_candidate(sim, who(sim, a[0]), a[1], a[2]);
}

/* More than a window of revisions, or than the journal's part that is sent at once. */
static void burst(struct sim *sim, const unsigned *a)
{
    for (unsigned i = 0; i < a[1]; i++)
        sim_phone_book(sim, who(sim, a[0]), i % SIM_ENTRIES, i % 7 * 100);
}

static void password(struct sim *sim, const unsigned *a)
{
    sim_set_password(sim, who(sim, a[0]), a[1] + 1);
}

static void rule(struct sim *sim, const unsigned *a)
{
    sim_set_rule(sim, who(sim, a[0]), a[1], a[2] != 0);
}

static void roll_back(struct sim *sim, const unsigned *a)
{
    sim_roll_back(sim, who(sim, a[0]), a[1]);
}

static void own(struct sim *sim, const unsigned *a)
{
    sim_set_own(sim, a[0], a[1]);
}

static void block(struct sim *sim, const unsigned *a)
{
    if (a[0] != a[1])
        sim_block(sim, a[0], a[1], true);
}

static void part(struct sim *sim, const unsigned *a)
{
    if (a[0] != a[1])
        sim_cut(sim, a[0], a[1], true);
}

static void isolate(struct sim *sim, const unsigned *a)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (i != a[0])
            sim_cut(sim, a[0], i, true);
}

static void heal(struct sim *sim, const unsigned *a)
{
    if (a[0] != a[1])
        sim_cut(sim, a[0], a[1], false);
}

static void heal_all(struct sim *sim, const unsigned *a)
{
    (void)a;
    for (unsigned i = 0; i < sim->count; i++)
        for (unsigned j = 0; j < i; j++)
            sim_cut(sim, i, j, false);
}

static void break_link(struct sim *sim, const unsigned *a)
{
    if (a[0] != a[1])
        sim_break(sim, a[0], a[1]);
}

static void delay(struct sim *sim, const unsigned *a)
{
    if (a[0] != a[1])
        sim_delay(sim, a[0], a[1], a[2]);
}

static void repeat(struct sim *sim, const unsigned *a)
{
    if (a[0] == a[1])
        return;
    sim_repeat(sim, a[0], a[1], a[2]);
    sim_break(sim, a[0], a[1]);
}

static void crash(struct sim *sim, const unsigned *a)
{
    struct sim_node *node = &sim->nodes[a[0]];

    if (!node->engine)
        return;
    if (a[1] == 0)
        node->dies = true;
    else
        fault_vfs_crash_at(node->disk, SIM_POINTS, a[1]);
}

static void kill_node(struct sim *sim, const unsigned *a)
{
    if (sim->nodes[a[0]].engine)
        sim_crash(sim, a[0]);
}

static void boot(struct sim *sim, const unsigned *a)
{
    if (!sim->nodes[a[0]].engine)
        sim_boot(sim, a[0], a[1]);
}

static void boot_all(struct sim *sim, const unsigned *a)
{
    (void)a;
    for (unsigned i = 0; i < sim->count; i++)
        if (!sim->nodes[i].engine)
            sim_boot(sim, i, 0);
}

static void restart(struct sim *sim, const unsigned *a)
{
    sim_ask_restart(sim, a[0]);
}

static void full(struct sim *sim, const unsigned *a)
{
    sim->counts.full_disks++;
    sim->nodes[a[0]].full = true;
    fault_vfs_room(sim->nodes[a[0]].disk, 0);
}

static void room(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].full = false;
    fault_vfs_room(sim->nodes[a[0]].disk, FAULT_ROOM_ENDLESS);
}

static void fail(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].failing = true;
    fault_vfs_fail(sim->nodes[a[0]].disk, FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE, a[1] + 1, 1,
        SQLITE_IOERR);
}

static void jump(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].wall_ms += ((int64_t)a[1] - 3600) * 1000;
}

static void agree_on(struct sim *sim, unsigned set)
{
    for (unsigned i = 0; i < sim->count; i++)
        if (set >> i & 1)
            sim_agree(sim, i);
}

static void primary(struct sim *sim, const unsigned *a)
{
    if (sim_index(sim, a[0]) == 0 || sim->nodes[a[0]].promise.joins)
        return;
    sim->counts.primaries++;
    sim->intention.primary = a[0];
    agree_on(sim, a[1]);
}

/* The operator comes to one system, enters what is meant, and restarts it if it asks for that. */
static void agree(struct sim *sim, const unsigned *a)
{
    sim_agree(sim, a[0]);
    if (a[1] && sim->nodes[a[0]].engine && sim->nodes[a[0]].status.restart_required)
        sim_ask_restart(sim, a[0]);
}

static void enforce(struct sim *sim, const unsigned *a)
{
    sim->intention.enforce = a[0] != 0;
    sim_set_enforce(sim, sim->intention.primary, sim->intention.enforce);
}

static void force(struct sim *sim, const unsigned *a)
{
    sim_force(sim, a[0]);
}

static void new_key(struct sim *sim, const unsigned *a)
{
    sim_change_key(sim, who(sim, a[0]));
}

static void remove_peer(struct sim *sim, const unsigned *a)
{
    struct sim_intention *intention = &sim->intention;
    unsigned index = sim_index(sim, a[0]);

    if (index == 0 || a[0] == intention->primary || intention->count < 4)
        return;
    sim->counts.removals++;
    memmove(&intention->members[index - 1], &intention->members[index],
        (intention->count - index) * sizeof intention->members[0]);
    intention->count--;
    agree_on(sim, a[1]);
    sim_ask_restart(sim, a[0]);
}

static void add_peer(struct sim *sim, const unsigned *a)
{
    struct sim_intention *intention = &sim->intention;

    if (sim_index(sim, a[0]) > 0)
        return;
    intention->members[intention->count++] = a[0];
    agree_on(sim, ~0u);
    sim_ask_restart(sim, a[0]);
}

static void back_up(struct sim *sim, const unsigned *a)
{
    sim_back_up(sim, a[0]);
}

/* On a system that stands alone, the next from that one on: elsewhere it is refused. */
static void restore(struct sim *sim, const unsigned *a)
{
    unsigned node = a[0];

    for (unsigned i = 0; i < sim->count && sim_index(sim, node) > 0; i++)
        node = (node + 1) % sim->count;
    sim_restore(sim, node);
}

static void expire(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].certificate_invalid = true;
    for (unsigned i = 0; i < sim->count; i++)
        if (i != a[0])
            sim_break(sim, a[0], i);
}

static void renew(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].certificate_invalid = false;
}

static void names(struct sim *sim, const unsigned *a)
{
    sim->nodes[a[0]].names_fail = a[1] != 0;
}

static void edit_and_wait(struct sim *sim, const unsigned *a)
{
    sim_edit_and_wait(sim, who(sim, a[0]), a[1], a[2]);
}

static void apply(struct sim *sim, const unsigned *a)
{
    sim_set_apply(sim, a[0], a[1] != 0);
}

/* Nobody begins one while a system is missing; what goes wrong comes later. */
static void rolling(struct sim *sim, const unsigned *a)
{
    heal_all(sim, NULL);
    boot_all(sim, NULL);
    sim_run(sim, 4000);
    sim_ask_rolling(sim, who(sim, a[0]), SX_ROLLING_START);
}

static void resume(struct sim *sim, const unsigned *a)
{
    sim_ask_rolling(sim, who(sim, a[0]), SX_ROLLING_RESUME);
}

static void abandon(struct sim *sim, const unsigned *a)
{
    sim_ask_rolling(sim, who(sim, a[0]), SX_ROLLING_ABANDON);
}

static void maintenance(struct sim *sim, const unsigned *a)
{
    sim_set_maintenance(sim, a[0], a[1] != 0);
}

static void upgrade(struct sim *sim, const unsigned *a)
{
    sim_upgrade(sim, a[0], a[1]);
}

static void upgrade_all(struct sim *sim, const unsigned *a)
{
    for (unsigned i = 0; i < sim->count; i++)
        sim_upgrade(sim, i, a[0]);
}

static void rest(struct sim *sim, const unsigned *a)
{
    (void)a;
    sim_run(sim, 70000);
}

const struct sim_kind sim_kinds[] = {
    {"edit", 300, {SIM_WHO, SIM_ENTRY, SIM_NUMBER}, edit},
    {"edit-candidate", 20, {SIM_WHO, SIM_ENTRY, SIM_NUMBER}, edit_candidate},
    {"edit-wait", 12, {SIM_WHO, SIM_ENTRY, SIM_NUMBER}, edit_and_wait},
    {"burst", 8, {SIM_WHO, SIM_MANY}, burst},
    {"password", 25, {SIM_WHO, SIM_NUMBER}, password},
    {"rule", 25, {SIM_WHO, SIM_RULE, SIM_FLAG}, rule},
    {"roll-back", 15, {SIM_WHO, SIM_FEW}, roll_back},
    {"own", 40, {SIM_NODE, SIM_NUMBER}, own},
    {"block", 30, {SIM_NODE, SIM_NODE}, block},
    {"part", 25, {SIM_NODE, SIM_NODE}, part},
    {"isolate", 10, {SIM_NODE}, isolate},
    {"heal", 60, {SIM_NODE, SIM_NODE}, heal},
    {"heal-all", 20, {SIM_NO_ARGUMENT}, heal_all},
    {"break", 30, {SIM_NODE, SIM_NODE}, break_link},
    {"delay", 25, {SIM_NODE, SIM_NODE, SIM_DELAY}, delay},
    {"repeat", 20, {SIM_NODE, SIM_NODE, SIM_FEW}, repeat},
    {"crash", 60, {SIM_NODE, SIM_CALL}, crash},
    {"kill", 20, {SIM_NODE}, kill_node},
    {"boot", 140, {SIM_NODE, SIM_BOOT_CALL}, boot},
    {"boot-all", 20, {SIM_NO_ARGUMENT}, boot_all},
    {"restart", 12, {SIM_NODE}, restart},
    {"full", 8, {SIM_NODE}, full},
    {"room", 20, {SIM_NODE}, room},
    {"fail", 15, {SIM_NODE, SIM_CALL}, fail},
    {"jump", 15, {SIM_NODE, SIM_JUMP}, jump},
    {"primary", 10, {SIM_NODE, SIM_SET}, primary},
    {"agree", 60, {SIM_NODE, SIM_FLAG}, agree},
    {"enforce", 6, {SIM_FLAG}, enforce},
    {"force", 10, {SIM_NODE}, force},
    {"new-key", 8, {SIM_WHO}, new_key},
    {"remove", 5, {SIM_NODE, SIM_SET}, remove_peer},
    {"add", 10, {SIM_NODE}, add_peer},
    {"back-up", 2, {SIM_NODE}, back_up},
    {"restore", 8, {SIM_NODE}, restore},
    {"expire", 5, {SIM_NODE}, expire},
    {"renew", 12, {SIM_NODE}, renew},
    {"names", 8, {SIM_NODE, SIM_FLAG}, names},
    {"apply", 12, {SIM_NODE, SIM_FLAG}, apply},
    {"rolling-restart", 8, {SIM_WHO}, rolling},
    {"resume", 8, {SIM_WHO}, resume},
    {"abandon", 3, {SIM_WHO}, abandon},
    {"maintenance", 12, {SIM_NODE, SIM_FLAG}, maintenance},
    {"upgrade", 5, {SIM_NODE, SIM_FLAG}, upgrade},
    {"upgrade-all", 7, {SIM_FLAG}, upgrade_all},
    {"rest", 4, {SIM_NO_ARGUMENT}, rest},
    {NULL, 0, {SIM_NO_ARGUMENT}, NULL},
};
