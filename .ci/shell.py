#!/usr/bin/env python3
"""The commands of a shell: what they print where, and what they end with.

usage: shell.py BINARY

Against the offline homeserver, against `serve`, and against servers that refuse. Data goes to standard output, errors
to standard error as one line, and the exit status is 0, 1 (nobody, or refused), 2 (wrong use), 3 (not logged in),
4 (no answer), 5 (too often) or 6 (no presence lists). The parts are in commands/.
"""

import os
import sys
import tempfile

from commands.encrypted import encrypted
from commands.logins import tokens
from commands.offline import offline
from commands.others import others
from commands.refusals import refusals
from commands.remote import remote
from commands.screen import at_a_terminal
from commands.shell import claims
from porchlight_ci import Server

if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    try:
        for part in (offline, remote, tokens, encrypted, at_a_terminal, refusals, others):
            with tempfile.TemporaryDirectory() as home:
                part(program, home)
    finally:
        Server.end_all()
    claims.end()
