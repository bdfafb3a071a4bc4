"""The calls that room-fuzz.py makes, each with what the model says of it."""

import re
import urllib.parse

from porchlight_ci import quoted
from room_model import KNOCK, PRIVATE, PUBLIC, WORLD, Message, Room

# Every endpoint of rooms, as the table of the server has them (Protocol 7.1).
ENDPOINTS = {(method, path) for methods, path in [
    ("POST", "/createRoom"), ("GET", "/joined_rooms"), ("GET", "/_matrix/client/v1/mutual_rooms"),
    ("POST", "/join/*"), ("POST", "/knock/*"),
    *(("POST", "/rooms/*/" + verb) for verb in ["join", "leave", "forget", "invite", "kick", "ban", "unban"]),
    ("GET", "/rooms/*/state"), ("GET PUT", "/rooms/*/state/*"), ("GET PUT", "/rooms/*/state/*/*"),
    ("GET", "/rooms/*/members"), ("GET", "/rooms/*/joined_members"), ("PUT", "/rooms/*/send/*/*"), ("POST", "/rooms/*/send/*"),
    ("PUT", "/rooms/*/redact/*/*"), ("POST", "/rooms/*/redact/*"), ("GET", "/rooms/*/event/*"), ("GET", "/rooms/*/messages"),
    ("GET", "/rooms/*/context/*"), ("GET", "/rooms/*/initialSync"), ("PUT", "/rooms/*/typing/*"),
    ("POST", "/rooms/*/receipt/*/*"), ("POST", "/rooms/*/read_markers"), ("GET", "/user/*/rooms/*/tags"),
    ("PUT DELETE", "/user/*/rooms/*/tags/*"), ("GET PUT", "/user/*/rooms/*/account_data/*"),
    ("GET PUT DELETE", "/directory/room/*"), ("GET", "/rooms/*/aliases"), ("GET PUT", "/directory/list/room/*"),
    ("GET POST", "/publicRooms")] for method in methods.split()}
SHAPES = {method: [(re.compile(re.escape(path).replace(r"\*", "[^/]+") + "$"), path) for each, path in ENDPOINTS if each == method]
          for method in ("GET", "PUT", "POST", "DELETE")}


def endpoint(method, path):
    """Which endpoint a call goes to."""
    path = path.split("?")[0]
    return method, next((shape for expression, shape in SHAPES[method] if expression.match(path)), path)


def query(**values):
    return "?" + urllib.parse.urlencode(values)


class Members:
    """Rooms, and what users are to them."""

    def create(self, name):
        kind = self.random.choice([PUBLIC, PRIVATE, KNOCK, WORLD])
        type = self.random.choice([None, None, "m.space"])
        title = f"Room {self.count} {self.random.choice(['Tea', 'Coffee'])}"
        body = {"name": title, "preset": "public_chat" if kind in (PUBLIC, WORLD) else "private_chat"}
        if type:
            body["creation_content"] = {"type": type}
        if kind == KNOCK:
            body["initial_state"] = [{"type": "m.room.join_rules", "content": {"join_rule": "knock"}}]
        if kind == WORLD:
            body["initial_state"] = [
                {"type": "m.room.history_visibility", "content": {"history_visibility": "world_readable"}}]
        answer = self.does(True, name, "POST", "/createRoom", body)
        if answer:
            self.rooms[answer["room_id"]] = Room(answer["room_id"], name, kind, title, type)

    def join(self, name, _, room, path):
        aliases = [alias for alias, (owner, _) in self.aliases.items() if owner is room]
        calls = ["/join/" + quoted(each) for each in [room.id] + aliases] + [path + "/join"]
        if self.does(room.may_join(name), name, "POST", self.random.choice(calls), {}, 403) is not None:
            room.moves(name, "join")

    def knock(self, name, _, room, path):
        if self.does(room.may_knock(name), name, "POST", "/knock/" + quoted(room.id), {}, 403) is not None:
            room.moves(name, "knock")

    def leave(self, name, _, room, path):
        allowed = room.of(name) in ("join", "invite", "knock", "leave")
        if self.does(allowed, name, "POST", path + "/leave", {}, 403) is not None:
            room.moves(name, "leave")

    def invite(self, name, other, room, path):
        if self.does(room.may_invite(name, other), name, "POST", path + "/invite", {"user_id": self.id(other)}, 403) is not None:
            room.moves(other, "invite")

    def kick(self, name, other, room, path):
        if name == other:
            return
        allowed = room.rules(name) and room.of(other) in ("join", "invite", "knock")
        refusal = 400 if room.rules(name) and room.of(other) == "ban" else 403
        if self.does(allowed, name, "POST", path + "/kick", {"user_id": self.id(other)}, refusal) is not None:
            room.moves(other, "leave")

    def ban(self, name, other, room, path):
        if name == other:
            return
        body = {"user_id": self.id(other), "reason": "noise"}
        if self.does(room.rules(name), name, "POST", path + "/ban", body, 403) is not None:
            room.moves(other, "ban")

    def unban(self, name, other, room, path):
        if name == other:
            return
        allowed = room.rules(name) and room.of(other) == "ban"
        refusal = 400 if room.rules(name) else 403
        if self.does(allowed, name, "POST", path + "/unban", {"user_id": self.id(other)}, refusal) is not None:
            room.moves(other, "leave")

    def set_member(self, name, other, room, path):
        """The same by state."""
        own = self.random.random() < 0.5
        membership = self.random.choice(["join", "leave", "knock"] if own else ["invite", "ban", "leave"])
        if not own and name == other:
            return
        now = room.of(name if own else other)
        allowed = {
            "join": room.may_join(name), "knock": room.may_knock(name), "invite": room.may_invite(name, other),
            "ban": room.rules(name),
            "leave": now in ("join", "invite", "knock", "leave") if own
            else room.rules(name) and now in ("join", "invite", "knock", "ban")}[membership]
        user = name if own else other
        call = f"{path}/state/m.room.member/{quoted(self.id(user))}"
        if self.does(allowed, name, "PUT", call, {"membership": membership}, 403) is not None:
            room.moves(user, membership)

    def forget(self, name, _, room, path):
        now = room.of(name)
        if self.does(now in ("leave", "ban"), name, "POST", path + "/forget", {}, 400 if now else 403) is not None:
            room.forgotten.add(name)

    def mutual(self, name, other, room, path):
        call = "/_matrix/client/v1/mutual_rooms" + query(user_id=self.id(other))
        answer = self.does(name != other, name, "GET", call, refusal=400)
        if answer:
            both = sorted(room.id for room in self.rooms.values() if room.has(name) and room.has(other))
            self.claims.expect(answer["joined"] == both, "two users share the rooms of the model", f"{answer} {both}")

    def check_rooms(self, name):
        self.expect_joined(
            name, set(self.ask(name, "GET", "/joined_rooms")[1]["joined_rooms"]), "joined_rooms is as the model says")

    def check_members(self, name, room, path):
        answer = self.does(room.has(name), name, "GET", path + "/joined_members", refusal=403)
        inside = {self.id(user) for user in room.inside()}
        self.claims.expect(
            answer is None or set(answer["joined"]) == inside, "members are as the model says", f"{answer} {inside}")
        self.people(name, None, room, path)
        self.state(name, None, room, path)

    def people(self, name, _, room, path):
        """The members, now or once, all or those of one kind."""
        moment = room.read_by(name)
        wanted = {}
        if room.positions and self.random.random() < 0.3:
            wanted["at"], then = self.random.choice(room.positions)
            if moment and then.happened < moment.happened:
                moment = then
        kind = self.random.choice(["join", "leave", "invite", "ban", "knock", None])
        if kind:
            wanted[self.random.choice(["membership", "not_membership"])] = kind
        answer = self.does(moment is not None, name, "GET", path + "/members" + query(**wanted), refusal=403)
        if answer is None:
            return
        expected = {
            self.id(user): membership for user, membership in moment.members.items()
            if kind is None or (membership == kind) == ("membership" in wanted)}
        seen = {event["state_key"]: event["content"]["membership"] for event in answer["chunk"]}
        self.claims.expect(seen == expected, "memberships are as the model says", f"{name} {path} {wanted}: {seen} {expected}")

    def state(self, name, _, room, path):
        moment = room.read_by(name)
        answer = self.does(moment is not None, name, "GET", path + "/state", refusal=403)
        if answer is not None:
            topics = [event["content"]["topic"] for event in answer if event["type"] == "m.room.topic"]
            self.claims.expect(
                topics == ([moment.topic] if moment.topic else []), "the topic is as the model says",
                f"{name} {path}: {topics} {moment.topic}")
        exists = moment is not None and moment.topic is not None
        call = path + self.random.choice(["/state/m.room.topic", "/state/m.room.topic/"])
        answer = self.does(exists, name, "GET", call, refusal=404 if moment else 403)
        self.claims.expect(
            answer is None or answer["topic"] == moment.topic, "the topic is the one of the model", f"{name} {path}: {answer}")
        other = self.random.choice(list(self.tokens))
        known = moment.members.get(other) if moment else None
        call = f"{path}/state/m.room.member/{quoted(self.id(other))}"
        answer = self.does(known is not None, name, "GET", call, refusal=404 if moment else 403)
        self.claims.expect(
            answer is None or answer["membership"] == known, "a membership is as the model says", f"{name} {call}: {answer}")

    def topic(self, name, _, room, path):
        topic = f"topic {self.count} \u2603"
        if self.does(room.rules(name), name, "PUT", path + "/state/m.room.topic", {"topic": topic}, 403) is not None:
            room.topic, room.happened = topic, room.happened + 1


class Talk:
    """What is said, and what is kept about it."""

    def send(self, name, _, room, path):
        body, call = f"message {self.count}", f"{path}/send/m.room.message"
        method = self.random.choice(["PUT", "PUT", "POST"])
        if method == "PUT":
            call += f"/t{self.count}"
        answer = self.does(room.has(name), name, method, call, {"msgtype": "m.text", "body": body}, 403)
        if answer:
            room.say(Message(answer["event_id"], name, body, call if method == "PUT" else None))

    def repeat(self, name, _, room, path):
        mine = [message for message in room.messages if message.sender == name and message.call]
        if mine and room.has(name):
            answer = self.does(True, name, "PUT", mine[-1].call, {"msgtype": "m.text", "body": "again"})
            self.claims.expect(
                answer and answer["event_id"] == mine[-1].event, "a repeated request sends once", f"{answer} {mine[-1].event}")

    def redact(self, name, _, room, path):
        if not room.messages:
            return
        message = self.random.choice(room.messages)
        name = message.sender if self.random.random() < 0.5 else name
        # What was said before they came, and is read by members, may be named.
        allowed = room.has(name) and (message.sender == name or room.rules(name))
        call, body = f"{path}/redact/{quoted(message.event)}", {"reason": f"reason {self.count}"}
        method = self.random.choice(["PUT", "POST"])
        answer = self.does(allowed, name, method, call + (f"/r{self.count}" if method == "PUT" else ""), body, 403)
        if answer:
            room.redact(message, answer["event_id"])

    def type(self, name, _, room, path):
        call = f"{path}/typing/{quoted(self.id(name))}"
        self.does(room.has(name), name, "PUT", call, {"typing": self.random.random() < 0.7, "timeout": 1000}, 403)

    def read(self, name, _, room, path):
        if room.messages:
            index, kind = self.random.randrange(len(room.messages)), self.random.choice(["m.read", "m.read.private"])
            call = f"{path}/receipt/{kind}/{quoted(room.messages[index].event)}"
            if self.does(room.has(name), name, "POST", call, {}, 403) is not None:
                self.users.reads(kind, name, room, index)

    def mark(self, name, _, room, path):
        if room.messages:
            indices = {kind: self.random.randrange(len(room.messages)) for kind in ("m.fully_read", "m.read")}
            body = {kind: room.messages[index].event for kind, index in indices.items()}
            if self.does(room.has(name), name, "POST", path + "/read_markers", body, 403) is not None:
                for kind, index in indices.items():
                    self.users.reads(kind, name, room, index)

    def tag(self, name, _, room, path):
        tag, tags = f"u.{self.count % 3}", self.users.tags.setdefault((name, room.id), set())
        call = f"/user/{quoted(self.id(name))}{path}/tags/{tag}"
        known, method = room.of(name) is not None, self.random.choice(["PUT", "PUT", "DELETE"])
        if self.does(known, name, method, call, {"order": 0.5} if method == "PUT" else None, 403) is not None:
            (tags.add if method == "PUT" else tags.discard)(tag)

    def keep(self, name, _, room, path):
        value = {"count": self.count, "text": "\u2603"}
        call = f"/user/{quoted(self.id(name))}{path}/account_data/u.data"
        if self.does(room.of(name) is not None, name, "PUT", call, value, 403) is not None:
            self.users.data[name, room.id] = value

    def check_kept(self, name, room, path):
        own = f"/user/{quoted(self.id(name))}{path}"
        answer = self.does(True, name, "GET", own + "/tags")
        tags = self.users.tags.get((name, room.id), set())
        self.claims.expect(answer and set(answer["tags"]) == tags, "tags are as the model says", f"{name} {path}: {answer} {tags}")
        value = self.users.data.get((name, room.id))
        answer = self.does(value is not None, name, "GET", own + "/account_data/u.data", refusal=404)
        self.claims.expect(answer == value, "data is as the model says", f"{name} {path}: {answer} {value}")
        event = self.users.read("m.fully_read", name, room)
        answer = self.does(event is not None, name, "GET", own + "/account_data/m.fully_read", refusal=404)
        self.claims.expect(
            answer is None or answer["event_id"] == event, "a marker is where the model says", f"{name} {path}: {answer} {event}")
        other = self.random.choice([other for other in self.tokens if other != name])
        self.does(False, name, "GET", f"/user/{quoted(self.id(other))}{path}/tags", refusal=403)
