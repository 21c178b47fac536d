"""The ride backend, row by row: the rider and the driver of a ride. See docs/REQUIREMENTS.md."""
import base64
import hashlib
import json
import os
import socket
import subprocess
import time
import unittest
import uuid

import websockets

from hansard_client import BIN, Socket, quoted, temporary_folder
from requirement_case import API, RequirementTest, bar, bare, middle, times_of


class RideBackend(RequirementTest):
    config = "[limits]\npresence_debounce_ms = 100\n"

    def ride(self, **more):
        """A rider, a driver and their ride."""
        rider, driver = self.user(f"rider-{uuid.uuid4()}"), self.user(f"driver-{uuid.uuid4()}")
        made = rider.create([driver.name], type="ride", external_id=f"ride-{uuid.uuid4()}", **more)
        return rider, driver, made["id"]

    # The REST half.

    def test_a_01_send(self):
        rider, driver, ride = self.ride()
        first = self.post(rider, f"conversations/{ride}/messages", {"content": "Where are you?"}, 201)
        second = self.post(driver, "messages", {"conversation_id": ride, "content": "At the bakery."}, 201)
        self.assertEqual((first["ordinal"], second["ordinal"]), (1, 2))
        for person in (rider, driver):
            self.assertEqual(self.contents(person, ride), ["At the bakery.", "Where are you?"])
        eve = self.stranger()
        self.learns_nothing(eve, "POST", f"conversations/{ride}/messages", {"content": "x"})
        self.learns_nothing(eve, "POST", "messages", {"conversation_id": ride, "content": "x"})
        self.assertEqual(len(self.contents(rider, ride)), 2)

    def test_a_02_list_by_ride(self):
        rider, driver, ride = self.ride()
        external = self.get(rider, f"conversations/{ride}")["external_id"]
        found = self.get(rider, f"conversations?external_id={quoted(external)}")["items"]
        self.assertEqual([c["id"] for c in found], [ride])
        for number in range(5):
            rider.send(ride, str(number))
        seen, cursor = [], ""
        while cursor is not None:
            page = driver.history(ride, "limit=2" + cursor)
            self.assertLessEqual(len(page["items"]), 2)
            seen += [m["content"] for m in page["items"]]
            cursor = "&cursor=" + quoted(page["next"]) if page["next"] else None
        self.assertEqual(seen, ["4", "3", "2", "1", "0"])
        self.assertEqual(self.contents(driver, ride, "after=3"), ["3", "4"])  # a poll: only what is new
        self.assertEqual(self.contents(driver, ride, "after=5"), [])
        self.learns_nothing(self.stranger(), "GET", f"conversations/{ride}/messages")

    def test_a_03_mark_read(self):
        rider, driver, ride = self.ride()
        message = rider.send(ride, "here")["id"]
        self.assertEqual(self.receipt(rider, message, driver)["status"], "sent")
        self.post(driver, f"messages/{message}/read", None, 200)
        receipt = self.receipt(rider, message, driver)
        self.assertEqual(receipt["status"], "read")
        self.assertIsNotNone(receipt["read_at"])
        self.learns_nothing(self.stranger(), "POST", f"messages/{message}/read")

    def test_a_04_soft_delete(self):
        rider, driver, ride = self.ride()
        message = driver.send(ride, "wrong ride", metadata={"seat": 2})["id"]
        hers = rider.send(ride, "hers")["id"]
        self.problem(driver.request("DELETE", f"{API}/messages/{hers}"), 403, "forbidden")
        self.delete(driver, f"messages/{message}")
        shown = self.get(rider, f"messages/{message}")
        self.assertEqual((shown["content"], shown["metadata"], shown["sender_id"]), (None, None, driver.name))
        self.assertIsNotNone(shown["deleted_at"])
        self.assertEqual(self.contents(rider, ride), ["hers", None])
        self.learns_nothing(self.stranger(), "DELETE", f"messages/{hers}")

    def test_a_05_unread_counts(self):
        rider, driver, ride = self.ride()
        other = rider.create([driver.name], type="ride", external_id=str(uuid.uuid4()))["id"]
        for conversation in (ride, ride, other):
            rider.send(conversation, "x")
        everywhere = self.get(driver, "messages/unread/count")
        self.assertEqual(everywhere["total"], 3)
        self.assertEqual({c["conversation_id"]: c["unread"] for c in everywhere["conversations"]},
                         {ride: 2, other: 1})
        self.assertEqual(self.get(driver, "unread"), everywhere)
        self.assertEqual((driver.unread(ride), driver.unread(other)), (2, 1))
        self.assertEqual(self.get(rider, "unread")["total"], 0)

    def test_a_06_login(self):
        # Passwords are another system's: whoever has the key signs tokens, `hansard token` among them.
        rider = self.user("someone@example.com")
        answer = rider.request("POST", f"{API}/auth/login", {"email": rider.name, "password": "pass123"})
        self.problem(answer, 404, "not_found")
        self.assertEqual(self.get(rider, "conversations")["items"], [])

    def test_a_07_send_body(self):
        rider, driver, ride = self.ride()
        path = f"{API}/conversations/{ride}/messages"
        sent = rider.send(ride, "Hello!", type="text", metadata={"client": "ios", "try": 1})
        got = self.get(driver, f"messages/{sent['id']}")
        self.assertEqual((got["conversation_id"], got["content"], got["type"], got["metadata"]),
                         (ride, "Hello!", "text", {"client": "ios", "try": 1}))
        self.assertEqual(rider.send(ride, "no type")["type"], "text")
        self.problem(rider.post(path, {"type": "text"}), 422, "invalid")
        self.problem(rider.post(path, {"content": "x", "metadata": "a word"}), 400, "malformed")
        self.problem(rider.post(path, {"content": "x", "type": "telegram"}), 400, "malformed")

    # The WebSocket half.

    async def test_a_08_message_send(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r:
            sent = await self.acked(r, "message.send", {"conversation_id": ride, "content": "Hello!", "type": "text"})
        self.assertEqual(self.contents(driver, ride), ["Hello!"])
        async with self.stranger().socket() as eve:
            await self.refused(eve, 404, "not_found", "message.send", {"conversation_id": ride, "content": "x"})
        self.assertEqual(self.get(driver, f"messages/{sent['id']}")["sender_id"], rider.name)

    async def test_a_09_message_read(self):
        rider, driver, ride = self.ride()
        message = rider.send(ride, "read me")["id"]
        async with driver.socket() as d, self.stranger().socket() as eve:
            await self.acked(d, "message.read", {"message_id": message})
            await self.refused(eve, 404, "not_found", "message.read", {"message_id": message})
        self.assertEqual(self.receipt(rider, message, driver)["status"], "read")
        self.assertEqual(driver.unread(ride), 0)

    async def test_a_10_message_delete(self):
        rider, driver, ride = self.ride()
        message = rider.send(ride, "never mind")["id"]
        async with driver.socket() as d, rider.socket() as r:
            await self.refused(d, 403, "forbidden", "message.delete", {"message_id": message})
            await self.acked(r, "message.delete", {"message_id": message})
        self.assertEqual(self.contents(driver, ride), [None])

    async def test_a_11_typing(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r, driver.socket() as d:
            await self.acked(d, "typing.start", {"conversation_id": ride})
            frame = await r.next("typing.indicator")
            self.assertEqual((frame["conversation_id"], frame["data"]),
                             (ride, {"user_id": driver.name, "is_typing": True}))
            self.assertNotIn("typing.indicator", await self.heard(d))

    async def test_a_12_presence(self):
        rider, driver, _ = self.ride()
        async with rider.socket() as r, self.stranger().socket() as eve:
            async with driver.socket():
                came = (await r.next("presence.changed"))["data"]
                self.assertEqual((came["user_id"], came["status"]), (driver.name, "online"))
            went = (await r.next("presence.changed"))["data"]
            self.assertEqual((went["user_id"], went["status"]), (driver.name, "offline"))
            self.assertIsNotNone(went["last_seen"])
            self.assertEqual(await self.heard(eve, presence=True), [])

    async def test_a_13_message_new(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r, driver.socket() as d:
            for speaker in (rider, driver):
                sent = speaker.send(ride, "to all devices", metadata={"lane": 3}, sender_type="rider")
                for device in (r, d):
                    frame = await device.next("message.new")
                    self.assertEqual(frame["conversation_id"], ride)
                    self.assertEqual(bare(frame["data"]["message"]), bare(self.get(driver, f"messages/{sent['id']}")))

    async def test_a_14_read_receipt(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r:
            message = rider.send(ride, "read me")
            self.post(driver, f"messages/{message['id']}/read")
            frame = await r.next("message.read_receipt")
            self.assertEqual((frame["conversation_id"], frame["data"]["user_id"], frame["data"]["up_to"]),
                             (ride, driver.name, message["ordinal"]))
            self.assertRegex(frame["data"]["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    async def test_a_15_deletes_and_typing_go_to_members(self):
        rider, driver, ride = self.ride()
        message = rider.send(ride, "never mind")
        async with driver.socket() as d, self.stranger().socket() as eve:
            self.delete(rider, f"messages/{message['id']}")
            gone = await d.next("message.deleted")
            self.assertEqual((gone["data"]["message_id"], gone["data"]["ordinal"]), (message["id"], 1))
            self.post(rider, f"conversations/{ride}/typing", {"is_typing": True})
            self.assertEqual((await d.next("typing.indicator"))["data"]["user_id"], rider.name)
            self.assertEqual(await self.heard(eve), [])

    async def test_a_16_token_in_the_url(self):
        rider, driver, ride = self.ride()
        async with Socket(rider, f"?token={rider.token}", {"no_token": True}) as r:
            self.assertEqual((await r.receive())["data"]["user_id"], rider.name)
            driver.send(ride, "hi")
            self.assertEqual((await r.next("message.new"))["data"]["message"]["content"], "hi")
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with Socket(rider, "?token=" + rider.token[:-2], {"no_token": True}):
                pass
        self.assertEqual(refused.exception.status_code, 401)

    async def test_a_17_a_chat_over_the_socket_alone(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r:
            start = r.hello["data"]["position"]
            first = await self.acked(r, "message.send", {"conversation_id": ride, "content": "Hello!",
                                                         "metadata": {"floor": 3}})
        async with driver.socket(f"?resume={start}") as d:
            got = (await d.next("message.new"))["data"]["message"]
            self.assertEqual((got["id"], got["content"], got["sender_id"], got["created_at"], got["metadata"]),
                             (first["id"], "Hello!", rider.name, first["created_at"], {"floor": 3}))
            await self.acked(d, "message.read", {"message_id": got["id"]})
            await self.acked(d, "message.send", {"conversation_id": ride, "content": "Coming"})
            self.assertEqual((await d.next("message.new"))["data"]["message"]["content"], "Coming")

    async def test_a_18_one_envelope_of_exact_words(self):
        rider, _, ride = self.ride()
        async with rider.socket() as r:
            for word in ("Message.Send", "message:send", "MESSAGE.SEND"):
                await self.refused(r, 400, "malformed", word, {"conversation_id": ride, "content": "x"})
            await r.ws.send(json.dumps({"type": "message.send", "id": "a", "conversation_id": ride, "content": "x"}))
            self.assertEqual((await r.next("error"))["re"], "a")  # what is said stands in `data`
            await self.acked(r, "message.send", {"conversation_id": ride, "content": "x"})
            frame = await r.next("message.new")
            self.assertLessEqual({"type", "data"}, set(frame))
        self.assertEqual(self.contents(rider, ride), ["x"])

    async def test_a_19_the_ride_s_own_events(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r, driver.socket() as d, self.stranger().socket() as eve:
            for event in ("ride_accept", "ride_status_update", "ride_cancel"):  # what must be kept is a message
                await self.acked(d, "message.send", {"conversation_id": ride, "type": "status", "content": event,
                                                     "metadata": {"event": event}})
                told = (await r.next("message.new"))["data"]["message"]
                self.assertEqual((told["type"], told["metadata"]), ("status", {"event": event}))
            before = self.contents(rider, ride)
            place = {"event": "ride_location", "lat": 52.52, "lon": 13.4}  # what is old in a second is a signal
            await self.acked(d, "call.signal", {"conversation_id": ride, "payload": place})
            told = (await r.next("call.signal"))["data"]
            self.assertEqual((told["user_id"], told["payload"]), (driver.name, place))
            self.assertEqual((await self.heard(eve), self.contents(rider, ride)), ([], before))

    def test_a_20_heartbeat(self):
        server = self.own_server("[limits]\nping_interval_s = 1\npong_timeout_s = 5\n")
        token = server.token("rider")
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as silent:
            silent.sendall(f"GET /ws?access_token={token} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
                           "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
            said = b""
            while b"\x89\x00" not in said:  # an empty ping
                part = silent.recv(4096)
                self.assertTrue(part, said)
                said += part

    # What a message is, and what is kept.

    def test_a_21_fields(self):
        rider, driver, ride = self.ride()
        sent = driver.send(ride, "I am here", sender_type="driver", type="status", metadata={"eta_s": 0})
        self.assertEqual((uuid.UUID(sent["id"]).version, sent["conversation_id"], sent["sender_id"],
                          sent["sender_type"], sent["type"], sent["content"], sent["metadata"]),
                         (7, ride, driver.name, "driver", "status", "I am here", {"eta_s": 0}))
        self.assertEqual((sent["edited_at"], sent["deleted_at"]), (None, None))
        unread = self.receipt(driver, sent["id"], rider)
        self.assertEqual((unread["status"], unread["read_at"]), ("sent", None))
        self.post(rider, f"messages/{sent['id']}/read")
        self.assertIsNotNone(self.receipt(driver, sent["id"], rider)["read_at"])
        edited = self.put(driver, f"messages/{sent['id']}", {"content": "I am at the door"})
        self.assertGreaterEqual(edited["edited_at"], sent["created_at"])
        self.assertGreaterEqual(self.delete(driver, f"messages/{sent['id']}")["deleted_at"], edited["edited_at"])

    def test_a_22_types(self):
        rider, driver, ride = self.ride()
        for word in ("text", "location", "status"):
            self.assertEqual(driver.send(ride, "52.52,13.40", type=word)["type"], word)
        answer = driver.post(f"{API}/conversations/{ride}/messages", {"content": "x", "type": "system"})
        self.problem(answer, 403, "forbidden")
        self.assertEqual(self.service(rider.name).send(ride, "The ride began.", type="system")["type"], "system")
        self.assertEqual(driver.unread(ride), 0)
        self.assertEqual([m["type"] for m in rider.history(ride)["items"]], ["system", "status", "location", "text"])

    def test_a_23_everything_is_stored(self):
        server = self.own_server()
        rider, driver = server.user("rider"), server.user("driver")
        ride = rider.create(["driver"], type="ride", external_id="r")["id"]
        kept = rider.send(ride, "kept", metadata={"deep": [{"er": 1.5}]}, sender_type="rider")
        self.delete(rider, f"messages/{rider.send(ride, 'deleted')['id']}")
        self.post(driver, f"messages/{kept['id']}/read")
        before = [self.get(user, path) for user in (rider, driver) for path in (
            f"conversations/{ride}/messages", f"messages/{kept['id']}", f"messages/{kept['id']}/receipts", "unread",
            "conversations", f"conversations/{ride}/members")]
        self.assertEqual(server.stop(), 0)
        server.start()
        after = [self.get(user, path) for user in (rider, driver) for path in (
            f"conversations/{ride}/messages", f"messages/{kept['id']}", f"messages/{kept['id']}/receipts", "unread",
            "conversations", f"conversations/{ride}/members")]
        self.assertEqual(after, before)

    def test_a_24_history_is_a_seek(self):
        rider, driver, ride = self.ride()
        other = rider.create([driver.name])["id"]
        for number in range(1, 301):
            (rider if number % 2 else driver).send(ride if number % 3 else other, str(number))
        wanted = [str(number) for number in range(1, 301) if number % 3]
        self.assertEqual(self.contents(driver, ride, "limit=200&after=0"), wanted)
        self.assertEqual(self.contents(driver, ride, "limit=5&before=100"), wanted[98:93:-1])
        self.assertEqual(self.contents(driver, ride, "limit=4&after=150"), wanted[150:154])
        middle_page = driver.history(ride, "limit=3&around=100")["items"]
        self.assertEqual([m["ordinal"] for m in middle_page], [101, 100, 99])

    def test_a_25_delete_window(self):
        server = self.own_server("[limits]\ndelete_window_s = 1\n")  # five minutes where nothing is said
        rider, driver = server.user("rider"), server.user("driver")
        ride = rider.create(["driver"], type="ride", external_id="r", settings={"edit_window_s": 1})["id"]
        self.delete(driver, f"messages/{driver.send(ride, 'at once')['id']}")
        path, ends = f"{API}/messages/{driver.send(ride, 'late')['id']}", time.monotonic() + 10
        while driver.request("PUT", path, {"content": "late"}).status == 200:  # the windows pass together
            self.assertLess(time.monotonic(), ends)
        self.problem(driver.request("DELETE", path), 422, "delete_window_passed")
        self.assertEqual(self.contents(rider, ride), ["late", None])

    def test_a_26_own_messages_do_not_count(self):
        rider, driver, ride = self.ride()
        for speaker in (rider, rider, driver):
            speaker.send(ride, "x")
        self.assertEqual((rider.unread(ride), driver.unread(ride)), (1, 2))

    def test_a_27_the_service_s_operations(self):
        rider, driver, ride = self.ride()
        ids = [rider.send(ride, str(number))["id"] for number in range(4)]
        self.post(driver, f"messages/{ids[1]}/read")
        self.delete(rider, f"messages/{ids[2]}")
        self.assertEqual(driver.unread(ride), 1)
        unread = self.get(driver, f"conversations/{ride}/unread/explain")
        self.assertEqual((unread["unread"], unread["ordinals"], unread["read_up_to"]), (1, [4], 2))
        listed = {m["ordinal"]: m for m in driver.history(ride)["items"]}
        self.assertEqual([listed[ordinal]["id"] for ordinal in unread["ordinals"]], [ids[3]])
        self.assertEqual([listed[ordinal]["deleted_at"] is None for ordinal in (1, 2, 3, 4)],
                         [True, True, False, True])

    def test_a_28_the_store_s_operations(self):
        rider, driver, ride = self.ride()
        made = rider.send(ride, "v1")
        self.assertEqual(bare(self.get(driver, f"messages/{made['id']}")), bare(made))
        self.assertEqual(self.contents(driver, ride), ["v1"])
        self.put(rider, f"messages/{made['id']}", {"content": "v2"})
        self.assertEqual(self.contents(driver, ride), ["v2"])
        self.assertEqual(driver.unread(ride), 1)
        self.delete(rider, f"messages/{made['id']}")
        self.assertEqual((self.contents(driver, ride), driver.unread(ride)), ([None], 0))
        nothing = str(uuid.uuid4())
        for method, path in (("GET", "messages/"), ("DELETE", "messages/"), ("GET", "conversations/")):
            self.learns_nothing(rider, method, path + nothing)

    # Who may.

    def test_a_29_rs256_on_every_route(self):
        folder = temporary_folder()
        key = rsa_key(folder)
        server = self.own_server(extra=["--jwks-file", str(folder / "jwks.json")], folder=folder)
        rider = server.user("rider")
        paths = rider.get("/openapi.json").json["paths"]
        rider.token = ""
        for path, methods in paths.items():
            for method in set(methods) & {"get", "post", "put", "patch", "delete"}:
                answer = rider.request(method.upper(), path.replace("{", "").replace("}", ""))
                wanted = 200 if methods[method].get("security") == [] else 401
                self.assertEqual(answer.status, wanted, (method, path))
        rider.token = rs256_token(key, {"sub": "rider", "exp": int(time.time()) + 60})
        ride = rider.create(["driver"], type="ride", external_id="r")["id"]
        self.assertEqual(rider.send(ride, "signed", sender_type="rider")["sender_id"], "rider")
        for claims in ({"sub": "rider", "exp": int(time.time()) - 60}, {"sub": "rider"}):
            rider.token = rs256_token(key, claims)
            self.problem(rider.get(f"{API}/conversations"), 401, "unauthenticated")

    def test_a_30_hostile_input(self):
        rider, driver, ride = self.ride()
        hostile = ["'; DROP TABLE ride_messages; --", "<script>alert(1)</script>", "{{7*7}}", "%00\u0000", "../../etc"]
        for text in hostile:
            self.assertEqual(rider.send(ride, text)["content"], text)
        self.assertEqual(self.contents(driver, ride, "after=0"), hostile)
        path = f"{API}/conversations/{ride}/messages"
        for raw, status in ((b"{", 400), (b"[]", 400), (b'{"content":7}', 400), (b'{"content":"\xff"}', 400),
                            (json.dumps({"content": "x" * 10_001}).encode(), 422), (b" " * 2_000_000, 413)):
            self.assertEqual(rider.request("POST", path, raw=raw).status, status, raw[:20])
        self.assertEqual(rider.request("POST", path, {"content": "x"}, {"Content-Type": "text/plain"}).status, 415)
        self.learns_nothing(rider, "GET", f"conversations/{quoted(chr(39) + ' OR 1=1 --')}")
        foreign = rider.get(f"{API}/unread", Origin="https://evil.example")
        self.assertNotIn("access-control-allow-origin", foreign.headers)
        self.assertGreater(int(foreign.headers["ratelimit-remaining"]), 0)  # rates are limited where nothing is said

    async def test_a_31_ready_for_deployment(self):
        server = self.own_server('[server]\nthreads = 1\n[limits]\norigins = ["https://ride.example"]\n')
        rider = server.user("rider")
        self.assertEqual([rider.get(path).status for path in ("/health", "/ready", "/metrics")], [200] * 3)
        async with rider.socket("", headers={"Origin": "https://ride.example"}) as r:
            await self.heard(r)
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with rider.socket("", headers={"Origin": "https://evil.example"}):
                pass
        self.assertEqual(refused.exception.status_code, 403)

    # How it is built, where somebody outside can tell.

    async def test_a_32_stored_before_it_is_told(self):
        server = self.own_server()
        rider, driver = server.user("rider"), server.user("driver")
        ride = rider.create(["driver"], type="ride", external_id="r")["id"]
        async with rider.socket() as r, driver.socket() as d:
            for number in range(20):
                await r.ws.send(json.dumps({"type": "message.send", "data": {"conversation_id": ride,
                                                                             "content": str(number)}}))
                told = (await d.next("message.new"))["data"]["message"]
                shown = self.get(driver, f"messages/{told['id']}?min_position={told['position']}")
                self.assertEqual(shown["content"], str(number))
            server.kill()
        server.start()
        self.assertEqual(self.contents(driver, ride, "after=0"), [str(number) for number in range(20)])

    async def test_a_33_one_socket_for_everything(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r, driver.socket() as d:
            sent = await self.acked(r, "message.send", {"conversation_id": ride, "content": "v1"})
            await self.acked(r, "message.edit", {"message_id": sent["id"], "content": "v2"})
            await self.acked(d, "message.delivered", {"conversation_id": ride, "up_to": 1})
            await self.acked(d, "message.read", {"message_id": sent["id"]})
            await self.acked(d, "typing.start", {"conversation_id": ride})
            await self.acked(r, "message.delete", {"message_id": sent["id"]})
            for wanted in ("message.new", "message.edited", "message.deleted"):
                await d.next(wanted)
            for wanted in ("message.delivered", "message.read_receipt", "typing.indicator"):
                await r.next(wanted)
            await self.refused(r, 400, "malformed", "ride.teleport")

    async def test_a_35_latencies(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r, driver.socket() as d:
            async def timed(within_s, act, listener, frame, count=15):
                taken = []
                for number in range(count):
                    started = time.monotonic()
                    await act(number)
                    await listener.next(frame)
                    taken.append(time.monotonic() - started)
                self.assertLess(middle(sorted(taken)), bar(within_s), (frame, taken))

            await timed(0.1, lambda number: self.acked(r, "message.send", {"conversation_id": ride, "content": "x"}),
                        d, "message.new")
            rides = [rider.create([driver.name])["id"] for _ in range(15)]
            for id in rides:
                rider.send(id, "x")
            await timed(0.05, lambda number: d.ws.send(json.dumps({"type": "message.read", "data": {
                "conversation_id": rides[number], "up_to": 1}})), r, "message.read_receipt")
            await timed(0.03, lambda number: d.ws.send(json.dumps({"type": "typing.start", "data": {
                "conversation_id": rides[number]}})), r, "typing.indicator")
            taken = []
            for number in range(15):
                started = time.monotonic()
                await self.acked(d, "presence.update", {"status": "away" if number % 2 else "online"})
                taken.append(time.monotonic() - started)
            self.assertLess(middle(sorted(taken)), bar(0.04))
        for number in range(100):
            rider.send(ride, str(number))
        self.assertLess(middle(times_of(lambda _: driver.history(ride, "limit=100"), 9)), bar(0.2))

    async def test_a_36_push_is_quicker_than_polling(self):
        rider, driver, ride = self.ride()
        async with driver.socket() as d:
            taken = []
            for _ in range(15):
                started = time.monotonic()
                rider.send(ride, "x")
                await d.next("message.new")
                taken.append(time.monotonic() - started)
        self.assertLess(middle(sorted(taken)), bar(0.2))  # the hybrid of their table: REST in, WebSocket out

    def test_a_37_size(self):
        paths = self.stranger().get("/openapi.json").json["paths"]
        self.assertLessEqual({f"{API}/messages", f"{API}/conversations/{{id}}/messages", f"{API}/messages/{{id}}/read",
                              f"{API}/messages/{{id}}", f"{API}/messages/unread/count"}, set(paths))
        self.assertLess((BIN / "hansard").stat().st_size, 100e6)  # with its debug lines

    # Their known limitations.

    async def test_a_38_no_broadcast_to_everybody(self):
        rider, driver, ride = self.ride()
        other_rider, other_driver, other = self.ride()
        async with other_rider.socket() as outside, driver.socket() as d:
            message = rider.send(ride, "for us two")
            self.put(rider, f"messages/{message['id']}", {"content": "for us"})
            self.post(rider, f"messages/{message['id']}/read")
            self.delete(rider, f"messages/{message['id']}")
            await d.next("message.deleted")
            other_driver.send(other, "yours")
            self.assertEqual((await outside.next("message.new"))["data"]["message"]["content"], "yours")
            self.assertEqual(await self.heard(outside), [])

    def test_a_40_more_than_text(self):
        rider, driver, ride = self.ride()
        photo = bytes(range(256)) * 40
        file = self.upload(rider, photo, "image/png", "door.png")
        sent = rider.send(ride, "", type="image", attachments=[{"file_id": file["id"]}])
        shown = self.get(driver, f"messages/{sent['id']}")["attachments"][0]
        self.assertEqual((shown["name"], shown["media_type"], shown["size"]), ("door.png", "image/png", len(photo)))
        self.assertEqual(self.download(driver, file["id"]), photo)
        self.learns_nothing(self.stranger(), "GET", f"files/{file['id']}")

    def test_a_42_polling_costs_only_what_is_new(self):
        rider, driver, ride = self.ride()
        last = 0
        for number in range(5):
            position = rider.send(ride, str(number))["position"]
            page = driver.history(ride, f"after={last}&min_position={position}")["items"]
            self.assertEqual([m["content"] for m in page], [str(number)])
            last = page[-1]["ordinal"]
        self.assertEqual(driver.history(ride, f"after={last}")["items"], [])

    # What they wished for.

    async def test_a_43_rooms(self):
        rider, driver, ride = self.ride()
        dispatcher = self.user(f"dispatch-{uuid.uuid4()}")
        async with dispatcher.socket() as s:
            rider.send(ride, "before")
            self.post(rider, f"conversations/{ride}/members", {"members": [dispatcher.name]})
            await s.next("member.added")
            driver.send(ride, "while in")
            await self.says(s, "while in")
            self.leaves(dispatcher, ride)
            await s.next("member.removed")
            driver.send(ride, "after")
            self.assertNotIn("message.new", await self.heard(s))

    def test_a_44_search(self):
        rider, driver, ride = self.ride()
        rider.send(ride, "the yellow umbrella stayed in the car")
        driver.send(ride, "I will bring it")
        found = self.get(driver, "search/messages?q=umbrella")["items"]
        self.assertEqual([m["message"]["content"] for m in found], ["the yellow umbrella stayed in the car"])
        self.assertEqual(self.get(self.stranger(), "search/messages?q=umbrella")["items"], [])

    async def test_a_45_reactions(self):
        rider, driver, ride = self.ride()
        message = rider.send(ride, "thanks")["id"]
        async with rider.socket() as r, self.stranger().socket() as eve:
            self.post(driver, f"messages/{message}/reactions", {"emoji": "👍"})
            told = (await r.next("reaction.added"))["data"]
            self.assertEqual((told["message_id"], told["user_id"], told["emoji"]), (message, driver.name, "👍"))
            self.assertEqual(await self.heard(eve), [])
        shown = self.get(rider, f"messages/{message}")["reactions"]
        self.assertEqual(shown, [{"emoji": "👍", "count": 1, "me": False}])

    async def test_a_46_call_signalling(self):
        rider, driver, ride = self.ride()
        offer = {"kind": "offer", "sdp": "v=0\r\no=- 46117 2 IN IP4 127.0.0.1"}
        async with rider.socket() as r, driver.socket() as d, self.stranger().socket() as eve:
            await self.acked(r, "call.signal", {"conversation_id": ride, "to": driver.name, "payload": offer})
            told = await d.next("call.signal")
            self.assertEqual((told["conversation_id"], told["data"]), (ride, {"user_id": rider.name, "payload": offer}))
            self.assertNotIn("position", told)
            await self.refused(eve, 404, "not_found", "call.signal", {"conversation_id": ride, "payload": offer})
            self.assertEqual((await self.heard(r), await self.heard(eve)), ([], []))

    async def test_a_47_expiry(self):
        rider, driver, ride = self.ride(settings={"retention_s": 6})
        async with driver.socket() as d:
            message = rider.send(ride, "for six seconds", metadata={"gate": "B"})
            self.assertEqual(driver.unread(ride), 1)
            gone = await d.next("message.deleted")
            self.assertEqual((gone["data"]["message_id"], gone["data"]["reason"]), (message["id"], "expired"))
        shown = self.get(driver, f"messages/{message['id']}?min_position={gone['position']}")
        self.assertEqual((shown["content"], shown["metadata"]), (None, None))
        self.assertIsNotNone(shown["deleted_at"])
        await self.eventually(lambda: driver.unread(ride), 0)

    def test_a_48_edit_history(self):
        rider, driver, ride = self.ride(settings={"edit_history": True})
        message = rider.send(ride, "v1")["id"]
        for text in ("v2", "v3"):
            self.put(rider, f"messages/{message}", {"content": text})
        versions = self.get(driver, f"messages/{message}/history")["items"]
        self.assertEqual([v["content"] for v in versions], ["v1", "v2", "v3"])
        self.learns_nothing(self.stranger(), "GET", f"messages/{message}/history")
        self.patch(rider, f"conversations/{ride}", {"settings": {"edit_history": False}})
        self.problem(driver.get(f"{API}/messages/{message}/history"), 403, "forbidden")
        auditor = self.user("auditor", "audit")
        self.assertEqual(len(self.get(auditor, f"messages/{message}/history")["items"]), 3)

    async def test_a_49_group_chat(self):
        rider, others = self.user(f"rider-{uuid.uuid4()}"), [self.stranger() for _ in range(3)]
        group = rider.create([o.name for o in others], title="Car pool")["id"]
        async with others[0].socket() as s:
            others[1].send(group, "I drive")
            self.assertEqual((await s.next("message.new"))["data"]["message"]["content"], "I drive")
        self.assertEqual([o.unread(group) for o in (rider, *others)], [1, 1, 0, 1])
        self.assertEqual(self.get(rider, f"conversations/{group}")["member_count"], 4)

    def test_a_50_forwarding(self):
        rider, driver, ride = self.ride()
        dispatch = driver.create(["dispatcher"])["id"]
        source = rider.send(ride, "wrong address", metadata={"street": 7})
        copy = self.post(driver, f"messages/{source['id']}/forward", {"conversation_id": dispatch}, 201)
        self.assertEqual((copy["content"], copy["metadata"], copy["sender_id"], copy["conversation_id"]),
                         ("wrong address", {"street": 7}, driver.name, dispatch))
        self.assertEqual((copy["forwarded_from"]["message_id"], copy["forwarded_from"]["sender_id"]),
                         (source["id"], rider.name))
        eve = self.stranger()
        own = eve.create()["id"]
        self.learns_nothing(eve, "POST", f"messages/{source['id']}/forward", {"conversation_id": own})
        self.learns_nothing(rider, "POST", f"messages/{source['id']}/forward", {"conversation_id": dispatch})

    def test_a_51_read_only(self):
        rider, driver, ride = self.ride()
        path = f"{API}/conversations/{ride}"
        self.patch(rider, f"conversations/{ride}/members/{quoted(driver.name)}", {"role": "read_only"})
        self.problem(driver.post(f"{path}/messages", {"content": "x"}), 403, "read_only")
        rider.send(ride, "only I speak")
        self.assertEqual(self.contents(driver, ride), ["only I speak"])
        self.patch(rider, f"conversations/{ride}/members/{quoted(driver.name)}", {"role": "member"})
        self.patch(rider, f"conversations/{ride}", {"settings": {"who_may_post": "admins"}})
        self.problem(driver.post(f"{path}/messages", {"content": "x"}), 403, "read_only")
        self.delete(rider, f"conversations/{ride}")
        self.problem(rider.post(f"{path}/messages", {"content": "x"}), 409, "conversation_closed")
        self.assertEqual(self.contents(driver, ride), ["only I speak"])

    def test_a_53_upload(self):
        rider, driver, ride = self.ride()
        scan = os.urandom(200_000)
        file = self.upload(rider, scan, "application/pdf", "licence.pdf")
        self.assertEqual((file["size"], file["sha256"], file["name"]),
                         (len(scan), hashlib.sha256(scan).hexdigest(), "licence.pdf"))
        self.learns_nothing(driver, "GET", f"files/{file['id']}")  # until it is sent somewhere
        rider.send(ride, "my licence", type="file", attachments=[{"file_id": file["id"]}])
        self.assertEqual(self.download(driver, file["id"]), scan)

    async def test_a_54_confirmations_typing_presence(self):
        rider, driver, ride = self.ride()
        async with rider.socket() as r:
            async with driver.socket() as d:
                message = rider.send(ride, "here")
                await d.next("message.new")
                await self.acked(d, "message.delivered", {"conversation_id": ride, "up_to": message["ordinal"]})
                await self.acked(d, "typing.start", {"conversation_id": ride})
                self.assertEqual((await r.next("message.delivered"))["data"]["up_to"], message["ordinal"])
                self.assertTrue((await r.next("typing.indicator"))["data"]["is_typing"])
                self.assertEqual((await r.next("presence.changed"))["data"]["status"], "online")
        self.assertEqual(self.receipt(rider, message["id"], driver)["status"], "delivered")

    def test_a_55_guides_that_can_be_pasted(self):
        secret = self.server.folder / "demo"
        process = subprocess.Popen([str(BIN / "hansard"), "serve", "--data", str(secret), "--listen", "127.0.0.1:0",
                                    "--demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            said = ""
            while "websockets" not in said:
                line = process.stderr.readline()
                self.assertTrue(line, said)
                said += line
            commands = [line for line in said.splitlines() if line.startswith("curl ")]
            listed, sent = [json.loads(subprocess.check_output(["bash", "-c", c], timeout=60)) for c in commands]
            self.assertGreaterEqual(len(listed["items"]), 3)
            self.assertEqual(sent["content"], "Hello from curl")
            self.assertIn(sent["conversation_id"], [c["id"] for c in listed["items"]])
        finally:
            process.terminate()
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_a_56_one_contract(self):
        documents = [self.stranger().get(path).json for path in ("/openapi.json", "/asyncapi.json")]
        names = [m["operationId"] for path in documents[0]["paths"].values() for m in path.values()
                 if isinstance(m, dict) and "operationId" in m]
        self.assertEqual(len(names), len(set(names)))
        frames = documents[1]["channels"]["/ws"]
        self.assertTrue(frames["publish"]["message"]["oneOf"] and frames["subscribe"]["message"]["oneOf"])
        rider, driver, ride = self.ride()
        rider.send(ride, "x")
        self.assertEqual(self.get(driver, "unread"), self.get(driver, "messages/unread/count"))


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def rsa_key(folder):
    """A fresh RSA key; its public half as `folder`/jwks.json."""
    key = folder / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    modulus = subprocess.check_output(["openssl", "rsa", "-in", key, "-noout", "-modulus"], stderr=subprocess.DEVNULL)
    public = {"kty": "RSA", "alg": "RS256", "kid": "rides", "e": "AQAB",
              "n": base64url(bytes.fromhex(modulus.decode().strip().split("=")[1]))}
    (folder / "jwks.json").write_text(json.dumps({"keys": [public]}))
    return key


def rs256_token(key, claims):
    parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "rides"}, claims)]
    signed = ".".join(parts)
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed.encode(), check=True,
                               capture_output=True).stdout
    return f"{signed}.{base64url(signature)}"


if __name__ == "__main__":
    unittest.main()
