// SPDX-License-Identifier: Apache-2.0
#include "snmp/target.h"

#include "log.h"
#include "snmp/access.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>

/*
 * An inform is authenticated by the engine of its receiver, so the sender must know that engine's
 * ID: it sends a request without user to which the receiver reports its ID (RFC 3414 section 4).
 * Net-SNMP would do the same, but wait for the report.
 */

/* An engine ID that is ours would make the target's keys take the place of our own. */
static bool usable(const struct ag_target *target, const netsnmp_pdu *pdu)
{
    size_t length = pdu->securityEngineIDLen;
    return pdu->command == SNMP_MSG_REPORT && length > 0 && length <= sizeof(target->engine_id) &&
           (length != sizeof(target->local->id) ||
               memcmp(pdu->securityEngineID, target->local->id, length) != 0);
}

static int discovered(
    int operation, netsnmp_session *session, int request, netsnmp_pdu *pdu, void *magic)
{
    struct ag_target *target = magic;
    (void)session;
    (void)request;
    /* A report comes in twice: as a security error and as a message received. */
    if (target->engine != AG_ENGINE_ASKED || operation == NETSNMP_CALLBACK_OP_RESEND)
        return 1;
    if (usable(target, pdu)) {
        memcpy(target->engine_id, pdu->securityEngineID, pdu->securityEngineIDLen);
        target->engine_id_length = pdu->securityEngineIDLen;
        target->engine = AG_ENGINE_FOUND;
        return 1;
    }
    target->engine = AG_ENGINE_FAILED;
    return 1;
}

void ag_discovery_start(struct ag_target *target)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    pdu->version = SNMP_VERSION_3;
    pdu->securityModel = SNMP_SEC_MODEL_USM;
    pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
    pdu->securityName = strdup("");
    pdu->securityNameLen = 0;
    target->engine = AG_ENGINE_ASKED;
    /* Opening a session clears this flag; with it cleared the library would wait for an answer. */
    target->session->flags |= SNMP_FLAGS_DONT_PROBE;
    if (!snmp_async_send(target->session, pdu, discovered, target)) {
        snmp_free_pdu(pdu);
        target->engine = AG_ENGINE_FAILED;
    }
}

static void set_engine_id(u_char **place, size_t *length, const struct ag_target *target)
{
    free(*place);
    *place = target->engine_id_length > 0
                 ? netsnmp_memdup(target->engine_id, target->engine_id_length)
                 : NULL;
    *length = *place ? target->engine_id_length : 0;
}

static void use_engine_id(struct ag_target *target)
{
    netsnmp_session *session = target->session;
    set_engine_id(&session->securityEngineID, &session->securityEngineIDLen, target);
    set_engine_id(&session->contextEngineID, &session->contextEngineIDLen, target);
}

void ag_discovery_finish(struct ag_target *target)
{
    struct sx_error err;
    use_engine_id(target);
    if (ag_access_add_user(&target->user, target->engine_id, target->engine_id_length, &err)) {
        ag_log(SX_LOG_WARNING, "%s", err.message);
        ag_discovery_reset(target);
        target->engine = AG_ENGINE_FAILED;
        return;
    }
    target->engine = AG_ENGINE_READY;
}

void ag_discovery_reset(struct ag_target *target)
{
    /* A second target with the same engine and user adds the entry again when it needs it. */
    if (target->engine_id_length > 0)
        ag_access_remove_user(target->user.name, target->engine_id, target->engine_id_length);
    target->engine_id_length = 0;
    target->engine = AG_ENGINE_UNKNOWN;
    if (target->session)
        use_engine_id(target);
}
