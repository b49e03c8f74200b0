// SPDX-License-Identifier: Apache-2.0
#include "test_snmp_agent.h"

#include "snmp/engine_state.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Calls of `notified` that are kept. */
#define NOTIFIED_MAX 4096
/* Sequence number of events that only show how far the thread is. */
#define MARK UINT64_MAX

struct test_snmp_agent {
    struct ag_snmp *snmp;
    char address[64];
    char directory[64];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t notified[NOTIFIED_MAX];
    size_t count;
    size_t marks;
};

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "test_snmp_agent: %s: %s\n", what, strerror(errno));
        abort();
    }
}

/* Net-SNMP releases less than it takes when it ends. Read by LeakSanitizer when it is there. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libnetsnmp";
}

static void on_notified(void *context, uint64_t sequence)
{
    struct test_snmp_agent *agent = context;
    pthread_mutex_lock(&agent->lock);
    if (sequence == MARK)
        agent->marks++;
    else if (agent->count < NOTIFIED_MAX)
        agent->notified[agent->count++] = sequence;
    pthread_cond_broadcast(&agent->changed);
    pthread_mutex_unlock(&agent->lock);
}

static void start(struct test_snmp_agent *agent)
{
    struct sx_error err = {0};
    const char *const addresses[] = {agent->address, NULL};
    const struct ag_snmp_options options = {
        .directory = agent->directory,
        .listen_addresses = addresses,
        .port = TEST_SNMP_PORT,
        .notified = on_notified,
        .context = agent,
    };
    must(ag_snmp_start(&options, &agent->snmp, &err) == 0, err.message);
}

struct test_snmp_agent *test_snmp_agent_new(const char *address)
{
    pthread_condattr_t attributes;
    struct test_snmp_agent *agent = calloc(1, sizeof(*agent));
    must(agent != NULL, "calloc");
    snprintf(agent->address, sizeof(agent->address), "%s", address);
    strcpy(agent->directory, "/tmp/sextant-snmp-XXXXXX");
    must(mkdtemp(agent->directory) != NULL, "mkdtemp");
    pthread_mutex_init(&agent->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&agent->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    start(agent);
    return agent;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

void test_snmp_agent_free(struct test_snmp_agent *agent)
{
    ag_snmp_stop(agent->snmp);
    nftw(agent->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    pthread_cond_destroy(&agent->changed);
    pthread_mutex_destroy(&agent->lock);
    free(agent);
}

void test_snmp_agent_restart(struct test_snmp_agent *agent)
{
    ag_snmp_stop(agent->snmp);
    start(agent);
}

struct ag_snmp *test_snmp_agent_snmp(const struct test_snmp_agent *agent)
{
    return agent->snmp;
}

const char *test_snmp_agent_directory(const struct test_snmp_agent *agent)
{
    return agent->directory;
}

struct ag_snmp_settings test_snmp_settings(void)
{
    struct ag_snmp_settings settings = {.enabled = true,
        .v2c = true,
        .community = "public",
        .contact = "noc@example.com",
        .location = "rack 7",
        .user_count = 1};
    settings.users[0] = (struct ag_snmp_user){.name = "alice",
        .authentication = "sha-256",
        .authentication_passphrase = "authpass-1",
        .privacy = "aes",
        .privacy_passphrase = "privpass-1"};
    return settings;
}

void test_snmp_add_target(struct ag_snmp_settings *settings, const char *name, const char *address,
    uint16_t port, bool inform, const char *user)
{
    struct ag_snmp_target *target = &settings->targets[settings->target_count++];
    snprintf(target->name, sizeof(target->name), "%s", name);
    snprintf(target->address, sizeof(target->address), "%s", address);
    target->port = port;
    target->inform = inform;
    snprintf(target->user, sizeof(target->user), "%s", user ? user : "");
    snprintf(target->community, sizeof(target->community), "%s", user ? "" : "trapcom");
}

/* Waits until *value has reached `count`. */
static bool wait_for(
    struct test_snmp_agent *agent, const size_t *value, size_t count, int timeout_ms)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += timeout_ms / 1000;
    end.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (end.tv_nsec >= 1000000000L) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000L;
    }
    int result = 0;
    pthread_mutex_lock(&agent->lock);
    while (*value < count && result == 0)
        result = pthread_cond_timedwait(&agent->changed, &agent->lock, &end);
    bool reached = *value >= count;
    pthread_mutex_unlock(&agent->lock);
    return reached;
}

void test_snmp_configure(struct test_snmp_agent *agent, const struct ag_snmp_settings *settings)
{
    /* Settings are taken before events, so the mark shows that they were taken; without targets
     * nobody sees it. */
    const struct sx_alarm_event mark = {.sequence = MARK, .id = 20004, .raised = true};
    struct ag_snmp_settings quiet = *settings;
    quiet.target_count = 0;
    ag_snmp_configure(agent->snmp, &quiet);
    pthread_mutex_lock(&agent->lock);
    size_t next = agent->marks + 1;
    pthread_mutex_unlock(&agent->lock);
    ag_snmp_notify(agent->snmp, &mark);
    must(wait_for(agent, &agent->marks, next, 5000), "the settings were not taken");
    ag_snmp_configure(agent->snmp, settings);
}

void test_snmp_raise(struct test_snmp_agent *agent, uint64_t sequence)
{
    const struct sx_alarm_event event = {.sequence = sequence,
        .id = 20004,
        .raised = true,
        .severity = SX_SEVERITY_WARNING,
        .time_ms = 1700000000789,
        .resource = "/sextant-cluster:cluster/peers/peer[index='2']",
        .text = "no link with b.example.com"};
    ag_snmp_notify(agent->snmp, &event);
}

bool test_snmp_wait_notified(struct test_snmp_agent *agent, size_t count, int timeout_ms)
{
    return wait_for(agent, &agent->count, count, timeout_ms);
}

uint64_t test_snmp_notified(struct test_snmp_agent *agent, size_t n)
{
    pthread_mutex_lock(&agent->lock);
    uint64_t sequence = n < agent->count ? agent->notified[n] : 0;
    pthread_mutex_unlock(&agent->lock);
    return sequence;
}

/* Appends the words of `text`, which is changed, to `arguments`. */
static size_t add_words(const char **arguments, size_t count, size_t max, char *text)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        must(count + 1 < max, "too many arguments");
        arguments[count++] = word;
    }
    return count;
}

int test_snmp_tool(const struct test_snmp_agent *agent, const char *tool, const char *access,
    const char *rest, char *output, size_t size)
{
    const char *arguments[64] = {tool, "-M", "", "-m", "", "-On", "-t", "0.4", "-r", "0"};
    char where[96];
    char persistent[128];
    const char *const environment[] = {persistent, NULL};
    char *options = strdup(access);
    char *names = strdup(rest);
    size_t count = add_words(arguments, 10, 64, options);
    snprintf(where, sizeof(where), "%s:%d", agent->address, TEST_SNMP_PORT);
    arguments[count++] = where;
    add_words(arguments, count, 64, names);
    snprintf(persistent, sizeof(persistent), "SNMP_PERSISTENT_DIR=%s", agent->directory);
    int status = test_child_run(arguments, environment, output, size, 10000);
    free(options);
    free(names);
    return status;
}

static void write_configuration(
    const struct test_snmp_agent *agent, const char *path, const char *folder)
{
    char state[160];
    char id[64] = "";
    snprintf(state, sizeof(state), "%s/%s", agent->directory, AG_SNMP_ENGINE_FILE);
    FILE *file = fopen(state, "r");
    must(file && fscanf(file, "engine-id %63s", id) == 1, state);
    fclose(file);
    must(mkdir(folder, 0700) == 0 || errno == EEXIST, folder);
    file = fopen(path, "w");
    must(file != NULL, path);
    fprintf(file,
        "createUser alice SHA-256 authpass-1 AES privpass-1\n"
        "createUser -e 0x%s alice SHA-256 authpass-1 AES privpass-1\n"
        "authUser log alice priv\nauthCommunity log trapcom\n",
        id);
    must(fclose(file) == 0, path);
}

struct test_child *test_snmp_trapd(
    const struct test_snmp_agent *agent, const char *name, const char *address, uint16_t port)
{
    char folder[128];
    char path[160];
    char persistent[192];
    char where[96];
    snprintf(folder, sizeof(folder), "%s/%s", agent->directory, name);
    snprintf(path, sizeof(path), "%s/snmptrapd.conf", folder);
    snprintf(persistent, sizeof(persistent), "SNMP_PERSISTENT_DIR=%s", folder);
    snprintf(where, sizeof(where), "%s:%u", address, port);
    write_configuration(agent, path, folder);
    const char *const arguments[] = {"snmptrapd", "-C", "-c", path, "-f", "-Lo", "-On", "-n", "-M",
        "", "-m", "", "-F", "GOT %P from %b: %v\n", where, NULL};
    const char *const environment[] = {persistent, NULL};
    struct test_child *trapd = test_child_start(arguments, environment);
    must(test_child_wait(trapd, "NET-SNMP version", 1, 5000), "snmptrapd did not start");
    return trapd;
}
