// SPDX-License-Identifier: Apache-2.0
#include "snmp/access.h"

#include "log.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>

#include <openssl/crypto.h>
#include <string.h>

/* AES with 128 bits: a localised key is longer, the rest of it is not used (RFC 3826). */
#define AES_KEY_SIZE 16

/* Of Net-SNMP's library, but in none of its headers. */
int vacm_in_view_callback(int major, int minor, void *server, void *client);
int vacm_warn_if_not_configured(int major, int minor, void *server, void *client);

static const struct {
    const char *name;
    const oid *id;
    size_t length;
} authentications[] = {
    {"sha", usmHMACSHA1AuthProtocol, OID_LENGTH(usmHMACSHA1AuthProtocol)},
    {"sha-224", usmHMAC128SHA224AuthProtocol, OID_LENGTH(usmHMAC128SHA224AuthProtocol)},
    {"sha-256", usmHMAC192SHA256AuthProtocol, OID_LENGTH(usmHMAC192SHA256AuthProtocol)},
    {"sha-384", usmHMAC256SHA384AuthProtocol, OID_LENGTH(usmHMAC256SHA384AuthProtocol)},
    {"sha-512", usmHMAC384SHA512AuthProtocol, OID_LENGTH(usmHMAC384SHA512AuthProtocol)},
};

const struct ag_snmp_user *ag_access_user(const struct ag_snmp_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->user_count; i++) {
        const struct ag_snmp_user *user = &settings->users[i];
        if (strcmp(user->name, name) == 0 && user->authentication[0] && user->privacy[0])
            return user;
    }
    return NULL;
}

bool ag_access_same_user(const struct ag_snmp_user *a, const struct ag_snmp_user *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->authentication, b->authentication) == 0 &&
           strcmp(a->authentication_passphrase, b->authentication_passphrase) == 0 &&
           strcmp(a->privacy, b->privacy) == 0 &&
           strcmp(a->privacy_passphrase, b->privacy_passphrase) == 0;
}

static int judge(const struct ag_snmp_settings *settings, const netsnmp_pdu *pdu)
{
    if (!settings->enabled)
        return VACM_NOSECNAME;
    if (pdu->version == SNMP_VERSION_2c) {
        size_t length = strlen(settings->community);
        if (settings->v2c && length > 0 && pdu->community_len == length &&
            CRYPTO_memcmp(pdu->community, settings->community, length) == 0)
            return VACM_SUCCESS;
        snmp_increment_statistic(STAT_SNMPINBADCOMMUNITYNAMES);
        return VACM_NOSECNAME;
    }
    if (pdu->version != SNMP_VERSION_3 || pdu->securityModel != SNMP_SEC_MODEL_USM ||
        !pdu->securityName || !ag_access_user(settings, pdu->securityName))
        return VACM_NOSECNAME;
    if (pdu->contextNameLen > 0)
        return VACM_NOSUCHCONTEXT;
    return pdu->securityLevel == SNMP_SEC_LEVEL_AUTHPRIV ? VACM_SUCCESS : VACM_NOACCESS;
}

static int check(int major, int minor, void *server, void *client)
{
    struct view_parameters *asked = server;
    const struct ag_snmp_settings *const *settings = client;
    (void)major;
    (void)minor;
    int command = asked->pdu->command;
    int result = judge(*settings, asked->pdu);
    /* Without a name it is asked whether the request as a whole may go on; the objects of one that
     * would write are refused one by one, so that the manager gets an answer. */
    if (result == VACM_SUCCESS && asked->name && command != SNMP_MSG_GET &&
        command != SNMP_MSG_GETNEXT && command != SNMP_MSG_GETBULK)
        result = VACM_NOTINVIEW;
    if (result != VACM_SUCCESS)
        asked->errorcode = result;
    return 0;
}

static const int questions[] = {
    SNMPD_CALLBACK_ACM_CHECK, SNMPD_CALLBACK_ACM_CHECK_INITIAL, SNMPD_CALLBACK_ACM_CHECK_SUBTREE};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

void ag_access_install(const struct ag_snmp_settings *const *settings)
{
    void *argument = (void *)(uintptr_t)settings;
    for (size_t i = 0; i < QUESTIONS; i++) {
        snmp_unregister_callback(
            SNMP_CALLBACK_APPLICATION, questions[i], vacm_in_view_callback, NULL, 0);
        snmp_register_callback(SNMP_CALLBACK_APPLICATION, questions[i], check, argument);
    }
    /* It would warn that its tables are empty. */
    snmp_unregister_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG,
        vacm_warn_if_not_configured, NULL, 0);
}

void ag_access_uninstall(const struct ag_snmp_settings *const *settings)
{
    void *argument = (void *)(uintptr_t)settings;
    for (size_t i = 0; i < QUESTIONS; i++)
        snmp_unregister_callback(SNMP_CALLBACK_APPLICATION, questions[i], check, argument, 1);
}

bool ag_access_knows_user(const char *name, const uint8_t *engine_id, size_t engine_id_length)
{
    return usm_get_user(engine_id, engine_id_length, name) != NULL;
}

void ag_access_remove_user(const char *name, const uint8_t *engine_id, size_t engine_id_length)
{
    struct usmUser *known = usm_get_user(engine_id, engine_id_length, name);
    if (known) {
        usm_remove_user(known);
        usm_free_user(known);
    }
}

/* The key of a pass phrase for an engine, on the heap for usm_free_user(); NULL on failure. */
static u_char *make_key(const oid *protocol, size_t protocol_length, const char *passphrase,
    const uint8_t *engine_id, size_t engine_id_length, size_t *ret_length)
{
    u_char master[USM_LENGTH_KU_HASHBLOCK];
    size_t master_length = sizeof(master);
    size_t length = USM_LENGTH_KU_HASHBLOCK;
    u_char *key = calloc(1, length);
    if (!key ||
        generate_Ku(protocol, (u_int)protocol_length, (const u_char *)passphrase,
            strlen(passphrase), master, &master_length) != SNMPERR_SUCCESS ||
        generate_kul(protocol, (u_int)protocol_length, engine_id, engine_id_length, master,
            master_length, key, &length) != SNMPERR_SUCCESS) {
        free(key);
        key = NULL;
    }
    explicit_bzero(master, sizeof(master));
    *ret_length = length;
    return key;
}

static int set_protocols(struct usmUser *fresh, const oid *authentication, size_t length)
{
    free(fresh->authProtocol);
    free(fresh->privProtocol);
    fresh->authProtocol = snmp_duplicate_objid(authentication, length);
    fresh->authProtocolLen = length;
    fresh->privProtocol = snmp_duplicate_objid(usmAESPrivProtocol, OID_LENGTH(usmAESPrivProtocol));
    fresh->privProtocolLen = OID_LENGTH(usmAESPrivProtocol);
    return fresh->authProtocol && fresh->privProtocol ? 0 : -1;
}

int ag_access_add_user(const struct ag_snmp_user *user, const uint8_t *engine_id,
    size_t engine_id_length, struct sx_error *err)
{
    int result = -1;
    size_t which = 0;
    const size_t count = sizeof(authentications) / sizeof(authentications[0]);
    while (which < count && strcmp(authentications[which].name, user->authentication) != 0)
        which++;
    if (which == count || strcmp(user->privacy, "aes") != 0)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "SNMP user %s cannot be used: it needs authentication (sha or sha-224 to sha-512) and "
            "privacy (aes), and has '%s' and '%s'",
            user->name, user->authentication, user->privacy);
    const oid *protocol = authentications[which].id;
    const size_t length = authentications[which].length;

    struct usmUser *fresh = usm_create_user();
    if (!fresh || set_protocols(fresh, protocol, length)) {
        sx_error_set(err, SX_E_INTERNAL, "no memory for SNMP user %s", user->name);
        goto out;
    }
    fresh->name = strdup(user->name);
    fresh->secName = strdup(user->name);
    fresh->engineID = netsnmp_memdup(engine_id, engine_id_length);
    fresh->engineIDLen = engine_id_length;
    fresh->authKey = make_key(protocol, length, user->authentication_passphrase, engine_id,
        engine_id_length, &fresh->authKeyLen);
    fresh->privKey = make_key(protocol, length, user->privacy_passphrase, engine_id,
        engine_id_length, &fresh->privKeyLen);
    if (!fresh->name || !fresh->secName || !fresh->engineID || !fresh->authKey || !fresh->privKey) {
        sx_error_set(err, SX_E_INVALID_VALUE,
            "SNMP user %s cannot be used: no keys can be made from its pass phrases, which must "
            "have at least 8 characters",
            user->name);
        goto out;
    }
    fresh->privKeyLen = AES_KEY_SIZE;
    fresh->userStorageType = ST_READONLY;
    ag_access_remove_user(user->name, engine_id, engine_id_length);
    usm_add_user(fresh);
    fresh = NULL;
    result = 0;
out:
    usm_free_user(fresh);
    return result;
}

void ag_access_update_users(const struct ag_snmp_settings *former,
    const struct ag_snmp_settings *settings, const uint8_t *engine_id, size_t engine_id_length)
{
    for (size_t i = 0; former && i < former->user_count; i++) {
        const struct ag_snmp_user *old = &former->users[i];
        const struct ag_snmp_user *now = settings ? ag_access_user(settings, old->name) : NULL;
        if (!now || !ag_access_same_user(old, now))
            ag_access_remove_user(old->name, engine_id, engine_id_length);
    }
    for (size_t i = 0; settings && i < settings->user_count; i++) {
        struct sx_error err;
        const struct ag_snmp_user *now = &settings->users[i];
        const struct ag_snmp_user *old = former ? ag_access_user(former, now->name) : NULL;
        if (old && ag_access_same_user(old, now))
            continue;
        if (ag_access_add_user(now, engine_id, engine_id_length, &err))
            ag_log(SX_LOG_WARNING, "%s", err.message);
    }
}
