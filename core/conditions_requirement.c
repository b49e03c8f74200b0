// SPDX-License-Identifier: Apache-2.0
#include "conditions_impl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Alarms about what a cluster requires of its members. What a peer does not tell is no difference:
 * it may be of a former release. */

static bool differ(const char *a, const char *b)
{
    return *a && *b && strcmp(a, b) != 0;
}

static void of_settings(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const struct sx_engine *engine = wanted->engine;
    const struct sx_requirements *own = &engine->requirements;
    const struct sx_requirements *other = &peer->hello.requirements;

    if (differ(peer->hello.software_version, engine->software_version))
        sx_want(wanted, 20026, peer, "Peer %u (%s) runs software %.80s, this system %.80s",
            peer->index, peer->address, peer->hello.software_version, engine->software_version);
    if (differ(other->product_type, own->product_type))
        sx_want(wanted, 20027, peer, "Peer %u (%s) is of type %s, this system of type %s",
            peer->index, peer->address, other->product_type, own->product_type);
    if (differ(other->platform_class, own->platform_class))
        sx_want(wanted, 20028, peer,
            "Peer %u (%s) is of platform class %s, this system of class %s", peer->index,
            peer->address, other->platform_class, own->platform_class);
    /* A peer that tells its type tells its features, too, also when it has none. */
    if (*other->product_type && strcmp(other->features, own->features) != 0)
        sx_want(wanted, 20029, peer, "Peer %u (%s) has the features %.90s, this system %.90s",
            peer->index, peer->address, *other->features ? other->features : "(none)",
            *own->features ? own->features : "(none)");
    if (strcmp(other->h323_mode, "off") == 0)
        sx_want(
            wanted, 20018, peer, "H.323 mode is off on peer %u (%s)", peer->index, peer->address);
}

static bool same_address(const char *a, const char *b)
{
    unsigned char one[sizeof(struct in6_addr)], other[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, a, one) == 1 && inet_pton(AF_INET, b, other) == 1)
        return memcmp(one, other, sizeof(struct in_addr)) == 0;
    if (inet_pton(AF_INET6, a, one) == 1 && inet_pton(AF_INET6, b, other) == 1)
        return memcmp(one, other, sizeof(struct in6_addr)) == 0;
    return strcmp(a, b) == 0;
}

static void of_path(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const char *stated = peer->hello.requirements.address;

    if (*stated && *peer->resolved && !same_address(stated, peer->resolved))
        sx_want(wanted, 20030, peer, "Peer %u (%s) is reached at %s, and says that it is %s",
            peer->index, peer->address, peer->resolved, stated);
    if (peer->round_trip_us > SX_ROUND_TRIP_MAX_US)
        sx_want(wanted, 20031, peer, "The round trip to peer %u (%s) takes %u ms, above %u ms",
            peer->index, peer->address, peer->round_trip_us / 1000, SX_ROUND_TRIP_MAX_US / 1000);
}

/* Both sides are in ascending order. */
static void of_unique(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    const struct sx_engine *engine = wanted->engine;
    const struct sx_requirements *other = &peer->hello.requirements;

    for (size_t i = 0, j = 0; i < engine->unique_count && j < other->unique_count;) {
        if (engine->unique[i].hash < other->unique[j]) {
            i++;
        } else if (engine->unique[i].hash > other->unique[j]) {
            j++;
        } else {
            sx_want(wanted, 20032, peer, "Peer %u (%s) has the same value: %.150s is %.60s",
                peer->index, peer->address, engine->unique[i].path, engine->unique[i].value);
            return;
        }
    }
}

static void of_peer(struct sx_wanted *wanted, const struct sx_peer *peer)
{
    static const uint32_t told[] = {20018, 20026, 20027, 20028, 20029, 20030, 20031, 20032};

    if (peer->failed && peer->unreachable)
        sx_want(wanted, 20021, peer, "Peer %u (%s): no TCP connection with the cluster port: %s",
            peer->index, peer->address, peer->failure);
    else if (!peer->up && !peer->failed)
        sx_keep(wanted, 20021, peer);
    if (peer->up && peer->heard) {
        of_settings(wanted, peer);
        of_path(wanted, peer);
        of_unique(wanted, peer);
        return;
    }
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        sx_keep(wanted, told[i], peer);
}

static void of_own(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    if (engine->peer_count == 0)
        return;
    if (strcmp(engine->requirements.h323_mode, "off") == 0)
        sx_want(wanted, 20018, NULL, "H.323 mode is off");
    if (!engine->has_dns)
        sx_want(wanted, 45001, NULL, "No DNS server is configured");
    if (!engine->has_ntp)
        sx_want(wanted, 45002, NULL, "No NTP server is configured");
    if (!engine->has_address)
        sx_want(wanted, 45003, NULL, "No interface has an %s address",
            strcmp(engine->applied.ip_version, "ipv6") == 0 ? "IPv6" : "IPv4");
}

void sx_conditions_requirement(struct sx_wanted *wanted)
{
    const struct sx_engine *engine = wanted->engine;

    of_own(wanted);
    for (size_t i = 0; i < engine->peer_count; i++) {
        const struct sx_peer *peer = &engine->peers[i];

        if (*peer->neighbour_zone)
            sx_want(wanted, 20033, peer, "Peer %u (%s) is a system of the neighbour zone %.64s",
                peer->index, peer->address, peer->neighbour_zone);
        if (peer->index != engine->local_index)
            of_peer(wanted, peer);
    }
}
