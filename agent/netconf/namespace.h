// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

/** Namespace of the attribute `default` of RFC 6243 section 6, and the one that libyang reads and
 * writes it in. */
#define AG_DEFAULT_NS "urn:ietf:params:xml:ns:netconf:default:1.0"
#define AG_DEFAULT_LIBYANG_NS "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"

/**
 * A copy of well-formed XML in which each declaration of the namespace `from` declares `to`, for
 * free(), and its length; NULL when there is none. Prefixes stay as they are. Texts, comments and
 * CDATA sections are left alone.
 */
char *ag_namespace_replace(
    const char *xml, size_t length, const char *from, const char *to, size_t *ret_length);
