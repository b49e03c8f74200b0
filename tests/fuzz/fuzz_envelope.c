// SPDX-License-Identifier: Apache-2.0
#include "peer/envelope.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What a peer sends; what is taken must encode to the same bytes again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ag_envelope envelope;
    struct sx_error err;
    uint8_t *bytes;
    size_t length;

    if (ag_envelope_decode(data, size, &envelope, &err) != 0)
        return 0;
    if (ag_envelope_encode(&envelope, &bytes, &length, &err) != 0 || length > size)
        abort();
    free(bytes);
    ag_envelope_clear(&envelope);
    return 0;
}
