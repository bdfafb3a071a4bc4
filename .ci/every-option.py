#!/usr/bin/env python3
"""Every option of every command, at its edges and beyond: no run dies of a signal, and each refusal says why.

usage: every-option.py BINARY [WORD]

Commands and options are read from the binary itself, so a new one is tried as soon as it is there. An option is
given together with what the command cannot do without; nothing here reaches another machine. With WORD only runs
that contain it.
"""

import collections
import concurrent.futures
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

BINARY = os.path.abspath(sys.argv[1])
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
# A run that still goes on then has taken its value, and is ended.
PATIENCE = 4
# Crashes on purpose.
SKIPPED = {("debug", "crash")}
# They draw: standard input and output are a terminal, with a q typed ahead.
DRAWING = {("demo",), ("roster",)}

NUMBERS = [
    "", "-", "--", "-1", "-0", "0", "1", "+5", "0x10", "007", "1.5", "1e400", "-1e400", "0.0000001", "nan", "inf", "-inf",
    "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808",
    "-9223372036854775809", "9" * 400, "\u0663", "\uff15m",
]
SPANS = ["5x", "0s", "5", "1h1h", "1m1h", "3650d", "3651d", "999999999999d", "9223372036854775807s", "9" * 30 + "s", "off"]
RANGES = ["1..0", "..", "1..", "..1", "1...2", "1..2..3", "0..18446744073709551615", "18446744073709551615"]
ADDRESSES = [
    "127.0.0.1:8556", "127.0.0.1:65535", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:", ":1", "[::1]:1", "[::1]:65536",
    "[::1", "http://127.0.0.1:1", "http://127.0.0.1:0", "http://127.0.0.1:65535", "http://127.0.0.1:65536",
    "http://127.0.0.1:99999999999999999999", "http://127.0.0.1:", "http://127.0.0.1:\u0663", "http://[::1]:65536",
    "http://[::1", "http://[]", "http://[::1]x", "https://127.0.0.1:65536/path", "https://", "http://u:secret@h",
    "http://127.0.0.1:1/%zz", "http://" + "a" * 300, "http://127.0.0.1:1/" + "a" * 3000, "ftp://h", "//h",
    "x.example=http://127.0.0.1:1", "x.example=http://127.0.0.1:65536", "x.example=", "=http://127.0.0.1:1",
]
NAMES = ["x", "X.EXAMPLE", "@ann:x.example", "@a:b:65536", "@", "a b", "\u202e", "\U0001F600" * 50, "\x1b[31m", "%00%ff",
         "a" * 300, "a" * 100_000, b"\xff\xfe\x80", "a\nb"]


def values(folder):
    unreadable = os.path.join(folder, "unreadable")
    with open(unreadable, "w") as file:
        file.write("x")
    os.chmod(unreadable, 0)
    with open(os.path.join(folder, "zeros"), "wb") as file:
        file.write(bytes(200_000))
    paths = [folder, unreadable, os.path.join(folder, "zeros"), os.path.join(folder, "none", "x"), "/", "."]
    return NUMBERS + SPANS + RANGES + ADDRESSES + NAMES + paths, NUMBERS[-10::3] + ADDRESSES[::3] + NAMES[-4:] + paths[:3]


def samples(folder):
    token = os.path.join(folder, "token")
    with open(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write("a-token\n")
    # Nothing listens there, and nobody can listen on an address that is not this machine's.
    return {
        "homeserver": "http://127.0.0.1:1", "token-file": token, "as": "ann", "server-name": "x.example",
        "listen": "192.0.2.1:8008", "database": ":memory:", "seeds": "1", "state": "online", "person": "bob", "name": "Ann",
        "tls-certificate": token, "tls-key": token, "registration": "token", "registration-token": "secret",
        "user": "@ann:x.example", "account": "@ann:x.example", "password-command": "echo secret",
        "unix": os.path.join(folder, "none.sock"), "baseline": os.path.join(folder, "none"), "rounds": "1",
    }


# Whatever their value is, a benchmark or a shell runs.
WORKING = {"baseline", "password-command"}

# What an option does nothing without, and what keeps a run short.
TOGETHER = {
    "homeserver": ["token-file"], "token-file": ["homeserver"], "ca-file": ["homeserver", "token-file"],
    "tls-certificate": ["tls-key"], "tls-key": ["tls-certificate"], "registration-token": ["registration"],
}
# With a homeserver there is no search for one.
ALWAYS = {("serve",): ["listen", "database"], ("login",): ["user", "homeserver"]}
# What the environment says, and the command that looks at it.
VARIABLES = {
    "demo": ["TERM", "LANG", "LC_ALL", "NO_COLOR", "COLUMNS", "LINES", "COLORFGBG", "TZ", "XDG_CONFIG_HOME"],
    "status": ["USER", "HOME", "XDG_DATA_HOME", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE",
               "SSL_CERT_DIR"],
}


def commands(command, path=()):
    """Every command with its options and arguments, as the binary tells of them."""
    if path and path not in SKIPPED and path[0] != "help":
        yield path, [a for a in command.get("arguments", []) if a.get("preferredName", {}).get("name") not in ("help", "version")]
    for sub in command.get("subcommands", []):
        yield from commands(sub, path + (sub["commandName"],))


def name(argument):
    return argument["preferredName"]["name"] if "preferredName" in argument else argument["valueName"]


def given(argument, value):
    """An argument as it is written."""
    if argument["kind"] == "positional":
        return [value]
    option = "--" + name(argument)
    if argument["kind"] == "flag":
        return [option] if value is None else [option + "=" + value]
    return [option.encode() + b"=" + value] if isinstance(value, bytes) else [option + "=" + value]


def runs(folder):
    """The command lines, and variables that are set for them."""
    dump = subprocess.run([BINARY, "--experimental-dump-help"], capture_output=True, check=True).stdout
    (edges, few), good = values(folder), samples(folder)
    seen = collections.Counter()
    for path, arguments in commands(json.loads(dump)["command"]):
        known = {name(a): a for a in arguments}
        needed = [n for n, a in known.items() if not a["isOptional"]] + ALWAYS.get(path, [])

        def line(argument, value):
            others = [n for n in dict.fromkeys(needed + TOGETHER.get(name(argument), [])) if n in known and n != name(argument)]
            words = [word for n in others if known[n]["kind"] != "positional" for word in given(known[n], good.get(n, "x"))]
            # Behind a -- a value that begins with a hyphen is a value.
            places = [(a, value if a is argument else good.get(n, "x"))
                      for n, a in known.items() if a["kind"] == "positional" and (a is argument or n in others)]
            if argument["kind"] != "positional":
                words += given(argument, value)
            behind = [word for a, v in places for word in given(a, v)]
            return list(path) + words + (["--"] if behind else []) + behind

        for argument in arguments:
            if path == ("roster",) and name(argument) in ("idle-after", "theme", "as"):
                prefix = ["--offline"]
            else:
                prefix = []
            # Options that commands share are one piece of code: all values once, then some, then a few.
            kind = (name(argument), argument.get("abstract"))
            tried = edges if seen[kind] == 0 else few if seen[kind] < 3 else few[seen[kind] % 4::4]
            if argument["kind"] == "flag":
                tried = [None, "", "1", "x"]
            if name(argument) in WORKING:
                tried = tried[:3]
            seen[kind] += 1
            for value in tried + argument.get("allValues", []):
                yield line(argument, value) + prefix, {}
        yield list(path) + ["--frobnicate"], {}
        yield list(path) + ["--"] + ["x"] * 1000, {}
    remote = ["--homeserver=https://porchlight.invalid", "--token-file=" + good["token-file"]]
    for command, variables in VARIABLES.items():
        for variable in variables:
            for value in few:
                yield [command] + (remote if "PROXY" in variable.upper() or "SSL" in variable else []), {variable: value}


def run(words, variables, number, folder):
    """Runs one line; says what is wrong with how it ended, or True where it went on and was ended."""
    home = os.path.join(folder, "home", str(number % 16))
    os.makedirs(home, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_DATA_HOME": home, "USER": "ann", "TERM": "xterm-256color",
           "LANG": "C.UTF-8", **variables}
    draws = tuple(words[:1]) in DRAWING
    side = pty.openpty() if draws else None
    if side:
        os.write(side[0], b"q")
    process = subprocess.Popen(
        [BINARY, *words], env=env, cwd=home, stdin=side[1] if side else subprocess.PIPE,
        stdout=side[1] if side else subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    if side:
        os.close(side[1])
    else:
        process.stdin.write(b"secret\n" if process.poll() is None else b"")
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
    went_on = False
    error = bytearray()
    end = time.monotonic() + PATIENCE
    sources = [process.stderr.fileno()] + ([side[0]] if side else [])
    while sources:
        ready, _, _ = select.select(sources, [], [], max(0, end - time.monotonic()))
        if not ready and time.monotonic() >= end:
            went_on = True
            break
        for source in ready:
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b""
            if not data:
                sources.remove(source)
            elif source == process.stderr.fileno():
                error += data
    if went_on:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    status = process.wait()
    process.stderr.close()
    if side:
        os.close(side[0])
    text = error.decode(errors="replace")
    if went_on:
        return "Fatal error" in text and text or True
    if status < 0 or status >= 128:
        return f"died of signal {-status if status < 0 else status - 128}: {text.strip()[:300]}"
    # Nobody on the list, nobody who asks, and no room is an answer and no refusal.
    if status == 1 and (words[0] in ("who", "invites") or words[1:2] == ["list"]) and not text:
        return None
    if status != 0 and "porchlight: " not in text:
        return f"ended with {status} and said {text.strip()[:300]!r}"
    if any(str(word).startswith("--homeserver=") and "secret" in word for word in words) and "secret" in text:
        return "repeats a password"
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text):
        return f"wrote control characters: {text[:300]!r}"
    return None


def main():
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        every = [(words, variables) for words, variables in runs(folder) if ONLY in " ".join(map(str, words)) or ONLY in variables]
        failures = ended = 0
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            jobs = [(words, variables, pool.submit(run, words, variables, number, folder))
                    for number, (words, variables) in enumerate(every)]
            for words, variables, job in jobs:
                problem = job.result()
                if problem is True:
                    ended += 1
                    if os.environ.get("SHOW_ENDED"):
                        print(f"ended {variables or ''} {words}")
                elif problem:
                    failures += 1
                    shown = [word if len(word) < 100 else word[:100] for word in words[:20]]
                    print(f"bad   {variables or ''} {shown}: {problem}")
        os.chmod(os.path.join(folder, "unreadable"), 0o600)
    print(f"every option: {len(every)} runs in {time.monotonic() - began:.0f} s, {ended} of them ended by us, {failures} bad")
    sys.exit(1 if failures or not every else 0)


if __name__ == "__main__":
    main()
