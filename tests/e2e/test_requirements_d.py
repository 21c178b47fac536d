"""The defects found in the three source systems: each is a test here. See docs/REQUIREMENTS.md."""
import json
import os
import random
import shutil
import socket
import time
import unittest
import uuid

import websockets

from hansard_client import Socket
from requirement_case import API, RequirementTest, TracedTown


class Defects(RequirementTest):
    async def pipeline(self, socket, conversation, texts):
        """Sends all without waiting, then waits for every ack."""
        for number, text in enumerate(texts):
            await socket.ws.send(json.dumps({"type": "message.send", "id": str(number), "data": {
                "conversation_id": conversation, "content": text}}))
        for _ in texts:
            await socket.next("ack", timeout=30)

    async def test_d_01_a_slow_client_stops_nobody(self):
        server = self.own_server("[limits]\nwrite_timeout_s = 120\n")
        alice, bob, carol = (server.user(name) for name in ("alice", "bob", "carol"))
        id, total = alice.create(["bob", "carol"])["id"], 1_000
        narrow = socket.create_connection(("127.0.0.1", server.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        async with bob.socket("", max_queue=1, sock=narrow) as b, carol.socket() as c, alice.socket() as a:
            for start in range(0, total, 200):  # bob reads nothing meanwhile
                await self.pipeline(a, id, [f"{number:05}" + "x" * 6_000 for number in range(start, start + 200)])
                a.frames.clear()
                heard = [(await c.next("message.new"))["data"]["message"]["ordinal"] for _ in range(200)]
                self.assertEqual(heard, list(range(start + 1, start + 201)))
            ordinals = []
            while len(ordinals) < total:
                frame = await b.receive(30)
                if frame["type"] == "message.new":
                    ordinals.append(frame["data"]["message"]["ordinal"])
            self.assertEqual(ordinals, list(range(1, total + 1)))  # nor does he lose anything

    async def test_d_02_delivered_is_what_a_device_acknowledged(self):
        alice, bob, id = self.group()
        async with bob.socket() as b:
            message = alice.send(id, "x")["id"]
            await b.next("message.new")  # on the device, which has said nothing yet
            self.assertEqual(self.receipt(alice, message, bob),
                             {"user_id": bob.name, "delivered_at": None, "read_at": None, "status": "sent"})
            b.ws.transport.abort()
        self.assertEqual(self.receipt(alice, message, bob)["status"], "sent")
        async with bob.socket() as b:
            await self.acked(b, "message.delivered", {"conversation_id": id, "up_to": 1})
        receipt = self.receipt(alice, message, bob)
        self.assertEqual((receipt["status"], receipt["read_at"]), ("delivered", None))
        self.assertIsNotNone(receipt["delivered_at"])

    def test_d_03_status_never_goes_back(self):
        alice, bob, id = self.group()
        messages = [alice.send(id, str(number))["id"] for number in range(3)]
        self.post(bob, f"conversations/{id}/read", {"up_to": 3})
        read_at = self.receipt(alice, messages[2], bob)["read_at"]
        self.post(bob, f"conversations/{id}/delivered", {"up_to": 3})  # the late acknowledgement
        self.post(bob, f"conversations/{id}/read", {"up_to": 1})
        self.post(bob, f"conversations/{id}/unread", {"from": 1})
        for message in messages:
            self.assertEqual(self.receipt(alice, message, bob)["status"], "read")
        self.assertEqual(self.receipt(alice, messages[2], bob)["read_at"], read_at)

    async def test_d_04_only_members_mark(self):
        eve, left, nothing = self.stranger(), self.stranger(), str(uuid.uuid4())
        alice, bob, id = self.group(left)
        message = alice.send(id, "x")["id"]
        self.leaves(left, id)
        before = self.get(alice, f"messages/{message}/receipts")
        for person in (eve, left):
            for path, body in ((f"messages/{message}/read", None), (f"messages/{nothing}/read", None),
                               (f"conversations/{id}/read", {"up_to": 1}), (f"conversations/{id}/unread", {"from": 1}),
                               (f"conversations/{id}/delivered", {"up_to": 1})):
                self.learns_nothing(person, "POST", path, body)
            async with person.socket() as s:
                await self.refused(s, 404, "not_found", "message.read", {"message_id": message})
                await self.refused(s, 404, "not_found", "message.delivered", {"conversation_id": id, "up_to": 1})
        self.learns_nothing(bob, "POST", f"messages/{nothing}/read")  # nor does nothing pass for something
        self.assertEqual(self.get(alice, f"messages/{message}/receipts"), before)

    async def test_d_05_replies_are_kept(self):
        alice, bob, id = self.group()
        root = alice.send(id, "root")["id"]
        async with bob.socket() as b:
            sent = alice.send(id, "reply", reply_to=root)
            heard = (await b.next("message.new"))["data"]["message"]
        shown = [sent, heard, self.get(bob, f"messages/{sent['id']}"), bob.history(id)["items"][0],
                 self.get(bob, "conversations")["items"][0]["last_message"]]
        self.assertEqual([m["reply_to"] for m in shown], [root] * 5)
        self.put(alice, f"messages/{sent['id']}", {"content": "edited"})
        self.assertEqual(self.get(bob, f"messages/{sent['id']}")["reply_to"], root)

    async def test_d_06_the_frame_limit_is_applied(self):
        alice, bob, id = self.group()
        limit = 512 * 1024
        async with bob.socket() as b:
            for pieces in (['{"type":"ping","data":{"x":"' + "x" * limit + '"}}'],
                           ['{"type":"ping","data":{"x":"', *["x" * 65_536] * 9, '"}}']):  # in one frame, and in parts
                async with alice.socket() as a:
                    with self.assertRaises(websockets.ConnectionClosed) as closed:
                        await a.ws.send(pieces)
                        while True:
                            await a.receive()
                    self.assertEqual(closed.exception.code, 1009)
            async with alice.socket() as a:
                head, tail = '{"type":"ping","id":"p","data":{"x":"', '"}}'
                await a.ws.send(head + "x" * (limit - len(head) - len(tail)) + tail)
                self.assertEqual((await a.next("pong"))["re"], "p")
            self.assertEqual(await self.heard(b), [])

    async def test_d_07_who_left_cannot_send(self):
        alice, bob, id = self.group()
        message = bob.send(id, "still here")["id"]
        async with bob.socket() as b:
            self.leaves(bob, id)
            await self.refused(b, 404, "not_found", "message.send", {"conversation_id": id, "content": "x"})
            await self.refused(b, 404, "not_found", "message.edit", {"message_id": message, "content": "x"})
            await self.refused(b, 404, "not_found", "message.delete", {"message_id": message})
            await self.refused(b, 404, "not_found", "typing.start", {"conversation_id": id})
            self.learns_nothing(bob, "POST", f"conversations/{id}/messages", {"content": "x"})
            alice.send(id, "without him")
            self.assertNotIn("message.new", await self.heard(b))
        self.assertEqual(self.contents(alice, id)[0], "without him")
        self.post(alice, f"conversations/{id}/members", {"members": [bob.name]})
        bob.send(id, "back")
        self.assertEqual(self.contents(alice, id)[0], "back")

    async def test_d_08_a_kill_between_commit_and_fan_out(self):
        server = self.own_server()
        alice, bob = server.user("alice"), server.user("bob")
        id, acked, seen = alice.create(["bob"])["id"], [], []
        async with bob.socket() as b:
            cursor = b.hello["data"]["position"]
        for round in range(4):
            async with alice.socket() as a:
                for number in range(50):
                    await a.ws.send(json.dumps({"type": "message.send", "id": str(number), "data": {
                        "conversation_id": id, "content": f"{round}.{number}"}}))
                while len(acked) < 10 * (round + 1):
                    acked.append((await a.next("ack"))["data"]["id"])
                server.kill()  # some are acknowledged, bob's device is away or behind
            server.start()
            async with bob.socket(f"?resume={cursor}") as b:
                for frame in await b.receive_until("caught_up"):
                    if frame["type"] == "message.new":
                        seen.append(frame["data"]["message"])
                        cursor = frame["cursor"]
        self.assertLessEqual(set(acked), {m["id"] for m in seen})
        self.assertEqual([m["ordinal"] for m in seen], list(range(1, len(seen) + 1)))

    def test_d_09_counters_equal_a_recount(self):
        server = self.own_server("[limits]\nreceipt_interval_ms = 0\n")
        seed = int(os.environ.get("HANSARD_SEED", time.time_ns() % 1_000_000))
        chance = random.Random(seed)
        people = [server.user(f"user-{number}") for number in range(4)]
        id = people[0].create([p.name for p in people[1:]])["id"]
        sent, read = [], {p.name: 0 for p in people}
        for _ in range(150):
            who, what = chance.choice(people), chance.random()
            if what < 0.6 or not sent:
                reply = {"reply_to": chance.choice(sent)["id"]} if sent and chance.random() < 0.3 else {}
                sent.append(who.send(id, "x", **reply) | {"gone": False})
            elif what < 0.75:
                message = chance.choice(sent)
                author = next(p for p in people if p.name == message["sender_id"])
                self.delete(author, f"messages/{message['id']}")
                message["gone"] = True
            else:
                up_to = chance.randrange(len(sent)) + 1
                self.post(who, f"conversations/{id}/read", {"up_to": up_to})
                read[who.name] = max(read[who.name], up_to)

        def recount():
            for person in people:
                shown = self.get(person, f"conversations/{id}")
                unread = [m for m in sent if m["sender_id"] != person.name and not m["gone"] and
                          m["ordinal"] > read[person.name]]
                note = f"seed {seed}, {person.name}"
                self.assertEqual((shown["last_ordinal"], shown["unread"], shown["member_count"]),
                                 (len(sent), len(unread), 4), note)
                self.assertEqual(shown["last_message"]["id"], sent[-1]["id"], note)
                self.assertEqual(self.get(person, "unread")["total"], len(unread), note)
            for message in sent:
                replies = [m for m in sent if m["reply_to"] == message["id"] and not m["gone"]]
                if replies:
                    shown = self.get(people[0], f"messages/{message['id']}")
                    self.assertEqual(shown["thread_count"], len(replies), f"seed {seed}")

        recount()
        server.kill()
        shutil.rmtree(server.data / "views")  # and once more from nothing but the log
        server.start()
        recount()

    async def test_d_10_other_sites_open_no_sockets(self):
        alice = self.stranger()
        own = f"127.0.0.1:{self.server.port}"
        for origin in ("https://evil.example", f"http://{own}.evil.example", f"http://evil.example/{own}", "null",
                       f"http://127.0.0.1:{self.server.port + 1}", f"ftp://{own}"):
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                async with Socket(alice, f"?token={alice.token}", {"no_token": True, "headers": {"Origin": origin}}):
                    pass
            self.assertEqual(refused.exception.status_code, 403, origin)
        for headers in ({}, {"Origin": f"http://{own}"}, {"Origin": f"https://{own}"}):
            async with alice.socket("", headers=headers) as s:
                self.assertEqual(await self.heard(s), [])

    async def test_d_11_received_is_not_read(self):
        alice, bob, id = self.group()
        async with bob.socket() as b, alice.socket() as a:
            message = alice.send(id, "x")
            await b.next("message.new")
            await self.acked(b, "message.delivered", {"conversation_id": id, "up_to": message["ordinal"]})
            self.assertEqual((await a.next("message.delivered"))["data"]["user_id"], bob.name)
            self.assertEqual((bob.unread(id), self.receipt(alice, message["id"], bob)["status"]), (1, "delivered"))
            self.assertNotIn("message.read_receipt", await self.heard(a))
            await self.acked(b, "message.read", {"message_id": message["id"]})  # now somebody looked
            await a.next("message.read_receipt")
        self.assertEqual((bob.unread(id), self.receipt(alice, message["id"], bob)["status"]), (0, "read"))

    async def test_d_12_browsers_get_in_without_headers(self):
        server = self.own_server("[limits]\nauth_frame_timeout_s = 5\n")
        alice = server.user("alice")
        async with Socket(alice, "", {"no_token": True}) as s:
            await s.ws.send(json.dumps({"type": "auth", "data": {"token": alice.token}}))
            self.assertEqual((await s.next("hello"))["data"]["user_id"], "alice")
            self.assertEqual(await self.heard(s), [])
        for first in (None, {"type": "auth", "data": {"token": "forged"}}, {"type": "ping"}):
            async with Socket(alice, "", {"no_token": True}) as s:
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    if first:
                        await s.ws.send(json.dumps(first))
                    while True:
                        await s.receive()
                self.assertEqual(closed.exception.code, 4401, first)

    async def test_d_13_read_is_each_reader_s_own(self):
        carol = self.stranger()
        alice, bob, id = self.group(carol)
        async with self.stranger().socket() as eve:
            message = alice.send(id, "x")["id"]
            self.post(bob, f"messages/{message}/read")
            self.assertEqual((bob.unread(id), carol.unread(id)), (0, 1))
            self.assertEqual([self.receipt(alice, message, p)["status"] for p in (bob, carol)], ["read", "sent"])
            self.assertEqual(await self.heard(eve), [])

    async def test_d_14_tokens_are_not_traced(self):
        server = self.own_server(kind=TracedTown)
        alice = server.user("alice")
        secrets = [alice.token, alice.token[:-6] + "Forged", "a-token-like-nothing", "content-nobody-may-trace"]
        for token in secrets[:3]:
            for query in (f"?token={token}", f"?access_token={token}"):
                try:
                    async with Socket(alice, query, {"no_token": True}) as s:
                        await s.receive()
                        await s.ws.send(json.dumps({"type": "auth", "data": {"token": secrets[2]}}))
                        await s.ws.send("not json " + token)
                        await s.ask("ping")
                except (websockets.InvalidStatusCode, websockets.ConnectionClosed):
                    pass
            alice.request("GET", f"{API}/conversations?access_token={token}", headers={"Authorization": "Bearer x"})
            alice.request("GET", f"/nothing/{token}", headers={"Authorization": f"Bearer {token}"})
        alice.send(alice.create()["id"], secrets[3])
        self.assertEqual(server.stop(), 0)
        self.assertIn("serving", [line["what"] for line in server.traces()])
        traces = server.trace_file.read_text()
        for secret in secrets:
            self.assertNotIn(secret, traces)
            self.assertNotIn(secret[-20:], traces)
        for file in server.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(alice.token.encode(), file.read_bytes(), file)

    async def test_d_15_a_typing_flood_is_no_write_load(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            before = alice.send(id, "x")["position"]
            await b.next("message.new")
            started = time.monotonic()
            for number in range(6_000):
                await a.ws.send(json.dumps({"type": "typing.start" if number % 2 else "typing.stop",
                                            "data": {"conversation_id": id}}))
            self.assertEqual(await self.heard(a), ["message.new"])
            told = (await self.heard(b)).count("typing.indicator")
            most = 3 + (time.monotonic() - started) / 2  # one a change, at most one in two seconds
            self.assertTrue(1 <= told <= most, (told, most))
            after = alice.send(id, "y")["position"]
        self.assertLess(int(after) - int(before), 10)  # of six thousand, none came into the log

    async def test_d_16_a_reconnect_makes_up_for_everything(self):
        alice, bob, id = self.group()
        old = [alice.send(id, f"old {number}") for number in range(3)]
        async with bob.socket() as b:
            alice.send(id, "seen")
            cursor = (await b.next("message.new"))["cursor"]
        missed = alice.send(id, "missed")
        self.put(alice, f"messages/{old[0]['id']}", {"content": "edited"})
        self.delete(alice, f"messages/{old[1]['id']}")
        self.put(alice, f"messages/{missed['id']}", {"content": "missed, edited"})
        short = alice.send(id, "short-lived")
        self.delete(alice, f"messages/{short['id']}")
        self.patch(alice, f"conversations/{id}", {"title": "renamed"})
        new = alice.create([bob.name], title="new one")["id"]
        async with bob.socket(f"?resume={cursor}") as b:
            frames = await b.receive_until("caught_up")
        shown = {}  # what a client that only follows frames has on its screen
        for frame in frames:
            if frame["type"] in ("message.new", "message.edited"):
                shown[frame["data"]["message"]["id"]] = frame["data"]["message"]["content"]
            elif frame["type"] == "message.deleted":
                shown[frame["data"]["message_id"]] = None
        self.assertEqual(shown, {old[0]["id"]: "edited", old[1]["id"]: None, missed["id"]: "missed, edited",
                                 short["id"]: None})
        self.assertEqual(shown[missed["id"]], self.get(bob, f"messages/{missed['id']}")["content"])
        kinds = {(f["type"], f.get("conversation_id")) for f in frames}
        self.assertLessEqual({("conversation.updated", id), ("conversation.created", new)}, kinds)
        positions = [f["position"] for f in frames if "position" in f]
        self.assertEqual(positions, sorted(positions))

    def test_d_17_mentions_count_code_points(self):
        alice, bob, id = self.group()
        path = f"{API}/conversations/{id}/messages"
        for before in ("", "plain ", "é combining e\u0301 ", "👩‍👩‍👧‍👦 ", "𝔸stral 😀😀 ", "\u202eright to left ", "漢字 "):
            content, name = before + "@bob, hello", "@bob"
            mention = {"user_id": bob.name, "offset": len(before), "length": len(name)}  # Python counts code points
            sent = alice.send(id, content, mentions=[mention])
            got = self.get(bob, f"messages/{sent['id']}")
            self.assertEqual((got["content"], got["mentions"]), (content, [mention]))
            start = got["mentions"][0]["offset"]
            self.assertEqual(got["content"][start:start + got["mentions"][0]["length"]], name)
        whole = "😀" * 10
        alice.send(id, whole, mentions=[{"user_id": bob.name, "offset": 9, "length": 1}])
        for offset, length in ((10, 1), (9, 2), (0, 11), (0, 20), (38, 2), (0, 0)):  # UTF-16 and bytes do not fit
            answer = alice.post(path, {"content": whole, "mentions": [{"user_id": bob.name, "offset": offset,
                                                                       "length": length}]})
            self.assertIn(answer.status, (400, 422), (offset, length))
        self.problem(alice.post(path, {"content": "x", "mentions": [{"user_id": bob.name, "offset": -1,
                                                                     "length": 1}]}), 400, "malformed")
        self.assertEqual(self.get(bob, f"conversations/{id}")["mentions_unread"], 8)


if __name__ == "__main__":
    unittest.main()
