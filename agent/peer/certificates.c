// SPDX-License-Identifier: Apache-2.0
#include "peer/certificates.h"

#include "log.h"
#include "peer/pem.h"
#include "sextant/memory.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CERTIFICATE, KEY, CA, CRL, FILES };

/** What tells a file that was written anew from the one before it. */
struct mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written, changed;
};

struct ag_certificates {
    struct ag_tls_files files;
    struct mark marks[FILES]; /**< as of the last look */
    struct sx_certificate used;
    uint8_t content[SX_DIGEST_SIZE]; /**< hash of certificate and key in use */
    bool told; /**< of the own certificate */
    bool changed;
};

static const char *path_of(const struct ag_certificates *certificates, int file)
{
    const char *const paths[FILES] = {certificates->files.certificate, certificates->files.key,
        certificates->files.ca, certificates->files.crl};

    return paths[file];
}

/** All zeroes when there is no such file. */
static struct mark mark_of(const char *path)
{
    struct mark mark;
    struct stat status;

    /* Compared as bytes: no padding may be left to chance. */
    memset(&mark, 0, sizeof mark);
    if (!path || stat(path, &status) != 0)
        return mark;
    mark.device = status.st_dev;
    mark.inode = status.st_ino;
    mark.size = status.st_size;
    mark.written = status.st_mtim;
    mark.changed = status.st_ctim;
    return mark;
}

/** True when the file is not the one of the last look; notes the one that it is. */
static bool is_news(struct ag_certificates *certificates, int file)
{
    struct mark mark = mark_of(path_of(certificates, file));

    if (memcmp(&mark, &certificates->marks[file], sizeof mark) == 0)
        return false;
    memcpy(&certificates->marks[file], &mark, sizeof mark);
    return true;
}

static void hash_file(EVP_MD_CTX *hash, const char *path)
{
    FILE *file = fopen(path, "re");
    char bytes[4096];
    size_t count, total = 0;

    while (file && total < AG_PEM_FILE_MAX && (count = fread(bytes, 1, sizeof bytes, file)) > 0) {
        EVP_DigestUpdate(hash, bytes, count);
        total += count;
    }
    if (file)
        fclose(file);
    /* Between the two files, or bytes that move from one to the other would not show. */
    EVP_DigestUpdate(hash, &total, sizeof total);
    explicit_bzero(bytes, sizeof bytes);
}

static void hash_own(const struct ag_certificates *certificates, uint8_t ret_hash[SX_DIGEST_SIZE])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (!hash)
        abort(); /* out of memory, as sx_alloc() */
    EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    hash_file(hash, certificates->files.certificate);
    hash_file(hash, certificates->files.key);
    EVP_DigestFinal_ex(hash, ret_hash, NULL);
    EVP_MD_CTX_free(hash);
}

static struct sx_certificate read_own(const char *path)
{
    struct sx_certificate known = {0};
    FILE *file = fopen(path, "re");
    X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;

    if (certificate)
        known = ag_certificate_of(certificate);
    X509_free(certificate);
    if (file)
        fclose(file);
    ERR_clear_error();
    return known;
}

struct ag_certificates *ag_certificates_new(const struct ag_tls_files *files)
{
    struct ag_certificates *certificates = sx_alloc(sizeof *certificates);

    certificates->files = *files;
    for (int i = 0; i < FILES; i++)
        is_news(certificates, i);
    hash_own(certificates, certificates->content);
    certificates->used = read_own(files->certificate);
    return certificates;
}

void ag_certificates_free(struct ag_certificates *certificates)
{
    free(certificates);
}

/** Whether an agent that starts now could use certificate and key. */
static void try_own(const struct ag_certificates *certificates, char reason[SX_REASON_MAX])
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    struct sx_error err;

    if (!context)
        abort(); /* out of memory, as sx_alloc() */
    if (ag_pem_use(context, certificates->files.certificate, certificates->files.key, &err) != 0)
        snprintf(reason, SX_REASON_MAX, "%.*s", SX_REASON_MAX - 1, err.message);
    SSL_CTX_free(context);
}

static void look_at_own(struct ag_certificates *certificates, struct ag_certificates_news *ret_news)
{
    bool certificate = is_news(certificates, CERTIFICATE), key = is_news(certificates, KEY);
    uint8_t content[SX_DIGEST_SIZE];

    if (certificate || key) {
        hash_own(certificates, content);
        certificates->changed = memcmp(content, certificates->content, sizeof content) != 0;
        if (certificates->changed)
            try_own(certificates, ret_news->reason);
    } else if (certificates->told) {
        return;
    }
    certificates->told = ret_news->own = true;
    ret_news->used = certificates->used;
    ret_news->changed = certificates->changed;
}

static void look_at_trust(
    struct ag_certificates *certificates, struct ag_certificates_news *ret_news)
{
    bool ca = is_news(certificates, CA), crl = is_news(certificates, CRL);
    struct sx_error err;

    if (!ca && !crl)
        return;
    if (ag_trust_load(certificates->files.ca, certificates->files.crl, &ret_news->trust, &err) == 0)
        ag_log(SX_LOG_INFO, "certificates: CA bundle and CRLs were read anew");
    else
        ag_log(SX_LOG_ERROR, "certificates: %s; those read before stay in use", err.message);
}

void ag_certificates_look(
    struct ag_certificates *certificates, struct ag_certificates_news *ret_news)
{
    memset(ret_news, 0, sizeof *ret_news);
    look_at_own(certificates, ret_news);
    look_at_trust(certificates, ret_news);
}
