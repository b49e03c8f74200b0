// SPDX-License-Identifier: Apache-2.0
/* Backups as files and back: made while edits go on, restored on another system. */
#include "restore_impl.h"
#include "secret_text.h"
#include "sextant/memory.h"
#include "test_archive.h"
#include "test_folder.h"
#include "test_pair.h"
#include "test_secret.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SESSION 7

static bool begin(struct sx_test_engine *test)
{
    return sx_test_plain(test, SX_EVENT_RESTORE_BEGIN, SX_DATASTORE_RUNNING, SESSION);
}

static bool cancel(struct sx_test_engine *test, const char *reason)
{
    struct sx_event event = {.type = SX_EVENT_RESTORE_CANCEL, .origin = {.session = SESSION}};

    strcpy(event.reason, reason);
    return sx_test_step(test, &event);
}

static bool rows(struct sx_test_engine *test, const struct sx_fragment_list *list)
{
    struct sx_event event = {.type = SX_EVENT_RESTORE_ROWS, .origin = {.session = SESSION}};

    event.rows = list;
    return sx_test_step(test, &event);
}

static bool end(struct sx_test_engine *test, struct sx_restore *content)
{
    struct sx_event event = {.type = SX_EVENT_RESTORE_END, .origin = {.session = SESSION}};

    event.restore = content;
    return sx_test_step(test, &event);
}

/* Reads a backup into content and the engine's stage, two rows a step. Ends the test when it
 * cannot. */
static struct sx_restore *fill(struct sx_test_engine *test, struct sx_test_archive *file)
{
    struct sx_archive *archive = sx_test_archive_open(file);
    struct sx_restore *content = sx_restore_new(test->schema, archive);
    struct sx_fragment_list list = {0};
    struct sx_fragment row;
    struct sx_error err = {0};
    int rc;

    do {
        rc = sx_archive_next(archive, &row, &err);
        if (rc < 0 || (rc > 0 && sx_restore_add(content, &row, &list, &err) < 0))
            fail_msg("%s", err.message);
        if (rc > 0 && list.count < 2)
            continue;
        assert_true(rows(test, &list));
        sx_fragment_list_clear(&list);
    } while (rc > 0);
    if (sx_restore_validate(content, &err) < 0)
        fail_msg("%s", err.message);
    sx_archive_close(archive);
    return content;
}

/* Content that nobody has filled or validated. */
static struct sx_restore *empty(const struct sx_schema *schema)
{
    struct sx_restore *content = sx_alloc(sizeof *content);

    content->tree.schema = content->left_out.schema = schema;
    return content;
}

static void restore(struct sx_test_engine *test, struct sx_test_archive *file)
{
    assert_true(begin(test));
    if (!end(test, fill(test, file)))
        fail_msg("%s", test->update.error.message);
}

static void a_subordinates_backup_restores_on_a_stand_alone_system(void **state)
{
    struct sx_test_engine a, b, c;
    struct sx_test_archive file;
    uint64_t revision;

    sx_test_pair_open(&a, &b, *state);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_exchange(&a, &b);
    assert_true(sx_test_name(&b, "east"));
    sx_test_archive_make(&b, &file);
    revision = sx_test_revision(&b);

    sx_test_engine_open(&c, *state, SX_TEST_C);
    assert_true(sx_test_entry(&c, "ben", 200));
    restore(&c, &file);
    assert_string_equal(sx_test_number(&c, "ann"), "100");
    assert_string_equal(sx_test_number(&c, "ben"), "");
    assert_string_equal(c.status.system_name, "east");
    assert_memory_equal(c.status.history.digest, b.status.history.digest, SX_DIGEST_SIZE);
    /* It goes on from the same revision in a lineage of its own. */
    assert_int_equal(sx_test_revision(&c), revision + 1);
    assert_true(sx_history_holds(
        &c.status.history, sx_history_lineage(&b.status.history), sx_test_revision(&b)));
    assert_string_not_equal(
        sx_history_lineage(&c.status.history), sx_history_lineage(&b.status.history));
    assert_non_null(sx_test_action(&c, SX_ACTION_RECONFIGURE, NULL));

    sx_test_engine_restart(&c);
    assert_int_equal(c.status.role, SX_ROLE_STAND_ALONE);
    assert_string_equal(sx_test_number(&c, "ann"), "100");
    assert_true(sx_test_entry(&c, "cid", 300));
    assert_int_equal(sx_test_revision(&c), revision + 2);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
    sx_test_engine_close(&c);
}

static void the_peer_list_is_left_out_and_told(void **state)
{
    struct sx_test_engine a, c;
    struct sx_test_archive file;
    struct sx_restore *content;

    sx_test_primary_open(&a, *state, 2);
    sx_test_archive_make(&a, &file);
    sx_test_engine_open(&c, *state, SX_TEST_A);
    assert_true(begin(&c));
    content = fill(&c, &file);
    assert_string_equal(sx_restore_left_out(content, 0), SX_TEST_A);
    assert_string_equal(sx_restore_left_out(content, 1), SX_TEST_B);
    assert_null(sx_restore_left_out(content, 2));
    assert_true(end(&c, content));
    assert_string_equal(
        sx_test_value(&c, "/sextant-cluster:cluster/peers/peer[index='1']/address"), "");
    assert_string_equal(sx_test_value(&c, "/sextant-cluster:cluster/name"), "test.example");
    sx_test_engine_restart(&c);
    assert_int_equal(c.status.role, SX_ROLE_STAND_ALONE);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
    sx_test_engine_close(&c);
}

static void address_mappings_come_along(void **state)
{
    struct sx_test_engine a, c;
    struct sx_test_archive file;

    sx_test_primary_open(&a, *state, 2);
    assert_true(sx_test_edit(&a,
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><address-mapping>"
        "<enabled>true</enabled><mapping><fqdn>x.example</fqdn><ip-address>10.9.9.9</ip-address>"
        "</mapping></address-mapping></cluster>"));
    sx_test_archive_make(&a, &file);
    sx_test_engine_open(&c, *state, SX_TEST_C);
    restore(&c, &file);
    assert_string_equal(sx_test_value(&c, "/sextant-cluster:cluster/address-mapping/"
                                          "mapping[fqdn='x.example']/ip-address"),
        "10.9.9.9");
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
    sx_test_engine_close(&c);
}

#define RULES "/sextant-call-control:call-control/search-rules/rule"

static bool insert_rule(struct sx_test_engine *test, const char *name, const char *how)
{
    char *xml =
        sx_format("<call-control xmlns=\"urn:sextant:params:xml:ns:yang:sextant-call-control\""
                  " xmlns:y=\"urn:ietf:params:xml:ns:yang:1\"><zones><zone><name>z</name>"
                  "<type>neighbour</type><protocol>sip</protocol></zone></zones>"
                  "<search-rules><rule y:insert=\"%s\"><name>%s</name><target-zone>z"
                  "</target-zone></rule></search-rules></call-control>",
            how, name);
    bool done = sx_test_edit(test, xml);

    free(xml);
    return done;
}

static void expect_rules(struct sx_test_engine *test, const char *expected)
{
    struct lyd_node *node = NULL;
    char found[64] = "";

    assert_int_equal(
        lyd_find_path(test->engine->tree.root, RULES "[name='a']", 0, &node), LY_SUCCESS);
    node = lyd_first_sibling(node);
    for (; node; node = node->next)
        if (node->schema->nodetype == LYS_LIST)
            strcat(found, lyd_get_value(lyd_child(node)));
    assert_string_equal(found, expected);
}

/* The store has it too, or the boot would not take the database. */
static void the_users_order_comes_along(void **state)
{
    struct sx_test_engine a, c;
    struct sx_test_archive file;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(insert_rule(&a, "a", "first"));
    assert_true(insert_rule(&a, "d", "first"));
    assert_true(insert_rule(&a, "b", "last"));
    assert_true(insert_rule(&a, "e", "first"));
    assert_true(insert_rule(&a, "c", "last"));
    assert_true(sx_test_entry(&a, "ann", 100));
    expect_rules(&a, "edabc");
    sx_test_archive_make(&a, &file);
    sx_test_engine_open(&c, *state, SX_TEST_C);
    assert_true(insert_rule(&c, "b", "first"));
    assert_true(insert_rule(&c, "a", "last"));
    restore(&c, &file);
    expect_rules(&c, "edabc");
    sx_test_engine_restart(&c);
    expect_rules(&c, "edabc");
    assert_memory_equal(c.status.history.digest, a.status.history.digest, SX_DIGEST_SIZE);
    assert_true(insert_rule(&c, "f", "last"));
    expect_rules(&c, "edabcf");
    sx_test_engine_close(&c);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
}

#define SECRET "hunter2-hunter2"

/* Secrets go from one system key to another, and are in clear nowhere but in the tree. */
static void secrets_come_along(void **state)
{
    struct sx_test_engine a, c;
    struct sx_test_archive file;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_community(&a, SECRET));
    assert_true(sx_test_password(&a, SECRET));
    sx_test_archive_make(&a, &file);
    assert_null(memmem(file.bytes, file.size, SECRET, strlen(SECRET)));

    sx_test_engine_open(&c, *state, SX_TEST_C);
    memset(c.system_key, 7, sizeof c.system_key);
    sx_test_engine_restart(&c);
    restore(&c, &file);
    assert_string_equal(sx_test_value(&c, SX_TEST_PASSWORD), SECRET);
    assert_memory_equal(c.status.history.digest, a.status.history.digest, SX_DIGEST_SIZE);
    assert_false(sx_test_on_disk(&c, SECRET));
    sx_test_engine_restart(&c);
    assert_string_equal(sx_test_value(&c, SX_TEST_PASSWORD), SECRET);
    assert_string_equal(sx_test_value(&c, SX_TEST_COMMUNITY), SECRET);
    assert_false(sx_test_alarm(&c, 40055));
    assert_memory_equal(c.status.history.digest, a.status.history.digest, SX_DIGEST_SIZE);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
    sx_test_engine_close(&c);
}

/* The value that stands for one that cannot be decrypted, in a backup, is a value like others. */
static void a_stand_in_in_a_backup_is_sealed_anew(void **state)
{
    struct sx_test_engine a, c;
    struct sx_test_archive file;
    char *stand_in;

    sx_test_engine_open(&c, *state, SX_TEST_C);
    assert_true(sx_test_password(&c, SECRET));
    memset(c.system_key, 7, sizeof c.system_key);
    sx_test_engine_restart(&c);
    assert_int_equal(c.engine->secrets.aside.count, 1);
    stand_in = sx_secret_unquote(c.engine->secrets.aside.items[0].stand_in,
        strlen(c.engine->secrets.aside.items[0].stand_in));

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_password(&a, stand_in));
    sx_test_archive_make(&a, &file);
    restore(&c, &file);
    assert_false(sx_test_alarm(&c, 40055));
    sx_test_engine_restart(&c);
    assert_false(sx_test_alarm(&c, 40055));
    assert_string_equal(sx_test_value(&c, SX_TEST_PASSWORD), stand_in);
    free(stand_in);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
    sx_test_engine_close(&c);
}

static void the_former_configuration_is_kept(void **state)
{
    struct sx_test_engine a, former;
    struct sx_test_archive file;
    char *kept;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_archive_make(&a, &file);
    assert_true(sx_test_entry(&a, "ann", 200));
    restore(&a, &file);
    assert_string_equal(sx_test_number(&a, "ann"), "100");
    assert_non_null(strstr(a.update.backup, "-restore.db"));
    kept = sx_strdup(a.update.backup);
    sx_test_restored_open(&former, *state, SX_TEST_A, kept);
    assert_string_equal(sx_test_number(&former, "ann"), "200");
    free(kept);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&former);
    sx_test_engine_close(&a);
}

static void a_member_of_a_cluster_refuses(void **state)
{
    struct sx_test_engine a, b;

    sx_test_pair_open(&a, &b, *state);
    assert_false(begin(&a));
    assert_non_null(strstr(a.update.error.message, "member of a cluster (primary)"));
    assert_false(begin(&b));
    assert_int_equal(b.update.error.code, SX_E_OPERATION_FAILED);
    assert_non_null(strstr(b.update.error.message, "(subordinate)"));
    assert_true(sx_test_edit(&b, "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\""
                                 " xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\">"
                                 "<peers nc:operation=\"delete\"/></cluster>"));
    assert_false(begin(&b));
    assert_non_null(strstr(b.update.error.message, "restart"));
    assert_false(sx_test_alarm(&b, 15023));
    sx_test_engine_close(&a);
    sx_test_engine_close(&b);
}

static void who_is_about_to_join_refuses(void **state)
{
    struct sx_test_engine a;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_edit(&a,
        "<cluster xmlns=\"urn:sextant:params:xml:ns:yang:sextant-cluster\"><configuration-primary>1"
        "</configuration-primary><peers><peer><index>1</index><address>10.0.0.1</address></peer>"
        "</peers></cluster>"));
    assert_false(begin(&a));
    assert_non_null(strstr(a.update.error.message, "enters a cluster at its next restart"));
    sx_test_engine_close(&a);
}

static void a_failure_before_it_began_raises_no_alarm(void **state)
{
    struct sx_test_engine a;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(begin(&a));
    assert_true(cancel(&a, "the passphrase is wrong"));
    assert_false(sx_test_alarm(&a, 15023));
    assert_true(begin(&a));
    sx_test_engine_close(&a);
}

static void a_failure_after_it_began_raises_15023(void **state)
{
    struct sx_test_engine a;
    struct sx_test_archive file;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_archive_make(&a, &file);
    assert_true(sx_test_entry(&a, "ann", 200));
    assert_true(begin(&a));
    sx_restore_free(fill(&a, &file));
    assert_true(cancel(&a, "the file ends too early"));
    assert_true(sx_test_alarm(&a, 15023));
    assert_string_equal(a.status.alarms[0].text, "the file ends too early");
    assert_string_equal(sx_test_number(&a, "ann"), "200");
    restore(&a, &file);
    assert_false(sx_test_alarm(&a, 15023));
    assert_string_equal(sx_test_number(&a, "ann"), "100");

    assert_true(begin(&a));
    sx_restore_free(fill(&a, &file));
    assert_true(cancel(&a, "the file ends too early"));
    assert_true(sx_test_alarm(&a, 15023));
    sx_test_engine_restart(&a);
    assert_false(sx_test_alarm(&a, 15023));
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
}

static void without_a_backup_of_the_present_nothing_is_replaced(void **state)
{
    struct sx_test_engine a;
    struct sx_test_archive file;
    char *folder;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_entry(&a, "ann", 100));
    sx_test_archive_make(&a, &file);
    assert_true(sx_test_entry(&a, "ann", 200));
    folder = sx_format("%s/backups", a.folder);
    assert_int_equal(sx_test_remove_folder(folder), 0);
    assert_true(begin(&a));
    assert_false(end(&a, fill(&a, &file)));
    assert_true(sx_test_alarm(&a, 15023));
    assert_string_equal(sx_test_number(&a, "ann"), "200");
    sx_test_engine_restart(&a);
    assert_string_equal(sx_test_number(&a, "ann"), "200");
    free(folder);
    sx_test_archive_clear(&file);
    sx_test_engine_close(&a);
}

static void one_restore_at_a_time(void **state)
{
    struct sx_test_engine a;
    struct sx_fragment_list none = {0};

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(begin(&a));
    assert_false(sx_test_plain(&a, SX_EVENT_RESTORE_BEGIN, SX_DATASTORE_RUNNING, SESSION + 1));
    assert_int_equal(a.update.error.code, SX_E_IN_USE);
    assert_true(rows(&a, &none));
    /* The session that ends takes its restore with it. */
    assert_true(sx_test_plain(&a, SX_EVENT_SESSION_END, SX_DATASTORE_RUNNING, SESSION));
    assert_true(sx_test_alarm(&a, 15023));
    assert_false(rows(&a, &none));
    assert_false(end(&a, empty(*state)));
    assert_true(sx_test_plain(&a, SX_EVENT_RESTORE_BEGIN, SX_DATASTORE_RUNNING, SESSION + 1));
    sx_test_engine_close(&a);
}

static void a_lock_of_another_session_counts(void **state)
{
    struct sx_test_engine a;

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_plain(&a, SX_EVENT_LOCK, SX_DATASTORE_RUNNING, SESSION + 1));
    assert_false(begin(&a));
    assert_true(sx_test_plain(&a, SX_EVENT_UNLOCK, SX_DATASTORE_RUNNING, SESSION + 1));
    assert_true(begin(&a));
    sx_test_engine_close(&a);
}

static void content_must_be_validated(void **state)
{
    struct sx_test_engine a;
    struct sx_fragment_list none = {0};

    sx_test_engine_open(&a, *state, SX_TEST_A);
    assert_true(sx_test_entry(&a, "ann", 100));
    assert_true(begin(&a));
    assert_true(rows(&a, &none));
    assert_false(end(&a, empty(*state)));
    assert_string_equal(sx_test_number(&a, "ann"), "100");
    sx_test_engine_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subordinates_backup_restores_on_a_stand_alone_system),
        cmocka_unit_test(the_peer_list_is_left_out_and_told),
        cmocka_unit_test(address_mappings_come_along),
        cmocka_unit_test(the_users_order_comes_along),
        cmocka_unit_test(secrets_come_along),
        cmocka_unit_test(a_stand_in_in_a_backup_is_sealed_anew),
        cmocka_unit_test(the_former_configuration_is_kept),
        cmocka_unit_test(a_member_of_a_cluster_refuses),
        cmocka_unit_test(who_is_about_to_join_refuses),
        cmocka_unit_test(a_failure_before_it_began_raises_no_alarm),
        cmocka_unit_test(a_failure_after_it_began_raises_15023),
        cmocka_unit_test(without_a_backup_of_the_present_nothing_is_replaced),
        cmocka_unit_test(one_restore_at_a_time),
        cmocka_unit_test(a_lock_of_another_session_counts),
        cmocka_unit_test(content_must_be_validated),
    };

    return cmocka_run_group_tests(tests, sx_test_group_setup, sx_test_group_teardown);
}
