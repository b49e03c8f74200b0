// SPDX-License-Identifier: Apache-2.0
#include "sextantctl/diff_text.h"

#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">"
#define TAIL "</rpc-reply>"
#define REVISION(number, user, changes) \
    "<revision><number>" number "</number><time>2026-11-21T10:00:00+00:00</time><user>" user \
    "</user><source>192.0.2.9</source><session-id>4</session-id><changes>" changes \
    "</changes></revision>"
#define CHANGE(operation, path, rest) \
    "<change><operation>" operation "</operation><path>" path "</path>" rest "</change>"

/* What becomes of a reply, for free(). */
static char *render(const char *reply_text, bool colour)
{
    struct ctl_diff_text text = {.colour = colour};
    struct lyd_node *reply = NULL;
    struct ly_ctx *context = NULL;
    char *written = NULL;
    size_t size = 0;

    text.out = open_memstream(&written, &size);
    assert_int_equal(ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &context), LY_SUCCESS);
    assert_int_equal(lyd_parse_data_mem(
                         context, reply_text, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &reply),
        LY_SUCCESS);
    ctl_diff_text_begin(&text, reply);
    ctl_diff_text_changes(&text, reply);
    ctl_diff_text_end(&text);
    fclose(text.out);
    lyd_free_all(reply);
    ly_ctx_destroy(context);
    return written;
}

static void expect(const char *reply, const char *expected)
{
    char *written = render(reply, false);

    assert_string_equal(written, expected);
    free(written);
}

static void who_and_when_stand_above(void **state)
{
    (void)state;
    expect(HEAD "<from>6</from><to>7</to>" REVISION("7", "ann", "1") TAIL,
        "revision 7  2026-11-21T10:00:00+00:00  ann@192.0.2.9 session 4  1 change\n"
        "no difference\n");
    expect(HEAD "<from>7</from><to>5</to>" REVISION("7", "a&#9;b", "2") REVISION("6", "bob", "1")
               TAIL,
        "from revision 7 to revision 5\n"
        "  revision 7  2026-11-21T10:00:00+00:00  a\\tb@192.0.2.9 session 4  2 changes\n"
        "  revision 6  2026-11-21T10:00:00+00:00  bob@192.0.2.9 session 4  1 change\n"
        "no difference\n");
}

static void leafs_are_grouped_below_their_parent(void **state)
{
    (void)state;
    expect(HEAD "<from>1</from><to>9</to>" CHANGE("replace", "/a:b/c[k='/x']/d",
               "<old-value><d>1</d></old-value><new-value><d>two\x7f\nlines</d></new-value>")
               CHANGE("create", "/a:b/c[k='/x']/e[.='5']", "<new-value><e>5</e></new-value>")
                   CHANGE("delete", "/a:b/f", "<old-value><f/></old-value>") TAIL,
        "from revision 1 to revision 9\n"
        "\n/a:b/c[k='/x']\n"
        "- d: 1\n"
        "+ d: two\\x7f\\nlines\n"
        "+ e: 5\n"
        "\n/a:b\n"
        "- f\n");
}

static void subtrees_are_indented(void **state)
{
    (void)state;
    expect(HEAD "<from>1</from><to>9</to>" CHANGE("create", "/a:b/c[k='1']",
               "<new-value><c><k>1</k><d><e>2</e></d></c></new-value><after/>") CHANGE("delete",
               "/a:b/c[k='0']",
               "<old-value><c><k>0</k></c></old-value><old-after>/a:b/c[k='9']</old-after>") TAIL,
        "from revision 1 to revision 9\n"
        "\n/a:b/c[k='1']\n"
        "+ k: 1\n"
        "+ d:\n"
        "+   e: 2\n"
        "~ placed first\n"
        "\n/a:b/c[k='0']\n"
        "- k: 0\n");
}

static void moves_tell_both_places(void **state)
{
    (void)state;
    expect(HEAD "<from>1</from><to>9</to>" CHANGE(
               "move", "/a:b/c[k='1']", "<old-after/><after>/a:b/c[k='x/y']</after>") TAIL,
        "from revision 1 to revision 9\n"
        "\n/a:b/c[k='1']\n"
        "~ placed after c[k='x/y'], was first\n");
}

static void what_cannot_be_shown_is_named(void **state)
{
    (void)state;
    expect(HEAD "<from>1</from><to>9</to>" CHANGE("replace", "/a:b/c", "") TAIL,
        "from revision 1 to revision 9\n"
        "\n/a:b/c\n"
        "  (replace; its value cannot be shown)\n");
}

static void a_terminal_has_colours(void **state)
{
    char *written =
        render(HEAD "<from>1</from><to>9</to>" CHANGE("replace", "/a:b/d",
                   "<old-value><d>1</d></old-value><new-value><d>2</d></new-value>") TAIL,
            true);

    (void)state;
    assert_non_null(strstr(written, "\033[31m- d: 1\033[0m\n"));
    assert_non_null(strstr(written, "\033[32m+ d: 2\033[0m\n"));
    assert_non_null(strstr(written, "\033[1m/a:b\033[0m\n"));
    free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_and_when_stand_above),
        cmocka_unit_test(leafs_are_grouped_below_their_parent),
        cmocka_unit_test(subtrees_are_indented),
        cmocka_unit_test(moves_tell_both_places),
        cmocka_unit_test(what_cannot_be_shown_is_named),
        cmocka_unit_test(a_terminal_has_colours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
