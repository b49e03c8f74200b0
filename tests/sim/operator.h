// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim.h"

/* What operators do. A node that is down, or whose power goes meanwhile, does nothing. */

/** <edit-config> with this XML as <config>, which makes `after` of the replicated content (NULL:
 * leaves it); true when it was acknowledged. */
bool sim_edit(struct sim *sim, unsigned node, const char *xml, const struct sim_content *after,
    struct sx_error *ret_error);
/** The same on the candidate, and <commit>. */
bool sim_edit_candidate(
    struct sim *sim, unsigned node, const char *xml, const struct sim_content *after);

/** Gives an entry of the phone book a number, or takes it out with 0. */
bool sim_phone_book(struct sim *sim, unsigned node, unsigned entry, unsigned number);
bool sim_phone_book_candidate(struct sim *sim, unsigned node, unsigned entry, unsigned number);
/** Gives the zone a password, a replicated secret, from 1. */
bool sim_set_password(struct sim *sim, unsigned node, unsigned number);
/** Puts a search rule in the first place, or takes it out. */
bool sim_set_rule(struct sim *sim, unsigned node, unsigned rule, bool out);
/** Sets the peer-specific item. */
bool sim_set_own(struct sim *sim, unsigned node, unsigned number);
/** Some revisions back, if there are so many. */
void sim_roll_back(struct sim *sim, unsigned node, unsigned revisions);

/** Forms the cluster that is meant, its primary first. */
void sim_form(struct sim *sim);
/** Enters on a node what is agreed: list of peers, primary, TLS verification. On one that is no
 * member the list is emptied. */
bool sim_agree(struct sim *sim, unsigned node);
/** Names another primary on one node. */
bool sim_set_primary(struct sim *sim, unsigned node, unsigned primary);
/** Sets the mode of TLS verification on one node. */
bool sim_set_enforce(struct sim *sim, unsigned node, bool enforce);
/** Sets when the cluster's configuration applies on one node: at once, or at its restart. */
bool sim_set_apply(struct sim *sim, unsigned node, bool immediately);
/** The place of a node in the list that is meant, from 1; 0: it is no member. */
unsigned sim_index(const struct sim *sim, unsigned node);

/** wait.c: changes the phone book as sim_phone_book() does and waits until the node says that a
 * majority of the peers hold that; then the power goes everywhere, and each of them must still. */
void sim_edit_and_wait(struct sim *sim, unsigned node, unsigned entry, unsigned number);

/** RPCs. */
void sim_force(struct sim *sim, unsigned node);
void sim_change_key(struct sim *sim, unsigned node);
void sim_ask_restart(struct sim *sim, unsigned node);

/** upgrade.c: a node comes back with another release; one that is down runs it when it boots. */
void sim_upgrade(struct sim *sim, unsigned node, unsigned release);

/** rolling.c: asks for something about a restart in sequence. */
bool sim_ask_rolling(struct sim *sim, unsigned node, enum sx_rolling_action action);
/** rolling.c: waits until none is under way, and forgets those that stopped. */
void sim_end_rolling(struct sim *sim);
/** Takes a node out of service, or back. */
bool sim_set_maintenance(struct sim *sim, unsigned node, bool maintenance);

/** backup.c: makes a backup file; puts the newest one in force on a node. */
void sim_back_up(struct sim *sim, unsigned node);
void sim_restore(struct sim *sim, unsigned node);
void sim_backup_forget(struct sim *sim);
