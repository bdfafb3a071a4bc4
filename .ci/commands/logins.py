"""Logins: the token file, what a server asks for beside a password, and the password that is asked for."""

import pathlib
import os
import signal
import subprocess

from .screen import Screen
from .shell import Shell, expect, serve, settled


def logins(binary, folder, base):
    path = pathlib.Path(folder) / "token-dora"
    dora = Shell(binary, folder, "--homeserver", base, "--token-file", str(path))

    def login(*words, password="mellon", status=0):
        done = subprocess.run([binary, "login", "--as", "dora", *words, *dora.server], input=password,
                              capture_output=True, text=True, timeout=30)
        line = " ".join(["login", *words])
        expect(done.returncode == status, f"`{line}` ended with {done.returncode}, not {status}: {done.stderr.strip()}")
        expect(password not in done.stdout + done.stderr or not password, f"`{line}` repeats the password")
        expect((done.stdout == "Logged in as @dora:porch.example\n") == (status == 0), f"`{line}` said {done.stdout}")

    login(status=3)
    expect(not path.exists(), "a refused login leaves nothing behind")
    login("--register")
    expect(path.stat().st_mode & 0o777 == 0o600, "the token can be read by its user alone")
    first = path.read_text()
    expect(dora.json("status")["user_id"] == "@dora:porch.example", "the token is good")
    login("--register", status=1)
    login(password="wrong", status=3)
    login(password="", status=2)
    expect(path.read_text() == first, "a refused login leaves the token alone")
    login()
    expect(path.read_text() != first, "another login replaces it")
    dora.run("logout")
    expect(not path.exists(), "logout removes it")
    login("--ca-file", str(path), status=2)
    login()
    path.chmod(0o640)
    said = subprocess.run([binary, "who", *dora.server], capture_output=True, text=True, timeout=30)
    expect(said.returncode == 3 and "chmod 600" in said.stderr, f"a token others may read: {said.stderr}")
    path.write_text("two words\n")
    login(status=1)
    expect(path.read_text() == "two words\n", "nothing but a token is ever replaced")


def tokens(binary, folder):
    """A server that wants a token says so in words that name the option."""
    server = serve(binary, "gate.example", "--listen", "127.0.0.1:0", "--registration", "token", "--registration-token",
                   "open-sesame")
    command = [binary, "login", "--register", "--as", "eve", "--homeserver", server.base, "--token-file", f"{folder}/eve"]

    def register(*words):
        return subprocess.run([*command, *words], input="mellon", capture_output=True, text=True, timeout=30)
    done = register()
    expect(done.returncode == 1 and "--registration-token" in done.stderr and done.stderr.count("\n") == 1,
           f"--register against a token server: {done.stderr}")
    done = register("--registration-token", "wrong")
    expect(done.returncode in (1, 3) and "stage" not in done.stderr, f"a wrong registration token: {done.stderr}")
    done = register("--registration-token", "open-sesame")
    expect(done.returncode == 0, f"the right registration token: {done.stderr}")
    server.end()


def suspended(binary, folder, base, shell, number):
    """The password prompt, stopped and brought back by a shell: at both questions nothing typed is shown."""
    what = f"{shell}, {number.name}"
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "PS1": "PROMPT> ", "ENV": "", "LANG": "C.UTF-8"}
    screen = Screen([shell, *(["--norc", "--noprofile"] if shell == "bash" else []), "-i"], env)
    name = f"{shell}{number.value}"
    try:
        screen.wait("PROMPT> ")
        screen.type(f"'{binary}' login --register --as {name} --homeserver {base} --token-file {folder}/{name}\n")
        for question in ("Password: ", "The same again: "):
            expect(screen.wait(question) is not None, f"{what}: no '{question}'")
            expect(settled(lambda: not screen.echoes()), f"{what}: '{question}' shows what is typed")
            if number == signal.SIGTSTP:
                screen.type("half\x1a")
            else:
                job = int(subprocess.run(["pgrep", "-f", f"login --register --as {name}"], capture_output=True).stdout.split()[0])
                os.kill(job, number)
            expect(screen.wait("PROMPT> ") is not None, f"{what}: the shell does not come back")
            # bash shows what is typed by itself. Nobody can do anything at SIGSTOP.
            if number == signal.SIGTSTP and shell == "dash":
                expect(settled(screen.echoes), f"{what}: the stopped shell shows nothing")
            screen.type("fg\n")
            expect(screen.wait(question) is not None, f"{what}: '{question}' is not put again")
            expect(settled(lambda: not screen.echoes()), f"{what}: back at '{question}', what is typed is shown")
            screen.type("mellon-secret\n")
        said = screen.wait("PROMPT> ", 30)
        expect(said is not None and f"Logged in as @{name}:" in said, f"{what}: login said {said!r}")
        expect("secret" not in (said or "") and "half" not in (said or ""), f"{what}: the password was shown: {said!r}")
        expect(shell == "bash" or settled(screen.echoes), f"{what}: the terminal is not given back")
    finally:
        screen.end()
