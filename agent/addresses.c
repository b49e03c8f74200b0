// SPDX-License-Identifier: Apache-2.0
#include "addresses.h"

#include "sextant/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void add(struct ag_addresses *addresses, const char *address)
{
    for (size_t i = 0; i < AG_ADDRESSES_MAX; i++) {
        if (!addresses->items[i]) {
            addresses->items[i] = sx_strdup(address);
            return;
        }
        if (strcmp(addresses->items[i], address) == 0)
            return;
    }
}

static int add_interfaces(struct ag_addresses *addresses, struct sx_error *err)
{
    struct ifaddrs *interfaces = NULL;
    char text[INET6_ADDRSTRLEN];

    if (getifaddrs(&interfaces) < 0)
        return sx_error_set(
            err, SX_E_INTERNAL, "the interfaces' addresses cannot be read: %s", strerror(errno));
    for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
        const void *address = NULL;

        if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET)
            address = &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr;
        else if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET6)
            address = &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr;
        if (address && inet_ntop(i->ifa_addr->sa_family, address, text, sizeof text))
            add(addresses, text);
    }
    freeifaddrs(interfaces);
    return 0;
}

int ag_addresses_find(
    const char *const *listen, struct ag_addresses *ret_addresses, struct sx_error *err)
{
    struct ag_addresses addresses = {0};

    for (size_t i = 0; listen[i]; i++) {
        bool all = strcmp(listen[i], "0.0.0.0") == 0 || strcmp(listen[i], "::") == 0;

        if (!all) {
            add(&addresses, listen[i]);
        } else if (add_interfaces(&addresses, err) < 0) {
            ag_addresses_clear(&addresses);
            return -1;
        }
    }
    *ret_addresses = addresses;
    return 0;
}

void ag_addresses_clear(struct ag_addresses *addresses)
{
    for (size_t i = 0; i < AG_ADDRESSES_MAX; i++)
        free(addresses->items[i]);
    memset(addresses, 0, sizeof *addresses);
}
