// SPDX-License-Identifier: Apache-2.0
#pragma once

/** Bytes of the system key, which secrets are encrypted with (AES-256). */
#define SX_SYSTEM_KEY_SIZE 32
