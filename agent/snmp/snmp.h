// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"
#include "sextant/status.h"

#include <stdint.h>

/** Bounds of what the configuration can hold. */
#define AG_SNMP_USERS_MAX 16
#define AG_SNMP_TARGETS_MAX 16

struct ag_snmp_user {
    char name[33];
    char authentication[16]; /**< "sha", "sha-256", …; "" for none */
    char authentication_passphrase[65];
    char privacy[16]; /**< "aes"; "" for none */
    char privacy_passphrase[65];
};

struct ag_snmp_target {
    char name[65];
    char address[64]; /**< IP literal */
    uint16_t port;
    bool inform;
    char community[65]; /**< v2c; "" when a v3 user is used */
    char user[33]; /**< v3 */
};

/** The configuration below sextant-system's /system/snmp. By value. */
struct ag_snmp_settings {
    bool enabled;
    char contact[256];
    char location[256];
    bool v2c;
    char community[65];
    struct ag_snmp_user users[AG_SNMP_USERS_MAX];
    size_t user_count;
    struct ag_snmp_target targets[AG_SNMP_TARGETS_MAX];
    size_t target_count;
};

/** Strings are copied. */
struct ag_snmp_options {
    const char *directory; /**< folder for Net-SNMP's engine state; exists */
    const char *const *listen_addresses; /**< IP literals; ends with NULL */
    uint16_t port; /**< 161 */
    void (*notified)(void *context, uint64_t sequence); /**< called in the SNMP thread after a
                                            notification was handed to the network */
    void *context;
};

/** The SNMP agent on a thread of its own. Nothing ever waits for that thread. One per process:
 * Net-SNMP's state is global. */
struct ag_snmp;

/** Starts the thread; it answers once settings say `enabled`. *ret_snmp is the caller's. */
int ag_snmp_start(
    const struct ag_snmp_options *options, struct ag_snmp **ret_snmp, struct sx_error *err);

/** Hands over new settings (copied). Any thread; never waits. */
void ag_snmp_configure(struct ag_snmp *snmp, const struct ag_snmp_settings *settings);

/** Settings will be handed over that notifications from now on belong to: these wait until
 * ag_snmp_configured() was called as often. Any thread; never waits. */
void ag_snmp_expect_settings(struct ag_snmp *snmp);

/** What was expected `count` times has been handed over, or does not come. Any thread; never waits.
 */
void ag_snmp_configured(struct ag_snmp *snmp, size_t count);

/** Hands over a new status to answer requests from; takes over what it owns and empties it. Any
 * thread; never waits. */
void ag_snmp_publish(struct ag_snmp *snmp, struct sx_status *status);

/** Queues a notification; a full queue counts it as dropped. Any thread; never waits. */
void ag_snmp_notify(struct ag_snmp *snmp, const struct sx_alarm_event *event);

/** Stops the thread within a second and releases it (NULL is fine). */
void ag_snmp_stop(struct ag_snmp *snmp);
