// SPDX-License-Identifier: Apache-2.0
/*
 * The expression of an XPath filter. Where its text makes us judge a list entry by entry, the
 * answer must be the one that libyang gives when it sees the whole tree: the same nodes, in the
 * same order. Prefixes are m for the module below and x for none. An expression also judges a
 * notification, whether it is wanted.
 */
#include "netconf/keys.h"
#include "netconf/request.h"
#include "netconf/xml.h"
#include "netconf/xpath.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition) \
    do { \
        if (!(condition)) \
            abort(); \
    } while (0)

/** Longest input: libyang's time grows fast with an expression. */
#define INPUT_MAX 300

static const char module[] =
    "module m { yang-version 1.1; namespace 'urn:m'; prefix m;"
    " container c { leaf a { type string; }"
    "  list e { key 'k'; leaf k { type string; } leaf n { type uint8; }"
    "   leaf number { type string; } leaf mode { type string; }"
    "   list s { key 'i j'; leaf i { type uint8; } leaf j { type string; } } } }"
    " notification v { leaf t { type string; } list w { leaf u { type uint8; } } } }";
static const char data[] = "<c xmlns='urn:m'><a>x</a>"
                           "<e><k>a</k><n>1</n><s><i>1</i><j>x</j></s><s><i>2</i><j>y</j></s></e>"
                           "<e><k>b</k><number>1</number><mode>on</mode></e>"
                           "<e><k>c</k><n>3</n><number>2</number><s><i>3</i><j>c</j></s></e></c>";

/** Made once for all inputs. */
static struct ly_ctx *context, *plain;

static void prepare(void)
{
    struct sx_error err;

    ly_log_options(LY_LOSTORE_LAST);
    REQUIRE(ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &context) == LY_SUCCESS);
    REQUIRE(lys_parse_mem(context, module, LYS_IN_YANG, NULL) == LY_SUCCESS);
    REQUIRE(ag_request_context(&plain, &err) == 0);
}

static struct lyd_node *parse(void)
{
    struct lyd_node *tree = NULL;

    REQUIRE(lyd_parse_data_mem(context, data, LYD_XML, LYD_PARSE_ONLY, 0, &tree) == LY_SUCCESS);
    return tree;
}

static struct lyd_node *notification(void)
{
    const struct lys_module *m = ly_ctx_get_module_implemented(context, "m");
    struct lyd_node *tree = NULL, *entry = NULL;

    REQUIRE(lyd_new_inner(NULL, m, "v", 0, &tree) == LY_SUCCESS);
    REQUIRE(lyd_new_term(tree, NULL, "t", "a", 0, NULL) == LY_SUCCESS);
    for (int i = 0; i < 2; i++) {
        REQUIRE(lyd_new_list(tree, NULL, "w", 0, &entry) == LY_SUCCESS);
        REQUIRE(lyd_new_term(entry, NULL, "u", i ? "1" : "2", 0, NULL) == LY_SUCCESS);
    }
    return tree;
}

/* Adds the paths of the nodes that an expression selects; false when it does not select nodes. */
static bool evaluate(const char *text, const struct lyd_node *tree, FILE *out)
{
    struct ly_set *set = NULL;

    if (lyd_find_xpath3(NULL, tree, text, NULL, &set) != LY_SUCCESS)
        return false;
    for (uint32_t i = 0; i < set->count; i++) {
        char *path = lyd_path(set->dnodes[i], LYD_PATH_STD, NULL, 0);

        fprintf(out, "%s\n", path);
        free(path);
    }
    ly_set_free(set, NULL);
    return true;
}

/* Evaluates on trees that hold one entry of the list each. */
static bool evaluate_apart(const struct ag_xpath *xpath, FILE *out)
{
    size_t entries = 3;
    bool result = true;

    for (size_t keep = 0; keep < entries; keep++) {
        struct lyd_node *tree = parse(), *child, *next;
        size_t index = 0;
        bool wanted = true;

        LY_LIST_FOR_SAFE(lyd_child(tree), next, child)
        {
            if (child->schema != xpath->list)
                continue;
            if (index == keep && xpath->key) {
                char *key = ag_keys_of(child);

                wanted = strcmp(key, xpath->key) == 0;
                free(key);
            }
            if (index++ != keep)
                lyd_free_tree(child);
        }
        if (wanted && !evaluate(xpath->text, tree, out))
            result = false;
        lyd_free_all(tree);
    }
    return result;
}

static void compare(const struct ag_xpath *xpath)
{
    struct lyd_node *tree = parse();
    char *whole = NULL, *apart = NULL;
    size_t whole_size = 0, apart_size = 0;
    FILE *out = open_memstream(&whole, &whole_size);
    bool selects = evaluate(xpath->text, tree, out);

    fclose(out);
    out = open_memstream(&apart, &apart_size);
    if (selects && evaluate_apart(xpath, out)) {
        fflush(out);
        REQUIRE(strcmp(whole, apart) == 0);
    }
    fclose(out);
    free(whole);
    free(apart);
    lyd_free_all(tree);
}

/* A <filter> with this expression. */
static char *element(const char *select)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fputs("<filter xmlns='" AG_BASE_NS "' xmlns:m='urn:m' xmlns:x='urn:x' select=\"", out);
    ag_xml_escape(out, select);
    fputs("\"/>", out);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct ag_request request = {0};
    struct ag_xpath *xpath = NULL;
    struct sx_error err;
    char *select, *text;

    if (!context)
        prepare();
    if (size > INPUT_MAX)
        return 0;
    select = sx_strndup((const char *)input, size);
    text = element(select);
    if (ag_request_parse(plain, text, &request, &err) == 0 &&
        ag_xpath_new(context, request.rpc, &xpath, &err) == 0) {
        if (xpath->list) {
            compare(xpath);
        } else {
            struct lyd_node *tree = parse();

            if (xpath->depth < 2)
                ag_xpath_mark(xpath, tree, &err);
            lyd_free_all(tree);
        }
        if (xpath->depth < 2) {
            struct lyd_node *tree = notification();

            ag_xpath_mark(xpath, tree, &err);
            lyd_free_all(tree);
        }
    }
    ag_xpath_free(xpath);
    ag_request_clear(&request);
    free(text);
    free(select);
    return 0;
}
