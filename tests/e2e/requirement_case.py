"""What the tests of docs/REQUIREMENTS.md share: people who talk, a stranger who must learn nothing, and a stopwatch.

test_requirements_a.py to _d.py have one test method per row, named after it; test_requirements_table.py holds them
against the table. A row's test says what the row means for its users, not how the server does it.
"""
import asyncio
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


class RequirementTest(ServerTest, unittest.IsolatedAsyncioTestCase):
    """One class and one server a file; a row that stops or configures a server starts its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = Town(config=cls.config)

    async def asyncSetUp(self):
        asyncio.get_running_loop().slow_callback_duration = 10  # plain HTTP calls stand between the frames

    def group(self, **more):
        """Two who talk, in a group that alice owns."""
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.user(f"bob-{uuid.uuid4()}")
        return alice, bob, alice.create([bob.name], **more)["id"]

    def stranger(self):
        return self.user(f"eve-{uuid.uuid4()}")

    def own_server(self, config="", extra=(), folder=None):
        server = Town(folder, config, extra)
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

    async def heard(self, socket):
        """The types of all frames the socket has got, after a ping went there and back."""
        await socket.ask("ping")
        return [frame["type"] for frame in socket.frames]

    async def eventually(self, read, wanted, within_s=10):
        """Asks again until the answer is `wanted`: for what the server does by its own clock."""
        ends, got = time.monotonic() + within_s, read()
        while got != wanted and time.monotonic() < ends:
            await asyncio.sleep(0.05)
            got = read()
        self.assertEqual(got, wanted)


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
