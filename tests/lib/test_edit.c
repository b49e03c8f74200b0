// SPDX-License-Identifier: Apache-2.0
#include "test_edit.h"

#include "sextant/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Bytes of one comment in a rule list that only takes room. */
#define COMMENT_BYTES 16384u

#define NACM "<nacm xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-acm\">"

static bool edit_and_free(struct sx_test_engine *test, char *xml)
{
    bool succeeded = sx_test_edit(test, xml);

    free(xml);
    return succeeded;
}

bool sx_test_entry(struct sx_test_engine *test, const char *name, unsigned number)
{
    return edit_and_free(test, sx_format(SX_TEST_CALL_CONTROL
                                   "<phone-book><entry><name>%s</name><number>%u</number></entry>"
                                   "</phone-book></call-control>",
                                   name, number));
}

bool sx_test_name(struct sx_test_engine *test, const char *name)
{
    return edit_and_free(test, sx_format(SX_TEST_SYSTEM "<name>%s</name></system>", name));
}

bool sx_test_set_primary(struct sx_test_engine *test, unsigned index)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER
                  "<configuration-primary>%u</configuration-primary>" SX_TEST_CLUSTER_END,
                  index));
}

bool sx_test_set_peer(struct sx_test_engine *test, unsigned index, const char *address)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER "<peers><peer><index>%u</index><address>%s</address></"
                                        "peer></peers>" SX_TEST_CLUSTER_END,
                  index, address));
}

bool sx_test_set_cluster(struct sx_test_engine *test, const char *leaf, const char *value)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER "<%s>%s</%s>" SX_TEST_CLUSTER_END, leaf, value, leaf));
}

bool sx_test_map(struct sx_test_engine *test, const char *name, const char *address)
{
    return edit_and_free(
        test, sx_format(SX_TEST_CLUSTER "<address-mapping><enabled>true</enabled><mapping>"
                                        "<fqdn>%s</fqdn><ip-address>%s</ip-address></mapping>"
                                        "</address-mapping>" SX_TEST_CLUSTER_END,
                  name, address));
}

/** An XML text that grows within a size that was reckoned before. */
struct text {
    char *xml;
    size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text->length +=
        (size_t)vsnprintf(text->xml + text->length, text->size - text->length, format, arguments);
    va_end(arguments);
    assert_true(text->length < text->size);
}

/* In several comments: what parses and prints one long text takes time with its square under a
 * sanitizer. */
static void add_rule_list(struct text *text, const char *name, unsigned number, size_t bytes)
{
    char filler[COMMENT_BYTES + 1];

    /* Another size is another text throughout. */
    memset(filler, 'a' + (int)(bytes % 26), COMMENT_BYTES);
    add(text, "<rule-list><name>%s%02u</name><group>*</group>", name, number);
    for (unsigned i = 0; bytes > 0; i++) {
        size_t comment = bytes < COMMENT_BYTES ? bytes : COMMENT_BYTES;

        add(text, "<rule><name>r%u</name><action>permit</action><comment>%.*s</comment></rule>", i,
            (int)comment, filler);
        bytes -= comment;
    }
    add(text, "</rule-list>");
}

bool sx_test_bulk(struct sx_test_engine *test, const char *name, unsigned count, size_t bytes)
{
    struct text text = {.size = 256 + count * (bytes + (bytes / COMMENT_BYTES + 2) * 128)};

    text.xml = sx_alloc(text.size);
    add(&text, NACM);
    for (unsigned i = 0; i < count; i++)
        add_rule_list(&text, name, i, bytes);
    add(&text, "</nacm>");
    return edit_and_free(test, text.xml);
}
