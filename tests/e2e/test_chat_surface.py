"""Reactions, forwards, profiles, blocks, scheduled messages, notices and expiry, as clients of all kinds meet them."""
import datetime
import unittest
import uuid

from hansard_client import quoted
from requirement_case import API, RequirementTest

EMOJIS = ("👍", "👍🏽", "❤️", "👩‍👩‍👦", "🇩🇪", ":tada:", "+1", "a/b?c#d%20")


def in_seconds(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


class ChatSurface(RequirementTest):
    def react(self, user, message, emoji):
        return self.post(user, f"messages/{message}/reactions", {"emoji": emoji}, 200)

    def unreact(self, user, message, emoji):
        return self.delete(user, f"messages/{message}/reactions/{quoted(emoji)}")

    def reactions(self, user, message):
        return [(r["emoji"], r["count"], r["me"]) for r in self.get(user, f"messages/{message}")["reactions"]]

    def forward(self, user, message, conversation, *statuses, **more):
        body = {"conversation_id": conversation, **more}
        return self.post(user, f"messages/{message}/forward", body, *(statuses or (201,)))

    def members(self, user, conversation, *names):
        return self.post(user, f"conversations/{conversation}/members", {"members": list(names)}, 200)

    # Reactions

    def test_every_emoji_goes_there_and_back(self):
        alice, bob, id = self.group()
        message = alice.send(id, "hi")["id"]
        for emoji in EMOJIS:
            self.assertIn({"emoji": emoji, "count": 1, "me": True}, self.react(bob, message, emoji)["reactions"])
        self.assertEqual(self.reactions(alice, message), [(emoji, 1, False) for emoji in sorted(EMOJIS)])
        for emoji in EMOJIS:
            self.unreact(bob, message, emoji)
        self.assertEqual(self.reactions(alice, message), [])

    def test_what_is_no_emoji_is_refused(self):
        alice, bob, id = self.group()
        path = f"{API}/messages/{alice.send(id, 'hi')['id']}/reactions"
        for emoji in ("", " ", "a b", "\n", "\u3000", "\u00a0", "x" * 65):
            self.problem(bob.post(path, {"emoji": emoji}), 422, "invalid")
        for body in ({}, {"emoji": None}, {"emoji": 7}):
            self.problem(bob.post(path, body), 400, "malformed")
        self.problem(bob.request("DELETE", f"{path}/%FF"), 400, "malformed")

    async def test_reactions_of_two_are_pushed_and_counted(self):
        alice, bob, id = self.group()
        message = alice.send(id, "hi")["id"]
        async with alice.socket() as a, bob.socket() as b:
            answer = await self.acked(b, "reaction.add", {"message_id": message, "emoji": "👍"})
            self.assertEqual(answer["reactions"], [{"emoji": "👍", "count": 1, "me": True}])
            for socket in (a, b):
                frame = await socket.next("reaction.added")
                self.assertEqual((frame["conversation_id"], frame["position"]), (id, answer["position"]))
                self.assertEqual(frame["data"], {"message_id": message, "ordinal": 1, "user_id": bob.name, "emoji": "👍"})
            again = await self.acked(b, "reaction.add", {"message_id": message, "emoji": "👍"})
            self.assertFalse(again["changed"])
            await self.acked(a, "reaction.add", {"message_id": message, "emoji": "👍"})
            self.assertEqual(self.reactions(bob, message), [("👍", 2, True)])
            await self.acked(b, "reaction.remove", {"message_id": message, "emoji": "👍"})
            self.assertEqual((await a.next("reaction.removed"))["data"]["user_id"], bob.name)
            self.assertEqual(self.reactions(bob, message), [("👍", 1, False)])
            await self.refused(b, 404, "not_found", "reaction.add", {"message_id": str(uuid.uuid4()), "emoji": "x"})
            self.assertEqual((await self.heard(b)).count("reaction.added"), 1)

    async def test_missed_reactions_come_on_resume_but_not_to_what_is_gone(self):
        alice, bob, id = self.group()
        async with bob.socket() as b:
            kept, gone = alice.send(id, "kept")["id"], alice.send(id, "gone")["id"]
            cursor = [await b.next("message.new") for _ in range(2)][-1]["cursor"]
        self.react(alice, kept, "👍")
        self.react(alice, gone, "👎")
        self.unreact(alice, kept, "👍")
        self.delete(alice, f"messages/{gone}")
        async with bob.socket(f"?resume={cursor}") as b:
            missed = [f for f in await b.receive_until("caught_up") if f["type"].split(".")[0] in ("reaction", "message")]
        self.assertEqual([f["type"] for f in missed], ["reaction.added", "reaction.removed", "message.deleted"])
        self.assertEqual({f["data"]["message_id"] for f in missed[:2]}, {kept})
        self.assertEqual(missed[2]["data"]["by"], alice.name)

    async def test_reactions_to_what_was_before_the_join_stay_hidden(self):
        alice, bob, id = self.group(settings={"history": "from_join"})
        old = alice.send(id, "before")["id"]
        zoe = self.user(f"zoe-{uuid.uuid4()}")
        async with zoe.socket() as z:
            self.members(alice, id, zoe.name)
            await z.next("member.added")
            self.react(bob, old, "👀")
            new = alice.send(id, "after")["id"]
            self.react(bob, new, "🎉")
            self.assertEqual((await z.next("reaction.added"))["data"]["message_id"], new)
        self.learns_nothing(zoe, "POST", f"messages/{old}/reactions", {"emoji": "👀"})
        async with zoe.socket(f"?resume={z.hello['data']['position']}") as z:
            told = [f["data"]["message_id"] for f in await z.receive_until("caught_up") if f["type"] == "reaction.added"]
        self.assertEqual(told, [new])

    def test_who_may_not_react_does_not(self):
        alice, bob, id = self.group()
        message = alice.send(id, "hi")["id"]
        self.learns_nothing(self.stranger(), "POST", f"messages/{message}/reactions", {"emoji": "x"})
        self.learns_nothing(self.stranger(), "DELETE", f"messages/{message}/reactions/x")
        self.patch(alice, f"conversations/{id}/members/{quoted(bob.name)}", {"role": "read_only"})
        self.problem(bob.post(f"{API}/messages/{message}/reactions", {"emoji": "x"}), 403, "read_only")
        self.react(alice, message, "x")
        self.delete(alice, f"messages/{message}")
        self.problem(alice.post(f"{API}/messages/{message}/reactions", {"emoji": "x"}), 422, "message_deleted")
        self.assertEqual(self.reactions(alice, message), [])

    # Forwards

    async def test_a_forward_shows_where_it_comes_from(self):
        alice, bob, id = self.group()
        source = alice.send(id, "@bob look", metadata={"a": 1}, mentions=[{"user_id": bob.name, "offset": 0, "length": 4}])
        carol = self.user(f"carol-{uuid.uuid4()}")
        other = bob.create([carol.name])["id"]
        async with carol.socket() as c:
            copy = self.forward(bob, source["id"], other)
            pushed = (await c.next("message.new"))["data"]["message"]
        origin = {"message_id": source["id"], "conversation_id": id, "sender_id": alice.name,
                  "created_at": source["created_at"]}
        for message in (copy, pushed, self.get(carol, f"messages/{copy['id']}")):
            self.assertEqual(message["forwarded_from"], origin)
            self.assertEqual((message["sender_id"], message["content"], message["metadata"], message["mentions"]),
                             (bob.name, "@bob look", {"a": 1}, []))
        third = carol.create([self.stranger().name])["id"]
        self.assertEqual(self.forward(carol, copy["id"], third)["forwarded_from"], origin)

    async def test_a_frame_forwards_as_http_does(self):
        alice, bob, id = self.group()
        source = alice.send(id, "pass it on")["id"]
        async with bob.socket() as b:
            copy = await self.acked(b, "message.forward", {"message_id": source, "conversation_id": id}, key="k")
            again = await self.acked(b, "message.forward", {"message_id": source, "conversation_id": id}, key="k")
            await self.refused(b, 404, "not_found", "message.forward",
                               {"message_id": source, "conversation_id": str(uuid.uuid4())})
        self.assertEqual((copy["content"], copy["forwarded_from"]["message_id"]), ("pass it on", source))
        self.assertEqual(again["id"], copy["id"])

    def test_a_forward_out_of_a_direct_conversation_does_not_name_it(self):
        alice, bob, id = self.group()
        direct = alice.create([bob.name], type="direct")["id"]
        said = bob.send(direct, "between us")
        origin = self.forward(alice, said["id"], id)["forwarded_from"]
        self.assertEqual((origin["conversation_id"], origin["sender_id"]), (None, bob.name))

    def test_who_sees_only_one_side_forwards_nothing(self):
        alice, bob, id = self.group()
        message, eve = alice.send(id, "secret")["id"], self.stranger()
        own = eve.create([self.stranger().name])["id"]
        self.learns_nothing(eve, "POST", f"messages/{message}/forward", {"conversation_id": own})
        self.learns_nothing(bob, "POST", f"messages/{message}/forward", {"conversation_id": own})

    def test_a_forward_is_one_under_its_key_and_its_id(self):
        alice, bob, id = self.group()
        message = alice.send(id, "hi")["id"]
        own = str(uuid.uuid4())
        first = self.forward(bob, message, id, id=own)
        self.assertEqual(first["id"], own)
        self.assertEqual(self.forward(bob, message, id, id=own)["position"], first["position"])
        path, key = f"{API}/messages/{message}/forward", str(uuid.uuid4())
        answers = [bob.post(path, {"conversation_id": id}, key) for _ in range(2)]
        self.assertEqual(answers[0].text, answers[1].text)
        self.assertEqual(answers[1].headers["idempotency-replayed"], "true")
        self.assertEqual(len(bob.history(id)["items"]), 3)

    def test_nobody_puts_words_into_the_mouth_of_who_is_forwarded(self):
        alice, bob, id = self.group()
        copy = self.forward(bob, alice.send(id, "I did say this")["id"], id)
        self.problem(bob.request("PUT", f"{API}/messages/{copy['id']}", {"content": "something else"}), 403, "forbidden")

    # Profiles

    def test_a_profile_is_shown_with_what_somebody_says(self):
        alice, bob, id = self.group()
        message = alice.send(id, "hi")["id"]
        self.learns_nothing(bob, "GET", f"users/{quoted(alice.name)}")
        self.assertIsNone(self.get(bob, f"messages/{message}")["sender"])
        profile = {"display_name": "Alice ✨", "avatar": "https://example.org/a.png", "metadata": {"team": "blue"}}
        self.problem(alice.request("PUT", f"{API}/users/{quoted(alice.name)}", profile), 403, "forbidden")
        put = self.put(self.service(), f"users/{quoted(alice.name)}", profile)
        self.assertTrue(put["position"])
        shown = self.get(self.stranger(), f"users/{quoted(alice.name)}")
        self.assertEqual({name: shown[name] for name in profile}, profile)
        sender = {"display_name": "Alice ✨", "avatar": "https://example.org/a.png"}
        self.assertEqual(self.get(bob, f"messages/{message}")["sender"], sender)
        self.assertEqual([m["sender"] for m in bob.history(id)["items"]], [sender])
        self.assertEqual(self.get(bob, f"conversations/{id}")["last_message"]["sender"], sender)
        self.assertEqual(self.get(bob, "conversations")["items"][0]["last_message"]["sender"], sender)
        hits = self.get(bob, f"search/messages?q=hi+in:{id}")["items"]
        self.assertEqual([hit["message"]["sender"] for hit in hits], [sender])
        self.assertNotIn("sender", alice.send(id, "answers and frames leave it out"))

    # Blocks

    def test_who_is_blocked_does_not_get_through(self):
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.user(f"bob-{uuid.uuid4()}")
        block = f"users/{quoted(bob.name)}/block"
        self.assertTrue(self.put(alice, block, None)["blocked"])
        self.problem(bob.post(f"{API}/conversations", {"type": "direct", "members": [alice.name]}), 422, "blocked")
        direct = alice.create([bob.name], type="direct")["id"]
        alice.send(direct, "I may write")
        self.problem(bob.post(f"{API}/conversations/{direct}/messages", {"content": "x"}), 422, "blocked")
        self.problem(bob.post(f"{API}/conversations/{direct}/typing", {"is_typing": True}), 422, "blocked")
        self.assertEqual(self.contents(bob, direct), ["I may write"])
        group = bob.create([alice.name])["id"]
        said = bob.send(group, "groups are not affected")["id"]
        self.problem(bob.post(f"{API}/messages/{said}/forward", {"conversation_id": direct}), 422, "blocked")
        self.assertFalse(self.delete(alice, block)["blocked"])
        bob.send(direct, "again")

    async def test_who_is_blocked_does_not_speak_through_what_he_said_before(self):
        alice, bob = self.user(f"alice-{uuid.uuid4()}"), self.user(f"bob-{uuid.uuid4()}")
        direct = alice.create([bob.name], type="direct")["id"]
        said = bob.send(direct, "hello")["id"]
        self.put(alice, f"users/{quoted(bob.name)}/block", None)
        self.problem(bob.request("PUT", f"{API}/messages/{said}", {"content": "grr"}), 422, "blocked")
        async with bob.socket() as b:
            await self.refused(b, 422, "blocked", "reaction.add", {"message_id": said, "emoji": "x"})
        self.delete(bob, f"messages/{said}")

    # Scheduled messages

    async def test_a_scheduled_message_is_sent_when_its_time_comes(self):
        alice, bob, id = self.group()
        async with bob.socket() as b:
            waiting = alice.send(id, "later", send_at=in_seconds(6))
            self.assertEqual((waiting["scheduled"], waiting["content"]), (True, "later"))
            self.assertEqual([m["id"] for m in self.get(alice, "messages/scheduled")["items"]], [waiting["id"]])
            self.assertEqual(self.contents(alice, id), [])
            self.learns_nothing(bob, "GET", f"messages/{waiting['id']}")
            message = (await b.next("message.new"))["data"]["message"]
        self.assertEqual((message["id"], message["content"], message["ordinal"]), (waiting["id"], "later", 1))
        self.assertGreaterEqual(message["created_at"], waiting["send_at"])
        await self.eventually(lambda: self.get(alice, "messages/scheduled")["items"], [])

    async def test_its_author_cancels_it_and_nobody_else(self):
        alice, bob, id = self.group()
        waiting = alice.send(id, "never", send_at=in_seconds(3600))
        path = f"messages/{waiting['id']}"
        self.learns_nothing(bob, "DELETE", path)
        self.assertEqual(self.delete(alice, path)["id"], waiting["id"])
        self.learns_nothing(alice, "GET", path)
        self.assertEqual(self.get(alice, "messages/scheduled")["items"], [])

    def test_what_was_cancelled_does_not_come_back_under_its_id(self):
        alice, bob, id = self.group()
        path = f"{API}/conversations/{id}/messages"
        body = {"id": str(uuid.uuid4()), "content": "never", "send_at": in_seconds(3600)}
        self.assertEqual(alice.post(path, body).json["id"], body["id"])
        self.delete(alice, f"messages/{body['id']}")
        self.assertEqual(alice.post(path, body).json["id"], body["id"])
        self.assertEqual(self.get(alice, "messages/scheduled")["items"], [])
        self.problem(alice.post(path, {"id": body["id"], "content": "never"}), 409, "id_taken")
        self.problem(bob.post(path, body), 409, "id_taken")

    async def test_what_the_rules_forbid_when_its_time_comes_is_not_sent(self):
        alice, bob, id = self.group()
        bob.send(id, "from outside", send_at=in_seconds(6))
        self.leaves(bob, id)
        await self.eventually(lambda: self.get(bob, "messages/scheduled")["items"], [])
        self.assertNotIn("from outside", self.contents(alice, id))

    def test_the_past_and_what_is_no_time_are_refused(self):
        alice, bob, id = self.group()
        path = f"{API}/conversations/{id}/messages"
        self.problem(alice.post(path, {"content": "x", "send_at": in_seconds(-5)}), 422, "invalid")
        self.problem(alice.post(path, {"content": "x", "send_at": in_seconds(400 * 86400)}), 422, "invalid")
        self.problem(alice.post(path, {"content": "x", "send_at": "tomorrow"}), 400, "malformed")

    # Notices

    async def test_who_comes_and_goes_is_told_in_the_conversation(self):
        alice, bob, id = self.group()
        carol = self.user(f"carol-{uuid.uuid4()}")
        async with carol.socket() as c:
            self.members(alice, id, carol.name)
            notice = (await c.next("message.new"))["data"]["message"]
        self.assertEqual((notice["type"], notice["sender_id"], notice["metadata"]),
                         ("system", alice.name, {"event": "member_added", "user_ids": [carol.name], "count": 1}))
        self.delete(alice, f"conversations/{id}/members/{quoted(carol.name)}")
        self.leaves(bob, id)
        self.assertEqual(self.contents(alice, id), [f"{bob.name} left", f"{alice.name} removed {carol.name}",
                                                    f"{alice.name} added {carol.name}"])
        self.assertEqual(alice.unread(id), 0)

    def test_a_service_may_be_quiet_and_nobody_else(self):
        alice, bob, id = self.group()
        path, service = f"conversations/{id}/members", self.service()
        self.post(service, path, {"user_id": "quiet-one", "quiet": True}, 200)
        self.delete(service, f"{path}/quiet-one?quiet=true")
        self.assertEqual(self.contents(alice, id), [])
        self.problem(alice.post(f"{API}/{path}", {"user_id": "x", "quiet": True}), 403, "forbidden")
        self.problem(alice.request("DELETE", f"{API}/{path}/{quoted(bob.name)}?quiet=true"), 403, "forbidden")

    # Edits that mention

    def edit(self, author, message, *mentioned):
        mentions = [{"user_id": user.name, "offset": 0, "length": 1} for user in mentioned]
        answer = author.request("PATCH", f"{API}/messages/{message['id']}", {"content": "@you", "mentions": mentions})
        self.assertEqual(answer.status, 200, answer.text)

    async def test_an_edit_tells_the_counts_of_whom_it_mentions_now_or_no_more(self):
        alice, bob, id = self.group()
        carol = self.user(f"carol-{uuid.uuid4()}")
        self.members(alice, id, carol.name)
        message = alice.send(id, "hello")
        async with bob.socket() as b, carol.socket() as c:
            for mentioned in ((bob,), (bob, carol), (carol,), ()):
                self.edit(alice, message, *mentioned)
            for socket in (b, c):
                counts = [(await socket.next("unread.changed"))["data"]["mentions_unread"]]
                if counts[0] == 1:  # two edits may share one frame
                    counts.append((await socket.next("unread.changed"))["data"]["mentions_unread"])
                self.assertEqual(counts[-1], 0)

    async def test_a_resume_over_an_edit_ends_with_the_count_of_mentions(self):
        for before, after in (((), ("bob",)), (("bob",), ())):
            alice, bob, id = self.group()
            people = {"bob": bob}
            cursor = alice.send(id, "first")["position"]
            message = alice.send(id, "second")
            self.edit(alice, message, *(people[name] for name in before))
            bob.request("POST", f"{API}/conversations/{id}/read", {"up_to": 1})
            self.edit(alice, message, *(people[name] for name in after))
            want = self.get(bob, f"conversations/{id}")["mentions_unread"]
            self.assertEqual(want, len(after))
            async with bob.socket(f"?resume={cursor}") as b:
                told = await b.receive_until("caught_up")
            counts = [frame["data"]["mentions_unread"] for frame in told if frame["type"] == "unread.changed"]
            self.assertEqual(counts[-1], want, told)

    # History that is hidden

    async def test_who_marked_what_history_hides_by_now_is_told_his_count(self):
        alice, bob, id = self.group()
        carol = self.user(f"carol-{uuid.uuid4()}")
        for text in ("one", "two"):
            alice.send(id, text)
        self.members(alice, id, carol.name)
        carol.post(f"{API}/conversations/{id}/unread", {"from": 1})
        seen = ["0"]
        async with bob.socket() as b, carol.socket() as c:
            for history, unread in (("from_join", 0), ("all", 2)):
                changed = alice.request("PATCH", f"{API}/conversations/{id}", {"settings": {"history": history}})
                self.assertEqual(changed.status, 200, changed.text)
                seen.append((await c.next("conversation.updated"))["cursor"])
                self.assertEqual((await c.next("unread.changed"))["data"]["unread"], unread)
            last = alice.send(id, "then")
            told = await b.receive_until("message.new")
            self.assertEqual(told[-1]["data"]["message"]["id"], last["id"])
            self.assertNotIn("unread.changed", [frame["type"] for frame in told])
        for cursor in seen:  # a change may have been seen, and the count after it not
            async with carol.socket(f"?resume={cursor}") as c:
                told = await c.receive_until("caught_up")
            counts = [frame["data"]["unread"] for frame in told if frame["type"] == "unread.changed"]
            self.assertEqual(counts[-1:], [self.get(carol, f"conversations/{id}")["unread"]], told)

    # Expiry

    async def test_a_message_expires_live_and_on_resume(self):
        alice, bob, id = self.group(settings={"retention_s": 6})
        async with bob.socket() as b:
            message = alice.send(id, "for six seconds")
            cursor = (await b.next("message.new"))["cursor"]
            self.assertEqual(bob.unread(id), 1)
            gone = await b.next("message.deleted")
            self.assertEqual(gone["data"], {"message_id": message["id"], "ordinal": 1, "reason": "expired"})
            self.assertEqual((await b.next("unread.changed"))["data"]["unread"], 0)
        shown = self.get(bob, f"messages/{message['id']}?min_position={gone['position']}")
        self.assertEqual((shown["content"], shown["expired"], shown["erased"]), (None, True, False))
        self.assertIsNotNone(shown["deleted_at"])
        async with bob.socket(f"?resume={cursor}") as b:
            told = await b.next("message.deleted")
        self.assertEqual(told["data"], gone["data"])


if __name__ == "__main__":
    unittest.main()
