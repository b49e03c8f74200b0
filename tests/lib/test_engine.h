// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/engine.h"

/** Bytes of the system key that engines of tests have. */
#define SX_TEST_KEY 0x5a

/** An engine on a fresh folder, with a clock and randomness that the test moves. */
struct sx_test_engine {
    const struct sx_schema *schema;
    char *folder;
    const char *address; /**< its own IP address */
    const char *vfs; /**< SQLite VFS of its store, NULL for the default */
    struct sx_engine *engine;
    int64_t now; /**< milliseconds, both clocks */
    uint8_t random; /**< counts up with each step */
    uint8_t system_key[SX_SYSTEM_KEY_SIZE]; /**< the file of the system key */
    uint8_t next_key[SX_SYSTEM_KEY_SIZE]; /**< the file beside it, while has_next */
    bool has_next;
    bool key_saving; /**< sx_test_key_saved() is to tell that it was written */
    struct sx_update update; /**< of the last step or boot */
    struct sx_status status; /**< after it */
};

/** Opens an engine whose own address is `address` (a literal that outlives it). Ends the test when
 * it cannot. */
void sx_test_engine_open(
    struct sx_test_engine *test, const struct sx_schema *schema, const char *address);

/** The same with its store on this VFS, whose name outlives it. */
void sx_test_engine_open_on(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *vfs);
/** The same with another system key: SX_SYSTEM_KEY_SIZE times this byte. */
void sx_test_engine_open_key(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *vfs, uint8_t key);

/** Closes it and removes its folder. */
void sx_test_engine_close(struct sx_test_engine *test);

/** Closes and opens it on the same folder: a restart. */
void sx_test_engine_restart(struct sx_test_engine *test);

/** Opens a closed one on the same folder. False when it does not open. */
bool sx_test_engine_try(struct sx_test_engine *test);

/** One step; time moves on by a millisecond. True when it succeeded. */
bool sx_test_step(struct sx_test_engine *test, struct sx_event *event);

/** Tells the engine that the key it asked to be saved is on disk, or why not (NULL: it is). */
void sx_test_key_saved(struct sx_test_engine *test, const char *failure);

/** <edit-config> on a datastore by session 1. */
bool sx_test_edit_in(
    struct sx_test_engine *test, enum sx_datastore datastore, uint32_t session, const char *xml);
/** The same on running. */
bool sx_test_edit(struct sx_test_engine *test, const char *xml);

/** The same as an initial configuration. */
bool sx_test_edit_initial(struct sx_test_engine *test, const char *xml);

/** Any event that needs no more than its type, a datastore and a session. */
bool sx_test_plain(struct sx_test_engine *test, enum sx_event_type type,
    enum sx_datastore datastore, uint32_t session);

/** Configures a cluster of these addresses (ends with NULL) with this primary, and restarts where
 * the procedure says so. */
void sx_test_form(struct sx_test_engine *test, const char *const *addresses, unsigned primary);

/** Link events. */
void sx_test_link_up(struct sx_test_engine *test, const char *peer);
void sx_test_link_down(struct sx_test_engine *test, const char *peer, const char *reason);
/** A message from a peer; it passes on. */
void sx_test_message(struct sx_test_engine *test, const char *peer, struct sx_message *message);

/** The hello that a peer at `address` of the same cluster would say. */
struct sx_message *sx_test_hello(const struct sx_test_engine *test, const char *address);

/** The first action of this type in the last update (for `peer` when not NULL), or NULL. */
struct sx_action *sx_test_action(
    struct sx_test_engine *test, enum sx_action_type type, const char *peer);
/** The first message of this type that the last update sends to `peer`, or NULL. */
struct sx_message *sx_test_sent(
    struct sx_test_engine *test, enum sx_message_type type, const char *peer);

/** True when an alarm of this kind is active. */
bool sx_test_alarm(const struct sx_test_engine *test, uint32_t id);
