"""What rooms have to be like after what users did to them: the model beside the calls of room-fuzz.py."""

PUBLIC, PRIVATE, KNOCK, WORLD = "public", "private", "knock", "world"


class Message:
    def __init__(self, event, sender, body, call=None):
        self.event, self.sender, self.body, self.call = event, sender, body, call
        # The first redaction, and how much had happened in the room by then.
        self.redaction, self.redacted_at = None, None


class Moment:
    """A room as it was once: users who left read it as it was then."""

    def __init__(self, room):
        self.members, self.topic, self.happened = dict(room.members), room.topic, room.happened
        self.messages = list(room.messages)

    def shows_redaction(self, message):
        return message.redaction is not None and message.redacted_at <= self.happened


class Room:
    def __init__(self, id, creator, kind, name, type):
        self.id, self.creator, self.kind, self.name, self.type = id, creator, kind, name, type
        self.topic = self.canonical = None
        self.listed = False
        self.members, self.forgotten, self.left = {creator: "join"}, set(), {}
        self.messages, self.happened = [], 0
        # Positions that were given out, each with the room as it was.
        self.positions = []

    # What users are to it.

    def of(self, user):
        return self.members.get(user)

    def has(self, user):
        return self.of(user) == "join"

    def inside(self):
        return [user for user, membership in self.members.items() if membership == "join"]

    def rules(self, user):
        return self.creator == user and self.has(user)

    def may_join(self, user):
        return self.of(user) in ("join", "invite") or self.of(user) != "ban" and self.kind in (PUBLIC, WORLD)

    def may_knock(self, user):
        return self.kind == KNOCK and self.of(user) in (None, "leave", "knock")

    def may_invite(self, user, other):
        # Members invite to private rooms, to public ones those with the power for it.
        may = self.has(user) and (self.kind in (PRIVATE, KNOCK) or self.creator == user)
        return may and self.of(other) not in ("join", "ban")

    def moves(self, user, membership):
        """A new membership, unless it is the same and has no event of its own."""
        before = self.of(user)
        self.members[user] = membership
        if before == membership and membership != "invite" and membership != "ban":
            return
        self.happened += 1
        self.forgotten.discard(user)
        if before == "join" and membership != "join":
            self.left[user] = Moment(self)

    # What users read of it.

    def read_by(self, user):
        """The room as a user may read it; None for those who may not."""
        if self.has(user) or self.kind == WORLD:
            return Moment(self)
        return None if user in self.forgotten else self.left.get(user)

    def say(self, message):
        self.happened += 1
        self.messages.append(message)

    def redact(self, message, redaction):
        self.happened += 1
        message.body = None
        if message.redaction is None:
            message.redaction, message.redacted_at = redaction, self.happened

    # How the list shows it.

    def matches(self, term):
        texts = [self.name, self.topic or "", self.canonical or ""]
        return any(term.lower() in text.lower() for text in texts)


class Users:
    """What users keep about rooms, and how far they have read: by user and room."""

    def __init__(self):
        self.tags, self.data = {}, {}
        # Indices of messages, by what kind of marker.
        self.markers = {}

    def reads(self, kind, user, room, index):
        key = (kind, user, room.id)
        self.markers[key] = max(index, self.markers.get(key, -1))

    def read(self, kind, user, room):
        """The event a marker is at; None where there is no marker."""
        index = self.markers.get((kind, user, room.id))
        return None if index is None else room.messages[index].event
