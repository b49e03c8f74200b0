// SPDX-License-Identifier: Apache-2.0
/*
 * Messages of peers, to an engine in a cluster of three: envelopes as they come over a link,
 * decoded and stepped. The first byte decides whether the engine is the primary or a subordinate.
 * Then come records: a byte that says what happens, two bytes of length, and so many bytes of an
 * envelope. What a peer would have to know and nobody guesses, such as the hash of the schema, is
 * filled in when the byte says so. Whatever was said: what belongs to this system alone stays, the
 * digest is that of the content, and the engine boots from what it stored.
 */
#include "peer/envelope.h"
#include "sextant/memory.h"
#include "state.h"
#include "test_pair.h"
#include "test_schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition) \
    do { \
        if (!(condition)) \
            abort(); \
    } while (0)

/** Records of an input that are looked at, and actions that one step may ask for. */
#define RECORDS_MAX 64
#define ACTIONS_MAX 4096

/** Bits of a record's first byte. */
enum { FROM_THIRD = 1, LINK = 2, TICK = 4, FILL_IN = 8 };

/** Made once for all inputs. */
static struct sx_schema *schema;
static struct sx_test_engine primary, subordinate;

static const char *address_of(bool is_primary)
{
    return is_primary ? SX_TEST_A : SX_TEST_B;
}

/* A cluster in order, whose databases each input begins with. */
static void prepare(void)
{
    schema = sx_test_schema_ours();
    sx_test_pair_open(&primary, &subordinate, schema);
    REQUIRE(
        sx_test_set_peer(&primary, 3, SX_TEST_C) && sx_test_set_peer(&subordinate, 3, SX_TEST_C));
    REQUIRE(sx_test_name(&primary, "one") && sx_test_name(&subordinate, "two"));
    REQUIRE(sx_test_entry(&primary, "ann", 100));
    sx_test_exchange(&primary, &subordinate);
    REQUIRE(sx_test_entry(&primary, "bob", 101));
    sx_test_exchange(&primary, &subordinate);
    sx_engine_close(primary.engine);
    sx_engine_close(subordinate.engine);
    primary.engine = subordinate.engine = NULL;
}

static void fill_in(struct sx_test_engine *test, const char *from, struct sx_message *message)
{
    struct sx_history *own = &test->engine->history;

    if (message->type == SX_MESSAGE_HELLO) {
        struct sx_message *right = sx_test_hello(test, from);
        bool take_snapshot = message->hello->take_snapshot;
        struct sx_requirements requirements = message->hello->requirements;

        *message->hello = *right->hello;
        message->hello->take_snapshot = take_snapshot;
        message->hello->requirements = requirements;
        sx_message_free(right);
    } else if (message->type == SX_MESSAGE_REVISION) {
        strcpy(message->revision->lineage, sx_history_lineage(own));
        message->revision->number = sx_history_revision(own) + message->revision->number % 4;
    } else if (message->type == SX_MESSAGE_SNAPSHOT_BEGIN) {
        *message->history = *own;
        sx_system_key_seal_digest(test->engine, message->digest_key);
    } else if (message->type == SX_MESSAGE_POSITION || message->type == SX_MESSAGE_SYNC) {
        *message->history = *own;
    }
}

static void say(
    struct sx_test_engine *test, const char *from, const uint8_t *data, size_t size, bool filled_in)
{
    struct ag_envelope envelope;
    struct sx_error err;

    if (ag_envelope_decode(data, size, &envelope, &err) != 0)
        return;
    if (envelope.type != AG_ENVELOPE_MESSAGE)
        return;
    if (filled_in)
        fill_in(test, from, envelope.message);
    sx_test_message(test, from, envelope.message);
}

static void check(const struct sx_test_engine *test, bool is_primary)
{
    REQUIRE(strcmp(sx_test_value(test, "/sextant-system:system/name"),
                is_primary ? "one" : "two") == 0);
    REQUIRE(memcmp(test->engine->tree.digest, test->engine->history.digest, SX_DIGEST_SIZE) == 0);
    REQUIRE(test->update.count <= ACTIONS_MAX);
    REQUIRE(test->engine->pending_count < SX_WINDOW_REVISIONS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_primary = size > 0 && (data[0] & 1);
    const struct sx_test_engine *base;
    struct sx_test_engine test;
    const char *other = address_of(!is_primary);
    char *path;
    size_t at = 1;

    if (!schema)
        prepare();
    base = is_primary ? &primary : &subordinate;
    path = sx_format("%s/%s", base->folder, SX_STORE_FILE);
    sx_test_restored_open(&test, schema, address_of(is_primary), path);
    sx_test_link_up(&test, other);
    sx_test_link_up(&test, SX_TEST_C);
    for (unsigned i = 0; i < RECORDS_MAX && at + 3 <= size; i++) {
        uint8_t what = data[at];
        size_t length = (size_t)data[at + 1] << 8 | data[at + 2];
        const char *from = what & FROM_THIRD ? SX_TEST_C : other;

        at += 3;
        if (what & LINK) {
            sx_test_link_down(&test, from, "connection reset");
            sx_test_link_up(&test, from);
        } else if (what & TICK) {
            sx_test_tick(&test, (int64_t)length);
        } else {
            length = length < size - at ? length : size - at;
            say(&test, from, data + at, length, what & FILL_IN);
            at += length;
        }
        check(&test, is_primary);
    }
    /* Some of the inputs alone, as it takes its time. */
    if (size % 8 == 0) {
        sx_test_engine_restart(&test);
        check(&test, is_primary);
    }
    sx_test_engine_close(&test);
    free(path);
    return 0;
}
