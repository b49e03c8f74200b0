// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "sextant/memory.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_fault(const struct ctl_fault *fault)
{
    fprintf(stderr, "sextantctl: %s\n", fault->message);
    return (int)fault->status;
}

int main(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_fault fault;
    struct ctl_call call = {0};
    int result;

    setlocale(LC_CTYPE, "");
    if (ctl_options_parse(argc, argv, &options, &fault) < 0)
        return print_fault(&fault);
    if (!options.command) {
        fputs(options.text, stdout);
        return CTL_EXIT_OK;
    }
    call.socket = options.socket;
    call.json = options.json;
    call.sure = options.sure;
    call.lines = options.lines;
    call.passphrase_file = options.passphrase_file;
    call.wait = options.wait;
    call.state = options.state;
    call.arguments = options.arguments;
    call.count = options.count;
    result = 0;
    if (!(ctl_command_takes(options.command, CTL_OFFLINE)))
        result = ctl_session_open(call.socket, &call.session, &fault);
    if (result == 0)
        result = options.command->run(&call, &fault);
    ctl_session_close(&call.session);
    if (result < 0)
        return print_fault(&fault);
    if (fflush(stdout) != 0) {
        perror("sextantctl: standard output");
        return CTL_EXIT_REFUSED;
    }
    return CTL_EXIT_OK;
}
