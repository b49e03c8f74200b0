// SPDX-License-Identifier: Apache-2.0
#include "netconf/alarm_model.h"

#include <ctype.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALARMS_MODULE "sextant-alarms"

const char *ag_alarm_severity(enum sx_severity severity)
{
    switch (severity) {
    case SX_SEVERITY_CRITICAL:
        return "critical";
    case SX_SEVERITY_ALERT:
        return "major";
    case SX_SEVERITY_ERROR:
        return "minor";
    default:
        return "warning";
    }
}

/* The name of each identity ends in the alarm's number. */
int ag_alarm_identity(const struct ly_ctx *context, uint32_t id, char *ret_name, size_t size)
{
    const struct lys_module *module = ly_ctx_get_module_implemented(context, ALARMS_MODULE);
    LY_ARRAY_COUNT_TYPE i;

    if (!module)
        return -1;
    LY_ARRAY_FOR(module->identities, i)
    {
        const char *number = strrchr(module->identities[i].name, '-');

        if (number && isdigit((unsigned char)number[1]) && strtoul(number + 1, NULL, 10) == id) {
            snprintf(ret_name, size, ALARMS_MODULE ":%s", module->identities[i].name);
            return 0;
        }
    }
    return -1;
}

const char *ag_alarm_resource(const struct sx_alarm_event *alarm)
{
    return *alarm->resource ? alarm->resource : "system";
}
