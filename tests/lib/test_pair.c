// SPDX-License-Identifier: Apache-2.0
#include "test_pair.h"

#include "sextant/memory.h"
#include "state.h"
#include "test_schema.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Messages under way between two engines; more are a quarrel without end. */
#define WIRE_MAX 4096

/** Bytes of one comment in a rule list that only takes room. */
#define COMMENT_BYTES 16384u

#define CALL_CONTROL "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
#define SYSTEM "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\">"
#define NACM "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">"

int sx_test_group_setup(void **state)
{
    ly_log_options(LY_LOSTORE_LAST);
    *state = sx_test_schema_ours();
    return *state ? 0 : -1;
}

int sx_test_group_teardown(void **state)
{
    sx_schema_free(*state);
    return 0;
}

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

static bool edit_and_free(struct sx_test_engine *test, char *xml)
{
    bool succeeded = sx_test_edit(test, xml);

    free(xml);
    return succeeded;
}

bool sx_test_entry(struct sx_test_engine *test, const char *name, unsigned number)
{
    return edit_and_free(
        test, sx_format(CALL_CONTROL "<phone-book><entry><name>%s</name><number>%u</number></entry>"
                                     "</phone-book></call-control>",
                  name, number));
}

bool sx_test_name(struct sx_test_engine *test, const char *name)
{
    return edit_and_free(test, sx_format(SYSTEM "<name>%s</name></system>", name));
}

bool sx_test_set_primary(struct sx_test_engine *test, unsigned index)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER
                  "<configuration-primary>%u</configuration-primary>" SX_TEST_CLUSTER_END,
                  index));
}

bool sx_test_map(struct sx_test_engine *test, const char *name, const char *address)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER "<address-mapping><enabled>true</enabled><mapping>"
                                        "<fqdn>%s</fqdn><ip-address>%s</ip-address></mapping>"
                                        "</address-mapping>" SX_TEST_CLUSTER_END,
                  name, address));
}

/** An XML text that grows within a size that was reckoned before. */
struct text {
    char *xml;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text->length +=
        (size_t)vsnprintf(text->xml + text->length, text->size - text->length, format, arguments);
    va_end(arguments);
    assert_true(text->length < text->size);
}

/* In several comments: what parses and prints one long text takes time with its square under a
 * sanitizer. */
static void add_rule_list(struct text *text, const char *name, unsigned number, size_t bytes)
{
    char filler[COMMENT_BYTES + 1];

    /* Another size is another text throughout. */
    memset(filler, 'a' + (int)(bytes % 26), COMMENT_BYTES);
    add(text, "<rule-list><name>%s%02u</name><group>*</group>", name, number);
    for (unsigned i = 0; bytes > 0; i++) {
        size_t comment = bytes < COMMENT_BYTES ? bytes : COMMENT_BYTES;

        add(text, "<rule><name>r%u</name><action>permit</action><comment>%.*s</comment></rule>", i,
            (int)comment, filler);
        bytes -= comment;
    }
    add(text, "</rule-list>");
}

bool sx_test_bulk(struct sx_test_engine *test, const char *name, unsigned count, size_t bytes)
{
    struct text text = {.size = 256 + count * (bytes + (bytes / COMMENT_BYTES + 2) * 128)};

    text.xml = sx_alloc(text.size);
    add(&text, NACM);
    for (unsigned i = 0; i < count; i++)
        add_rule_list(&text, name, i, bytes);
    add(&text, "</nacm>");
    return edit_and_free(test, text.xml);
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

static void run(struct wire *wire)
{
    while (wire->first < wire->count) {
        unsigned to = wire->items[wire->first].to;

        sx_test_message(wire->ends[to], wire->names[1 - to], wire->items[wire->first++].message);
        put_on(wire, to);
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
