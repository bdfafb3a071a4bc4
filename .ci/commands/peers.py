"""`porchlight doctor peers`, and options of federation that are refused."""

import json
import socket
import subprocess
import threading

from .shell import expect, serve

PEERS = """\
blue.test: silent, last heard 82 s ago
  we watch    @bea:blue.test  for @ann:red.test
  waiting     2
  failed      5 times in 71 s (connection refused[31m), again in 17 s
  sent        1 change, 4 retries
far.test: heard 3 s ago
  they watch  @ann:red.test, @rob:red.test
  next word   in 51 s if nothing is heard, in 57 min in any case
  sent        1 subscription
  speaks      standard Matrix only: it is told of changes, and cannot be asked
"""


def answer(listener, body):
    """Answers one request with a report."""
    way, _ = listener.accept()
    with way:
        way.recv(65536)
        way.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def peers(binary, folder):
    def doctor(path, status, words):
        done = subprocess.run([binary, "doctor", "peers", "--unix", path], capture_output=True, text=True, timeout=30)
        expect(done.returncode == status and words in done.stderr and done.stderr.count("\n") == 1,
               f"`doctor peers --unix {path}` ended with {done.returncode}: {done.stderr}")
        expect(done.stdout == "", f"`doctor peers` printed {done.stdout}")

    doctor(f"{folder}/porch.sock", 0, "none watches it")
    doctor(f"{folder}/none.sock", 4, "Nothing listens")
    doctor(binary, 2, "is no socket")
    doctor("/" + "x" * 200, 2, "107 bytes")
    report = {"peers": [
        {"server_name": "blue.test", "watched_by_us": {"@bea:blue.test": ["@ann:red.test"]}, "watched_by_them": [],
         "our_epoch": 1, "backlog": 2, "failures": 5, "retry_in_ms": 17500, "silent": True, "heard_ago_ms": 82000,
         "last_error": "connection refused\x1b[31m", "failing_for_ms": 71000, "sent": {"retry": 4, "push": 1}},
        {"server_name": "far.test", "watched_by_us": {}, "watched_by_them": ["@ann:red.test", "@rob:red.test"],
         "our_epoch": 1, "backlog": 0, "failures": 0, "silent": False, "heard_ago_ms": 3000, "sent": {"subscribe": 1},
         "short_timer_in_ms": 51000, "long_timer_in_ms": 3434000, "speaks_additions": False}]}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/fake.sock")
        listener.listen()
        threading.Thread(target=answer, args=(listener, json.dumps(report).encode()), daemon=True).start()
        done = subprocess.run([binary, "doctor", "peers", "--unix", f"{folder}/fake.sock"], capture_output=True,
                              text=True, timeout=30)
        expect(done.stdout == PEERS and done.stderr == "", f"doctor peers printed:\n{done.stdout}{done.stderr}")
    for words in (("--peer", "x"), ("--batch-window", "5s"), ("--no-federation", "--peer", "y.example=http://y")):
        error = subprocess.run([binary, "serve", "--server-name", "x.example", "--unix", f"{folder}/x.sock", *words],
                               capture_output=True, text=True, timeout=30)
        expect(error.returncode == 2 and error.stderr.startswith("porchlight: --"), f"{words}: {error.stderr}")
    server = serve(binary, "Alone.Example", "--unix", f"{folder}/alone.sock", "--no-federation")
    expect("for alone.example" in server.said, "names of servers have no capitals")
    doctor(f"{folder}/alone.sock", 0, "meets no others")
    server.end()
