// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test_engine.h"

#include <stddef.h>

/* Edits of running that tests of the engine make often. They return true when they succeeded. */

/** Opening tag of the cluster's configuration, and its end. */
#define SX_TEST_CLUSTER "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
#define SX_TEST_CLUSTER_END "</cluster>"

/** Opening tags of the rest of what tests edit. */
#define SX_TEST_CALL_CONTROL \
    "<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\">"
#define SX_TEST_SYSTEM "<system xmlns=\"urn:sextant:params:xml:ns:yang:sextant-system\">"
/** The attribute that makes an element of an edit go. */
#define SX_TEST_DELETE \
    "xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\" nc:operation=\"delete\""

/** Gives a phone-book entry a number: an edit of a replicated item. */
bool sx_test_entry(struct sx_test_engine *test, const char *name, unsigned number);
/** Names the system: an edit of a peer-specific item. */
bool sx_test_name(struct sx_test_engine *test, const char *name);
/** Names the configuration primary. */
bool sx_test_set_primary(struct sx_test_engine *test, unsigned index);
/** Gives an entry of the peer list its address; a new entry is made. */
bool sx_test_set_peer(struct sx_test_engine *test, unsigned index, const char *address);
/** Sets a leaf of the cluster's container. */
bool sx_test_set_cluster(struct sx_test_engine *test, const char *leaf, const char *value);
/** Puts one name and address into the address mapping and switches it on. */
bool sx_test_map(struct sx_test_engine *test, const char *name, const char *address);
/** `count` NACM rule lists called name00, name01 …, whose rows take some more than `bytes` each:
 * one edit of replicated items. */
bool sx_test_bulk(struct sx_test_engine *test, const char *name, unsigned count, size_t bytes);
