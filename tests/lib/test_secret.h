// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test_engine.h"

/* Secrets in the engines of tests. */

/** Path of the password of the traversal zone that sx_test_password() makes. */
#define SX_TEST_PASSWORD \
    "/sextant-call-control:call-control/zones/zone[name='branch']/traversal/password"
/** Path of the SNMP community, a secret of the peer itself. */
#define SX_TEST_COMMUNITY "/sextant-system:system/snmp/v2c/community"

/** Sets the password of a traversal zone, replicated, which is made. True when that succeeded. */
bool sx_test_password(struct sx_test_engine *test, const char *password);
/** Sets the SNMP community. */
bool sx_test_community(struct sx_test_engine *test, const char *community);

/** Ticks until the update of the system key has ended; its steps. */
unsigned sx_test_key_update(struct sx_test_engine *test);

/** True when one of the files in the engine's folder, or below it, holds `text`. */
bool sx_test_on_disk(const struct sx_test_engine *test, const char *text);

/** True when the database, its log included, holds `text`; without what was deleted. */
bool sx_test_stored(const struct sx_test_engine *test, const char *text);
