// SPDX-License-Identifier: Apache-2.0
#include "test_pair.h"

#include "sextant/memory.h"
#include "state.h"
#include "test_rows.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/** Messages under way between two engines; more are a quarrel without end. */
#define WIRE_MAX 4096

static const char *const addresses[] = {SX_TEST_A, SX_TEST_B, SX_TEST_C};

static void form(struct sx_test_engine *test, unsigned count)
{
    const char *list[4] = {0};

    memcpy(list, addresses, count * sizeof list[0]);
    sx_test_form(test, list, 1);
}

void sx_test_primary_open(
    struct sx_test_engine *test, const struct sx_schema *schema, unsigned count)
{
    sx_test_engine_open(test, schema, SX_TEST_A);
    form(test, count);
    assert_int_equal(test->status.role, SX_ROLE_PRIMARY);
}

void sx_test_subordinate_open(
    struct sx_test_engine *test, const struct sx_schema *schema, unsigned count)
{
    sx_test_engine_open(test, schema, SX_TEST_B);
    form(test, count);
    assert_int_equal(test->status.role, SX_ROLE_SUBORDINATE);
}

void sx_test_restored_open(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *path)
{
    static const char *const names[] = {SX_STORE_FILE "-wal", SX_STORE_FILE "-shm", SX_STORE_FILE};
    size_t size;
    char *content = sx_test_file("/", path, &size);

    sx_test_engine_open(test, schema, address);
    sx_engine_close(test->engine);
    test->engine = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *file = sx_format("%s/%s", test->folder, names[i]);

        unlink(file);
        free(file);
    }
    sx_test_write_file(test->folder, SX_STORE_FILE, content, size);
    free(content);
    sx_test_engine_restart(test);
}

const char *sx_test_value(const struct sx_test_engine *test, const char *path)
{
    return sx_config_leaf(&test->engine->tree, path);
}

const char *sx_test_number(const struct sx_test_engine *test, const char *name)
{
    char path[160];

    snprintf(path, sizeof path,
        "/sextant-call-control:call-control/phone-book/entry[name='%s']/number", name);
    return sx_test_value(test, path);
}

uint64_t sx_test_revision(const struct sx_test_engine *test)
{
    return sx_history_revision(&test->status.history);
}

void sx_test_resolved(struct sx_test_engine *test, const char *name, const char *address)
{
    struct sx_event event = {.type = SX_EVENT_RESOLVED};

    event.resolved.name = name;
    snprintf(event.resolved.address, sizeof event.resolved.address, "%s", address);
    sx_test_step(test, &event);
}

void sx_test_tick(struct sx_test_engine *test, int64_t ms)
{
    struct sx_event event = {.type = SX_EVENT_TICK};

    test->now += ms;
    sx_test_step(test, &event);
}

void sx_test_peer_up(struct sx_test_engine *test, const char *peer)
{
    sx_test_link_up(test, peer);
    sx_test_message(test, peer, sx_test_hello(test, peer));
}

size_t sx_test_count(const struct sx_test_engine *test, enum sx_action_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < test->update.count; i++)
        count += test->update.actions[i].type == type;
    return count;
}

size_t sx_test_count_sent(const struct sx_test_engine *test, enum sx_message_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < test->update.count; i++) {
        const struct sx_action *action = &test->update.actions[i];

        count += action->type == SX_ACTION_SEND && action->message && action->message->type == type;
    }
    return count;
}

struct sx_message *sx_test_take(struct sx_test_engine *test, enum sx_message_type type)
{
    for (size_t i = 0; i < test->update.count; i++) {
        struct sx_action *action = &test->update.actions[i];
        struct sx_message *message = action->type == SX_ACTION_SEND ? action->message : NULL;

        if (message && message->type == type) {
            action->message = NULL;
            return message;
        }
    }
    fail_msg("no message of type %d is sent", (int)type);
    return NULL;
}

bool sx_test_logged(const struct sx_test_engine *test, const char *text)
{
    for (size_t i = 0; i < test->update.count; i++)
        if (test->update.actions[i].type == SX_ACTION_LOG &&
            strstr(test->update.actions[i].log.text, text))
            return true;
    return false;
}

size_t sx_test_events(struct sx_test_engine *test, uint32_t id, bool raised)
{
    struct sx_alarm_event *events = NULL;
    struct sx_error err = {0};
    size_t count = 0, found = 0;

    assert_int_equal(
        sx_store_alarm_history(test->engine->store, 0, SX_ALARM_HISTORY_MAX, &events, &count, &err),
        0);
    for (size_t i = 0; i < count; i++)
        found += events[i].id == id && events[i].raised == raised;
    free(events);
    return found;
}

/** What is under way between two engines, in the order in which it was said. */
struct wire {
    struct sx_test_engine *ends[2];
    char names[2][SX_ADDRESS_MAX]; /**< of the ends, as the list has them */
    struct {
        unsigned to;
        struct sx_message *message;
    } items[WIRE_MAX];
    size_t first, count;
};

static struct wire *make_wire(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct wire *wire = sx_alloc(sizeof *wire);

    wire->ends[0] = a;
    wire->ends[1] = b;
    for (unsigned i = 0; i < 2; i++) {
        const struct sx_status *status = &wire->ends[i]->status;

        assert_int_not_equal(status->local_index, 0);
        strcpy(wire->names[i], status->peers[status->local_index - 1].address);
    }
    return wire;
}

static void put_on(struct wire *wire, unsigned from)
{
    struct sx_update *update = &wire->ends[from]->update;

    for (size_t i = 0; i < update->count; i++) {
        struct sx_action *action = &update->actions[i];

        if (action->type != SX_ACTION_SEND || !action->message ||
            strcmp(action->peer, wire->names[1 - from]) != 0)
            continue;
        assert_in_range(wire->count, 0, WIRE_MAX - 1);
        wire->items[wire->count].to = 1 - from;
        wire->items[wire->count++].message = action->message;
        action->message = NULL;
    }
}

/* The key's files are written at once, and what follows from that is done. */
static void change_key(struct wire *wire, unsigned end)
{
    struct sx_test_engine *test = wire->ends[end];

    while (test->key_saving || test->status.key_update) {
        if (test->key_saving)
            sx_test_key_saved(test, NULL);
        else
            sx_test_tick(test, 1);
        put_on(wire, end);
    }
}

static void run(struct wire *wire)
{
    while (wire->first < wire->count) {
        unsigned to = wire->items[wire->first].to;

        sx_test_message(wire->ends[to], wire->names[1 - to], wire->items[wire->first++].message);
        put_on(wire, to);
        change_key(wire, to);
    }
    free(wire);
}

void sx_test_exchange(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct wire *wire = make_wire(a, b);

    put_on(wire, 0);
    put_on(wire, 1);
    run(wire);
}

void sx_test_connect(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct wire *wire = make_wire(a, b);

    sx_test_link_up(a, wire->names[1]);
    put_on(wire, 0);
    sx_test_link_up(b, wire->names[0]);
    put_on(wire, 1);
    run(wire);
}

void sx_test_disconnect(struct sx_test_engine *a, struct sx_test_engine *b)
{
    struct wire *wire = make_wire(a, b);

    sx_test_link_down(a, wire->names[1], "connection reset");
    sx_test_link_down(b, wire->names[0], "connection reset");
    free(wire);
}

void sx_test_pair_open(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema)
{
    sx_test_primary_open(a, schema, 2);
    sx_test_subordinate_open(b, schema, 2);
    sx_test_connect(a, b);
}
