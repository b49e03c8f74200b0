// SPDX-License-Identifier: Apache-2.0
#include "snmp/target.h"

#include "log.h"
#include "sextant/memory.h"
#include "snmp/access.h"
#include "snmp/library.h"
#include "snmp/notification.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool is_v3(const struct ag_target *target)
{
    return target->config.user[0] != '\0';
}

struct ag_target *ag_target_new(const struct ag_snmp_target *config,
    const struct ag_snmp_user *user, const struct ag_snmp_engine_state *local,
    const char *const *sources)
{
    struct ag_target *target = sx_alloc(sizeof(*target));
    target->config = *config;
    if (user)
        target->user = *user;
    target->local = local;
    target->sources = sources;
    target->engine = is_v3(target) && config->inform ? AG_ENGINE_UNKNOWN : AG_ENGINE_READY;
    return target;
}

bool ag_target_same(const struct ag_target *target, const struct ag_snmp_target *config,
    const struct ag_snmp_user *user)
{
    const struct ag_snmp_target *old = &target->config;
    return strcmp(old->name, config->name) == 0 && strcmp(old->address, config->address) == 0 &&
           old->port == config->port && old->inform == config->inform &&
           strcmp(old->community, config->community) == 0 && strcmp(old->user, config->user) == 0 &&
           (!user || ag_access_same_user(&target->user, user));
}

void ag_target_silent(struct ag_target *target, const char *what)
{
    if (!target->silent)
        ag_log(SX_LOG_WARNING, "SNMP target %s at %s port %u %s", target->config.name,
            target->config.address, target->config.port, what);
    target->silent = true;
}

/* The first source of the target's family that is one address, or NULL for the system's choice. */
static const char *source(const struct ag_target *target)
{
    bool ipv6 = strchr(target->config.address, ':') != NULL;
    for (const char *const *address = target->sources; *address; address++)
        if ((strchr(*address, ':') != NULL) == ipv6 && strcmp(*address, "0.0.0.0") != 0 &&
            strcmp(*address, "::") != 0)
            return *address;
    return NULL;
}

static void set_security(struct ag_target *target, netsnmp_session *template)
{
    if (!is_v3(target)) {
        template->version = SNMP_VERSION_2c;
        template->community = (u_char *)target->config.community;
        template->community_len = strlen(target->config.community);
        return;
    }
    template->version = SNMP_VERSION_3;
    template->securityModel = SNMP_SEC_MODEL_USM;
    template->securityLevel = SNMP_SEC_LEVEL_AUTHPRIV;
    template->securityName = target->config.user;
    template->securityNameLen = strlen(target->config.user);
}

bool ag_target_open(struct ag_target *target)
{
    char name[128];
    struct sx_error err;
    netsnmp_session template;
    if (target->session)
        return true;
    if (ag_snmp_library_address(
            target->config.address, target->config.port, name, sizeof(name), &err)) {
        ag_target_silent(target, "has no usable address");
        return false;
    }
    snmp_sess_init(&template);
    template.peername = name;
    template.localname = (char *)(uintptr_t)source(target);
    template.timeout = AG_SNMP_INFORM_TIMEOUT_MS * 1000L;
    template.retries = AG_SNMP_INFORM_RETRIES;
    template.flags |= SNMP_FLAGS_DONT_PROBE;
    set_security(target, &template);
    target->session = snmp_open(&template);
    if (!target->session) {
        ag_target_silent(target, "cannot be reached: no socket");
        return false;
    }
    ag_snmp_library_close_on_exec(target->session);
    return true;
}

void ag_target_free(struct ag_target *target)
{
    /* Tells the callbacks that the time of what is outstanding is over: they note it. */
    if (target->session)
        snmp_close(target->session);
    target->session = NULL;
    while (target->informs) {
        struct ag_inform *inform = target->informs;
        target->informs = inform->next;
        free(inform);
    }
    if (is_v3(target) && target->config.inform)
        ag_discovery_reset(target);
    explicit_bzero(target, sizeof(*target));
    free(target);
}

static int answered(
    int operation, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *magic)
{
    struct ag_inform *inform = magic;
    (void)session;
    (void)request;
    bool report = pdu && pdu->command == SNMP_MSG_REPORT;
    int type = report ? snmpv3_get_report_type(pdu) : SNMPERR_SUCCESS;
    switch (operation) {
    case NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE:
        if (!report)
            inform->state = AG_INFORM_CONFIRMED;
        else if (type == SNMPERR_UNKNOWN_ENG_ID)
            inform->state = AG_INFORM_OTHER_ENGINE;
        else if (type != SNMPERR_NOT_IN_TIME_WINDOW) /* then the library sends again */
            inform->state = AG_INFORM_REFUSED;
        break;
    case NETSNMP_CALLBACK_OP_SEC_ERROR:
        inform->state = type == SNMPERR_UNKNOWN_ENG_ID ? AG_INFORM_OTHER_ENGINE : AG_INFORM_REFUSED;
        break;
    case NETSNMP_CALLBACK_OP_TIMED_OUT:
    case NETSNMP_CALLBACK_OP_SEND_FAILED:
        inform->state = AG_INFORM_UNANSWERED;
        break;
    default:
        break;
    }
    return 1;
}

static void send_inform(struct ag_target *target, struct ag_inform *inform)
{
    struct sx_error err;
    if (is_v3(target) &&
        !ag_access_knows_user(target->user.name, target->engine_id, target->engine_id_length) &&
        ag_access_add_user(&target->user, target->engine_id, target->engine_id_length, &err))
        ag_target_silent(target, "has a user that cannot be used");
    netsnmp_pdu *pdu = ag_notification_pdu(&inform->event, SNMP_MSG_INFORM);
    inform->state = AG_INFORM_SENT;
    if (!snmp_async_send(target->session, pdu, answered, inform)) {
        snmp_free_pdu(pdu);
        inform->state = AG_INFORM_UNANSWERED;
    }
}

static void send_trap(struct ag_target *target, const struct sx_alarm_event *event)
{
    netsnmp_pdu *pdu = ag_notification_pdu(event, SNMP_MSG_TRAP2);
    if (is_v3(target)) {
        pdu->securityEngineID = netsnmp_memdup(target->local->id, sizeof(target->local->id));
        pdu->securityEngineIDLen = sizeof(target->local->id);
        pdu->contextEngineID = netsnmp_memdup(target->local->id, sizeof(target->local->id));
        pdu->contextEngineIDLen = sizeof(target->local->id);
    }
    if (!snmp_send(target->session, pdu)) {
        snmp_free_pdu(pdu);
        ag_target_silent(target, "cannot be sent to");
    } else if (!target->config.inform) {
        target->silent = false;
    }
}

void ag_target_notify(struct ag_target *target, const struct sx_alarm_event *event)
{
    if (!ag_target_open(target))
        return;
    if (!target->config.inform || target->waiting >= AG_SNMP_INFORMS_MAX) {
        send_trap(target, event);
        return;
    }
    struct ag_inform *inform = sx_alloc(sizeof(*inform));
    struct ag_inform **end = &target->informs;
    while (*end)
        end = &(*end)->next;
    *end = inform;
    inform->event = *event;
    target->waiting++;
    ag_target_run(target);
}

/* Goes on with one inform. True when it is done. */
static bool advance(struct ag_target *target, struct ag_inform *inform)
{
    /* A report of another engine ID does not get through when it names the user, as snmptrapd's
     * does: the library knows that user at the former engine only. So silence may mean the same. */
    bool silence = inform->state == AG_INFORM_UNANSWERED && is_v3(target);
    if ((inform->state == AG_INFORM_OTHER_ENGINE || silence) && !inform->again) {
        if (target->engine == AG_ENGINE_READY)
            ag_discovery_reset(target);
        inform->again = true;
        inform->state = AG_INFORM_HELD;
    }
    if (inform->state == AG_INFORM_HELD && target->engine == AG_ENGINE_READY)
        send_inform(target, inform);
    if (inform->state == AG_INFORM_HELD && target->engine == AG_ENGINE_FAILED)
        inform->state = AG_INFORM_UNANSWERED;
    switch (inform->state) {
    case AG_INFORM_HELD:
    case AG_INFORM_SENT:
        return false;
    case AG_INFORM_CONFIRMED:
        if (target->silent)
            ag_log(SX_LOG_INFO, "SNMP target %s confirms notifications", target->config.name);
        target->silent = false;
        return true;
    case AG_INFORM_UNANSWERED:
        ag_target_silent(target, "does not confirm notifications");
        return true;
    case AG_INFORM_REFUSED:
    case AG_INFORM_OTHER_ENGINE:
    default:
        ag_target_silent(
            target, "refuses notifications: are user and pass phrases the same there?");
        return true;
    }
}

static void advance_all(struct ag_target *target)
{
    for (struct ag_inform **place = &target->informs; *place;) {
        struct ag_inform *inform = *place;
        if (!advance(target, inform)) {
            place = &inform->next;
            continue;
        }
        *place = inform->next;
        target->waiting--;
        free(inform);
    }
    /* What was held is given up now; the next notification asks anew. */
    if (target->engine == AG_ENGINE_FAILED)
        target->engine = AG_ENGINE_UNKNOWN;
}

static bool holds(const struct ag_target *target)
{
    for (const struct ag_inform *inform = target->informs; inform; inform = inform->next)
        if (inform->state == AG_INFORM_HELD)
            return true;
    return false;
}

void ag_target_run(struct ag_target *target)
{
    if (target->engine == AG_ENGINE_FOUND)
        ag_discovery_finish(target);
    advance_all(target);
    if (target->engine == AG_ENGINE_UNKNOWN && holds(target)) {
        ag_discovery_start(target);
        advance_all(target);
    }
}
