// SPDX-License-Identifier: Apache-2.0
#include "usage.h"

#include "netconf/netconf.h"
#include "sextant/memory.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct ag_usage {
    struct ag_host *host;
    const struct ag_netconf *netconf;
    struct event *timer;
    int64_t used_us; /**< processor time at the last look */
    int64_t looked_us; /**< monotonic */
};

uint64_t ag_usage_pages(const char *statm)
{
    char *rest;

    strtoull(statm, &rest, 10);
    return strtoull(rest, NULL, 10);
}

uint32_t ag_usage_processor(int64_t used_us, int64_t passed_us)
{
    return used_us > 0 && passed_us > 0 ? (uint32_t)(used_us * 1000 / passed_us) : 0;
}

/* The file is the kernel's: no disk is waited for. */
static uint64_t memory_kb(void)
{
    char text[128] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    return length > 0 ? ag_usage_pages(text) * (uint64_t)sysconf(_SC_PAGESIZE) / 1024 : 0;
}

static int64_t processor_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static void look(evutil_socket_t fd, short what, void *argument)
{
    struct ag_usage *usage = argument;
    struct sx_event event = {.type = SX_EVENT_USAGE};
    int64_t used_us = processor_us(), at_us = now_us();

    (void)fd;
    (void)what;
    event.usage.memory_kb = memory_kb();
    event.usage.processor = ag_usage_processor(used_us - usage->used_us, at_us - usage->looked_us);
    if (usage->netconf)
        event.usage.sessions = (uint32_t)ag_netconf_sessions(usage->netconf);
    usage->used_us = used_us;
    usage->looked_us = at_us;
    ag_host_post(usage->host, &event);
}

int ag_usage_start(struct ag_loop *loop, struct ag_host *host, const struct ag_netconf *netconf,
    struct ag_usage **ret_usage, struct sx_error *err)
{
    struct ag_usage *usage = sx_alloc(sizeof *usage);
    struct timeval interval = {.tv_sec = AG_USAGE_SECONDS};

    usage->host = host;
    usage->netconf = netconf;
    usage->timer = event_new(ag_loop_base(loop), -1, EV_PERSIST, look, usage);
    if (!usage->timer || event_add(usage->timer, &interval) < 0) {
        ag_usage_stop(usage);
        return sx_error_set(err, SX_E_INTERNAL, "no timer for what the agent uses");
    }
    look(-1, 0, usage);
    *ret_usage = usage;
    return 0;
}

void ag_usage_stop(struct ag_usage *usage)
{
    if (!usage)
        return;
    if (usage->timer)
        event_free(usage->timer);
    free(usage);
}
