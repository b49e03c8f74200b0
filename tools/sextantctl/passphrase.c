// SPDX-License-Identifier: Apache-2.0
#include "passphrase.h"

#include "sextant/archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

/* The first line of a file without its end, or NULL. */
static char *read_line(FILE *in)
{
    char *line = NULL;
    size_t size = 0;

    if (getline(&line, &size, in) < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static int check(const char *passphrase, struct ctl_fault *fault)
{
    size_t length = strlen(passphrase);

    if (length < SX_PASSPHRASE_MIN || length > SX_PASSPHRASE_MAX)
        return ctl_fail(fault, CTL_EXIT_USAGE,
            "the passphrase has %zu characters; %d to %d are "
            "needed",
            length, SX_PASSPHRASE_MIN, SX_PASSPHRASE_MAX);
    for (; *passphrase; passphrase++)
        if (*passphrase < ' ' || *passphrase > '~')
            return ctl_fail(
                fault, CTL_EXIT_USAGE, "the passphrase must be printable ASCII characters");
    return 0;
}

static int read_file(const char *file, char **ret_passphrase, struct ctl_fault *fault)
{
    FILE *in = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");

    if (!in)
        return ctl_fail(fault, CTL_EXIT_USAGE, "%s: %s", file, strerror(errno));
    *ret_passphrase = read_line(in);
    if (in != stdin)
        fclose(in);
    if (!*ret_passphrase)
        return ctl_fail(fault, CTL_EXIT_USAGE, "%s holds no passphrase", file);
    return 0;
}

/* One question on the terminal, with nothing shown of the answer. */
static char *ask_once(FILE *terminal, const char *question)
{
    struct termios shown, hidden;
    char *answer;

    if (tcgetattr(fileno(terminal), &shown) < 0)
        return NULL;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(question, terminal);
    fflush(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
    answer = read_line(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
    fputc('\n', terminal);
    fflush(terminal);
    return answer;
}

static int ask(bool is_new, char **ret_passphrase, struct ctl_fault *fault)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    char *first, *second = NULL;
    int result = 0;

    if (!terminal)
        return ctl_fail(fault, CTL_EXIT_USAGE,
            "there is no terminal to ask for the passphrase; --passphrase-file names a file with "
            "it");
    first = ask_once(terminal, "Passphrase of the backup: ");
    if (first && is_new)
        second = ask_once(terminal, "The same again: ");
    if (!first || (is_new && !second))
        result = ctl_fail(fault, CTL_EXIT_USAGE, "no passphrase was given");
    else if (second && strcmp(first, second) != 0)
        result = ctl_fail(fault, CTL_EXIT_USAGE, "the two passphrases differ");
    if (result == 0) {
        *ret_passphrase = first;
        first = NULL;
    }
    ctl_passphrase_free(first);
    ctl_passphrase_free(second);
    fclose(terminal);
    return result;
}

int ctl_passphrase_ask(
    const char *file, bool is_new, char **ret_passphrase, struct ctl_fault *fault)
{
    char *passphrase = NULL;

    if ((file ? read_file(file, &passphrase, fault) : ask(is_new, &passphrase, fault)) < 0)
        return -1;
    if (check(passphrase, fault) < 0) {
        ctl_passphrase_free(passphrase);
        return -1;
    }
    *ret_passphrase = passphrase;
    return 0;
}

void ctl_passphrase_free(char *passphrase)
{
    if (passphrase)
        explicit_bzero(passphrase, strlen(passphrase));
    free(passphrase);
}
