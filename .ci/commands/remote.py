"""The commands at a homeserver of another process, over HTTP and by its socket, until it ends."""

import json
import pathlib
import signal

from porchlight_ci import CLIENT, quoted

from .logins import logins, suspended
from .peers import peers
from .refusals import useless_token
from .shell import HOSTILE, Shell, expect, serve


def remote(binary, folder):
    server = serve(binary, "porch.example", "--listen", "127.0.0.1:0", "--registration", "open", "--auto-accept", "always",
                   "--unix", f"{folder}/porch.sock")
    base, connection = server.base, server.connect()

    def register(name):
        token = connection.register(name)[1]["access_token"]
        path = pathlib.Path(folder) / f"token-{name}"
        path.write_text(token + "\n")
        path.chmod(0o600)
        return token, Shell(binary, folder, "--homeserver", base, "--token-file", str(path))

    (_, ann), (token, bob) = register("ann"), register("bob")
    bob.run("set", "busy", "on the line")
    ann.run("invite", "bob")
    expect(ann.json("who")[0]["status_msg"] == "on the line", "who over HTTP")
    connection.ask("PUT", f"{CLIENT}/profile/{quoted('@bob:porch.example')}/displayname", token, {"displayname": HOSTILE})
    connection.close()
    expect("ownedname" in ann.run("who"), "a hostile name is shown, and harmless")
    follower = ann.follow("--initial")
    first = json.loads(follower.stdout.readline())
    expect("user_id" in first, f"follow --initial began with {first}")
    follower.stdout.close()
    expect(follower.wait(10) == 0, f"follow ended with {follower.returncode} when nobody read it any more")
    cem = Shell(binary, folder, "--unix", f"{folder}/porch.sock", "--as", "cem")
    cem.run("set", "busy", "next door")
    expect(cem.json("status")["user_id"] == "@cem:porch.example", "--unix needs no password")
    server.process.send_signal(signal.SIGHUP)
    logins(binary, folder, base)
    expect(server.process.poll() is None, "SIGHUP does not end serve")
    for shell in ("bash", "dash"):
        for number in (signal.SIGTSTP, signal.SIGSTOP):
            suspended(binary, folder, base, shell, number)
    peers(binary, folder)
    wrong = useless_token(folder)
    stranger = Shell(binary, folder, "--homeserver", base, "--token-file", str(wrong))
    stranger.run("who", status=3)
    Shell(binary, folder, "--homeserver", base, "--token-file", "/nowhere").run("who", status=3)
    Shell(binary, folder, "--homeserver", base).run("who", status=2)
    Shell(binary, folder, "--homeserver", "ftp://x", "--token-file", str(wrong)).run("who", status=2)
    expect(server.end() == 0, "SIGTERM ends serve with 0")
    Shell(binary, folder, "--homeserver", base, "--token-file", str(wrong)).run("who", status=4)
