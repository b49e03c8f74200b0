// SPDX-License-Identifier: Apache-2.0
#include "invert.h"
#include "item.h"
#include "load.h"
#include "path.h"
#include "secrets.h"
#include "sextant/journal.h"
#include "sextant/memory.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* What lies between two revisions. The rows that the journal speaks of make a small tree, on which
 * the journal is taken back; what the second part of the way changes in all is the difference. */

/* Rows to be looked up. */
struct place {
    char *list;
    char *key; /* "" for what stands outside of lists, NULL for the whole list */
};

struct comparison {
    struct sx_reader *reader;
    struct sx_tree tree;
    struct sx_secrets secrets; /* with the caller's keys; what they do not open has stand-ins */
    struct sx_loader loader; /* into the tree */
    struct place *places;
    size_t count, capacity;
    size_t steps; /* of the journal, so far */
};

static void add_place(struct comparison *work, char *list, char *key)
{
    work->places = sx_grow(work->places, work->count, &work->capacity, sizeof *work->places);
    work->places[work->count++] = (struct place){list, key};
}

/* Bytes of the predicates that `text` begins with. */
static size_t key_length(const char *text)
{
    char quote = '\0';
    size_t i = 0;

    for (; text[i] && (quote || i == 0 || text[i] == '[' || text[i - 1] != ']'); i++) {
        if (quote)
            quote = text[i] == quote ? '\0' : quote;
        else if (text[i] == '\'' || text[i] == '"')
            quote = text[i];
    }
    return i;
}

/* The rows that a change at `path` may concern: of the top-level node, and of the outermost list
 * that the path goes through. Where an entry stands between others, all of them are needed. */
static void add_places(struct comparison *work, const char *path)
{
    size_t top = 1 + strcspn(path + 1, "/["), length = strcspn(path, "[");
    const struct lysc_node *schema;
    char *list;

    add_place(work, sx_strndup(path, top), sx_strdup(""));
    if (!path[length] || path[length + 1] == '.')
        return;
    list = sx_strndup(path, length);
    schema = lys_find_path(sx_schema_context(work->tree.schema), NULL, list, 0);
    add_place(work, list,
        schema && lysc_is_userordered(schema)
            ? NULL
            : sx_strndup(path + length, key_length(path + length)));
}

static int read_revision(struct comparison *work, uint64_t number, struct sx_revision *ret_revision,
    struct sx_error *err)
{
    if (sx_reader_journal(work->reader, number, ret_revision, err) < 0)
        return -1;
    work->steps += ret_revision->changes.count;
    if (work->steps <= SX_JOURNAL_STEPS_MAX)
        return 0;
    sx_revision_clear(ret_revision);
    return sx_error_set(err, SX_E_TOO_BIG,
        "more than %d changes lie between; compare revisions that are closer to each other and to "
        "the present one",
        SX_JOURNAL_STEPS_MAX);
}

/* What stands outside of lists comes first, as lists may stand in it. */
static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    bool x_rest = x->key && !*x->key, y_rest = y->key && !*y->key;
    int order;

    if (x_rest != y_rest)
        return x_rest ? -1 : 1;
    order = strcmp(x->list, y->list);
    return order != 0 || !x->key || !y->key ? order : strcmp(x->key, y->key);
}

static int load_row(void *context, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct comparison *work = context;

    return fragment->scope == SX_SCOPE_REPLICATED ? sx_load_row(&work->loader, fragment, err) : 0;
}

/* Loads the rows of all revisions after `oldest`. */
static int load(struct comparison *work, uint64_t newest, uint64_t oldest, struct sx_error *err)
{
    for (uint64_t number = newest; number > oldest; number--) {
        struct sx_revision revision;

        if (read_revision(work, number, &revision, err) < 0)
            return -1;
        for (size_t i = 0; i < revision.changes.count; i++)
            add_places(work, revision.changes.items[i].path);
        sx_revision_clear(&revision);
    }
    work->steps = 0;
    qsort(work->places, work->count, sizeof *work->places, compare_places);
    for (size_t i = 0; i < work->count; i++) {
        const struct place *place = &work->places[i];

        if (i > 0 && compare_places(place - 1, place) == 0)
            continue;
        if (sx_reader_find(work->reader, place->list, place->key, load_row, work, err) < 0)
            return -1;
    }
    return 0;
}

/* Takes the revisions after `to` back, of which `from` is the newest. */
static int take_back(struct comparison *work, struct sx_transaction *transaction, uint64_t from,
    uint64_t to, struct sx_error *err)
{
    int result = 0;

    for (uint64_t number = from; number > to && result == 0; number--) {
        struct sx_change_list inverse = {0}, opened = {0};
        const struct sx_change_list *clear;
        struct sx_revision revision;

        if (read_revision(work, number, &revision, err) < 0)
            return -1;
        sx_change_list_invert(&revision.changes, &inverse);
        clear =
            sx_secrets_open_changes(&work->secrets, &inverse, &work->secrets.aside, &opened, err);
        result = clear ? sx_transaction_apply(transaction, clear, err) : -1;
        sx_change_list_clear(&inverse);
        sx_change_list_clear(&opened);
        sx_revision_clear(&revision);
    }
    return result;
}

/* Moves the tree from one revision to an older one. *ret_changes (may be NULL) gets the way. */
static int go_back(struct comparison *work, uint64_t from, uint64_t to,
    struct sx_change_list *ret_changes, struct sx_error *err)
{
    static const uint8_t no_salt[16]; /* the journal holds no clear-text passwords */
    struct sx_transaction *transaction = sx_transaction_begin(&work->tree, no_salt);
    const struct sx_change_list *changes;

    if (take_back(work, transaction, from, to, err) < 0) {
        sx_transaction_undo(transaction);
        return -1;
    }
    changes = sx_transaction_changes(transaction);
    for (size_t i = 0; ret_changes && i < changes->count; i++)
        sx_change_list_copy(ret_changes, &changes->items[i]);
    sx_transaction_keep(transaction);
    return 0;
}

static int check(
    struct comparison *work, uint64_t from, uint64_t to, uint64_t *ret_newest, struct sx_error *err)
{
    char lineage[SX_UUID_SIZE];
    uint64_t oldest = 0;

    if (sx_reader_revision(work->reader, ret_newest, lineage, err) < 0 ||
        sx_reader_oldest(work->reader, &oldest, err) < 0 ||
        sx_history_reaches(oldest, *ret_newest, from, err) < 0)
        return -1;
    return sx_history_reaches(oldest, *ret_newest, to, err);
}

int sx_reader_compare(struct sx_reader *reader, const struct sx_schema *schema,
    const struct sx_secret_keys *keys, uint64_t from, uint64_t to,
    struct sx_change_list *ret_changes, struct sx_error *err)
{
    struct comparison work = {.reader = reader,
        .tree.schema = schema,
        .secrets = {.context = sx_schema_context(schema), .keys = *keys}};
    uint64_t older = from < to ? from : to, younger = from < to ? to : from, newest = 0;
    struct sx_change_list back = {0};
    int result = -1;

    if (check(&work, from, to, &newest, err) < 0)
        return -1;
    if (from == to)
        return 0;
    sx_loader_begin(&work.loader, &work.tree, &work.secrets, &work.secrets.aside, NULL);
    if (load(&work, newest, older, err) < 0 || go_back(&work, newest, younger, NULL, err) < 0 ||
        go_back(&work, younger, older, from > to ? ret_changes : &back, err) < 0)
        goto out;
    sx_change_list_invert(&back, ret_changes);
    result = 0;
out:
    sx_change_list_clear(&back);
    for (size_t i = 0; i < work.count; i++) {
        free(work.places[i].list);
        free(work.places[i].key);
    }
    free(work.places);
    sx_loader_end(&work.loader);
    sx_tree_clear(&work.tree);
    sx_secrets_clear(&work.secrets);
    return result;
}

int sx_change_node(const struct sx_schema *schema, const struct sx_change *change, const char *json,
    struct lyd_node **ret_node, struct sx_error *err)
{
    char *above = sx_strndup(change->path, sx_path_parent_length(change->path));
    struct lyd_node *top = NULL, *parent = NULL, *node = NULL;
    int result = -1;

    if (*above && (lyd_new_path2(NULL, sx_schema_context(schema), above, NULL, 0,
                       LYD_ANYDATA_STRING, 0, &top, &parent) != LY_SUCCESS)) {
        sx_error_set(err, SX_E_UNKNOWN_ELEMENT, "%.200s: the schema has no such node", above);
        goto out;
    }
    if (sx_item_parse(sx_schema_context(schema), parent, json, &node, err) < 0)
        goto out;
    if (!node || node->next) {
        sx_error_set(err, SX_E_INVALID_VALUE, "%.200s: a value is not one node", change->path);
        lyd_free_siblings(node);
        goto out;
    }
    *ret_node = node;
    result = 0;
out:
    lyd_free_all(top);
    free(above);
    return result;
}
