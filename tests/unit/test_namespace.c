// SPDX-License-Identifier: Apache-2.0
#include "netconf/namespace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Replaces urn:a by urn:long; NULL: there must be nothing to replace. */
static void expect(const char *xml, const char *replaced)
{
    size_t length = 0;
    char *text = ag_namespace_replace(xml, strlen(xml), "urn:a", "urn:long", &length);

    if (!replaced) {
        assert_null(text);
        return;
    }
    assert_non_null(text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, replaced);
    free(text);
}

static void declarations_are_replaced(void **state)
{
    (void)state;
    expect("<x xmlns='urn:a'/>", "<x xmlns='urn:long'/>");
    expect("<x xmlns:p=\"urn:a\" p:q='1'>t</x>", "<x xmlns:p=\"urn:long\" p:q='1'>t</x>");
    expect("<x b='1'\n xmlns:p = 'urn:a' c='2'><y xmlns:p='urn:a'/></x>",
        "<x b='1'\n xmlns:p = 'urn:long' c='2'><y xmlns:p='urn:long'/></x>");
}

static void all_else_is_left_alone(void **state)
{
    (void)state;
    expect("<x xmlns='urn:b'/>", NULL);
    expect("<x xmlns='urn:ab'/>", NULL);
    expect("<x b='urn:a' xmlnsy='urn:a'>xmlns='urn:a'</x>", NULL);
    expect("<x><!-- <y xmlns='urn:a'/> --></x>", NULL);
    expect("<x><![CDATA[<y xmlns='urn:a'/>]]></x>", NULL);
    expect("<?x xmlns='urn:a'?><x/>", NULL);
    expect("<x b=\"' xmlns='urn:a'\"/>", NULL);
}

static void what_ends_early_is_no_trouble(void **state)
{
    const char *xml = "<!-- --><x b='1' xmlns:p='urn:a' p:c=\"2\"><![CDATA[]]><?p?></x>";

    (void)state;
    for (size_t length = 0; length < strlen(xml); length++) {
        char *part = strndup(xml, length);
        size_t replaced = 0;

        free(ag_namespace_replace(part, length, "urn:a", "urn:long", &replaced));
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declarations_are_replaced),
        cmocka_unit_test(all_else_is_left_alone),
        cmocka_unit_test(what_ends_early_is_no_trouble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
