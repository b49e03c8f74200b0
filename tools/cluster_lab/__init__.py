# SPDX-License-Identifier: Apache-2.0
"""A cluster of real daemons on loopback addresses, and real clients that talk to it.

Shared by tools/quickstart, tools/soak and the integration tests. Standard library only, apart from
`ssh`, which uses Debian's python3-ncclient and python3-paramiko.
"""

import os

# Debian keeps snmptrapd where an ordinary user's PATH does not look.
os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
