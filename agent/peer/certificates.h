// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "peer/tls.h"

/*
 * The files of certificates on disk, which an operator replaces while the agent runs. CA bundle and
 * CRLs are read anew when they change; another certificate or key waits for a restart.
 */

/** Milliseconds between two looks. */
#define AG_CERTIFICATES_LOOK_MS 2000

struct ag_certificates;

/** What a look has found. */
struct ag_certificates_news {
    struct ag_trust
        *trust; /**< CA bundle and CRLs as they are now, the caller's; NULL: as before */
    bool own; /**< what follows is news */
    struct sx_certificate used; /**< own certificate as it was when the agent started */
    bool changed; /**< the file of the certificate or of the key holds something else now */
    char reason[SX_REASON_MAX]; /**< why that could not be used, or "" */
};

/** Notes what the files hold, which are in use from now on; the paths are borrowed. Reads files.
 * Never NULL; for ag_certificates_free(). */
struct ag_certificates *ag_certificates_new(const struct ag_tls_files *files);

/** Releases it (NULL is fine). */
void ag_certificates_free(struct ag_certificates *certificates);

/** Looks at the files. The first look tells of the own certificate in any case. A CA bundle or CRL
 * file that cannot be read is named in the log, and the last good one stays in use. One thread at a
 * time; it may wait for the disk. */
void ag_certificates_look(
    struct ag_certificates *certificates, struct ag_certificates_news *ret_news);
