// SPDX-License-Identifier: Apache-2.0
#include "peer/text.h"
#include "peer/verify.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/** Bytes of names that a reason lists before it says "and others". */
#define NAMES_SHOWN 100

/** What a search through the names of a certificate found. */
struct search {
    const char *name;
    size_t length; /**< of name, without a final dot */
    bool found;
    bool broken; /**< a name has a NUL, or the names cannot be read */
    size_t count;
    bool cut; /**< seen has no room for more */
    char seen[NAMES_SHOWN + 32]; /**< the names, for the reason */
};

static size_t without_dot(const void *name, size_t length)
{
    return length > 1 && ((const char *)name)[length - 1] == '.' ? length - 1 : length;
}

static void note(struct search *search, const void *bytes, size_t length)
{
    size_t used = strlen(search->seen);
    char shown[NAMES_SHOWN];

    search->count++;
    if (search->cut)
        return;
    ag_text_printable(shown, sizeof shown, bytes, length);
    search->cut = used + strlen(shown) + 4 > NAMES_SHOWN;
    if (search->cut)
        snprintf(search->seen + used, sizeof search->seen - used, "%s",
            used ? " and others" : "a long name");
    else
        snprintf(
            search->seen + used, sizeof search->seen - used, "%s'%s'", used ? ", " : "", shown);
}

static void compare(struct search *search, const void *bytes, size_t length)
{
    if (length > 0 && memchr(bytes, '\0', length))
        search->broken = true;
    note(search, bytes, length);
    length = without_dot(bytes, length);
    if (length == search->length && strncasecmp(bytes, search->name, length) == 0)
        search->found = true;
}

static void search_alternative_names(X509 *leaf, struct search *search)
{
    int state = -1;
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, &state, NULL);

    /* -1: the certificate has none. Anything else without a result is there, but unreadable. */
    search->broken = !names && state != -1;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DNS)
            compare(search, ASN1_STRING_get0_data(name->d.dNSName),
                (size_t)ASN1_STRING_length(name->d.dNSName));
    }
    GENERAL_NAMES_free(names);
}

static void search_common_names(X509 *leaf, struct search *search)
{
    const X509_NAME *subject = X509_get_subject_name(leaf);
    int at = -1;

    while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0) {
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        unsigned char *utf8 = NULL;
        int length = ASN1_STRING_to_UTF8(&utf8, value);

        if (length >= 0)
            compare(search, utf8, (size_t)length);
        OPENSSL_free(utf8);
    }
}

void ag_verify_name(X509 *leaf, const char *name, struct ag_verdict *verdict)
{
    struct search search = {.name = name, .length = without_dot(name, strlen(name))};
    unsigned char address[sizeof(struct in6_addr)];
    const char *kind = "DNS names";

    if (!*name || inet_pton(AF_INET, name, address) == 1 ||
        inet_pton(AF_INET6, name, address) == 1) {
        ag_verdict_invalid(verdict,
            "peer is known by its IP address alone: list it by domain name, or map one to it");
        return;
    }
    search_alternative_names(leaf, &search);
    if (search.count == 0 && !search.broken) {
        kind = "common names";
        search_common_names(leaf, &search);
        if (search.count > 1) {
            ag_verdict_invalid(verdict, "certificate has several common names and no DNS name");
            return;
        }
    }
    if (search.broken)
        ag_verdict_invalid(
            verdict, "certificate's %s cannot be read, or a NUL byte is in them", kind);
    else if (search.count == 0)
        ag_verdict_invalid(verdict, "certificate has neither a DNS name nor a common name");
    else if (!search.found)
        ag_verdict_invalid(verdict, "certificate's %s: %s, not '%.60s'", kind, search.seen, name);
}
