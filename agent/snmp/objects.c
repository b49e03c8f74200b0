// SPDX-License-Identifier: Apache-2.0
#include "snmp/objects.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <string.h>
#include <time.h>

static size_t scalar_count(const struct ag_snmp_view *view)
{
    (void)view;
    return 1;
}

static uint32_t scalar_index(const struct ag_snmp_view *view, size_t row)
{
    (void)view;
    (void)row;
    return 0;
}

const struct ag_snmp_rows ag_snmp_scalar = {scalar_count, scalar_index};

void ag_snmp_value_number(struct ag_snmp_value *value, uint64_t number)
{
    value->number = (long)number;
    value->length = sizeof(value->number);
}

void ag_snmp_value_text(struct ag_snmp_value *value, const char *text)
{
    size_t length = strnlen(text, sizeof(value->text));
    memcpy(value->text, text, length);
    value->length = length;
}

void ag_snmp_value_counter64(struct ag_snmp_value *value, uint64_t number)
{
    value->counter.high = (u_long)(number >> 32);
    value->counter.low = (u_long)(number & 0xffffffffu);
    value->length = sizeof(value->counter);
}

void ag_snmp_value_oid(struct ag_snmp_value *value, const oid *name, size_t length)
{
    memcpy(value->name, name, length * sizeof(*name));
    value->length = length * sizeof(*name);
}

void ag_snmp_value_time(struct ag_snmp_value *value, int64_t time_ms)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    if (time_ms <= 0 || !gmtime_r(&seconds, &tm)) {
        memset(value->text, 0, 8);
        value->length = 8;
        return;
    }
    int year = tm.tm_year + 1900;
    const char octets[] = {(char)(year >> 8), (char)year, (char)(tm.tm_mon + 1), (char)tm.tm_mday,
        (char)tm.tm_hour, (char)tm.tm_min, (char)tm.tm_sec, (char)(time_ms % 1000 / 100), '+', 0,
        0};
    memcpy(value->text, octets, sizeof(octets));
    value->length = sizeof(octets);
}

/* The object's name without the index; returns its length. */
static size_t object_name(const struct ag_snmp_group *group, const struct ag_snmp_object *object,
    oid name[AG_SNMP_OID_MAX])
{
    memcpy(name, group->root, group->root_length * sizeof(oid));
    memcpy(name + group->root_length, object->arc, object->arc_length * sizeof(oid));
    return group->root_length + object->arc_length;
}

static bool starts_with(const oid *name, size_t length, const oid *start, size_t start_length)
{
    return length >= start_length && memcmp(name, start, start_length * sizeof(oid)) == 0;
}

/* The row with the smallest index that is at least `least`. */
static bool first_row(const struct ag_snmp_rows *rows, const struct ag_snmp_view *view, oid least,
    size_t *ret_row, uint32_t *ret_index)
{
    bool found = false;
    uint32_t best = 0;
    size_t count = rows->count(view);
    for (size_t row = 0; row < count; row++) {
        uint32_t index = rows->index(view, row);
        if (index >= least && (!found || index < best)) {
            found = true;
            best = index;
            *ret_row = row;
        }
    }
    *ret_index = best;
    return found;
}

int ag_snmp_objects_get(const struct ag_snmp_registration *registration, const oid *name,
    size_t length, const struct ag_snmp_object **ret_object, struct ag_snmp_value *ret_value)
{
    const struct ag_snmp_group *group = registration->group;
    const struct ag_snmp_view *view = registration->view;
    for (size_t i = 0; i < group->count; i++) {
        const struct ag_snmp_object *object = &group->objects[i];
        oid prefix[AG_SNMP_OID_MAX];
        size_t prefix_length = object_name(group, object, prefix);
        if (!starts_with(name, length, prefix, prefix_length))
            continue;
        size_t row = 0;
        uint32_t index = 0;
        if (length != prefix_length + 1 ||
            !first_row(object->rows, view, name[prefix_length], &row, &index) ||
            index != name[prefix_length] || !object->get(view, row, object->argument, ret_value))
            return SNMP_NOSUCHINSTANCE;
        *ret_object = object;
        return SNMP_ERR_NOERROR;
    }
    return SNMP_NOSUCHOBJECT;
}

bool ag_snmp_objects_next(const struct ag_snmp_registration *registration, const oid *name,
    size_t length, oid *ret_name, size_t *ret_length, const struct ag_snmp_object **ret_object,
    struct ag_snmp_value *ret_value)
{
    const struct ag_snmp_group *group = registration->group;
    const struct ag_snmp_view *view = registration->view;
    for (size_t i = 0; i < group->count; i++) {
        const struct ag_snmp_object *object = &group->objects[i];
        oid prefix[AG_SNMP_OID_MAX];
        size_t prefix_length = object_name(group, object, prefix);
        oid least = 0;
        if (length > prefix_length && starts_with(name, length, prefix, prefix_length))
            least = name[prefix_length] + 1;
        else if (snmp_oid_compare(name, length, prefix, prefix_length) > 0)
            continue;
        size_t row = 0;
        uint32_t index = 0;
        for (; first_row(object->rows, view, least, &row, &index); least = (oid)index + 1) {
            if (!object->get(view, row, object->argument, ret_value))
                continue;
            memcpy(ret_name, prefix, prefix_length * sizeof(oid));
            ret_name[prefix_length] = index;
            *ret_length = prefix_length + 1;
            *ret_object = object;
            return true;
        }
    }
    return false;
}

static void answer_get(const struct ag_snmp_registration *registration,
    netsnmp_agent_request_info *info, netsnmp_request_info *request)
{
    netsnmp_variable_list *variable = request->requestvb;
    const struct ag_snmp_object *object = NULL;
    struct ag_snmp_value value;
    int result =
        ag_snmp_objects_get(registration, variable->name, variable->name_length, &object, &value);
    if (result != SNMP_ERR_NOERROR)
        netsnmp_set_request_error(info, request, result);
    else
        snmp_set_var_typed_value(variable, object->type, value.text, value.length);
}

static void answer_next(
    const struct ag_snmp_registration *registration, netsnmp_request_info *request)
{
    netsnmp_variable_list *variable = request->requestvb;
    const struct ag_snmp_object *object = NULL;
    struct ag_snmp_value value;
    oid name[AG_SNMP_OID_MAX];
    size_t length = 0;
    /* Nothing is set when there is no next one: Net-SNMP then asks the following registration. */
    if (!ag_snmp_objects_next(
            registration, variable->name, variable->name_length, name, &length, &object, &value))
        return;
    snmp_set_var_objid(variable, name, length);
    snmp_set_var_typed_value(variable, object->type, value.text, value.length);
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registered,
    netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
    (void)registered;
    const struct ag_snmp_registration *registration = handler->myvoid;
    for (netsnmp_request_info *request = requests; request; request = request->next) {
        if (request->processed)
            continue;
        if (info->mode == MODE_GET)
            answer_get(registration, info, request);
        else if (info->mode == MODE_GETNEXT)
            answer_next(registration, request);
        else
            netsnmp_set_request_error(info, request, SNMP_ERR_NOTWRITABLE);
    }
    return SNMP_ERR_NOERROR;
}

int ag_snmp_objects_register(struct ag_snmp_registration *registration, struct sx_error *err)
{
    const struct ag_snmp_group *group = registration->group;
    netsnmp_handler_registration *registered = netsnmp_create_handler_registration(
        group->name, handle, group->root, group->root_length, HANDLER_CAN_RONLY);
    if (registered)
        registered->handler->myvoid = registration;
    if (!registered || netsnmp_register_handler(registered) != MIB_REGISTERED_OK)
        return sx_error_set(
            err, SX_E_INTERNAL, "Net-SNMP did not take the objects of %s", group->name);
    return 0;
}
