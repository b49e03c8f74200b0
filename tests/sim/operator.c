// SPDX-License-Identifier: Apache-2.0
#include "operator.h"

#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* What operators do, as NETCONF edits and RPCs. */

#define NC "xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\""
#define CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define CALL_CONTROL "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
#define SYSTEM "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\">"

static const struct sx_origin origin = {.user = "operator", .source = "sim", .session = 1};

/* Before a step that may commit. */
static void intend(struct sim *sim, struct sim_node *node, const struct sim_content *after)
{
    struct sim_promise *promise = &node->promise;

    promise->intent = after ? *after : sim_content_of(sim, node);
    promise->intent_parent = promise->at;
}

static bool edit(struct sim *sim, struct sim_node *node, enum sx_datastore target, const char *xml,
    struct sx_error *ret_error)
{
    struct sx_event event = {.type = SX_EVENT_EDIT, .origin = origin};
    struct lyd_node *config = NULL;
    bool succeeded;

    if (lyd_parse_data_mem(sx_schema_context(sim->schemas[node->release]), xml, LYD_XML,
            LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config) != LY_SUCCESS)
        sim_fail(sim, "the test's XML does not parse: %s", xml);
    event.edit.target = target;
    event.edit.config = config;
    succeeded = sim_step(sim, node->number, &event, ret_error);
    lyd_free_all(config);
    return succeeded;
}

static bool count(struct sim *sim, bool succeeded)
{
    if (succeeded)
        sim->counts.edits++;
    else
        sim->counts.refused++;
    return succeeded;
}

static bool edit_running(struct sim *sim, struct sim_node *node, const char *xml,
    const struct sim_content *after, struct sx_error *ret_error)
{
    intend(sim, node, after);
    return count(sim, edit(sim, node, SX_DATASTORE_RUNNING, xml, ret_error));
}

bool sim_edit(struct sim *sim, unsigned number, const char *xml, const struct sim_content *after,
    struct sx_error *ret_error)
{
    struct sim_node *node = &sim->nodes[number];

    if (!node->engine)
        return false;
    strcpy(node->promise.own_intent, node->promise.own);
    return edit_running(sim, node, xml, after, ret_error);
}

bool sim_edit_candidate(
    struct sim *sim, unsigned number, const char *xml, const struct sim_content *after)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_event discard = {.type = SX_EVENT_DISCARD, .origin = origin};
    struct sx_event commit = {.type = SX_EVENT_COMMIT, .origin = origin};

    if (!node->engine)
        return false;
    strcpy(node->promise.own_intent, node->promise.own);
    intend(sim, node, NULL);
    if (edit(sim, node, SX_DATASTORE_CANDIDATE, xml, NULL)) {
        intend(sim, node, after);
        if (sim_step(sim, number, &commit, NULL))
            return count(sim, true);
    }
    if (node->engine)
        sim_step(sim, number, &discard, NULL);
    return count(sim, false);
}

static char *phone_book(const struct sim *sim, unsigned node, unsigned entry, unsigned number,
    struct sim_content *after)
{
    *after = sim_content_of(sim, &sim->nodes[node]);
    after->entries[entry] = (uint16_t)number;
    if (number == 0)
        return sx_format(CALL_CONTROL "<phone-book><entry " NC " nc:operation=\"remove\"><name>"
                                      "person %u</name></entry></phone-book></call-control>",
            entry);
    return sx_format(CALL_CONTROL "<phone-book><entry><name>person %u</name><number>%u</number>"
                                  "</entry></phone-book></call-control>",
        entry, number);
}

bool sim_phone_book(struct sim *sim, unsigned node, unsigned entry, unsigned number)
{
    struct sim_content after;
    char *xml = phone_book(sim, node, entry, number, &after);
    bool succeeded = sim_edit(sim, node, xml, &after, NULL);

    free(xml);
    return succeeded;
}

bool sim_phone_book_candidate(struct sim *sim, unsigned node, unsigned entry, unsigned number)
{
    struct sim_content after;
    char *xml = phone_book(sim, node, entry, number, &after);
    bool succeeded = sim_edit_candidate(sim, node, xml, &after);

    free(xml);
    return succeeded;
}

bool sim_set_password(struct sim *sim, unsigned node, unsigned number)
{
    struct sim_content after = sim_content_of(sim, &sim->nodes[node]);
    char *xml = sx_format(CALL_CONTROL
        "<zones><zone><name>branch</name><type>traversal</type><protocol>sip</protocol><traversal>"
        "<port>7001</port><password>words-%u</password></traversal></zone></zones></call-control>",
        number);
    bool succeeded;

    after.password = (uint16_t)number;
    succeeded = sim_edit(sim, node, xml, &after, NULL);
    free(xml);
    return succeeded;
}

static void take_out(struct sim_content *content, unsigned rule)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < content->rule_count; i++)
        if (content->rules[i] != rule)
            content->rules[kept++] = content->rules[i];
    memset(content->rules + kept, 0, sizeof content->rules - kept);
    content->rule_count = kept;
}

bool sim_set_rule(struct sim *sim, unsigned node, unsigned rule, bool out)
{
    struct sim_content after = sim_content_of(sim, &sim->nodes[node]);
    bool succeeded;
    char *xml;

    /* A rule names the zone, which must be there. */
    if (after.password == 0)
        return false;
    take_out(&after, rule);
    if (!out) {
        memmove(after.rules + 1, after.rules, after.rule_count);
        after.rules[0] = (uint8_t)rule;
        after.rule_count++;
    }
    xml = sx_format(CALL_CONTROL "<search-rules><rule " NC
                                 " xmlns:y=\"urn:ietf:params:xml:ns:yang:1\" %s><name>rule %u"
                                 "</name>%s</rule></search-rules></call-control>",
        out ? "nc:operation=\"remove\"" : "y:insert=\"first\"", rule,
        out ? "" : "<target-zone>branch</target-zone>");
    succeeded = sim_edit(sim, node, xml, &after, NULL);
    free(xml);
    return succeeded;
}

bool sim_set_own(struct sim *sim, unsigned number, unsigned value)
{
    struct sim_node *node = &sim->nodes[number];
    struct sim_promise *promise = &node->promise;
    char *xml;
    bool succeeded;

    if (!node->engine)
        return false;
    snprintf(promise->own_intent, sizeof promise->own_intent, "system-%u-%u", number, value);
    xml = sx_format(SYSTEM "<name>%s</name></system>", promise->own_intent);
    succeeded = edit_running(sim, node, xml, NULL, NULL);
    free(xml);
    return succeeded;
}

void sim_roll_back(struct sim *sim, unsigned number, unsigned revisions)
{
    struct sim_node *node = &sim->nodes[number];
    uint64_t newest = sx_history_revision(&node->status.history);
    struct sx_event event = {.type = SX_EVENT_ROLLBACK, .origin = origin};
    const struct sim_content *after;
    struct sx_error err = {0};

    if (!node->engine || revisions > newest)
        return;
    event.rollback.revision = newest - revisions;
    after = sim_content_at(sim, node, event.rollback.revision);
    if (!after && event.rollback.revision > 0)
        return;
    intend(sim, node, after ? after : &(struct sim_content){0});
    strcpy(node->promise.own_intent, node->promise.own);
    count(sim, sim_step(sim, number, &event, &err));
}

unsigned sim_index(const struct sim *sim, unsigned node)
{
    for (unsigned i = 0; i < sim->intention.count; i++)
        if (sim->intention.members[i] == node)
            return i + 1;
    return 0;
}

static char *agreed(const struct sim *sim, const struct sim_intention *intention)
{
    char peers[1024] = "";
    size_t length = 0;
    unsigned primary = 0;

    if (intention->count == 0)
        return sx_format(CLUSTER "<tls-verification>permissive</tls-verification>"
                                 "<peers " NC " nc:operation=\"remove\"/></cluster>");
    for (unsigned i = 0; i < intention->count; i++) {
        if (intention->members[i] == intention->primary)
            primary = i + 1;
        length += (size_t)snprintf(peers + length, sizeof peers - length,
            "<peer><index>%u</index><address>%s</address></peer>", i + 1,
            sim->nodes[intention->members[i]].address);
    }
    return sx_format(CLUSTER
        "<name>sim.example</name><configuration-primary>%u</configuration-primary>"
        "<tls-verification>%s</tls-verification>"
        "<peers " NC " nc:operation=\"replace\">%s</peers></cluster>",
        primary, intention->enforce ? "enforce" : "permissive", peers);
}

static bool enter(struct sim *sim, unsigned node, const struct sim_intention *intention,
    struct sx_error *ret_error)
{
    char *xml = agreed(sim, intention);
    bool succeeded = sim_edit(sim, node, xml, NULL, ret_error);

    free(xml);
    return succeeded;
}

bool sim_agree(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];
    bool was = node->promise.may_reset, succeeded;

    if (sim_index(sim, number) > 0)
        return enter(sim, number, &sim->intention, NULL);
    node->promise.may_reset |= node->status.peer_count > 0;
    succeeded = enter(sim, number, &(struct sim_intention){0}, NULL);
    if (node->engine && !succeeded)
        node->promise.may_reset = was;
    return succeeded;
}

bool sim_set_primary(struct sim *sim, unsigned node, unsigned primary)
{
    char *xml = sx_format(CLUSTER "<configuration-primary>%u</configuration-primary></cluster>",
        sim_index(sim, primary));
    bool succeeded = sim_edit(sim, node, xml, NULL, NULL);

    free(xml);
    return succeeded;
}

bool sim_set_enforce(struct sim *sim, unsigned node, bool enforce)
{
    char *xml = sx_format(CLUSTER "<tls-verification>%s</tls-verification></cluster>",
        enforce ? "enforce" : "permissive");
    bool succeeded = sim_edit(sim, node, xml, NULL, NULL);

    free(xml);
    return succeeded;
}

bool sim_set_apply(struct sim *sim, unsigned node, bool immediately)
{
    char *xml = sx_format(
        CLUSTER "<apply>%s</apply></cluster>", immediately ? "immediately" : "on-restart");
    bool succeeded = sim_edit(sim, node, xml, NULL, NULL);

    free(xml);
    return succeeded;
}

bool sim_set_maintenance(struct sim *sim, unsigned node, bool maintenance)
{
    char *xml = sx_format(
        SYSTEM "<maintenance-mode>%s</maintenance-mode></system>", maintenance ? "true" : "false");
    bool succeeded;

    sim->nodes[node].maintenance_at = sim->now;
    succeeded = sim_edit(sim, node, xml, NULL, NULL);
    free(xml);
    return succeeded;
}

static void must_enter(struct sim *sim, unsigned node, const struct sim_intention *intention)
{
    struct sx_error err = {0};

    if (!enter(sim, node, intention, &err))
        sim_fail(sim, "node %u refuses the list of peers: %s at %s", node, err.message, err.path);
}

void sim_form(struct sim *sim)
{
    const struct sim_intention *intention = &sim->intention;
    struct sim_intention alone = *intention;

    /* A cluster of one at first, in force before the others are added. */
    alone.members[0] = intention->primary;
    alone.count = 1;
    must_enter(sim, intention->primary, &alone);
    sim_restart(sim, intention->primary);
    sim_run(sim, 100);
    must_enter(sim, intention->primary, intention);
    for (unsigned i = 0; i < intention->count; i++)
        if (intention->members[i] != intention->primary) {
            must_enter(sim, intention->members[i], intention);
            sim_restart(sim, intention->members[i]);
        }
    for (int i = 0; i < 50 && !sim_is_level(sim); i++)
        sim_run(sim, 200);
    sim_check_level(sim);
}

void sim_force(struct sim *sim, unsigned number)
{
    struct sim_node *node = &sim->nodes[number];
    struct sx_event event = {.type = SX_EVENT_FORCE_UPDATE, .origin = origin};
    bool was = node->promise.replaceable;

    if (!node->engine)
        return;
    node->promise.replaceable = true;
    if (!sim_step(sim, number, &event, NULL) && node->engine)
        node->promise.replaceable = was;
}

void sim_change_key(struct sim *sim, unsigned node)
{
    struct sx_event event = {.type = SX_EVENT_FORCE_KEY_UPDATE, .origin = origin};

    if (sim->nodes[node].engine)
        sim_step(sim, node, &event, NULL);
}

void sim_ask_restart(struct sim *sim, unsigned node)
{
    struct sx_event event = {.type = SX_EVENT_RESTART, .origin = origin};

    if (sim->nodes[node].engine)
        sim_step(sim, node, &event, NULL);
}
