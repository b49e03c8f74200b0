// SPDX-License-Identifier: Apache-2.0
#include "netconf/library.h"

#include "log.h"
#include "netconf/namespace.h"
#include "netconf/request.h"
#include "sextant/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libyang/libyang.h>
#include <nc_server.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/** The library's own limit on waiting for the client's <hello>, in seconds: ours comes first. */
#define HELLO_SECONDS 3600

struct ag_library {
    struct nc_session *session;
    struct nc_pollsession *poll;
    int in, out; /**< files in memory after the <hello>s */
    bool chunked;
    ag_library_handler *handler;
    void *context;
    struct ag_library_result result; /**< of the message under way */
};

/* The library reports on calls whose results we look at; its texts are for whoever looks for a
 * fault. */
static void on_log(const struct nc_session *session, NC_VERB_LEVEL level, const char *text)
{
    (void)level;
    ag_log(SX_LOG_DEBUG, "libnetconf2: session %u: %s", session ? nc_session_get_id(session) : 0,
        text);
}

static struct nc_server_reply *on_rpc(struct lyd_node *operation, struct nc_session *session)
{
    struct ag_library *library = nc_session_get_data(session);

    library->handler(library->context, operation, &library->result);
    if (library->result.close)
        nc_session_set_term_reason(session, NC_SESSION_TERM_CLOSED);
    if (library->result.data)
        return nc_server_reply_data(library->result.data, NC_WD_EXPLICIT, NC_PARAMTYPE_FREE);
    return nc_server_reply_ok();
}

/* The library leaves handlers of its own in the schema; all operations are to come to us, and the
 * schema's nodes are not the library's to write to. */
static void clear_handlers(const struct ly_ctx *context)
{
    static const char *const paths[] = {
        "/ietf-netconf-monitoring:get-schema", "/ietf-netconf:close-session"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const struct lysc_node *node = lys_find_path(context, NULL, paths[i], 0);

        if (node)
            ((struct lysc_node *)(size_t)node)->priv = NULL;
    }
}

static char *content_id(void *schema)
{
    char *id = sx_alloc(SX_SCHEMA_HASH_TEXT);

    sx_schema_hash_text(schema, id);
    return id;
}

int ag_library_start(const struct sx_schema *schema, struct sx_error *err)
{
    struct ly_ctx *context = sx_schema_context(schema);

    nc_verbosity(NC_VERB_ERROR);
    nc_set_print_clb_session(on_log);
    if (nc_server_init(context) != 0)
        return sx_error_set(err, SX_E_INTERNAL, "libnetconf2 cannot be initialised");
    clear_handlers(context);
    nc_server_set_capab_withdefaults(NC_WD_EXPLICIT, NC_WD_ALL | NC_WD_ALL_TAG | NC_WD_TRIM);
    if (nc_server_set_capability("urn:ietf:params:netconf:capability:notification:1.0") != 0 ||
        nc_server_set_capability("urn:ietf:params:netconf:capability:interleave:1.0") != 0)
        return sx_error_set(err, SX_E_INTERNAL, "libnetconf2 takes no capabilities");
    /* The library gives it back to content_id() alone, which only reads. */
    nc_server_set_content_id_clb(content_id, (void *)(size_t)schema, NULL);
    nc_server_set_hello_timeout(HELLO_SECONDS);
    nc_set_global_rpc_clb(on_rpc);
    return 0;
}

char **ag_library_capabilities(struct ly_ctx *context)
{
    const char **names = nc_server_get_cpblts_version(context, LYS_VERSION_1_0);
    size_t count = 0;
    char **copies;

    while (names && names[count])
        count++;
    copies = sx_calloc(count + 1, sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = sx_strdup(names[i]);
        lydict_remove(context, names[i]);
    }
    free(names);
    return copies;
}

void ag_library_stop(void)
{
    nc_server_destroy();
}

static int memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

/* Puts a file in memory in the place of a descriptor that the library holds. */
static int replace(int fd, const char *name)
{
    int file = memory_file(name);
    int result = file < 0 ? -1 : dup3(file, fd, O_CLOEXEC);

    if (file >= 0)
        close(file);
    return result < 0 ? -1 : 0;
}

int ag_library_open(int fd, const char *user, ag_library_handler *handler, void *context,
    struct ag_library **ret_library, struct sx_error *err)
{
    struct ag_library *library = sx_alloc(sizeof *library);
    int result = -1;

    library->handler = handler;
    library->context = context;
    library->in = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    library->out = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (library->in < 0 || library->out < 0) {
        sx_error_set(err, SX_E_RESOURCE_DENIED, "no descriptor: %s", strerror(errno));
        goto out;
    }
    if (nc_accept_inout(library->in, library->out, user, &library->session) != NC_MSG_HELLO) {
        sx_error_set(err, SX_E_MALFORMED_MESSAGE, "no <hello> came");
        goto out;
    }
    nc_session_set_data(library->session, library);
    library->chunked = nc_session_get_version(library->session) == 1;
    library->poll = nc_ps_new();
    if (!library->poll || nc_ps_add_session(library->poll, library->session) != 0 ||
        replace(library->in, "netconf-in") < 0 || replace(library->out, "netconf-out") < 0) {
        sx_error_set(err, SX_E_RESOURCE_DENIED, "no file in memory: %s", strerror(errno));
        goto out;
    }
    *ret_library = library;
    library = NULL;
    result = 0;
out:
    ag_library_close(library);
    return result;
}

void ag_library_close(struct ag_library *library)
{
    if (!library)
        return;
    if (library->poll) {
        nc_ps_clear(library->poll, 1, NULL);
        nc_ps_free(library->poll);
    } else if (library->session) {
        nc_session_free(library->session, NULL);
    }
    if (library->in >= 0)
        close(library->in);
    if (library->out >= 0)
        close(library->out);
    free(library);
}

uint32_t ag_library_id(const struct ag_library *library)
{
    return nc_session_get_id(library->session);
}

bool ag_library_chunked(const struct ag_library *library)
{
    return library->chunked;
}

const char *ag_library_hello(bool chunked)
{
    return chunked ? "<hello xmlns=\"" AG_BASE_NS "\"><capabilities><capability>"
                     "urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>]]>]]>"
                   : "<hello xmlns=\"" AG_BASE_NS "\"><capabilities><capability>"
                     "urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>]]>]]>";
}

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        data += written;
        length -= (size_t)written;
    }
    return 0;
}

/* The message as the library's only input: framed, at the beginning of its file. */
static int feed(struct ag_library *library, const char *body, size_t length)
{
    const char *end = library->chunked ? "\n##\n" : "]]>]]>";
    char header[24];
    int header_length = snprintf(header, sizeof header, "\n#%zu\n", length);

    if (ftruncate(library->in, 0) < 0 || lseek(library->in, 0, SEEK_SET) < 0 ||
        (library->chunked && write_all(library->in, header, (size_t)header_length) < 0) ||
        write_all(library->in, body, length) < 0 || write_all(library->in, end, strlen(end)) < 0 ||
        lseek(library->in, 0, SEEK_SET) < 0)
        return -1;
    return 0;
}

/* What the library wrote, taken out of its file. */
static int take(struct ag_library *library, char **ret_reply, size_t *ret_length)
{
    off_t size = lseek(library->out, 0, SEEK_CUR);
    char *reply;
    size_t got = 0;

    if (size <= 0)
        return -1;
    reply = sx_alloc((size_t)size);
    while (got < (size_t)size) {
        ssize_t n = pread(library->out, reply + got, (size_t)size - got, (off_t)got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    *ret_reply = reply;
    *ret_length = got;
    return 0;
}

static void empty(int file)
{
    /* The pages of a large message go back at once. */
    if (ftruncate(file, 0) < 0 || lseek(file, 0, SEEK_SET) < 0)
        ag_log(SX_LOG_WARNING, "a file in memory cannot be emptied: %s", strerror(errno));
}

enum ag_library_answer ag_library_handle(struct ag_library *library, const char *body,
    size_t length, char **ret_reply, size_t *ret_length, bool *ret_close)
{
    enum ag_library_answer answer = AG_LIBRARY_BROKEN;
    char *replaced =
        ag_namespace_replace(body, length, AG_DEFAULT_NS, AG_DEFAULT_LIBYANG_NS, &length);
    int polled, fed = feed(library, replaced ? replaced : body, length);

    library->result = (struct ag_library_result){0};
    *ret_close = false;
    free(replaced);
    if (fed < 0)
        return AG_LIBRARY_BROKEN;
    polled = nc_ps_poll(library->poll, 0, NULL);
    if (polled & NC_PSPOLL_BAD_RPC)
        answer = AG_LIBRARY_BAD;
    else if (library->result.failed)
        answer = AG_LIBRARY_FAILED;
    else if (!(polled & NC_PSPOLL_ERROR) && take(library, ret_reply, ret_length) == 0)
        answer = AG_LIBRARY_REPLY;
    *ret_close = library->result.close;
    empty(library->in);
    empty(library->out);
    return answer;
}
