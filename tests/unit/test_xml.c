// SPDX-License-Identifier: Apache-2.0
#include "netconf/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *text, const char *expected)
{
    char *result = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&result, &size);

    assert_non_null(out);
    ag_xml_escape(out, text);
    fclose(out);
    assert_string_equal(result, expected);
    free(result);
}

static void test_escape(void **state)
{
    (void)state;
    expect("", "");
    expect("plain ' text", "plain ' text");
    expect("<a b=\"c\">&amp;]]>", "&lt;a b=&quot;c&quot;&gt;&amp;amp;]]&gt;");
    expect("a\tb\nc\rd", "a&#9;b&#10;c&#13;d");
    expect("bell\a", "bell?");
}

static void test_utf8(void **state)
{
    (void)state;
    expect("Zürich €", "Zürich €");
    expect("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
    /* Cut inside of a character, or none at all. */
    expect("caf\xc3", "caf?");
    expect("\xe2\x82", "??");
    expect("\xff\x80x", "??x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
