// SPDX-License-Identifier: Apache-2.0
#include "reader_overlay.h"

#include "sextant/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const struct sx_fragment *a, const struct sx_fragment *b)
{
    int rc = strcmp(a->list, b->list);

    if (rc == 0)
        rc = strcmp(a->key, b->key);
    /* The table orders by the names of scopes. */
    if (rc == 0 && a->scope != b->scope)
        rc = strcmp(sx_scope_name(a->scope), sx_scope_name(b->scope));
    return rc;
}

static int compare_by_key(const void *left, const void *right)
{
    const struct sx_fragment *a = *(const struct sx_fragment *const *)left;
    const struct sx_fragment *b = *(const struct sx_fragment *const *)right;
    int rc = compare_keys(a, b);

    /* Both are of one array, in which the later counts. */
    return rc ? rc : (a > b) - (a < b);
}

static int compare_by_after(const void *left, const void *right)
{
    const struct sx_fragment *a = *(const struct sx_fragment *const *)left;
    const struct sx_fragment *b = *(const struct sx_fragment *const *)right;
    int rc = strcmp(a->list, b->list);

    return rc ? rc : strcmp(a->after, b->after);
}

void sx_overlay_init(struct sx_overlay *overlay, const struct sx_fragment_list *fragments)
{
    size_t count = fragments ? fragments->count : 0;
    size_t kept = 0;

    *overlay = (struct sx_overlay){0};
    if (count == 0)
        return;
    overlay->by_key = sx_calloc(count, sizeof(const struct sx_fragment *));
    overlay->by_after = sx_calloc(count, sizeof(const struct sx_fragment *));
    for (size_t i = 0; i < count; i++)
        overlay->by_key[i] = &fragments->items[i];
    qsort(overlay->by_key, count, sizeof(const struct sx_fragment *), compare_by_key);
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || compare_keys(overlay->by_key[i], overlay->by_key[i + 1]) != 0)
            overlay->by_key[kept++] = overlay->by_key[i];
    overlay->count = kept;
    for (size_t i = 0; i < kept; i++)
        if (overlay->by_key[i]->body && overlay->by_key[i]->after)
            overlay->by_after[overlay->placed++] = overlay->by_key[i];
    qsort(overlay->by_after, overlay->placed, sizeof(const struct sx_fragment *), compare_by_after);
}

void sx_overlay_clear(struct sx_overlay *overlay)
{
    free(overlay->by_key);
    free(overlay->by_after);
    *overlay = (struct sx_overlay){0};
}

/* Position of the first row at or behind (list, key). */
static size_t lower_bound(const struct sx_overlay *overlay, const char *list, const char *key)
{
    size_t low = 0;
    size_t high = overlay->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int rc = strcmp(overlay->by_key[middle]->list, list);

        if (rc == 0)
            rc = strcmp(overlay->by_key[middle]->key, key);
        if (rc < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The overlay's row in the place of `fragment`, or NULL. */
static const struct sx_fragment *find(
    const struct sx_overlay *overlay, const struct sx_fragment *fragment)
{
    for (size_t i = lower_bound(overlay, fragment->list, fragment->key); i < overlay->count; i++) {
        int rc = compare_keys(overlay->by_key[i], fragment);

        if (rc == 0)
            return overlay->by_key[i];
        if (rc > 0)
            break;
    }
    return NULL;
}

/* The overlay's row that stands directly behind the entry `after`, or NULL. */
static const struct sx_fragment *find_behind(
    const struct sx_overlay *overlay, const char *list, const char *after)
{
    size_t low = 0;
    size_t high = overlay->placed;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int rc = strcmp(overlay->by_after[middle]->list, list);

        if (rc == 0)
            rc = strcmp(overlay->by_after[middle]->after, after);
        if (rc == 0)
            return overlay->by_after[middle];
        if (rc < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A pass over one list, or over one entry. */
struct pass {
    const struct sx_overlay *overlay;
    struct sx_table *table;
    const char *list;
    sx_reader_row *row;
    void *context;
    bool entry; /* `after` of a stored row has to be looked up */
    char *last; /* user-ordered list: key of the row passed last; otherwise NULL */
    size_t placed; /* rows of the overlay that were passed behind their `after` */
};

/* Whether a row of the overlay leaves the stored one where it is. */
static bool stays(const struct sx_fragment *over)
{
    return !over || (over->body && !over->after);
}

/* The key before the stored entry with the overlay in place: the nearest stored one that stays, or
 * the last of the overlay's rows that stand behind that. 0 when the list is not user-ordered. */
static int find_before(
    struct pass *pass, const struct sx_fragment *entry, char **ret_before, struct sx_error *err)
{
    struct sx_fragment stored = *entry;
    const struct sx_fragment *over;
    char *before = NULL;
    int64_t ord = 0;
    int rc = sx_table_ord(pass->table, pass->list, entry->key, &ord, err);

    if (rc <= 0)
        return rc;
    do {
        free(before);
        before = NULL;
        rc = sx_table_before(pass->table, pass->list, ord, &before, &ord, err);
        stored.key = before;
    } while (rc > 0 && !stays(find(pass->overlay, &stored)));
    if (rc < 0)
        return -1;
    if (rc == 0)
        before = sx_strdup("");
    for (size_t i = 0; i < pass->overlay->placed; i++) {
        over = find_behind(pass->overlay, pass->list, before);
        if (!over)
            break;
        free(before);
        before = sx_strdup(over->key);
    }
    *ret_before = before;
    return 1;
}

/* Passes a row on: 0, 1 to stop, or -1. In a user-ordered list it stands behind the last one. */
static int emit(struct pass *pass, const struct sx_fragment *fragment, struct sx_error *err)
{
    struct sx_fragment row = *fragment;
    char *before = NULL;
    int rc = 0;

    if (pass->last) {
        row.after = pass->last;
        rc = pass->row(pass->context, &row, err);
        free(pass->last);
        pass->last = sx_strdup(fragment->key);
        return rc;
    }
    if (pass->entry && !row.after) {
        rc = find_before(pass, fragment, &before, err);
        row.after = before;
    }
    if (rc >= 0)
        rc = pass->row(pass->context, &row, err);
    free(before);
    return rc;
}

/* Passes the overlay's rows that stand behind the row passed last. */
static int emit_behind(struct pass *pass, struct sx_error *err)
{
    const struct sx_fragment *next;
    int rc = 0;

    while (rc == 0 && (next = find_behind(pass->overlay, pass->list, pass->last)) != NULL) {
        if (pass->placed == pass->overlay->placed)
            return sx_error_set(err, SX_E_INTERNAL,
                "entries of %s cannot be read, as each is to stand behind another", pass->list);
        pass->placed++;
        rc = emit(pass, next, err);
    }
    return rc;
}

/* How many of the overlay's rows are to be passed behind another. */
static size_t count_placed(const struct sx_overlay *overlay, const char *list)
{
    size_t count = 0;

    for (size_t i = 0; i < overlay->placed; i++)
        count += strcmp(overlay->by_after[i]->list, list) == 0;
    return count;
}

static int pass_ordered(struct pass *pass, struct sx_cursor *cursor, struct sx_error *err)
{
    struct sx_fragment stored;
    int rc;

    pass->last = sx_strdup("");
    rc = emit_behind(pass, err);
    while (rc == 0 && (rc = sx_cursor_next(cursor, &stored, err)) > 0) {
        const struct sx_fragment *over = find(pass->overlay, &stored);

        rc = 0;
        if (!stays(over))
            continue;
        rc = emit(pass, over ? over : &stored, err);
        if (rc == 0)
            rc = emit_behind(pass, err);
    }
    if (rc == 0 && pass->placed < count_placed(pass->overlay, pass->list))
        rc = sx_error_set(err, SX_E_INTERNAL,
            "entries of %s cannot be read, as one is to stand behind an entry that is not there",
            pass->list);
    return rc;
}

/* Merges two sequences ordered by key. */
static int pass_by_key(
    struct pass *pass, struct sx_cursor *cursor, size_t next, size_t end, struct sx_error *err)
{
    const struct sx_fragment **over = pass->overlay->by_key;
    struct sx_fragment stored;
    int have = sx_cursor_next(cursor, &stored, err);
    int rc = 0;

    while (rc == 0 && have >= 0 && (have > 0 || next < end)) {
        int order = have == 0 ? 1 : next == end ? -1 : compare_keys(&stored, over[next]);

        if (order < 0)
            rc = emit(pass, &stored, err);
        else if (over[next]->body)
            rc = emit(pass, over[next], err);
        if (order >= 0)
            next++;
        if (rc == 0 && order <= 0)
            have = sx_cursor_next(cursor, &stored, err);
    }
    return have < 0 ? -1 : rc;
}

/* Position behind the overlay's rows of (list, key), or of the whole list if `key` is NULL. */
static size_t upper_bound(
    const struct sx_overlay *overlay, size_t from, const char *list, const char *key)
{
    while (from < overlay->count && strcmp(overlay->by_key[from]->list, list) == 0 &&
           (!key || strcmp(overlay->by_key[from]->key, key) == 0))
        from++;
    return from;
}

static int pass_kind(struct pass *pass, enum sx_cursor_kind kind, const char *key, size_t next,
    size_t end, struct sx_error *err)
{
    struct sx_cursor cursor;
    int rc = sx_cursor_open(&cursor, pass->table, kind, pass->list, key, err);

    if (rc == 0 &&
        (cursor.ordered || (kind == SX_CURSOR_KEYED && count_placed(pass->overlay, pass->list))))
        rc = pass_ordered(pass, &cursor, err);
    else if (rc == 0)
        rc = pass_by_key(pass, &cursor, next, end, err);
    sx_cursor_close(&cursor);
    free(pass->last);
    pass->last = NULL;
    return rc;
}

int sx_overlay_find(const struct sx_overlay *overlay, struct sx_table *table, const char *list,
    const char *key, sx_reader_row *row, void *context, struct sx_error *err)
{
    struct pass pass = {.overlay = overlay,
        .table = table,
        .list = list,
        .row = row,
        .context = context,
        .entry = key != NULL};
    size_t first = lower_bound(overlay, list, key ? key : "");
    size_t next = upper_bound(overlay, first, list, key ? key : "");
    int rc;

    if (key)
        rc = pass_kind(&pass, SX_CURSOR_ENTRY, key, first, next, err);
    else
        rc = pass_kind(&pass, SX_CURSOR_TOP, "", first, next, err);
    if (rc == 0 && !key)
        rc = pass_kind(
            &pass, SX_CURSOR_KEYED, "", next, upper_bound(overlay, next, list, NULL), err);
    return rc < 0 ? -1 : 0;
}
