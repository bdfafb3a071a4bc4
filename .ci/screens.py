"""A person at a terminal: keys typed into the real program in tmux, and what the screen shows then."""

import os
import re
import subprocess
import time

PATIENCE = 20.0
failures = []


class Screen:
    """A tmux server of its own with a shell in it, which runs one command."""

    count = 0

    def __init__(self, command, columns=80, rows=24):
        Screen.count += 1
        self.socket = "porchlight-%d-%d" % (os.getpid(), Screen.count)
        self.tmux("new-session", "-d", "-s", "demo", "-x", str(columns), "-y", str(rows),
                  "env LC_ALL=C.UTF-8 PS1='$ ' sh")
        # What is typed before the shell prompts stands without a prompt, and the prompt below it, where it would be
        # taken for the one that comes back when the program ends.
        self.wait("the shell prompts", lambda picture: picture.startswith("$"))
        self.keys(command, "Enter")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null"] + list(arguments), check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "demo", *keys)

    def escape(self):
        """The key alone: with another one within 180 ms it would be Alt and that key."""
        self.keys("Escape")
        time.sleep(0.3)

    def bytes(self, bytes):
        """Bytes as a terminal sends them, in one piece."""
        self.keys("-H", *("%02x" % byte for byte in bytes))

    def text(self, text):
        self.tmux("send-keys", "-t", "demo", "-l", text)

    def look(self):
        return self.tmux("capture-pane", "-p", "-t", "demo")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", "demo", "-x", str(columns), "-y", str(rows))

    def end(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], stderr=subprocess.DEVNULL)

    def ends(self, claim, statuses):
        """The program is gone, the shell has the terminal back, and the exit status is one of these."""
        # Older prompts may stand further up.
        if not self.shows(claim + ": the shell is back", r"(?:\A|\n)\$\s*\Z"):
            return
        self.keys("echo ended with $?", "Enter")
        self.shows(claim, r"(?m)^(\$ )?ended with (%s)$" % statuses)

    def wait(self, claim, test, patience=PATIENCE):
        """Waits until `test` holds for the screen; returns whether it did."""
        until = time.monotonic() + patience
        picture = ""
        while time.monotonic() < until:
            picture = self.look()
            if test(picture):
                print("ok    " + claim, flush=True)
                return True
            time.sleep(0.05)
        print("bad   %s\n%s" % (claim, picture), flush=True)
        failures.append(claim)
        return False

    def shows(self, claim, pattern, patience=PATIENCE):
        return self.wait(claim, lambda picture: re.search(pattern, picture), patience)

    def lacks(self, claim, pattern):
        return self.wait(claim, lambda picture: not re.search(pattern, picture))

    def title(self, claim, pattern):
        return self.wait(claim, lambda picture: re.search(pattern, picture.split("\n")[0]))
