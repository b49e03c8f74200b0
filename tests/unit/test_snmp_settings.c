// SPDX-License-Identifier: Apache-2.0
/* SNMP settings out of configuration as the modules define it. */
#include "snmp_settings.h"

#include <libyang/libyang.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static const char *const folders[] = {SEXTANT_SOURCE_DIR "/yang",
        "/usr/share/yuma/nmda-modules/ietf", "/usr/share/yuma/modules/ietf",
        "/usr/share/yuma/modules/ietf-derived"};
    struct ly_ctx *context = NULL;
    if (ly_ctx_new(NULL, LY_CTX_DISABLE_SEARCHDIR_CWD, &context) != LY_SUCCESS)
        return -1;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        ly_ctx_set_searchdir(context, folders[i]);
    *state = context;
    return ly_ctx_load_module(context, "sextant-system", NULL, NULL) &&
                   ly_ctx_load_module(context, "ietf-system", NULL, NULL)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    ly_ctx_destroy(*state);
    return 0;
}

/* Reads the settings out of XML; `options` as for lyd_parse_data_mem(). */
static struct ag_snmp_settings read_xml(
    const struct ly_ctx *context, const char *xml, uint32_t options)
{
    struct lyd_node *tree = NULL;
    struct ag_snmp_settings settings;
    LY_ERR result = lyd_parse_data_mem(context, xml, LYD_XML, options | LYD_PARSE_STRICT,
        options & LYD_PARSE_ONLY ? 0 : LYD_VALIDATE_PRESENT, &tree);
    if (result != LY_SUCCESS)
        fail_msg("%s", ly_errmsg(context));
    memset(&settings, 0xff, sizeof(settings));
    ag_snmp_settings_read(tree, &settings);
    lyd_free_all(tree);
    return settings;
}

#define SYSTEM(content) \
    "<system " \
    "xmlns='urn:sextant:params:xml:ns:yang:sextant-system'><name>east</name><snmp>" content \
    "</snmp></system>"
#define IETF(content) "<system xmlns='urn:ietf:params:xml:ns:yang:ietf-system'>" content "</system>"

static const char full[] = SYSTEM(
    "<contact>noc</contact><location>rack 7</location>"
    "<v2c><enabled>true</enabled><community>pub&lt;lic</community></v2c>"
    "<v3-users><user><name>alice</name>"
    "<authentication><protocol>sha-512</protocol><passphrase>auth \"pass\" 1</passphrase>"
    "</authentication><privacy><passphrase>priv pass 1</passphrase></privacy></user>"
    "<user><name>bob</name>"
    "<authentication><passphrase>bob's auth</passphrase></authentication>"
    "<privacy><protocol>aes</protocol><passphrase>bob's priv</passphrase></privacy></user>"
    "</v3-users><notification-targets>"
    "<target><name>a</name><address>192.0.2.1</address><community>trapcom</community></target>"
    "<target><name>b</name><address>2001:db8::1</address><port>1162</port><type>inform</type>"
    "<v3-user>alice</v3-user></target></notification-targets>");

static void assert_full(const struct ag_snmp_settings *settings)
{
    assert_true(settings->enabled);
    assert_string_equal(settings->contact, "noc");
    assert_string_equal(settings->location, "rack 7");
    assert_true(settings->v2c);
    assert_string_equal(settings->community, "pub<lic");
    assert_int_equal(settings->user_count, 2);
    assert_string_equal(settings->users[0].name, "alice");
    assert_string_equal(settings->users[0].authentication, "sha-512");
    assert_string_equal(settings->users[0].authentication_passphrase, "auth \"pass\" 1");
    assert_string_equal(settings->users[0].privacy, "aes");
    assert_string_equal(settings->users[0].privacy_passphrase, "priv pass 1");
    assert_string_equal(settings->users[1].name, "bob");
    assert_string_equal(settings->users[1].authentication, "sha-256");
    assert_int_equal(settings->target_count, 2);
    assert_string_equal(settings->targets[0].name, "a");
    assert_string_equal(settings->targets[0].address, "192.0.2.1");
    assert_int_equal(settings->targets[0].port, 162);
    assert_false(settings->targets[0].inform);
    assert_string_equal(settings->targets[0].community, "trapcom");
    assert_string_equal(settings->targets[0].user, "");
    assert_string_equal(settings->targets[1].address, "2001:db8::1");
    assert_int_equal(settings->targets[1].port, 1162);
    assert_true(settings->targets[1].inform);
    assert_string_equal(settings->targets[1].community, "");
    assert_string_equal(settings->targets[1].user, "alice");
}

static void everything_is_read(void **state)
{
    struct ag_snmp_settings settings = read_xml(*state, full, 0);
    assert_full(&settings);
    /* The same when the defaults are not in the tree. */
    settings = read_xml(*state, full, LYD_PARSE_ONLY);
    assert_full(&settings);
}

static void nothing_gives_the_defaults(void **state)
{
    static const char *const documents[] = {"", SYSTEM(""), IETF("<hostname>east</hostname>")};
    for (size_t i = 0; i < 3; i++) {
        const struct ag_snmp_settings settings = read_xml(*state, documents[i], LYD_PARSE_ONLY);
        assert_true(settings.enabled);
        assert_false(settings.v2c);
        assert_string_equal(settings.community, "");
        assert_string_equal(settings.contact, "");
        assert_int_equal(settings.user_count, 0);
        assert_int_equal(settings.target_count, 0);
    }
}

static void it_can_be_disabled(void **state)
{
    const struct ag_snmp_settings settings =
        read_xml(*state, SYSTEM("<enabled>false</enabled>"), 0);
    assert_false(settings.enabled);
}

static void contact_falls_back_on_ietf_system(void **state)
{
    static const char ietf[] = IETF("<contact>theirs</contact><location>there</location>");
    char document[1024];
    struct ag_snmp_settings settings = read_xml(*state, ietf, 0);
    assert_string_equal(settings.contact, "theirs");
    assert_string_equal(settings.location, "there");
    snprintf(document, sizeof(document), "%s%s", ietf, SYSTEM("<contact>ours</contact>"));
    settings = read_xml(*state, document, 0);
    assert_string_equal(settings.contact, "ours");
    assert_string_equal(settings.location, "there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_gives_the_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_can_be_disabled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contact_falls_back_on_ietf_system, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
