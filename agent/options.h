// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"
#include "sextant/update.h"

#include <stdbool.h>
#include <stdint.h>

/** Times that an option which can be repeated may be given. */
#define AG_OPTION_REPEATS_MAX 16

/** What the command line says. Strings are borrowed from it. Lists end with NULL. */
struct ag_options {
    const char *state;
    const char *listen[AG_OPTION_REPEATS_MAX + 1];
    const char *modules[AG_OPTION_REPEATS_MAX + 1];
    const char *yang_path[AG_OPTION_REPEATS_MAX + 1];
    const char *host_key;
    const char *certificate;
    const char *key;
    const char *ca;
    const char *crl;
    const char *resolv_conf;
    const char *socket;
    const char *initial_config;
    uint16_t netconf_port;
    uint16_t cluster_port;
    uint16_t recovery_port;
    uint16_t snmp_port;
    enum sx_log_level log_level;
    bool help;
    bool version;
};

/** Reads the command line; names the option and what would be right when it cannot. */
int ag_options_read(int argc, char **argv, struct ag_options *ret_options, struct sx_error *err);

/** The text of --help. Static storage. */
const char *ag_options_help(void);
