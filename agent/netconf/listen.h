// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sextant/error.h"

#include <stdint.h>

/** Connections that the kernel keeps until they are accepted. */
#define AG_LISTEN_BACKLOG 1024

/** A listening TCP socket, non-blocking and close-on-exec, on an IP literal. *ret_fd is the
 * caller's. */
int ag_listen_tcp(const char *address, uint16_t port, int *ret_fd, struct sx_error *err);

/**
 * A listening UNIX stream socket, non-blocking and close-on-exec, that anybody may connect to:
 * whoever listens looks at the credentials. A socket that a dead process left at `path` is
 * replaced; one that answers, or a file that is no socket, is an error. *ret_fd is the caller's.
 */
int ag_listen_unix(const char *path, int *ret_fd, struct sx_error *err);
