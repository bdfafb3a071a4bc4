#!/usr/bin/env python3
"""Rooms, as clients written by others use them: matrix-nio (v3), and matrix_client (r0) of 2019.

usage: room-clients.py BINARY     (with both from PyPI importable)

They log in, create, invite, join, send and receive, see who is in a room and who is there, type and read, and leave.
"""

import asyncio
import os
import sys
import tempfile

from matrix_client.client import MatrixClient
from nio import (
    AsyncClient, JoinedMembersResponse, JoinedRoomsResponse, JoinError, JoinResponse, RegisterResponse,
    RoomCreateResponse, RoomForgetResponse, RoomGetStateResponse, RoomInviteResponse, RoomLeaveResponse,
    RoomMessagesResponse, RoomPreset, RoomReadMarkersResponse, RoomRedactResponse, RoomResolveAliasResponse,
    RoomSendResponse, RoomTypingResponse, RoomVisibility, SyncResponse,
)

from porchlight_ci import Claims, Server

PASSWORD = "correct horse"
claims = Claims("rooms", shown=False, fatal=True)
check = claims.expect


def is_a(kind, answer, what):
    check(isinstance(answer, kind), f"{what}: {answer}")
    return answer


async def main(binary):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            binary, "--listen", "127.0.0.1:0", "--database", os.path.join(folder, "db"), "--registration", "open",
            "--password-cost", "10", "--no-rate-limits", name="porch.example").listening()
        try:
            await nio_rooms(server.base)
            await asyncio.to_thread(rooms_of_2019, server.base)
            check(server.end() == 0, "SIGTERM ends the server with 0")
        finally:
            Server.end_all()
    claims.end()


async def newcomer(base, name):
    client = AsyncClient(base, name)
    is_a(RegisterResponse, await client.register(name, PASSWORD), f"register {name}")
    return client


async def synced(client):
    return is_a(SyncResponse, await client.sync(timeout=3000), f"sync of {client.user_id}")


async def nio_rooms(base):
    ann, bob, eve = [await newcomer(base, name) for name in ("ann", "bob", "eve")]
    try:
        for client in (ann, bob, eve):
            is_a(SyncResponse, await client.sync(timeout=0, full_state=True), "first sync")
        made = is_a(
            RoomCreateResponse,
            await ann.room_create(
                visibility=RoomVisibility.private, preset=RoomPreset.private_chat, name="Harbour", alias="harbour",
                topic="Boats", invite=[bob.user_id]), "room_create")
        room = made.room_id
        alias = is_a(
            RoomResolveAliasResponse, await ann.room_resolve_alias("#harbour:porch.example"), "room_resolve_alias")
        check(alias.room_id == room, "the alias is that of the room")
        answer = await synced(bob)
        check(room in answer.rooms.invite, "bob is invited")
        check(bob.invited_rooms[room].name == "Harbour", "and told what the room is called")
        is_a(JoinError, await eve.join(room), "eve is not let in")
        is_a(JoinResponse, await bob.join(room), "bob joins")
        answer = await synced(bob)
        check(room in answer.rooms.join, "bob is told the room")
        check(set(bob.rooms[room].users) >= {ann.user_id, bob.user_id}, "and who is in it")
        check(any(event.user_id == ann.user_id for event in answer.presence_events), "and that ann is there")
        answer = await synced(ann)
        check(any(event.user_id == bob.user_id for event in answer.presence_events), "ann is told that bob is there")
        members = is_a(JoinedMembersResponse, await ann.joined_members(room), "joined_members")
        check({member.user_id for member in members.members} == {ann.user_id, bob.user_id}, "both are in it")
        await talk(ann, bob, eve, room)
        is_a(RoomLeaveResponse, await bob.room_leave(room), "bob leaves")
        check(room in (await synced(bob)).rooms.leave, "and is told so")
        is_a(RoomForgetResponse, await bob.room_forget(room), "and forgets the room")
        rooms = is_a(JoinedRoomsResponse, await bob.joined_rooms(), "joined_rooms")
        check(rooms.rooms == [], "and is in none")
    finally:
        for client in (ann, bob, eve):
            await client.close()


async def talk(ann, bob, eve, room):
    await synced(bob)
    sent = is_a(
        RoomSendResponse,
        await ann.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "ahoy"}, tx_id="one"), "room_send")
    again = await ann.room_send(room, "m.room.message", {"msgtype": "m.text", "body": "ahoy"}, tx_id="one")
    check(again.event_id == sent.event_id, "the same request sends once")
    timeline = (await synced(bob)).rooms.join[room].timeline.events
    check([event.body for event in timeline if hasattr(event, "body")] == ["ahoy"], f"bob reads it: {timeline}")
    is_a(RoomTypingResponse, await bob.room_typing(room, True, timeout=20000), "room_typing")
    await synced(ann)
    check(ann.rooms[room].typing_users == [bob.user_id], "ann sees that bob types")
    is_a(
        RoomReadMarkersResponse, await bob.room_read_markers(room, sent.event_id, sent.event_id), "room_read_markers")
    for _ in range(3):
        await synced(ann)
        if bob.user_id in ann.rooms[room].read_receipts:
            break
    check(ann.rooms[room].read_receipts[bob.user_id].event_id == sent.event_id, "and that he has read it")
    is_a(RoomRedactResponse, await ann.room_redact(room, sent.event_id, "a mistake"), "room_redact")
    state = is_a(RoomGetStateResponse, await bob.room_get_state(room), "room_get_state")
    check(any(event["type"] == "m.room.topic" for event in state.events), "the state has the topic")
    page = is_a(RoomMessagesResponse, await bob.room_messages(room, start="", limit=50), "room_messages")
    check(not any(getattr(event, "body", "") == "ahoy" for event in page.chunk), "what was redacted is gone")
    check(not isinstance(await eve.room_messages(room, start=""), RoomMessagesResponse), "eve reads nothing")
    is_a(RoomInviteResponse, await ann.room_invite(room, eve.user_id), "room_invite")
    is_a(JoinResponse, await eve.join("#harbour:porch.example"), "eve joins by the alias")


def rooms_of_2019(base):
    cem, dan = MatrixClient(base), MatrixClient(base)
    cem.register_with_password("cem", PASSWORD)
    dan.register_with_password("dan", PASSWORD)
    seen, present = [], []
    dan.add_presence_listener(lambda event: present.append(event["sender"]))
    room = cem.create_room(alias="quay", is_public=True)
    joined = dan.join_room("#quay:porch.example")
    check(joined.room_id == room.room_id, "matrix_client joins by an alias")
    joined.add_listener(lambda _, event: seen.append(event["content"].get("body")), event_type="m.room.message")
    room.send_text("hello from 2019")
    for _ in range(5):
        dan.listen_for_events(timeout_ms=1000)
        if "hello from 2019" in seen and cem.user_id in present:
            break
    check("hello from 2019" in seen, f"matrix_client receives what was sent: {seen}")
    check(cem.user_id in present, f"and sees presence: {present}")
    names = sorted(user.user_id for user in joined.get_joined_members())
    check(names == ["@cem:porch.example", "@dan:porch.example"], f"and members: {names}")
    room.set_room_name("Quay")
    dan.listen_for_events(timeout_ms=1000)
    check(joined.name == "Quay" or joined.display_name == "Quay", f"and the room's name: {joined.name}")
    check(joined.leave(), "and leaves")
    login = MatrixClient(base)
    check(login.login("cem", PASSWORD) and room.room_id in login.rooms, "and logs in and finds its room")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
