// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include "addresses.h"
#include "host_private.h"
#include "log.h"
#include "modules.h"
#include "sextant/memory.h"
#include "usage.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <libyang/libyang.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** All parts of a running agent. */
struct agent {
    const struct ag_options *options;
    struct ag_addresses addresses;
    char *store, *snmp_folder, *socket;
    struct sx_schema *schema;
    struct ag_loop *loop;
    struct ag_host *host;
    struct ag_links *links;
    struct ag_snmp *snmp;
    struct ag_netconf *netconf;
    struct ag_usage *usage;
    struct ag_certificates *certificates;
    struct event *term, *interrupt;
    enum ag_end end;
    int lock; /**< descriptor of the state folder's lock, or -1 */
};

static void on_signal(evutil_socket_t number, short what, void *argument)
{
    struct agent *agent = argument;

    (void)what;
    ag_log(SX_LOG_INFO, "stopping on signal %d", (int)number);
    ag_loop_stop(agent->loop);
}

static void on_restart(void *context)
{
    struct agent *agent = context;

    ag_log(SX_LOG_INFO, "restarting");
    agent->end = AG_END_RESTART;
    ag_loop_stop(agent->loop);
}

/* Called by the SNMP thread. */
static void on_notified(void *context, uint64_t sequence)
{
    struct agent *agent = context;
    struct sx_event event = {.type = SX_EVENT_NOTIFIED, .notified = sequence};

    ag_host_post(agent->host, &event);
}

static int make_folder(const char *path, struct sx_error *err)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "state folder %s: %s; --state names a folder that this user may write", path,
            strerror(errno));
    return 0;
}

static int make_folders(struct agent *agent, struct sx_error *err)
{
    char *backups = NULL;
    int result = -1;

    agent->store = sx_format("%s/store", agent->options->state);
    agent->snmp_folder = sx_format("%s/snmp", agent->options->state);
    agent->socket = agent->options->socket ? sx_strdup(agent->options->socket)
                                           : sx_format("%s/sextantd.sock", agent->options->state);
    backups = sx_format("%s/backups", agent->store);
    if (make_folder(agent->options->state, err) == 0 && make_folder(agent->store, err) == 0 &&
        make_folder(backups, err) == 0 && make_folder(agent->snmp_folder, err) == 0)
        result = 0;
    free(backups);
    return result;
}

/* Two engines in one database would each take the other's revisions for its own. */
static int lock_state(struct agent *agent, struct sx_error *err)
{
    char *path = sx_format("%s/lock", agent->options->state);
    int result = 0;

    agent->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (agent->lock < 0)
        result =
            sx_error_set(err, SX_E_INVALID_VALUE, "%s cannot be opened: %s", path, strerror(errno));
    else if (flock(agent->lock, LOCK_EX | LOCK_NB) < 0)
        result = sx_error_set(err, SX_E_RESOURCE_DENIED,
            "state folder %s: another sextantd works there; each needs a folder of its own",
            agent->options->state);
    free(path);
    return result;
}

static int open_engine(struct agent *agent, struct sx_error *err)
{
    struct ag_host_options options = {.store_directory = agent->store,
        .own_addresses = (const char *const *)agent->addresses.items,
        .initial_config = agent->options->initial_config};

    return ag_host_open(agent->loop, agent->schema, &options, &agent->host, err);
}

static int open_parts(struct agent *agent, struct sx_error *err)
{
    const struct ag_options *options = agent->options;
    const struct ag_tls_files files = {.certificate = options->certificate,
        .key = options->key,
        .ca = options->ca,
        .crl = options->crl};
    struct ag_links_options links = {.listen_addresses = options->listen,
        .port = options->cluster_port,
        .recovery_port = options->recovery_port,
        .files = files,
        .resolv_conf = options->resolv_conf};
    struct ag_snmp_options snmp = {.directory = agent->snmp_folder,
        .listen_addresses = options->listen,
        .port = options->snmp_port,
        .notified = on_notified,
        .context = agent};
    struct ag_netconf_options netconf = {.listen_addresses = options->listen,
        .ssh_port = options->netconf_port,
        .host_key = options->host_key,
        .unix_path = agent->socket,
        .yang_path = options->modules};
    struct ag_host_parts parts = {.restart = on_restart, .context = agent};

    if (ag_links_new(agent->loop, agent->host, &links, &agent->links, err) < 0 ||
        ag_snmp_start(&snmp, &agent->snmp, err) < 0 ||
        ag_netconf_start(agent->loop, agent->host, &netconf, &agent->netconf, err) < 0)
        return -1;
    /* After the links have read them: who starts with files that cannot be used is told so. */
    agent->certificates = ag_certificates_new(&files);
    parts.certificates = agent->certificates;
    parts.links = agent->links;
    parts.snmp = agent->snmp;
    parts.netconf = agent->netconf;
    if (ag_host_start(agent->host, &parts, err) < 0)
        return -1;
    return ag_usage_start(agent->loop, agent->host, agent->netconf, &agent->usage, err);
}

static int watch_signals(struct agent *agent, struct sx_error *err)
{
    struct event_base *base = ag_loop_base(agent->loop);

    signal(SIGPIPE, SIG_IGN);
    agent->term = evsignal_new(base, SIGTERM, on_signal, agent);
    agent->interrupt = evsignal_new(base, SIGINT, on_signal, agent);
    if (!agent->term || !agent->interrupt || event_add(agent->term, NULL) < 0 ||
        event_add(agent->interrupt, NULL) < 0)
        return sx_error_set(err, SX_E_INTERNAL, "signals cannot be watched");
    return 0;
}

static void close_all(struct agent *agent)
{
    ag_usage_stop(agent->usage);
    ag_netconf_stop(agent->netconf);
    if (agent->host)
        ag_host_stop(agent->host);
    ag_certificates_free(agent->certificates);
    ag_snmp_stop(agent->snmp);
    /* What was posted last still uses the links. */
    if (agent->loop)
        ag_loop_drain(agent->loop);
    if (agent->term)
        event_free(agent->term);
    if (agent->interrupt)
        event_free(agent->interrupt);
    ag_links_free(agent->links);
    ag_loop_free(agent->loop);
    ag_host_close(agent->host);
    sx_schema_free(agent->schema);
    ag_addresses_clear(&agent->addresses);
    free(agent->store);
    free(agent->snmp_folder);
    free(agent->socket);
    if (agent->lock >= 0)
        close(agent->lock);
}

int ag_agent_run(const struct ag_options *options, enum ag_end *ret_end, struct sx_error *err)
{
    struct agent agent = {.options = options, .lock = -1};
    int result = -1;

    /* libyang's and libnetconf2's messages are taken from their calls, not from their logs. */
    ly_log_options(LY_LOSTORE_LAST);
    ag_log_set_level(options->log_level);
    if (make_folders(&agent, err) < 0 || lock_state(&agent, err) < 0 ||
        ag_addresses_find(options->listen, &agent.addresses, err) < 0 ||
        ag_modules_load(options, &agent.schema, err) < 0 || ag_loop_new(&agent.loop, err) < 0 ||
        watch_signals(&agent, err) < 0 || open_engine(&agent, err) < 0 ||
        open_parts(&agent, err) < 0)
        goto out;
    if (agent.host->took_initial)
        ag_log(SX_LOG_INFO, "initial configuration %s is loaded", options->initial_config);
    ag_log(SX_LOG_INFO, "sextantd " SEXTANT_VERSION " is serving");
    ag_loop_run(agent.loop);
    *ret_end = agent.end;
    result = 0;
out:
    close_all(&agent);
    return result;
}
