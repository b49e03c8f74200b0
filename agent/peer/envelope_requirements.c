// SPDX-License-Identifier: Apache-2.0
#include "peer/envelope_requirements.h"

#include "peer/text.h"

#include <string.h>

#define HASH sizeof(uint64_t)

static char *text(const char *string)
{
    /* Protobuf's structures have no const; packing does not write. */
    return *string ? (char *)(uintptr_t)string : NULL;
}

bool ag_requirements_write(
    struct ag_requirements_scratch *scratch, const struct sx_requirements *from)
{
    Sextant__Requirements *to = &scratch->message;

    *to = (Sextant__Requirements)SEXTANT__REQUIREMENTS__INIT;
    to->product_type = text(from->product_type);
    to->platform_class = text(from->platform_class);
    to->h323_mode = text(from->h323_mode);
    to->features = text(from->features);
    to->address = text(from->address);
    for (size_t i = 0; i < from->unique_count * HASH; i++)
        scratch->unique[i] = (uint8_t)(from->unique[i / HASH] >> 8 * (HASH - 1 - i % HASH));
    to->has_unique = from->unique_count > 0;
    to->unique.data = scratch->unique;
    to->unique.len = from->unique_count * HASH;
    return to->product_type || to->platform_class || to->h323_mode || to->features || to->address ||
           to->has_unique;
}

static int read_text(
    char *to, size_t size, const char *from, const char *what, struct sx_error *err)
{
    if (!from)
        return 0;
    if (strlen(from) >= size)
        return sx_error_set(
            err, SX_E_TOO_BIG, "%s has %zu bytes; at most %zu fit", what, strlen(from), size - 1);
    if (!ag_text_is_clean(from))
        return sx_error_set(
            err, SX_E_MALFORMED_MESSAGE, "%s is not UTF-8 text, or has a control character", what);
    strcpy(to, from);
    return 0;
}

static int read_unique(
    struct sx_requirements *to, const ProtobufCBinaryData *from, struct sx_error *err)
{
    if (from->len % HASH != 0 || from->len > SX_UNIQUE_MAX * HASH)
        return sx_error_set(err, SX_E_MALFORMED_MESSAGE,
            "the unique values are not at most %d hashes of eight bytes", SX_UNIQUE_MAX);
    for (size_t i = 0; i < from->len; i++)
        to->unique[i / HASH] = to->unique[i / HASH] << 8 | from->data[i];
    to->unique_count = from->len / HASH;
    /* As they are compared: one look at each side. */
    for (size_t i = 1; i < to->unique_count; i++)
        if (to->unique[i - 1] > to->unique[i])
            return sx_error_set(
                err, SX_E_MALFORMED_MESSAGE, "the unique values are not in ascending order");
    return 0;
}

int ag_requirements_read(
    struct sx_requirements *to, const Sextant__Requirements *from, struct sx_error *err)
{
    if (!from)
        return 0;
    if (read_text(to->product_type, sizeof to->product_type, from->product_type, "the product type",
            err) != 0 ||
        read_text(to->platform_class, sizeof to->platform_class, from->platform_class,
            "the platform class", err) != 0 ||
        read_text(to->h323_mode, sizeof to->h323_mode, from->h323_mode, "the H.323 mode", err) !=
            0 ||
        read_text(to->features, sizeof to->features, from->features, "the features", err) != 0 ||
        read_text(to->address, sizeof to->address, from->address, "the address", err) != 0)
        return -1;
    return from->has_unique ? read_unique(to, &from->unique, err) : 0;
}
