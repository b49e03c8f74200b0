// SPDX-License-Identifier: Apache-2.0
#include "snmp/targets.h"

#include "log.h"
#include "sextant/memory.h"
#include "snmp/access.h"
#include "snmp/target.h"

#include <stdlib.h>

struct ag_targets {
    const struct ag_snmp_engine_state *engine;
    const char *const *sources;
    struct ag_target *targets[AG_SNMP_TARGETS_MAX];
    size_t count;
};

struct ag_targets *ag_targets_new(
    const struct ag_snmp_engine_state *engine, const char *const *sources)
{
    struct ag_targets *targets = sx_alloc(sizeof(*targets));
    targets->engine = engine;
    targets->sources = sources;
    return targets;
}

void ag_targets_free(struct ag_targets *targets)
{
    if (!targets)
        return;
    for (size_t i = 0; i < targets->count; i++)
        ag_target_free(targets->targets[i]);
    free(targets);
}

/* Takes the target for this configuration out of `former`, or makes a new one. */
static struct ag_target *take(
    struct ag_targets *former, const struct ag_snmp_target *config, const struct ag_snmp_user *user)
{
    for (size_t i = 0; i < former->count; i++) {
        struct ag_target *target = former->targets[i];
        if (target && ag_target_same(target, config, user)) {
            former->targets[i] = NULL;
            return target;
        }
    }
    return ag_target_new(config, user, former->engine, former->sources);
}

void ag_targets_update(struct ag_targets *targets, const struct ag_snmp_settings *settings)
{
    struct ag_targets former = *targets;
    targets->count = 0;
    for (size_t i = 0; settings->enabled && i < settings->target_count; i++) {
        const struct ag_snmp_target *config = &settings->targets[i];
        const struct ag_snmp_user *user =
            config->user[0] ? ag_access_user(settings, config->user) : NULL;
        if (config->user[0] && !user) {
            ag_log(SX_LOG_WARNING,
                "SNMP target %s is not notified: user %s must have authentication and privacy",
                config->name, config->user);
            continue;
        }
        targets->targets[targets->count++] = take(&former, config, user);
    }
    for (size_t i = 0; i < former.count; i++)
        if (former.targets[i])
            ag_target_free(former.targets[i]);
}

void ag_targets_notify(struct ag_targets *targets, const struct sx_alarm_event *event)
{
    for (size_t i = 0; i < targets->count; i++)
        ag_target_notify(targets->targets[i], event);
}

void ag_targets_run(struct ag_targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        ag_target_run(targets->targets[i]);
}
