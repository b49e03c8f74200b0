// SPDX-License-Identifier: Apache-2.0
#include "path.h"
#include "validate.h"

#include "sextant/memory.h"

#include <inttypes.h>
#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/** Names of an enumeration, bits or members of a union that are listed. */
#define LISTED_MAX 12

static void add(struct sx_text *text, const char *string)
{
    sx_text_add(text, string, strlen(string));
}

static void add_number(struct sx_text *text, int64_t value, uint8_t digits)
{
    char *number = NULL;
    int64_t scale = 1;

    for (uint8_t i = 0; i < digits; i++)
        scale *= 10;
    if (digits == 0)
        number = sx_format("%" PRId64, value);
    else
        number = sx_format("%s%" PRId64 ".%0*" PRId64, value < 0 && value / scale == 0 ? "-" : "",
            value / scale, digits, value % scale < 0 ? -(value % scale) : value % scale);
    add(text, number);
    free(number);
}

/* The parts of a range or length, as in `1..6 or 10`. */
static void add_range(
    struct sx_text *text, const struct lysc_range *range, bool is_unsigned, uint8_t digits)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(range->parts, i)
    {
        char *number;

        if (i > 0)
            add(text, " or ");
        if (!is_unsigned) {
            add_number(text, range->parts[i].min_64, digits);
            if (range->parts[i].max_64 != range->parts[i].min_64) {
                add(text, "..");
                add_number(text, range->parts[i].max_64, digits);
            }
            continue;
        }
        number = range->parts[i].max_u64 != range->parts[i].min_u64
                     ? sx_format("%" PRIu64 "..%" PRIu64, range->parts[i].min_u64,
                           range->parts[i].max_u64)
                     : sx_format("%" PRIu64, range->parts[i].min_u64);
        add(text, number);
        free(number);
    }
}

/* The model's own words say what a value is not. */
static void add_words(struct sx_text *text, const char *words)
{
    size_t length = strlen(words), start = strncmp(words, "Not ", 4) == 0 ? 4 : 0;

    if (length > start && words[length - 1] == '.')
        length--;
    sx_text_add(text, words + start, length - start);
}

static void add_string_type(struct sx_text *text, const struct lysc_type_str *type)
{
    LY_ARRAY_COUNT_TYPE count = LY_ARRAY_COUNT(type->patterns), i;

    /* The last pattern is that of the type that was derived last. */
    if (count > 0 && type->patterns[count - 1]->emsg) {
        add_words(text, type->patterns[count - 1]->emsg);
        return;
    }
    add(text, "a text");
    if (type->length) {
        add(text, " of ");
        add_range(text, type->length, true, 0);
        add(text, " characters");
    }
    LY_ARRAY_FOR(type->patterns, i)
    {
        add(text, i > 0 ? " and " : " that ");
        add(text,
            type->patterns[i]->inverted ? "does not match the pattern " : "matches the pattern ");
        add(text, type->patterns[i]->expr);
    }
}

static void add_names(struct sx_text *text, const struct lysc_type_bitenum_item *items)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(items, i)
    {
        if (i == LISTED_MAX) {
            add(text, ", …");
            break;
        }
        if (i > 0)
            add(text, ", ");
        add(text, items[i].name);
    }
}

static void add_type(struct sx_text *text, const struct lysc_type *type);

static void add_union(struct sx_text *text, const struct lysc_type_union *type)
{
    LY_ARRAY_COUNT_TYPE i;

    LY_ARRAY_FOR(type->types, i)
    {
        if (i == LISTED_MAX)
            break;
        if (i > 0)
            add(text, ", or ");
        add_type(text, type->types[i]);
    }
}

static void add_number_type(struct sx_text *text, const struct lysc_type *type)
{
    static const char *const limits[] = {
        [LY_TYPE_UINT8] = "0..255",
        [LY_TYPE_UINT16] = "0..65535",
        [LY_TYPE_UINT32] = "0..4294967295",
        [LY_TYPE_UINT64] = "0..18446744073709551615",
        [LY_TYPE_INT8] = "-128..127",
        [LY_TYPE_INT16] = "-32768..32767",
        [LY_TYPE_INT32] = "-2147483648..2147483647",
        [LY_TYPE_INT64] = "-9223372036854775808..9223372036854775807",
    };
    bool is_decimal = type->basetype == LY_TYPE_DEC64;
    const struct lysc_range *range = is_decimal ? ((const struct lysc_type_dec *)type)->range
                                                : ((const struct lysc_type_num *)type)->range;

    add(text, is_decimal ? "a decimal number" : "a whole number");
    if (!range && !is_decimal) {
        add(text, " in ");
        add(text, limits[type->basetype]);
    }
    if (!range)
        return;
    add(text, " in ");
    add_range(text, range, type->basetype < LY_TYPE_DEC64,
        is_decimal ? ((const struct lysc_type_dec *)type)->fraction_digits : 0);
}

static void add_type(struct sx_text *text, const struct lysc_type *type)
{
    switch (type->basetype) {
    case LY_TYPE_STRING:
        add_string_type(text, (const struct lysc_type_str *)type);
        break;
    case LY_TYPE_ENUM:
        add(text, "one of ");
        add_names(text, ((const struct lysc_type_enum *)type)->enums);
        break;
    case LY_TYPE_BITS:
        add(text, "names out of ");
        add_names(text, ((const struct lysc_type_bits *)type)->bits);
        break;
    case LY_TYPE_BOOL:
        add(text, "true or false");
        break;
    case LY_TYPE_EMPTY:
        add(text, "no value");
        break;
    case LY_TYPE_BINARY:
        add(text, "base64 text");
        break;
    case LY_TYPE_IDENT:
        add(text, "an identity with the prefix of its module");
        break;
    case LY_TYPE_INST:
        add(text, "an instance identifier");
        break;
    case LY_TYPE_LEAFREF:
        add_type(text, ((const struct lysc_type_leafref *)type)->realtype);
        break;
    case LY_TYPE_UNION:
        add_union(text, (const struct lysc_type_union *)type);
        break;
    default:
        add_number_type(text, type);
        break;
    }
}

char *sx_type_text(const struct lysc_node *schema)
{
    struct sx_text text = {0};

    add_type(&text, ((const struct lysc_node_leaf *)schema)->type);
    return text.data;
}
