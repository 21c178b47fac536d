"""What is live and not kept: presence, typing and call signals, with cut cables, floods, restarts and strangers."""
import asyncio
import contextlib
import datetime
import json
import os
import pathlib
import socket
import subprocess
import time
import unittest

from hansard_client import Server, ServerTest, quoted

API = "/api/v1"
DEBOUNCE = 1.0
PING, PONG = 1, 5
# Two io threads, so that what is told has to cross from one to the other.
CONFIG = f"""
[server]
threads = 2
[limits]
presence_debounce_ms = {int(DEBOUNCE * 1000)}
ping_interval_s = {PING}
pong_timeout_s = {PONG}
presence_members_max = 5
"""


class Cable:
    """A TCP proxy that can be cut: it then forwards nothing, and closes nothing."""

    def __init__(self, port):
        self.port, self.is_cut, self.tasks = port, False, []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.local_port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc):
        self.server.close()
        for task in self.tasks:
            task.cancel()

    def cut(self):
        self.is_cut = True

    async def connect(self, reader, writer):
        there = await asyncio.open_connection("127.0.0.1", self.port)
        self.tasks += [asyncio.create_task(self.pump(reader, there[1])),
                       asyncio.create_task(self.pump(there[0], writer))]

    async def pump(self, reader, writer):
        while not self.is_cut:
            data = await reader.read(65536)
            if not data:
                writer.close()
                return
            if not self.is_cut:
                writer.write(data)
        await asyncio.Event().wait()  # neither read nor closed: the far end is gone without a word


class Live(ServerTest, unittest.IsolatedAsyncioTestCase):
    config = CONFIG

    def pair(self, **more):
        alice, bob = self.user(), self.user()
        return alice, bob, alice.create([bob.name], **more)["id"]

    def presence(self, viewer, user):
        return viewer.get(f"{API}/users/{quoted(user.name)}/presence")

    async def until(self, condition, seconds, what):
        """When it was so."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            await asyncio.sleep(0.05)
        return time.monotonic()

    async def told(self, watcher, user, seconds=30):
        while True:
            frame = await watcher.next("presence.changed", seconds)
            if frame["data"]["user_id"] == user.name:
                return frame["data"]["status"]

    async def drain(self, watcher, seconds):
        """All frames of the next seconds, with those set aside."""
        frames, watcher.frames = watcher.frames, []
        end = time.monotonic() + seconds
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                frames.append(await watcher.receive(max(0.01, end - time.monotonic())))
        return frames

    def about(self, frames, user):
        return [f["data"]["status"] for f in frames if f["type"] == "presence.changed"
                and f["data"]["user_id"] == user.name]


class Presence(Live):
    async def test_the_best_of_two_devices_counts_and_strangers_learn_nothing(self):
        alice, bob, _ = self.pair()
        eve = self.user()
        async with bob.socket() as b, eve.socket() as e:
            async with alice.socket() as desk, alice.socket() as phone:
                self.assertEqual(self.presence(bob, alice).json["status"], "online")
                self.assertEqual(await self.told(b, alice), "online")
                ack = await desk.ask("presence.update", {"status": "away"})
                self.assertEqual((ack["type"], ack["data"]), ("ack", {"status": "away"}))
                self.assertEqual(self.presence(bob, alice).json["status"], "online")
                await phone.ask("presence.update", {"status": "away"})
                self.assertEqual(await self.told(b, alice), "away")
                seen_by_her = await self.drain(phone, 0.5)
                self.assertEqual(self.about(seen_by_her, alice), [])
            self.assertEqual(await self.told(b, alice), "offline")
            self.assertEqual(self.presence(bob, alice).json["status"], "offline")
            self.assertEqual([f["type"] for f in await self.drain(e, 0.5)], [])
        self.problem(self.presence(eve, alice), 404, "not_found")
        self.assertEqual(eve.get(f"{API}/users/online").json, {"items": [], "next": None})

    async def test_flapping_tells_nobody(self):
        for _ in range(5):
            if await self.flaps_unnoticed():
                return
        self.skipTest("this machine is too busy: what should flap stays as it is for longer than the debounce")

    async def flaps_unnoticed(self):
        """False where a change held for so long that it may have been told."""
        alice, bob, _ = self.pair()
        async with bob.socket() as b:
            if await self.visit(alice, 6, 0) > DEBOUNCE / 2:
                return False
            self.assertEqual(self.about(await self.drain(b, DEBOUNCE + 1), alice), [])
            async with alice.socket():
                self.assertEqual(await self.told(b, alice), "online")
                await asyncio.sleep(DEBOUNCE / 5)
            longest = await self.visit(alice, 6, DEBOUNCE / 5)
            left = time.monotonic()
            async with alice.socket():
                if max(longest, time.monotonic() - left) > DEBOUNCE / 2:
                    return False
                self.assertEqual(self.about(await self.drain(b, DEBOUNCE + 1), alice), [])
        return True

    async def visit(self, user, count, pause):
        """Short visits; how many seconds it stayed as it was, at the longest."""
        longest = 0
        for _ in range(count):
            left = time.monotonic()
            await asyncio.sleep(pause)
            async with user.socket():
                came = time.monotonic()
                await asyncio.sleep(DEBOUNCE / 5)
            longest = max(longest, came - left, time.monotonic() - came)
        return longest

    async def test_who_appears_offline_from_the_start_is_never_seen(self):
        alice, bob, conversation = self.pair()
        async with bob.socket() as b, alice.socket("?presence=offline") as a:
            sent = await a.ask("message.send", {"conversation_id": conversation, "content": "boo"})
            self.assertEqual(sent["type"], "ack")
            frames = await self.drain(b, DEBOUNCE + 1)
            self.assertEqual(self.about(frames, alice), [])
            self.assertIn("message.new", [f["type"] for f in frames])
            shown = self.presence(bob, alice).json
            self.assertEqual((shown["status"], shown["last_seen"]), ("offline", None))
            await a.ask("presence.update", {"status": "online"})
            self.assertEqual(await self.told(b, alice), "online")
        self.problem(alice.get("/ws?presence=here", **{"Upgrade": "websocket", "Connection": "Upgrade",
                     "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}),
                     400, "malformed")

    async def test_a_status_is_one_of_three_and_ones_own(self):
        alice, bob, _ = self.pair()
        service = self.user(scope="service")
        async with alice.socket() as a, service.socket() as s:
            for data in ({}, {"status": "here"}, {"status": 1}):
                self.assertEqual((await a.ask("presence.update", data))["data"]["code"], "malformed")
            refused = await s.ask("presence.update", {"status": "away"}, act_as=alice.name)
            self.assertEqual(refused["data"]["status"], 403)

    async def test_only_small_conversations_show_presence(self):
        alice, bob, carol = self.user(), self.user(), self.user()
        alice.create([bob.name])
        alice.create([carol.name] + [self.user().name for _ in range(4)])
        async with bob.socket() as b, carol.socket() as c, alice.socket():
            self.assertEqual(await self.told(b, alice), "online")
            self.assertEqual(self.about(await self.drain(c, 0.5), alice), [])
            self.assertEqual([p["user_id"] for p in alice.get(f"{API}/users/online").json["items"]], [bob.name])
        self.problem(self.presence(carol, alice), 404, "not_found")

    async def cut_cable(self, is_busy):
        alice, bob, conversation = self.pair()
        async with Cable(self.server.port) as cable, bob.socket() as b:
            wire = socket.create_connection(("127.0.0.1", cable.local_port))
            a = alice.socket(sock=wire)
            await a.__aenter__()
            self.assertEqual(await self.told(b, alice), "online")
            await asyncio.sleep(2 * PING)
            self.assertEqual(self.presence(bob, alice).json["status"], "online")
            cable.cut()
            filler = asyncio.create_task(self.fill(b, conversation)) if is_busy else None
            await self.until(lambda: self.presence(bob, alice).json["status"] == "offline", 30, "a ghost")
            self.assertEqual(await self.told(b, alice), "offline")
            if filler:
                filler.cancel()
            shown = self.presence(bob, alice).json
            self.assertIsNotNone(shown["last_seen"])
            a.ws.transport.abort()

    async def fill(self, watcher, conversation):
        """Keeps frames queued for everybody, faster than a dead peer takes them."""
        for number in range(10_000):
            await watcher.ws.send(json.dumps({"type": "message.send", "data": {
                "conversation_id": conversation, "content": f"{number} " + "x" * 9_000}}))
            await asyncio.sleep(0.01)

    async def test_a_cut_cable_leaves_no_ghost(self):
        await self.cut_cable(False)

    async def test_a_cut_cable_leaves_no_ghost_while_frames_wait_for_it(self):
        await self.cut_cable(True)

    async def test_who_is_online_comes_in_pages(self):
        alice = self.user()
        friends = sorted((self.user() for _ in range(6)), key=lambda u: u.name)
        for friend in friends:
            alice.create([friend.name], type="direct")
        async with contextlib.AsyncExitStack() as stack:
            for friend in friends[:5]:
                await stack.enter_async_context(friend.socket())
            await stack.enter_async_context(alice.socket())
            names, query = [], "?limit=2"
            while query:
                page = alice.get(f"{API}/users/online{query}").json
                names += [p["user_id"] for p in page["items"]]
                query = page["next"] and f"?limit=2&cursor={quoted(page['next'])}"
            self.assertEqual(names, [f.name for f in friends[:5]])

    async def test_node_sees_two_devices_as_python_does(self):
        alice, bob, conversation = self.pair()
        script = pathlib.Path(__file__).with_name("node_presence.js")
        node = await asyncio.create_subprocess_exec(
            "node", str(script), str(self.server.port), alice.token, bob.token, conversation,
            stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
        out, _ = await asyncio.wait_for(node.communicate(), 60)
        self.assertEqual(node.returncode, 0)
        seen = json.loads(out)
        self.assertEqual(seen["told"], ["away", "online", "away", "offline"])
        self.assertEqual(seen["calls"], {"bob": [1], "phone": [3], "desk": [2, 3]})
        self.assertEqual((seen["ack"], seen["own"]), ({"accepted": True}, 0))


class Restart(Live):
    """Each test has its own server to kill or stop."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        self.server = Server(config=CONFIG)

    def tearDown(self):
        self.server.close()

    def seen_at(self, viewer, user):
        """Seconds ago, once he is offline."""
        shown = self.presence(viewer, user).json
        self.assertEqual(shown["status"], "offline")
        self.assertIsNotNone(shown["last_seen"])
        seen = datetime.datetime.fromisoformat(shown["last_seen"].replace("Z", "+00:00"))
        return seen.timestamp()

    def seen_between(self, first, viewer, user, last):
        seen = self.seen_at(viewer, user)
        self.assertGreaterEqual(seen, first - 0.01)  # it is told in whole milliseconds
        self.assertLessEqual(seen, last)

    async def test_nobody_is_online_after_a_crash(self):
        alice, bob, _ = self.pair()
        came = time.time()
        async with contextlib.AsyncExitStack() as stack:
            for user in (alice, alice, bob):
                await stack.enter_async_context(user.socket())
            carol = self.user()
            alice.create([carol.name])
            async with carol.socket():
                carol_came = time.time()
            await asyncio.sleep(DEBOUNCE + 1)
            self.assertEqual(self.presence(bob, alice).json["status"], "online")
            self.server.kill()
            killed = time.time()
        await asyncio.sleep(1)
        self.server.start()
        self.seen_between(came, bob, alice, killed)
        self.seen_between(carol_came, alice, carol, killed)
        self.assertEqual(alice.get(f"{API}/users/online").json["items"], [])
        async with bob.socket():
            self.assertEqual(self.presence(alice, bob).json["status"], "online")

    async def test_a_clean_stop_notes_who_was_there(self):
        alice, bob, _ = self.pair()
        async with alice.socket() as a, bob.socket():
            await asyncio.sleep(5 * PING + DEBOUNCE)
            alive = time.time()
            await a.ask("ping")
            self.assertEqual(await asyncio.to_thread(self.server.stop), 0)
            stopped = time.time()
        await asyncio.sleep(1)
        self.server.start()
        self.seen_between(alive - 2, bob, alice, stopped)  # a sign of life is noted by the second
        self.seen_between(alive - 4 * PING, alice, bob, stopped)  # by a pong, not when he came

    async def test_two_hundred_who_were_there_are_all_noted(self):
        alice = self.user()
        friends = [self.user() for _ in range(200)]
        for friend in friends:
            alice.create([friend.name], type="direct")
        sockets = [friend.socket() for friend in friends]
        await asyncio.gather(*(socket.__aenter__() for socket in sockets))
        self.assertEqual(await asyncio.to_thread(self.server.stop), 0)
        await asyncio.gather(*(socket.__aexit__() for socket in sockets))
        self.server.start()
        for friend in friends:
            self.seen_at(alice, friend)


class Typing(Live):
    async def test_a_flood_is_one_event_per_change(self):
        alice, bob, conversation = self.pair()
        eve = self.user()
        async with alice.socket() as a1, alice.socket() as a2, bob.socket() as b, eve.socket() as e:
            for _ in range(2_000):
                await a1.ws.send(json.dumps({"type": "typing.start", "data": {"conversation_id": conversation}}))
            started = await b.next("typing.indicator")
            self.assertEqual((started["conversation_id"], started["data"]),
                             (conversation, {"user_id": alice.name, "is_typing": True}))
            await a1.ask("ping")
            await a1.ws.send(json.dumps({"type": "typing.stop", "data": {"conversation_id": conversation}}))
            self.assertFalse((await b.next("typing.indicator"))["data"]["is_typing"])
            self.assertNotIn("typing.indicator", [f["type"] for f in await self.drain(b, 3)])
            for listener in (a1, a2, e):
                self.assertNotIn("typing.indicator", [f["type"] for f in await self.drain(listener, 0.2)])

    async def test_a_flood_of_changes_is_held_to_one_in_two_seconds(self):
        alice, bob, conversation = self.pair()
        async with alice.socket() as a, bob.socket() as b:
            started = time.monotonic()
            for i in range(2_000):
                kind = "typing.stop" if i % 2 else "typing.start"
                await a.ws.send(json.dumps({"type": kind, "data": {"conversation_id": conversation}}))
            await a.ask("ping")
            took = time.monotonic() - started
            seen = [f["data"]["is_typing"] for f in await self.drain(b, 5) if f["type"] == "typing.indicator"]
            self.assertEqual(seen, [i % 2 == 0 for i in range(len(seen))])
            self.assertFalse(seen[-1])
            self.assertLessEqual(len(seen), 4 + took / 2)

    async def test_the_server_ends_what_the_client_forgets(self):
        alice, bob, conversation = self.pair()
        async with bob.socket() as b:
            async with alice.socket() as a:
                started = time.monotonic()
                await a.ask("typing.start", {"conversation_id": conversation})
                self.assertTrue((await b.next("typing.indicator"))["data"]["is_typing"])
            self.assertFalse((await b.next("typing.indicator"))["data"]["is_typing"])
            self.assertGreater(time.monotonic() - started, 4)

    async def test_who_may_not_post_may_not_type(self):
        alice, bob, conversation = self.pair()
        eve = self.user()
        c = f"{API}/conversations/{conversation}"
        self.problem(eve.post(f"{c}/typing", {"is_typing": True}), 404, "not_found")
        alice.request("PATCH", f"{c}/members/{quoted(bob.name)}", {"role": "read_only"})
        async with bob.socket() as b, alice.socket() as a, eve.socket() as e:
            where = {"conversation_id": conversation}
            self.assertEqual((await e.ask("typing.start", where))["data"]["code"], "not_found")
            self.assertEqual((await b.ask("typing.start", where))["data"]["code"], "read_only")
            self.problem(bob.post(f"{c}/typing", {"is_typing": True}), 403, "read_only")
            alice.request("DELETE", c)
            self.assertEqual((await a.ask("typing.start", where))["data"]["code"], "conversation_closed")
            self.problem(alice.post(f"{c}/typing", {"is_typing": True}), 409, "conversation_closed")
            self.assertNotIn("typing.indicator", [f["type"] for f in await self.drain(a, 0.5)])

    async def test_typing_right_after_creating_finds_the_conversation(self):
        alice = self.user()
        async with alice.socket() as a:
            for _ in range(20):
                conversation = alice.create([])["id"]
                self.assertEqual((await a.ask("typing.start", {"conversation_id": conversation}))["type"], "ack")


class Calls(Live):
    async def test_signals_cross_devices_and_threads_and_nothing_else(self):
        alice, bob, conversation = self.pair()
        eve = self.user()
        async with contextlib.AsyncExitStack() as stack:
            a1, a2, b1, b2, e = [await stack.enter_async_context(u.socket()) for u in (alice, alice, bob, bob, eve)]
            offer = {"sdp": "v=0\r\no=- 1", "nested": [{"a": None}, 1.5, "\u00e9"]}
            ack = await a1.ask("call.signal", {"conversation_id": conversation, "payload": offer})
            self.assertEqual((ack["type"], ack["data"]), ("ack", {"accepted": True}))
            for device in (b1, b2):
                signal = await device.next("call.signal")
                self.assertEqual((signal["conversation_id"], signal["data"]),
                                 (conversation, {"user_id": alice.name, "payload": offer}))
            await b1.ask("call.signal", {"conversation_id": conversation, "to": alice.name, "payload": {"answer": 1}})
            for device in (a1, a2):
                self.assertEqual((await device.next("call.signal"))["data"],
                                 {"user_id": bob.name, "payload": {"answer": 1}})
            await a1.ask("call.signal", {"conversation_id": conversation, "to": alice.name, "payload": {"taken": 1}})
            self.assertEqual((await a2.next("call.signal"))["data"]["payload"], {"taken": 1})
            for device in (a1, a2, b1, b2, e):
                self.assertNotIn("call.signal", [f["type"] for f in await self.drain(device, 0.2)])
            refused = await e.ask("call.signal", {"conversation_id": conversation, "payload": {}})
            self.assertEqual(refused["data"]["code"], "not_found")
            refused = await a1.ask("call.signal", {"conversation_id": conversation, "to": eve.name, "payload": {}})
            self.assertEqual(refused["data"]["status"], 422)

    async def test_a_payload_is_an_object_of_64_kib(self):
        alice, bob, conversation = self.pair()
        async with alice.socket() as a, bob.socket() as b:
            largest = {"x": "y" * (65_536 - len('{"x":""}'))}
            ask = lambda payload: a.ask("call.signal", {"conversation_id": conversation, "payload": payload})
            self.assertEqual((await ask(largest))["type"], "ack")
            self.assertEqual((await b.next("call.signal"))["data"]["payload"], largest)
            self.assertEqual((await ask({"x": largest["x"] + "y"}))["data"]["status"], 422)
            for payload in ("text", [1], 1, None):
                self.assertEqual((await ask(payload))["data"]["code"], "malformed")

    async def test_a_crowd_is_not_rung(self):
        alice, bob = self.user(), self.user()
        crowd = alice.create([bob.name] + [self.user().name for _ in range(4)])["id"]
        async with alice.socket() as a, bob.socket() as b:
            refused = await a.ask("call.signal", {"conversation_id": crowd, "payload": {}})
            self.assertEqual(refused["data"]["status"], 422)
            await a.ask("call.signal", {"conversation_id": crowd, "to": bob.name, "payload": {"n": 1}})
            self.assertEqual((await b.next("call.signal"))["data"]["payload"], {"n": 1})


if __name__ == "__main__":
    unittest.main()
