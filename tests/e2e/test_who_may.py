"""Who may do what: every route of the contract and every frame that a client sends, by every role.

The table below is the whole of schemas/openapi.yaml and schemas/asyncapi.yaml: a route or frame that is missing there
fails. Who is not a member now gets what he would get for an id that names nothing, byte for byte.
"""
import asyncio
import json
import re
import time
import unittest
import uuid

import websockets

from hansard_client import ROOT, Answer, Server

API = "/api/v1"
ROLES = ("none", "stranger", "left", "removed", "read_only", "member", "owner", "service", "audit", "admin")
OUTSIDE = ("stranger", "left", "removed", "service", "audit", "admin")  # of the conversation of a scene
SCOPES = ("service", "audit", "admin")


def inside(read_only=200, member=200, owner=200, outside=404, **others):
    """What members get; who is outside sees nothing, but for `others`."""
    expected = {role: outside for role in OUTSIDE}
    return {**expected, "none": 401, "read_only": read_only, "member": member, "owner": owner, **others}


def everyone(status=200, **others):
    return inside(status, status, status, status, **others)


def scope(*scopes, status=200):
    """403 without one of the scopes."""
    return everyone(403, **{name: status for name in scopes})


def open_to_all(status=200):
    return {role: status for role in ROLES}


# A service, a trusted back end, manages conversations that it is not in.
managed = inside(403, 403, service=200)


class Route:
    def __init__(self, method, path, expected, body=None, query="", fresh=False, names=None, headers=None):
        self.method, self.path, self.expected, self.body = method, path, expected, body
        self.query = query
        self.fresh = fresh  # a scene for each role: it changes what the next one would see
        self.names = names  # what a value of the path is, where the path does not say it
        self.headers = headers or {}


# Values in braces are of the scene.
TABLE = [
    Route("GET", "/health", open_to_all()),
    Route("GET", "/ready", open_to_all()),
    Route("GET", "/metrics", open_to_all()),
    Route("GET", "/openapi.json", open_to_all()),
    Route("GET", "/asyncapi.json", open_to_all()),

    Route("GET", "/conversations", everyone()),
    Route("POST", "/conversations", everyone(201), {"type": "group", "members": ["friend"]}),
    Route("GET", "/conversations/{id}", inside()),
    Route("PATCH", "/conversations/{id}", managed, {"title": "new"}),
    Route("PUT", "/conversations/{id}", managed, {"title": "newer"}),
    Route("DELETE", "/conversations/{id}", managed, fresh=True),
    Route("GET", "/conversations/{id}/members", inside()),
    Route("POST", "/conversations/{id}/members", managed, {"user_id": "friend"}, fresh=True),
    Route("PATCH", "/conversations/{id}/members/{user_id}", managed, {"role": "admin"}, fresh=True),
    Route("DELETE", "/conversations/{id}/members/{user_id}", managed, fresh=True),
    *[Route("POST", "/conversations/{id}/" + flag, inside(), {})
      for flag in ("archive", "unarchive", "mute", "unmute", "pin", "unpin")],
    Route("GET", "/conversations/{id}/messages", inside()),
    Route("POST", "/conversations/{id}/messages", inside(403, 201, 201), {"content": "hi"}),
    Route("POST", "/messages", inside(403, 201, 201), {"content": "hi", "conversation_id": "{conversation}"}),
    Route("GET", "/messages/scheduled", everyone()),
    Route("GET", "/messages/{id}", inside()),
    Route("PUT", "/messages/{id}", inside(403, 200, 403), {"content": "changed"}),
    Route("PATCH", "/messages/{id}", inside(403, 200, 403), {"content": "changed again"}),
    Route("DELETE", "/messages/{id}", inside(403), fresh=True),
    Route("GET", "/messages/{id}/history", inside(403, 403, 403, audit=200)),
    Route("POST", "/files", everyone(201), headers={"Content-Type": "text/plain"}, body="raw"),
    Route("GET", "/files/{id}", inside(audit=200), names="file"),
    Route("GET", "/messages/{id}/receipts", inside()),
    Route("POST", "/messages/{id}/reactions", inside(403), {"emoji": "+1"}, fresh=True),
    Route("DELETE", "/messages/{id}/reactions/{emoji}", inside(403)),
    Route("POST", "/messages/{id}/forward", inside(201, 201, 201), {"conversation_id": "{elsewhere}"}),
    Route("POST", "/messages/{id}/read", inside()),
    Route("POST", "/conversations/{id}/read", inside(), {"up_to": 1}),
    Route("POST", "/conversations/{id}/delivered", inside(), {"up_to": 1}),
    Route("POST", "/conversations/{id}/unread", inside(), {"from": 1}),
    Route("POST", "/conversations/{id}/typing", inside(403), {"is_typing": True}),
    Route("GET", "/unread", everyone()),
    Route("GET", "/messages/unread/count", everyone()),
    Route("GET", "/search/messages", everyone(), query="q=hello"),
    Route("GET", "/conversations/{id}/unread/explain", inside()),

    Route("GET", "/users/online", everyone()),
    Route("GET", "/users/{id}", everyone(), names="person"),
    Route("PUT", "/users/{id}", everyone(403, service=200), {"display_name": "Some One"}, names="person"),
    Route("PUT", "/users/{id}/block", everyone(), names="person"),
    Route("DELETE", "/users/{id}/block", everyone(), names="person"),
    Route("GET", "/users/{id}/presence", inside(), names="presence"),

    *[Route("GET", "/proofs/" + path, scope("audit"), query=query) for path, query in (
        ("checkpoint", ""), ("key", ""), ("tile/{tile...}", ""), ("entry/{position}", ""), ("event/{position}", ""),
        ("inclusion", "position={position}"), ("consistency", "from=1"))],
    Route("GET", "/audit", scope("audit")),
    Route("GET", "/messages/{id}/trace", scope("audit")),
    Route("GET", "/events", scope("audit", "service"), query="limit=1"),
    Route("GET", "/consumers", scope("audit", "service")),
    Route("PUT", "/consumers/{name}", scope("audit", "service"), {}, names="consumer"),
    Route("GET", "/consumers/{name}", scope("audit", "service"), names="consumer"),
    Route("POST", "/consumers/{name}/ack", scope("audit", "service"), {"position": "{position}"}, names="consumer"),
    Route("DELETE", "/consumers/{name}", scope("audit", "service"), names="consumer", fresh=True),

    Route("POST", "/admin/erasures", scope("admin", status=201), {"message_id": "{message}"}, fresh=True),
    Route("GET", "/admin/erasures", scope("admin")),
    Route("GET", "/admin/erasures/{id}", scope("admin", status=404), names="nothing"),
    Route("POST", "/admin/holds", scope("admin", status=201), {"conversation_id": "{conversation}"}, fresh=True),
    Route("GET", "/admin/holds", scope("admin")),
    Route("DELETE", "/admin/holds/{id}", scope("admin", status=404), names="nothing"),
    Route("GET", "/admin/webhooks", scope("admin")),
    *[Route(method, "/admin/webhooks/{name}/" + path, scope("admin", status=404), names="nothing")
      for method, path in (("POST", "pause"), ("POST", "resume"), ("GET", "dead-letters"),
                           ("POST", "dead-letters/{number}/retry"))],
    Route("GET", "/admin/backups", scope("admin")),
    Route("POST", "/admin/backups", scope("admin", status=422), {}),  # no folder is configured
    Route("GET", "/admin/backups/{name}", scope("admin", status=404), names="nothing"),
    Route("GET", "/admin/views", scope("admin")),
    Route("GET", "/admin/views/{name}", scope("admin", status=404), names="nothing"),
    *[Route("POST", "/admin/views/{name}/" + verb, scope("admin", status=404), names="nothing")
      for verb in ("rebuild", "swap", "rollback", "cancel", "drop")],
]


class Frame:
    def __init__(self, type, expected, data=None, fresh=False, is_answered=True):
        self.type, self.expected, self.data, self.fresh = type, expected, data or {}, fresh
        self.is_answered = is_answered


FRAMES = [
    Frame("message.send", inside(403), {"conversation_id": "{conversation}", "content": "hi"}),
    Frame("message.edit", inside(403, 200, 403), {"message_id": "{message}", "content": "changed"}),
    Frame("message.delete", inside(403), {"message_id": "{message}"}, fresh=True),
    Frame("message.read", inside(), {"message_id": "{message}"}),
    Frame("message.delivered", inside(), {"conversation_id": "{conversation}", "up_to": 1}),
    Frame("message.forward", inside(), {"message_id": "{message}", "conversation_id": "{elsewhere}"}),
    Frame("reaction.add", inside(403), {"message_id": "{message}", "emoji": "+1"}),
    Frame("reaction.remove", inside(403), {"message_id": "{message}", "emoji": "+1"}),
    Frame("typing.start", inside(403), {"conversation_id": "{conversation}"}),
    Frame("typing.stop", inside(403), {"conversation_id": "{conversation}"}),
    Frame("call.signal", inside(403), {"conversation_id": "{conversation}", "to": "owner", "payload": {}}),
    Frame("presence.update", everyone(), {"status": "online"}),
    Frame("events.subscribe", scope("audit", "service"), {"from": "now"}),
    Frame("events.ack", everyone(403, audit=404, service=404), {"position": "{position}"}),
    Frame("events.unsubscribe", everyone(403, audit=404, service=404)),
    Frame("resume", everyone(), {"position": "{position}"}),
    Frame("auth", everyone(), {"token": "{token}"}),
    Frame("ping", everyone()),
]


class Scene:
    """A conversation with a member of every kind, a message of the member's with a file, and another conversation."""

    def __init__(self, server, users, number):
        self.server, self.users = server, users
        owner, member = users["owner"], users["member"]
        people = [users[role].name for role in ("member", "read_only", "left", "removed")]
        self.conversation = owner.create(people + ["extra"])["id"]
        place = f"{API}/conversations/{self.conversation}/members/"
        self.done(owner.request("PATCH", place + users["read_only"].name, {"role": "read_only"}))
        self.done(users["left"].request("DELETE", place + users["left"].name))
        self.done(owner.request("DELETE", place + users["removed"].name))
        self.file = member.request("POST", f"{API}/files", raw="bytes", headers={"Content-Type": "text/plain"}).json["id"]
        sent = member.send(self.conversation, "hello", attachments=[{"file_id": self.file}])
        self.message, self.position = sent["id"], sent["position"]
        self.elsewhere = owner.create([users[role].name for role in ROLES[1:] if role != "owner"])["id"]
        self.number = number

    @staticmethod
    def done(answer):
        assert answer.status in (200, 201), answer.text

    def consumer(self):
        name = f"c{self.number}"
        self.done(self.users["service"].request("PUT", f"{API}/consumers/{name}", {}))
        return name

    def value(self, name, of):
        """What stands for {name} in the paths of a row."""
        if name == "id" and not of.names:
            return self.message if of.path.startswith("/messages/") else self.conversation
        fixed = {"user_id": "extra", "emoji": "%2B1", "tile...": "0/000.p/1", "position": self.position, "number": "1",
                 "message": self.message, "conversation": self.conversation, "elsewhere": self.elsewhere}
        named = {"file": self.file, "person": "somebody", "presence": "extra", "nothing": str(uuid.UUID(int=7))}
        if name in fixed:
            return fixed[name]
        return self.consumer() if of.names == "consumer" else named[of.names]

    def filled(self, text, of):
        return re.sub(r"\{([a-z_.]+)\}", lambda found: self.value(found.group(1), of), text)

    def body(self, of):
        return None if of.body is None else self.filled_in(of.body, of)

    def filled_in(self, value, of):
        if isinstance(value, dict):
            return {name: self.filled_in(one, of) for name, one in value.items()}
        return self.filled(value, of) if isinstance(value, str) else value


def declared_routes():
    """(method, path) of schemas/openapi.yaml, without the base."""
    path, found = "", set()
    for line in (ROOT / "schemas" / "openapi.yaml").read_text().splitlines():
        if section := re.match(r"  (/\S*):", line):
            path = section.group(1)
        elif verb := re.match(r"    (get|post|put|patch|delete):", line):
            found.add((verb.group(1).upper(), path.removeprefix(API)))
    return found


def declared_frames():
    """What a client may send, by schemas/asyncapi.yaml: the messages of the channel's `publish`."""
    text = (ROOT / "schemas" / "asyncapi.yaml").read_text()
    published = text[text.index("    publish:"):text.index("    subscribe:")]
    names = re.findall(r"#/components/messages/(\w+)", published)
    return {re.search(rf"^    {name}:\n      name: (\S+)", text, re.M).group(1) for name in names}


class WhoMay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(config="[rate_limit]\nuser_per_s = 100000\nuser_burst = 100000\n")
        cls.users = {role: cls.server.user(role, role if role in SCOPES else "") for role in ROLES if role != "none"}
        cls.scenes = 0
        Scene.done(cls.users["service"].request("PUT", f"{API}/users/somebody", {"display_name": "Some One"}))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def scene(self):
        type(self).scenes += 1
        return Scene(self.server, self.users, self.scenes)

    def ask(self, role, scene, row, path):
        """`role` may be a user of its own."""
        headers = dict(row.headers)
        raw = row.body if isinstance(row.body, str) else (json.dumps(body) if (body := scene.body(row)) is not None else None)
        if raw is not None:
            headers.setdefault("Content-Type", "application/json")
        query = "?" + scene.filled(row.query, row) if row.query else ""
        if role != "none":
            user = self.users[role] if isinstance(role, str) else role
            return user.request(row.method, path + query, raw=raw, headers=headers)
        connection = self.server.connection()
        try:
            connection.request(row.method, path + query, raw, headers)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def path(self, scene, row):
        is_root = row.path in ("/health", "/ready", "/metrics", "/openapi.json", "/asyncapi.json")
        return ("" if is_root else API) + scene.filled(row.path, row)

    def test_the_table_is_the_whole_contract(self):
        self.assertEqual({(row.method, row.path) for row in TABLE}, declared_routes())
        self.assertEqual(len(TABLE), len({(row.method, row.path) for row in TABLE}))
        self.assertEqual({frame.type for frame in FRAMES}, declared_frames())

    def proven(self, scene):
        """The scene, once a signed checkpoint covers it: before that there is no proof to be had of it."""
        end = time.monotonic() + 60
        while True:
            note = self.users["audit"].request("GET", f"{API}/proofs/checkpoint")
            if note.status == 200 and int(note.text.splitlines()[1]) >= int(scene.position[3:]):  # after the epoch
                return scene
            self.assertLess(time.monotonic(), end, note.text)
            time.sleep(0.05)

    def test_every_route_by_every_role(self):
        shared, wrong = self.proven(self.scene()), []
        for row in TABLE:
            for role in ROLES:
                scene = self.scene() if row.fresh else shared
                answer = self.ask(role, scene, row, self.path(scene, row))
                if answer.status != row.expected[role]:
                    wrong.append(f"{row.method} {row.path} as {role}: {answer.status}, not {row.expected[role]}: {answer.text}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_a_service_acting_for_somebody_gets_what_he_gets(self):
        shared, wrong = self.scene(), []
        for row in TABLE:
            if row.fresh or row.expected["service"] != row.expected["stranger"]:
                continue  # what the scope itself opens
            for role in ("stranger", "left", "removed", "read_only", "member", "owner"):
                acting = self.server.user("service", "service", act_as=self.users[role].name)
                answer = self.ask(acting, shared, row, self.path(shared, row))
                if answer.status != row.expected[role]:
                    wrong.append(f"{row.method} {row.path} for {role}: {answer.status}, not {row.expected[role]}")
                acting.close()
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_nobody_else_acts_for_anybody(self):
        shared = self.scene()
        for role in ("member", "owner", "audit", "admin"):
            acting = self.server.user(self.users[role].name, self.users[role].scope, act_as=self.users["owner"].name)
            for row in TABLE:
                if row.expected["none"] == 401:
                    answer = self.ask(acting, shared, row, self.path(shared, row))
                    self.assertEqual(answer.status, 403, f"{row.method} {row.path} as {role}")
            acting.close()

    def test_what_one_may_not_see_looks_like_what_is_not_there(self):
        shared = self.scene()
        for row in TABLE:
            if "{id}" not in row.path or row.names == "nothing" or 404 not in row.expected.values():
                continue
            real = self.path(shared, row)
            absent = real
            for known in (shared.conversation, shared.message, shared.file):
                absent = absent.replace(known, str(uuid.UUID(int=uuid.uuid4().int)))
            for role in OUTSIDE:
                if row.expected[role] != 404 or real == absent:
                    continue
                seen = [self.ask(role, shared, row, path).text for path in (real, absent)]
                seen = [re.sub(r'"request_id":"[^"]*"', "", text) for text in seen]
                self.assertEqual(seen[0], seen[1], f"{row.method} {row.path} as {role}")

    def test_every_frame_by_every_role(self):
        asyncio.run(self.frames_by_role())

    async def frames_by_role(self):
        shared, wrong = self.scene(), []
        for role in ROLES[1:]:
            for frame in FRAMES:
                scene = self.scene() if frame.fresh else shared
                got = await self.answer_of(role, scene, frame)
                if got != frame.expected[role]:
                    wrong.append(f"{frame.type} as {role}: {got}, not {frame.expected[role]}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    async def answer_of(self, role, scene, frame):
        data = json.loads(json.dumps(frame.data).replace("{token}", self.users[role].token))
        async with self.users[role].socket() as socket:
            answer = await socket.ask(frame.type, scene.filled_in(data, frame))
        return 200 if answer["type"] in ("ack", "pong") else answer["data"]["status"]

    def test_without_a_token_no_frame_is_taken(self):
        asyncio.run(self.frames_without_token())

    async def frames_without_token(self):
        scene = self.scene()
        before = self.users["owner"].history(scene.conversation)["items"]
        for frame in FRAMES:
            if frame.type == "auth":
                continue
            url = f"ws://127.0.0.1:{self.server.port}/ws"
            async with websockets.connect(url) as socket:
                data = scene.filled_in(frame.data, frame)
                await socket.send(json.dumps({"type": frame.type, "id": "1", "data": data}))
                with self.assertRaises(websockets.ConnectionClosed, msg=frame.type) as closed:
                    while True:
                        said = json.loads(await asyncio.wait_for(socket.recv(), 10))
                        self.assertEqual(said["type"], "error", frame.type)
                self.assertEqual(closed.exception.rcvd.code, 4401, frame.type)
        self.assertEqual(self.users["owner"].history(scene.conversation)["items"], before)


if __name__ == "__main__":
    unittest.main()
