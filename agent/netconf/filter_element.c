// SPDX-License-Identifier: Apache-2.0
#include "netconf/filter_element.h"

#include "netconf/request.h"

#include <libyang/libyang.h>
#include <string.h>

int ag_element_filter_read(const struct ly_ctx *context, const struct lyd_node_opaq *element,
    struct ag_element_filter *ret_filter, struct ag_error_info *info, struct sx_error *err)
{
    const char *type = ag_request_attribute(element, "type");

    for (const struct lyd_attr *at = element->attr; at && !type; at = at->next)
        if (strcmp(at->name.name, "type") == 0 && at->name.module_ns &&
            strcmp(at->name.module_ns, AG_BASE_NS) == 0)
            type = at->value;
    if (!type || strcmp(type, "subtree") == 0)
        return ag_filter_new(context, element, &ret_filter->subtree, err);
    if (strcmp(type, "xpath") == 0) {
        info->element = "filter";
        info->attribute = "select";
        return ag_xpath_new(context, element, &ret_filter->xpath, err);
    }
    info->element = "filter";
    info->attribute = "type";
    return sx_error_set(err, SX_E_BAD_ATTRIBUTE,
        "a filter of type \"%.64s\" is not known; \"subtree\" and \"xpath\" are", type);
}

void ag_element_filter_clear(struct ag_element_filter *filter)
{
    ag_filter_free(filter->subtree);
    ag_xpath_free(filter->xpath);
    *filter = (struct ag_element_filter){0};
}
