// SPDX-License-Identifier: Apache-2.0
#include "log.h"
#include "netconf/diagnose.h"
#include "netconf/event_stream.h"
#include "netconf/get.h"
#include "netconf/library.h"
#include "netconf/private.h"
#include "netconf/reply.h"
#include "netconf/rpc.h"
#include "netconf/subscribe.h"
#include "sextant/memory.h"
#include "sextant/update.h"

#include <libyang/libyang.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/** Stack of a session's thread. libyang's deepest XPath recursion took 80 kB and its parser 60 kB
 * at the guard's depth; the engine and SQLite run on it too. Only touched pages cost memory. */
#define STACK_BYTES (1u << 20)

/** What the handler of an operation leaves for the answer. */
struct call {
    struct ag_session *session;
    struct ag_error_info info;
    struct sx_error error;
    struct sx_error_list errors; /**< when there are several; owned */
};

static void handle_operation(
    void *context, const struct lyd_node *operation, struct ag_library_result *ret_result)
{
    struct call *call = *(struct call **)context;
    struct ag_session *session = call->session;
    struct ag_rpc rpc = {.netconf = session->netconf, .session = session, .operation = operation};

    memcpy(rpc.origin.user, session->user, sizeof rpc.origin.user);
    memcpy(rpc.origin.source, session->source, sizeof rpc.origin.source);
    rpc.origin.session = atomic_load(&session->id);
    ret_result->failed = ag_rpc_run(&rpc, &call->error) < 0;
    ret_result->close = rpc.close;
    ret_result->data = rpc.data;
    call->info = rpc.info;
    call->errors = rpc.errors;
}

static void count_error(struct ag_session *session)
{
    atomic_fetch_add(&session->counters.out_rpc_errors, 1);
    atomic_fetch_add(&session->netconf->counters.out_rpc_errors, 1);
}

static void count_bad(struct ag_session *session)
{
    atomic_fetch_add(&session->counters.in_bad_rpcs, 1);
    atomic_fetch_add(&session->netconf->counters.in_bad_rpcs, 1);
}

static void count_rpc(struct ag_session *session)
{
    atomic_fetch_add(&session->counters.in_rpcs, 1);
    atomic_fetch_add(&session->netconf->counters.in_rpcs, 1);
}

static int answer_error(struct ag_session *session, const struct ag_request *request,
    const struct sx_error *errors, size_t count, const struct ag_error_info *info,
    struct sx_error *err)
{
    const struct sx_schema *schema = ag_host_schema(session->netconf->host);

    count_error(session);
    return ag_reply_error(
        &session->stream, request, sx_schema_context(schema), errors, count, info, err);
}

/* An operation of the library's: what it answers goes out as it is, errors are ours. */
static int through_library(struct ag_session *session, const struct ag_session_item *item,
    struct call *call, bool *ret_close, struct sx_error *err)
{
    const struct ly_ctx *context = sx_schema_context(ag_host_schema(session->netconf->host));
    enum ag_library_answer answer;
    struct ag_request request = {0};
    char *reply = NULL;
    size_t length = 0;
    int result = -1;

    answer =
        ag_library_handle(session->library, item->body, item->length, &reply, &length, ret_close);
    switch (answer) {
    case AG_LIBRARY_REPLY:
        count_rpc(session);
        result = ag_stream_send(&session->stream, reply, length, err);
        goto out;
    case AG_LIBRARY_BROKEN:
        sx_error_set(err, SX_E_INTERNAL, "libnetconf2 cannot go on with the session");
        goto out;
    case AG_LIBRARY_FAILED:
        count_rpc(session);
        break;
    case AG_LIBRARY_BAD:
        count_bad(session);
        break;
    }
    if (ag_request_parse(session->netconf->requests, item->body, &request, err) < 0)
        goto out;
    if (answer == AG_LIBRARY_BAD)
        ag_diagnose(context, &request, item->body, &call->info, &call->error);
    result = call->errors.count > 0
                 ? answer_error(
                       session, &request, call->errors.items, call->errors.count, &call->info, err)
                 : answer_error(session, &request, &call->error, 1, &call->info, err);
out:
    ag_request_clear(&request);
    free(reply);
    return result;
}

/* What the guard refused: the <error-info> names what is missing or too much. */
static struct ag_error_info refusal_info(
    const struct ag_request *request, const struct sx_error *error)
{
    struct ag_error_info info = {.attribute = "message-id", .element = request->rpc->name.name};

    if (*error->element)
        return (struct ag_error_info){0};
    if (ag_request_is(request->rpc, AG_BASE_NS, "rpc") && request->operation &&
        ag_request_next(request->operation))
        info.element = ag_request_next(request->operation)->name.name;
    return info;
}

/* A read, a subscription, or a message that the guard refused. */
static int answer_directly(
    struct ag_session *session, const struct ag_session_item *item, struct sx_error *err)
{
    struct ag_request request = {0};
    bool failed = false;
    int result;

    if (ag_request_parse(session->netconf->requests, item->body, &request, err) < 0) {
        /* libyang takes no element without a namespace; the guard has seen what is wrong. */
        struct sx_error answer = item->refused ? item->error : *err;

        count_bad(session);
        return answer_error(session, NULL, &answer, 1, NULL, err);
    }
    if (item->refused) {
        struct ag_error_info info = refusal_info(&request, &item->error);

        count_bad(session);
        result = answer_error(session, &request, &item->error, 1, &info, err);
    } else {
        count_rpc(session);
        result = item->subscribes
                     ? ag_subscribe(session, &request, item->length, &failed, err)
                     : ag_get(session->netconf, &request, &session->stream, &failed, err);
        if (failed)
            count_error(session);
    }
    ag_request_clear(&request);
    return result;
}

/* Waits for something to do; false when the session is to end. */
static bool wait_for_work(struct ag_session *session)
{
    bool work;

    pthread_mutex_lock(&session->lock);
    while (!(work = session->queue_first || atomic_load(&session->undelivered) > 0) &&
           !session->finish && !session->stop)
        pthread_cond_wait(&session->filled, &session->lock);
    work = work && !session->stop;
    pthread_mutex_unlock(&session->lock);
    return work;
}

/* The next message of the client, or NULL. */
static struct ag_session_item *next_item(struct ag_session *session)
{
    struct ag_session_item *item = NULL;
    bool was_full = false;

    pthread_mutex_lock(&session->lock);
    if (!session->stop && session->queue_first) {
        item = session->queue_first;
        session->queue_first = item->next;
        if (!item->next)
            session->queue_last = NULL;
        was_full = ag_session_is_full(session);
        session->queued--;
        session->queued_bytes -= item->length;
        atomic_fetch_add(&session->started, 1);
    }
    pthread_mutex_unlock(&session->lock);
    if (was_full)
        ag_loop_post(session->netconf->loop, ag_session_resume, session);
    return item;
}

/* Answers one message. */
static int answer(struct ag_session *session, struct ag_session_item *item, struct call **current,
    bool *ret_close, struct sx_error *err)
{
    struct call call = {.session = session};
    int result;

    *current = &call;
    result = item->reads || item->subscribes || item->refused
                 ? answer_directly(session, item, err)
                 : through_library(session, item, &call, ret_close, err);
    sx_error_list_clear(&call.errors);
    atomic_fetch_add(&session->handled, 1);
    free(item->body);
    free(item);
    return result;
}

static void serve(struct ag_session *session, struct call **current)
{
    bool close = false;

    while (!close && wait_for_work(session)) {
        struct ag_session_item *item;
        struct sx_error err = {0};
        int result = ag_session_deliver(session, &err);

        if (result == 0 && (item = next_item(session)))
            result = answer(session, item, current, &close, &err);
        if (result < 0) {
            ag_log(SX_LOG_WARNING, "session %u of %s@%s ends: %s", atomic_load(&session->id),
                session->user, session->source, err.message);
            break;
        }
    }
    if (close)
        atomic_store(&session->end_reason, AG_END_CLOSED);
}

static void *run(void *argument)
{
    struct ag_session *session = argument;
    struct sx_event event = {.type = SX_EVENT_SESSION_END};
    struct sx_update update = {0};
    struct call *current = NULL;
    struct sx_error err = {0};

    if (ag_library_open(
            session->fd, session->user, handle_operation, &current, &session->library, &err) == 0) {
        session->stream.chunked = ag_library_chunked(session->library);
        event.origin.session = ag_library_id(session->library);
        atomic_store(&session->id, event.origin.session);
        ag_log(SX_LOG_INFO, "session %u of %s@%s began", event.origin.session, session->user,
            session->source);
        ag_event_stream_session(session, AG_EVENT_SESSION_START);
        serve(session, &current);
        ag_session_unsubscribe(session);
        ag_event_stream_session(session, AG_EVENT_SESSION_END);
        ag_host_step(session->netconf->host, &event, &update);
        sx_update_clear(&update);
        ag_log(SX_LOG_INFO, "session %u of %s@%s ended", event.origin.session, session->user,
            session->source);
    } else {
        ag_log(SX_LOG_INFO, "%s@%s left before a session began: %s", session->user, session->source,
            err.message);
    }
    ag_library_close(session->library);
    ag_stream_clear(&session->stream);
    ag_loop_post(session->netconf->loop, ag_session_finished, session);
    return NULL;
}

int ag_worker_start(struct ag_session *session, struct sx_error *err)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    int result;

    /* Signals are the loop's. */
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&session->thread, &attributes, run, session);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (result != 0)
        return sx_error_set(
            err, SX_E_RESOURCE_DENIED, "no thread for a session: %s", strerror(result));
    return 0;
}
