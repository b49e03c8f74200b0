// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum option_id {
    OPTION_STATE = 256,
    OPTION_LISTEN,
    OPTION_NETCONF_PORT,
    OPTION_CLUSTER_PORT,
    OPTION_RECOVERY_PORT,
    OPTION_SNMP_PORT,
    OPTION_HOST_KEY,
    OPTION_CERTIFICATE,
    OPTION_KEY,
    OPTION_CA,
    OPTION_CRL,
    OPTION_RESOLV_CONF,
    OPTION_MODULES,
    OPTION_YANG_PATH,
    OPTION_SOCKET,
    OPTION_INITIAL_CONFIG,
    OPTION_LOG_LEVEL,
    OPTION_VERSION,
    OPTION_HELP,
};

static const struct option long_options[] = {
    {"state", required_argument, NULL, OPTION_STATE},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"netconf-port", required_argument, NULL, OPTION_NETCONF_PORT},
    {"cluster-port", required_argument, NULL, OPTION_CLUSTER_PORT},
    {"recovery-port", required_argument, NULL, OPTION_RECOVERY_PORT},
    {"snmp-port", required_argument, NULL, OPTION_SNMP_PORT},
    {"host-key", required_argument, NULL, OPTION_HOST_KEY},
    {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
    {"key", required_argument, NULL, OPTION_KEY},
    {"ca", required_argument, NULL, OPTION_CA},
    {"crl", required_argument, NULL, OPTION_CRL},
    {"resolv-conf", required_argument, NULL, OPTION_RESOLV_CONF},
    {"modules", required_argument, NULL, OPTION_MODULES},
    {"yang-path", required_argument, NULL, OPTION_YANG_PATH},
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"initial-config", required_argument, NULL, OPTION_INITIAL_CONFIG},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

const char *ag_options_help(void)
{
    return "Usage: sextantd --host-key FILE --certificate FILE --key FILE [OPTION]...\n"
           "\n"
           "  --state DIR             folder of database, backups and socket (" SEXTANT_STATE_DIR
           ")\n"
           "  --listen ADDRESS        IP address to serve on; may be repeated (all addresses)\n"
           "  --netconf-port N        NETCONF over SSH (830)\n"
           "  --cluster-port N        links between peers (4372)\n"
           "  --recovery-port N       status for peers out of step (4371)\n"
           "  --snmp-port N           SNMP (161)\n"
           "  --host-key FILE         private key of the SSH server\n"
           "  --certificate FILE      certificate for links between peers, PEM, chain included\n"
           "  --key FILE              its private key, PEM\n"
           "  --ca FILE               authorities that peers' certificates must come from, PEM\n"
           "  --crl FILE              their revocation lists, PEM\n"
           "  --resolv-conf FILE      DNS servers to find peers' names with (/etc/resolv.conf)\n"
           "  --modules DIR           folder whose YANG modules are all offered; may be repeated\n"
           "                          (" SEXTANT_YANG_DIR ")\n"
           "  --yang-path DIR         folder of modules that others import; may be repeated\n"
           "  --socket PATH           local NETCONF socket (sextantd.sock in the state folder)\n"
           "  --initial-config FILE   configuration for a new database, .xml or .json\n"
           "  --log-level LEVEL       error, warning, info or debug until configured (info)\n"
           "  --version, --help\n"
           "\n"
           "See sextantd(8).\n";
}

static int read_port(const char *name, const char *text, uint16_t *ret_port, struct sx_error *err)
{
    char *end = NULL;
    long port;

    errno = 0;
    port = strtol(text, &end, 10);
    if (errno || end == text || *end || port < 1 || port > 65535)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "--%s %s: a port from 1 to 65535 is needed", name, text);
    *ret_port = (uint16_t)port;
    return 0;
}

static int read_level(const char *text, enum sx_log_level *ret_level, struct sx_error *err)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], text) == 0) {
            *ret_level = (enum sx_log_level)i;
            return 0;
        }
    return sx_error_set(
        err, SX_E_INVALID_VALUE, "--log-level %s: error, warning, info or debug is needed", text);
}

static int repeat(const char *name, const char *text, const char **list, struct sx_error *err)
{
    for (size_t i = 0; i < AG_OPTION_REPEATS_MAX; i++)
        if (!list[i]) {
            list[i] = text;
            return 0;
        }
    return sx_error_set(
        err, SX_E_TOO_BIG, "--%s is given more than %d times", name, AG_OPTION_REPEATS_MAX);
}

static int read_address(const char *text, const char **list, struct sx_error *err)
{
    unsigned char address[16];

    if (inet_pton(AF_INET, text, address) != 1 && inet_pton(AF_INET6, text, address) != 1)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "--listen %s: an IPv4 or IPv6 address is needed", text);
    return repeat("listen", text, list, err);
}

static int read_option(
    enum option_id id, const char *text, struct ag_options *options, struct sx_error *err)
{
    switch (id) {
    case OPTION_STATE:
        options->state = text;
        return 0;
    case OPTION_LISTEN:
        return read_address(text, options->listen, err);
    case OPTION_NETCONF_PORT:
        return read_port("netconf-port", text, &options->netconf_port, err);
    case OPTION_CLUSTER_PORT:
        return read_port("cluster-port", text, &options->cluster_port, err);
    case OPTION_RECOVERY_PORT:
        return read_port("recovery-port", text, &options->recovery_port, err);
    case OPTION_SNMP_PORT:
        return read_port("snmp-port", text, &options->snmp_port, err);
    case OPTION_HOST_KEY:
        options->host_key = text;
        return 0;
    case OPTION_CERTIFICATE:
        options->certificate = text;
        return 0;
    case OPTION_KEY:
        options->key = text;
        return 0;
    case OPTION_CA:
        options->ca = text;
        return 0;
    case OPTION_CRL:
        options->crl = text;
        return 0;
    case OPTION_RESOLV_CONF:
        options->resolv_conf = text;
        return 0;
    case OPTION_MODULES:
        return repeat("modules", text, options->modules, err);
    case OPTION_YANG_PATH:
        return repeat("yang-path", text, options->yang_path, err);
    case OPTION_SOCKET:
        options->socket = text;
        return 0;
    case OPTION_INITIAL_CONFIG:
        options->initial_config = text;
        return 0;
    case OPTION_LOG_LEVEL:
        return read_level(text, &options->log_level, err);
    case OPTION_VERSION:
        options->version = true;
        return 0;
    case OPTION_HELP:
        options->help = true;
        return 0;
    }
    return -1;
}

static void set_defaults(struct ag_options *options)
{
    static const char *const yang_path[] = {"/usr/share/yuma/nmda-modules/ietf",
        "/usr/share/yuma/modules/ietf", "/usr/share/yuma/modules/ietf-derived",
        "/usr/share/yuma/modules/netconfcentral"};

    if (!options->modules[0])
        options->modules[0] = SEXTANT_YANG_DIR;
    if (!options->yang_path[0])
        memcpy(options->yang_path, yang_path, sizeof yang_path);
    if (!options->listen[0]) {
        options->listen[0] = "0.0.0.0";
        options->listen[1] = "::";
    }
}

static int check_needed(const struct ag_options *options, struct sx_error *err)
{
    const struct {
        const char *name;
        const char *value;
    } needed[] = {{"host-key", options->host_key}, {"certificate", options->certificate},
        {"key", options->key}};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].value)
            return sx_error_set(err, SX_E_MISSING_ELEMENT,
                "--%s FILE is needed; see sextantd --help", needed[i].name);
    return 0;
}

int ag_options_read(int argc, char **argv, struct ag_options *ret_options, struct sx_error *err)
{
    struct ag_options options = {.state = SEXTANT_STATE_DIR,
        .netconf_port = 830,
        .cluster_port = 4372,
        .recovery_port = 4371,
        .snmp_port = 161,
        .log_level = SX_LOG_INFO};
    int id;

    opterr = 0;
    optind = 1;
    while ((id = getopt_long(argc, argv, ":f", long_options, NULL)) != -1) {
        if (id == 'f')
            continue;
        if (id == ':')
            return sx_error_set(
                err, SX_E_INVALID_VALUE, "%s needs a value; see sextantd --help", argv[optind - 1]);
        if (id == '?')
            return sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
                "%s is not an option of sextantd; see sextantd --help", argv[optind - 1]);
        if (read_option((enum option_id)id, optarg, &options, err) < 0)
            return -1;
    }
    if (optind < argc)
        return sx_error_set(err, SX_E_UNKNOWN_ELEMENT,
            "%s: sextantd takes options only; see sextantd --help", argv[optind]);
    if (!options.help && !options.version && check_needed(&options, err) < 0)
        return -1;
    set_defaults(&options);
    *ret_options = options;
    return 0;
}
