"""A program at a pseudo terminal, and what the commands say to a person there."""

import os
import pty
import re
import select
import signal
import termios

from porchlight_ci import now

from .shell import expect


class Screen:
    """A program at a pseudo terminal, and what it has shown."""

    def __init__(self, words, env):
        self.pid, self.side = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, env)
        self.shown = ""

    def wait(self, pattern, seconds=15):
        """What is shown up to the pattern, which then counts as read."""
        end = now() + seconds
        while True:
            found = re.search(pattern, self.shown)
            if found:
                before, self.shown = self.shown[:found.end()], self.shown[found.end():]
                return before
            ready, _, _ = select.select([self.side], [], [], max(0, end - now()))
            try:
                data = os.read(self.side, 65536) if ready else b""
            except OSError:
                data = b""
            if not data:
                return None
            self.shown += data.decode(errors="replace")

    def type(self, text):
        os.write(self.side, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.side)[3] & termios.ECHO)

    def end(self):
        os.close(self.side)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def at_a_terminal(binary, folder):
    """Nobody on the list is said to a person, who sees nothing otherwise."""
    for command, words in (("who", "nobody is on your list"), ("invites", "nobody asks to see you")):
        screen = Screen([binary, command, "--as", "zoe"], {**os.environ, "XDG_DATA_HOME": str(folder), "HOME": str(folder)})
        expect(screen.wait(words) is not None, f"{command} with nobody says nothing at a terminal")
        screen.end()
