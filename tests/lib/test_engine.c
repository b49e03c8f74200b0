// SPDX-License-Identifier: Apache-2.0
#include "test_engine.h"

#include "sextant/memory.h"
#include "state.h"
#include "test_folder.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Virtual time starts here: 2030-01-01, UTC. */
#define START_MS 1893456000000ll

/* What the agent does with the files of the system key. */
static void keep_keys(struct sx_test_engine *test)
{
    for (size_t i = 0; i < test->update.count; i++) {
        const struct sx_action *action = &test->update.actions[i];

        if (action->type == SX_ACTION_KEY_SAVE) {
            memcpy(test->next_key, action->key, sizeof test->next_key);
            test->has_next = test->key_saving = true;
        } else if (action->type == SX_ACTION_KEY_INSTALL && test->has_next) {
            memcpy(test->system_key, test->next_key, sizeof test->system_key);
            test->has_next = false;
        } else if (action->type == SX_ACTION_KEY_FORGET) {
            test->has_next = false;
        }
    }
}

static void look(struct sx_test_engine *test)
{
    keep_keys(test);
    sx_status_clear(&test->status);
    sx_engine_status(test->engine, &test->status);
}

/* No two engines have the same. */
static void fill_random(struct sx_test_engine *test, uint8_t random[32])
{
    memset(random, ++test->random, 32);
    strncpy((char *)random, test->address, 16);
}

static int boot(struct sx_test_engine *test, struct sx_error *err)
{
    const char *const addresses[] = {test->address, NULL};
    struct sx_engine_options options = {.schema = test->schema,
        .directory = test->folder,
        .vfs = test->vfs,
        .own_addresses = addresses,
        .software_version = "test",
        .system_key = test->system_key,
        .next_system_key = test->has_next ? test->next_key : NULL,
        .time_ms = START_MS + test->now,
        .monotonic_ms = test->now};

    fill_random(test, options.random);
    sx_update_clear(&test->update);
    if (sx_engine_open(&options, &test->update, &test->engine, err) < 0)
        return -1;
    look(test);
    return 0;
}

static void must_boot(struct sx_test_engine *test)
{
    struct sx_error err = {0};

    if (boot(test, &err) < 0)
        fail_msg("the engine does not open: %s", err.message);
}

bool sx_test_engine_try(struct sx_test_engine *test)
{
    struct sx_error err = {0};

    if (boot(test, &err) == 0)
        return true;
    assert_true(strlen(err.message) > 0);
    return false;
}

void sx_test_engine_open(
    struct sx_test_engine *test, const struct sx_schema *schema, const char *address)
{
    sx_test_engine_open_on(test, schema, address, NULL);
}

void sx_test_engine_open_on(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *vfs)
{
    sx_test_engine_open_key(test, schema, address, vfs, SX_TEST_KEY);
}

void sx_test_engine_open_key(struct sx_test_engine *test, const struct sx_schema *schema,
    const char *address, const char *vfs, uint8_t key)
{
    char *backups;

    memset(test, 0, sizeof *test);
    memset(test->system_key, key, sizeof test->system_key);
    test->schema = schema;
    test->address = address;
    test->vfs = vfs;
    test->folder = sx_test_temporary_folder();
    assert_non_null(test->folder);
    backups = sx_format("%s/backups", test->folder);
    assert_int_equal(sx_test_make_folder(backups), 0);
    free(backups);
    must_boot(test);
}

void sx_test_engine_close(struct sx_test_engine *test)
{
    sx_update_clear(&test->update);
    sx_status_clear(&test->status);
    sx_engine_close(test->engine);
    assert_int_equal(sx_test_remove_folder(test->folder), 0);
    free(test->folder);
}

void sx_test_engine_restart(struct sx_test_engine *test)
{
    sx_engine_close(test->engine);
    test->engine = NULL;
    must_boot(test);
}

bool sx_test_step(struct sx_test_engine *test, struct sx_event *event)
{
    sx_update_clear(&test->update);
    test->now++;
    event->time_ms = START_MS + test->now;
    event->monotonic_ms = test->now;
    fill_random(test, event->random);
    sx_engine_step(test->engine, event, &test->update);
    look(test);
    return !test->update.failed;
}

void sx_test_key_saved(struct sx_test_engine *test, const char *failure)
{
    struct sx_event event = {.type = SX_EVENT_KEY_SAVED};

    test->key_saving = false;
    if (failure) {
        test->has_next = false;
        snprintf(event.key_failure, sizeof event.key_failure, "%s", failure);
    }
    sx_test_step(test, &event);
}

static bool edit(struct sx_test_engine *test, enum sx_datastore datastore, uint32_t session,
    bool initial, const char *xml)
{
    struct sx_event event = {
        .type = SX_EVENT_EDIT, .origin = {.user = "tester", .source = "test", .session = session}};
    struct lyd_node *config = NULL;
    bool succeeded;

    assert_int_equal(lyd_parse_data_mem(sx_schema_context(test->schema), xml, LYD_XML,
                         LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &config),
        LY_SUCCESS);
    event.edit.target = datastore;
    event.edit.config = config;
    event.edit.initial = initial;
    succeeded = sx_test_step(test, &event);
    lyd_free_all(config);
    return succeeded;
}

bool sx_test_edit_in(
    struct sx_test_engine *test, enum sx_datastore datastore, uint32_t session, const char *xml)
{
    return edit(test, datastore, session, false, xml);
}

bool sx_test_edit_initial(struct sx_test_engine *test, const char *xml)
{
    return edit(test, SX_DATASTORE_RUNNING, 1, true, xml);
}

bool sx_test_edit(struct sx_test_engine *test, const char *xml)
{
    return sx_test_edit_in(test, SX_DATASTORE_RUNNING, 1, xml);
}

bool sx_test_plain(struct sx_test_engine *test, enum sx_event_type type,
    enum sx_datastore datastore, uint32_t session)
{
    struct sx_event event = {
        .type = type, .origin = {.user = "tester", .source = "test", .session = session}};

    event.datastore = datastore;
    return sx_test_step(test, &event);
}

static void edit_list(
    struct sx_test_engine *test, const char *const *addresses, unsigned count, unsigned primary)
{
    char xml[2048];
    size_t length = (size_t)snprintf(xml, sizeof xml,
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\">"
        "<name>test.example</name><configuration-primary>%u</configuration-primary><peers>",
        primary);

    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(xml + length, sizeof xml - length,
            "<peer><index>%u</index><address>%s</address></peer>", i + 1, addresses[i]);
    snprintf(xml + length, sizeof xml - length, "</peers></cluster>");
    if (!sx_test_edit(test, xml))
        fail_msg("%s at %s", test->update.error.message, test->update.error.path);
}

void sx_test_form(struct sx_test_engine *test, const char *const *addresses, unsigned primary)
{
    unsigned count = 0;

    while (addresses[count])
        count++;
    if (strcmp(addresses[primary - 1], test->address) == 0) {
        assert_int_equal(primary, 1);
        edit_list(test, addresses, 1, 1);
        sx_test_engine_restart(test);
        edit_list(test, addresses, count, 1);
    } else {
        edit_list(test, addresses, count, primary);
        sx_test_engine_restart(test);
    }
}

void sx_test_link_up(struct sx_test_engine *test, const char *peer)
{
    struct sx_event event = {.type = SX_EVENT_LINK_UP};

    event.link.peer = peer;
    event.link.certificate = SX_CERTIFICATE_VALID;
    sx_test_step(test, &event);
}

void sx_test_link_down(struct sx_test_engine *test, const char *peer, const char *reason)
{
    struct sx_event event = {.type = SX_EVENT_LINK_DOWN};

    event.link.peer = peer;
    snprintf(event.link.reason, sizeof event.link.reason, "%s", reason);
    sx_test_step(test, &event);
}

void sx_test_message(struct sx_test_engine *test, const char *peer, struct sx_message *message)
{
    struct sx_event event = {.type = SX_EVENT_MESSAGE};

    event.message.peer = peer;
    event.message.message = message;
    sx_test_step(test, &event);
}

struct sx_message *sx_test_hello(const struct sx_test_engine *test, const char *address)
{
    struct sx_message *message = sx_message_new(SX_MESSAGE_HELLO);
    struct sx_hello *hello = message->hello;

    strcpy(hello->software_version, "test");
    memcpy(hello->schema_hash, sx_schema_hash(test->schema), SX_DIGEST_SIZE);
    snprintf(hello->system_name, sizeof hello->system_name, "system at %s", address);
    strcpy(hello->cluster_name, test->status.cluster_name);
    strcpy(hello->ip_version, "ipv4");
    strcpy(hello->tls_verification, "permissive");
    for (size_t i = 0; i < test->status.peer_count; i++) {
        strcpy(hello->peers[i], test->status.peers[i].address);
        if (strcmp(hello->peers[i], address) == 0)
            hello->local_index = (uint8_t)(i + 1);
    }
    hello->configuration_primary = test->status.configuration_primary;
    hello->history = test->status.history;
    strcpy(hello->system_key, test->status.system_key);
    sx_secret_key_id(test->engine->secrets.digest_key, hello->digest_key);
    return message;
}

struct sx_action *sx_test_action(
    struct sx_test_engine *test, enum sx_action_type type, const char *peer)
{
    for (size_t i = 0; i < test->update.count; i++) {
        struct sx_action *action = &test->update.actions[i];

        if (action->type == type && (!peer || strcmp(action->peer, peer) == 0))
            return action;
    }
    return NULL;
}

struct sx_message *sx_test_sent(
    struct sx_test_engine *test, enum sx_message_type type, const char *peer)
{
    for (size_t i = 0; i < test->update.count; i++) {
        struct sx_action *action = &test->update.actions[i];

        if (action->type == SX_ACTION_SEND && action->message && strcmp(action->peer, peer) == 0 &&
            action->message->type == type)
            return action->message;
    }
    return NULL;
}

bool sx_test_alarm(const struct sx_test_engine *test, uint32_t id)
{
    for (size_t i = 0; i < test->status.alarm_count; i++)
        if (test->status.alarms[i].id == id)
            return true;
    return false;
}
