// SPDX-License-Identifier: Apache-2.0
#pragma once

struct lyd_node;

/*
 * libyang up to 2.1.30 (Debian 12) crashes when it puts a node into a hash table of children in
 * which every place is or once was taken: such a place is found again only while a free one is left
 * (hash_table.c, lyht_find_collision). Taking nodes out and putting others in leads there, so any
 * edit could. A table in which many nodes were taken out is therefore given up before the next one
 * comes; libyang then makes a new one. Later versions have other tables and do not mind.
 *
 * Every change of a tree that lives on calls these. They keep a count in the parent's `priv`.
 */

/** To be called before a node is put below `parent` (NULL for the top level, which has no table).
 * Takes time with the number of children, but seldom: each child pays a constant share. */
void sx_table_before_insert(struct lyd_node *parent);

/** To be called when a node was taken out from below `parent` (or NULL). */
void sx_table_removed(struct lyd_node *parent);
