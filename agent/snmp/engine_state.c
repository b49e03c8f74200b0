// SPDX-License-Identifier: Apache-2.0
#include "snmp/engine_state.h"

#include "sextant/memory.h"
#include "snmp/sextant_mib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Longest content of the file, with some room for what an editor may add. */
#define FILE_MAX 256
/* Format 5 of RFC 3411's SnmpEngineID: octets that the agent chooses. */
#define FORMAT_OCTETS 5

static int make_id(uint8_t *id, struct sx_error *err)
{
    const uint32_t enterprise = 0x80000000u | AG_MIB_ENTERPRISE;
    id[0] = (uint8_t)(enterprise >> 24);
    id[1] = (uint8_t)(enterprise >> 16);
    id[2] = (uint8_t)(enterprise >> 8);
    id[3] = (uint8_t)enterprise;
    id[4] = FORMAT_OCTETS;
    const ssize_t wanted = AG_SNMP_ENGINE_ID_SIZE - 5;
    if (getrandom(id + 5, (size_t)wanted, 0) != wanted)
        return sx_error_set(
            err, SX_E_INTERNAL, "no random bytes for an SNMP engine ID: %s", strerror(errno));
    return 0;
}

static int parse(const char *path, const char *text, struct ag_snmp_engine_state *ret_state,
    struct sx_error *err)
{
    char id[2 * AG_SNMP_ENGINE_ID_SIZE + 2] = "";
    unsigned long boots = 0;
    int end = 0;
    struct ag_snmp_engine_state state = {0};
    if (sscanf(text, "engine-id %35[0-9a-f]\nboots %10lu\n%n", id, &boots, &end) != 2 ||
        text[end] || strlen(id) != sizeof(state.id) * 2 || boots < 1 || boots > AG_SNMP_BOOTS_MAX)
        return sx_error_set(err, SX_E_INTERNAL,
            "%s is not an SNMP engine state; restore it, or remove it to get a new engine ID, "
            "which "
            "managers that know this system's engine ID must be told of",
            path);
    for (size_t i = 0; i < sizeof(state.id); i++) {
        const char digits[] = {id[2 * i], id[2 * i + 1], '\0'};
        state.id[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    state.boots = (uint32_t)boots;
    *ret_state = state;
    return 0;
}

/* 1 and *ret_state when the file is there, 0 when it is not, -1 and *err. */
static int load(const char *path, struct ag_snmp_engine_state *ret_state, struct sx_error *err)
{
    char text[FILE_MAX];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT)
        return 0;
    if (file < 0)
        return sx_error_set(err, SX_E_INTERNAL, "cannot open %s: %s", path, strerror(errno));
    ssize_t length = read(file, text, sizeof(text) - 1);
    int problem = errno;
    close(file);
    if (length < 0)
        return sx_error_set(err, SX_E_INTERNAL, "cannot read %s: %s", path, strerror(problem));
    text[length] = '\0';
    return parse(path, text, ret_state, err) ? -1 : 1;
}

static int write_durably(const char *directory, const char *path, const char *text)
{
    int result = -1;
    int file = -1;
    int folder = -1;
    char *fresh = sx_format("%s.new", path);
    file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text) || fsync(file))
        goto out;
    /* The name must be durable as well as the content. */
    folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || rename(fresh, path) || fsync(folder))
        goto out;
    result = 0;
out:;
    int problem = errno;
    if (file >= 0)
        close(file);
    if (folder >= 0)
        close(folder);
    free(fresh);
    errno = problem;
    return result;
}

/* Where there is no room for another file the one that is there serves: a digit more at most stays
 * within its block. */
static int write_over(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    int result =
        file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && fsync(file) == 0
            ? 0
            : -1;

    if (file >= 0)
        close(file);
    return result;
}

int ag_snmp_engine_state_next(
    const char *directory, struct ag_snmp_engine_state *ret_state, struct sx_error *err)
{
    int result = -1;
    struct ag_snmp_engine_state state = {0};
    char hex[2 * AG_SNMP_ENGINE_ID_SIZE + 1] = "";
    char text[FILE_MAX];
    char *path = sx_format("%s/%s", directory, AG_SNMP_ENGINE_FILE);

    int found = load(path, &state, err);
    if (found < 0 || (!found && make_id(state.id, err)))
        goto out;
    if (state.boots < AG_SNMP_BOOTS_MAX)
        state.boots++;
    for (size_t i = 0; i < sizeof(state.id); i++)
        snprintf(hex + 2 * i, 3, "%02x", state.id[i]);
    snprintf(text, sizeof(text), "engine-id %s\nboots %u\n", hex, state.boots);
    if (write_durably(directory, path, text) && (!found || write_over(path, text))) {
        sx_error_set(err, SX_E_INTERNAL, "cannot write %s: %s", path, strerror(errno));
        goto out;
    }
    *ret_state = state;
    result = 0;
out:
    free(path);
    return result;
}
