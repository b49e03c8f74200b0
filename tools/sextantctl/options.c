// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "diff.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SOCKET SEXTANT_STATE_DIR "/sextantd.sock"

static const char help[] =
    "usage: sextantctl [--socket PATH] COMMAND\n"
    "\n"
    "  status [--json]             the cluster, its peers, warnings and alarms\n"
    "  alarms [--json]             the alarms that are up, and what to do about them\n"
    "  get [--json] PATH           configuration and state\n"
    "  set PATH VALUE [...]        change configuration, all of it or nothing; with --wait all or\n"
    "                              majority, until these peers have it too\n"
    "  delete PATH [...]           delete configuration\n"
    "  history [-n N] [--json]     the last revisions of the replicated configuration\n"
    "  diff [--json] [REV [REV]]   what a revision changed, or what lies between two\n"
    "  rollback [--yes] REV        give the configuration the content of a revision again\n"
    "  restart                     restart sextantd and wait until it is back\n"
    "  rolling-restart             restart all peers, one after the other, beginning here;\n"
    "    [resume|abandon]          go on after a stop, or forget the rest\n"
    "  force-config-update         take over the primary's configuration\n"
    "  preview-config-update       what force-config-update would change\n"
    "  suggest-mappings [apply]    address mappings from what peers say of themselves\n"
    "  force-system-key-update     encrypt all secrets with a new key\n"
    "  check-secrets               list secrets that cannot be decrypted\n"
    "  backup [FILE]               write all configuration, encrypted, to a file\n"
    "  verify-backup FILE          check a backup and show what it holds, without sextantd\n"
    "  restore FILE                replace all configuration with that of a backup\n"
    "  set-aside                   stored configuration that does not fit and is not in force\n"
    "  discard-set-aside [PATH]    forget it\n"
    "  purge-database              move the database aside, without sextantd: the last resort\n"
    "\n"
    "  --socket PATH               sextantd's socket; else $SEXTANT_SOCKET, else\n"
    "                              " DEFAULT_SOCKET "\n"
    "  --version, --help\n"
    "\n"
    "PATH is as in /sextant-call-control:call-control/phone-book/entry[name='x']/number\n"
    "Exit status: 0 done, 1 refused or nothing there, 2 wrong usage, 3 sextantd not reached.\n";

/* The option that getopt_long() has just refused. */
static int bad_option(char **argv, struct ctl_fault *fault)
{
    return ctl_fail(fault, CTL_EXIT_USAGE, "%s: no such option, or its value is missing or extra",
        argv[optind - 1]);
}

static int parse_global(int argc, char **argv, struct ctl_options *options, struct ctl_fault *fault)
{
    static const struct option known[] = {
        {"socket", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    int option;

    optind = 0; /* as GNU has it: begin anew */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+h", known, NULL)) != -1) {
        if (option == 's')
            options->socket = optarg;
        else if (option == 'h')
            options->text = help;
        else if (option == 'v')
            options->text = "sextantctl " SEXTANT_VERSION "\n";
        else
            return bad_option(argv, fault);
    }
    return 0;
}

static int parse_lines(const char *text, unsigned *ret_lines, struct ctl_fault *fault)
{
    char *end;
    unsigned long lines = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || lines < 1 || lines > CTL_HISTORY_MAX)
        return ctl_fail(
            fault, CTL_EXIT_USAGE, "-n: %s is not a number from 1 to %d", text, CTL_HISTORY_MAX);
    *ret_lines = (unsigned)lines;
    return 0;
}

static int parse_command(
    int argc, char **argv, struct ctl_options *options, struct ctl_fault *fault)
{
    static const struct option known[] = {
        {"json", no_argument, NULL, 'j'},
        {"yes", no_argument, NULL, 'y'},
        {"passphrase-file", required_argument, NULL, 'p'},
        {"state", required_argument, NULL, 's'},
        {"wait", required_argument, NULL, 'w'},
        {NULL, 0, NULL, 0},
    };
    const struct ctl_command *command = options->command;
    int option, index;

    optind = 0;
    while (index = -1, (option = getopt_long(argc, argv, "+n:", known, &index)) != -1) {
        if (option == '?')
            return bad_option(argv, fault);
        if (!ctl_command_takes(command, option))
            return ctl_fail(fault, CTL_EXIT_USAGE, "%s has no option %s%s", command->name,
                index < 0 ? "-n" : "--", index < 0 ? "" : known[index].name);
        if (option == 'n' && parse_lines(optarg, &options->lines, fault) < 0)
            return -1;
        if (option == 'p')
            options->passphrase_file = optarg;
        if (option == 's')
            options->state = optarg;
        if (option == 'w')
            options->wait = optarg;
        options->json = options->json || option == 'j';
        options->sure += option == 'y';
    }
    options->arguments = argv + optind;
    options->count = argc - optind;
    if (options->count < command->least || options->count > command->most)
        return ctl_fail(fault, CTL_EXIT_USAGE, "usage: sextantctl %s%s%s", command->name,
            *command->usage ? " " : "", command->usage);
    return 0;
}

int ctl_options_parse(
    int argc, char **argv, struct ctl_options *ret_options, struct ctl_fault *fault)
{
    struct ctl_options options = {.socket = getenv("SEXTANT_SOCKET"), .state = SEXTANT_STATE_DIR};
    int start;

    if (!options.socket || !*options.socket)
        options.socket = DEFAULT_SOCKET;
    if (parse_global(argc, argv, &options, fault) < 0)
        return -1;
    start = optind;
    if (!options.text && start == argc)
        return ctl_fail(fault, CTL_EXIT_USAGE, "a command is missing; --help shows them");
    if (!options.text) {
        options.command = ctl_command(argv[start]);
        if (!options.command)
            return ctl_fail(
                fault, CTL_EXIT_USAGE, "there is no command %s; --help shows them", argv[start]);
        if (parse_command(argc - start, argv + start, &options, fault) < 0)
            return -1;
    }
    *ret_options = options;
    return 0;
}
