// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "snmp/snmp.h"

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Managed objects as tables: one line for each object, and one function that answers for all of
 * them. An object is a scalar or a column; a scalar is a column of a table with the one row 0.
 * All tables have one index, which is an unsigned number.
 */

/** What answers are made from. All of it belongs to the SNMP thread. */
struct ag_snmp_view {
    const struct sx_status *status;
    const struct ag_snmp_settings *settings;
    uint32_t dropped; /**< notifications that found the queue full */
};

/** Longest text of a value. */
#define AG_SNMP_TEXT_MAX 1024
/** Longest object identifier of a value, and of an object with its index. */
#define AG_SNMP_OID_MAX 32

/** One value in the form that Net-SNMP takes. */
struct ag_snmp_value {
    union {
        long number; /**< Integer32, Unsigned32, Gauge32, Counter32, TimeTicks */
        struct counter64 counter;
        oid name[AG_SNMP_OID_MAX];
        char text[AG_SNMP_TEXT_MAX];
    };
    size_t length; /**< in bytes */
};

/** The rows of a table. */
struct ag_snmp_rows {
    size_t (*count)(const struct ag_snmp_view *view);
    uint32_t (*index)(const struct ag_snmp_view *view, size_t row);
};

/** Rows of a scalar: one, with index 0. */
extern const struct ag_snmp_rows ag_snmp_scalar;

/** One object. */
struct ag_snmp_object {
    oid arc[6]; /**< below the group's root */
    size_t arc_length;
    u_char type; /**< ASN_INTEGER, ASN_OCTET_STR, … */
    const struct ag_snmp_rows *rows;
    /** Fills in the value of a row; false when that row has no such instance. */
    bool (*get)(
        const struct ag_snmp_view *view, size_t row, int argument, struct ag_snmp_value *ret_value);
    int argument; /**< handed to get() */
};

/** Objects below one root, in the order of their arcs. */
struct ag_snmp_group {
    const char *name;
    oid root[16];
    size_t root_length;
    const struct ag_snmp_object *objects;
    size_t count;
};

/** What Net-SNMP keeps a pointer to for each registered group. */
struct ag_snmp_registration {
    const struct ag_snmp_group *group;
    const struct ag_snmp_view *view;
};

/** Finds the value of the instance `name`. Returns SNMP_ERR_NOERROR with *ret_object and
 * *ret_value, or SNMP_NOSUCHOBJECT or SNMP_NOSUCHINSTANCE (RFC 3416 section 4.2.1). */
int ag_snmp_objects_get(const struct ag_snmp_registration *registration, const oid *name,
    size_t length, const struct ag_snmp_object **ret_object, struct ag_snmp_value *ret_value);

/** Finds the first instance after `name` (RFC 3416 section 4.2.2). True with its name (of up to
 * AG_SNMP_OID_MAX numbers), object and value. */
bool ag_snmp_objects_next(const struct ag_snmp_registration *registration, const oid *name,
    size_t length, oid *ret_name, size_t *ret_length, const struct ag_snmp_object **ret_object,
    struct ag_snmp_value *ret_value);

/** Registers the group with Net-SNMP, read-only. `registration` must outlive the library.
 * SNMP thread. */
int ag_snmp_objects_register(struct ag_snmp_registration *registration, struct sx_error *err);

/** Sets a number. */
void ag_snmp_value_number(struct ag_snmp_value *value, uint64_t number);
/** Sets a text, cut at AG_SNMP_TEXT_MAX. */
void ag_snmp_value_text(struct ag_snmp_value *value, const char *text);
/** Sets a Counter64. */
void ag_snmp_value_counter64(struct ag_snmp_value *value, uint64_t number);
/** Sets an object identifier of at most AG_SNMP_OID_MAX numbers. */
void ag_snmp_value_oid(struct ag_snmp_value *value, const oid *name, size_t length);
/** Sets a DateAndTime in UTC (RFC 2579); 0 is eight zero octets: unknown. */
void ag_snmp_value_time(struct ag_snmp_value *value, int64_t time_ms);
