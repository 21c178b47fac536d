"""The HTTP contract as a client meets it."""
import socket
import time
import unittest
import uuid

from hansard_client import ServerTest, quoted

API = "/api/v1"


class Conversations(ServerTest):
    def test_a_group_is_created_listed_and_read(self):
        alice, bob = self.user(), self.user()
        made = alice.post(f"{API}/conversations", {"type": "group", "title": "plans", "members": [bob.name]})
        self.assertEqual(made.status, 201)
        conversation = made.json
        self.assertEqual((conversation["title"], conversation["type"], conversation["role"]),
                         ("plans", "group", "owner"))
        self.assertEqual(conversation["member_count"], 2)
        listed = bob.get(f"{API}/conversations").json["items"]
        self.assertEqual([c["id"] for c in listed], [conversation["id"]])
        self.assertEqual(listed[0]["role"], "member")

    def test_a_direct_of_a_pair_is_one_conversation(self):
        alice, bob = self.user(), self.user()
        first = alice.post(f"{API}/conversations", {"type": "direct", "members": [bob.name]})
        again = bob.post(f"{API}/conversations", {"type": "direct", "members": [alice.name]})
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertEqual(first.json["id"], again.json["id"])
        third = alice.post(f"{API}/conversations", {"type": "direct", "members": [bob.name, "carol"]})
        self.assertEqual(third.status, 422)

    def test_an_external_id_finds_its_conversation(self):
        alice = self.user()
        first = alice.create(type="ride", external_id="ride 7/é")
        self.assertEqual(alice.create(type="ride", external_id="ride 7/é")["id"], first["id"])
        found = alice.get(f"{API}/conversations?external_id={quoted('ride 7/é')}").json["items"]
        self.assertEqual([c["id"] for c in found], [first["id"]])

    def test_a_stranger_and_a_leaver_learn_nothing(self):
        alice, bob, eve = self.user(), self.user(), self.user()
        conversation = alice.create([bob.name])["id"]
        message = alice.send(conversation, "secret")["id"]
        self.assertEqual(bob.request("DELETE", f"{API}/conversations/{conversation}/members/{quoted(bob.name)}").status,
                         200)
        nothing = str(uuid.uuid4())
        for person in (eve, bob):
            for path in (f"conversations/{conversation}", f"conversations/{conversation}/messages",
                         f"conversations/{conversation}/members", f"messages/{message}",
                         f"conversations/{conversation}/unread/explain"):
                real = person.get(f"{API}/{path}")
                absent = person.get(f"{API}/{path.replace(conversation, nothing).replace(message, nothing)}")
                self.problem(real, 404, "not_found")
                self.assertEqual(len(real.text), len(absent.text))
            self.problem(person.post(f"{API}/conversations/{conversation}/messages", {"content": "x"}), 404,
                         "not_found")
            self.problem(person.post(f"{API}/messages/{message}/read"), 404, "not_found")

    def test_settings_change_under_if_match(self):
        alice, bob = self.user(), self.user()
        conversation = alice.create([bob.name], title="old")["id"]
        path = f"{API}/conversations/{conversation}"
        tag = alice.get(path).headers["etag"]
        changed = alice.request("PATCH", path, {"title": "new", "settings": {"who_may_post": "admins"}},
                                {"If-Match": tag})
        self.assertEqual(changed.status, 200, changed.text)
        self.assertEqual(changed.json["title"], "new")
        self.problem(alice.request("PATCH", path, {"title": "newer"}, {"If-Match": tag}), 412, "version_conflict")
        same = alice.request("PATCH", path, {"title": "new"})
        self.assertEqual((same.status, same.json["changed"]), (200, False))
        self.problem(bob.request("PATCH", path, {"title": "mine"}), 403, "forbidden")
        self.assertEqual(bob.post(f"{path}/messages", {"content": "x"}).status, 403)

    def test_the_list_pages_without_skip_or_repeat_while_writes_go_on(self):
        alice = self.user()
        made = [alice.create(title=str(i))["id"] for i in range(25)]
        seen, cursor = [], ""
        while True:
            page = alice.get(f"{API}/conversations?limit=7{cursor}").json
            seen += [c["id"] for c in page["items"]]
            alice.send(made[3], "moves to the front")
            if not page["next"]:
                break
            cursor = "&cursor=" + quoted(page["next"])
        self.assertEqual(sorted(seen), sorted(made))
        self.assertEqual(seen, made[::-1])


class Messages(ServerTest):
    def setUp(self):
        self.alice, self.bob = self.user(), self.user()
        self.conversation = self.alice.create([self.bob.name])["id"]
        self.path = f"{API}/conversations/{self.conversation}/messages"

    def test_a_message_comes_back_whole(self):
        first = self.alice.send(self.conversation, "first")
        sent = self.alice.post(self.path, {
            "content": "héllo @bob \u0007", "metadata": {"a": [1, {"b": None}], "n": 1.5}, "reply_to": first["id"],
            "mentions": [{"user_id": self.bob.name, "offset": 6, "length": 4}], "sender_type": "rider"})
        self.assertEqual(sent.status, 201)
        got = self.bob.get(f"{API}/messages/{sent.json['id']}").json
        for field in ("id", "ordinal", "version", "content", "metadata", "mentions", "reply_to", "sender_type",
                      "created_at", "position"):
            self.assertEqual(got[field], sent.json[field], field)
        self.assertEqual(got["content"], "héllo @bob \u0007")
        self.assertEqual(got["metadata"], {"a": [1, {"b": None}], "n": 1.5})
        self.assertEqual((got["ordinal"], got["sender_id"], got["edited_at"], got["deleted_at"], got["erased"]),
                         (2, self.alice.name, None, None, False))
        self.assertEqual(self.bob.get(f"{API}/messages/{first['id']}").json["thread_count"], 1)
        self.assertEqual(self.bob.get(f"{API}/conversations/{self.conversation}").json["mentions_unread"], 1)

    def test_history_pages_in_both_directions(self):
        ids = [self.alice.send(self.conversation, str(i))["id"] for i in range(10)]
        contents = lambda query: [m["content"] for m in self.bob.history(self.conversation, query)["items"]]
        self.assertEqual(contents("limit=3"), ["9", "8", "7"])
        self.assertEqual(contents("limit=3&before=8"), ["6", "5", "4"])
        self.assertEqual(contents("limit=3&after=0"), ["0", "1", "2"])
        self.assertEqual(contents(f"limit=2&before={ids[5]}"), ["4", "3"])
        self.assertEqual(contents(f"limit=2&after={ids[5]}"), ["6", "7"])
        seen, cursor = [], ""
        while cursor is not None:
            page = self.bob.history(self.conversation, "limit=4" + cursor)
            seen += [m["content"] for m in page["items"]]
            cursor = "&cursor=" + quoted(page["next"]) if page["next"] else None
        self.assertEqual(seen, [str(i) for i in range(9, -1, -1)])

    def test_an_idempotency_key_has_one_effect(self):
        first = self.alice.post(self.path, {"content": "once"}, key="k-1")
        again = self.alice.post(self.path, {"content": "once"}, key="k-1")
        self.assertEqual((first.status, again.status), (201, 201))
        self.assertEqual(again.headers["idempotency-replayed"], "true")
        self.assertEqual(again.json, first.json)
        self.problem(self.alice.post(self.path, {"content": "other"}, key="k-1"), 422, "idempotency_key_reused")
        self.assertEqual(self.bob.post(self.path, {"content": "mine"}, key="k-1").status, 201)
        self.assertEqual(len(self.bob.history(self.conversation)["items"]), 2)
        edited = self.alice.request("PUT", f"{API}/messages/{first.json['id']}", {"content": "twice"})
        self.assertEqual(edited.status, 200)
        replay = self.alice.post(self.path, {"content": "once"}, key="k-1").json
        self.assertEqual(replay["id"], first.json["id"])
        self.assertNotIn("content", replay)

    def test_metadata_is_the_same_request_only_in_the_same_order(self):
        told = [self.alice.request("POST", self.path, headers={"Idempotency-Key": "k-2", "Content-Type": "application/json"},
                                   raw=b'{"content": "x", "metadata": ' + metadata + b"}")
                for metadata in (b'{"a":1,"b":2}', b'{ "a": 1, "b": 2 }', b'{"b":2,"a":1}')]
        self.assertEqual([answer.status for answer in told[:2]], [201, 201], told[1].text)
        self.assertEqual(told[0].json, told[1].json)
        self.problem(told[2], 422, "idempotency_key_reused")

    def test_a_client_made_id_is_taken_once(self):
        made = str(uuid.uuid4())
        first = self.alice.post(self.path, {"id": made, "content": "mine"})
        again = self.alice.post(self.path, {"id": made, "content": "mine"})
        self.assertEqual((first.status, first.json["id"]), (201, made))
        self.assertEqual(again.json["ordinal"], first.json["ordinal"])
        self.problem(self.alice.post(self.path, {"id": made, "content": "other"}), 409, "id_taken")
        self.problem(self.bob.post(self.path, {"id": made, "content": "mine"}), 409, "id_taken")

    def test_edit_and_delete_leave_what_the_contract_says(self):
        message = self.alice.send(self.conversation, "draft")
        path = f"{API}/messages/{message['id']}"
        self.problem(self.bob.request("PUT", path, {"content": "x"}), 403, "forbidden")
        edited = self.alice.request("PUT", path, {"content": "final"}, {"If-Match": f'"{message["version"]}"'})
        self.assertEqual(edited.status, 200, edited.text)
        self.assertEqual(self.bob.get(path).json["content"], "final")
        self.assertIsNotNone(self.bob.get(path).json["edited_at"])
        self.problem(self.alice.request("PUT", path, {"content": "late"}, {"If-Match": f'"{message["version"]}"'}),
                     412, "version_conflict")
        self.assertEqual(self.bob.unread(self.conversation), 1)
        deleted = self.alice.request("DELETE", path)
        self.assertEqual(deleted.status, 200, deleted.text)
        tombstone = self.bob.get(path).json
        self.assertEqual((tombstone["content"], tombstone["mentions"], tombstone["attachments"]), (None, [], []))
        self.assertIsNotNone(tombstone["deleted_at"])
        self.assertEqual(self.bob.unread(self.conversation), 0)
        self.assertEqual(self.alice.request("DELETE", path).json["changed"], False)
        self.assertEqual(self.alice.request("PUT", path, {"content": "x"}).status, 422)
        self.assertEqual(len(self.bob.history(self.conversation)["items"]), 1)

    def test_reading_marking_and_explaining(self):
        for i in range(5):
            self.alice.send(self.conversation, str(i))
        path = f"{API}/conversations/{self.conversation}"
        self.assertEqual(self.bob.unread(self.conversation), 5)
        self.assertEqual(self.bob.post(f"{path}/read", {"up_to": 3}).status, 200)
        explained = self.bob.get(f"{path}/unread/explain").json
        self.assertEqual((explained["unread"], explained["ordinals"], explained["read_up_to"]), (2, [4, 5], 3))
        above = self.bob.post(f"{path}/unread", {"from": 5})  # unread anyway: nothing is read by it
        self.assertEqual((above.status, above.json["changed"], above.json["unread"]), (200, False, 2))
        self.assertEqual(self.bob.post(f"{path}/unread", {"from": 2}).status, 200)
        self.assertEqual(self.bob.get(f"{path}/unread/explain").json["ordinals"], [2, 3, 4, 5])
        totals = self.bob.get(f"{API}/unread").json
        self.assertEqual(totals["total"], 4)
        self.assertEqual(self.bob.post(f"{path}/read", {"up_to": 5}).status, 200)
        self.assertEqual(self.bob.unread(self.conversation), 0)
        self.problem(self.bob.post(f"{path}/read", {"up_to": 99}), 422, "invalid")
        receipts = self.alice.get(f"{API}/messages/{self.bob.history(self.conversation)['items'][0]['id']}/receipts")
        mine = [r for r in receipts.json["items"] if r["user_id"] == self.bob.name]
        self.assertEqual(mine[0]["status"], "read")

    def test_a_read_waits_for_its_min_position(self):
        sent = self.alice.send(self.conversation, "now")
        seen = self.bob.get(f"{self.path}?min_position={sent['position']}")
        self.assertEqual(seen.json["items"][0]["id"], sent["id"])
        self.assertGreaterEqual(seen.headers["hansard-position"], sent["position"])

    def test_rules_refuse_with_their_own_word(self):
        self.problem(self.alice.post(self.path, {"content": ""}), 422, "invalid")
        self.problem(self.alice.post(self.path, {"content": "x" * 10_001}), 422, "invalid")
        self.problem(self.alice.post(self.path, {"content": "x", "reply_to": str(uuid.uuid4())}), 422, "invalid")
        self.problem(self.alice.post(self.path, {"content": "x", "type": "system"}), 403, "forbidden")
        outside = {"content": "abc", "mentions": [{"user_id": "z", "offset": 2, "length": 2}]}
        self.problem(self.alice.post(self.path, outside), 422, "invalid")
        self.problem(self.alice.post(self.path, {"content": 7}), 400, "malformed")
        self.problem(self.alice.post(self.path, {"content": "x", "origin_time": "2004-01-01T00:00:00.000Z"}), 403,
                     "forbidden")
        self.assertEqual(self.alice.post(self.path, {"content": "x" * 10_000}).status, 201)


class Impatient(ServerTest):
    config = "[limits]\nmin_position_timeout_ms = 500\n"

    def test_a_read_of_what_does_not_come_says_that_it_is_behind(self):
        alice = self.user()
        made = alice.create()
        future = made["position"][:-6] + "999999"
        path = f"{API}/conversations/{made['id']}/messages"
        self.problem(alice.get(f"{path}?min_position={future}"), 503, "view_behind")


class Service(ServerTest):
    def test_a_back_end_acts_for_its_users(self):
        backend = self.user("backend", "service", act_as="rider")
        ride = backend.create(["driver"], type="ride", external_id="r1")["id"]
        sent = backend.send(ride, "on my way", origin_time="2004-12-25T09:14:00.000Z", quiet=True)
        self.assertEqual((sent["sender_id"], sent["created_at"]), ("rider", "2004-12-25T09:14:00.000Z"))
        notice = backend.request("POST", f"{API}/conversations/{ride}/messages",
                                 {"content": "", "type": "system", "quiet": True}, {"Hansard-Act-As": "nobody"})
        self.assertEqual(notice.status, 201, notice.text)
        self.assertEqual(self.user("driver").unread(ride), 1)
        self.problem(self.user("eve").request("GET", f"{API}/conversations", None, {"Hansard-Act-As": "rider"}), 403,
                     "forbidden")


class Edge(ServerTest):
    def raw(self, text):
        with self.server.raw() as connection:
            connection.sendall(text if isinstance(text, bytes) else text.encode())
            answer = b""
            try:
                while block := connection.recv(65536):
                    answer += block
            except ConnectionResetError:
                pass
            return answer.decode(errors="replace")

    def test_requests_that_smuggle_are_refused(self):
        head = "POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        table = {
            head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "411",
            head + "Transfer-Encoding: xchunked\r\n\r\n": "411",
            head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx": "400",
            head + "Content-Length: +1\r\n\r\nx": "400",
            head + "Content-Length: 99999999\r\n\r\n": "413",
            head + "Host: y\r\n\r\n": "400",
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n": "400",
            "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\nConnection: close\r\n\r\n": "400",
            "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\nConnection: close\r\n\r\n": "400",
            "GET /" + "a" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n": "414",
            "GET / HTTP/1.1\r\nHost: x\r\nA: " + "b" * 70_000 + "\r\n\r\n": "431",
            "NONSENSE\r\n\r\n": "400",
        }
        for request, status in table.items():
            answer = self.raw(request)
            self.assertTrue(answer.startswith(f"HTTP/1.1 {status} "), (request[:90], answer[:200]))
            self.assertEqual(answer.count("HTTP/1.1 "), 1, answer)

    def test_a_refused_head_has_no_body(self):
        for request, status in {
            "HEAD /ws HTTP/1.1\r\nHost: x\r\n\r\n": "426",
            "\r\nHEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n": "413",
            "HEAD / HTTP/1.1\r\nA : b\r\n\r\n": "400",
        }.items():
            head, body = self.raw(request).split("\r\n\r\n", 1)
            self.assertTrue(head.startswith(f"HTTP/1.1 {status} "), head)
            self.assertEqual(body, "", request)

    def test_tokens_that_are_not_ours_are_refused(self):
        alice = self.user("alice")
        good = alice.token
        header, payload, signature = good.split(".")
        for token in ("", "x", "a.b.c", good[:-3] + "AAA", header + "." + payload + ".", good + "=",
                      "eyJhbGciOiJub25lIn0." + payload + "."):
            answer = alice.request("GET", f"{API}/conversations", None, {"Authorization": f"Bearer {token}"})
            self.problem(answer, 401, "unauthenticated")
            self.assertIn("www-authenticate", answer.headers)
        self.assertEqual(alice.get("/health").status, 200)
        self.assertEqual(alice.request("GET", f"{API}/conversations?access_token={good}", None,
                                       {"Authorization": ""}).status, 401)

    def test_json_that_is_not_json_is_refused(self):
        alice = self.user()
        path = f"{API}/conversations"
        deep = "[" * 100 + "]" * 100
        for raw in (b"", b"{", b"[]", b'{"type":"group","metadata":{"a":1e400}}', b'{"title":"\xff"}',
                    b'{"title":"\\ud800"}', ('{"metadata":{"a":' + deep + "}}").encode(), b"{} x"):
            self.problem(alice.request("POST", path, raw=raw), 400, "malformed")

    def test_root_pages_answer(self):
        alice = self.user()
        self.assertEqual(alice.get("/health").status, 200)
        self.assertEqual(alice.get("/ready").status, 200)
        self.assertIn("hansard_commits_total", alice.get("/metrics").text)
        openapi = alice.get("/openapi.json").json
        self.assertIn("/api/v1/conversations/{id}/messages", openapi["paths"])
        self.assertTrue(alice.get("/asyncapi.json").json["channels"])
        self.problem(alice.get(f"{API}/nothing"), 404, "not_found")
        self.assertEqual(alice.request("DELETE", f"{API}/unread").status, 405)

    def test_pipelined_requests_are_answered_in_order(self):
        token = self.user("alice").token
        one = f"GET {{}} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{{}}\r\n"
        answer = self.raw(one.format("/health", "") + one.format(f"{API}/conversations", "") +
                          one.format("/nothing", "Connection: close\r\n"))
        self.assertEqual([part[:3] for part in answer.split("HTTP/1.1 ")[1:]], ["200", "200", "404"])

    def test_one_empty_line_before_a_request_is_passed_over(self):
        one, last = ("GET /health HTTP/1.1\r\nHost: x\r\n" + more + "\r\n" for more in ("", "Connection: close\r\n"))
        body = one.replace("Host", "Content-Length: 2\r\nHost") + "{}"
        for text, statuses in (("\r\n" + last, ["200"]), (one + "\r\n" + one + "\r\n" + last, ["200"] * 3),
                               (body + "\r\n" + last, ["200"] * 2), ("\r\n\r\n" + one, ["400"]),
                               (one + "\r\n\r\n" + one, ["200", "400"])):
            with self.subTest(text=text):
                self.assertEqual([part[:3] for part in self.raw(text).split("HTTP/1.1 ")[1:]], statuses)
        for pieces in (["\r", "\n" + last], ["\r\n", last], list("\r\n" + last)):
            with self.subTest(pieces=pieces), self.server.raw() as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    connection.sendall(piece.encode())
                    time.sleep(0.01)
                self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 "))


if __name__ == "__main__":
    unittest.main()
