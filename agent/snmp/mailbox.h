// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/snmp.h"

#include <stdbool.h>
#include <stddef.h>

/** Notifications that wait for the SNMP thread; more are dropped and counted. */
#define AG_SNMP_QUEUE_MAX 1024

/**
 * What other threads hand to the SNMP thread: a bounded queue of alarm events, the newest settings
 * and the newest status. Its lock is held for a few instructions only, so no caller ever waits for
 * the SNMP thread, whatever that thread is busy with.
 */
struct ag_snmp_mailbox;

/** An empty mailbox. Fails when no descriptor is left; *ret_mailbox is the caller's. */
int ag_snmp_mailbox_new(struct ag_snmp_mailbox **ret_mailbox, struct sx_error *err);

/** Releases it and all that is in it (NULL is fine). No other thread may use it any more. */
void ag_snmp_mailbox_free(struct ag_snmp_mailbox *mailbox);

/** Adds an event (copied) and wakes the SNMP thread; counts it as dropped when the queue is full.
 * Any thread. */
void ag_snmp_mailbox_put_event(struct ag_snmp_mailbox *mailbox, const struct sx_alarm_event *event);

/** Replaces settings that were not taken yet (copied) and wakes the SNMP thread. Any thread. */
void ag_snmp_mailbox_put_settings(
    struct ag_snmp_mailbox *mailbox, const struct ag_snmp_settings *settings);

/** Settings will be put that events from now on belong to: these wait. Any thread. */
void ag_snmp_mailbox_expect_settings(struct ag_snmp_mailbox *mailbox);

/** What was expected `count` times has been put, or does not come, and wakes the SNMP thread. Any
 * thread. */
void ag_snmp_mailbox_met(struct ag_snmp_mailbox *mailbox, size_t count);

/** Replaces a status that was not taken yet; takes over what `status` owns and empties it. Does
 * not wake the SNMP thread, which looks for a status when a request comes in. Any thread. */
void ag_snmp_mailbox_put_status(struct ag_snmp_mailbox *mailbox, struct sx_status *status);

/** Asks the SNMP thread to end, and wakes it. Any thread. */
void ag_snmp_mailbox_put_stop(struct ag_snmp_mailbox *mailbox);

/** Takes the oldest event. False when there is none, and while settings are new or expected, which
 * come first: an event goes to the targets that were configured before it. */
bool ag_snmp_mailbox_take_event(struct ag_snmp_mailbox *mailbox, struct sx_alarm_event *ret_event);

/** Takes the settings that were put last, for ag_snmp_settings_free(); NULL when there are no new
 * ones. */
struct ag_snmp_settings *ag_snmp_mailbox_take_settings(struct ag_snmp_mailbox *mailbox);

/** Takes the status that was put last, for sx_status_clear() and free(); NULL when there is no new
 * one. */
struct sx_status *ag_snmp_mailbox_take_status(struct ag_snmp_mailbox *mailbox);

/** True once ag_snmp_mailbox_put_stop() was called. */
bool ag_snmp_mailbox_stopped(struct ag_snmp_mailbox *mailbox);

/** Events that found the queue full, modulo 2^32. Any thread. */
uint32_t ag_snmp_mailbox_dropped(struct ag_snmp_mailbox *mailbox);

/** Descriptor that is readable when the thread was woken. The mailbox's. */
int ag_snmp_mailbox_descriptor(const struct ag_snmp_mailbox *mailbox);

/** Makes the descriptor unreadable again; call it before taking things out. */
void ag_snmp_mailbox_awake(struct ag_snmp_mailbox *mailbox);

/** Wipes the pass phrases and releases a heap copy of settings (NULL is fine). */
void ag_snmp_settings_free(struct ag_snmp_settings *settings);
