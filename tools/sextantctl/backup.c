// SPDX-License-Identifier: Apache-2.0
#include "backup.h"

#include "passphrase.h"
#include "request.h"
#include "status.h"

#include "sextant/archive.h"
#include "sextant/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYSTEM "urn:sextant:params:xml:ns:yang:sextant-system"

/* <backup> or <restore>, for free(); the passphrase in it is the caller's to wipe. */
static char *request(const char *operation, const char *file, const char *passphrase)
{
    char *file_text = file ? ctl_request_leaf("file", file) : sx_strdup("");
    char *passphrase_text = ctl_request_leaf("passphrase", passphrase);
    char *text = sx_format(
        "<%s xmlns=\"" SYSTEM "\">%s%s</%s>", operation, file_text, passphrase_text, operation);

    ctl_passphrase_free(passphrase_text);
    free(file_text);
    return text;
}

static int call_daemon(struct ctl_call *call, const char *operation, const char *file,
    struct lyd_node **ret_reply, struct ctl_fault *fault)
{
    char *passphrase = NULL, *text;
    int result;

    if (ctl_passphrase_ask(call->passphrase_file, !file, &passphrase, fault) < 0)
        return -1;
    text = request(operation, file, passphrase);
    result = ctl_session_call(&call->session, text, ret_reply, fault);
    ctl_passphrase_free(text);
    ctl_passphrase_free(passphrase);
    return result;
}

static void print_revision(const struct lyd_node *reply, FILE *out)
{
    if (*ctl_text(reply, "lineage"))
        fprintf(out, "revision %s of lineage %s", ctl_text(reply, "revision"),
            ctl_text(reply, "lineage"));
    else
        fputs("no revision yet", out);
}

/* Copies all of `from` to `to`; on the disk when it has returned. */
static int copy_bytes(int from, int to)
{
    char bytes[1 << 16];
    ssize_t got;

    while ((got = read(from, bytes, sizeof bytes)) > 0)
        if (write(to, bytes, (size_t)got) != got)
            return -1;
    return got < 0 || fsync(to) < 0 ? -1 : 0;
}

static int copy_file(const char *from, const char *to, struct ctl_fault *fault)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int result = 0;

    if (in < 0)
        result = ctl_fail(fault, CTL_EXIT_REFUSED, "the backup %s cannot be read here: %s", from,
            strerror(errno));
    else if (out < 0)
        result = ctl_fail(
            fault, CTL_EXIT_REFUSED, "%s: %s; the backup is in %s", to, strerror(errno), from);
    else if (copy_bytes(in, out) < 0) {
        result = ctl_fail(
            fault, CTL_EXIT_REFUSED, "%s: %s; the backup is in %s", to, strerror(errno), from);
        unlink(to);
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return result;
}

int ctl_backup(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *copy = call->count > 0 ? call->arguments[0] : NULL;
    struct lyd_node *reply = NULL;
    int result = 0;

    if (copy && access(copy, F_OK) == 0)
        return ctl_fail(fault, CTL_EXIT_REFUSED, "%s is there already", copy);
    if (call_daemon(call, "backup", NULL, &reply, fault) < 0)
        return -1;
    if (copy)
        result = copy_file(ctl_text(reply, "file"), copy, fault);
    if (result == 0) {
        fputs("The backup, ", stdout);
        print_revision(reply, stdout);
        printf(", is in %s\n", ctl_text(reply, "file"));
        if (copy)
            printf("and, copied, in %s\n", copy);
    }
    lyd_free_all(reply);
    return result;
}

static void print_left_out(const struct lyd_node *reply)
{
    const struct lyd_node *peer = ctl_child(reply, "left-out-peer");

    if (!peer)
        return;
    fputs("warning: the backup's list of peers was left out, enter it again to form the cluster:",
        stdout);
    for (; peer; peer = ctl_next(peer))
        printf(" %s", lyd_get_value(peer));
    putchar('\n');
}

int ctl_restore(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *file = call->arguments[0];
    char *absolute = realpath(file, NULL);
    struct lyd_node *reply = NULL, *now = NULL;
    int result = -1;

    /* A name that is no file here is one of the daemon's folder. */
    if (call_daemon(call, "restore", absolute ? absolute : file, &reply, fault) < 0)
        goto out;
    fputs("The backup, ", stdout);
    print_revision(reply, stdout);
    printf(", is restored; the former configuration is kept in %s\n", ctl_text(reply, "former"));
    print_left_out(reply);
    result = ctl_status_fetch(&call->session, &now, fault);
    if (result == 0)
        ctl_status_news(NULL, now, stdout);
out:
    lyd_free_all(now);
    lyd_free_all(reply);
    free(absolute);
    return result;
}

static int get(void *context, void *bytes, size_t size, size_t *ret_size, struct sx_error *err)
{
    FILE *in = context;

    *ret_size = fread(bytes, 1, size, in);
    if (ferror(in))
        return sx_error_set(err, SX_E_STORE, "%s", strerror(errno));
    return 0;
}

static void print_info(const struct sx_archive_info *info, unsigned long long rows)
{
    time_t seconds = (time_t)(info->time_ms / 1000);
    char when[32];
    struct tm tm;

    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
    printf("Made:      %s on %s with release %s\n", when,
        *info->system_name ? info->system_name : "a system without a name", info->software_version);
    if (info->history.count > 0)
        printf("Revision:  %llu of lineage %s\n",
            (unsigned long long)sx_history_revision(&info->history),
            sx_history_lineage(&info->history));
    printf("Rows:      %llu\n", rows);
    puts("The backup is whole and authentic.");
}

static int verify(FILE *in, const char *passphrase, struct sx_error *err)
{
    struct sx_archive *archive = NULL;
    struct sx_fragment row;
    unsigned long long rows = 0;
    int rc;

    if (sx_archive_open(passphrase, get, in, &archive, err) < 0)
        return -1;
    while ((rc = sx_archive_next(archive, &row, err)) > 0)
        rows++;
    if (rc == 0)
        print_info(sx_archive_info(archive), rows);
    sx_archive_close(archive);
    return rc;
}

int ctl_verify_backup(struct ctl_call *call, struct ctl_fault *fault)
{
    const char *file = call->arguments[0];
    FILE *in = fopen(file, "re");
    struct sx_error err = {0};
    char *passphrase = NULL;
    int result;

    if (!in)
        return ctl_fail(fault, CTL_EXIT_REFUSED, "%s: %s", file, strerror(errno));
    result = ctl_passphrase_ask(call->passphrase_file, false, &passphrase, fault);
    if (result == 0 && verify(in, passphrase, &err) < 0)
        result = ctl_fail(fault, CTL_EXIT_REFUSED, "%s: %s", file, err.message);
    ctl_passphrase_free(passphrase);
    fclose(in);
    return result;
}
