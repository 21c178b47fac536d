"""The semantics of the contract, from outside: the unread law against a model, one effect, access, restarts."""
import concurrent.futures
import http.client
import itertools
import os
import random
import socket
import threading
import time
import unittest
import uuid

from hansard_client import Server, ServerTest, User, quoted

API = "/api/v1"


class ModelMessage:
    def __init__(self, author, is_system, counted):
        self.author, self.is_system, self.counted, self.deleted, self.id = author, is_system, counted, False, None


class Reader:
    def __init__(self):
        self.member, self.read_up_to, self.marked_from, self.archived = True, 0, 0, False


class Model:
    """API.md section 3, Unread, by brute force."""

    def __init__(self, members):
        self.messages, self.readers = [], {name: Reader() for name in members}

    def send(self, author, is_system, mentioned):
        counted = {name for name in mentioned if not is_system and name != author and self.is_member(name)}
        self.messages.append(ModelMessage(author, is_system, counted))
        return self.messages[-1]

    def is_member(self, name):
        return name in self.readers and self.readers[name].member

    def join(self, name):
        reader = self.readers.setdefault(name, Reader())
        reader.member, reader.marked_from = True, 0
        reader.read_up_to = max(reader.read_up_to, len(self.messages))

    def read(self, name, up_to):
        reader = self.readers[name]
        reader.read_up_to, reader.marked_from = max(reader.read_up_to, up_to), 0

    def unread(self, name):
        reader = self.readers[name]
        base = reader.marked_from - 1 if reader.marked_from else reader.read_up_to
        return [i + 1 for i, m in enumerate(self.messages)
                if i + 1 > base and m.author != name and not m.is_system and not m.deleted]

    def mentions(self, name):
        return sum(name in self.messages[i - 1].counted for i in self.unread(name))


class UnreadLaw(ServerTest):
    def setUp(self):
        self.seed = int(os.environ.get("HANSARD_SEED", time.time_ns() % 1_000_000))
        self.random = random.Random(self.seed)
        self.people = {name: self.user(f"{name}-{uuid.uuid4()}") for name in ("ann", "bob", "cid", "di")}
        self.by_id = {user.name: user for user in self.people.values()}
        self.service = self.user(f"backend-{uuid.uuid4()}", "service")
        self.models = {}

    def draw(self):
        return self.random.choice(list(self.by_id.values()))

    def expect(self, answer, *statuses):
        self.assertIn(answer.status, statuses, f"seed {self.seed}: {answer.text}")
        return answer.json

    def create(self):
        owner = self.draw()
        others = self.random.sample([name for name in self.by_id if name != owner.name], self.random.randrange(4))
        id = owner.create(others)["id"]
        self.models[id] = Model([owner.name, *others])

    def mentions(self):
        chosen = self.random.sample(list(self.by_id), self.random.choice((0, 0, 1, 2)))
        return [{"user_id": name, "offset": 0, "length": 1} for name in chosen]

    def send(self, id, model, author):
        mentions = self.mentions()
        is_system = self.random.random() < 0.15
        body = {"content": "text", "mentions": mentions, "type": "system" if is_system else "text"}
        speaker = self.service if is_system else author
        headers = {"Hansard-Act-As": author.name} if is_system else {}
        answer = speaker.post(f"{API}/conversations/{id}/messages", body, **headers)
        if not is_system and not model.is_member(author.name):
            return self.problem(answer, 404, "not_found")
        sent = model.send(author.name, is_system, [m["user_id"] for m in mentions])
        sent.id = self.expect(answer, 201)["id"]
        self.assertEqual(answer.json["ordinal"], len(model.messages))

    def edit(self, id, model, author):
        mine = [m for m in model.messages if m.author == author.name and not m.deleted and not m.is_system]
        if not mine or not model.is_member(author.name):
            return
        message, mentions = self.random.choice(mine), self.mentions()
        self.expect(author.request("PUT", f"{API}/messages/{message.id}",
                                   {"content": f"edited {self.random.random()}", "mentions": mentions}), 200)
        message.counted = {m["user_id"] for m in mentions if m["user_id"] != author.name and
                           model.is_member(m["user_id"])}

    def delete(self, id, model, author):
        mine = [m for m in model.messages if m.author == author.name]
        if not mine or not model.is_member(author.name):
            return
        message = self.random.choice(mine)
        answer = self.expect(author.request("DELETE", f"{API}/messages/{message.id}"), 200)
        self.assertEqual(answer.get("changed", True), not message.deleted)
        message.deleted = True

    def move(self, id, model, user):
        path = f"{API}/conversations/{id}/members"
        if model.is_member(user.name):
            headers = {"Hansard-Act-As": user.name}
            self.expect(self.service.request("DELETE", f"{path}/{quoted(user.name)}?quiet=1", headers=headers), 200)
            model.readers[user.name].member = False
        else:
            self.expect(self.service.post(path, {"members": [user.name], "quiet": True}), 200, 201)
            model.join(user.name)

    def read(self, id, model, user):
        up_to = self.random.randrange(len(model.messages) + 1)
        answer = user.post(f"{API}/conversations/{id}/read", {"up_to": up_to})
        if not model.is_member(user.name):
            return self.problem(answer, 404, "not_found")
        self.expect(answer, 200)
        model.read(user.name, up_to)

    def mark(self, id, model, user):
        if not model.messages:
            return
        start = self.random.randrange(len(model.messages)) + 1
        answer = user.post(f"{API}/conversations/{id}/unread", {"from": start})
        if not model.is_member(user.name):
            return self.problem(answer, 404, "not_found")
        reader = model.readers[user.name]
        marks = start <= reader.read_up_to and start != reader.marked_from
        self.assertEqual(self.expect(answer, 200)["changed"], marks, f"seed {self.seed}")
        reader.marked_from = start if marks else reader.marked_from

    def archive(self, id, model, user):
        if model.is_member(user.name):
            archived = self.random.random() < 0.5
            self.expect(user.post(f"{API}/conversations/{id}/{'archive' if archived else 'unarchive'}"), 200)
            model.readers[user.name].archived = archived

    def check(self, id, position):
        model = self.models[id]
        for user in self.by_id.values():
            answer = user.get(f"{API}/conversations/{id}/unread/explain?min_position={position}")
            if not model.is_member(user.name):
                self.problem(answer, 404, "not_found")
                continue
            reader, explain = model.readers[user.name], self.expect(answer, 200)
            wanted = model.unread(user.name)
            note = f"seed {self.seed}, {user.name} in {id}"
            self.assertEqual((explain["unread"], explain["ordinals"]), (len(wanted), wanted), note)
            self.assertEqual(explain["marked_from"], reader.marked_from or None, note)
            shown = user.get(f"{API}/conversations/{id}").json
            self.assertEqual((shown["unread"], shown["mentions_unread"], shown["archived"]),
                             (len(wanted), model.mentions(user.name), reader.archived), note)

    def check_totals(self, position):
        for user in self.by_id.values():
            mine = {id: m for id, m in self.models.items() if m.is_member(user.name)}
            counted = [m for m in mine.values() if not m.readers[user.name].archived]
            total = self.expect(user.get(f"{API}/unread?min_position={position}"), 200)
            note = f"seed {self.seed}, {user.name}"
            self.assertEqual(total["total"], sum(len(m.unread(user.name)) for m in counted), note)
            self.assertEqual(total["mentions"], sum(m.mentions(user.name) for m in counted), note)

    def test_counts_agree_with_a_model_over_a_random_history(self):
        print(f"seed {self.seed}")
        steps = [self.send] * 6 + [self.edit, self.delete, self.move, self.read, self.read, self.mark, self.archive]
        for number in range(300):
            if number % 150 == 0:
                self.create()
            id = self.random.choice(list(self.models))
            self.random.choice(steps)(id, self.models[id], self.draw())
            # A service that writes by itself last: its position is at or after every one before it.
            if number % 8 == 0:
                marker = self.service.post(f"{API}/conversations", {"type": "group"}).json["position"]
                self.check(id, marker)
            if number % 40 == 0:
                self.check_totals(marker)


class OneEffect(ServerTest):
    """Retries from many connections at once."""

    def at_once(self, name, make, count=16, **as_whom):
        users = [self.user(name, **as_whom) for _ in range(count)]
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(make, users))

    def test_a_key_used_by_many_connections_at_once_has_one_effect(self):
        alice = self.user()
        id = alice.create()["id"]
        for key in ("k-1", "k-2", "k-3"):
            answers = self.at_once(alice.name, lambda user: user.post(f"{API}/conversations/{id}/messages",
                                                                      {"content": key}, key=key))
            self.assertEqual({a.status for a in answers}, {201})
            self.assertEqual(len({a.text for a in answers}), 1)
            self.assertEqual(sum("idempotency-replayed" not in a.headers for a in answers), 1)
        self.assertEqual([m["content"] for m in alice.history(id)["items"]], ["k-3", "k-2", "k-1"])

    def test_a_client_made_id_is_one_message(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name])["id"]
        path, message = f"{API}/conversations/{id}/messages", str(uuid.uuid4())
        answers = self.at_once(alice.name, lambda user: user.post(path, {"content": "once", "id": message}))
        self.assertEqual({(a.status, a.json["id"]) for a in answers}, {(201, message)})
        self.assertEqual(len(alice.history(id)["items"]), 1)
        self.problem(alice.post(path, {"content": "other", "id": message}), 409, "id_taken")
        self.problem(bob.post(path, {"content": "once", "id": message}), 409, "id_taken")

    def test_a_derived_id_is_created_once(self):
        alice, friend = self.user(), f"friend-{uuid.uuid4()}"
        for body in ({"type": "direct", "members": [friend]}, {"type": "ride", "external_id": friend}):
            answers = self.at_once(alice.name, lambda user: user.post(f"{API}/conversations", body))
            self.assertEqual(sorted(a.status for a in answers), [200] * 15 + [201])
            self.assertEqual(len({a.json["id"] for a in answers}), 1)

    def test_a_repeat_shows_no_content_that_changed_since(self):
        alice = self.user()
        path = f"{API}/conversations/{alice.create()['id']}/messages"
        first = alice.post(path, {"content": "first words"}, key="k").json
        message = f"{API}/messages/{first['id']}"
        for change in (("PUT", {"content": "others"}), ("DELETE", None)):
            self.assertEqual(alice.request(change[0], message, change[1]).status, 200)
            again = alice.post(path, {"content": "first words"}, key="k")
            self.assertEqual((again.status, again.json["id"], again.json["position"]),
                             (201, first["id"], first["position"]))
            self.assertNotIn("first words", again.text)

    def first_and_again(self, user, method, path, body=None):
        """A command and, after what the caller does in between, its repeat."""
        key = str(uuid.uuid4())
        ask = lambda: user.request(method, f"{API}/{path}", body, {"Idempotency-Key": key})
        first = ask()
        self.assertEqual(first.status, 200, first.text)
        return first, lambda: self.replayed(ask())

    def replayed(self, answer):
        self.assertEqual((answer.status, answer.headers.get("idempotency-replayed")), (200, "true"), answer.text)
        return answer

    def test_a_repeat_answers_a_conversation_as_first_written(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name, f"carol-{uuid.uuid4()}"], title="old")["id"]
        said = bob.send(id, "before")["id"]
        c = f"conversations/{id}"
        title, title_again = self.first_and_again(alice, "PATCH", c, {"title": "new"})
        pinned, pinned_again = self.first_and_again(alice, "POST", f"{c}/pin")
        bob.send(id, "after", mentions=[{"user_id": alice.name, "offset": 0, "length": 1}])
        bob.request("DELETE", f"{API}/{c}/members/{quoted(bob.name)}")
        alice.post(f"{API}/{c}/read", {"up_to": 1})
        for first, again in ((title, title_again()), (pinned, pinned_again())):
            self.assertEqual((again.json, again.headers["etag"]), (first.json, first.headers["etag"]))
        self.assertEqual((title.json["unread"], title.json["member_count"]), (1, 3))
        # What was deleted since does not come back with it.
        alice.request("DELETE", f"{API}/messages/{said}")
        self.assertIsNone(title_again().json["last_message"]["content"])
        self.assertNotIn("before", title_again().text)

    def test_a_repeat_of_a_reaction_or_an_edit_shows_nothing_that_followed(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name])["id"]
        m = f"messages/{alice.send(id, 'first')['id']}"
        edit, edit_again = self.first_and_again(alice, "PUT", m, {"content": "second"})
        self.assertEqual(edit_again().json, edit.json)
        thumb, thumb_again = self.first_and_again(alice, "POST", f"{m}/reactions", {"emoji": "👍"})
        self.assertEqual(thumb_again().json, thumb.json)
        bob.post(f"{API}/{m}/reactions", {"emoji": "👍"})
        for again, first in ((edit_again(), edit), (thumb_again(), thumb)):
            self.assertEqual((again.json["id"], again.json["position"]), (first.json["id"], first.json["position"]))
            self.assertNotIn("reactions", again.json)
        bob.request("DELETE", f"{API}/{m}/reactions/{quoted('👍')}")
        self.assertEqual(thumb_again().json, thumb.json)

    def test_a_repeat_answers_what_was_changed_since_with_ids_only(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name], title="old")["id"]
        c = f"conversations/{id}"
        title, title_again = self.first_and_again(alice, "PATCH", c, {"title": "new"})
        archived, archived_again = self.first_and_again(alice, "POST", f"{c}/archive")
        alice.post(f"{API}/{c}/unarchive")
        alice.request("PATCH", f"{API}/{c}", {"title": "newest"})
        for first, again in ((title, title_again()), (archived, archived_again())):
            self.assertEqual((again.json["id"], again.json["position"]), (id, first.json["position"]))
            self.assertLessEqual(again.json.keys(), {"id", "position", "version", "changed"})

    def test_a_repeat_answers_pointers_as_first_written(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name])["id"]
        for number in range(3):
            alice.send(id, str(number))
        c = f"conversations/{id}"
        read, read_again = self.first_and_again(bob, "POST", f"{c}/read", {"up_to": 2})
        alice.send(id, "more")
        self.assertEqual(read_again().json, read.json)
        marked, marked_again = self.first_and_again(bob, "POST", f"{c}/unread", {"from": 1})
        alice.send(id, "and more")
        self.assertEqual(marked_again().json, marked.json)
        bob.post(f"{API}/{c}/read", {"up_to": 4})
        for first, again in ((read, read_again()), (marked, marked_again())):
            self.assertEqual(again.json["position"], first.json["position"])
            self.assertNotIn("unread", again.json)

    def test_a_repeat_answers_a_role_as_first_written_or_with_ids(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name])["id"]
        path = f"conversations/{id}/members/{quoted(bob.name)}"
        first, again = self.first_and_again(alice, "PATCH", path, {"role": "admin"})
        self.assertEqual(again().json, first.json)
        ids = {"user_id": bob.name, "conversation_id": id, "position": first.json["position"],
               "version": first.json["version"], "changed": True}
        alice.request("PATCH", f"{API}/{path}", {"role": "read_only"})
        self.assertEqual(again().json, ids)
        alice.request("DELETE", f"{API}/{path}")
        self.assertEqual(again().json, ids)
        # Without its key it is about somebody who is not there.
        self.problem(alice.request("PATCH", f"{API}/{path}", {"role": "admin"}), 404, "not_found")

    def test_a_repeat_answers_a_profile_as_first_written_or_with_ids(self):
        service, path = self.user(scope="service"), f"users/{uuid.uuid4()}"
        first, again = self.first_and_again(service, "PUT", path, {"display_name": "Ann"})
        self.assertEqual(again().json, first.json)
        service.request("PUT", f"{API}/{path}", {"display_name": "Anna"})
        self.assertEqual(again().json["position"], first.json["position"])
        self.assertNotIn("display_name", again().json)

    def test_a_rejected_command_may_be_tried_again_with_its_key(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name], settings={"who_may_post": "admins"})["id"]
        path = f"{API}/conversations/{id}/messages"
        self.problem(bob.post(path, {"content": "x"}, key="again"), 403, "read_only")
        alice.request("PATCH", f"{API}/conversations/{id}", {"settings": {"who_may_post": "members"}})
        self.assertEqual(bob.post(path, {"content": "x"}, key="again").status, 201)


class Access(ServerTest):
    def test_an_encoded_path_is_behind_the_token(self):
        for head in ("GET /%61pi/v1/conversations", "GET /api/%76%31/unread", "POST /%61pi/v1/conversations"):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as raw:
                raw.sendall(f"{head} HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{{\"type\":\"group\"}}".encode())
                self.assertEqual(raw.recv(4096)[:12], b"HTTP/1.1 401", head)

    def calls(self, conversation, message):
        c, m = f"{API}/conversations/{conversation}", f"{API}/messages/{message}"
        posts = [(f"{c}/{word}", {}) for word in ("archive", "unarchive", "mute", "unmute", "pin", "unpin")]
        posts += [(f"{c}/members", {"members": ["someone"]}), (f"{c}/messages", {"content": "x"}),
                  (f"{c}/messages", {"content": ""}),
                  (f"{API}/messages", {"content": "x", "conversation_id": conversation}),
                  (f"{m}/read", {}), (f"{c}/read", {"up_to": 1}), (f"{c}/read", {"up_to": 1_000_000}),
                  (f"{c}/delivered", {"up_to": 1}), (f"{c}/unread", {"from": 1}), (f"{c}/typing", {"is_typing": True})]
        gets = [c, f"{c}/members", f"{c}/messages", f"{c}/messages?limit=0", f"{c}/messages?cursor=x",
                f"{c}/messages?before={message}", f"{c}/unread/explain", m, f"{m}/history", f"{m}/receipts"]
        changes = [("PATCH", c, {"title": "x"}), ("DELETE", c, None),
                   ("PATCH", f"{c}/members/owner", {"role": "admin"}), ("DELETE", f"{c}/members/owner", None),
                   ("PUT", m, {"content": "x"}), ("DELETE", m, None)]
        return [("GET", path, None) for path in gets] + [("POST", *post) for post in posts] + changes

    def test_who_is_not_a_member_now_is_answered_like_about_nothing(self):
        owner, left, removed, stranger = self.user("owner"), self.user(), self.user(), self.user()
        admin = self.user(scope="admin")
        id = owner.create([left.name, removed.name])["id"]
        message = owner.send(id, "secret")["id"]
        members = f"{API}/conversations/{id}/members"
        left.request("DELETE", f"{members}/{quoted(left.name)}")
        owner.request("DELETE", f"{members}/{quoted(removed.name)}")
        for person in (left, removed, stranger, admin):
            pairs = zip(self.calls(id, message), self.calls(str(uuid.uuid4()), str(uuid.uuid4())))
            for real, absent in pairs:
                headers = {"If-Match": '"77"'} if real[0] in ("PUT", "PATCH", "DELETE") else {}
                a, b = person.request(*real, headers), person.request(*absent, headers)
                self.problem(a, 404, "not_found")
                self.assertEqual((b.status, len(a.text), sorted(a.headers)),
                                 (404, len(b.text), sorted(b.headers)), real)
            self.assertEqual(person.get(f"{API}/conversations").json["items"], [])
        self.assertEqual(owner.get(f"{API}/conversations/{id}").json["member_count"], 1)

    def test_history_from_join_hides_everything_before(self):
        alice, bob, carol = self.user(), self.user(), self.user()
        id = alice.create([bob.name], settings={"history": "from_join"})["id"]
        path, old = f"{API}/conversations/{id}/messages", alice.send(id, "old")
        members, service = f"{API}/conversations/{id}/members", self.user(scope="service")
        service.post(members, {"members": [carol.name], "quiet": True})
        self.assertIsNone(carol.get(f"{API}/conversations/{id}").json["last_message"])
        alice.send(id, "new", reply_to=old["id"])
        for query in ("limit=9", "after=0", "around=1", "after=1"):
            self.assertEqual([m["content"] for m in carol.history(id, query)["items"]], ["new"], query)
        for query in (f"before={old['id']}", f"around={old['id']}", f"thread={old['id']}", "thread=1"):
            self.problem(carol.get(f"{path}?{query}"), 404, "not_found")
        self.problem(carol.get(f"{API}/messages/{old['id']}"), 404, "not_found")
        self.problem(carol.post(f"{API}/messages/{old['id']}/read"), 404, "not_found")
        self.problem(carol.post(path, {"content": "x", "reply_to": old["id"]}), 422, "invalid")
        self.problem(carol.post(f"{API}/conversations/{id}/unread", {"from": 1}), 422, "invalid")
        service.request("DELETE", f"{members}/{quoted(carol.name)}?quiet=true")
        alice.send(id, "between")
        service.post(members, {"members": [carol.name], "quiet": True})
        self.assertEqual(carol.history(id)["items"], [])
        self.assertEqual(len(bob.history(id)["items"]), 3)

    def test_slow_mode_says_when_to_try_again(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name], settings={"slow_mode_s": 100})["id"]
        bob.send(id, "first")
        refused = bob.post(f"{API}/conversations/{id}/messages", {"content": "second"})
        self.problem(refused, 429, "slow_mode")
        self.assertIn(int(refused.headers["retry-after"]), range(1, 101))
        self.assertEqual((refused.headers["ratelimit-remaining"], refused.headers["ratelimit-reset"]),
                         ("0", refused.headers["retry-after"]))
        alice.send(id, "owners are")
        alice.send(id, "exempt")


class Reads(ServerTest):
    def test_an_edit_under_if_match_happens_once(self):
        alice = self.user()
        sent = alice.send(alice.create()["id"], "v1")
        path, tag = f"{API}/messages/{sent['id']}", f'"{sent["version"]}"'
        users = [self.user(alice.name) for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda pair: pair[1].request("PUT", path, {"content": f"w{pair[0]}"},
                                                                 {"If-Match": tag}), enumerate(users)))
        self.assertEqual(sorted(a.status for a in answers), [200] + [412] * 7)
        self.problem(alice.request("DELETE", path, headers={"If-Match": tag}), 412, "version_conflict")

    def test_history_pages_neither_skip_nor_repeat_while_writes_go_on(self):
        alice = self.user()
        id = alice.create()["id"]
        for number in range(40):
            alice.send(id, str(number))
        for query, wanted in (("limit=7", list(range(40, 0, -1))), ("limit=7&after=0", None)):
            seen, cursor = [], ""
            while len(seen) < 60:
                page = alice.history(id, query + cursor)
                seen += [m["ordinal"] for m in page["items"]]
                if len(seen) < 40:
                    alice.send(id, "one more")
                if not page["next"]:
                    break
                cursor = "&cursor=" + quoted(page["next"])
            self.assertEqual(seen, wanted or list(range(1, seen[-1] + 1)))
            self.assertGreaterEqual(len(seen), 40)

    def test_members_page_while_they_come_and_go(self):
        alice = self.user()
        names = [f"m{number:02}" for number in range(30)]
        id = alice.create(names)["id"]
        path, seen, cursor = f"{API}/conversations/{id}/members", [], ""
        for number in itertools.count():
            page = alice.get(f"{path}?limit=7{cursor}").json
            seen += [m["user_id"] for m in page["items"]]
            alice.post(path, {"members": [f"new{number}"]})
            alice.request("DELETE", f"{path}/{seen[0]}")
            if not page["next"]:
                break
            cursor = "&cursor=" + quoted(page["next"])
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual(set(names), set(seen))

    def test_a_read_waits_for_a_position(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name])["id"]
        for _ in range(20):
            position = alice.send(id, "x")["position"]
            answer = bob.get(f"{API}/conversations/{id}?min_position={position}")
            self.assertGreaterEqual(answer.headers["hansard-position"], position)
            self.assertEqual(answer.json["last_message"]["position"], position)

    def test_a_read_waits_no_longer_than_it_may_and_says_how_far_it_is(self):
        server = Server(config="[limits]\nmin_position_timeout_ms = 500\n")
        self.addCleanup(server.close)
        bob = server.user("bob")
        position = bob.create()["position"]
        behind = bob.get(f"{API}/unread?min_position={position[:3]}{'9' * (len(position) - 3)}")
        self.problem(behind, 503, "view_behind")
        self.assertEqual(behind.json["position"], behind.headers["hansard-position"])
        self.assertIn("retry-after", behind.headers)

    def test_history_of_the_past_is_not_answered_with_the_present(self):
        alice = self.user()
        id = alice.create()["id"]
        answer = alice.get(f"{API}/conversations/{id}/messages?as_of=1")
        self.problem(answer, 403, "forbidden")
        answer = alice.get(f"{API}/conversations?as_of=1")
        self.problem(answer, 422, "not_supported")

    def test_metadata_comes_back_as_it_was(self):
        alice = self.user()
        id = alice.create()["id"]
        metadata = {"max": 2**63 - 1, "unsigned": 2**64 - 1, "min": -2**63, "tenth": 0.1, "tiny": 1e-7, "zero": -0.0,
                    "text": "é😀\u0000\u2028\"\\", "": [[[]], {}, None, True, {"deep": [{"er": 1.5}]}]}
        sent = alice.send(id, "x", metadata=metadata)
        self.assertEqual(sent["metadata"], metadata)
        self.assertEqual(alice.get(f"{API}/messages/{sent['id']}").json["metadata"], metadata)
        path = f"{API}/conversations/{id}"
        self.assertEqual(alice.request("PATCH", path, {"metadata": metadata}).json["metadata"], metadata)
        self.assertEqual(alice.get(path).json["metadata"], metadata)

    def test_windows_close_for_members_and_not_for_owners(self):
        alice, bob = self.user(), self.user()
        id = alice.create([bob.name], settings={"delete_window_s": 1, "edit_window_s": 1})["id"]
        message = bob.send(id, "x")["id"]
        path, closes = f"{API}/messages/{message}", time.monotonic() + 60
        while bob.request("PUT", path, {"content": str(time.monotonic())}).status == 200:
            self.assertLess(time.monotonic(), closes)
        self.problem(bob.request("PUT", path, {"content": "late"}), 422, "edit_window_passed")
        self.problem(bob.request("DELETE", path), 422, "delete_window_passed")
        self.assertEqual(alice.request("DELETE", path).status, 200)
        shown = bob.get(path).json
        self.assertEqual((shown["content"], shown["metadata"], shown["mentions"]), (None, None, []))
        self.assertIsNotNone(shown["deleted_at"])
        self.problem(bob.request("PUT", path, {"content": "x"}), 422, "message_deleted")


class Restarts(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.id = self.server.user("alice").create()["id"]

    def send_all(self, numbers, acked, enough=None):
        """Sends number after number, each with its key, and notes what was acknowledged; ends with the server.

        Sets `enough` after forty. Gives what went wrong, or None.
        """
        alice = User(self.server, "alice")  # its own: the server closes those of its users when it is killed
        try:
            for number in numbers:
                answer = alice.post(f"{API}/conversations/{self.id}/messages", {"content": str(number)},
                                    key=f"k{number}")
                if answer.status == 201:
                    acked[number] = answer.json["id"]
                elif answer.status != 503:
                    return answer.text
                if enough and len(acked) == 40:
                    enough.set()
        except (OSError, http.client.HTTPException):
            pass  # the server is gone, maybe within an answer
        finally:
            alice.close()
        return None

    def under_load(self, end):
        """Eight connections, pairs of them with the same keys; `end` ends the server in the midst."""
        acked, enough = [{} for _ in range(8)], [threading.Event() for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            jobs = [pool.submit(self.send_all, itertools.count(i // 2, 4), acked[i], enough[i]) for i in range(8)]
            warm = [event.wait(60) for event in enough]
            result = end()
            self.assertEqual(warm, [True] * 8)
            self.assertEqual([job.result(60) for job in jobs], [None] * 8)
        return acked, result

    def check(self, acked):
        alice, shown, cursor = self.server.user("alice"), [], ""
        while cursor is not None:
            page = alice.history(self.id, "limit=200&after=0" if not cursor else f"limit=200&cursor={cursor}")
            shown += page["items"]
            cursor = quoted(page["next"]) if page["next"] else None
        contents = [m["content"] for m in shown]
        self.assertEqual(len(contents), len(set(contents)))
        by_content = {m["content"]: m["id"] for m in shown}
        for mine in acked:
            for number, id in mine.items():
                self.assertEqual(by_content.get(str(number)), id)
        return len(shown)

    def test_a_kill_amid_retries_loses_nothing_and_doubles_nothing(self):
        acked, _ = self.under_load(self.server.kill)
        self.server.start()
        stored = self.check(acked)
        again = [{} for _ in range(8)]
        last = max(number for mine in acked for number in mine) + 8
        for i in range(0, 8, 2):
            self.assertIsNone(self.send_all(range(i // 2, last, 4), again[i]))
        self.assertGreaterEqual(self.check(acked + again), stored)

    def test_a_stop_under_load_keeps_what_it_acknowledged(self):
        acked, status = self.under_load(self.server.stop)
        self.assertEqual(status, 0)
        self.server.start()
        self.check(acked)


if __name__ == "__main__":
    unittest.main()
