// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "peer/links.h"
#include "peer/socket.h"
#include "sextant/memory.h"
#include "test_pki.h"

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Two agents' links in one process and on one loop, at 127.0.0.31 and .32, each with a host that
 * only writes down what is posted to it. Included by the test programs that need it, once each: it
 * defines the host.
 */

#define PORT 14372
#define RECOVERY_PORT 14371
/** Longest wait for an event, after which a test fails. */
#define PATIENCE_S 20

/** What was posted to a host. */
struct posted {
    struct sx_event event; /**< without its pointers but the message */
    char peer[SX_ADDRESS_MAX];
    struct sx_message *message;
    int64_t at_ms;
};

struct ag_host {
    struct posted *items;
    size_t count, capacity;
    bool full; /**< ag_host_has_room() says no */
    const struct sx_schema *schema;
};

/** One agent. */
struct side {
    struct ag_host host;
    struct ag_links *links;
    const char *ip;
    const char *name; /**< as lists have it, and the name of its certificate's files */
};

struct fixture {
    struct test_pki *pki;
    struct sx_schema *schema;
    struct ag_loop *loop;
    struct side a, b;
    char log[65536]; /**< what fixture_log_end() read */
    int log_file, log_saved;
};

void ag_host_post(struct ag_host *host, const struct sx_event *event)
{
    struct posted *item;

    host->items = sx_grow(host->items, host->count, &host->capacity, sizeof *host->items);
    item = &host->items[host->count++];
    memset(item, 0, sizeof *item);
    item->event = *event;
    item->at_ms = ag_now_ms();
    if (event->type == SX_EVENT_MESSAGE)
        item->message = event->message.message;
    snprintf(item->peer, sizeof item->peer, "%s",
        event->type == SX_EVENT_MESSAGE    ? event->message.peer
        : event->type == SX_EVENT_RESOLVED ? event->resolved.name
                                           : event->link.peer);
}

bool ag_host_has_room(const struct ag_host *host)
{
    return !host->full;
}

uint64_t ag_host_progress(const struct ag_host *host)
{
    return host->count;
}

const struct sx_schema *ag_host_schema(const struct ag_host *host)
{
    return host->schema;
}

void ag_host_status(struct ag_host *host, struct sx_status *ret_status)
{
    (void)host;
    memset(ret_status, 0, sizeof *ret_status);
    strcpy(ret_status->system_name, "system-a");
    strcpy(ret_status->software_version, "0.1.0");
    ret_status->role = SX_ROLE_PRIMARY;
    sx_history_start(&ret_status->history, "3bca6888-f622-11df-93be-07cc953d7b99");
    ret_status->history.chain[0].last_revision = 17;
}

/** Number of events of this kind that a side was told. */
static inline size_t fixture_count(const struct side *side, enum sx_event_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < side->host.count; i++)
        count += side->host.items[i].event.type == type;
    return count;
}

/** The last event of this kind; fails the test when there is none. */
static inline const struct posted *fixture_last(const struct side *side, enum sx_event_type type)
{
    const struct posted *found = NULL;

    for (size_t i = 0; i < side->host.count; i++)
        if (side->host.items[i].event.type == type)
            found = &side->host.items[i];
    assert_non_null(found);
    return found;
}

static inline void fixture_forget(struct side *side)
{
    for (size_t i = 0; i < side->host.count; i++)
        sx_message_free(side->host.items[i].message);
    side->host.count = 0;
}

static inline void fixture_tock(evutil_socket_t unused, short what, void *argument)
{
    (void)unused;
    (void)what;
    (void)argument;
}

/** Runs the loop until `reached` says so; fails the test when that takes too long. */
static inline void fixture_wait(struct fixture *fixture, bool (*reached)(struct fixture *fixture))
{
    const struct timeval step = {.tv_usec = 5000};
    struct event_base *base = ag_loop_base(fixture->loop);
    /* Conditions are also looked at when nothing happens. */
    struct event *tick = event_new(base, -1, EV_PERSIST, fixture_tock, NULL);
    int64_t end_ms = ag_now_ms() + PATIENCE_S * 1000;

    evtimer_add(tick, &step);
    while (!reached(fixture) && ag_now_ms() < end_ms)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(tick);
    assert_true(reached(fixture));
}

static inline bool fixture_both_up(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_LINK_UP) > 0 &&
           fixture_count(&fixture->b, SX_EVENT_LINK_UP) > 0;
}

static inline bool fixture_a_up(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_LINK_UP) > 0;
}

static inline bool fixture_a_down(struct fixture *fixture)
{
    return fixture_count(&fixture->a, SX_EVENT_LINK_DOWN) > 0;
}

static inline bool fixture_both_down(struct fixture *fixture)
{
    return fixture_a_down(fixture) && fixture_count(&fixture->b, SX_EVENT_LINK_DOWN) > 0;
}

/** Starts the links of a side; `certificate` names the files of its certificate. */
static inline struct ag_links *fixture_links(
    struct fixture *fixture, struct ag_host *host, const char *ip, const char *certificate)
{
    const char *addresses[] = {ip, NULL};
    char pem[64], key[64];
    struct ag_links_options options = {.listen_addresses = addresses,
        .port = PORT,
        .recovery_port = RECOVERY_PORT,
        .files.ca = test_pki_path(fixture->pki, "ca.pem")};
    struct ag_links *links = NULL;
    struct sx_error err;

    snprintf(pem, sizeof pem, "%s.pem", certificate);
    snprintf(key, sizeof key, "%s.key", certificate);
    options.files.certificate = test_pki_path(fixture->pki, pem);
    options.files.key = test_pki_path(fixture->pki, key);
    if (ag_links_new(fixture->loop, host, &options, &links, &err) != 0)
        fail_msg("%s", err.message);
    return links;
}

static inline void fixture_start(struct fixture *fixture, struct side *side)
{
    side->links = fixture_links(fixture, &side->host, side->ip, side->name);
}

static inline void fixture_stop(struct side *side)
{
    ag_links_free(side->links);
    side->links = NULL;
}

static inline struct sx_action fixture_opening(const struct side *from, const struct side *to)
{
    struct sx_action action = {.type = SX_ACTION_LINK_OPEN, .peer = (char *)(uintptr_t)to->name};

    strcpy(action.link.address, to->ip);
    strcpy(action.link.name, to->name);
    strcpy(action.link.local, from->ip);
    strcpy(action.link.self, from->name);
    action.link.heartbeat_interval_ms = 50;
    action.link.heartbeat_timeout_ms = 400;
    return action;
}

/** Opens the link of one side to the other. */
static inline void fixture_open(struct side *from, const struct side *to, bool enforce)
{
    struct sx_action action = fixture_opening(from, to);

    action.link.enforce = enforce;
    ag_links_do(from->links, &action);
}

/** Starts both sides, and has them open a link to each other. */
static inline void fixture_join(struct fixture *fixture)
{
    fixture_start(fixture, &fixture->a);
    fixture_start(fixture, &fixture->b);
    fixture_open(&fixture->a, &fixture->b, true);
    fixture_open(&fixture->b, &fixture->a, true);
    fixture_wait(fixture, fixture_both_up);
}

/** Has a side send a message; takes it over. */
static inline void fixture_send(
    struct side *from, const struct side *to, struct sx_message *message)
{
    struct sx_action action = {
        .type = SX_ACTION_SEND, .peer = (char *)(uintptr_t)to->name, .message = message};

    ag_links_do(from->links, &action);
    assert_null(action.message);
}

static inline void fixture_do(
    struct side *from, const struct side *to, enum sx_action_type type, const char *reason)
{
    struct sx_action action = {.type = type, .peer = (char *)(uintptr_t)to->name};

    snprintf(action.reason, sizeof action.reason, "%s", reason);
    ag_links_do(from->links, &action);
}

/** From here on the log goes to a file. */
static inline void fixture_log_begin(struct fixture *fixture)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    fflush(stderr);
    fixture->log_saved = dup(STDERR_FILENO);
    fixture->log_file = dup(fileno(file));
    dup2(fixture->log_file, STDERR_FILENO);
    fclose(file);
}

static inline const char *fixture_log(struct fixture *fixture)
{
    ssize_t count = pread(fixture->log_file, fixture->log, sizeof fixture->log - 1, 0);

    fixture->log[count > 0 ? count : 0] = '\0';
    return fixture->log;
}

static inline void fixture_log_end(struct fixture *fixture)
{
    dup2(fixture->log_saved, STDERR_FILENO);
    close(fixture->log_saved);
    close(fixture->log_file);
    fixture->log_file = -1;
}

/** A plain TCP connection to 127.0.0.31 from `from`. */
static inline int fixture_connect(const char *from, uint16_t port)
{
    struct ag_endpoint local, remote;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(ag_endpoint_parse(from, 0, &local), 0);
    assert_int_equal(ag_endpoint_parse("127.0.0.31", port, &remote), 0);
    assert_int_equal(bind(made, &local.any, local.length), 0);
    assert_int_equal(connect(made, &remote.any, remote.length), 0);
    return made;
}

static inline int fixture_group_set_up(void **state)
{
    static const char *const search_path[] = {
        SEXTANT_SOURCE_DIR "/yang", "/usr/share/yuma/modules/ietf", NULL};
    static const char *const modules[] = {"sextant-types", NULL};
    const struct sx_schema_options options = {search_path, modules};
    const struct test_pki_certificate a = {.dns = {"a.test"}, .issuer = "ca"};
    const struct test_pki_certificate b = {.dns = {"b.test"}, .issuer = "ca"};
    const struct test_pki_certificate rogue = {.dns = {"b.test"}};
    struct fixture *fixture = sx_alloc(sizeof *fixture);
    struct sx_error err;

    signal(SIGPIPE, SIG_IGN);
    fixture->pki = test_pki_new();
    test_pki_make(fixture->pki, "a.test", &a);
    test_pki_make(fixture->pki, "b.test", &b);
    test_pki_make(fixture->pki, "rogue", &rogue);
    if (sx_schema_load(&options, &fixture->schema, &err) != 0)
        fail_msg("%s", err.message);
    *state = fixture;
    return 0;
}

static inline int fixture_group_tear_down(void **state)
{
    struct fixture *fixture = *state;

    sx_schema_free(fixture->schema);
    test_pki_free(fixture->pki);
    free(fixture);
    return 0;
}

static inline int fixture_set_up(void **state)
{
    struct fixture *fixture = *state;
    struct sx_error err;

    assert_int_equal(ag_loop_new(&fixture->loop, &err), 0);
    fixture->a =
        (struct side){.ip = "127.0.0.31", .name = "a.test", .host = {.schema = fixture->schema}};
    fixture->b =
        (struct side){.ip = "127.0.0.32", .name = "b.test", .host = {.schema = fixture->schema}};
    fixture->log_file = -1;
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->log_file >= 0)
        fixture_log_end(fixture);
    fixture_stop(&fixture->a);
    fixture_stop(&fixture->b);
    fixture_forget(&fixture->a);
    fixture_forget(&fixture->b);
    free(fixture->a.host.items);
    free(fixture->b.host.items);
    ag_loop_free(fixture->loop);
    return 0;
}
