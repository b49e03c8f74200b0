// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <string.h>

static void print_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            fputc(byte, out);
    }
    fputc('"', out);
}

static void new_line(struct ctl_json *json)
{
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->out);
}

/* The comma, the line and the name before a value. */
static void begin(struct ctl_json *json, const char *name)
{
    if (json->filled)
        fputc(',', json->out);
    if (json->depth > 0)
        new_line(json);
    if (name) {
        print_string(json->out, name);
        fputs(": ", json->out);
    }
    json->filled = true;
}

void ctl_json_open(struct ctl_json *json, const char *name, char bracket)
{
    begin(json, name);
    fputc(bracket, json->out);
    json->depth++;
    json->filled = false;
}

void ctl_json_close(struct ctl_json *json, char bracket)
{
    json->depth--;
    if (json->filled)
        new_line(json);
    fputc(bracket, json->out);
    json->filled = true;
    if (json->depth == 0)
        fputc('\n', json->out);
}

void ctl_json_text(struct ctl_json *json, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    begin(json, name);
    print_string(json->out, value);
}

void ctl_json_number(struct ctl_json *json, const char *name, const char *value)
{
    if (!value || !*value || strspn(value, "0123456789") != strlen(value))
        return;
    begin(json, name);
    fputs(value, json->out);
}

void ctl_json_bool(struct ctl_json *json, const char *name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->out);
}

void ctl_json_raw(struct ctl_json *json, const char *name, const char *value)
{
    if (!value)
        return;
    begin(json, name);
    fputs(value, json->out);
}
