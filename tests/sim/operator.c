// SPDX-License-Identifier: Apache-2.0
#include "sim.h"

#include <stdio.h>
#include <string.h>

/* What operators do, as NETCONF edits. */

#define NC "xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\""
#define CLUSTER_NS "xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\""

static void list_peers(const struct sim *sim, unsigned count, unsigned first, char *ret_xml,
    size_t size, unsigned primary)
{
    size_t length = (size_t)snprintf(ret_xml, size,
        "<cluster " CLUSTER_NS "><name>sim.example</name>"
        "<configuration-primary>%u</configuration-primary><peers>",
        primary);

    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(ret_xml + length, size - length,
            "<peer><index>%u</index><address>%s</address></peer>", i + 1,
            sim->nodes[(first + i) % sim->count].address);
    snprintf(ret_xml + length, size - length, "</peers></cluster>");
}

static void must_edit(struct sim *sim, unsigned node, const char *xml)
{
    struct sx_error err = {0};

    if (!sim_edit(sim, node, xml, &err))
        sim_fail(sim, "node %u refuses %s: %s at %s", node, xml, err.message, err.path);
}

void sim_form(struct sim *sim, unsigned primary)
{
    char xml[2048];

    /* A cluster of one at first, in force before the others are added. */
    list_peers(sim, 1, primary, xml, sizeof xml, 1);
    must_edit(sim, primary, xml);
    sim_restart(sim, primary);
    list_peers(sim, sim->count, primary, xml, sizeof xml, 1);
    must_edit(sim, primary, xml);
    for (unsigned i = 0; i < sim->count; i++) {
        if (i == primary)
            continue;
        must_edit(sim, i, xml);
        sim->nodes[i].forced = true;
        sim_restart(sim, i);
    }
    sim_run(sim, 10000);
    sim_check_converged(sim, primary);
    for (unsigned i = 0; i < sim->count; i++)
        sim->nodes[i].forced = false;
}

bool sim_set_primary(struct sim *sim, unsigned node, unsigned primary)
{
    char xml[256];

    snprintf(xml, sizeof xml,
        "<cluster " CLUSTER_NS "><configuration-primary>%u</configuration-primary></cluster>",
        primary + 1);
    return sim_edit(sim, node, xml, NULL);
}

bool sim_phone_book(struct sim *sim, unsigned node, unsigned entry, unsigned value)
{
    char xml[512];

    if (value == 0)
        snprintf(xml, sizeof xml,
            "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
            "<phone-book><entry " NC " nc:operation=\"remove\"><name>person %u</name></entry>"
            "</phone-book></call-control>",
            entry);
    else
        snprintf(xml, sizeof xml,
            "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
            "<phone-book><entry><name>person %u</name><number>%u</number></entry>"
            "</phone-book></call-control>",
            entry, value);
    return sim_edit(sim, node, xml, NULL);
}

bool sim_set_own(struct sim *sim, unsigned number, unsigned value)
{
    struct sim_node *node = &sim->nodes[number];
    char before[sizeof node->peer_specific];
    char xml[256];

    strcpy(before, node->peer_specific);
    snprintf(node->peer_specific, sizeof node->peer_specific, "system-%u", value);
    snprintf(xml, sizeof xml,
        "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\"><name>%s</name></system>",
        node->peer_specific);
    if (sim_edit(sim, number, xml, NULL))
        return true;
    if (node->engine)
        strcpy(node->peer_specific, before);
    return false;
}

void sim_force(struct sim *sim, unsigned node)
{
    struct sx_event event = {
        .type = SX_EVENT_FORCE_UPDATE, .origin = {.user = "operator", .source = "sim"}};

    sim->nodes[node].forced = true;
    sim_step(sim, node, &event, NULL);
}

/* Some revisions back, if there are so many. */
void sim_roll_back(struct sim *sim, unsigned number, unsigned revisions)
{
    struct sim_node *node = &sim->nodes[number];
    uint64_t newest = sx_history_revision(&node->status.history);
    struct sx_event event = {
        .type = SX_EVENT_ROLLBACK, .origin = {.user = "operator", .source = "sim", .session = 1}};
    struct sx_error err = {0};

    if (revisions > newest)
        return;
    event.rollback.revision = newest - revisions;
    if (sim_step(sim, number, &event, &err))
        sim_check_rolled_back(sim, node, event.rollback.revision);
    else if (node->engine && strcmp(err.app_tag, "revision-too-old") != 0)
        sim_fail(sim, "node %u does not roll back to revision %llu: %s", number,
            (unsigned long long)event.rollback.revision, err.message);
}

bool sim_set_password(struct sim *sim, unsigned node, unsigned value)
{
    char xml[512];

    snprintf(xml, sizeof xml,
        "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\"><zones><zone>"
        "<name>branch</name><type>traversal</type><protocol>sip</protocol><traversal>"
        "<port>7001</port><password>words-%u</password></traversal></zone></zones></call-control>",
        value);
    return sim_edit(sim, node, xml, NULL);
}

void sim_change_key(struct sim *sim, unsigned node)
{
    struct sx_event event = {
        .type = SX_EVENT_FORCE_KEY_UPDATE, .origin = {.user = "operator", .source = "sim"}};

    sim_step(sim, node, &event, NULL);
}
