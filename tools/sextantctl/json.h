// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** Writes JSON (RFC 8259), indented, to a stream. Start with {.out = stream}. */
struct ctl_json {
    FILE *out;
    unsigned depth;
    bool filled; /**< the open object or array has something in it */
};

/** Opens an object ('{') or an array ('['); `name` is NULL inside an array and at the top. */
void ctl_json_open(struct ctl_json *json, const char *name, char bracket);

/** Closes it: '}' or ']'. */
void ctl_json_close(struct ctl_json *json, char bracket);

/** A string; nothing is written for "" or NULL. */
void ctl_json_text(struct ctl_json *json, const char *name, const char *value);

/** A number given as text; nothing is written when it is not one. */
void ctl_json_number(struct ctl_json *json, const char *name, const char *value);

/** A value that is JSON already; nothing is written for NULL. */
void ctl_json_raw(struct ctl_json *json, const char *name, const char *value);

/** A boolean. */
void ctl_json_bool(struct ctl_json *json, const char *name, bool value);
