"""Erasing as an administrator meets it: what was said is gone from every file, what happened is still there, and a legal
hold wins."""
import pathlib
import subprocess
import time
import unittest
import uuid

from hansard_client import BIN, ServerTest, quoted
from test_files import upload

API = "/api/v1"


def secret(what):
    """Words nobody else writes."""
    return f"{what}-{uuid.uuid4().hex}"


def files_with(folder, needle):
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        try:
            if path.is_file() and needle.encode() in path.read_bytes():
                found.append(str(path.relative_to(folder)))
        except FileNotFoundError:
            pass  # a running server removes files
    return found


def in_a_week():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7 * 86_400))


def replay(*words):
    return subprocess.run([str(BIN / "hansard-replay"), *words], capture_output=True, text=True)


class ErasureTest(ServerTest):
    def admin(self):
        return self.user("root", "admin")

    def erase(self, **what):
        answer = self.admin().post(f"{API}/admin/erasures", {"reason": "asked for", **what}, key=uuid.uuid4().hex)
        self.assertEqual(answer.status, 201, answer.text)
        return answer.json["id"]

    def erasure(self, id):
        answer = self.admin().get(f"{API}/admin/erasures/{id}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json

    def wait_until_complete(self, id, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            now = self.erasure(id)
            if now["state"] == "complete":
                return now
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.05)

    def assert_nothing_left(self, secrets):
        for words in secrets:
            self.assertEqual(files_with(self.server.data, words), [], words)
        given = [part for words in secrets for part in ("--text", words)]
        checked = replay("erase-check", "--data", str(self.server.data), "--json", "--quiet", *given)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def restart(self):
        self.assertEqual(self.server.stop(), 0)
        self.server.start()


class Erasing(ErasureTest):
    def test_a_message_leaves_every_file_and_stays_as_a_tombstone(self):
        ann, bob = self.user(), self.user()
        id = ann.create([bob.name])["id"]
        words = {name: secret(name) for name in ("text", "edit", "emoji", "file", "name")}
        file = upload(ann, words["file"].encode() * 50, words["name"]).json["id"]
        sent = ann.send(id, words["text"], attachments=[{"file_id": file}])
        other = ann.send(id, "stays")
        ann.request("PATCH", f"{API}/messages/{sent['id']}", {"content": words["edit"]})
        self.assertLess(bob.post(f"{API}/messages/{sent['id']}/reactions", {"emoji": words["emoji"]}).status, 300)
        unread = bob.unread(id)
        self.restart()  # so that it is in tables, too
        done = self.wait_until_complete(self.erase(message_id=sent["id"]))
        self.assertEqual(done["messages"], 1)
        self.assertGreaterEqual(done["records"], 3)
        shown = {message["id"]: message for message in bob.history(id)["items"]}
        self.assertTrue(shown[sent["id"]]["erased"])
        self.assertIsNone(shown[sent["id"]]["content"])
        self.assertEqual(shown[sent["id"]]["reactions"], [])
        self.assertEqual(shown[other["id"]]["content"], "stays")
        self.assertEqual(bob.unread(id), unread - 1)
        self.assertEqual(bob.get(f"{API}/files/{file}").status, 404)
        edited = ann.request("PATCH", f"{API}/messages/{sent['id']}", {"content": "again"})
        self.problem(edited, 410, "gone")
        self.assert_nothing_left(words.values())
        self.assertEqual(self.server.stop(), 0)
        self.assert_nothing_left(words.values())
        checked = replay("erase-check", "--data", str(self.server.data), "--erasure", done["id"])
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.server.start()
        self.assertEqual(len(bob.history(id)["items"]), 2)

    def test_what_was_erased_right_after_it_was_said_is_gone_as_well(self):
        ann = self.user()
        id = ann.create([], type="group")["id"]
        words = secret("fresh")
        self.wait_until_complete(self.erase(message_id=ann.send(id, words)["id"]))
        self.assert_nothing_left([words])

    def test_a_user_leaves_with_everything_he_said_and_his_name_stays_an_id(self):
        gone, bob = self.user(), self.user()
        service = self.user("backend", "service")
        id = bob.create([gone.name])["id"]
        words = {name: secret(name) for name in ("text", "deleted", "profile", "emoji", "later", "name", "forward")}
        profile = service.request("PUT", f"{API}/users/{quoted(gone.name)}", {"display_name": words["profile"]})
        self.assertLess(profile.status, 300, profile.text)
        gone.send(id, words["text"])
        deleted = gone.send(id, words["deleted"])
        gone.request("DELETE", f"{API}/messages/{deleted['id']}")
        copied = gone.send(id, words["forward"])
        elsewhere = bob.create([])["id"]
        forwarded = bob.post(f"{API}/messages/{copied['id']}/forward", {"conversation_id": elsewhere})
        self.assertLess(forwarded.status, 300, forwarded.text)
        of_bob = bob.send(id, "what bob says")
        gone.post(f"{API}/messages/{of_bob['id']}/reactions", {"emoji": words["emoji"]})
        bob.post(f"{API}/messages/{of_bob['id']}/reactions", {"emoji": "+1"})
        gone.send(id, words["later"], send_at=in_a_week())
        upload(gone, b"bytes of a file", words["name"])
        self.restart()
        done = self.wait_until_complete(self.erase(user_id=gone.name))
        self.assertEqual(done["messages"], 4)
        shown = {message["id"]: message for message in bob.history(id)["items"]}
        self.assertEqual([one["emoji"] for one in shown[of_bob["id"]]["reactions"]], ["+1"])
        self.assertEqual(shown[deleted["id"]]["sender_id"], gone.name)
        self.assertEqual(bob.get(f"{API}/users/{quoted(gone.name)}").status, 404)
        self.assert_nothing_left(words.values())

    def test_a_conversation_leaves_with_its_title(self):
        ann, bob = self.user(), self.user()
        title, words, meta = secret("title"), secret("text"), secret("metadata")
        id = ann.create([bob.name], title=title, metadata={"of": meta})["id"]
        for _ in range(3):
            bob.send(id, words)
        done = self.wait_until_complete(self.erase(conversation_id=id))
        self.assertEqual(done["messages"], 3)
        self.problem(ann.post(f"{API}/conversations/{id}/messages", {"content": "more"}), 410, "gone")
        shown = ann.get(f"{API}/conversations/{id}").json
        self.assertIsNone(shown["title"])
        self.assertTrue(shown["closed"])
        self.assert_nothing_left([title, words, meta])

    def test_only_an_administrator_erases_and_a_key_has_one_effect(self):
        ann = self.user()
        id = ann.create([])["id"]
        message = ann.send(id, "text")["id"]
        self.problem(ann.post(f"{API}/admin/erasures", {"message_id": message}), 403, "forbidden")
        self.problem(ann.get(f"{API}/admin/erasures"), 403, "forbidden")
        key = uuid.uuid4().hex
        first = self.admin().post(f"{API}/admin/erasures", {"message_id": message}, key=key)
        again = self.admin().post(f"{API}/admin/erasures", {"message_id": message}, key=key)
        self.assertEqual(first.json["id"], again.json["id"])
        self.wait_until_complete(first.json["id"])
        self.problem(self.admin().post(f"{API}/admin/erasures", {"message_id": message}), 410, "gone")
        self.problem(self.admin().post(f"{API}/admin/erasures", {}), 422, "invalid")
        unknown = self.admin().post(f"{API}/admin/erasures", {"message_id": str(uuid.uuid4())})
        self.problem(unknown, 404, "not_found")

    def test_members_are_told(self):
        import asyncio
        ann, bob = self.user(), self.user()
        id = ann.create([bob.name])["id"]
        message = ann.send(id, "text")["id"]

        async def watch():
            async with bob.socket() as socket:
                self.erase(message_id=message)
                frame = await socket.next("message.deleted")
                self.assertEqual(frame["data"]["message_id"], message)
                self.assertTrue(frame["data"]["erased"])

        asyncio.run(watch())


class Holds(ErasureTest):
    def hold(self, **what):
        answer = self.admin().post(f"{API}/admin/holds", {"reason": "case 7", **what})
        self.assertEqual(answer.status, 201, answer.text)
        return answer.json["id"]

    def release(self, id):
        answer = self.admin().request("DELETE", f"{API}/admin/holds/{id}")
        self.assertEqual(answer.status, 200, answer.text)

    def test_a_hold_wins_over_an_erasure_until_it_is_released(self):
        ann = self.user()
        id = ann.create([])["id"]
        message = ann.send(id, "evidence")["id"]
        hold = self.hold(conversation_id=id)
        self.problem(self.admin().post(f"{API}/admin/erasures", {"message_id": message}), 409, "legal_hold")
        self.problem(self.admin().post(f"{API}/admin/erasures", {"conversation_id": id}), 409, "legal_hold")
        self.assertEqual(ann.history(id)["items"][0]["content"], "evidence")
        listed = self.admin().get(f"{API}/admin/holds").json["items"]
        self.assertIn(hold, [one["id"] for one in listed if one["released_at"] is None])
        self.release(hold)
        self.wait_until_complete(self.erase(message_id=message))

    def test_what_a_hold_refused_may_be_asked_again_under_its_key(self):
        ann = self.user()
        id = ann.create([])["id"]
        message = ann.send(id, "evidence")["id"]
        hold = self.hold(conversation_id=id)
        key, what = uuid.uuid4().hex, {"message_id": message, "reason": "asked for"}
        for _ in range(2):
            self.problem(self.admin().post(f"{API}/admin/erasures", what, key=key), 409, "legal_hold")
        self.release(hold)
        first = self.admin().post(f"{API}/admin/erasures", what, key=key)
        self.assertEqual(first.status, 201, first.text)
        again = self.admin().post(f"{API}/admin/erasures", what, key=key)
        self.assertEqual((again.status, again.json["id"]), (201, first.json["id"]))
        self.problem(self.admin().post(f"{API}/admin/erasures", {**what, "reason": "x"}, key=key), 422,
                     "idempotency_key_reused")
        self.wait_until_complete(first.json["id"])

    def test_a_hold_that_was_released_is_answered_as_released(self):
        hold = self.hold(conversation_id=self.user().create([])["id"])
        path = f"{API}/admin/holds/{hold}"
        first, again = (self.admin().request("DELETE", path).json for _ in range(2))
        self.assertEqual((again["id"], again["released_at"]), (hold, first["released_at"]))
        self.assertIs(again["changed"], False)

    def test_holds_and_erasures_are_about_what_they_name(self):
        ann, auditor = self.user(), self.user("vera", "audit")
        id = ann.create([])["id"]
        message, other = (ann.send(id, text)["id"] for text in ("evidence", "else"))
        hold = self.hold(conversation_id=id)
        self.problem(self.admin().post(f"{API}/admin/erasures", {"message_id": message}), 409, "legal_hold")
        self.release(hold)
        self.wait_until_complete(self.erase(message_id=message))
        self.wait_until_complete(self.erase(conversation_id=id))
        types = lambda path: [one["type"] for one in auditor.get(f"{API}/{path}&limit=200").json["items"]]
        of_conversation = ["hold.placed", "hold.conflict", "hold.released", "erasure.requested"]
        about = lambda path: [kind for kind in types(path) if kind in of_conversation]
        self.assertEqual(about(f"events?conversation_id={id}"), of_conversation)
        self.assertEqual(sorted(about(f"audit?conversation_id={id}")), sorted(of_conversation))
        self.assertEqual(sorted(about(f"audit?message_id={message}")), ["erasure.requested", "hold.conflict"])
        self.assertEqual(about(f"audit?message_id={other}"), [])
        self.assertIn("erasure.requested", auditor.get(f"{API}/messages/{message}/trace").text)

    def test_an_erasure_of_a_user_waits_for_what_is_held(self):
        gone = self.user()
        held, free = gone.create([])["id"], gone.create([])["id"]
        words = {"kept": secret("kept"), "free": secret("free")}
        gone.send(held, words["kept"])
        gone.send(free, words["free"])
        hold = self.hold(conversation_id=held)
        erasure = self.erase(user_id=gone.name)
        deadline = time.monotonic() + 60
        while files_with(self.server.data, words["free"]):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual(self.erasure(erasure)["state"], "erasing")
        self.assertEqual(self.erasure(erasure)["held"], 1)
        self.assertEqual(gone.history(held)["items"][0]["content"], words["kept"])
        self.release(hold)
        self.wait_until_complete(erasure)
        self.assert_nothing_left(words.values())


class Kills(ErasureTest):
    def test_a_killed_server_goes_on_where_it_was(self):
        ann = self.user()
        id = ann.create([])["id"]
        words = [secret("one of many") for _ in range(200)]
        for text in words:
            ann.send(id, text)
        erasure = self.erase(conversation_id=id)
        for pause in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
            time.sleep(pause)
            self.server.kill()
            self.server.start()
        done = self.wait_until_complete(erasure)
        self.assertEqual(done["messages"], len(words))
        self.assert_nothing_left(words[::20])


if __name__ == "__main__":
    unittest.main()
