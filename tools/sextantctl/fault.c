// SPDX-License-Identifier: Apache-2.0
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

int ctl_fail(struct ctl_fault *fault, enum ctl_exit status, const char *format, ...)
{
    va_list arguments;

    fault->status = status;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return -1;
}
