// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdint.h>

struct ly_ctx;

/** What an <rpc-error> says beside the error; NULL and 0 where it says nothing. Borrowed. */
struct ag_error_info {
    const char *type; /**< error-type; else that of the code */
    uint32_t lock_holder; /**< lock-denied: session id of the holder */
    const char *attribute; /**< name of the attribute that is missing or bad */
    const char *element; /**< name of the element; without it the error's */
    const char *name_space; /**< the namespace that is not known */
};

/**
 * An <rpc-error> element (RFC 6241 section 4.3 and appendix A, RFC 7950 section 15) that says what
 * `error` says; for free(). It declares no default namespace: it stands in an <rpc-reply>. The
 * data path of the error becomes an XPath with the prefixes of the modules of `context`, declared
 * on <error-path>. `info` may be NULL. This file is the only one that knows error-tags.
 */
char *ag_error_xml(
    const struct ly_ctx *context, const struct sx_error *error, const struct ag_error_info *info);
