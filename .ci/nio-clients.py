#!/usr/bin/env python3
"""Clients written by others: matrix-nio against our server.

usage: nio-clients.py BINARY     (with matrix-nio from PyPI importable)

Two clients see each other go online, unavailable, change the text and go offline; a third without a relation sees
nothing at all.
"""

import asyncio
import os
import sys
import tempfile

from nio import (
    AsyncClient, LoginResponse, PresenceGetError, PresenceGetResponse, PresenceSetResponse, RegisterResponse,
    SyncResponse,
)

from porchlight_ci import UNSTABLE, Claims, Server

PASSWORD = "correct horse"
claims = Claims("matrix-nio", shown=False, fatal=True)
check = claims.expect


async def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            binary, "--listen", "127.0.0.1:0", "--database", os.path.join(folder, "db"), "--registration", "open",
            "--password-cost", "10", name="porch.example").listening()
        try:
            await watch_each_other(server)
            check(server.end() == 0, "SIGTERM ends the server with 0")
        finally:
            Server.end_all()
    claims.end()


async def watch_each_other(server):
    base = server.base
    ann, bob, eve = [await newcomer(base, name) for name in ("ann", "bob", "eve")]
    try:
        change_list(server, ann, {"invite": [bob.user_id]})
        change_list(server, bob, {"accept": [ann.user_id]})
        # Who has accepted another is accepted in turn without being asked.
        change_list(server, bob, {"invite": [ann.user_id]})
        for client in (ann, bob, eve):
            answer = await client.sync(timeout=0, full_state=True)
            check(isinstance(answer, SyncResponse), f"first sync of {client.user_id}: {answer}")
        await sees(ann, bob, "bob arrives", lambda event: event.presence == "online")

        async def says(state, text):
            answer = await bob.set_presence(state, text)
            check(isinstance(answer, PresenceSetResponse), f"set_presence: {answer}")

        await says("online", "on the porch")
        await sees(ann, bob, "a text", lambda e: e.status_msg == "on the porch" and e.presence == "online")
        await says("unavailable", "on the porch")
        await sees(ann, bob, "bob goes away", lambda e: e.presence == "unavailable")
        await says("unavailable", "making tea")
        await sees(ann, bob, "another text", lambda e: e.status_msg == "making tea")
        answer = await ann.get_presence(bob.user_id)
        check(isinstance(answer, PresenceGetResponse) and answer.presence == "unavailable", f"GET status: {answer}")
        await says("offline", "")
        await sees(ann, bob, "bob is gone", lambda e: e.presence == "offline")
        await says("online", "back")
        await sees(ann, bob, "bob is back", lambda e: e.presence == "online" and e.status_msg == "back")

        answer = await eve.sync(timeout=1500)
        told = [event.user_id for event in answer.presence_events if event.user_id != eve.user_id]
        check(not told, f"a stranger is told of nobody: {told}")
        check(isinstance(await eve.get_presence(bob.user_id), PresenceGetError), "a stranger may not GET bob's status")
        missing = await eve.get_presence("@nobody:porch.example")
        present = await eve.get_presence(bob.user_id)
        check((missing.status_code, missing.message) == (present.status_code, present.message),
              f"bob and a user who does not exist look alike to a stranger: {missing} / {present}")

        again = AsyncClient(base, ann.user_id)
        answer = await again.login(PASSWORD, device_name="second")
        check(isinstance(answer, LoginResponse) and answer.device_id != ann.device_id, f"login: {answer}")
        devices = [device.id for device in (await again.devices()).devices]
        check(sorted(devices) == sorted([ann.device_id, again.device_id]), f"devices: {devices}")
        await again.logout()
        await again.close()
        wrong = AsyncClient(base, ann.user_id)
        answer = await wrong.login("wrong")
        check(not isinstance(answer, LoginResponse) and answer.status_code == "M_FORBIDDEN", f"wrong password: {answer}")
        await wrong.close()
    finally:
        for client in (ann, bob, eve):
            await client.close()


async def newcomer(base, name):
    client = AsyncClient(base, name)
    answer = await client.register(name, PASSWORD)
    check(isinstance(answer, RegisterResponse), f"register {name}: {answer}")
    return client


async def sees(watcher, watched, what, holds):
    """Syncs until an event about the watched person is as wanted, with both clients polling."""
    for _ in range(8):
        answer, _ = await asyncio.gather(watcher.sync(timeout=2000), watched.sync(timeout=0, set_presence="online"))
        check(isinstance(answer, SyncResponse), f"sync of {watcher.user_id}: {answer}")
        if any(holds(event) for event in answer.presence_events if event.user_id == watched.user_id):
            return
    check(False, f"{watcher.user_id} sees: {what}")


def change_list(server, client, change):
    """nio knows no presence lists: they are gone from the specification since 2019."""
    connection = server.connect()
    answer = connection.ask("POST", UNSTABLE + "/presence/list", client.access_token, change)
    connection.close()
    check(answer == (200, {"failed": {}}), f"the list change {change}: {answer}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
