"""What users read of rooms, and how they find them: more calls of room-fuzz.py, with what the model says of them."""

from porchlight_ci import quoted
from room_calls import query

ONLY_MESSAGES = '{"types":["m.room.message"]}'


class Reading:
    """What was said, in pages, one by one, and with what is around it."""

    def page(self, name, _, room, path):
        moment, bodies, wanted = room.read_by(name), [], {}
        forward = self.random.random() < 0.5
        while True:
            wanted.update(dir="f" if forward else "b", limit=self.random.randint(1, 9))
            answer = self.does(moment is not None, name, "GET", path + "/messages" + query(**wanted), refusal=403)
            if answer is None:
                return
            if not bodies and not forward and "from" not in wanted:
                room.positions = room.positions[-5:] + [(answer["start"], moment)]
            bodies += [event["content"].get("body") for event in answer["chunk"] if event["type"] == "m.room.message"]
            if "end" not in answer:
                break
            wanted["from"] = answer["end"]
        expected = [message.body for message in moment.messages]
        self.claims.expect(
            bodies == expected[::1 if forward else -1], "messages are there in order", f"{name} {path}: {bodies} {expected}")

    def around(self, name, _, room, path):
        """An event with those before and after it."""
        if not room.messages:
            return
        place, limit, moment = self.random.randrange(len(room.messages)), self.random.randint(0, 7), room.read_by(name)
        allowed = moment is not None and place < len(moment.messages)
        call = f"{path}/context/{quoted(room.messages[place].event)}" + query(limit=limit, filter=ONLY_MESSAGES)
        answer = self.does(allowed, name, "GET", call, refusal=404 if moment else 403)
        if answer is None:
            return
        before = [message.event for message in moment.messages[max(0, place - limit // 2):place]][::-1]
        after = [message.event for message in moment.messages[place + 1:place + 1 + limit - limit // 2]]
        seen = [[event["event_id"] for event in answer[part]] for part in ("events_before", "events_after")]
        self.claims.expect(seen == [before, after], "an event has around it what the model says", f"{name} {call}: {seen}")
        self.expect_message(answer["event"], moment, room.messages[place])

    def one(self, name, _, room, path):
        if not room.messages:
            return
        place, moment = self.random.randrange(len(room.messages)), room.read_by(name)
        allowed = moment is not None and place < len(moment.messages)
        call = f"{path}/event/{quoted(room.messages[place].event)}"
        answer = self.does(allowed, name, "GET", call, refusal=404)
        if answer is not None:
            self.expect_message(answer, moment, room.messages[place])

    def expect_message(self, event, moment, message):
        because = event.get("unsigned", {}).get("redacted_because", {}).get("event_id")
        expected = message.redaction if moment.shows_redaction(message) else None
        self.claims.expect(
            (event["event_id"], event["content"].get("body")) == (message.event, message.body),
            "an event is as the model says", f"{event} {message.body}")
        self.claims.expect(because == expected, "the first redaction is told beside an event", f"{event} {expected}")

    def whole(self, name, _, room, path):
        """The room as it is told as a whole."""
        moment = room.read_by(name)
        answer = self.does(moment is not None, name, "GET", path + "/initialSync" + query(limit=20), refusal=403)
        if answer is None:
            return
        membership = room.of(name) or "leave"
        self.claims.expect(answer["membership"] == membership, "a room says what one is to it", f"{answer} {membership}")
        if not room.has(name):
            return
        seen = {
            (kind, user): event for receipts in answer["receipts"] for event, kinds in receipts["content"].items()
            for kind, users in kinds.items() for user in users}
        told = [("m.read", user) for user in self.tokens] + [("m.read.private", name)]
        read = {(kind, self.id(user)): self.users.read(kind, user, room) for kind, user in told}
        read = {key: event for key, event in read.items() if event}
        self.claims.expect(seen == read, "receipts are where the model says", f"{name} {path}: {seen} {read}")
        shown = "public" if room.listed else "private"
        self.claims.expect(answer["visibility"] == shown, "a room says whether it is listed", f"{path} {answer['visibility']}")

    def check_messages(self, name, room, path):
        self.page(name, None, room, path)
        self.around(name, None, room, path)
        self.one(name, None, room, path)
        self.whole(name, None, room, path)


class Directory:
    """Aliases, and the list of rooms."""

    def some_alias(self):
        return f"#alias {self.random.randrange(8)}/x:harbor.example"

    def alias(self, name, _, room, path):
        alias = self.some_alias()
        allowed = room.has(name) and alias not in self.aliases
        call = "/directory/room/" + quoted(alias)
        if self.does(allowed, name, "PUT", call, {"room_id": room.id}, 409 if room.has(name) else 403) is not None:
            self.aliases[alias] = room, name

    def remove_alias(self, name, *_):
        alias = self.random.choice(list(self.aliases) + [self.some_alias()])
        room, creator = self.aliases.get(alias, (None, None))
        name = creator if creator and self.random.random() < 0.5 else name
        allowed = room is not None and (creator == name or room.rules(name))
        if self.does(allowed, name, "DELETE", "/directory/room/" + quoted(alias), None, 403 if room else 404) is not None:
            del self.aliases[alias]
            if room.rules(name) and room.canonical == alias:
                room.canonical, room.happened = None, room.happened + 1

    def canonical(self, name, _, room, path):
        alias = self.some_alias()
        known = alias == room.canonical or self.aliases.get(alias, (None,))[0] is room
        refusal = 403 if not room.has(name) else (400, 403)
        body = {"alias": alias}
        if self.does(room.rules(name) and known, name, "PUT", path + "/state/m.room.canonical_alias/", body, refusal) is not None:
            room.canonical, room.happened = alias, room.happened + (room.canonical != alias)

    def list_room(self, name, _, room, path):
        listed, call = self.random.random() < 0.8, "/directory/list/room/" + quoted(room.id)
        body = {"visibility": "public" if listed else "private"}
        if self.does(room.rules(name), name, "PUT", call, body, 403) is not None:
            room.listed = listed

    def find_room(self, name, _, room, path):
        answer = self.does(
            room.listed or room.has(name), name, "GET", "/directory/list/room/" + quoted(room.id), refusal=404)
        shown = "public" if room.listed else "private"
        self.claims.expect(answer is None or answer["visibility"] == shown, "a room is listed as the model says", f"{answer}")
        aliases = sorted(alias for alias, (owner, _) in self.aliases.items() if owner is room)
        allowed = room.has(name) or room.kind == "world"
        answer = self.does(allowed, name, "GET", path + "/aliases", refusal=403)
        self.claims.expect(answer is None or answer["aliases"] == aliases, "aliases are as the model says", f"{answer} {aliases}")

    def check_aliases(self, name):
        for number in range(8):
            alias = f"#alias {number}/x:harbor.example"
            room, _ = self.aliases.get(alias, (None, None))
            answer = self.does(room is not None, name, "GET", "/directory/room/" + quoted(alias), refusal=404)
            self.claims.expect(
                answer is None or answer["room_id"] == room.id, "an alias stands for the room of the model", f"{alias} {answer}")
        for room in self.rooms.values():
            self.find_room(name, None, room, "/rooms/" + quoted(room.id))

    def find_list(self, name, *_):
        self.check_list(name)

    def check_list(self, name):
        """The list in pages, with a filter or without; back from its end too."""
        term, types = self.random.choice(["TEA", "topic", "alias 1"]), self.random.choice([None, [None], ["m.space"]])
        if self.random.random() < 0.4:
            term = types = None
        rooms = [
            room for room in self.rooms.values()
            if room.listed and (types is None or room.type in types) and (term is None or room.matches(term))]
        rooms = [(room.id, len(room.inside())) for room in sorted(rooms, key=lambda room: (-len(room.inside()), room.id))]
        limit, seen, since = self.random.randint(1, 9), [], None
        while True:
            wanted = {"limit": limit, **({"since": since} if since else {})}
            if term is None and types is None:
                answer = self.does(True, name, "GET", "/publicRooms" + query(**wanted))
            else:
                filter = {"generic_search_term": term, "room_types": types}
                body = {**wanted, "filter": {key: value for key, value in filter.items() if value is not None}}
                answer = self.does(True, name, "POST", "/publicRooms", body)
            if answer is None:
                return
            seen += [(room["room_id"], room["num_joined_members"]) for room in answer["chunk"]]
            since = answer.get("next_batch")
            if not since:
                break
        self.claims.expect(seen == rooms, "the list is as the model says", f"{term} {types} {limit}: {seen} {rooms}")
        self.claims.expect(answer["total_room_count_estimate"] == len(rooms), "the list says how long it is", f"{answer}")
