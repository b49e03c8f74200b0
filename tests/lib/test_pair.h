// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test_edit.h"
#include "test_schema.h"

#include <stddef.h>

/* What tests of the engine say often, and two engines that talk to each other. */

/** Addresses of the peers of test clusters. */
#define SX_TEST_A "10.0.0.1"
#define SX_TEST_B "10.0.0.2"
#define SX_TEST_C "10.0.0.3"

/** Opens an engine at SX_TEST_A and forms a cluster in which it is the primary of B, and of C when
 * `count` is 3. */
void sx_test_primary_open(
    struct sx_test_engine *test, const struct sx_schema *schema, unsigned count);

/** Opens an engine at SX_TEST_B and makes it a subordinate of A (`count` as above). It waits for a
 * snapshot. */
void sx_test_subordinate_open(
    struct sx_test_engine *test, const struct sx_schema *schema, unsigned count);

/** Opens an engine whose database is a copy of the file at `path`, such as a backup. */
void sx_test_restored_open(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *path);

/** Value of a leaf in running, "" when there is none. Borrowed until the next step. */
const char *sx_test_value(const struct sx_test_engine *test, const char *path);
/** Number of a phone-book entry in running, "" when there is none. Borrowed. */
const char *sx_test_number(const struct sx_test_engine *test, const char *name);
/** Revision of the replicated content. */
uint64_t sx_test_revision(const struct sx_test_engine *test);

/** DNS answers: a name has this address, or "" for none. */
void sx_test_resolved(struct sx_test_engine *test, const char *name, const char *address);
/** Time passes, then a tick. */
void sx_test_tick(struct sx_test_engine *test, int64_t ms);
/** A link comes up and the peer says the hello of one that agrees with everything. */
void sx_test_peer_up(struct sx_test_engine *test, const char *peer);
/** How many actions of this type the last update holds. */
size_t sx_test_count(const struct sx_test_engine *test, enum sx_action_type type);
/** How many messages of this type the last update sends to anyone. */
size_t sx_test_count_sent(const struct sx_test_engine *test, enum sx_message_type type);
/** Takes the first message of this type to anyone out of the last update; the caller's. Ends the
 * test when there is none. */
struct sx_message *sx_test_take(struct sx_test_engine *test, enum sx_message_type type);
/** True when the log of the last update says `text` somewhere. */
bool sx_test_logged(const struct sx_test_engine *test, const char *text);
/** How often an alarm was raised, or cleared, in the whole history. */
size_t sx_test_events(struct sx_test_engine *test, uint32_t id, bool raised);

/** Gives each what the other's last update sends, and what the answers send, until all is said.
 * What earlier updates sent is lost. */
void sx_test_exchange(struct sx_test_engine *a, struct sx_test_engine *b);
/** The link of the two comes up on both sides and all is said. */
void sx_test_connect(struct sx_test_engine *a, struct sx_test_engine *b);
/** The link of the two is lost on both sides. */
void sx_test_disconnect(struct sx_test_engine *a, struct sx_test_engine *b);
/** Opens a primary `a` and its subordinate `b`, linked; `b` has joined. */
void sx_test_pair_open(
    struct sx_test_engine *a, struct sx_test_engine *b, const struct sx_schema *schema);
