// SPDX-License-Identifier: Apache-2.0
#include "peer/names.h"

#include "log.h"
#include "sextant/memory.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/** One look-up. */
struct lookup {
    TAILQ_ENTRY(lookup) entry;
    struct ag_names *names;
    struct evdns_getaddrinfo_request *request; /**< NULL until evdns_getaddrinfo() has returned */
    struct event *deadline;
    bool answered;
    char name[SX_ADDRESS_MAX];
};

struct ag_names {
    struct ag_loop *loop;
    struct ag_host *host;
    char *resolv_conf;
    char *hosts;
    struct evdns_base *dns; /**< while there are look-ups */
    struct event *rest; /**< lets dns go, outside of its own calls */
    TAILQ_HEAD(, lookup) lookups;
    size_t count;
};

static void on_rest(evutil_socket_t unused, short what, void *argument)
{
    struct ag_names *names = argument;

    (void)unused;
    (void)what;
    if (names->count > 0 || !names->dns)
        return;
    evdns_base_free(names->dns, 0);
    names->dns = NULL;
}

/** evdns has one log for the process. What it says of servers is of use to who asks for it. */
static void on_log(int is_warning, const char *text)
{
    (void)is_warning;
    ag_log(SX_LOG_DEBUG, "DNS: %s", text);
}

struct ag_names *ag_names_new(
    struct ag_loop *loop, struct ag_host *host, const char *resolv_conf, const char *hosts)
{
    struct ag_names *names = sx_alloc(sizeof *names);

    names->loop = loop;
    names->host = host;
    names->resolv_conf = sx_strdup(resolv_conf ? resolv_conf : "/etc/resolv.conf");
    names->hosts = sx_strdup(hosts ? hosts : "/etc/hosts");
    names->rest = evtimer_new(ag_loop_base(loop), on_rest, names);
    if (!names->rest)
        abort(); /* out of memory, as sx_alloc() */
    TAILQ_INIT(&names->lookups);
    evdns_set_log_fn(on_log);
    return names;
}

static void post(struct ag_names *names, const char *name, const char *address)
{
    struct sx_event event = {.type = SX_EVENT_RESOLVED};

    event.resolved.name = name;
    snprintf(event.resolved.address, sizeof event.resolved.address, "%s", address);
    ag_host_post(names->host, &event);
}

/** Answers, once. */
static void answer(struct lookup *lookup, const char *address)
{
    if (lookup->answered)
        return;
    lookup->answered = true;
    evtimer_del(lookup->deadline);
    post(lookup->names, lookup->name, address);
}

static void release(struct lookup *lookup)
{
    struct ag_names *names = lookup->names;

    TAILQ_REMOVE(&names->lookups, lookup, entry);
    names->count--;
    event_free(lookup->deadline);
    free(lookup);
    if (names->count == 0)
        event_active(names->rest, EV_TIMEOUT, 0);
}

static void on_answer(int result, struct evutil_addrinfo *found, void *argument)
{
    struct lookup *lookup = argument;
    char address[INET6_ADDRSTRLEN] = "";

    if (result == 0 && found && found->ai_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr, address,
            sizeof address);
    else if (result == 0 && found && found->ai_family == AF_INET6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)found->ai_addr)->sin6_addr, address,
            sizeof address);
    else if (result != EVUTIL_EAI_CANCEL)
        ag_log(SX_LOG_DEBUG, "no address of '%s': %s", lookup->name, evutil_gai_strerror(result));
    if (found)
        evutil_freeaddrinfo(found);
    answer(lookup, address);
    release(lookup);
}

static void on_deadline(evutil_socket_t unused, short what, void *argument)
{
    struct lookup *lookup = argument;

    (void)unused;
    (void)what;
    ag_log(SX_LOG_DEBUG, "no address of '%s': no answer for %d ms", lookup->name, AG_NAMES_MS);
    answer(lookup, "");
    /* evdns calls on_answer() later, which releases the look-up. */
    evdns_getaddrinfo_cancel(lookup->request);
}

static bool open_dns(struct ag_names *names)
{
    if (names->dns)
        return true;
    names->dns = evdns_base_new(ag_loop_base(names->loop), EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!names->dns)
        return false;
    /* Three tries fit into AG_NAMES_MS; resolv.conf may say otherwise. */
    evdns_base_set_option(names->dns, "timeout:", "1.5");
    evdns_base_set_option(names->dns, "attempts:", "3");
    /* Without a usable file evdns asks a server on this machine, as resolv.conf(5) has it. */
    evdns_base_resolv_conf_parse(
        names->dns, DNS_OPTIONS_ALL & ~DNS_OPTION_HOSTSFILE, names->resolv_conf);
    evdns_base_load_hosts(names->dns, names->hosts);
    return true;
}

void ag_names_resolve(struct ag_names *names, const char *name, bool ipv6)
{
    const struct timeval delay = {.tv_sec = AG_NAMES_MS / 1000};
    struct evutil_addrinfo hints = {.ai_family = ipv6 ? AF_INET6 : AF_INET,
        .ai_socktype = SOCK_STREAM,
        .ai_protocol = IPPROTO_TCP};
    struct evdns_getaddrinfo_request *request;
    struct lookup *lookup;

    if (names->count >= AG_NAMES_MAX || !open_dns(names)) {
        ag_log(SX_LOG_WARNING, "'%s' is not looked up: %d look-ups are on their way", name,
            AG_NAMES_MAX);
        post(names, name, "");
        return;
    }
    lookup = sx_alloc(sizeof *lookup);
    lookup->names = names;
    snprintf(lookup->name, sizeof lookup->name, "%s", name);
    lookup->deadline = evtimer_new(ag_loop_base(names->loop), on_deadline, lookup);
    if (!lookup->deadline)
        abort(); /* out of memory, as sx_alloc() */
    evtimer_add(lookup->deadline, &delay);
    TAILQ_INSERT_TAIL(&names->lookups, lookup, entry);
    names->count++;
    /* NULL: on_answer() was called already, and the look-up is gone. */
    request = evdns_getaddrinfo(names->dns, name, NULL, &hints, on_answer, lookup);
    if (request)
        lookup->request = request;
}

void ag_names_free(struct ag_names *names)
{
    struct lookup *lookup;

    if (!names)
        return;
    /* Freed without calling back: the look-ups are released here. */
    if (names->dns)
        evdns_base_free(names->dns, 0);
    while ((lookup = TAILQ_FIRST(&names->lookups))) {
        TAILQ_REMOVE(&names->lookups, lookup, entry);
        event_free(lookup->deadline);
        free(lookup);
    }
    event_free(names->rest);
    free(names->resolv_conf);
    free(names->hosts);
    free(names);
}
