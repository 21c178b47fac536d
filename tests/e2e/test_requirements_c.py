"""The Echo message service, row by row: people with several devices each. See docs/REQUIREMENTS.md."""
import asyncio
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest
import uuid

import websockets

from hansard_client import BIN, Socket, quoted, temporary_folder
from requirement_case import API, RequirementTest, bar, bare
from webhook_receiver import Receiver, section

HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node") or shutil.which("nodejs")


class Echo(RequirementTest):
    config = "[limits]\ntyping_expiry_s = 1\nheader_timeout_s = 2\n"

    # REST.

    def test_c_01_send(self):
        alice, bob, id = self.group()
        sent = self.post(alice, "messages", {"conversation_id": id, "content": "hello"}, 201)
        self.assertEqual(bare(self.get(bob, f"messages/{sent['id']}")), bare(sent))
        self.assertEqual(sent["conversation_id"], id)
        self.problem(alice.post(f"{API}/messages", {"content": "nowhere"}), 400, "malformed")
        self.learns_nothing(self.stranger(), "POST", "messages", {"conversation_id": id, "content": "x"})

    def test_c_02_history(self):
        alice, bob, id = self.group()
        ids = [alice.send(id, str(number))["id"] for number in range(6)]
        self.assertEqual(self.contents(bob, id, f"limit=2&before={ids[4]}"), ["3", "2"])
        self.assertEqual(self.contents(bob, id, f"limit=9&before={ids[1]}"), ["0"])
        page = bob.history(id, "limit=4")
        rest = bob.history(id, "limit=4&cursor=" + quoted(page["next"]))
        self.assertEqual(([m["content"] for m in rest["items"]], rest["next"]), (["1", "0"], None))

    def test_c_03_single(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "one")
        self.assertEqual(bare(self.get(bob, f"messages/{sent['id']}")), bare(sent))
        self.learns_nothing(self.stranger(), "GET", f"messages/{sent['id']}")
        self.learns_nothing(bob, "GET", f"messages/{uuid.uuid4()}")

    def test_c_04_edit(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "draft", metadata={"kept": True})
        self.put(alice, f"messages/{sent['id']}", {"content": "final"})
        got = self.get(bob, f"messages/{sent['id']}")
        self.assertEqual((got["content"], got["metadata"], got["created_at"]), ("final", {"kept": True},
                                                                                sent["created_at"]))
        self.assertIsNotNone(got["edited_at"])
        self.problem(bob.request("PUT", f"{API}/messages/{sent['id']}", {"content": "x"}), 403, "forbidden")

    async def test_c_05_delete(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "gone soon")
        async with bob.socket() as phone, bob.socket() as desktop:
            self.delete(alice, f"messages/{sent['id']}")
            for device in (phone, desktop):
                self.assertEqual((await device.next("message.deleted"))["data"]["message_id"], sent["id"])
        self.assertEqual(self.contents(bob, id), [None])

    async def test_c_06_read(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "x")
        async with alice.socket() as a:
            self.post(bob, f"messages/{sent['id']}/read", None, 200)
            self.assertEqual((await a.next("message.read_receipt"))["data"]["user_id"], bob.name)
        again = self.post(bob, f"messages/{sent['id']}/read", None, 200)
        self.assertFalse(again["changed"])

    async def test_c_07_typing_over_rest(self):
        alice, bob, id = self.group()
        async with alice.socket() as a:
            self.post(bob, f"conversations/{id}/typing", {"is_typing": True}, 200)
            self.assertEqual((await a.next("typing.indicator"))["data"], {"user_id": bob.name, "is_typing": True})
        self.learns_nothing(self.stranger(), "POST", f"conversations/{id}/typing", {"is_typing": True})
        self.problem(bob.post(f"{API}/conversations/{id}/typing", {"is_typing": "yes"}), 400, "malformed")

    def test_c_08_health_and_readiness(self):
        anybody = self.stranger()
        anybody.token = "none"
        self.assertEqual(anybody.get("/health").json["status"], "ok")
        ready = anybody.get("/ready").json
        self.assertEqual(ready["status"], "ready")
        self.assertIn("chat", [view["name"] for view in ready["views"]])

    # The socket.

    async def test_c_09_socket(self):
        alice = self.stranger()
        async with alice.socket() as s:
            hello = s.hello["data"]
            self.assertEqual(hello["user_id"], alice.name)
            self.assertTrue(hello["session_id"] and hello["position"] and hello["limits"])
        plain = alice.get("/ws")
        self.assertEqual((plain.status, plain.headers.get("upgrade")), (426, "websocket"))

    async def test_c_10_read_receipt(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "x")
        async with alice.socket() as a, bob.socket() as b:
            await self.acked(b, "message.read", {"message_id": sent["id"]})
            receipt = (await a.next("message.read_receipt"))["data"]
            self.assertEqual((receipt["user_id"], receipt["up_to"]), (bob.name, sent["ordinal"]))
        self.assertEqual(self.receipt(alice, sent["id"], bob)["read_at"], receipt["at"])

    async def test_c_11_typing_start_and_stop(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            await self.acked(b, "typing.start", {"conversation_id": id})
            self.assertTrue((await a.next("typing.indicator"))["data"]["is_typing"])
            await self.acked(b, "typing.stop", {"conversation_id": id})
            self.assertFalse((await a.next("typing.indicator"))["data"]["is_typing"])

    async def test_c_12_ping(self):
        async with self.stranger().socket() as s:
            await s.ws.send('{"type":"ping","id":7}')
            self.assertEqual((await s.next("pong"))["re"], 7)
            await s.ws.send('{"type":"ping"}')
            await s.next("pong")

    async def test_c_13_auth_as_the_first_frame(self):
        alice, bob, id = self.group()
        async with Socket(bob, "", {"no_token": True}) as s:
            await s.ws.send(json.dumps({"type": "auth", "data": {"token": bob.token}}))
            self.assertEqual((await s.next("hello"))["data"]["user_id"], bob.name)
            alice.send(id, "hi")
            self.assertEqual((await s.next("message.new"))["data"]["message"]["content"], "hi")

    async def test_c_14_new_message(self):
        alice, bob, id = self.group()
        async with bob.socket() as b:
            sent = alice.send(id, "hi", mentions=[{"user_id": bob.name, "offset": 0, "length": 2}])
            frame = await b.next("message.new")
            self.assertEqual(bare(frame["data"]["message"]), bare(sent))
            self.assertRegex(frame["data"]["message"]["created_at"], r"Z$")

    async def test_c_15_delivered(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "x")
        async with alice.socket() as a, bob.socket() as b:
            await self.acked(b, "message.delivered", {"conversation_id": id, "up_to": sent["ordinal"]})
            told = (await a.next("message.delivered"))["data"]
            self.assertEqual((told["user_id"], told["up_to"]), (bob.name, sent["ordinal"]))
        self.assertEqual(self.receipt(alice, sent["id"], bob)["delivered_at"], told["at"])

    async def test_c_16_read(self):
        alice, bob, id = self.group()
        ids = [alice.send(id, str(number))["id"] for number in range(3)]
        async with alice.socket() as a:
            self.post(bob, f"messages/{ids[1]}/read")
            told = (await a.next("message.read_receipt"))["data"]
            self.assertEqual((told["user_id"], told["up_to"]), (bob.name, 2))
        self.assertEqual([self.receipt(alice, m, bob)["status"] for m in ids], ["read", "read", "sent"])

    async def test_c_17_typing_reaches_the_others(self):
        alice, bob, id = self.group()
        async with alice.socket() as phone, alice.socket() as desktop, bob.socket() as b:
            await self.acked(b, "typing.start", {"conversation_id": id})
            for device in (phone, desktop):
                self.assertEqual((await device.next("typing.indicator"))["data"]["user_id"], bob.name)
            self.assertEqual(await self.heard(b), [])

    async def test_c_18_one_envelope(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            sent = alice.send(id, "x")
            self.post(bob, f"messages/{sent['id']}/read")
            self.post(bob, f"conversations/{id}/typing", {"is_typing": True})
            frames = [await a.receive() for _ in range(3)]
            await b.ws.send("nonsense")
            frames += [a.hello, await b.next("error"), await b.ask("ping")]
        for frame in frames:
            self.assertIsInstance(frame["type"], str)
            self.assertIsInstance(frame["data"], dict)
            self.assertNotIn("payload", frame)

    async def test_c_19_who_somebody_is_stands_in_the_token(self):
        alice, bob, id = self.group()
        eve = self.stranger()
        claims = {"X-User-ID": alice.name, "X-Device-ID": "phone", "Hansard-Act-As": alice.name}
        answer = eve.request("GET", f"{API}/conversations/{id}", headers={"X-User-ID": alice.name})
        self.problem(answer, 404, "not_found")
        self.problem(eve.request("GET", f"{API}/conversations", headers=claims), 403, "forbidden")
        async with eve.socket("", headers={"X-User-ID": alice.name}) as s:
            self.assertEqual(s.hello["data"]["user_id"], eve.name)
        gateway = self.service(bob.name)  # a gateway that has checked the user itself
        self.assertEqual(gateway.send(id, "through the gateway")["sender_id"], bob.name)

    # What a message is.

    def test_c_23_request_fields(self):
        alice, bob, id = self.group()
        root = alice.send(id, "root")["id"]
        whole = {"conversation_id": id, "content": "y" * 10_000, "type": "text", "reply_to": root,
                 "mentions": [{"user_id": bob.name, "offset": 9_999, "length": 1}]}
        self.assertEqual(self.post(alice, "messages", whole, 201)["reply_to"], root)
        self.assertEqual(self.post(alice, "messages", {"conversation_id": id, "content": "😀" * 10_000}, 201)["type"],
                         "text")
        for change, status in (({"content": "y" * 10_001}, 422), ({"content": ""}, 422), ({"reply_to": "x"}, 400),
                               ({"type": "hologram"}, 400), ({"conversation_id": "7"}, 400), ({"mentions": 1}, 400),
                               ({"reply_to": str(uuid.uuid4())}, 422)):
            self.assertEqual(alice.post(f"{API}/messages", {**whole, **change}).status, status, list(change))
        as_another = alice.post(f"{API}/messages", {**whole, "sender_user_id": bob.name})
        self.assertEqual(as_another.json["sender_id"], alice.name)

    def test_c_24_message_fields(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "@bob", mentions=[{"user_id": bob.name, "offset": 0, "length": 4}], type="image")
        self.assertEqual((sent["conversation_id"], sent["sender_id"], sent["content"], sent["type"], sent["ordinal"]),
                         (id, alice.name, "@bob", "image", 1))
        self.assertEqual(sent["mentions"], [{"user_id": bob.name, "offset": 0, "length": 4}])
        self.assertEqual(self.receipt(alice, sent["id"], bob)["status"], "sent")  # a status is per reader

    def test_c_25_mentions(self):
        alice, bob, id = self.group()
        content = "ask @bob, or @bob"
        mentions = [{"user_id": bob.name, "offset": offset, "length": 4} for offset in (4, 13)]
        sent = alice.send(id, content, mentions=mentions)
        for mention in self.get(bob, f"messages/{sent['id']}")["mentions"]:
            self.assertEqual(content[mention["offset"]:mention["offset"] + mention["length"]], "@bob")
        self.assertEqual(self.get(bob, f"conversations/{id}")["mentions_unread"], 1)  # messages, not marks
        alice.send(id, "@eve", mentions=[{"user_id": self.stranger().name, "offset": 0, "length": 4}])
        self.assertEqual(self.get(bob, "unread")["mentions"], 1)

    def test_c_26_types(self):
        alice, bob, id = self.group()
        words = ["text", "image", "video", "audio", "file", "location"]
        for word in words:
            alice.send(id, word, type=word)
        self.assertEqual([m["type"] for m in bob.history(id, "after=0")["items"]], words)

    def test_c_27_statuses(self):
        alice, bob, id = self.group()
        message, seen = alice.send(id, "x")["id"], []
        for path, body in (("typing", {"is_typing": True}), ("delivered", {"up_to": 1}), ("read", {"up_to": 1})):
            self.post(bob, f"conversations/{id}/{path}", body)
            seen.append(self.receipt(alice, message, bob)["status"])
        self.assertEqual(seen, ["sent", "delivered", "read"])

    # Features.

    def test_c_28_a_status_per_participant(self):
        carol, dan = self.stranger(), self.stranger()
        alice, bob, id = self.group(carol, dan)
        message = alice.send(id, "x")["id"]
        self.post(bob, f"conversations/{id}/delivered", {"up_to": 1})
        self.post(carol, f"conversations/{id}/delivered", {"up_to": 1})
        self.post(carol, f"messages/{message}/read")
        rows = {r["user_id"]: r for r in self.get(alice, f"messages/{message}/receipts")["items"]}
        self.assertEqual({name: row["status"] for name, row in rows.items()},
                         {bob.name: "delivered", carol.name: "read", dan.name: "sent"})
        self.assertEqual([rows[p.name]["delivered_at"] is None for p in (bob, carol, dan)], [False, False, True])
        self.assertEqual([rows[p.name]["read_at"] is None for p in (bob, carol, dan)], [True, False, True])

    async def test_c_29_the_sender_hears_of_it(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "x")
        async with alice.socket() as phone, alice.socket() as desktop:
            self.post(bob, f"messages/{sent['id']}/read")
            for device in (phone, desktop):
                self.assertEqual((await device.next("message.read_receipt"))["data"]["user_id"], bob.name)

    async def test_c_30_typing_expires(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            self.assertEqual(a.hello["data"]["limits"]["typing_expiry_s"], 1)  # five where nothing is said
            await self.acked(b, "typing.start", {"conversation_id": id})
            self.assertTrue((await a.next("typing.indicator"))["data"]["is_typing"])
            self.assertFalse((await a.next("typing.indicator"))["data"]["is_typing"])

    async def test_c_31_every_device(self):
        alice, bob, id = self.group()
        async with bob.socket() as phone, bob.socket() as desktop, alice.socket() as hers, alice.socket() as tablet:
            sent = await self.acked(hers, "message.send", {"conversation_id": id, "content": "x"})
            for device in (phone, desktop, hers, tablet):
                self.assertEqual((await device.next("message.new"))["data"]["message"]["id"], sent["id"])
            await self.acked(phone, "message.read", {"message_id": sent["id"]})
            self.assertEqual((await desktop.next("unread.changed"))["data"]["unread"], 0)

    def subscribed(self, types, answer=None, notified_after_s=1):
        """A receiver of webhooks, and a server that tells it of these events."""
        receiver, folder = Receiver(answer), temporary_folder()
        self.addCleanup(receiver.close)
        config = f"[notifications]\nafter_s = {notified_after_s}\n" + section(folder, "push", receiver, types)
        return receiver, self.own_server(config, folder=folder)

    async def test_c_32_offline_users_get_a_push(self):
        receiver, server = self.subscribed(["notification.due"], notified_after_s=6)
        alice, bob, carol = (server.user(name) for name in ("alice", "bob", "carol"))
        id = alice.create(["bob", "carol"])["id"]
        self.post(carol, f"conversations/{id}/mute")
        async with bob.socket() as b:
            there = alice.send(id, "you are there")
            await b.next("message.new")
            await self.acked(b, "message.delivered", {"conversation_id": id, "up_to": there["ordinal"]})
        missed = [alice.send(id, "you are not"), alice.send(id, "nor now")]
        pushed = await asyncio.to_thread(receiver.wait_for, 2)
        self.assertEqual([(p["message_id"], p["user_id"]) for p in pushed], [(m["id"], "bob") for m in missed])
        self.assertEqual(receiver.problems, [])

    def test_c_33_payload_of_a_push(self):
        receiver, server = self.subscribed(["notification.due"])
        alice = server.user("alice")
        id = alice.create(["bob"])["id"]
        sent = alice.send(id, "wake up", type="text")
        pushed = receiver.wait_for(1)[0]
        self.assertEqual(
            {name: pushed[name] for name in ("user_id", "type", "message_id", "conversation_id", "sender_id", "content",
                                             "timestamp")},
            {"user_id": "bob", "type": "text", "message_id": sent["id"], "conversation_id": id, "sender_id": "alice",
             "content": "wake up", "timestamp": sent["created_at"]})

    def test_c_34_edit_history(self):
        alice, bob, id = self.group(settings={"edit_history": True})
        message = alice.send(id, "v1", metadata={"n": 1})["id"]
        self.put(alice, f"messages/{message}", {"content": "v2", "metadata": {"n": 2}})
        items = self.get(bob, f"messages/{message}/history")["items"]
        self.assertEqual([(v["content"], v["metadata"]) for v in items], [("v1", {"n": 1}), ("v2", {"n": 2})])
        self.assertLess(items[0]["version"], items[1]["version"])

    async def test_c_35_delete_is_told(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "x")
        async with bob.socket() as b, alice.socket() as a, self.stranger().socket() as eve:
            await self.acked(a, "message.delete", {"message_id": sent["id"]})
            told = await b.next("message.deleted")
            self.assertEqual((told["data"]["message_id"], told["version"]), (sent["id"], sent["version"] + 1))
            self.assertEqual((await b.next("unread.changed"))["data"]["unread"], 0)
            self.assertEqual(await self.heard(eve), [])
        self.assertEqual(bob.unread(id), 0)

    def test_c_36_replies_and_mentions(self):
        alice, bob, id = self.group()
        root = alice.send(id, "who?")["id"]
        bob.send(id, "@alice me", reply_to=root, mentions=[{"user_id": alice.name, "offset": 0, "length": 6}])
        reply = self.get(alice, f"conversations/{id}/messages?thread={root}")["items"][0]
        self.assertEqual((reply["reply_to"], reply["mentions"][0]["user_id"]), (root, alice.name))
        self.assertEqual(self.get(alice, f"conversations/{id}")["mentions_unread"], 1)

    async def test_c_37_unread_counts(self):
        alice, bob, id = self.group()
        async with bob.socket() as phone, bob.socket() as desktop:
            for number in range(3):
                alice.send(id, str(number))
            self.assertEqual(bob.unread(id), 3)
            await self.acked(phone, "message.read", {"conversation_id": id, "up_to": 2})
            told = (await desktop.next("unread.changed"))["data"]
            self.assertEqual((told["unread"], told["read_up_to"]), (1, 2))
        self.assertEqual(self.get(bob, "unread")["conversations"],
                         [{"conversation_id": id, "unread": 1, "mentions_unread": 0}])

    def test_c_38_a_send_moves_its_conversation(self):
        alice, bob, id = self.group()
        other = alice.create([bob.name])["id"]
        for number in range(1, 4):
            sent = bob.send(id, str(number))
            shown = self.get(alice, "conversations")["items"]
            self.assertEqual([c["id"] for c in shown], [id, other])
            self.assertEqual((shown[0]["last_message"]["id"], shown[0]["last_ordinal"]), (sent["id"], number))
        alice.send(other, "x")
        self.assertEqual([c["id"] for c in self.get(alice, "conversations")["items"]], [other, id])

    def test_c_39_participants(self):
        alice, bob, id = self.group()
        carol = self.stranger()
        self.post(alice, f"conversations/{id}/members", {"user_id": carol.name, "role": "read_only"})
        self.problem(carol.post(f"{API}/conversations/{id}/messages", {"content": "x"}), 403, "read_only")
        message = bob.send(id, "his")["id"]
        self.problem(carol.request("PUT", f"{API}/messages/{message}", {"content": "x"}), 403, "forbidden")
        self.problem(carol.request("DELETE", f"{API}/messages/{message}"), 403, "forbidden")
        self.leaves(bob, id)
        self.learns_nothing(bob, "PUT", f"messages/{message}", {"content": "x"})
        self.learns_nothing(bob, "DELETE", f"messages/{message}")
        self.assertIn("his", self.contents(carol, id))

    # Limits and numbers.

    async def test_c_40_outbox(self):
        async with self.stranger().socket() as s:
            self.assertEqual(s.hello["data"]["limits"]["outbox_frames_max"], 256)

    async def test_c_41_frame_limit(self):
        alice = self.stranger()
        async with alice.socket() as s:
            self.assertEqual(s.hello["data"]["limits"]["frame_bytes_max"], 512 * 1024)
            await s.ws.send('{"type":"ping","data":{"x":"' + "x" * 512 * 1024 + '"}}')
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await s.receive()
            self.assertEqual(closed.exception.code, 1009)

    async def test_c_42_heartbeat_limits(self):
        async with self.stranger().socket() as s:
            limits = s.hello["data"]["limits"]
            self.assertEqual((limits["ping_interval_s"], limits["pong_timeout_s"]), (54, 60))

    def test_c_43_a_request_has_its_time(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as slow:
            started = time.monotonic()
            slow.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n")  # and never the rest
            self.assertEqual(slow.recv(100), b"")
            self.assertIn(round(time.monotonic() - started), range(1, 14))  # not the 15 s of a server that was not told
        self.assertEqual(self.own_server().stop(), 0)

    async def test_c_44_a_slow_client_is_served_from_the_log(self):
        server = self.own_server("[limits]\noutbox_frames_max = 16\nwrite_timeout_s = 120\n")
        alice, bob = server.user("alice"), server.user("bob")
        id, total = alice.create(["bob"])["id"], 1_500
        narrow = socket.create_connection(("127.0.0.1", server.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        async with bob.socket("", max_queue=1, sock=narrow) as b, alice.socket() as a:
            for start in range(0, total, 100):
                for number in range(start, start + 100):
                    await a.ws.send(json.dumps({"type": "message.send", "id": str(number), "data": {
                        "conversation_id": id, "content": "x" * 6_000}}))
                for _ in range(100):
                    await a.next("ack")
                a.frames.clear()
            kinds, ordinals = [], []
            while len(ordinals) < total or kinds.count("caught_up") < kinds.count("fell_behind"):
                frame = await b.receive(30)
                kinds.append(frame["type"])
                if frame["type"] == "message.new":
                    ordinals.append(frame["data"]["message"]["ordinal"])
        self.assertIn("fell_behind", kinds)
        self.assertEqual(ordinals, list(range(1, total + 1)))

    async def test_c_45_throughput(self):
        alice, bob, id = self.group()
        async with alice.socket() as a:
            started = time.monotonic()
            for number in range(1_000):
                await a.ws.send(json.dumps({"type": "message.send", "id": str(number), "data": {
                    "conversation_id": id, "content": "x"}}))
            for _ in range(1_000):
                await a.next("ack")
        self.assertLess(time.monotonic() - started, bar(10))  # this client is the slow side; see hansard-bench
        self.assertEqual(bob.unread(id), 1_000)

    # Running it.

    def test_c_47_metrics(self):
        alice, _, id = self.group()
        alice.send(id, "x")
        page = alice.get("/metrics").text
        for name in ("hansard_sessions", "hansard_events_total", "hansard_http_request_seconds_bucket",
                     "hansard_sync_seconds_bucket", "hansard_view_lag_seconds", "hansard_queue_commands"):
            self.assertRegex(page, rf"(?m)^{name}[{{ ]")

    def test_c_48_settings_in_a_file(self):
        folder = self.own_server().folder
        file = folder / "all.toml"
        file.write_text(f'[server]\ndata = "{folder}/other"\nlisten = "127.0.0.1:0"\nlog_level = "error"\n'
                        f'[auth]\njwt_secret_file = "{folder}/secret"\n[limits]\ndelete_window_s = 60\n')
        process = subprocess.Popen([str(BIN / "hansard"), "serve", "--config", str(file)], stdout=subprocess.PIPE)
        try:
            self.assertIn(b"listening on http://127.0.0.1:", process.stdout.readline())
        finally:
            process.terminate()
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    async def test_c_49_traces_and_stale_connections(self):
        server = self.own_server("[limits]\nping_interval_s = 1\npong_timeout_s = 2\n")
        alice = server.user("alice")
        silent = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.addCleanup(silent.close)
        silent.sendall(f"GET /ws?access_token={alice.token} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                       "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
        said = b""
        while part := silent.recv(4096):  # it answers no ping, and is cut
            said += part
        self.assertTrue(said.startswith(b"HTTP/1.1 101"), said)
        await self.eventually(lambda: "\nhansard_sessions 0\n" in alice.get("/metrics").text, True)
        process = subprocess.Popen([str(BIN / "hansard"), "serve", "--data", str(server.folder / "d"), "--listen",
                                    "127.0.0.1:0", "--jwt-secret-file", str(server.secret), "--log-format", "json",
                                    "--log-level", "debug"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, traces = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        whats = [json.loads(line) for line in traces.decode().splitlines()]
        self.assertGreaterEqual(len(whats), 3)

    async def test_c_50_the_gateway_s_checks(self):
        server = self.own_server("[rate_limit]\nuser_per_s = 1\nuser_burst = 15\nfailed_auth_per_s = 1\n"
                                 "failed_auth_burst = 5\n")
        alice, thief = server.user("alice"), server.user("thief")
        thief.token = "forged"
        guesses = [thief.get(f"{API}/conversations").status for _ in range(30)]
        self.assertEqual((set(guesses), set(guesses[:5])), ({401, 429}, {401}))
        id = alice.create(["bob"])["id"]
        async with alice.socket() as a:
            answers = [await a.ask("message.send", {"conversation_id": id, "content": "x"}) for _ in range(40)]
        self.assertEqual({f["data"]["code"] for f in answers if f["type"] == "error"}, {"rate_limited"})
        self.learns_nothing(server.user("eve"), "POST", f"conversations/{id}/messages", {"content": "x"})
        self.assertEqual(len(self.contents(server.user("bob"), id)), sum(f["type"] == "ack" for f in answers))

    # Clients.

    @unittest.skipUnless(NODE, "node is not installed")
    def test_c_51_a_browser_that_reconnects(self):
        alice, bob, id = self.group()
        page = subprocess.Popen([NODE, str(HERE / "browser_client.js"), str(self.server.port), bob.token,
                                 f"http://127.0.0.1:{self.server.port}", "end"], stdout=subprocess.PIPE,
                                env=dict(os.environ, NODE_PATH="/usr/share/nodejs"))
        self.addCleanup(page.stdout.close)
        try:
            lines = []
            def until(wanted):
                while not lines or lines[-1] != wanted:
                    line = page.stdout.readline()
                    self.assertTrue(line, lines)
                    lines.append(json.loads(line))
            until({"hello": bob.name})
            for text in ("one", "cut", "while away", "end"):
                alice.send(id, text)
                if text == "cut":
                    until({"content": "cut"})
            until({"content": "end"})
            self.assertEqual(page.wait(60), 0)
            self.assertEqual([line["content"] for line in lines if "content" in line],
                             ["one", "cut", "while away", "end"])
            self.assertEqual(lines.count({"hello": bob.name}), 2)
            self.assertEqual(bob.unread(id), 4)  # received by a page in the background, read by nobody
        finally:
            page.kill()
            page.wait()

    async def test_c_52_transports(self):
        alice, bob, id = self.group()
        alice.send(id, "over HTTP")
        polled = bob.history(id, "after=0")["items"]
        async with bob.socket() as b:
            alice.send(id, "over a socket")
            pushed = (await b.next("message.new"))["data"]["message"]
        self.assertEqual(([m["content"] for m in polled], pushed["content"]), (["over HTTP"], "over a socket"))
        self.assertEqual([bare(m) for m in bob.history(id, "after=1")["items"]], [bare(pushed)])

    async def test_c_53_what_they_planned(self):
        word = f"w{uuid.uuid4().hex}"
        receiver, server = self.subscribed(["message.sent", "reaction.added", "message.expired"])
        alice, bob = server.user("alice"), server.user("bob")
        id = alice.create(["bob"], settings={"retention_s": 6})["id"]
        sent = alice.send(id, f"{word} for six seconds")
        self.post(bob, f"messages/{sent['id']}/reactions", {"emoji": "👍"})
        found = lambda: len(self.get(bob, f"search/messages?q={word}")["items"])
        self.assertEqual(found(), 1)
        told = await asyncio.to_thread(receiver.wait_for, 3)  # analytics: any event, in order, none missing
        self.assertEqual([t["event"]["type"] for t in told], ["message.sent", "reaction.added", "message.expired"])
        self.assertEqual([(t["number"], t["prev"]) for t in told], [(1, 0), (2, 1), (3, 2)])
        await self.eventually(found, 0)
        self.assertIsNone(self.get(bob, f"messages/{sent['id']}")["content"])

    def test_c_54_a_push_that_arrives(self):
        receiver, server = self.subscribed(["notification.due"], lambda _, attempt: 503 if attempt < 3 else 200)
        alice = server.user("alice")
        id = alice.create(["bob"])["id"]
        file = self.upload(alice, b"voice", "audio/ogg", "memo.ogg")
        sent = alice.send(id, "", type="audio", attachments=[{"file_id": file["id"]}])
        pushed = receiver.wait_for(1)[0]  # after two refusals
        self.assertEqual([delivery["number"] for delivery, _ in receiver.attempts], [1, 1, 1])
        self.assertEqual((pushed["message_id"], pushed["type"]), (sent["id"], "audio"))
        shown = self.get(server.user("bob"), f"messages/{pushed['message_id']}")["attachments"]
        self.assertEqual(shown[0]["name"], "memo.ogg")
        self.assertEqual(self.download(server.user("bob"), file["id"]), b"voice")


if __name__ == "__main__":
    unittest.main()
