// SPDX-License-Identifier: Apache-2.0
#include "modules.h"

#include "sextant/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Modules in all folders together. */
#define MODULES_MAX 512

/* What a NETCONF server of ours offers whatever the folders hold. Modules that are annotated are
 * implemented by the schema itself. */
static const char *const standard[] = {"ietf-netconf", "ietf-netconf-monitoring",
    "ietf-netconf-with-defaults", "ietf-netconf-notifications", "notifications", "nc-notifications",
    "ietf-yang-library", "iana-if-type"};

struct names {
    char *items[MODULES_MAX + 1];
    size_t count;
};

static int add(struct names *names, const char *name, size_t length, struct sx_error *err)
{
    for (size_t i = 0; i < names->count; i++)
        if (strncmp(names->items[i], name, length) == 0 && !names->items[i][length])
            return 0;
    if (names->count == MODULES_MAX)
        return sx_error_set(err, SX_E_TOO_BIG, "more than %d YANG modules", MODULES_MAX);
    names->items[names->count++] = sx_strndup(name, length);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(const char *folder, struct names *names, struct sx_error *err)
{
    DIR *directory = opendir(folder);
    size_t before = names->count;
    int result = 0;

    if (!directory)
        return sx_error_set(err, SX_E_INVALID_VALUE,
            "YANG folder %s: %s; --modules names the folder of Sextant's modules", folder,
            strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(directory));) {
        const char *suffix = strrchr(entry->d_name, '.');
        size_t length = strcspn(entry->d_name, "@.");

        if (suffix && strcmp(suffix, ".yang") == 0 && length > 0)
            result = add(names, entry->d_name, length, err);
    }
    closedir(directory);
    if (result == 0 && names->count == before)
        return sx_error_set(
            err, SX_E_INVALID_VALUE, "YANG folder %s: it holds no module (*.yang)", folder);
    return result;
}

int ag_modules_load(
    const struct ag_options *options, struct sx_schema **ret_schema, struct sx_error *err)
{
    const char *path[2 * AG_OPTION_REPEATS_MAX + 1] = {0};
    struct names names = {0};
    struct sx_schema_options schema = {.search_path = path};
    size_t folders = 0;
    int result = -1;

    for (size_t i = 0; options->modules[i]; i++) {
        path[folders++] = options->modules[i];
        if (list_folder(options->modules[i], &names, err) < 0)
            goto out;
    }
    for (size_t i = 0; options->yang_path[i]; i++)
        path[folders++] = options->yang_path[i];
    /* The order of a folder is chance; that of the schema must not be. */
    qsort(names.items, names.count, sizeof names.items[0], by_name);
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
        if (add(&names, standard[i], strlen(standard[i]), err) < 0)
            goto out;
    schema.modules = (const char *const *)names.items;
    result = sx_schema_load(&schema, ret_schema, err);
out:
    for (size_t i = 0; i < names.count; i++)
        free(names.items[i]);
    return result;
}
