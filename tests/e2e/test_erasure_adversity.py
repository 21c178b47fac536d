"""Erasures while everything else goes on, or goes wrong: kills at each step, concurrent writers, rebuilds, backups and
restores, proofs and the past afterwards. HANSARD_ERASE_MESSAGES=100000 makes the huge user huge."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest
import uuid

from hansard_client import BIN, ROOT, Server
from test_erasure import files_with, in_a_week, replay, secret

sys.path.insert(0, str(ROOT / "tests" / "proof"))
import verify_proof  # noqa: E402

API = "/api/v1"
STEPS = ["subject", "propose", "files", "overwrite", "blobs", "log", "views", "search", "complete"]
PROOF = "[proof]\norigin = \"example.com/chat\"\ninterval_ms = 100\n"


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


class Adversity(unittest.TestCase):
    def serve(self, config=PROOF):
        self.server = Server(config=config)
        self.addCleanup(self.server.close)
        self.ann, self.bob = self.server.user("ann"), self.server.user("bob")
        self.admin = self.server.user("root", "admin")
        self.auditor = self.server.user("vera", "audit")
        self.service = self.server.user("importer", "service", act_as="ann")

    def erase(self, **what):
        answer = self.admin.post(f"{API}/admin/erasures", {"reason": "asked for", **what}, key=uuid.uuid4().hex)
        self.assertEqual(answer.status, 201, answer.text)
        return answer.json["id"]

    def erasure(self, id):
        answer = self.admin.get(f"{API}/admin/erasures/{id}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json

    def wait_until_complete(self, id, seconds=240):
        deadline = time.monotonic() + seconds
        while (now := self.erasure(id))["state"] != "complete":
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.05)
        self.assertNotIn("progress", now)
        return now

    def assert_nothing_left(self, secrets, data=None):
        data = data or self.server.data
        for words in secrets:
            self.assertEqual(files_with(data, words), [], words)
        given = [part for words in secrets for part in ("--text", words)]
        checked = replay("erase-check", "--data", str(data), "--json", "--quiet", *given)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def verify(self):
        """A stopped store holds every invariant."""
        self.assertEqual(self.server.stop(), 0)
        checked = replay("verify", "--data", str(self.server.data), "--deep", "--quiet")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.server.start()


class Killed(Adversity):
    def test_a_kill_at_each_step_leaves_nothing_behind(self):
        self.serve()
        hit = []
        for step in STEPS:
            id = self.ann.create(["bob"], title=secret("title"))["id"]
            words = [secret("one of many") for _ in range(60)]
            for text in words:
                self.service.send(id, text)
            self.bob.post(f"{API}/messages/{self.bob.history(id)['items'][0]['id']}/reactions", {"emoji": "+1"})
            erasure = self.erase(conversation_id=id)
            until = time.monotonic() + 240
            while (now := self.erasure(erasure))["state"] != "complete":
                self.assertLess(time.monotonic(), until, now)
                if now.get("progress", {}).get("step") == step:
                    hit.append(step)
                    self.server.kill()
                    self.server.start()
                    break
            done = self.wait_until_complete(erasure)
            self.assertEqual(done["messages"], len(words))
            self.assert_nothing_left(words[::10])
        print("killed at", *hit, file=sys.stderr)
        self.assertGreaterEqual(len(hit), 5, hit)  # the shortest steps may be over before they are seen
        self.verify()

    def test_kills_at_any_moment_under_load(self):
        self.serve()
        id, other = self.ann.create(["bob"])["id"], self.ann.create(["bob"])["id"]
        words = [secret("one of many") for _ in range(300)]
        for text in words:
            self.service.send(id, text)
        erasure = self.erase(conversation_id=id)
        kept = []
        for pause in (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 0.8):
            until = time.monotonic() + pause
            while time.monotonic() < until:
                kept.append(self.bob.send(other, f"goes on {len(kept)}")["content"])
            self.server.kill()
            self.server.start()
        self.assertEqual(self.wait_until_complete(erasure)["messages"], len(words))
        self.assert_nothing_left(words[::30])
        shown = []
        after = 0
        while items := self.ann.history(other, f"after={after}&limit=200")["items"]:
            shown += [message["content"] for message in items if message["type"] == "text"]
            after = items[-1]["ordinal"]
        self.assertEqual(shown, kept)
        self.verify()


class Busy(Adversity):
    def test_what_is_written_into_a_conversation_while_it_is_erased_goes_or_is_refused(self):
        self.serve()
        id, elsewhere = self.ann.create(["bob"])["id"], self.bob.create([])["id"]
        words, said = secret("said"), secret("edited")
        messages = [self.service.send(id, words)["id"] for _ in range(300)]
        stopping = threading.Event()
        outcomes = set()

        def work(number):
            user = self.server.user("ann" if number % 2 else "bob")
            turn = number
            while not stopping.is_set():
                turn += 1
                message = messages[turn * 7 % len(messages)]
                for answer in (
                        user.request("PATCH", f"{API}/messages/{message}", {"content": said}),
                        user.post(f"{API}/messages/{message}/forward", {"conversation_id": elsewhere}),
                        user.post(f"{API}/messages/{message}/reactions", {"emoji": said[:30]}),
                        user.post(f"{API}/conversations/{id}/messages", {"content": words})):
                    outcomes.add(answer.status)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: outcomes)
        erasure = self.erase(conversation_id=id)
        self.wait_until_complete(erasure)
        wait_until(lambda: 410 in outcomes)
        stopping.set()
        for thread in threads:
            thread.join()
        self.assertIn(410, outcomes)
        self.assertFalse({status for status in outcomes if status >= 500}, outcomes)
        self.assert_nothing_left([words, said, said[:30]])
        self.verify()

    def test_a_huge_user_is_erased_in_pieces_beside_live_traffic(self):
        self.serve()
        count = int(os.environ.get("HANSARD_ERASE_MESSAGES", "3000"))
        words = secret("huge")
        gone = self.ann.create(["bob"])["id"]
        users = [self.server.user("importer", "service", act_as="ann") for _ in range(4)]

        def fill(user):
            for number in range(count // len(users)):
                user.send(gone, f"{words} {number}")

        threads = [threading.Thread(target=fill, args=(user,)) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        other = self.bob.create([])["id"]
        quiet, loud = [], []

        def send_for(seconds, into, goes_on=lambda: False):
            until = time.monotonic() + seconds
            while time.monotonic() < until or goes_on():
                began = time.monotonic()
                self.bob.send(other, "goes on")
                into.append(time.monotonic() - began)

        send_for(1, quiet)
        began = time.monotonic()
        erasure = self.erase(user_id="ann")
        seen = set()

        def is_open():
            now = self.erasure(erasure)
            if "progress" in now:
                seen.add(now["progress"]["step"])
            return now["state"] != "complete"

        send_for(0, loud, is_open)
        took = time.monotonic() - began
        self.assertEqual(self.erasure(erasure)["messages"], count // len(users) * len(users))
        if took > 2:  # a quick one may be over between two questions
            self.assertTrue(seen & {"propose", "overwrite"}, seen)
        middle = lambda times: 1e3 * sorted(times)[len(times) // 2]
        print(f"{count} messages in {took:.1f} s; a send beside it takes {middle(loud):.1f} ms (median; {max(loud):.2f} s at "
              f"most), before it {middle(quiet):.1f} ms", file=sys.stderr)
        self.assert_nothing_left([words])

    def test_a_rebuild_and_a_rollback_bring_nothing_back(self):
        self.serve()
        id = self.ann.create(["bob"])["id"]
        words = secret("rebuilt")
        messages = [self.service.send(id, f"{words} {n}")["id"] for n in range(200)]
        views = f"{API}/admin/views"
        self.assertLess(self.admin.post(f"{views}/chat/rebuild").status, 300)
        self.wait_for_view("chat", {"swapped"})
        self.assertLess(self.admin.post(f"{views}/chat/rebuild", {"swap": "manual"}).status, 300)
        self.wait_for_view("chat", {"built"})
        self.assertLess(self.admin.post(f"{views}/search/rebuild", {"swap": "manual"}).status, 300)
        self.wait_for_view("search", {"built"})
        first = self.erase(message_id=messages[0])
        self.admin.post(f"{views}/search/rebuild")
        second = self.erase(conversation_id=id)
        self.admin.post(f"{views}/chat/rebuild")
        self.wait_until_complete(first)
        self.wait_until_complete(second)
        self.assert_nothing_left([words])
        self.assertIn(self.admin.post(f"{views}/chat/rollback").status, (404, 409))
        self.assertLess(self.admin.post(f"{views}/chat/rebuild").status, 300)
        self.assertLess(self.admin.post(f"{views}/search/rebuild").status, 300)
        self.wait_for_view("chat", {"swapped"})
        self.wait_for_view("search", {"swapped"})
        self.assert_nothing_left([words])
        self.verify()
        self.assert_nothing_left([words])

    def wait_for_view(self, name, wanted, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            view = self.admin.get(f"{API}/admin/views/{name}").json
            if view["rebuild"] and view["rebuild"]["state"] in wanted:
                return
            self.assertLess(time.monotonic(), deadline, view)
            time.sleep(0.05)


class Afterwards(Adversity):
    def test_every_proof_made_before_or_after_still_verifies(self):
        self.serve()
        id = self.ann.create(["bob"])["id"]
        words = secret("proven")
        message = self.ann.send(id, words)
        self.ann.request("PATCH", f"{API}/messages/{message['id']}", {"content": words + " again"})
        last = int(self.ann.send(id, "stays")["position"][3:])
        key = verify_proof.VerifierKey(self.proof("key").text)
        old = self.signed(key, last)
        before = {position: self.proof(f"event/{position}").json for position in range(1, last + 1)}
        self.wait_until_complete(self.erase(message_id=message["id"]))
        end = int(self.ann.send(id, "later")["position"][3:])
        new = self.signed(key, end)
        erased = 0
        for position in range(1, end + 1):
            proof = self.proof(f"event/{position}").json
            found = verify_proof.verify_event(key, proof)
            self.assertEqual(found["position"], position)
            if position in before:
                was = verify_proof.verify_event(key, before[position])
                self.assertEqual(before[position]["leaf"], proof["leaf"])
                erased += was["content_shown"] and not found["content_shown"]
        self.assertEqual(erased, 2)
        sizes = [verify_proof.open_checkpoint(key, note)["size"] for note in (old, new)]
        path = self.proof(f"consistency?from={sizes[0]}&to={sizes[1]}").json
        verify_proof.verify_consistency(key, old, new, path)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        verify_proof.verify_consistency(key, old, self.proof("checkpoint").text,
                                        self.proof(f"consistency?from={sizes[0]}").json)

    def proof(self, path):
        answer = self.auditor.get(f"{API}/proofs/{path}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer

    def signed(self, key, position):
        deadline = time.monotonic() + 60
        while True:
            note = self.proof("checkpoint").text
            if verify_proof.open_checkpoint(key, note)["size"] >= position:
                return note
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_the_past_shows_nothing_of_what_is_erased_now(self):
        self.serve()
        title, words, emoji = secret("title"), secret("past"), secret("emoji")
        gone = self.server.user("gone")
        id = self.bob.create(["ann", "gone"], title=title)["id"]
        message = gone.send(id, words)
        gone.request("PATCH", f"{API}/messages/{message['id']}", {"content": words + " edited"})
        of_bob = self.bob.send(id, "what bob says")
        gone.post(f"{API}/messages/{of_bob['id']}/reactions", {"emoji": emoji})
        at = self.bob.send(id, "mark")["position"]
        path = f"{API}/conversations/{id}"
        reads = [f"{path}/messages?as_of={at}", f"{API}/messages/{message['id']}?as_of={at}", f"{path}?as_of={at}",
                 f"{API}/messages/{message['id']}/history", f"{API}/messages/{of_bob['id']}?as_of={at}"]
        unread = self.auditor.get(f"{API}/unread?as_of={at}&user_id=ann")
        self.assertEqual(unread.status, 200, unread.text)

        def told():
            return "".join(self.auditor.get(read).text for read in reads)

        self.assertEqual({self.auditor.get(read).status for read in reads}, {200})
        self.assertIn(words, told())
        self.assertIn(emoji, told())
        self.assertIn(title, told())
        self.wait_until_complete(self.erase(user_id="gone"))
        self.assertNotIn(words, told())
        self.assertNotIn(emoji, told())
        self.assertIn("what bob says", told())
        self.assertEqual(self.auditor.get(f"{API}/unread?as_of={at}&user_id=ann").json, unread.json)
        self.wait_until_complete(self.erase(conversation_id=id))
        self.assertNotIn(title, told())
        self.assertNotIn("what bob says", told())
        self.assert_nothing_left([title, words, emoji])
        self.assertEqual(self.server.stop(), 0)
        shown = replay("show", "--data", str(self.server.data), "--conversation", id, "--at", str(int(at[3:])))
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn(words, shown.stdout)
        self.assertNotIn(title, shown.stdout)
        self.server.start()

    def test_a_message_that_waits_is_erased_by_its_id(self):
        self.serve()
        words = secret("later")
        id = self.ann.create(["bob"])["id"]
        waiting = self.ann.send(id, words, send_at=in_a_week())
        done = self.wait_until_complete(self.erase(message_id=waiting["id"]))
        self.assertEqual((done["messages"], done["records"]), (0, 1))
        self.assert_nothing_left([words])
        again = self.admin.post(f"{API}/admin/erasures", {"message_id": waiting["id"]})
        self.assertEqual(again.status, 410, again.text)


class Copies(Adversity):
    def backup(self, name):
        self.assertLess(self.admin.post(f"{API}/admin/backups", {"name": name}).status, 300)
        return self.backed_up(name)

    def backed_up(self, name):
        state = lambda: self.admin.get(f"{API}/admin/backups/{name}").json
        wait_until(lambda: state()["state"] != "running", 240)
        self.assertEqual(state()["state"], "done", state())
        return self.backups / name

    def setUp(self):
        self.serve()
        self.backups = self.server.folder / "backups"
        self.server.config.write_text(PROOF + f'[backup]\nfolder = "{self.backups}"\n')
        self.assertEqual(self.server.stop(), 0)
        self.server.start()

    def erasures_file(self):
        file = self.server.folder / "erasures.jsonl"
        items = self.admin.get(f"{API}/admin/erasures").json["items"]
        file.write_text("".join(json.dumps(item) + "\n" for item in items))
        return file

    def test_a_restore_is_never_named_before_its_erasures_are_done(self):
        words, kept = secret("restored"), secret("kept")
        id, other = self.ann.create(["bob"])["id"], self.ann.create(["bob"])["id"]
        for number in range(400):
            self.service.send(id, f"{words} {number}")
        self.ann.send(other, kept)
        copy = self.backup("nightly")
        self.wait_until_complete(self.erase(conversation_id=id))
        after = self.backup("later")
        self.assert_nothing_left([words])
        self.assert_nothing_left([words], after)
        file = self.erasures_file()
        data = self.server.folder / "restored"
        command = [str(BIN / "hansard-replay"), "restore", "--from", str(copy), "--data", str(data), "--erasures",
                   str(file), "--json", "--quiet"]
        for pause in (0.05, 0.1, 0.2, 0.4, 0.8):
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                running.wait(pause)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
                running.wait()
            if data.exists():
                break
        if not data.exists():
            done = subprocess.run(command, capture_output=True, text=True, timeout=240)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(done.stdout)
            self.assertEqual((told["erasures_applied"], told["messages_erased"]), (1, 400))
        self.assertFalse(pathlib.Path(str(data) + ".restoring").exists())
        self.assert_nothing_left([words], data)
        self.server.stop()
        self.server.data = data
        self.server.start()
        self.assertEqual(self.ann.history(other)["items"][0]["content"], kept)
        self.assertIsNone(self.ann.history(id)["items"][0]["content"])
        self.assert_nothing_left([words], data)

    def restore(self, copy, data, erasures):
        command = [str(BIN / "hansard-replay"), "restore", "--from", str(copy), "--data", str(data), "--erasures",
                   str(erasures), "--json", "--quiet"]
        return subprocess.run(command, capture_output=True, text=True, timeout=240)

    def test_the_list_of_all_erasures_takes_only_what_was_ordered_erased(self):
        before, back, later = secret("before"), secret("back"), secret("later")
        id = self.ann.create(["bob"])["id"]
        self.bob.send(id, before)
        self.wait_until_complete(self.erase(user_id="bob"))
        self.bob.send(id, back)
        gone = self.bob.send(id, later)["id"]
        copy = self.backup("nightly")
        self.wait_until_complete(self.erase(message_id=gone))
        data = self.server.folder / "restored"
        done = self.restore(copy, data, self.erasures_file())
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((told["erasures_applied"], told["erasures_in_the_copy"], told["messages_erased"]), (1, 1, 1))
        self.server.stop()
        self.server.data = data
        self.server.start()
        self.assertIn(back, [item["content"] for item in self.ann.history(id)["items"]])
        self.assert_nothing_left([before, later], data)
        nothing = self.restore(copy, self.server.folder / "another", "/dev/null")
        self.assertEqual(nothing.returncode, 2)
        self.assertIn("names no erasure", nothing.stderr)
        self.assertFalse((self.server.folder / "another").exists())

    def test_an_erasure_during_a_backup_waits_for_it_and_leaves_nothing(self):
        words = secret("copied")
        id = self.ann.create(["bob"])["id"]
        for number in range(300):
            self.service.send(id, f"{words} {number}")
        self.assertLess(self.admin.post(f"{API}/admin/backups", {"name": "meanwhile"}).status, 300)
        erasure = self.erase(conversation_id=id)
        self.wait_until_complete(erasure)
        self.backed_up("meanwhile")
        self.assert_nothing_left([words])
        self.verify()


if __name__ == "__main__":
    unittest.main()
