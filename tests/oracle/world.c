// SPDX-License-Identifier: Apache-2.0
#include "oracle.h"

#include "load.h"
#include "path.h"
#include "sextant/memory.h"
#include "test_random_edit.h"
#include "test_schema.h"
#include "test_tree.h"
#include "transaction_impl.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t salt[16] = {7};

/* The two ways of one transaction. */
struct trial {
    struct oracle_world *world;
    const struct oracle_step *step;
    struct lyd_node *configs[ORACLE_EDITS_MAX];
    struct lyd_node *plain; /* the tree before; then edited; then settled */
    struct oracle_violations violations;
    char *before; /* dump of the tree under test */
    int edited, result; /* of the engine: the edit alone, and with validation */
    struct sx_error reason; /* of the engine */
};

void oracle_step_clear(struct oracle_step *step)
{
    while (step->count > 0)
        free(step->edits[--step->count]);
}

static void load_empty(struct oracle_world *world)
{
    struct sx_error err;

    world->tree = (struct sx_tree){.schema = world->schema};
    if (sx_load_finish(&world->tree, &err) < 0)
        abort(); /* every set of modules takes an empty configuration */
}

void oracle_open(struct oracle_world *world, const struct oracle_set *set)
{
    *world = (struct oracle_world){.set = set};
    world->schema = set->modules[0] ? sx_test_schema("ietf-netconf", set->modules[0],
                                          set->modules[1], set->modules[2], NULL)
                                    : sx_test_schema_ours();
    world->generator = sx_test_generator(world->schema, set->modules);
    oracle_tally_open(&world->tally, world->schema);
    load_empty(world);
}

void oracle_reset(struct oracle_world *world)
{
    sx_tree_clear(&world->tree);
    free(world->mismatch);
    world->mismatch = NULL;
    load_empty(world);
}

void oracle_close(struct oracle_world *world)
{
    sx_tree_clear(&world->tree);
    oracle_tally_close(&world->tally);
    sx_test_generator_free(world->generator);
    sx_schema_free(world->schema);
    free(world->mismatch);
}

struct oracle_step oracle_random_step(struct oracle_world *world, uint64_t *seed)
{
    uint32_t kind = sx_test_random(seed, 40);
    struct oracle_step step = {
        .count = kind < 36 ? 1 : 2 + sx_test_random(seed, ORACLE_EDITS_MAX - 1)};

    for (unsigned i = 0; i < step.count; i++) {
        kind = sx_test_random(seed, 150);
        step.edits[i] = sx_test_random_edit(world->generator, world->tree.root, seed);
        step.operations[i] = kind == 0  ? SX_DEFAULT_REPLACE
                             : kind < 6 ? SX_DEFAULT_NONE
                                        : SX_DEFAULT_MERGE;
    }
    return step;
}

static enum oracle_verdict differ(struct trial *trial, char *text)
{
    free(trial->world->mismatch);
    trial->world->mismatch = text;
    return ORACLE_MISMATCH;
}

static struct lyd_node *copy_of(const struct lyd_node *root)
{
    struct lyd_node *copy = NULL;

    if (root &&
        lyd_dup_siblings(root, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy) != LY_SUCCESS)
        abort(); /* only for want of memory */
    return copy;
}

static int edit(struct trial *trial, struct sx_transaction *transaction, struct sx_error *err)
{
    for (unsigned i = 0; i < trial->step->count; i++)
        if (sx_transaction_edit(transaction, trial->configs[i], trial->step->operations[i], err) <
            0)
            return -1;
    return 0;
}

/* The edit alone, on the copy. */
static int edit_plain(struct trial *trial, struct sx_error *err)
{
    struct sx_tree tree = {.schema = trial->world->schema, .root = trial->plain};
    struct sx_transaction *transaction = sx_transaction_begin(&tree, salt);
    int result = edit(trial, transaction, err);

    if (result == 0)
        sx_undo_keep(&transaction->undo); /* there is nothing to undo then */
    sx_transaction_undo(transaction);
    trial->plain = tree.root;
    tree.root = NULL;
    sx_tree_clear(&tree);
    return result;
}

static bool is_same_content(const struct lyd_node *a, const struct lyd_node *b, char **ret_text)
{
    char *x = sx_test_content(a, true), *y = sx_test_content(b, true);
    bool same = strcmp(x, y) == 0;

    if (!same)
        *ret_text = sx_format("--- is:\n%s--- should be:\n%s", x, y);
    free(x);
    free(y);
    return same;
}

/* libyang's verdict on a tree, which is freed. Where the model finds it valid it is a settled one,
 * which libyang leaves alone; otherwise libyang must find something wrong too. */
static bool libyang_agrees(struct trial *trial, struct lyd_node *root, bool should, char **ret_text)
{
    const struct ly_ctx *context = sx_schema_context(trial->world->schema);
    bool valid = lyd_validate_all(&root, context, LYD_VALIDATE_NO_STATE, NULL) == LY_SUCCESS;
    bool agrees = valid == should;

    if (!agrees)
        *ret_text = sx_format("libyang: %s %s\n", valid ? "valid" : ly_errpath(context),
            valid ? "" : ly_errmsg(context));
    else if (valid)
        agrees = is_same_content(root, trial->plain, ret_text);
    lyd_free_siblings(root);
    return agrees;
}

static char *violations_text(const struct oracle_violations *violations)
{
    char *text = sx_strdup(violations->count > 0 ? "" : "none\n");

    for (size_t i = 0; i < violations->count; i++) {
        const struct oracle_violation *violation = &violations->items[i];
        char *longer =
            sx_format("%s  %s: %s, app-tag \"%s\", %s\n", text, oracle_kind_name(violation->kind),
                sx_error_code_name(violation->code), violation->app_tag, violation->path);

        free(text);
        text = longer;
    }
    return text;
}

/* The engine's verdict, and its reason. */
static enum oracle_verdict compare_verdicts(struct trial *trial)
{
    const struct oracle_violations *violations = &trial->violations;
    const struct sx_error *reason = &trial->reason;
    bool is_true = false;
    char *text, *difference;

    for (size_t i = 0; i < violations->count && trial->result < 0; i++)
        is_true |= violations->items[i].code == reason->code &&
                   strcmp(violations->items[i].app_tag, reason->app_tag) == 0 &&
                   strcmp(violations->items[i].path, reason->path) == 0;
    if (trial->result == 0 ? !oracle_violated(violations) : is_true)
        return trial->result == 0 ? ORACLE_ACCEPTED : ORACLE_REFUSED;
    text = violations_text(violations);
    if (trial->result == 0)
        difference = sx_format("the engine accepts it; violations:\n%s", text);
    else
        difference = sx_format(
            "the engine refuses it: %s, app-tag \"%s\", %s (%s); violations:\n%s",
            sx_error_code_name(reason->code), reason->app_tag, reason->path, reason->message, text);
    free(text);
    return differ(trial, difference);
}

static enum oracle_verdict compare_trees(struct trial *trial)
{
    struct sx_tree *tree = &trial->world->tree;
    uint8_t digest[SX_DIGEST_SIZE];
    char *text = NULL, *now;
    bool same;

    if (!is_same_content(tree->root, trial->plain, &text)) {
        char *whole = sx_format("another content\n%s", text);

        free(text);
        return differ(trial, whole);
    }
    sx_test_digest(tree, digest);
    if (memcmp(digest, tree->digest, sizeof digest) != 0)
        return differ(trial, sx_strdup("the digest is not the one from scratch\n"));
    now = sx_test_dump(tree->root);
    same = strcmp(now, trial->before) == 0;
    free(now);
    return same ? ORACLE_UNCHANGED : ORACLE_ACCEPTED;
}

/* After a refusal all is as before. */
static enum oracle_verdict compare_undone(struct trial *trial, enum oracle_verdict verdict)
{
    char *now = sx_test_dump(trial->world->tree.root);

    if (strcmp(now, trial->before) != 0)
        verdict = differ(trial, sx_format("undo gives another tree\n--- is:\n%s--- should be:\n%s",
                                    now, trial->before));
    free(now);
    return verdict;
}

/* Settles and checks the copy; libyang must come to the same. */
static bool judge(struct trial *trial)
{
    struct oracle_world *world = trial->world;
    struct lyd_node *edited = copy_of(trial->plain);
    char *text = NULL, *violations;
    bool agrees, should = false;

    oracle_settle(world->schema, &trial->plain, &trial->violations);
    if (!oracle_violated(&trial->violations)) {
        size_t count = trial->violations.count;

        lyd_free_siblings(edited);
        oracle_check(world->schema, trial->plain, &trial->violations);
        edited = copy_of(trial->plain);
        should = trial->violations.count == count;
    }
    agrees = libyang_agrees(trial, edited, should, &text);
    if (!agrees && !world->set->libyang_errs) {
        violations = violations_text(&trial->violations);
        differ(
            trial, sx_format("libyang and the model differ: %sviolations:\n%s", text, violations));
        free(violations);
    }
    free(text);
    world->libyang_agreed += agrees;
    return agrees || world->set->libyang_errs;
}

static enum oracle_verdict compare_edits(
    struct trial *trial, int plain, const struct sx_error *plain_reason)
{
    if (plain != trial->edited ||
        (plain < 0 && (plain_reason->code != trial->reason.code ||
                          strcmp(plain_reason->path, trial->reason.path) != 0)))
        return differ(trial, sx_format("the edit alone: %s here, %s on a copy\n",
                                 trial->edited < 0 ? trial->reason.message : "right",
                                 plain < 0 ? plain_reason->message : "right"));
    return plain < 0 ? ORACLE_REFUSED_EDIT : ORACLE_ACCEPTED;
}

/* The engine's way. */
static void take(struct trial *trial)
{
    struct oracle_world *world = trial->world;
    struct sx_transaction *transaction = sx_transaction_begin(&world->tree, salt);
    uint64_t whole = world->tree.whole_validations;

    trial->edited = trial->result = edit(trial, transaction, &trial->reason);
    if (trial->edited == 0)
        trial->result = sx_transaction_validate(transaction, &trial->reason);
    if (trial->result == 0)
        sx_transaction_keep(transaction);
    else
        sx_transaction_undo(transaction);
    world->whole += world->tree.whole_validations > whole;
}

static enum oracle_verdict try(struct trial *trial)
{
    struct sx_error plain_reason = {0};
    enum oracle_verdict verdict;
    int plain;

    trial->plain = copy_of(trial->world->tree.root);
    oracle_mark(trial->plain);
    plain = edit_plain(trial, &plain_reason);
    take(trial);
    verdict = compare_edits(trial, plain, &plain_reason);
    if (verdict == ORACLE_ACCEPTED)
        verdict = judge(trial) ? compare_verdicts(trial) : ORACLE_MISMATCH;
    if (verdict == ORACLE_ACCEPTED)
        verdict = compare_trees(trial);
    else if (trial->result < 0)
        verdict = compare_undone(trial, verdict);
    if (!sx_test_links_hold(trial->world->tree.root))
        verdict = differ(trial, sx_strdup("a node is not found where it is\n"));
    return verdict;
}

enum oracle_verdict oracle_do(struct oracle_world *world, const struct oracle_step *step)
{
    struct trial trial = {.world = world, .step = step, .before = sx_test_dump(world->tree.root)};
    enum oracle_verdict verdict;

    for (unsigned i = 0; i < step->count; i++)
        trial.configs[i] = sx_test_parse_edit(world->schema, step->edits[i]);
    verdict = try(&trial);
    world->verdicts[verdict]++;
    if (verdict == ORACLE_REFUSED)
        oracle_tally_refused(&world->tally, &trial.violations, &trial.reason);
    else if (verdict == ORACLE_ACCEPTED)
        for (unsigned i = 0; i < step->count; i++)
            oracle_tally_accepted(&world->tally, trial.configs[i]);
    for (unsigned i = 0; i < step->count; i++)
        lyd_free_siblings(trial.configs[i]);
    lyd_free_siblings(trial.plain);
    oracle_violations_clear(&trial.violations);
    free(trial.before);
    return verdict;
}
