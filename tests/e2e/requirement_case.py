"""What the tests of docs/REQUIREMENTS.md share: people who talk, a stranger who must learn nothing, and a stopwatch.

test_requirements_a.py to _d.py have one test method per row, named after it; test_requirements_table.py holds them
against the table. A row's test says what the row means for its users, not how the server does it.
"""
import asyncio
import http.client
import json
import os
import time
import unittest
import uuid

from hansard_client import Server, ServerTest, User, quoted

API = "/api/v1"


class Person(User):
    """Reads what everybody's last command did, as back ends do that pass positions on (`min_position`)."""

    def request(self, method, path, body=None, headers=None, raw=None):
        newest = self.server.newest
        if method == "GET" and newest and path.startswith(API) and "min_position" not in path:
            path += ("&" if "?" in path else "?") + f"min_position={newest}"
        answer = super().request(method, path, body, headers, raw)
        if method != "GET" and answer.status < 300 and answer.text.startswith("{"):
            self.server.note(answer.json)
        return answer


class Town(Server):
    """A server whose people hear of each other's positions."""

    newest = ""  # positions of an epoch are ordered as text

    def user(self, name, scope="", act_as=None):
        person = Person(self, name, scope, act_as)
        self._users.append(person)
        return person

    def note(self, answer):
        self.newest = max(self.newest, answer.get("position") or "")


class Bytes:
    """An answer whose body is not text."""

    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


class TracedTown(Town):
    """Keeps what the server says on standard error, in full detail."""

    def command(self):
        self.trace_file = self.folder / "traces"
        command = ["debug" if word == "warn" else word for word in super().command()]
        return ["/bin/sh", "-c", 'exec "$@" 2>>"$0"', str(self.trace_file), *command, "--log-format", "json"]

    def traces(self):
        return [json.loads(line) for line in self.trace_file.read_text().splitlines()]


class RequirementTest(ServerTest, unittest.IsolatedAsyncioTestCase):
    """One class and one server a file; a row that stops or configures a server starts its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = Town(config=cls.config)

    async def asyncSetUp(self):
        asyncio.get_running_loop().slow_callback_duration = 10  # plain HTTP calls stand between the frames

    def group(self, *others, **more):
        """Two who talk, in a group that alice owns; `others` are members too."""
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.user(f"bob-{uuid.uuid4()}")
        return alice, bob, alice.create([bob.name, *(other.name for other in others)], **more)["id"]

    def stranger(self):
        return self.user(f"eve-{uuid.uuid4()}")

    def own_server(self, config="", extra=(), folder=None, kind=Town):
        server = kind(folder, config, extra)
        self.addCleanup(server.close)
        return server

    def service(self, act_as=None):
        return self.user("backend", "service", act_as)

    def ok(self, answer, *statuses):
        self.assertIn(answer.status, statuses or (200,), answer.text)
        return answer.json

    def get(self, user, path):
        return self.ok(user.get(f"{API}/{path}"))

    def post(self, user, path, body=None, *statuses, **headers):
        return self.ok(user.post(f"{API}/{path}", body, **headers), *(statuses or (200, 201)))

    def put(self, user, path, body, **headers):
        return self.ok(user.request("PUT", f"{API}/{path}", body, headers))

    def patch(self, user, path, body, **headers):
        return self.ok(user.request("PATCH", f"{API}/{path}", body, headers))

    def delete(self, user, path):
        return self.ok(user.request("DELETE", f"{API}/{path}"))

    def upload(self, user, data, media_type, name):
        headers = {"Content-Type": media_type, "Content-Disposition": f"attachment; filename*=UTF-8''{quoted(name)}"}
        return self.ok(user.request("POST", f"{API}/files", headers=headers, raw=data), 201)

    def bytes_of(self, user, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", user.server.port, timeout=60)
        try:
            connection.request("GET", f"{API}/{path}", headers={"Authorization": f"Bearer {user.token}", **headers})
            return Bytes(connection.getresponse())
        finally:
            connection.close()

    def download(self, user, file):
        answer = self.bytes_of(user, f"files/{file}")
        self.assertEqual(answer.status, 200, answer.body[:500])
        return answer.body

    def contents(self, user, conversation, query="limit=200"):
        return [m["content"] for m in user.history(conversation, query)["items"]]

    def receipt(self, asker, message, of):
        """How far `of` is with a message, as the asker is told."""
        items = self.get(asker, f"messages/{message}/receipts")["items"]
        return next(item for item in items if item["user_id"] == of.name)

    def leaves(self, user, conversation):
        return self.delete(user, f"conversations/{conversation}/members/{quoted(user.name)}")

    def learns_nothing(self, user, method, path, body=None):
        """The answer is that of something that does not exist."""
        self.problem(user.request(method, f"{API}/{path}", body), 404, "not_found")

    async def acked(self, socket, type, data=None, **more):
        answer = await socket.ask(type, data, **more)
        self.assertEqual(answer["type"], "ack", answer)
        socket.user.server.note(answer["data"])
        return answer["data"]

    async def refused(self, socket, status, code, type, data=None, **more):
        answer = await socket.ask(type, data, **more)
        self.assertEqual((answer["type"], answer["data"].get("status"), answer["data"].get("code")),
                         ("error", status, code), answer)

    async def says(self, socket, content):
        """Waits until the socket has got a message that says so."""
        while (await socket.next("message.new"))["data"]["message"]["content"] != content:
            pass

    async def heard(self, socket, presence=False):
        """The types of all frames the socket has got, after a ping went there and back; presence comes when it may."""
        await socket.ask("ping")
        return [frame["type"] for frame in socket.frames if presence or frame["type"] != "presence.changed"]

    async def eventually(self, read, wanted, within_s=60):
        """Asks again until the answer is `wanted`: for what the server does by its own clock."""
        ends, got = time.monotonic() + within_s, read()
        while got != wanted and time.monotonic() < ends:
            await asyncio.sleep(0.05)
            got = read()
        self.assertEqual(got, wanted)


def bare(message):
    """A message without its author's name and picture, which only reads add."""
    return {name: value for name, value in message.items() if name != "sender"}


def bar(seconds):
    """What a measured time stays under: the figure itself with HANSARD_BARS=1, on a machine that does nothing else; ten
    times of it where others run too."""
    return seconds if os.environ.get("HANSARD_BARS") == "1" else 10 * seconds


def times_of(action, count):
    """Seconds of `count` runs of an action, shortest first."""
    taken = []
    for number in range(count):
        started = time.monotonic()
        action(number)
        taken.append(time.monotonic() - started)
    return sorted(taken)


def middle(times):
    return times[len(times) // 2]
