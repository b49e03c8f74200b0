// SPDX-License-Identifier: Apache-2.0
#include "snmp/library.h"

#include "log.h"
#include "sextant/memory.h"
#include "snmp/access.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Name under which Net-SNMP keeps its configuration tokens. */
#define APPLICATION "sextantd"

/* The only mutable static of this folder: the library behind it has one state a process. */
static atomic_flag claimed = ATOMIC_FLAG_INIT;

bool ag_snmp_library_claim(void)
{
    return !atomic_flag_test_and_set(&claimed);
}

void ag_snmp_library_release(void)
{
    atomic_flag_clear(&claimed);
}

static int log_line(int major, int minor, void *server, void *client)
{
    const struct snmp_log_message *message = server;
    (void)major;
    (void)minor;
    (void)client;
    size_t length = strlen(message->msg);
    while (length > 0 && message->msg[length - 1] == '\n')
        length--;
    /* Whoever sends us packets can make the library log at every level up to errors. */
    if (length > 0)
        ag_log(message->priority < LOG_ERR ? SX_LOG_WARNING : SX_LOG_DEBUG, "SNMP: %.*s",
            (int)length, message->msg);
    return 0;
}

/* A configuration line for the library, from memory instead of a file. */
static void remember(const char *token, const char *value)
{
    char *line = sx_format("%s %s", token, value);
    netsnmp_config_remember(line);
    free(line);
}

static void configure_library(const char *directory, const struct ag_snmp_engine_state *engine)
{
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_V1, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_ROOT_ACCESS, 1);
    /* It looks for TLS certificates that it does not need, and makes a folder for their index. */
    set_configuration_directory(directory);
    set_persistent_directory(directory);
    /* No place to look for MIB files, and no file to look for. */
    netsnmp_set_mib_directory("");
    remember("mibs", ":");

    /* The lines that the library would have stored by itself when it ended the last time; it
     * counts one more boot. */
    char id[2 + 2 * sizeof(engine->id) + 1] = "0x";
    char boots[16];
    for (size_t i = 0; i < sizeof(engine->id); i++)
        snprintf(id + 2 + 2 * i, 3, "%02x", engine->id[i]);
    snprintf(boots, sizeof(boots), "%u", engine->boots - 1);
    remember("exactEngineID", id);
    remember("oldEngineID", id);
    remember("engineBoots", boots);
}

void ag_snmp_library_start(const char *directory, const struct ag_snmp_engine_state *engine,
    const struct ag_snmp_settings *const *settings)
{
    snmp_enable_calllog();
    snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, log_line, NULL);
    configure_library(directory, engine);
    init_agent(APPLICATION);
    ag_access_install(settings);
    init_snmp(APPLICATION);
}

void ag_snmp_library_stop(const struct ag_snmp_settings *const *settings)
{
    ag_access_uninstall(settings);
    snmp_shutdown(APPLICATION);
    shutdown_agent();
}

int ag_snmp_library_address(
    const char *address, uint16_t port, char *buffer, size_t size, struct sx_error *err)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, address, bytes) == 1)
        snprintf(buffer, size, "udp:%s:%u", address, port);
    else if (inet_pton(AF_INET6, address, bytes) == 1)
        snprintf(buffer, size, "udp6:[%s]:%u", address, port);
    else
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "SNMP cannot use the address '%s': it must be an IPv4 or IPv6 literal", address);
    return 0;
}

void ag_snmp_library_close_on_exec(netsnmp_session *session)
{
    netsnmp_transport *transport = snmp_sess_transport(snmp_sess_pointer(session));
    if (transport && transport->sock >= 0)
        fcntl(transport->sock, F_SETFD, FD_CLOEXEC);
}

/* Called with each packet before it is looked at; 0 drops it. */
static int take_packet(
    netsnmp_session *session, netsnmp_transport *transport, void *data, int length)
{
    const struct ag_snmp_settings *const *settings = session->myvoid;
    (void)transport;
    (void)data;
    (void)length;
    if (!(*settings)->enabled)
        return 0;
    snmp_increment_statistic(STAT_SNMPINPKTS);
    return 1;
}

int ag_snmp_library_listen(const char *address, uint16_t port,
    const struct ag_snmp_settings *const *settings, struct sx_error *err)
{
    char name[128];
    if (ag_snmp_library_address(address, port, name, sizeof(name), err))
        return -1;
    errno = 0;
    netsnmp_transport *transport = netsnmp_transport_open_server("snmp", name);
    netsnmp_session template;
    netsnmp_session *session = NULL;
    if (transport) {
        snmp_sess_init(&template);
        template.version = SNMP_DEFAULT_VERSION;
        template.callback = handle_snmp_packet;
        template.isAuthoritative = SNMP_SESS_AUTHORITATIVE;
        template.flags = 0;
        template.myvoid = (void *)(uintptr_t)settings;
        /* It takes over the transport, also when it fails. */
        session = snmp_add(&template, transport, take_packet, netsnmp_agent_check_parse);
    }
    if (!session)
        return sx_error_set(err, SX_E_RESOURCE_DENIED, "cannot listen for SNMP on %s port %u: %s",
            address, port, errno ? strerror(errno) : "the address cannot be used");
    ag_snmp_library_close_on_exec(session);
    return 0;
}
