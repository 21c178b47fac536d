"""What hostile clients tried, each once: nobody else notices, and nothing is taken for what it is not."""
import asyncio
import hashlib
import json
import select
import time
import unittest
import uuid

import websockets

from hansard_client import ServerTest

API = "/api/v1"


def stream_of(name):
    """Of a user's own events, as engine/base/ids.h says; anybody can compute it."""
    return str(uuid.UUID(bytes=hashlib.sha256(b"hansard user stream\0" + name.encode()).digest()[:16]))


class Streams(ServerTest):
    """A conversation under the id of somebody's own stream."""

    def works(self, *users):
        conversation = users[0].create([user.name for user in users[1:]])["id"]
        sent = users[0].send(conversation, "hello")
        for user in users[1:]:
            self.assertEqual(user.post(f"{API}/conversations/{conversation}/read", {"up_to": 1}).status, 200)
            self.assertEqual(user.unread(conversation), 0)
        self.assertEqual(users[0].history(conversation)["items"][0]["id"], sent["id"])
        self.assertEqual(users[0].get("/ready").status, 200)

    def test_one_that_is_there_is_nobodys_conversation(self):
        alice, bob, mallory = self.user("alice"), self.user("bob"), self.user("mallory")
        self.works(alice, bob)
        taken = mallory.post(f"{API}/conversations", {"type": "group", "members": [], "id": stream_of("bob")})
        self.problem(taken, 409, "id_taken")
        self.works(alice, bob, mallory)

    def test_one_that_is_not_there_yet_stays_apart_from_its_user(self):
        carol, dave, mallory = self.user("carol"), self.user("dave"), self.user("mallory")
        squatted = mallory.create([], id=stream_of("dave"))["id"]
        mallory.send(squatted, "mine")
        for _ in range(2):
            self.works(carol, dave)
            mallory.send(squatted, "mine still")
            self.assertEqual(dave.get(f"{API}/conversations/{squatted}").status, 404)
            self.server.kill()
            self.server.start()
        asyncio.run(self.resumes(carol, dave))

    async def resumes(self, carol, dave):
        conversation = carol.create([dave.name])["id"]
        position = carol.send(conversation, "while you were away")["position"]
        self.assertEqual(dave.post(f"{API}/conversations/{conversation}/read", {"up_to": 1}).status, 200)
        async with dave.socket(f"?resume={position}") as socket:
            frames = await socket.receive_until("caught_up")
        self.assertNotIn("mine", json.dumps(frames))
        self.assertIn("unread.changed", [frame["type"] for frame in frames])

    def test_the_system_has_no_conversation(self):
        nil = self.user().post(f"{API}/conversations", {"type": "group", "members": [], "id": str(uuid.UUID(int=0))})
        self.problem(nil, 400, "malformed")


class Strangers(ServerTest):
    def heads(self, path, *fields):
        """The status of the answer to a head whose body never comes."""
        raw = self.server.raw(30)
        self.addCleanup(raw.close)
        lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *fields, "", ""]
        raw.sendall("\r\n".join(lines).encode())
        return int(raw.makefile("rb").readline().split()[1])

    def test_a_large_body_is_not_waited_for_without_a_token(self):
        self.assertEqual(self.heads(f"{API}/conversations", "Content-Length: 1000000"), 401)
        self.assertEqual(self.heads("/nowhere", "Content-Length: 1000000"), 413)
        self.assertEqual(self.heads(f"{API}/conversations", "Content-Length: 10", "Expect: 100-continue"), 401)
        token = self.user().token
        self.assertEqual(self.heads(f"{API}/conversations", f"Authorization: Bearer {token}", "Content-Length: 10",
                                    "Expect: 100-continue"), 100)

    def test_a_socket_without_a_token_takes_no_large_frame(self):
        async def fate(**more):
            async with self.user().socket(**more) as socket:
                await socket.ws.send(json.dumps({"type": "auth", "id": 1, "data": {"token": "x" * 100_000}}))
                await asyncio.wait_for(socket.ws.wait_closed(), 60)
                return socket.ws.close_code

        self.assertEqual(asyncio.run(fate(no_token=True)), 1009)

    def test_a_socket_is_its_tokens_user(self):
        async def opens():
            async with self.user(scope="service").socket(headers={"Hansard-Act-As": "bob"}):
                pass

        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            asyncio.run(opens())
        self.assertEqual(refused.exception.status_code, 400)


class SlowReaders(ServerTest):
    """Large bodies that are not taken, or do not come, have so much room in memory and no more."""
    config = "[limits]\nbody_bytes_per_user_max = 8388608\n"

    def page_asked_for(self, user, path):
        """A connection on which that was asked, and its status once the head of the answer is there."""
        raw = self.server.raw(60)
        self.addCleanup(raw.close)
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {user.token}\r\n\r\n".encode())
        return raw, int(raw.recv(12).split()[1])

    def test_pages_that_nobody_takes(self):
        mallory, alice = self.user("mallory"), self.user("alice")
        conversation = mallory.create([alice.name])["id"]
        for _ in range(100):
            mallory.send(conversation, "\x01" * 10_000)
        path = f"{API}/conversations/{conversation}/messages?limit=100"  # of 6 MB, more than the kernel takes
        asked = [self.page_asked_for(mallory, path) for _ in range(4)]
        self.assertEqual([status for _, status in asked], [200, 503, 503, 503])
        self.assertEqual(len(alice.history(conversation)["items"]), 100)
        for raw, _ in asked:
            raw.close()
        until = time.monotonic() + 60
        while mallory.get(path).status != 200:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)

    def body_begun(self, user, size):
        """A connection on which a body of 1 MiB was announced, and so much of it sent."""
        raw = self.server.raw(60)
        self.addCleanup(raw.close)
        raw.sendall(f"POST {API}/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {user.token}\r\n"
                    "Content-Type: application/json\r\nContent-Length: 1048576\r\n"
                    "Expect: 100-continue\r\n\r\n".encode())
        self.assertEqual(int(raw.recv(25).split()[1]), 100)
        raw.sendall(b" " * size)
        return raw

    def test_bodies_that_do_not_come(self):
        mallory, alice = self.user("mallory"), self.user("alice")
        for _ in range(20):
            self.body_begun(mallory, 1)  # what is announced takes nothing
        begun = [self.body_begun(mallory, 983_040) for _ in range(9)]
        came = select.select(begun, [], [], 20)[0]
        self.assertEqual([raw.recv(12).split()[1] for raw in came], [b"503"])
        alice.create(["bob"])


class Auditors(ServerTest):
    def test_a_filter_that_is_none_is_not_left_out(self):
        auditor = self.user(scope="audit")
        for query in ("audit?types=message.sent", "events?type=message.sent", "audit?from_time=2026-02-02T00:00:00Z"
                      "&to_time=2026-02-01T00:00:00Z", "unread?user_id=bob"):
            self.problem(auditor.get(f"{API}/{query}"), 400, "malformed")
        for query, hint in (("audit?actr=alice", "`actor` is one"), ("audit?Type=audit.read", "`type` is one"),
                            ("events?form=now", "`from` is one"), ("events?with=alice", "from, to, types"),
                            ("audit?" + 100 * "a" + "=1", "not known")):
            answer = auditor.get(f"{API}/{query}")
            self.problem(answer, 400, "malformed")
            self.assertIn(hint, answer.json["detail"])
        position = auditor.create([])["position"]
        earlier = position[:-1] + "0" if position[-1] != "0" else position[:-2] + "00"
        for view in ("audit", "events"):
            self.problem(auditor.get(f"{API}/{view}?from={position}&to={earlier}"), 400, "malformed")

    def test_a_subscription_that_is_refused_is_no_read(self):
        auditor = self.user(f"auditor-{uuid.uuid4()}", "audit")

        async def subscribe():
            async with auditor.socket() as socket:
                return await socket.ask("events.subscribe", {"consumer": "nobody"})

        self.assertEqual(asyncio.run(subscribe())["data"]["code"], "not_found")
        time.sleep(0.2)  # were it recorded, then before its answer
        found = auditor.get(f"{API}/audit?type=audit.read&actor={auditor.name}").json["items"]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
