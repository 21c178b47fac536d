"""The WebSocket contract with Python's websockets as the client (test_node.py has another one)."""
import asyncio
import json
import socket
import unittest

import websockets

from hansard_client import ServerTest, Socket, quoted

API = "/api/v1"


def frame(opcode, payload):
    """A final frame of a client, masked with zeros."""
    size = len(payload)
    head = bytes([size | 0x80]) if size < 126 else bytes([126 | 0x80]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + head + bytes(4) + payload


class Sockets(ServerTest, unittest.IsolatedAsyncioTestCase):
    config = "[limits]\nwrite_timeout_s = 120\n"  # who stops reading here is busy elsewhere, not gone

    def pair(self, **more):
        alice, bob = self.user(), self.user()
        return alice, bob, alice.create([bob.name], **more)["id"]

    def raw_socket(self, user):
        """Behind its hello, to write bytes to."""
        raw = self.server.raw()
        raw.sendall((f"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     f"Authorization: Bearer {self.server.token(user.name)}\r\n\r\n").encode())
        got = b""
        while b'"type":"hello"' not in got:
            got += raw.recv(65536)
        return raw

    async def test_a_send_is_acked_and_reaches_every_device(self):
        alice, bob, conversation = self.pair()
        async with alice.socket() as a1, alice.socket() as a2, bob.socket() as b1, bob.socket() as b2:
            ack = await a1.ask("message.send", {"conversation_id": conversation, "content": "hi"}, key="k1")
            self.assertEqual(ack["type"], "ack", ack)
            for socket in (a1, a2, b1, b2):
                frame = await socket.next("message.new")
                self.assertEqual(frame["data"]["message"]["id"], ack["data"]["id"])
                self.assertEqual((frame["conversation_id"], frame["version"], frame["position"]),
                                 (conversation, ack["data"]["version"], ack["data"]["position"]))
            again = await a2.ask("message.send", {"conversation_id": conversation, "content": "hi"}, key="k1")
            self.assertEqual(again["data"]["id"], ack["data"]["id"])

    async def test_who_says_goodbye_or_breaks_the_protocol_is_answered_first(self):
        broken = (frame(0x3, b"reserved"), frame(0x0, b"of nothing"), frame(0x1, b"\xff"), b"\x81\x01x",
                  bytes([0x81, 0xff]) + (1 << 30).to_bytes(8, "big") + bytes(4),
                  frame(0xA, b"") + frame(0x9, b"ping") + frame(0x8, b"\x03\xe8"),
                  b"\x01" + frame(0x1, b"{")[1:] + frame(0x3, b"in the middle"),
                  b"\x01" + frame(0x1, b"{")[1:] + frame(0x9, b"ping") + frame(0x8, b"\x03\xe8"))
        for ending in (frame(0x8, b"\x03\xe8"), None, *broken):
            alice, bob, conversation = self.pair()
            texts = [json.dumps({"type": "message.send", "id": str(i), "data": {
                "conversation_id": conversation, "content": str(i)}}).encode() for i in range(50)]
            raw = self.raw_socket(alice)
            got = b""
            raw.sendall(b"".join(frame(0x1, text) for text in texts) + (ending or b""))
            if not ending:
                raw.shutdown(socket.SHUT_WR)
            while piece := raw.recv(65536):
                got += piece
            self.assertEqual(got.count(b'"type":"ack"'), 50)
            raw.close()

    async def test_events_come_in_version_order_once(self):
        alice, bob, conversation = self.pair()
        async with alice.socket() as a, bob.socket() as b:
            for i in range(300):
                await a.ws.send(json.dumps({"type": "message.send", "id": str(i),
                                            "data": {"conversation_id": conversation, "content": str(i)}}))
            got = [(await b.next("message.new")) for _ in range(300)]
            self.assertEqual([f["data"]["message"]["content"] for f in got], [str(i) for i in range(300)])
            self.assertEqual([f["version"] for f in got], list(range(2, 302)))
            acks = [(await a.next("ack"))["re"] for _ in range(300)]
            self.assertEqual(sorted(acks, key=int), [str(i) for i in range(300)])

    async def test_edits_deletes_reads_and_members_are_pushed(self):
        alice, bob, conversation = self.pair()
        carol = self.user()
        async with alice.socket() as a, bob.socket() as b, carol.socket() as c:
            sent = (await a.ask("message.send", {"conversation_id": conversation, "content": "one"}))["data"]
            await a.ask("message.edit", {"message_id": sent["id"], "content": "two"})
            self.assertEqual((await b.next("message.edited"))["data"]["message"]["content"], "two")
            await b.ask("message.read", {"message_id": sent["id"]})
            receipt = await a.next("message.read_receipt")
            self.assertEqual((receipt["data"]["user_id"], receipt["data"]["up_to"]), (bob.name, 1))
            self.assertEqual((await b.next("unread.changed"))["data"]["unread"], 0)
            await b.ask("message.delivered", {"conversation_id": conversation, "up_to": 1})
            self.assertEqual((await a.next("message.delivered"))["data"]["user_id"], bob.name)
            await a.ask("message.delete", {"message_id": sent["id"]})
            gone = await b.next("message.deleted")
            self.assertEqual((gone["data"]["message_id"], gone["data"]["ordinal"]), (sent["id"], 1))
            alice.post(f"{API}/conversations/{conversation}/members", {"members": [carol.name]})
            await b.next("member.added")
            told = await c.receive()  # her first frame of the conversation
            self.assertEqual((told["type"], told["data"]["user_id"]), ("member.added", carol.name))
            notice = (await c.next("message.new"))["data"]["message"]
            self.assertEqual((notice["type"], notice["content"]), ("system", f"{alice.name} added {carol.name}"))
            await a.ask("message.send", {"conversation_id": conversation, "content": "welcome"})
            self.assertEqual((await c.next("message.new"))["data"]["message"]["content"], "welcome")
            carol.request("DELETE", f"{API}/conversations/{conversation}/members/{quoted(carol.name)}")
            await c.next("member.removed")
            await a.ask("message.send", {"conversation_id": conversation, "content": "behind her back"})
            await b.next("message.new")
            pong = await c.ask("ping")
            self.assertEqual(pong["type"], "pong" if pong["type"] == "pong" else "ack")
            self.assertNotIn("message.new", [f["type"] for f in c.frames])

    async def test_a_read_that_only_takes_the_mark_away_is_told_to_nobody_else(self):
        alice, bob, conversation = self.pair()
        message = [alice.send(conversation, str(i)) for i in range(3)][-1]
        path = f"{API}/conversations/{conversation}"
        bob.post(f"{path}/read", {"up_to": 3})
        receipts = alice.get(f"{API}/messages/{message['id']}/receipts").json
        async with alice.socket() as a, bob.socket() as b:
            cursor = a.hello["data"]["position"]
            for up_to in (1, 3):
                bob.post(f"{path}/unread", {"from": 2})
                self.assertEqual((await b.next("unread.changed"))["data"]["marked_from"], 2)
                answer = bob.post(f"{path}/read", {"up_to": up_to}).json
                self.assertEqual((answer["changed"], answer["read_up_to"], answer["marked_from"], answer["unread"]),
                                 (True, 3, None, 0))
                self.assertIsNone((await b.next("unread.changed"))["data"]["marked_from"])
            last = alice.send(conversation, "then")
            self.assertEqual((await a.receive())["position"], last["position"])
        async with alice.socket(f"?resume={cursor}") as a:
            self.assertEqual([f["type"] for f in await a.receive_until("caught_up")], ["message.new", "caught_up"])
        self.assertEqual(alice.get(f"{API}/messages/{message['id']}/receipts").json, receipts)

    async def test_a_reconnect_resumes_without_hole_or_repeat(self):
        alice, bob, conversation = self.pair()
        async with bob.socket() as b:
            first = alice.send(conversation, "seen")
            seen = await b.next("message.new")
        missed = [alice.send(conversation, f"missed {i}") for i in range(150)]
        alice.request("PUT", f"{API}/messages/{missed[0]['id']}", {"content": "edited since"})
        alice.request("DELETE", f"{API}/messages/{missed[1]['id']}")
        async with bob.socket(f"?resume={seen['cursor']}") as b:
            frames = await b.receive_until("caught_up")
            new = [f["data"]["message"] for f in frames if f["type"] == "message.new"]
            self.assertEqual([m["ordinal"] for m in new], list(range(2, 152)))
            self.assertEqual((new[0]["content"], new[1]["content"]), ("edited since", None))
            self.assertNotIn(first["id"], [m["id"] for m in new])
            alice.send(conversation, "live")
            self.assertEqual((await b.next("message.new"))["data"]["message"]["content"], "live")

    async def test_a_resume_frame_runs_from_its_ack(self):
        alice, bob, conversation = self.pair()
        async with bob.socket() as b:
            alice.send(conversation, "seen")
            seen = await b.next("message.new")
        for i in range(20):
            alice.send(conversation, f"missed {i}")
        async with bob.socket() as b:
            ack = await b.ask("resume", {"position": seen["cursor"]})
            self.assertEqual(ack["type"], "ack", ack)
            frames = await b.receive_until("caught_up")
            ordinals = [f["data"]["message"]["ordinal"] for f in frames if f["type"] == "message.new"]
            self.assertEqual(ordinals, list(range(2, 22)))

    async def test_who_left_resumes_to_his_removal_only(self):
        alice, bob, conversation = self.pair()
        async with bob.socket() as b:
            alice.send(conversation, "seen")
            seen = await b.next("message.new")
        alice.send(conversation, "not for him any more")
        alice.request("DELETE", f"{API}/conversations/{conversation}/members/{quoted(bob.name)}")
        alice.send(conversation, "nor this")
        async with bob.socket(f"?resume={seen['cursor']}") as b:
            frames = await b.receive_until("caught_up")
            self.assertEqual([f["type"] for f in frames if f.get("conversation_id") == conversation],
                             ["member.removed"])

    async def test_a_position_of_the_future_or_of_another_epoch_is_a_gap(self):
        bob = self.user()
        for position in ("0019999999999999", "0070000000000001", "0070000000000000", "nonsense"):
            async with bob.socket(f"?resume={position}") as b:
                self.assertIn("oldest_position", (await b.next("gap"))["data"])
        for position in ("0", "0010000000000000"):
            async with bob.socket(f"?resume={position}") as b:
                self.assertEqual((await b.receive())["type"], "caught_up")

    async def test_tokens_come_in_three_ways(self):
        alice = self.user()
        for query in (f"?access_token={alice.token}", f"?token={alice.token}"):
            async with Socket(alice, query, {"no_token": True}) as s:
                self.assertEqual((await s.receive())["type"], "hello")
        async with Socket(alice, "", {"no_token": True}) as s:
            await s.ws.send(json.dumps({"type": "auth", "data": {"token": alice.token}}))
            self.assertEqual((await s.next("hello"))["data"]["user_id"], alice.name)
        async with Socket(alice, "", {"no_token": True}) as s:
            await s.ws.send(json.dumps({"type": "message.send", "id": "1", "data": {}}))
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                while True:
                    await s.receive()
            self.assertEqual(closed.exception.code, 4401)
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with Socket(alice, "?access_token=forged", {"no_token": True}):
                pass
        self.assertEqual(refused.exception.status_code, 401)

    def test_a_mistyped_parameter_opens_no_socket(self):
        alice = self.user()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        for query, hint in (("resum=0010000000000001", "`resume` is one"), ("acces_token=x", "`access_token` is one"),
                            ("presence=away&as_of=1", "access_token, token, resume, presence are known")):
            refused = alice.get(f"/ws?{query}", **upgrade)
            self.problem(refused, 400, "malformed")
            self.assertIn(hint, refused.json["detail"])

    async def test_a_socket_ends_with_its_token(self):
        alice = self.user()
        alice.token = self.server.token(alice.name, ttl="8s")
        async with alice.socket() as s:
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await s.receive()
            self.assertEqual(closed.exception.code, 4401)

    async def test_a_new_auth_frame_keeps_the_socket(self):
        alice = self.user()
        fresh = self.server.token(alice.name)
        alice.token = self.server.token(alice.name, ttl="8s")
        async with alice.socket() as s:
            self.assertEqual((await s.ask("auth", {"token": fresh}))["type"], "ack")
            with self.assertRaises(asyncio.TimeoutError):
                await s.receive(timeout=18)
            self.assertIn((await s.ask("ping"))["type"], ("ack", "pong"))

    async def test_a_foreign_origin_is_refused(self):
        alice = self.user()
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with alice.socket("", headers={"Origin": "https://evil.example"}):
                pass
        self.assertEqual(refused.exception.status_code, 403)
        async with alice.socket("", headers={"Origin": f"http://127.0.0.1:{self.server.port}"}) as s:
            self.assertEqual(s.hello["data"]["user_id"], alice.name)

    async def test_nonsense_frames_are_answered_and_the_socket_lives(self):
        alice = self.user()
        async with alice.socket() as s:
            for text in ("not json", "{}", "[]", '{"type":7}', '{"type":"no.such"}', '{"type":"message.send"}'):
                await s.ws.send(text)
                self.assertEqual((await s.next("error"))["data"]["status"], 400, text)
            answer = await s.ask("message.send", {"conversation_id": "nope", "content": "x"})
            self.assertEqual(answer["type"], "error")
            self.assertIn((await s.ask("ping"))["type"], ("ack", "pong"))

    async def test_a_frame_beyond_the_limit_ends_only_its_socket(self):
        alice, bob = self.user(), self.user()
        async with alice.socket() as a, bob.socket() as b:
            await a.ws.send('{"type":"ping","data":"' + "x" * 600_000 + '"}')
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                while True:
                    await a.receive()
            self.assertEqual(closed.exception.code, 1009)
            self.assertIn((await b.ask("ping"))["type"], ("ack", "pong"))

    async def test_typing_reaches_others_and_expires(self):
        alice, bob, conversation = self.pair()
        async with alice.socket() as a1, alice.socket() as a2, bob.socket() as b:
            for _ in range(50):
                await a1.ws.send(json.dumps({"type": "typing.start", "data": {"conversation_id": conversation}}))
            started = await b.next("typing.indicator")
            self.assertEqual((started["data"]["user_id"], started["data"]["is_typing"]), (alice.name, True))
            stopped = await b.next("typing.indicator")
            self.assertEqual(stopped["data"]["is_typing"], False)
            await a2.ask("ping")
            self.assertNotIn("typing.indicator", [f["type"] for f in a2.frames])

    async def test_the_twenty_first_socket_of_a_user_is_refused(self):
        alice = self.user()
        open_sockets = []
        for _ in range(20):
            socket = alice.socket()
            await socket.__aenter__()
            open_sockets.append(socket)
        try:
            with self.assertRaises((websockets.InvalidStatusCode, websockets.ConnectionClosed)) as refused:
                async with alice.socket() as extra:
                    await extra.receive()
            self.assertIn("429", str(refused.exception))
        finally:
            for socket in open_sockets:
                await socket.ws.close()

    async def test_a_socket_that_stops_reading_loses_nothing(self):
        alice, bob, conversation = self.pair()
        async with bob.socket("", max_queue=1) as b, alice.socket() as a:
            text = "x" * 5_000
            total = 3_000
            for start in range(0, total, 100):
                for i in range(start, start + 100):
                    await a.ws.send(json.dumps({"type": "message.send", "id": str(i), "data": {
                        "conversation_id": conversation, "content": text}}))
                for _ in range(100):
                    await a.next("ack")
                a.frames.clear()
            frames = []
            while len([f for f in frames if f["type"] == "message.new"]) < total:
                frames.append(await b.receive())
            ordinals = [f["data"]["message"]["ordinal"] for f in frames if f["type"] == "message.new"]
            self.assertEqual(ordinals, list(range(1, total + 1)))
            self.assertIn("fell_behind", [f["type"] for f in frames])
            if "caught_up" not in [f["type"] for f in frames]:
                await b.next("caught_up")


class ImpatientServer(ServerTest, unittest.IsolatedAsyncioTestCase):
    config = "[limits]\nping_interval_s = 1\npong_timeout_s = 8\nwrite_timeout_s = 120\n"

    async def test_a_socket_that_reads_slowly_for_long_is_not_taken_for_dead(self):
        alice, bob = self.user(), self.user()
        conversation = alice.create([bob.name])["id"]
        total = 40
        for _ in range(total):
            alice.send(conversation, "x" * 9_000)
        narrow = socket.create_connection(("127.0.0.1", self.server.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 10)
        ordinals = []
        async with bob.socket("?resume=0010000000000000", max_queue=1, sock=narrow) as b:
            while len(ordinals) < total:
                frame = await b.receive()
                if frame["type"] != "message.new":
                    continue
                ordinals.append(frame["data"]["message"]["ordinal"])
                # Some 170 KB are on the way to him, so that a pong comes after eleven seconds, longer than it may take;
                # that he takes something the server sees every five.
                await asyncio.sleep(0.6)
        self.assertEqual(ordinals, list(range(1, total + 1)))

    async def test_a_socket_that_answers_no_ping_is_closed(self):
        token = self.user().token
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as silent:
            silent.sendall(f"GET /ws?access_token={token} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                           "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
            said = b""
            while part := silent.recv(4096):
                said += part
        self.assertTrue(said.startswith(b"HTTP/1.1 101"), said)
        self.assertIn(b"\x89\x00", said)  # the ping


if __name__ == "__main__":
    unittest.main()
