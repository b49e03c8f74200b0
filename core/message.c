// SPDX-License-Identifier: Apache-2.0
#include "sextant/message.h"

#include "sextant/memory.h"
#include "sextant/status.h"

#include <openssl/crypto.h>

#include <stdlib.h>

struct sx_message *sx_message_new(enum sx_message_type type)
{
    struct sx_message *message = sx_alloc(sizeof *message);

    message->type = type;
    switch (type) {
    case SX_MESSAGE_HELLO:
        message->hello = sx_alloc(sizeof *message->hello);
        break;
    case SX_MESSAGE_REVISION:
        message->revision = sx_alloc(sizeof *message->revision);
        break;
    case SX_MESSAGE_POSITION:
    case SX_MESSAGE_SNAPSHOT_BEGIN:
    case SX_MESSAGE_SYNC:
        message->history = sx_alloc(sizeof *message->history);
        break;
    case SX_MESSAGE_FACTS:
        message->facts = sx_alloc(sizeof *message->facts);
        break;
    case SX_MESSAGE_ROLLING:
        message->rolling = sx_alloc(sizeof *message->rolling);
        break;
    case SX_MESSAGE_REFUSAL:
    case SX_MESSAGE_SNAPSHOT_PIECE:
    case SX_MESSAGE_SNAPSHOT_END:
    case SX_MESSAGE_SNAPSHOT_NEXT:
    case SX_MESSAGE_COPIED:
    case SX_MESSAGE_SYSTEM_KEY:
    case SX_MESSAGE_COMPARE:
    case SX_MESSAGE_RESTART:
        break;
    }
    return message;
}

void sx_message_free(struct sx_message *message)
{
    if (!message)
        return;
    switch (message->type) {
    case SX_MESSAGE_HELLO:
        free(message->hello);
        break;
    case SX_MESSAGE_REVISION:
        if (message->revision)
            sx_revision_clear(message->revision);
        free(message->revision);
        break;
    case SX_MESSAGE_POSITION:
    case SX_MESSAGE_SNAPSHOT_BEGIN:
    case SX_MESSAGE_SYNC:
        free(message->history);
        break;
    case SX_MESSAGE_SNAPSHOT_PIECE:
        sx_fragment_list_clear(&message->fragments);
        break;
    case SX_MESSAGE_COPIED:
        sx_change_list_clear(&message->changes);
        break;
    case SX_MESSAGE_FACTS:
        free(message->facts);
        break;
    case SX_MESSAGE_ROLLING:
        free(message->rolling);
        break;
    case SX_MESSAGE_SYSTEM_KEY:
        OPENSSL_cleanse(message->system_key, sizeof message->system_key);
        break;
    case SX_MESSAGE_REFUSAL:
    case SX_MESSAGE_SNAPSHOT_END:
    case SX_MESSAGE_SNAPSHOT_NEXT:
    case SX_MESSAGE_COMPARE:
    case SX_MESSAGE_RESTART:
        break;
    }
    free(message);
}
