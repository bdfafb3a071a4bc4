#!/usr/bin/env python3
"""What a server takes from hostile clients: memory before login, and connections that say nothing.

usage: hostile_clients.py BINARY

A thousand connections send transactions of a megabyte that are never finished: without a signature, with one that does
not hold, and to a server that meets nobody. A thousand more send a head that never ends, and forty send sixteen requests
behind a parked poll each. At its highest the server may have 150 MB more than before, and a moment after they are closed
40 MB more. Then a server with 1,024 files gets 1,200 silent connections: a new one is answered, over the network within
15 s and over its Unix socket within 5 s. Takes three quarters of a minute; ends with 1 where one does not hold.
"""

import os
import resource
import selectors
import socket
import sys
import tempfile
import time
import urllib.parse

from porchlight_ci import CLIENT, Claims, Served, now, wait_until

CONNECTIONS, BODY = 1_000, 1_048_576
MOST, KEPT = 150, 40
HEAD = "PUT /_matrix/federation/v1/send/1 HTTP/1.1\r\nHost: h\r\n{}Content-Length: {}\r\n\r\n"
SIGNATURE = (
    'Authorization: X-Matrix origin="evil.test:1",destination="harbor.example",key="ed25519:1",sig="' + "A" * 86 + '"\r\n'
)
PING = b"GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"
claims = Claims("hostile clients")


def resident(process):
    """What a process has in memory, in MB."""
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def connections(port, count):
    lines = []
    for _ in range(count):
        line = socket.create_connection(("127.0.0.1", port), timeout=20)
        line.setblocking(False)
        lines.append(line)
    return lines


def transaction(header):
    """All of a transaction but its last byte."""
    return HEAD.format(header, BODY).encode() + b" " * (BODY - 1)


def flood(server, lines, data):
    """Sends what is taken of the data, and closes; the most that was resident meanwhile, and how much was taken."""
    chooser = selectors.DefaultSelector()
    sent = {line: 0 for line in lines}
    for line in lines:
        chooser.register(line, selectors.EVENT_WRITE)
    most, deadline, quiet = resident(server.process), now() + 20, now()
    while now() < deadline and now() - quiet < 1.5 and chooser.get_map():
        for key, _ in chooser.select(0.1):
            line = key.fileobj
            try:
                sent[line] += line.send(memoryview(data)[sent[line]:sent[line] + 65_536])
                quiet = now()
            except BlockingIOError:
                continue
            except OSError:
                chooser.unregister(line)
                continue
            if sent[line] >= len(data):
                chooser.unregister(line)
        most = max(most, resident(server.process))
    for line in lines:
        line.close()
    return most, sum(sent.values()) / 1_048_576


def parked(server, count):
    """Connections with a poll each that waits."""
    lines = []
    for number in range(count):
        if number % 8 == 0:
            token, since = session(server, f"user{time.monotonic_ns()}")
        query = urllib.parse.urlencode({"since": since, "timeout": 60_000, "set_presence": "offline"})
        line = connections(server.port, 1)[0]
        head = f"GET /_matrix/client/v3/sync?{query} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\r\n"
        line.sendall(head.encode())
        lines.append(line)
    return lines


def session(server, name):
    """A new account's token, and where its stream goes on from."""
    client = server.connect()
    token = client.register(name, password="correct horse")[1]["access_token"]
    since = client.ask("GET", CLIENT + "/sync?timeout=0&set_presence=offline", token)[1]["next_batch"]
    client.close()
    return token, since


def memory(binary, name, data, *options, count=CONNECTIONS, open_lines=None):
    server = Served(binary, ":memory:", "--password-cost", "1", *options).listening()
    open_lines = open_lines or (lambda server, count: connections(server.port, count))
    flood(server, open_lines(server, 20), data)  # What a server takes once and keeps is none of this.
    time.sleep(1)
    before = resident(server.process)
    most, sent = flood(server, open_lines(server, count), data)
    wait_until(lambda: resident(server.process) - before <= KEPT, 8, pause=0.2)
    after = resident(server.process)
    claims.expect(most - before <= MOST, f"{name}: {most - before:.0f} MB more while {sent:.0f} MB were sent (most {MOST})")
    claims.expect(after - before <= KEPT, f"{name}: {after - before:.0f} MB more when all are closed (most {KEPT})")
    server.kill()


def answered(line, patience):
    """How long an answer takes; nil where none comes in time."""
    began = now()
    line.settimeout(patience)
    try:
        line.sendall(PING)
        return now() - began if line.recv(65_536).startswith(b"HTTP/1.1 200") else None
    except OSError:
        return None


def places(binary, folder, count):
    path = os.path.join(folder, "s")
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    server = Served(binary, ":memory:", "--unix", path, preexec=limit).listening()
    lines = connections(server.port, count)
    local = socket.socket(socket.AF_UNIX)
    local.connect(path)
    took = answered(local, 5)
    claims.expect(took is not None, f"{count} silent connections, 1,024 files: the Unix socket answers ({took or 5:.1f} s)")
    took = answered(socket.create_connection(("127.0.0.1", server.port), timeout=5), 15)
    claims.expect(took is not None, f"{count} silent connections, 1,024 files: a new one is answered ({took or 15:.1f} s)")
    for line in lines:
        line.close()
    server.kill()


def main():
    binary = os.path.abspath(sys.argv[1])
    hard = raise_limit()
    if hard < 1_400:
        raise SystemExit(
            f"this takes 1,400 open files, and the hard limit is {hard}: raise it as root, by 'ulimit -n 4096' in the"
            " shell that starts this or by a line 'USER hard nofile 4096' in /etc/security/limits.conf")
    with tempfile.TemporaryDirectory(prefix="porchlight-hostile-") as folder:
        try:
            memory(binary, "no signature", transaction(""))
            memory(binary, "a false signature", transaction(SIGNATURE))
            memory(binary, "--no-federation", transaction(SIGNATURE), "--no-federation")
            memory(binary, "a head without end", b"GET / HTTP/1.1\r\nHost: h\r\nX: x" + b" " * 60_000)
            requests = (HEAD.format("", 60_000).encode() + b" " * 60_000) * 16
            memory(binary, "behind parked polls", requests, count=40, open_lines=parked)
            places(binary, folder, 1_200)
        finally:
            Served.end_all()
    claims.end()


if __name__ == "__main__":
    main()
