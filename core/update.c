// SPDX-License-Identifier: Apache-2.0
#include "sextant/update.h"

#include "sextant/memory.h"

#include <openssl/crypto.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sx_update_clear(struct sx_update *update)
{
    for (size_t i = 0; i < update->count; i++) {
        struct sx_action *action = &update->actions[i];

        if (action->type == SX_ACTION_SEND)
            sx_message_free(action->message);
        else if (action->type == SX_ACTION_LOG)
            free(action->log.text);
        else if (action->type == SX_ACTION_KEY_SAVE)
            OPENSSL_cleanse(action->key, sizeof action->key);
        free(action->peer);
    }
    free(update->actions);
    sx_error_list_clear(&update->errors);
    memset(update, 0, sizeof *update);
}

struct sx_action *sx_update_add(
    struct sx_update *update, enum sx_action_type type, const char *peer)
{
    struct sx_action *action;

    update->actions =
        sx_grow(update->actions, update->count, &update->capacity, sizeof *update->actions);
    action = &update->actions[update->count++];
    memset(action, 0, sizeof *action);
    action->type = type;
    action->peer = sx_strdup(peer);
    return action;
}

void sx_update_log(struct sx_update *update, enum sx_log_level level, const char *format, ...)
{
    struct sx_action *action = sx_update_add(update, SX_ACTION_LOG, NULL);
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    action->log.level = level;
    action->log.text = sx_strdup(text);
}
