// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/snmp.h"
#include "test_child.h"

#include <stdbool.h>

/*
 * The SNMP thread as it is, in a folder of its own, and Net-SNMP's tools to talk to it. A call that
 * cannot do what it says ends the test program.
 */

/** Port of the agent under test. */
#define TEST_SNMP_PORT 11161
/** sextantMIB, as the tools print it. */
#define TEST_SNMP_MIB ".1.3.6.1.4.1.8072.9999.9999.1"

struct test_snmp_agent;

/** Makes a folder and starts an agent that listens on `address` (copied). */
struct test_snmp_agent *test_snmp_agent_new(const char *address);

/** Stops the agent and removes the folder. */
void test_snmp_agent_free(struct test_snmp_agent *agent);

/** Stops the agent and starts it again in the same folder. */
void test_snmp_agent_restart(struct test_snmp_agent *agent);

/** The thread under test. */
struct ag_snmp *test_snmp_agent_snmp(const struct test_snmp_agent *agent);

/** The folder of the agent's state. */
const char *test_snmp_agent_directory(const struct test_snmp_agent *agent);

/** Settings: enabled, v2c with community "public", and user "alice" (SHA-256 "authpass-1", AES
 * "privpass-1"). */
struct ag_snmp_settings test_snmp_settings(void);

/** Adds a target; `user` NULL: v2c with community "trapcom". */
void test_snmp_add_target(struct ag_snmp_settings *settings, const char *name, const char *address,
    uint16_t port, bool inform, const char *user);

/** Configures the agent. When it returns, the access rights are in force, and later events go to
 * the targets, which are made anew. */
void test_snmp_configure(struct test_snmp_agent *agent, const struct ag_snmp_settings *settings);

/** Queues a raise of 20004 with this sequence number. */
void test_snmp_raise(struct test_snmp_agent *agent, uint64_t sequence);

/** Waits until the agent has called `notified` for so many events since it was made; false when it
 * has not within `timeout_ms`. Those of test_snmp_configure() do not count. */
bool test_snmp_wait_notified(struct test_snmp_agent *agent, size_t count, int timeout_ms);

/** The sequence number of the n-th call, from 0. */
uint64_t test_snmp_notified(struct test_snmp_agent *agent, size_t n);

/**
 * Runs a tool against the agent, e.g. "snmpget", with `access` (options with blanks between) and
 * `rest` (object names and values with blanks between). Returns its exit status.
 */
int test_snmp_tool(const struct test_snmp_agent *agent, const char *tool, const char *access,
    const char *rest, char *output, size_t size);

/** Options for test_snmp_tool(): v2c and v3 with the accounts of test_snmp_settings(). */
#define TEST_SNMP_V2C "-v2c -c public"
#define TEST_SNMP_V3 "-v3 -u alice -l authPriv -a SHA-256 -A authpass-1 -x AES -X privpass-1"

/**
 * Starts snmptrapd on address and port, with user "alice" for informs and for traps of `agent`, in
 * the folder `name` of the agent's; a new folder gives it a new engine ID. It prints a line
 * "GOT <PDU>, SNMP <version>, <user or community> from <addresses>: <varbinds>" for each
 * notification. Returns when it listens. For test_child_stop().
 */
struct test_child *test_snmp_trapd(
    const struct test_snmp_agent *agent, const char *name, const char *address, uint16_t port);
