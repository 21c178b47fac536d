"""The event feed as back ends and auditors see it: pages, server-sent events, subscriptions, named consumers."""
import asyncio
import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import unittest

from hansard_client import ROOT, Server, ServerTest, quoted

API = "/api/v1"


def pages(user, query="", limit=200):
    """Every event of the log that a filter lets through, page by page."""
    items, cursor = [], None
    while True:
        answer = user.get(f"{API}/events?limit={limit}{query}" + (f"&cursor={cursor}" if cursor else ""))
        assert answer.status == 200, answer.text
        items += answer.json["items"]
        cursor = answer.json["next"]
        if cursor is None:
            return items


class Stream:
    """Server-sent events by http.client, which is not ours."""

    def __init__(self, user, query="", **headers):
        self.connection = user.server.connection(30)
        self.connection.request("GET", f"{API}/events?{query}", headers={
            "Authorization": f"Bearer {user.token}", "Accept": "text/event-stream", **headers})
        self.response = self.connection.getresponse()

    def blocks(self):
        """(id, event, data) of each block that has data."""
        fields = {}
        while True:
            line = self.response.readline().decode()
            if not line:
                return
            line = line.rstrip("\n")
            if not line:
                if "data" in fields:
                    yield fields.get("id"), fields["event"], json.loads(fields["data"])
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value

    def events(self, until="caught_up"):
        """Events up to the first block of that name."""
        found = []
        for _, name, data in self.blocks():
            if name == until:
                return found
            if name not in ("caught_up", "checkpoint"):
                found.append(data)
        return found

    def close(self):
        # The response holds the socket too.
        self.response.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def fill(server, rounds=6):
    alice, bob = server.user("alice"), server.user("bob")
    first = alice.create(["bob"], title="first")["id"]
    second = bob.create(["alice"], title="second")["id"]
    for i in range(rounds):
        sent = alice.send(first, f"message {i}")
        bob.send(second, f"other {i}")
        bob.post(f"{API}/messages/{sent['id']}/read")
        if i % 3 == 0:
            alice.request("PUT", f"{API}/messages/{sent['id']}", {"content": "edited"})
            bob.post(f"{API}/messages/{sent['id']}/reactions", {"emoji": "+"})
        if i % 3 == 1:
            alice.request("DELETE", f"{API}/messages/{sent['id']}")
    return alice, bob, first, second


class Feed(ServerTest):
    config = "[limits]\nevents_checkpoint_ms = 300\nconsumer_flush_interval_ms = 10\nwrite_timeout_s = 120\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice, cls.bob, cls.first, cls.second = fill(cls.server)
        cls.backend = cls.server.user("backend", "service")

    def test_pages_are_the_whole_log_in_order(self):
        whole = pages(self.backend)
        positions = [event["position"] for event in whole]
        self.assertEqual(positions, sorted(set(positions)))
        self.assertEqual([int(p) % 10**13 for p in positions], list(range(1, len(positions) + 1)))
        self.assertEqual(pages(self.backend, limit=7), whole)
        event = next(e for e in whole if e["type"] == "message.sent" and e["facts"]["type"] == "text")
        self.assertEqual(event["facts"]["conversation_id"], event["stream"])
        self.assertIn(event["content"]["text"], ("message 0", "other 0"))
        self.assertEqual(event["schema"] >= 1, True)

    def test_from_is_exclusive_and_to_inclusive(self):
        whole = pages(self.backend)
        answer = self.backend.get(f"{API}/events?from={whole[2]['position']}&to={whole[5]['position']}")
        self.assertEqual(answer.json["items"], whole[3:6])
        self.assertIsNone(answer.json["next"])
        self.assertEqual(answer.json["position"], whole[5]["position"])

    def test_filters_equal_a_naive_filter(self):
        whole = pages(self.backend)

        def about(event):
            return (event["facts"] or {}).get("conversation_id")

        for query, wanted in [
            ("&types=message.sent", lambda e: e["type"] == "message.sent"),
            ("&types=message.*,read.advanced", lambda e: e["type"].startswith("message.") or e["type"] == "read.advanced"),
            (f"&conversation_id={self.first}", lambda e: about(e) == self.first),
            ("&actor=bob", lambda e: e["actor"] == "bob"),
            (f"&actor=alice&types=message.edited&conversation_id={self.first}",
             lambda e: e["actor"] == "alice" and e["type"] == "message.edited" and about(e) == self.first),
            ("&actor=nobody", lambda e: False),
        ]:
            with self.subTest(query=query):
                self.assertEqual(pages(self.backend, query), [e for e in whole if wanted(e)])

    def test_strangers_and_bad_questions(self):
        self.problem(self.alice.get(f"{API}/events"), 403, "forbidden")
        self.problem(self.alice.get(f"{API}/consumers"), 403, "forbidden")
        self.problem(self.backend.get(f"{API}/events?consumer=nobody"), 404, "not_found")
        self.problem(self.backend.get(f"{API}/consumers/nobody"), 404, "not_found")
        for query in ("from=x", "types=message.snet", "conversation_id=1", "limit=0", "limit=100000", "to=x",
                      "from=0019999999999999", "types=" + "message.sent," * 400,
                      "consumer=a&types=message.sent"):
            with self.subTest(query=query[:40]):
                self.problem(self.backend.get(f"{API}/events?{query}"), 400, "malformed")

    def test_a_position_without_its_epoch_is_called_so(self):
        room = self.alice.create()["id"]
        for path, headers in ((f"{API}/events?from=40", {}), (f"{API}/events?to=40", {}),
                              (f"{API}/events", {"Last-Event-ID": "40"}),
                              (f"{API}/conversations/{room}?min_position=40", {})):
            with self.subTest(path=path, **headers):
                user = self.alice if "min" in path else self.backend
                answer = user.get(path, **headers)
                self.problem(answer, 400, "malformed")
                self.assertIn("16 digits", answer.json["detail"])
                self.assertIn("0010000000000040", answer.json["detail"])
                self.assertNotIn("gone", answer.json["detail"])
        foreign = self.backend.get(f"{API}/events?from=0020000000000001")
        self.problem(foreign, 422, "gap")
        self.assertIn("of another epoch", foreign.json["detail"])

    def test_resuming_behind_every_event_gives_the_rest(self):
        whole = pages(self.backend)
        for i, event in enumerate(whole):
            with Stream(self.backend, **{"Last-Event-ID": event["position"]}) as stream:
                self.assertEqual(stream.response.getheader("Content-Type"), "text/event-stream; charset=utf-8")
                self.assertEqual(stream.events(), whole[i + 1:])

    def test_curl_follows_live(self):
        conversation = self.alice.create(["bob"])["id"]
        curl = subprocess.Popen(
            ["curl", "-sN", "-H", f"Authorization: Bearer {self.backend.token}", "-H", "Accept: text/event-stream",
             f"http://127.0.0.1:{self.server.port}{API}/events?from=now&types=message.sent&conversation_id={conversation}"],
            stdout=subprocess.PIPE, text=True)
        try:
            lines = iter(curl.stdout.readline, "")
            next(line for line in lines if line == "event: caught_up\n")
            for i in range(5):
                self.alice.send(conversation, f"live {i}")
            seen = []
            for line in lines:
                if line.startswith("data: ") and "live" in line:
                    seen.append(json.loads(line[6:])["content"]["text"])
                if len(seen) == 5:
                    break
            self.assertEqual(seen, [f"live {i}" for i in range(5)])
        finally:
            curl.kill()
            curl.wait()
            curl.stdout.close()

    def test_checkpoints_come_though_nothing_matches(self):
        with Stream(self.backend, "actor=nobody") as stream:
            blocks = stream.blocks()
            self.assertEqual(next(blocks)[1], "caught_up")
            sent = self.alice.send(self.first, "not for nobody")
            position = next(at for at, name, _ in blocks if name == "checkpoint")
            self.assertGreaterEqual(position, sent["position"])

    def test_a_stream_ends_where_it_was_asked_to(self):
        whole = pages(self.backend)
        with Stream(self.backend, f"to={whole[9]['position']}") as stream:
            self.assertEqual(stream.events(until=None), whole[:10])

    def test_http_1_0_is_served_until_the_connection_closes(self):
        with self.server.raw() as plain:
            plain.sendall(f"GET {API}/events?to=0010000000000002 HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer "
                          f"{self.backend.token}\r\nAccept: text/event-stream\r\n\r\n".encode())
            data = b""
            while piece := plain.recv(65536):
                data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertTrue(body.startswith(b"retry: 1000\n\n"))
        self.assertEqual(body.count(b"\ndata: {\"position\""), 3)

    def test_streams_of_a_user_are_limited(self):
        many = self.server.user("greedy", "service")
        streams = [Stream(many) for _ in range(20)]
        try:
            with Stream(many) as one_more:
                self.assertEqual(one_more.response.status, 429)
        finally:
            for stream in streams:
                stream.close()

    def test_a_slow_reader_costs_nobody_anything(self):
        conversation = self.alice.create(["bob"])["id"]
        slow = self.server.raw()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET {API}/events?types=message.sent&conversation_id={conversation} HTTP/1.1\r\nHost: x\r\n"
                     f"Authorization: Bearer {self.backend.token}\r\nAccept: text/event-stream\r\n\r\n".encode())
        with Stream(self.backend, f"from=now&types=message.sent&conversation_id={conversation}") as quick:
            quick.events()
            for i in range(400):
                self.alice.send(conversation, f"{i} " + "x" * 4000)
            got = []
            for _, name, data in quick.blocks():
                if name == "message.sent":
                    got.append(int(data["content"]["text"].split()[0]))
                if len(got) == 400:
                    break
            self.assertEqual(got, list(range(400)))
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        data = b""
        while data.count(b"event: message.sent") < 400:
            piece = slow.recv(1 << 20)
            self.assertTrue(piece, "the slow reader was dropped")
            data += piece
        slow.close()
        numbers = [int(part.split(b" ")[0]) for part in data.split(b'"text":"')[1:]]
        self.assertEqual(numbers, list(range(400)))

    def test_a_consumer_keeps_its_cursor(self):
        answer = self.backend.request("PUT", f"{API}/consumers/bill", {"types": ["message.sent"]})
        self.assertEqual((answer.status, answer.json["changed"], answer.json["types"]), (201, True, ["message.sent"]))
        again = self.backend.request("PUT", f"{API}/consumers/bill", {"types": "message.sent", "from": "now"})
        self.assertEqual((again.status, again.json["changed"]), (200, False))
        whole = pages(self.backend, "&types=message.sent")
        page = self.backend.get(f"{API}/events?consumer=bill&limit=3").json
        self.assertEqual(page["items"], whole[:3])
        self.assertEqual(self.backend.get(f"{API}/events?consumer=bill&limit=3&lease={page['lease']}").json["items"],
                         whole[:3])
        acked = self.backend.post(f"{API}/consumers/bill/ack", {"position": page["position"], "lease": page["lease"]})
        self.assertEqual(acked.json["position"], page["position"])
        page = self.backend.get(f"{API}/events?consumer=bill&limit=3&lease={page['lease']}").json
        self.assertEqual(page["items"], whole[3:6])
        self.assertIn('hansard_consumer_lag_events{consumer="bill"}', self.alice.get("/metrics").text)
        newer = self.backend.get(f"{API}/events?consumer=bill&limit=1").json
        self.assertNotEqual(newer["lease"], page["lease"])
        self.problem(self.backend.get(f"{API}/events?consumer=bill&lease={page['lease']}"), 409, "consumer_taken")
        for accept in ("application/json", "text/event-stream"):
            head = self.backend.request("HEAD", f"{API}/events?consumer=bill", headers={"Accept": accept})
            self.assertEqual((head.status, head.text), (200, ""))
            self.assertEqual(self.backend.get(f"{API}/events?consumer=bill&lease={newer['lease']}").status, 200)
        self.problem(self.backend.post(f"{API}/consumers/bill/ack",
                                       {"position": page["position"], "lease": page["lease"]}), 409, "consumer_taken")
        self.assertEqual([c["name"] for c in self.backend.get(f"{API}/consumers").json["items"]].count("bill"), 1)
        self.assertEqual(self.backend.request("DELETE", f"{API}/consumers/bill").status, 200)
        self.problem(self.backend.get(f"{API}/consumers/bill"), 404, "not_found")
        self.problem(self.backend.request("PUT", f"{API}/consumers/Bill", {}), 400, "malformed")

    def test_short_lists_have_pages_as_long_ones_do(self):
        names = ["page-a", "page-b", "page-c"]
        for name in reversed(names):
            self.backend.request("PUT", f"{API}/consumers/{name}", {})
        listed, cursor = [], ""
        while cursor is not None:
            page = self.backend.get(f"{API}/consumers?limit=1" + (f"&cursor={cursor}" if cursor else "")).json
            self.assertLessEqual(len(page["items"]), 1)
            listed += [consumer["name"] for consumer in page["items"]]
            cursor = page["next"]
        self.assertEqual([name for name in listed if name in names], names)
        self.problem(self.backend.get(f"{API}/consumers?limit=0"), 400, "malformed")
        of_views = self.user(scope="admin").get(f"{API}/admin/views?limit=1").json["next"]
        self.assertIsNotNone(of_views)
        for cursor in ("", "page-a", "nonsense", "%00", of_views):
            self.problem(self.backend.get(f"{API}/consumers?cursor={cursor}"), 400, "malformed")
        self.problem(self.backend.get(f"{API}/consumers?min_position=soon"), 400, "malformed")
        for name in names:
            self.backend.request("DELETE", f"{API}/consumers/{name}")

    def test_a_newer_stream_of_a_consumer_ends_the_older(self):
        self.backend.request("PUT", f"{API}/consumers/twice", {})
        with Stream(self.backend, "consumer=twice") as older:
            older.events()
            with Stream(self.backend, "consumer=twice") as newer:
                newer.events()
                problem = next(data for _, name, data in older.blocks() if name == "error")
                self.assertEqual(problem["code"], "consumer_taken")
        self.backend.request("DELETE", f"{API}/consumers/twice")


class Subscriptions(ServerTest, unittest.IsolatedAsyncioTestCase):
    config = "[limits]\nevents_checkpoint_ms = 200\nconsumer_flush_interval_ms = 10\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alice, cls.bob, cls.first, cls.second = fill(cls.server)
        cls.backend = cls.server.user("backend", "service")

    async def test_a_window_is_what_may_be_under_way(self):
        whole = pages(self.backend)
        async with self.backend.socket() as socket:
            ack = await socket.ask("events.subscribe", {"window": 4})
            self.assertEqual(ack["type"], "ack", ack)
            got = []
            while len(got) < len(whole):
                room = min(4, len(whole) - len(got))
                batch = [await socket.next("event") for _ in range(room)]
                checkpoint = await socket.next("checkpoint")
                if room == 4:
                    self.assertEqual(checkpoint["position"], batch[-1]["position"])
                    self.assertFalse(any(f["type"] == "event" for f in socket.frames))
                got += [f["data"] for f in batch]
                answer = await socket.ask("events.ack", {"position": batch[-1]["position"]})
                self.assertEqual(answer["type"], "ack", answer)
            self.assertEqual(got[:len(whole)], whole)

    async def test_ordinary_delivery_goes_on_beside_it(self):
        async with self.alice.socket() as ordinary:
            pass
        both = self.server.user("both", "service")
        conversation = self.alice.create(["both"])["id"]
        async with both.socket() as socket:
            await socket.ask("events.subscribe", {"from": "now", "types": "message.sent"})
            sent = self.alice.send(conversation, "twice")
            event = await socket.next("event")
            message = await socket.next("message.new")
            self.assertEqual(event["data"]["facts"]["message_id"], sent["id"])
            self.assertEqual(message["data"]["message"]["id"], sent["id"])
            self.assertEqual((await socket.ask("events.unsubscribe"))["type"], "ack")
            self.alice.send(conversation, "once")
            await socket.next("message.new")
            self.assertEqual((await socket.ask("events.unsubscribe"))["data"]["code"], "not_found")
            self.assertFalse(any(f["type"] == "event" for f in socket.frames))

    async def test_caught_up_and_checkpoints_come_though_nothing_matches(self):
        async with self.backend.socket() as socket:
            await socket.ask("events.subscribe", {"actor": "nobody"})
            caught_up = await socket.next("caught_up")
            self.assertEqual(caught_up["subscription"], 1)
            sent = self.alice.send(self.first, "nothing for nobody")
            while (await socket.next("checkpoint"))["position"] < sent["position"]:
                pass

    async def test_what_a_socket_may_read_goes_by_its_newest_token(self):
        plain, auditor = self.server.token("changing"), self.server.token("changing", "audit")
        async with self.server.user("changing").socket() as socket:
            self.assertEqual((await socket.ask("events.subscribe"))["data"]["code"], "forbidden")
            await socket.ask("auth", {"token": auditor})
            self.assertEqual((await socket.ask("events.subscribe", {"from": "now"}))["type"], "ack")
            await socket.ask("auth", {"token": plain})
            ended = await socket.next("subscription.closed")
            self.assertEqual((ended["subscription"], ended["data"]["code"]), (1, "forbidden"))
            self.assertEqual((await socket.ask("events.subscribe"))["data"]["code"], "forbidden")
            # An auditor's is opened once the read is on record; here the lesser token comes before that.
            for number in range(900, 920):
                await socket.ask("auth", {"token": auditor})
                frames = [{"type": "events.subscribe", "id": str(number), "data": {"from": "now"}},
                          {"type": "auth", "data": {"token": plain}}]
                await asyncio.gather(*(socket.ws.send(json.dumps(frame)) for frame in frames))
                answer = await socket.receive()
                while answer.get("re") != str(number):
                    answer = await socket.receive()
                if answer["type"] == "error":
                    break
            self.assertEqual(answer["data"]["code"], "forbidden")

    async def test_what_a_service_follows_ends_when_only_an_auditor_may(self):
        auditor = self.server.token("turning", "audit")
        async with self.server.user("turning", "service").socket() as socket:
            self.assertEqual((await socket.ask("events.subscribe", {"from": "now"}))["type"], "ack")
            await socket.ask("auth", {"token": self.server.token("turning", "service audit")})
            await socket.ask("auth", {"token": auditor})
            ended = await socket.next("subscription.closed")
            self.assertEqual((ended["subscription"], ended["data"]["code"]), (1, "forbidden"))
            self.assertEqual((await socket.ask("events.subscribe", {"from": "now"}))["type"], "ack")

    async def test_bad_subscriptions_are_refused_and_the_socket_lives_on(self):
        async with self.alice.socket() as ordinary:
            self.assertEqual((await ordinary.ask("events.subscribe"))["data"]["code"], "forbidden")
        async with self.backend.socket() as socket:
            for data in ({"window": 0}, {"window": 10_001}, {"window": -1}, {"window": "many"}, {"from": "x"}, {"from": 1},
                         {"types": "no.such"}, {"types": ["message.sent"] * 2_000}, {"types": [1]}, {"types": {}},
                         {"conversation_id": "x"}, {"actor": ""}, {"consumer": "a", "from": "now"}):
                with self.subTest(data=str(data)[:60]):
                    self.assertEqual((await socket.ask("events.subscribe", data))["data"]["code"], "malformed")
            self.assertEqual((await socket.ask("events.subscribe", {"consumer": "no-such"}))["data"]["code"], "not_found")
            self.assertEqual((await socket.ask("events.ack", {"position": "1"}))["data"]["code"], "not_found")
            self.assertEqual((await socket.ask("events.else"))["data"]["code"], "malformed")
            await socket.ask("events.subscribe", {"from": "now", "window": 1})
            self.assertEqual((await socket.ask("events.ack", {"position": "0019999999999999"}))["data"]["code"], "malformed")
            self.assertEqual((await socket.ask("ping"))["type"], "pong")

    async def test_thousands_of_subscribes_are_bounded(self):
        async with self.backend.socket() as socket:
            for i in range(2_000):
                await socket.ws.send(json.dumps({"type": "events.subscribe", "id": i, "data": {"from": "now"}}))
            answers = {"ack": 0, "error": 0}
            while sum(answers.values()) < 2_000:
                frame = await socket.receive()
                if "re" in frame:
                    answers[frame["type"]] += 1
            self.assertEqual(answers, {"ack": 16, "error": 1_984})
            self.assertEqual((await socket.ask("ping"))["type"], "pong")

    async def test_a_newer_reader_of_a_consumer_fences_the_older(self):
        self.backend.request("PUT", f"{API}/consumers/fenced", {"types": ["message.sent"]})
        async with self.backend.socket() as older, self.backend.socket() as newer:
            await older.ask("events.subscribe", {"consumer": "fenced"})
            first = await older.next("event")
            await older.ask("events.ack", {"position": first["position"]})
            await newer.ask("events.subscribe", {"consumer": "fenced"})
            closed = await older.next("subscription.closed")
            self.assertEqual(closed["data"]["code"], "consumer_taken")
            self.assertGreater((await newer.next("event"))["position"], first["position"])
            await asyncio.sleep(0)
        self.backend.request("DELETE", f"{API}/consumers/fenced")

    def test_node_subscribes(self):
        whole = pages(self.backend)
        if not shutil.which("node"):
            self.skipTest("no node")
        done = subprocess.run(["node", str(ROOT / "tests/e2e/node_events.js"), str(self.server.port), self.backend.token,
                               "3", str(len(whole))], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, NODE_PATH="/usr/share/nodejs"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [event["position"] for event in whole])


class ConsumerAcrossKills(unittest.IsolatedAsyncioTestCase):
    async def test_nothing_is_skipped(self):
        server = Server(config="[limits]\nconsumer_flush_interval_ms = 50\n")
        stop = threading.Event()
        sent = []

        def talk():
            alice = server.user("alice")
            conversation = None
            while not stop.is_set():
                try:
                    conversation = conversation or alice.create(["bob"])["id"]
                    sent.append(alice.send(conversation, f"{len(sent)}")["id"])
                except (OSError, AssertionError, http.client.HTTPException):
                    stop.wait(0.05)

        backend = server.user("backend", "service")
        backend.request("PUT", f"{API}/consumers/tough", {"types": ["message.sent"]})
        talker = threading.Thread(target=talk)
        talker.start()
        try:
            dealt_with, order = set(), []
            for round in range(5):
                try:
                    async with backend.socket() as socket:
                        await socket.ask("events.subscribe", {"consumer": "tough", "window": 50})
                        for _ in range(60):
                            event = await socket.next("event")
                            order.append(event["position"])
                            dealt_with.add(event["data"]["facts"]["message_id"])
                            await socket.ask("events.ack", {"position": event["position"]})
                        server.kill()
                except Exception as error:  # the socket of a killed server
                    if server.process.poll() is None:
                        raise error
                server.start()
            stop.set()
            talker.join()
            everything = [e["facts"]["message_id"] for e in pages(backend, "&types=message.sent")]
            async with backend.socket() as socket:
                await socket.ask("events.subscribe", {"consumer": "tough", "window": 10_000})
                for frame in socket.frames + await socket.receive_until("caught_up"):
                    if frame["type"] == "event":
                        dealt_with.add(frame["data"]["facts"]["message_id"])
            self.assertEqual(dealt_with, set(everything))
            self.assertLessEqual(set(sent), dealt_with)
            repeats = len(order) - len(set(order))
            self.assertLess(repeats, len(order))
        finally:
            stop.set()
            talker.join()
            server.close()


class Audited(unittest.TestCase):
    def test_an_auditors_reads_are_on_record_before_they_are_answered(self):
        server = Server()
        try:
            alice, _, first, _ = fill(server, rounds=1)
            auditor, backend = server.user("auditor", "audit"), server.user("backend", "service")
            before = len(pages(backend))
            page = auditor.get(f"{API}/events?conversation_id={first}&actor=bob")
            self.assertEqual(page.status, 200, page.text)
            with Stream(auditor, "from=now") as stream:
                stream.events()
            reads = [e for e in pages(backend) if e["type"] == "audit.read"]
            self.assertEqual(len(pages(backend)), before + 2)
            self.assertEqual([(r["actor"], r["facts"]["action"]) for r in reads], [("auditor", "events.read")] * 2)
            self.assertEqual(reads[0]["facts"]["conversation_id"], first)
            self.problem_of = alice.get(f"{API}/events")
            self.assertEqual(self.problem_of.status, 403)
            self.assertEqual(len(pages(backend)), before + 2)
        finally:
            server.close()


if __name__ == "__main__":
    unittest.main()
