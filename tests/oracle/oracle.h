// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transaction.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plain model of validation, and runs of random edits that hold the engine against it. */

/** What can be broken. */
enum oracle_kind {
    ORACLE_WHEN = 0, /**< a node is set whose condition does not hold */
    ORACLE_MUST,
    ORACLE_REFERENCE, /**< leafref, also in a union */
    ORACLE_INSTANCE, /**< instance-identifier */
    ORACLE_UNIQUE,
    ORACLE_MIN,
    ORACLE_MAX,
    ORACLE_MANDATORY, /**< leaf or anydata */
    ORACLE_CHOICE, /**< mandatory choice */
};
#define ORACLE_KINDS 9

/** The kind in a word. Static storage. */
const char *oracle_kind_name(enum oracle_kind kind);

/** One thing that is wrong, in the words of RFC 7950 section 15. Where the RFC leaves open which of
 * several nodes the error names, there is a violation for each. */
struct oracle_violation {
    enum oracle_kind kind;
    const void *what; /**< the compiled statement: must, when, type, unique, or the schema node */
    enum sx_error_code code;
    const char *app_tag; /**< of the schema, or static */
    char *path; /**< owned */
    bool disputed; /**< RFC 7950 can be read so that it is none: both verdicts are right */
};

/** All that is wrong. */
struct oracle_violations {
    struct oracle_violation *items;
    size_t count, capacity;
};

/** Adds a violation; `path` passes to the list. */
void oracle_violate(struct oracle_violations *violations, struct oracle_violation violation);

/** True when one of them is not disputed. */
bool oracle_violated(const struct oracle_violations *violations);

/** Frees the items. */
void oracle_violations_clear(struct oracle_violations *violations);

/* The model: clear before fast, with nothing carried over from one edit to the next. */

/** settle.c: to be called before an edit, on a valid tree: marks every conditional node as one that
 * was there before. */
void oracle_mark(struct lyd_node *root);

/**
 * settle.c: what becomes of an edited tree: nodes whose condition is false go, defaults come. The
 * result, with defaults marked, is put into *root, whose former nodes are freed. A node that the
 * edit set (it is not marked) although its condition is false is a violation.
 */
void oracle_settle(
    const struct sx_schema *schema, struct lyd_node **root, struct oracle_violations *violations);

/** settle.c: the case of a choice that is selected below `parent` (NULL: top level, `root`), by an
 * explicit node or by default, or NULL; *ret_explicit tells which. */
const struct lysc_node *oracle_selected(
    const struct lyd_node *siblings, const struct lysc_node_choice *choice, bool *ret_explicit);

/** settle.c: true when the conditions of a child of `parent` hold, of which there is none. */
bool oracle_may_be(struct lyd_node *root, struct lyd_node *parent, const struct lysc_node *schema);

/** check.c: every constraint of every node of a settled tree. */
void oracle_check(
    const struct sx_schema *schema, struct lyd_node *root, struct oracle_violations *violations);

/** check_value.c: references and instance identifiers of one leaf or leaf-list entry. */
void oracle_check_value(
    const struct lyd_node *root, const struct lyd_node *node, struct oracle_violations *violations);

/* Counting. */

/** One constraint of the schema and what became of it. */
struct oracle_constraint {
    enum oracle_kind kind;
    const void *what;
    const struct lysc_node *schema;
    struct ly_set *reads; /**< schema nodes that it is about; owned */
    uint64_t violated; /**< edits that broke it */
    uint64_t reported; /**< edits whose error named it */
    uint64_t near; /**< accepted edits of a node that it is about */
};

/** The constraints of a schema. */
struct oracle_tally {
    struct oracle_constraint *items;
    size_t count, capacity;
};

/** tally.c: finds the constraints of all configuration nodes. */
void oracle_tally_open(struct oracle_tally *tally, const struct sx_schema *schema);

/** tally.c: frees it. */
void oracle_tally_close(struct oracle_tally *tally);

/** tally.c: counts a refused edit and the reason that was given (NULL: none). */
void oracle_tally_refused(struct oracle_tally *tally, const struct oracle_violations *violations,
    const struct sx_error *reason);

/** tally.c: counts an accepted edit; `config` as parsed. */
void oracle_tally_accepted(struct oracle_tally *tally, const struct lyd_node *config);

/* Running. */

/** Edits of one transaction at the most. */
#define ORACLE_EDITS_MAX 3

/** What one transaction does. */
struct oracle_step {
    char *edits[ORACLE_EDITS_MAX]; /**< XML; owned */
    enum sx_default_operation operations[ORACLE_EDITS_MAX];
    unsigned count;
};

/** Frees the texts. */
void oracle_step_clear(struct oracle_step *step);

/** A set of modules that is tested by itself. */
struct oracle_set {
    const char *name;
    const char *modules[4]; /**< those to implement, NULL at the end; none: all our own */
    bool libyang_errs; /**< libyang 2.1.30 completes such modules wrongly: it forgets defaults
                            beside choices inside cases, and keeps defaults whose condition reads
                            another conditional default */
};

/** What became of the steps. */
enum oracle_verdict {
    ORACLE_ACCEPTED = 0,
    ORACLE_UNCHANGED, /**< accepted, and nothing changed */
    ORACLE_REFUSED_EDIT, /**< before validation: data-exists, unknown value … */
    ORACLE_REFUSED, /**< by validation */
    ORACLE_MISMATCH,
};
#define ORACLE_VERDICTS 5

/** A tree under test, and its counts. */
struct oracle_world {
    const struct oracle_set *set;
    struct sx_schema *schema; /**< owned */
    struct sx_test_generator *generator; /**< owned */
    struct sx_tree tree;
    struct oracle_tally tally;
    uint64_t verdicts[ORACLE_VERDICTS];
    uint64_t whole; /**< edits for which a module was validated whole */
    uint64_t libyang_agreed; /**< edits on which libyang and the model came to the same */
    char *mismatch; /**< what differed last, or NULL; owned */
};

/** world.c: loads the set's schema; the tree is empty but for defaults. */
void oracle_open(struct oracle_world *world, const struct oracle_set *set);

/** world.c: empties the tree. */
void oracle_reset(struct oracle_world *world);

/** world.c: frees everything. */
void oracle_close(struct oracle_world *world);

/** world.c: a random transaction that fits the tree. */
struct oracle_step oracle_random_step(struct oracle_world *world, uint64_t *seed);

/** world.c: does it, both ways. After a mismatch the world can only be reset or closed, and
 * world->mismatch says what differed. */
enum oracle_verdict oracle_do(struct oracle_world *world, const struct oracle_step *step);

/** shrink.c: makes a list of steps, the last of which is a mismatch, as short as it can and prints
 * it. The steps are changed, and owned by the caller. */
void oracle_shrink(struct oracle_world *world, struct oracle_step *steps, size_t count);
