// SPDX-License-Identifier: Apache-2.0
#include "alarms.h"

#include "path.h"
#include "session.h"
#include "sextant/alarm.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

/* One entry of the alarm list, borrowed from the reply. */
struct alarm {
    const char *id; /* digits at the end of the identity's name, or "" */
    const char *type; /* name of the identity */
    const char *title;
    const char *severity; /* as the catalogue has it, else RFC 8632's word */
    const char *uuid;
    const char *remedy;
    const char *resource;
    const char *text;
    const char *since;
};

static const char *first_of(const struct lyd_node *entry, const char *name, const char *other)
{
    const char *value = ctl_text(entry, name);

    return *value ? value : ctl_text(entry, other);
}

/* Returns 0 for an alarm that is up. */
static int read_alarm(const struct lyd_node *entry, struct alarm *ret_alarm)
{
    const char *type = ctl_text(entry, "alarm-type-id");
    const char *colon = strchr(type, ':');
    const char *dash = strrchr(type, '-');
    const struct sx_alarm_type *known;

    if (strcmp(ctl_text(entry, "is-cleared"), "true") == 0)
        return -1;
    ret_alarm->type = colon ? colon + 1 : type;
    ret_alarm->id = dash && strspn(dash + 1, "0123456789") == strlen(dash + 1) ? dash + 1 : "";
    /* An alarm of a later daemon is not in this program's catalogue: its identity has to do. */
    known = *ret_alarm->id ? sx_alarm_type((uint32_t)strtoul(ret_alarm->id, NULL, 10)) : NULL;
    ret_alarm->title = known ? known->title : ret_alarm->type;
    ret_alarm->severity =
        known ? sx_severity_name(known->severity) : ctl_text(entry, "perceived-severity");
    ret_alarm->uuid = known ? known->uuid : "";
    ret_alarm->remedy = known ? known->remedy : "";
    ret_alarm->resource = ctl_text(entry, "resource");
    ret_alarm->text = ctl_text(entry, "alarm-text");
    ret_alarm->since = first_of(entry, "last-raised", "time-created");
    return 0;
}

static const struct lyd_node *first_entry(const struct lyd_node *data)
{
    return ctl_child(ctl_child(ctl_child(data, "alarms"), "alarm-list"), "alarm");
}

static void print_resource(const char *resource, FILE *out)
{
    char *plain = ctl_path_plain(resource);

    fprintf(out, "           at      %s\n", plain);
    free(plain);
}

unsigned ctl_alarms_text(const struct lyd_node *data, FILE *out)
{
    const struct lyd_node *entry = first_entry(data);
    struct alarm alarm;
    unsigned count = 0;

    for (; entry; entry = ctl_next(entry)) {
        if (read_alarm(entry, &alarm) < 0)
            continue;
        count++;
        fprintf(out, "  %-8s %s %s, since %s\n", alarm.severity, alarm.id, alarm.title,
            *alarm.since ? alarm.since : "an unknown time");
        if (*alarm.resource)
            print_resource(alarm.resource, out);
        if (*alarm.text)
            fprintf(out, "           detail  %s\n", alarm.text);
        if (*alarm.remedy)
            fprintf(out, "           remedy  %s\n", alarm.remedy);
    }
    return count;
}

void ctl_alarms_json(const struct lyd_node *data, struct ctl_json *json)
{
    const struct lyd_node *entry = first_entry(data);
    struct alarm alarm;

    for (; entry; entry = ctl_next(entry)) {
        if (read_alarm(entry, &alarm) < 0)
            continue;
        ctl_json_open(json, NULL, '{');
        ctl_json_number(json, "id", alarm.id);
        ctl_json_text(json, "type", alarm.type);
        ctl_json_text(json, "title", alarm.title);
        ctl_json_text(json, "severity", alarm.severity);
        ctl_json_text(json, "uuid", alarm.uuid);
        ctl_json_text(json, "resource", alarm.resource);
        ctl_json_text(json, "text", alarm.text);
        ctl_json_text(json, "since", alarm.since);
        ctl_json_text(json, "remedy", alarm.remedy);
        ctl_json_close(json, '}');
    }
}
