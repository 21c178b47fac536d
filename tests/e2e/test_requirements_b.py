"""services/messaging, row by row: conversations, members and messages of a team. See docs/REQUIREMENTS.md."""
import asyncio
import base64
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import uuid

import websockets

from hansard_client import BIN, ROOT, Socket, quoted
from requirement_case import API, RequirementTest, TracedTown, bar, bare, middle, times_of


class Messaging(RequirementTest):
    config = "[limits]\npresence_debounce_ms = 100\n"

    # Conversations and their members.

    def test_b_01_create(self):
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.stranger()
        made = self.post(alice, "conversations", {"type": "group", "title": "Plans", "members": [bob.name],
                                                  "metadata": {"team": 7}, "settings": {"slow_mode_s": 1}}, 201)
        for person, role in ((alice, "owner"), (bob, "member")):
            seen = self.get(person, f"conversations/{made['id']}")
            self.assertEqual((seen["title"], seen["type"], seen["role"], seen["member_count"], seen["metadata"]),
                             ("Plans", "group", role, 2, {"team": 7}))
            self.assertEqual((seen["settings"]["slow_mode_s"], seen["created_by"]), (1, alice.name))
        self.problem(alice.post(f"{API}/conversations", {"type": "club"}), 400, "malformed")
        self.problem(alice.post(f"{API}/conversations", {"members": [bob.name]}), 400, "malformed")

    def test_b_02_list(self):
        alice, bob, first = self.group()
        second = bob.create([alice.name], title="second")["id"]
        bob.send(second, "hello")
        sent = bob.send(first, "@alice!", mentions=[{"user_id": alice.name, "offset": 0, "length": 6}])
        listed = self.get(alice, "conversations")["items"]
        self.assertEqual([c["id"] for c in listed], [first, second])
        self.assertEqual(bare(listed[0]["last_message"]), bare(sent))
        self.assertEqual((listed[0]["unread"], listed[0]["mentions_unread"]), (1, 1))
        self.assertEqual((listed[1]["unread"], listed[1]["role"]), (1, "member"))
        self.assertEqual(self.get(self.stranger(), "conversations"), {"items": [], "next": None})

    def test_b_03_details(self):
        alice, bob, id = self.group(title="Plans")
        self.assertEqual(self.get(bob, f"conversations/{id}")["title"], "Plans")
        self.assertEqual([m["user_id"] for m in self.get(bob, f"conversations/{id}/members")["items"]],
                         sorted([alice.name, bob.name]))
        self.learns_nothing(self.stranger(), "GET", f"conversations/{id}")

    def test_b_04_update_and_delete(self):
        alice, bob, id = self.group(title="old", metadata={"a": 1})
        changed = self.put(alice, f"conversations/{id}", {"title": "new"})
        self.assertEqual((changed["title"], changed["metadata"]), ("new", {"a": 1}))
        self.assertEqual(self.get(bob, f"conversations/{id}")["title"], "new")
        for method in ("PUT", "DELETE"):
            self.problem(bob.request(method, f"{API}/conversations/{id}", {"title": "x"}), 403, "forbidden")
            self.learns_nothing(self.stranger(), method, f"conversations/{id}", {"title": "x"})
        self.assertTrue(self.delete(alice, f"conversations/{id}")["closed"])
        self.problem(bob.post(f"{API}/conversations/{id}/messages", {"content": "x"}), 409, "conversation_closed")

    def test_b_05_add_member(self):
        alice, bob, id = self.group()
        carol = self.stranger()
        self.problem(bob.post(f"{API}/conversations/{id}/members", {"user_id": carol.name}), 403, "forbidden")
        added = self.post(alice, f"conversations/{id}/members", {"members": [carol.name]}, 200)
        self.assertEqual([m["user_id"] for m in added["members"]], [carol.name])
        bob.send(id, "welcome")
        self.assertEqual((carol.unread(id), self.contents(carol, id)[0]), (1, "welcome"))
        again = self.post(alice, f"conversations/{id}/members", {"members": [carol.name]}, 200)
        self.assertFalse(again["changed"])

    def test_b_06_remove_member(self):
        carol = self.stranger()
        alice, bob, id = self.group(carol)
        path = f"conversations/{id}/members/{quoted(carol.name)}"
        self.problem(bob.request("DELETE", f"{API}/{path}"), 403, "forbidden")
        self.assertEqual(self.delete(alice, path)["user_id"], carol.name)
        self.learns_nothing(carol, "GET", f"conversations/{id}")
        self.assertEqual(self.get(carol, "conversations")["items"], [])
        self.leaves(bob, id)
        self.assertEqual(self.get(alice, f"conversations/{id}")["member_count"], 1)

    # Messages.

    def test_b_07_send(self):
        alice, bob, id = self.group()
        sent = self.post(alice, f"conversations/{id}/messages", {"content": "hello"}, 201)
        self.assertEqual(bare(self.get(bob, f"messages/{sent['id']}")), bare(sent))
        self.learns_nothing(self.stranger(), "POST", f"conversations/{id}/messages", {"content": "x"})
        again = [alice.post(f"{API}/conversations/{id}/messages", {"content": "once"}, key="k") for _ in range(3)]
        self.assertEqual(len({a.json["id"] for a in again}), 1)
        self.assertEqual(self.contents(bob, id), ["once", "hello"])

    def test_b_08_history(self):
        alice, bob, id = self.group()
        for number in range(7):
            alice.send(id, str(number))
        seen, cursor = [], ""
        while cursor is not None:
            page = bob.history(id, "limit=3" + cursor)
            seen += [m["content"] for m in page["items"]]
            alice.send(id, "newer")  # moves nothing
            cursor = "&cursor=" + quoted(page["next"]) if page["next"] else None
        self.assertEqual(seen, ["6", "5", "4", "3", "2", "1", "0"])
        self.problem(bob.get(f"{API}/conversations/{id}/messages?limit=0"), 400, "malformed")

    def test_b_09_edit(self):
        alice, bob, id = self.group()
        sent = alice.send(id, "draft")
        path = f"{API}/messages/{sent['id']}"
        self.problem(bob.request("PUT", path, {"content": "x"}), 403, "forbidden")
        self.put(alice, f"messages/{sent['id']}", {"content": "final"}, **{"If-Match": f'"{sent["version"]}"'})
        seen = self.get(bob, f"messages/{sent['id']}")
        self.assertEqual((seen["content"], seen["ordinal"], bob.unread(id)), ("final", 1, 1))
        late = alice.request("PUT", path, {"content": "lost"}, {"If-Match": f'"{sent["version"]}"'})
        self.problem(late, 412, "version_conflict")

    def test_b_10_delete(self):
        alice, bob, id = self.group()
        hers, his = alice.send(id, "hers")["id"], bob.send(id, "his")["id"]
        self.problem(bob.request("DELETE", f"{API}/messages/{hers}"), 403, "forbidden")
        self.delete(alice, f"messages/{his}")  # the owner may
        self.assertEqual(self.contents(bob, id), [None, "hers"])
        self.assertFalse(self.delete(alice, f"messages/{his}")["changed"])
        self.problem(bob.request("PUT", f"{API}/messages/{his}", {"content": "x"}), 422, "message_deleted")

    async def test_b_11_add_a_reaction(self):
        alice, bob, id = self.group()
        message = alice.send(id, "party?")
        async with alice.socket() as a:
            for emoji in ("🎉", "👩‍👩‍👧"):
                self.post(bob, f"messages/{message['id']}/reactions", {"emoji": emoji})
                told = (await a.next("reaction.added"))["data"]
                self.assertEqual((told["message_id"], told["user_id"], told["emoji"]), (message["id"], bob.name, emoji))
            again = self.post(bob, f"messages/{message['id']}/reactions", {"emoji": "🎉"}, 200)
            self.assertFalse(again["changed"])
            self.assertNotIn("reaction.added", await self.heard(a))
        for emoji in ("", "two words", "x" * 65, 7):
            answer = bob.post(f"{API}/messages/{message['id']}/reactions", {"emoji": emoji})
            self.assertIn(answer.status, (400, 422), emoji)
        self.learns_nothing(self.stranger(), "POST", f"messages/{message['id']}/reactions", {"emoji": "🎉"})

    async def test_b_12_remove_a_reaction(self):
        alice, bob, id = self.group()
        message = alice.send(id, "party?")["id"]
        self.post(bob, f"messages/{message}/reactions", {"emoji": "🎉"})
        path = f"messages/{message}/reactions/{quoted('🎉')}"
        self.learns_nothing(self.stranger(), "DELETE", path)
        self.assertFalse(self.delete(alice, path)["changed"])  # only one's own
        async with alice.socket() as a:
            self.delete(bob, path)
            self.assertEqual((await a.next("reaction.removed"))["data"]["emoji"], "🎉")
        self.assertEqual(self.get(alice, f"messages/{message}")["reactions"], [])

    def test_b_13_read(self):
        alice, bob, id = self.group()
        ids = [alice.send(id, str(number))["id"] for number in range(3)]
        self.assertEqual(self.post(bob, f"messages/{ids[1]}/read", None, 200)["unread"], 1)
        self.assertEqual([self.receipt(alice, message, bob)["status"] for message in ids], ["read", "read", "sent"])
        self.learns_nothing(self.stranger(), "POST", f"messages/{ids[0]}/read")

    def test_b_14_search(self):
        alice, bob, id = self.group()
        other = alice.create()["id"]
        word = f"w{uuid.uuid4().hex}"
        hers, his = alice.send(id, f"the {word} budget"), bob.send(id, f"no {word}, please")
        alice.send(other, f"my own {word}")
        self.assertEqual(self.found(bob, word), [his["id"], hers["id"]])
        self.assertEqual(self.found(bob, f"{word} budget"), [hers["id"]])
        self.assertEqual(self.found(bob, f"{word} -please"), [hers["id"]])
        self.assertEqual(self.found(bob, f"{word} from:{bob.name}"), [his["id"]])
        self.assertEqual(self.found(self.stranger(), word), [])
        self.delete(bob, f"messages/{his['id']}")
        self.assertEqual(self.found(bob, word), [hers["id"]])

    async def test_b_15_online_users(self):
        alice, bob, _ = self.group()
        async with bob.socket(), self.stranger().socket():
            self.assertEqual([(p["user_id"], p["status"]) for p in self.get(alice, "users/online")["items"]],
                             [(bob.name, "online")])
        await self.eventually(lambda: self.get(alice, "users/online")["items"], [])

    def found(self, user, query):
        return [item["message"]["id"] for item in self.get(user, f"search/messages?q={quoted(query)}")["items"]]

    def test_b_16_health(self):
        anybody = self.stranger()
        anybody.token = "none"
        self.assertEqual(anybody.get("/health").json, {"status": "ok"})

    def test_b_17_metrics(self):
        alice = self.own_server().user("alice")  # nobody comes or goes there, so no note of presence is counted
        id = alice.create(["bob"])["id"]
        before = self.metrics(alice)
        alice.send(id, "x")
        after = self.metrics(alice)
        self.assertEqual(after["hansard_events_total"], before["hansard_events_total"] + 1)
        self.assertEqual(after["hansard_durable_position"], before["hansard_durable_position"] + 1)
        key = 'hansard_http_requests_total{route="/api/v1/conversations/{id}/messages",method="POST",status="2xx"}'
        self.assertEqual(after[key], before.get(key, 0) + 1)

    def metrics(self, user):
        lines = [line for line in user.get("/metrics").text.splitlines() if line and not line.startswith("#")]
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    # Frames.

    async def test_b_18_message_send(self):
        alice, bob, id = self.group()
        async with alice.socket() as a:
            one = await self.acked(a, "message.send", {"conversation_id": id, "content": "hi"}, key="k")
            again = await self.acked(a, "message.send", {"conversation_id": id, "content": "hi"}, key="k")
            self.assertEqual(one["id"], again["id"])
            await self.refused(a, 404, "not_found", "message.send", {"conversation_id": str(uuid.uuid4()),
                                                                     "content": "hi"})
        self.assertEqual(self.contents(bob, id), ["hi"])

    async def test_b_19_message_new(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b, self.stranger().socket() as eve:
            sent = bob.send(id, "hi")
            for device in (a, b):
                frame = await device.next("message.new")
                self.assertEqual((frame["data"]["message"]["id"], frame["position"], frame["version"]),
                                 (sent["id"], sent["position"], sent["version"]))
            self.assertEqual(await self.heard(eve), [])

    async def test_b_20_typing_start(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b, self.stranger().socket() as eve:
            await self.acked(b, "typing.start", {"conversation_id": id})
            self.assertTrue((await a.next("typing.indicator"))["data"]["is_typing"])
            await self.refused(eve, 404, "not_found", "typing.start", {"conversation_id": id})

    async def test_b_21_typing_stop(self):
        server = self.own_server("[limits]\ntyping_expiry_s = 600\n")  # it is the stop that is told, not an end by itself
        alice, bob = server.user("alice"), server.user("bob")
        id = alice.create(["bob"])["id"]
        async with alice.socket() as a, bob.socket() as b:
            await self.acked(b, "typing.start", {"conversation_id": id})
            await self.acked(b, "typing.stop", {"conversation_id": id})
            told = [(await a.next("typing.indicator"))["data"]["is_typing"] for _ in range(2)]
            self.assertEqual(told, [True, False])

    async def test_b_22_typing_indicator(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b, bob.socket() as b2:
            await self.acked(b, "typing.start", {"conversation_id": id})
            frame = await a.next("typing.indicator")
            self.assertEqual((frame["conversation_id"], frame["data"]), (id, {"user_id": bob.name, "is_typing": True}))
            self.assertNotIn("position", frame)  # nothing to resume from
            self.assertEqual((await self.heard(b), await self.heard(b2)), ([], []))

    async def test_b_23_presence_update(self):
        alice, bob, _ = self.group()
        async with bob.socket() as b:
            for status in ("away", "offline", "online"):
                await self.acked(b, "presence.update", {"status": status})
                self.assertEqual(self.get(alice, f"users/{quoted(bob.name)}/presence")["status"], status)
            await self.refused(b, 400, "malformed", "presence.update", {"status": "asleep"})
        self.learns_nothing(self.stranger(), "GET", f"users/{quoted(bob.name)}/presence")

    async def test_b_24_presence_changed(self):
        alice, bob, _ = self.group()
        async with alice.socket() as a, self.stranger().socket() as eve:
            async with bob.socket() as b:
                self.assertEqual((await a.next("presence.changed"))["data"]["status"], "online")
                await self.acked(b, "presence.update", {"status": "away"})
                self.assertEqual((await a.next("presence.changed"))["data"]["status"], "away")
            gone = await a.next("presence.changed")
            self.assertEqual((gone["data"]["user_id"], gone["data"]["status"]), (bob.name, "offline"))
            self.assertRegex(gone["data"]["last_seen"], r"Z$")
            self.assertEqual(await self.heard(eve, presence=True), [])

    async def test_b_25_message_read(self):
        alice, bob, id = self.group()
        for number in range(3):
            alice.send(id, str(number))
        async with bob.socket() as phone, bob.socket() as desktop:
            answer = await self.acked(phone, "message.read", {"conversation_id": id, "up_to": 2})
            self.assertEqual((answer["read_up_to"], answer["unread"]), (2, 1))
            self.assertEqual((await desktop.next("unread.changed"))["data"]["unread"], 1)

    async def test_b_26_read_receipt(self):
        alice, bob, id = self.group()
        alice.send(id, "x")
        async with alice.socket() as a, self.stranger().socket() as eve:
            self.post(bob, f"conversations/{id}/read", {"up_to": 1})
            receipt = (await a.next("message.read_receipt"))["data"]
            self.assertEqual((receipt["user_id"], receipt["up_to"]), (bob.name, 1))
            self.assertIn("at", receipt)
            self.assertEqual(await self.heard(eve), [])

    # Who may.

    async def test_b_27_tokens(self):
        alice = self.user(f"alice-{uuid.uuid4()}")
        header, claims, signature = alice.token.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        for token in ("", "x", f"{none}.{claims}.", f"{header}.{claims}.{signature[:-4]}AAAA"):
            answer = alice.request("GET", f"{API}/conversations", headers={"Authorization": f"Bearer {token}"})
            self.problem(answer, 401, "unauthenticated")
        async with Socket(alice, f"?access_token={alice.token}", {"no_token": True}) as s:
            self.assertEqual((await s.receive())["type"], "hello")
        alice.token, in_url = "", f"{API}/conversations?access_token={alice.token}"
        self.problem(alice.get(in_url), 401, "unauthenticated")  # a handshake may have no other way, a request has

    def test_b_28_authorization(self):
        alice, bob, id = self.group()
        carol, eve = self.stranger(), self.stranger()
        self.post(alice, f"conversations/{id}/members", {"user_id": carol.name, "role": "admin"})
        message = bob.send(id, "his")["id"]
        members, settings = f"conversations/{id}/members", {"settings": {"slow_mode_s": 0}, "title": str(uuid.uuid4())}
        for method, path, body, bob_may, carol_may in (
                ("PATCH", f"conversations/{id}", settings, False, True),
                ("POST", members, {"members": ["x"]}, False, True),
                ("DELETE", f"{members}/x", None, False, True),
                ("PATCH", f"{members}/{quoted(carol.name)}", {"role": "owner"}, False, False),
                ("DELETE", f"conversations/{id}", None, False, False),
                ("PUT", f"messages/{message}", {"content": "x"}, True, False),
                ("GET", f"conversations/{id}/messages", None, True, True)):
            self.learns_nothing(eve, method, path, body)
            for person, may in ((bob, bob_may), (carol, carol_may)):
                answer = person.request(method, f"{API}/{path}", body)
                self.assertEqual(answer.status, 200 if may else 403, (person.name, method, path, answer.text))

    # Features.

    def test_b_29_direct(self):
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.stranger()
        first = alice.create([bob.name], type="direct")["id"]
        self.assertEqual(bob.create([alice.name], type="direct")["id"], first)
        alice.send(first, "only you")
        self.assertEqual(self.contents(bob, first), ["only you"])
        for members in ([], [bob.name, "third"], [alice.name]):
            answer = alice.post(f"{API}/conversations", {"type": "direct", "members": members})
            self.problem(answer, 422, "invalid")
        answer = alice.post(f"{API}/conversations/{first}/members", {"members": ["third"]})
        self.problem(answer, 409, "conflict")
        pest = self.stranger()
        self.put(alice, f"users/{quoted(pest.name)}/block", {})
        answer = pest.post(f"{API}/conversations", {"type": "direct", "members": [alice.name]})
        self.problem(answer, 422, "blocked")
        self.delete(alice, f"users/{quoted(pest.name)}/block")
        pest.create([alice.name], type="direct")

    async def test_b_30_groups(self):
        alice, bob, id = self.group(title="one")
        carol = self.stranger()
        async with carol.socket() as c, bob.socket() as b:
            self.post(alice, f"conversations/{id}/members", {"members": [carol.name]})
            self.assertEqual((await b.next("member.added"))["data"]["user_id"], carol.name)
            await c.next("member.added")
            self.patch(alice, f"conversations/{id}", {"title": "two"})
            self.assertEqual((await c.next("conversation.updated"))["data"]["title"], "two")
            self.delete(alice, f"conversations/{id}/members/{quoted(carol.name)}")
            for device in (b, c):
                self.assertEqual((await device.next("member.removed"))["data"]["user_id"], carol.name)
            self.delete(alice, f"conversations/{id}")
            self.assertEqual((await b.next("conversation.updated"))["data"]["title"], "two")
            self.assertTrue((await b.next("conversation.updated"))["data"]["closed"])
            self.assertNotIn("conversation.updated", await self.heard(c))

    def test_b_31_threads(self):
        alice, bob, id = self.group()
        root, other = alice.send(id, "root")["id"], alice.send(id, "other")["id"]
        replies = [bob.send(id, f"reply {number}", reply_to=root) for number in range(3)]
        self.assertEqual({r["reply_to"] for r in replies}, {root})
        self.assertEqual([self.get(alice, f"messages/{m}")["thread_count"] for m in (root, other)], [3, 0])
        self.assertEqual(self.contents(alice, id, f"thread={root}"), ["reply 2", "reply 1", "reply 0"])
        self.delete(bob, f"messages/{replies[0]['id']}")
        self.assertEqual(self.get(alice, f"messages/{root}")["thread_count"], 2)
        elsewhere = alice.create([bob.name])["id"]
        answer = bob.post(f"{API}/conversations/{elsewhere}/messages", {"content": "x", "reply_to": root})
        self.problem(answer, 422, "invalid")

    def test_b_32_attachments(self):
        alice, bob, id = self.group()
        file = self.upload(alice, b"minutes", "text/plain", "minutes.txt")
        sent = alice.send(id, "see the file", attachments=[{"file_id": file["id"]}])
        shown = self.get(bob, f"messages/{sent['id']}")["attachments"]
        self.assertEqual([(a["name"], a["size"], a["media_type"]) for a in shown], [("minutes.txt", 7, "text/plain")])
        self.assertEqual(self.download(bob, file["id"]), b"minutes")
        answer = bob.post(f"{API}/conversations/{bob.create()['id']}/messages", {
            "content": "x", "attachments": [{"file_id": str(uuid.uuid4())}]})
        self.assertIn(answer.status, (404, 422))
        self.delete(alice, f"messages/{sent['id']}")
        self.assertEqual(self.get(bob, f"messages/{sent['id']}")["attachments"], [])
        self.learns_nothing(bob, "GET", f"files/{file['id']}")

    def test_b_33_system_messages(self):
        alice, bob, id = self.group()
        backend = self.service(alice.name)
        sent = backend.send(id, "The call ended.", type="system", metadata={"seconds": 61})
        self.assertEqual((sent["type"], sent["sender_id"]), ("system", alice.name))
        self.assertEqual((self.contents(bob, id)[0], bob.unread(id)), ("The call ended.", 0))
        self.problem(alice.post(f"{API}/conversations/{id}/messages", {"content": "x", "type": "system"}), 403,
                     "forbidden")
        self.post(alice, f"conversations/{id}/members", {"members": ["carol", "dan"]})
        self.delete(alice, f"conversations/{id}/members/dan")
        self.leaves(self.user("carol"), id)
        notices = [m for m in alice.history(id)["items"] if (m["metadata"] or {}).get("event")]
        self.assertEqual([(m["type"], m["metadata"]["event"], m["sender_id"]) for m in notices], [
            ("system", "member_left", "carol"), ("system", "member_removed", alice.name),
            ("system", "member_added", alice.name)])
        self.assertEqual((notices[2]["metadata"]["user_ids"], bob.unread(id)), (["carol", "dan"], 0))

    def test_b_34_emoji_reactions(self):
        carol = self.stranger()
        alice, bob, id = self.group(carol)
        message = alice.send(id, "vote")["id"]
        for person, emoji in ((bob, "👍"), (carol, "👍"), (alice, "❤️"), (bob, "🎉")):
            self.post(person, f"messages/{message}/reactions", {"emoji": emoji})
        shown = {r["emoji"]: (r["count"], r["me"]) for r in self.get(bob, f"messages/{message}")["reactions"]}
        self.assertEqual(shown, {"👍": (2, True), "❤️": (1, False), "🎉": (1, True)})
        self.assertEqual({r["emoji"]: r["count"] for r in bob.history(id)["items"][0]["reactions"]},
                         {"👍": 2, "❤️": 1, "🎉": 1})
        self.delete(alice, f"messages/{message}")
        self.assertEqual(self.get(bob, f"messages/{message}")["reactions"], [])

    def test_b_35_read_receipts(self):
        carol = self.stranger()
        alice, bob, id = self.group(carol)
        message = alice.send(id, "for both")["id"]
        self.post(bob, f"messages/{message}/read")
        items = self.get(alice, f"messages/{message}/receipts")["items"]
        self.assertEqual({i["user_id"]: i["status"] for i in items}, {bob.name: "read", carol.name: "sent"})
        self.assertEqual(self.get(carol, f"messages/{message}/receipts")["items"], items)
        self.learns_nothing(self.stranger(), "GET", f"messages/{message}/receipts")

    async def test_b_36_typing_expires(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            self.assertEqual(a.hello["data"]["limits"]["typing_expiry_s"], 5)
            started = time.monotonic()
            await self.acked(b, "typing.start", {"conversation_id": id})
            self.assertTrue((await a.next("typing.indicator"))["data"]["is_typing"])
            self.assertFalse((await a.next("typing.indicator"))["data"]["is_typing"])
            self.assertGreater(time.monotonic() - started, 4)

    async def test_b_37_no_ghosts(self):
        server = self.own_server(self.config)
        alice, bob = server.user("alice"), server.user("bob")
        alice.create(["bob"])
        presence = lambda: self.get(alice, "users/bob/presence")
        async with bob.socket() as b:
            await self.eventually(lambda: presence()["status"], "online")
            b.ws.transport.abort()
        await self.eventually(lambda: presence()["status"], "offline")
        seen = presence()["last_seen"]
        self.assertIsNotNone(seen)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(presence(), {"user_id": "bob", "status": "offline", "last_seen": seen})
        async with bob.socket():
            await self.eventually(lambda: presence()["status"], "online")
            server.kill()
        server.start()
        self.assertEqual(presence()["status"], "offline")

    def test_b_38_search_is_fresh(self):
        alice, bob, id = self.group()
        word = f"w{uuid.uuid4().hex}"
        for number in range(20):
            sent = alice.send(id, f"{word} number {number}")
            self.assertEqual(self.found(bob, f"{word} {number}"), [sent["id"]])
        self.put(alice, f"messages/{sent['id']}", {"content": "something else"})
        self.assertEqual(len(self.found(bob, word)), 19)
        self.leaves(bob, id)
        self.assertEqual(self.found(bob, word), [])

    def test_b_39_unread_counts(self):
        alice, bob, id = self.group()
        sent = [alice.send(id, str(number)) for number in range(4)]
        bob.send(id, "own")
        self.delete(alice, f"messages/{sent[1]['id']}")
        self.assertEqual(bob.unread(id), 3)
        self.post(bob, f"conversations/{id}/read", {"up_to": 3})
        self.assertEqual(self.get(bob, f"conversations/{id}/unread/explain")["ordinals"], [4])
        self.post(bob, f"conversations/{id}/unread", {"from": 1})
        self.assertEqual(self.get(bob, f"conversations/{id}/unread/explain")["ordinals"], [1, 3, 4])
        self.assertEqual(self.get(bob, "unread")["total"], 3)
        self.post(bob, f"conversations/{id}/archive")
        self.assertEqual((self.get(bob, "unread")["total"], bob.unread(id)), (0, 3))

    # Sockets.

    async def test_b_40_to_a_conversation_and_to_a_person(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as phone, bob.socket() as desktop, self.stranger().socket() as eve:
            self.post(bob, f"conversations/{id}/mute")
            alice.send(id, "to the conversation")
            for device in (a, phone, desktop):
                await device.next("message.new")
            own = [await self.heard(device) for device in (phone, desktop)]
            self.assertEqual(own, [["unread.changed"]] * 2)  # his devices learn that he muted it, nobody else
            self.assertEqual((await self.heard(a), await self.heard(eve)), ([], []))

    async def test_b_41_keep_alive(self):
        async with self.stranger().socket() as s:
            self.assertEqual((await s.ask("ping"))["type"], "pong")
            await asyncio.wait_for(await s.ws.ping(), 60)  # and the protocol's own

    async def test_b_42_reconnect(self):
        alice, bob, id = self.group()
        async with bob.socket() as b:
            alice.send(id, "seen")
            cursor = (await b.next("message.new"))["cursor"]
            b.ws.transport.abort()  # a cut cable
        for number in range(30):
            alice.send(id, f"missed {number}")
        async with bob.socket(f"?resume={cursor}") as b:
            frames = await b.receive_until("caught_up")
            self.assertEqual([f["data"]["message"]["content"] for f in frames if f["type"] == "message.new"],
                             [f"missed {number}" for number in range(30)])
            alice.send(id, "live again")
            self.assertEqual((await b.next("message.new"))["data"]["message"]["content"], "live again")

    async def test_b_43_errors_and_the_end(self):
        server = self.own_server()
        alice = server.user("alice")
        async with alice.socket() as a:
            for text in ("not json", "[]", "{}", '{"type":"no.such"}', '{"type":"message.send","data":7}'):
                await a.ws.send(text)
                self.assertEqual((await a.next("error"))["data"]["status"], 400, text)
            self.assertEqual((await a.ask("ping"))["type"], "pong")
            server.process.send_signal(signal.SIGTERM)
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                while True:
                    await a.receive()
            self.assertEqual(closed.exception.code, 1001)
        self.assertEqual(await asyncio.to_thread(server.process.wait, 60), 0)

    # What is kept.

    def test_b_44_everything_survives_a_kill(self):
        server = self.own_server()
        alice, bob = server.user("alice"), server.user("bob")
        id = alice.create(["bob"], title="Plans", metadata={"a": 1})["id"]
        root = alice.send(id, "@bob", mentions=[{"user_id": "bob", "offset": 0, "length": 4}])["id"]
        self.put(bob, f"messages/{bob.send(id, 'v1', reply_to=root)['id']}", {"content": "v2"})
        self.post(alice, f"conversations/{id}/pin")
        self.post(alice, f"conversations/{id}/read", {"up_to": 2})
        self.post(bob, f"messages/{root}/reactions", {"emoji": "👍"})
        self.put(server.user("backend", "service"), "users/alice", {"display_name": "Alice", "avatar": "a.png"})
        paths = ("conversations", f"conversations/{id}", f"conversations/{id}/members", f"conversations/{id}/messages",
                 f"messages/{root}", f"messages/{root}/receipts", "unread", f"conversations/{id}/unread/explain",
                 "users/alice", "search/messages?q=bob")
        before = [self.get(user, path) for user in (alice, bob) for path in paths]
        self.assertEqual(self.get(bob, f"messages/{root}")["sender"]["display_name"], "Alice")
        server.kill()
        server.start()
        self.assertEqual([self.get(user, path) for user in (alice, bob) for path in paths], before)

    def test_b_45_every_list_has_pages(self):
        alice, bob, id = self.group()
        document = alice.get("/openapi.json").json
        for path, methods in document["paths"].items():
            answer = json.dumps(methods.get("get", {}).get("responses", {}).get("200", {}))
            listed = "Page" in answer or "/Messages" in answer and not path.endswith("/history")
            if listed and not path.startswith((f"{API}/admin/", f"{API}/consumers")):  # few, by configuration or limit
                names = json.dumps(methods["get"].get("parameters", []) + methods.get("parameters", []))
                self.assertTrue("/Limit" in names and "/Cursor" in names, path)
        message = alice.send(id, "x")["id"]
        for number in range(4):
            self.post(alice, f"conversations/{id}/members", {"members": [f"member-{number}"]})
            alice.send(alice.create([bob.name])["id"], "x")
            alice.send(id, "x")
        for path in ("conversations", f"conversations/{id}/members", f"conversations/{id}/messages",
                     f"messages/{message}/receipts"):
            whole = self.get(alice, f"{path}?limit=200")["items"]
            seen, cursor = [], ""
            while cursor is not None:
                page = self.get(alice, f"{path}?limit=2{cursor}")
                self.assertLessEqual(len(page["items"]), 2)
                seen += page["items"]
                cursor = "&cursor=" + quoted(page["next"]) if page["next"] else None
            self.assertEqual(seen, whole, path)

    def test_b_46_views_are_made_again_from_the_log(self):
        server = self.own_server()
        alice, bob = server.user("alice"), server.user("bob")
        id = alice.create(["bob"])["id"]
        for number in range(20):
            alice.send(id, str(number))
        self.post(bob, f"conversations/{id}/read", {"up_to": 7})
        paths = (f"conversations/{id}/messages", "conversations", "unread")
        before = [self.get(user, path) for user in (alice, bob) for path in paths]
        self.assertEqual(server.stop(), 0)
        for derived in ("views", "index"):
            shutil.rmtree(server.data / derived)
        server.start()
        self.assertEqual([self.get(user, path) for user in (alice, bob) for path in paths], before)

    # Running it.

    def test_b_47_configuration(self):
        server = self.own_server("[limits]\ncontent_code_points_max = 5\npage_default = 2\n")
        alice = server.user("alice")
        id = alice.create()["id"]
        self.problem(alice.post(f"{API}/conversations/{id}/messages", {"content": "123456"}), 422, "invalid")
        for number in range(3):
            alice.send(id, str(number))
        self.assertEqual(len(self.get(alice, f"conversations/{id}/messages")["items"]), 2)
        wrong = server.folder / "wrong.toml"
        wrong.write_text("[limits]\n\nno_such_limit = 1\n")
        refused = subprocess.run([str(BIN / "hansard"), "serve", "--config", str(wrong)], capture_output=True)
        self.assertEqual((refused.returncode, refused.stdout), (2, b""))
        self.assertRegex(refused.stderr.decode(), r"no_such_limit.*3|3.*no_such_limit")

    def test_b_49_one_door_for_developers(self):
        said = subprocess.check_output([str(ROOT / "dev"), "help"], text=True)
        for command in ("serve", "test", "build", "bench", "format", "deps"):
            self.assertRegex(said, rf"(?m)^  {command}\b")

    def test_b_50_traces_and_cors(self):
        page = "https://chat.example"
        server = self.own_server(f'[limits]\norigins = ["{page}"]\n', kind=TracedTown)
        alice = server.user("alice")
        id = alice.create(title="a title nobody may trace")["id"]
        self.learns_nothing(alice, "GET", f"messages/{uuid.uuid4()}?min_position=0")
        asked = {"Origin": page, "Access-Control-Request-Method": "PUT", "Authorization": ""}
        preflight = alice.request("OPTIONS", f"{API}/conversations/{id}", headers=asked)
        self.assertEqual((preflight.status, preflight.headers["access-control-allow-origin"]), (200, page))
        self.assertIn("PUT", preflight.headers["access-control-allow-methods"])
        self.assertEqual(alice.get(f"{API}/unread", Origin=page).headers["access-control-allow-origin"], page)
        foreign = alice.get(f"{API}/unread", Origin="https://evil.example")
        self.assertNotIn("access-control-allow-origin", foreign.headers)
        self.assertEqual(server.stop(), 0)
        requests = [(t["method"], t["route"], t["status"]) for t in server.traces() if t["what"] == "request"]
        self.assertEqual(requests[:2], [("POST", f"{API}/conversations", 201), ("GET", f"{API}/messages/{{id}}", 404)])
        levels = {t["level"] for t in server.traces()}
        self.assertLessEqual({"debug", "info"}, levels)
        for secret in ("a title nobody may trace", "min_position=0", id):
            self.assertNotIn(secret, server.trace_file.read_text())

    def test_b_51_stop_under_load(self):
        server = self.own_server()
        id = server.user("alice").create()["id"]
        acked, senders = [], [server.user("alice") for _ in range(4)]

        def send(sender):
            try:
                for number in range(100_000):
                    answer = sender.post(f"{API}/conversations/{id}/messages", {"content": str(number)})
                    if answer.status != 201:
                        return
                    acked.append(answer.json["id"])
            except (OSError, http.client.HTTPException):
                pass  # the server has gone

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(send, sender) for sender in senders]
            while len(acked) < 40 and not all(job.done() for job in jobs):
                time.sleep(0.01)
            self.assertEqual(server.stop(), 0)
        server.start()
        alice, stored, cursor = server.user("alice"), set(), ""
        while cursor is not None:
            page = alice.history(id, "limit=200" + cursor)
            stored |= {m["id"] for m in page["items"]}
            cursor = "&cursor=" + quoted(page["next"]) if page["next"] else None
        self.assertGreaterEqual(len(acked), 40)
        self.assertLessEqual(set(acked), stored)

    # Numbers, in a short form; hansard-bench has the long one.

    def sockets(self, server, users, count):
        """`count` raw sockets of `users`, past their hello."""
        opened = []
        for number in range(count):
            raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            self.addCleanup(raw.close)
            raw.sendall(f"GET /ws?access_token={users[number % len(users)].token} HTTP/1.1\r\nHost: h\r\n"
                        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
            opened.append(raw)
        for raw in opened:
            said = b""
            while b'"hello"' not in said:
                part = raw.recv(4096)
                self.assertTrue(part, said)
                said += part
        return opened

    def memory(self, user):
        return self.metrics(user)["process_resident_memory_bytes"]

    def test_b_52_many_sockets(self):
        server = self.own_server()
        alice, users = server.user("alice"), [server.user(f"user-{number}") for number in range(50)]
        id = alice.create([user.name for user in users])["id"]
        opened = self.sockets(server, users, 1_000)
        self.assertEqual(self.metrics(alice)["hansard_sessions"], 1_000)
        alice.send(id, "to a thousand")
        for raw in opened:
            said = b""
            while b"to a thousand" not in said:
                part = raw.recv(4096)
                self.assertTrue(part, said)
                said += part

    async def test_b_53_message_latency(self):
        alice, bob, id = self.group()
        async with alice.socket() as a, bob.socket() as b:
            taken = []
            for number in range(50):
                started = time.monotonic()
                await self.acked(a, "message.send", {"conversation_id": id, "content": str(number)})
                await b.next("message.new")
                taken.append(time.monotonic() - started)
        self.assertLess(middle(sorted(taken)), bar(0.1))

    def test_b_54_read_latency(self):
        alice, bob, id = self.group()
        for number in range(200):
            alice.send(id, "x" * 200)
        self.assertLess(middle(times_of(lambda _: bob.history(id, "limit=50&before=150"), 30)), bar(0.05))

    def test_b_55_api_latency(self):
        alice, bob, id = self.group()
        def everything(number):
            message = alice.send(id, str(number))["id"]
            self.get(bob, f"messages/{message}")
            self.get(bob, "conversations")
            self.get(bob, "unread")
        self.assertLess(middle(times_of(everything, 30)), bar(0.2))  # the four of them together

    def test_b_56_memory_of_an_idle_socket(self):
        server = self.own_server()
        alice, users = server.user("alice"), [server.user(f"user-{number}") for number in range(50)]
        self.sockets(server, users, 100)  # what is made once
        before = self.memory(alice)
        self.sockets(server, users, 600)
        self.assertLess((self.memory(alice) - before) / 600, 48 * 1024)

    # For developers.

    def test_b_58_documentation(self):
        readme = (ROOT / "README.md").read_text()
        for link in re.findall(r"\]\(([^)#:]+)\)", readme):
            self.assertTrue((ROOT / link).exists(), link)
        document = self.stranger().get("/openapi.json").json
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if method in ("get", "post", "put", "patch", "delete"):
                    self.assertTrue(operation["summary"], path)
                    self.assertTrue(operation["responses"], path)

    def test_b_59_input_validation(self):
        alice, bob, id = self.group()
        for body in ({"type": "group", "members": ["a\u0000b"]}, {"type": "group", "members": ["x" * 129]},
                     {"type": "group", "members": [""]}, {"type": "group", "title": 7},
                     {"type": "group", "metadata": []}, {"type": "group", "settings": {"history": "none"}}):
            self.assertIn(alice.post(f"{API}/conversations", body).status, (400, 422), body)
        for query in ("limit=201", "limit=x", "cursor=nonsense", "before=-1", "before=1&after=2"):
            self.problem(alice.get(f"{API}/conversations/{id}/messages?{query}"), 400, "malformed")
        for metadata in ({"big": "x" * 17_000}, [1], "word"):
            answer = alice.post(f"{API}/conversations/{id}/messages", {"content": "x", "metadata": metadata})
            self.assertIn(answer.status, (400, 422))
        self.assertEqual(self.contents(bob, id), [])

    def test_b_60_upload_and_download(self):
        alice, bob, id = self.group()
        data = os.urandom(300_000)
        file = self.upload(alice, data, "video/mp4", "süß \"quoted\".mp4")
        alice.send(id, "", type="video", attachments=[{"file_id": file["id"]}])
        whole = self.bytes_of(bob, f"files/{file['id']}")
        self.assertEqual((whole.status, whole.body), (200, data))
        self.assertEqual((whole.headers["content-type"], whole.headers["x-content-type-options"]),
                         ("video/mp4", "nosniff"))
        self.assertTrue(whole.headers["content-disposition"].startswith("attachment"))
        part = self.bytes_of(bob, f"files/{file['id']}", Range="bytes=1000-1999")
        self.assertEqual((part.status, part.body, part.headers["content-range"]),
                         (206, data[1000:2000], f"bytes 1000-1999/{len(data)}"))
        self.assertEqual(self.bytes_of(bob, f"files/{file['id']}", Range="bytes=-5").body, data[-5:])
        self.assertEqual(self.bytes_of(bob, f"files/{file['id']}", Range="bytes=999999-").status, 416)
        self.assertEqual(self.bytes_of(self.stranger(), f"files/{file['id']}").status, 404)

    def test_b_63_metrics_and_their_documentation(self):
        alice, bob, id = self.group()
        alice.send(id, "x")
        on_the_page = set(re.findall(r"(?m)^# TYPE (\w+)", alice.get("/metrics").text))
        operations = (ROOT / "docs" / "OPERATIONS.md").read_text()
        described = set(re.findall(r"(?m)^\| `((?:hansard|process)_\w+)`", operations))
        self.assertGreater(len(on_the_page), 20)
        self.assertEqual(on_the_page - described, set())
        self.assertIn("Alert on:", operations)

    def test_b_64_rate_limits(self):
        server = self.own_server("[rate_limit]\nuser_per_s = 1\nuser_burst = 20\n")
        alice, bob = server.user("alice"), server.user("bob")
        answers = [alice.get(f"{API}/unread") for _ in range(40)]
        self.assertEqual({a.status for a in answers[:20]}, {200})
        left = [int(a.headers["ratelimit-remaining"]) for a in answers[:20]]
        self.assertEqual(left, sorted(left, reverse=True))
        refused = next(a for a in answers if a.status == 429)
        self.problem(refused, 429, "rate_limited")
        self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
        self.assertEqual(bob.get(f"{API}/unread").status, 200)
        self.assertEqual(server.user("backend", "service", "alice").get(f"{API}/unread").status, 200)

    def test_b_65_what_clients_encrypted_stays_what_it_is(self):
        alice, bob, id = self.group()
        sealed = base64.b64encode(bytes(range(256)) * 16).decode()
        sent = alice.send(id, sealed, metadata={"cipher": "megolm", "session": "s1"})
        got = self.get(bob, f"messages/{sent['id']}")
        self.assertEqual((got["content"], got["metadata"]), (sealed, {"cipher": "megolm", "session": "s1"}))

    async def test_b_66_voice_and_video(self):
        server = self.own_server(kind=TracedTown)
        alice, bob, carol = (server.user(name) for name in ("alice", "bob", "carol"))
        id = alice.create(["bob", "carol"])["id"]
        async with alice.socket() as a, bob.socket() as b, carol.socket() as c, server.user("eve").socket() as eve:
            offer = {"kind": "offer", "sdp": "a-secret-fingerprint"}
            await self.acked(a, "call.signal", {"conversation_id": id, "payload": offer})
            for device in (b, c):
                self.assertEqual((await device.next("call.signal"))["data"], {"user_id": "alice", "payload": offer})
            await self.acked(b, "call.signal", {"conversation_id": id, "to": "alice", "payload": {"kind": "answer"}})
            self.assertEqual((await a.next("call.signal"))["data"]["payload"], {"kind": "answer"})
            self.assertNotIn("call.signal", (await self.heard(c)) + (await self.heard(eve)))
            await self.refused(eve, 404, "not_found", "call.signal", {"conversation_id": id, "payload": offer})
            logged = self.logged_types(server)
            await self.acked(a, "call.signal", {"conversation_id": id, "payload": offer})
            self.assertEqual(self.logged_types(server), logged)
        self.assertEqual(server.stop(), 0)
        self.assertNotIn("a-secret-fingerprint", server.trace_file.read_text())
        for file in server.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"a-secret-fingerprint", file.read_bytes(), file)

    def logged_types(self, server):
        """Of all events but the notes of who was there."""
        events = self.get(server.user("backend", "service"), "events?limit=200")["items"]
        return [event["type"] for event in events if event["type"] != "user.seen"]

    async def test_b_67_a_day_in_one_conversation(self):
        alice, bob, id = self.group(title="Friday")
        async with bob.socket() as b:
            asked = alice.send(id, f"@{bob.name} at five?",
                               mentions=[{"user_id": bob.name, "offset": 0, "length": len(bob.name) + 1}])
            heard = (await b.next("message.new"))["data"]["message"]
            self.assertEqual((heard["id"], bob.unread(id)), (asked["id"], 1))
            self.assertEqual(self.get(bob, f"conversations/{id}")["mentions_unread"], 1)
            answer = await self.acked(b, "message.send", {"conversation_id": id, "content": "six",
                                                          "reply_to": asked["id"]})
            await self.acked(b, "message.read", {"message_id": answer["id"]})
            self.put(alice, f"messages/{asked['id']}", {"content": "at six!"})
            self.assertEqual((await b.next("message.edited"))["data"]["message"]["content"], "at six!")
        self.assertEqual(self.contents(alice, id), ["six", "at six!"])
        self.assertEqual((alice.unread(id), bob.unread(id)), (1, 0))
        self.assertEqual(self.receipt(alice, asked["id"], bob)["status"], "read")

    def test_b_68_load_generator(self):
        said = subprocess.check_output([str(BIN / "hansard-bench"), "--only", "reads", "--seconds", "0.2", "--json"],
                                       timeout=120)
        rows = json.loads(said)
        self.assertGreaterEqual(len(rows), 2)
        self.assertTrue(all(row["value"] > 0 for row in rows), rows)

    def test_b_69_deployment_guide(self):
        operations = (ROOT / "docs" / "OPERATIONS.md").read_text()
        for title in ("Install", "Run", "Keys and tokens", "Configuration", "The data folder and backups",
                      "Watching it", "Recovery"):
            self.assertIn(f"\n## {title}\n", operations)
        self.assertIn("(deploy/hansard.service)", operations)
        self.assertIn("[Service]", (ROOT / "docs" / "deploy" / "hansard.service").read_text())
        configuration = (ROOT / "docs" / "CONFIGURATION.md").read_text()
        settings = re.findall(r"(?m)^\| `([a-z_.]+)\.(\w+)` \| (\d+|\[\]) \|", configuration)
        sections = {}
        for section, name, default in settings:
            if section not in ("server", "auth", "webhooks"):
                sections.setdefault(section, []).append(f"{name} = {default}")
        self.assertGreater(sum(map(len, sections.values())), 50)
        config = "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items())
        self.own_server(config)  # every setting is one, every default is allowed


if __name__ == "__main__":
    unittest.main()
