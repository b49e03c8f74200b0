// SPDX-License-Identifier: Apache-2.0
/*
 * A flaw of libssh up to 0.10 that must be worked around. Its ssh_channel_write() cuts data into
 * packets of what the client takes, less ten bytes. A client that takes ten bytes gets empty
 * packets without end: until 256 MB of them are kept the call does not return, and the loop stands
 * still for more than a minute. The client's limit must be known before anything is written, and
 * libssh has no function that tells it. So the beginning of its channel is read here. The layout is
 * that of 0.9 and 0.10; values that are known otherwise show that it is the right one. Later
 * versions have no such flaw, and nothing is read.
 */
#include "netconf/ssh_private.h"

#include <libssh/libssh_version.h>
#include <string.h>

#if LIBSSH_VERSION_INT < SSH_VERSION_INT(0, 11, 0)

struct channel_start {
    void *session;
    uint32_t local_channel;
    uint32_t local_window;
    int local_eof;
    uint32_t local_packet;
    uint32_t remote_channel;
    uint32_t remote_window;
    int remote_eof;
    uint32_t remote_packet;
};

/** What libssh gives a channel that it has just accepted. */
#define LOCAL_WINDOW 32000
#define LOCAL_PACKET 35000

bool ag_ssh_packets_fit(ssh_channel channel)
{
    struct channel_start start;

    memcpy(&start, channel, sizeof start);
    if (start.session != ssh_channel_get_session(channel) || start.local_window != LOCAL_WINDOW ||
        start.local_packet != LOCAL_PACKET ||
        start.remote_window != ssh_channel_window_size(channel))
        return true;
    return start.remote_packet >= AG_SSH_PACKET_MIN;
}

#else

bool ag_ssh_packets_fit(ssh_channel channel)
{
    (void)channel;
    return true;
}

#endif
