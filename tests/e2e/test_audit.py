"""The audit log by any combination of filters, the trace of a message, and that reading either is an event itself."""
import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

from hansard_client import BIN, ROOT, Server, quoted, temporary_folder

API = "/api/v1"


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.alice, cls.bob = cls.server.user("alice"), cls.server.user("bob")
        cls.auditor = cls.server.user("inspector", "audit")
        cls.conversation = cls.alice.create(["bob", "carol"])["id"]
        cls.other = cls.bob.create(["alice"])["id"]
        cls.messages = [cls.alice.send(cls.conversation, f"number {number}") for number in range(12)]
        cls.middle = cls.messages[5]
        for _ in range(3):
            cls.bob.send(cls.other, "elsewhere")
        cls.changed = cls.messages[3]["id"]
        assert cls.alice.request("PATCH", f"{API}/messages/{cls.changed}", {"content": "changed"}).status == 200
        assert cls.bob.post(f"{API}/messages/{cls.changed}/reactions", {"emoji": "+1"}).status in (200, 201)
        assert cls.bob.post(f"{API}/conversations/{cls.conversation}/delivered", {"up_to": 8}).status == 200
        assert cls.bob.post(f"{API}/conversations/{cls.conversation}/read", {"up_to": 4}).status == 200
        cls.gone = cls.messages[7]["id"]
        assert cls.alice.request("DELETE", f"{API}/messages/{cls.gone}").status == 200

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def page(self, **filters):
        query = "&".join(f"{name}={quoted(str(value))}" for name, value in filters.items())
        answer = self.auditor.get(f"{API}/audit?{query}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json

    def events(self, **filters):
        page = self.page(limit=200, **filters)
        self.assertIsNone(page["next"])
        positions = [event["position"] for event in page["items"]]
        self.assertEqual(positions, sorted(positions, reverse=True))
        return page["items"]

    def test_filters_and_their_combinations(self):
        sent = self.events(type="message.sent", conversation_id=self.conversation)
        self.assertEqual(len(sent), 12)
        self.assertEqual({event["type"] for event in sent}, {"message.sent"})
        self.assertEqual(len(self.events(type="message.sent", actor="bob")), 3)
        self.assertEqual(len(self.events(actor="alice", conversation_id=self.other)), 0)
        self.assertEqual(self.events(type="message.sent", actor="bob", conversation_id=self.conversation), [])
        self.assertEqual([event["type"] for event in self.events(message_id=self.changed)
                          if event["type"] != "audit.read"],
                         ["reaction.added", "message.edited", "message.sent"])
        deleted = self.events(type="message.deleted")
        self.assertEqual([event["actor"] for event in deleted], ["alice"])
        original = self.events(message_id=self.gone, type="message.sent")[0]
        self.assertEqual(original["content"]["text"], "number 7")

    def test_ranges_of_positions_and_times(self):
        at = self.events(message_id=self.middle["id"], type="message.sent")[0]
        after = self.events(type="message.sent", conversation_id=self.conversation, **{"from": at["position"]})
        self.assertEqual(len(after), 7)
        self.assertEqual(len(self.events(type="message.sent", to=at["position"])), 6)
        self.assertEqual(self.events(type="message.sent", to=at["position"], **{"from": at["position"]}), [at])
        until = self.events(type="message.sent", conversation_id=self.conversation, to_time=at["time"])
        since = self.events(type="message.sent", conversation_id=self.conversation, from_time=at["time"])
        self.assertIn(at, until)
        self.assertIn(at, since)
        same_time = [event for event in until if event in since]
        self.assertEqual(len(until) + len(since) - len(same_time), 12)
        self.assertEqual(self.events(type="message.sent", from_time="2100-01-01T00:00:00Z"), [])

    def test_pages_neither_skip_nor_repeat_while_events_arrive(self):
        dave = self.server.user("dave")
        meanwhile = dave.create(["alice"])["id"]
        whole = self.events(actor="alice", conversation_id=self.conversation)
        pages, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.page(actor="alice", conversation_id=self.conversation, limit=3, **more)
            self.assertLessEqual(len(page["items"]), 3)
            pages += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
            dave.send(meanwhile, "meanwhile")
        self.assertEqual(pages, whole)
        wrong = self.auditor.get(f"{API}/audit?actor=bob&cursor={quoted(self.page(limit=1)['next'])}")
        self.assertEqual(wrong.status, 400)

    def test_a_page_that_is_full_in_bytes_ends_early_and_goes_on(self):
        writer = self.server.user("writer")
        room = writer.create(["reader"])["id"]
        sent = [writer.send(room, "\U0001F600" * 10_000)["position"] for _ in range(120)]  # 40 kB each
        first = self.page(actor="writer", type="message.sent", limit=200)
        self.assertLess(len(first["items"]), 110)
        self.assertGreater(len(first["items"]), 90)
        self.assertEqual(int(first["scanned_to"]), int(first["items"][-1]["position"]))
        rest = self.page(actor="writer", type="message.sent", limit=200, cursor=first["next"])
        self.assertIsNone(rest["next"])
        self.assertEqual([event["position"] for event in first["items"] + rest["items"]], sent[::-1])

    def test_a_read_is_an_event_before_its_answer(self):
        mark = str(uuid.uuid4())
        self.events(actor=mark)
        reads = [event for event in self.events(actor="inspector", type="audit.read")
                 if mark in event["content"]["query"]]
        self.assertEqual(len(reads), 1)
        self.assertEqual(reads[0]["facts"]["action"], "audit.query")

    def test_who_may_not_and_what_is_wrong(self):
        self.assertEqual(self.alice.get(f"{API}/audit").status, 403)
        self.assertEqual(self.alice.get(f"{API}/messages/{self.changed}/trace").status, 403)
        self.assertEqual(self.auditor.get(f"{API}/messages/{uuid.uuid4()}/trace").status, 404)
        for query in ("type=nothing", "conversation_id=x", "message_id=7", "from=x", "to_time=yesterday", "limit=0",
                      "cursor=x", "actor="):
            self.assertEqual(self.auditor.get(f"{API}/audit?{query}").status, 400, query)

    def test_the_trace_of_a_message(self):
        answer = self.auditor.get(f"{API}/messages/{self.changed}/trace")
        self.assertEqual(answer.status, 200, answer.text)
        trace = answer.json
        self.assertEqual(trace["stored"], trace["accepted"])
        self.assertEqual(trace["stored"]["position"], self.messages[3]["position"])
        self.assertEqual([change["type"] for change in trace["changes"] if change["type"] != "audit.read"],
                         ["message.sent", "message.edited", "reaction.added"])
        self.assertEqual(trace["changes"][1]["actor"], "alice")
        recipients = {entry["user_id"]: entry for entry in trace["recipients"]["items"]}
        self.assertEqual(set(recipients), {"bob", "carol"})
        self.assertEqual((recipients["carol"]["delivered"], recipients["carol"]["read"]), (None, None))
        for moment in (recipients["bob"]["delivered"], recipients["bob"]["read"]):
            self.assertGreater(moment["position"], trace["stored"]["position"])
        later = self.auditor.get(f"{API}/messages/{self.messages[6]['id']}/trace").json["recipients"]["items"]
        self.assertIsNone([entry for entry in later if entry["user_id"] == "bob"][0]["read"])
        first = self.auditor.get(f"{API}/messages/{self.changed}/trace?limit=2").json["recipients"]
        second = self.auditor.get(f"{API}/messages/{self.changed}/trace?limit=2&cursor={quoted(first['next'])}").json
        users = [entry["user_id"] for entry in first["items"] + second["recipients"]["items"]]
        self.assertEqual(users, ["bob", "carol"])

    def test_recipients_are_the_members_of_then(self):
        room = self.alice.create(["bob", "dora"])["id"]
        message = self.alice.send(room, "before she went")
        dora = self.server.user("dora")
        read = dora.post(f"{API}/messages/{message['id']}/read").json["position"]
        self.assertEqual(dora.request("DELETE", f"{API}/conversations/{room}/members/dora").status, 200)
        self.assertEqual(self.alice.post(f"{API}/conversations/{room}/members", {"user_id": "emil"}).status, 200)
        recipients = self.auditor.get(f"{API}/messages/{message['id']}/trace").json["recipients"]["items"]
        self.assertEqual([(entry["user_id"], entry["is_member"]) for entry in recipients],
                         [("bob", True), ("dora", False)])
        self.assertEqual(recipients[1]["read"]["position"], read)
        self.assertIsNone(recipients[0]["read"])

    def reads_of(self, reader):
        found = self.auditor.get(f"{API}/audit?limit=200&type=audit.read&actor={reader}").json["items"]
        return [event["facts"]["action"] for event in reversed(found)]

    def proof_when_signed(self, reader, path):
        for _ in range(600):  # a checkpoint is signed once a second
            answer = reader.get(f"{API}/proofs/{path}")
            if answer.status != 404:
                return answer
            time.sleep(0.1)
        return self.fail("nothing was signed")

    def test_proofs_that_show_what_was_written_are_on_record_and_hashes_are_not(self):
        reader = self.server.user("prover", "audit")
        at = self.messages[0]["position"]
        for path in ("event/" + at, "entry/" + at):
            self.assertEqual(self.proof_when_signed(reader, path).status, 200)
        for path in ("checkpoint", "key", "inclusion?position=" + at, "consistency?from=1", "tile/0/000.p/1"):
            self.assertEqual(reader.request("HEAD", f"{API}/proofs/{path}").status, 200, path)
        self.assertEqual(self.reads_of("prover"), ["proof.read", "proof.read"])
        found = self.events(actor="prover", message_id=self.messages[0]["id"])
        self.assertEqual([event["facts"]["conversation_id"] for event in found], [self.conversation] * 2)

    def test_a_subscription_is_on_record_before_its_ack_which_comes_first(self):
        reader = self.server.user("listener", "audit")

        async def subscribe():
            async with reader.socket() as socket:
                filters = {"from": "beginning", "conversation_id": self.conversation, "types": ["message.sent"]}
                await socket.ws.send(json.dumps({"type": "events.subscribe", "id": "1", "data": filters}))
                return [await socket.receive() for _ in range(3)]

        frames = asyncio.run(subscribe())
        self.assertEqual([frame["type"] for frame in frames], ["ack", "event", "event"])
        found = self.events(actor="listener", type="audit.read")
        self.assertEqual([event["facts"]["action"] for event in found], ["events.read"])
        self.assertEqual(found[0]["facts"]["conversation_id"], self.conversation)
        self.assertEqual(json.loads(found[0]["content"]["query"])["types"], ["message.sent"])

    def test_members_leave_no_record(self):
        self.assertEqual(self.alice.get(f"{API}/conversations/{self.conversation}/messages").status, 200)
        self.assertEqual(self.reads_of("alice"), [])

    def test_a_read_acted_for_another_names_who_read(self):
        both = self.server.user("two-hats", "audit service", act_as="bob")
        self.assertEqual(both.get(f"{API}/events?limit=1").status, 200)
        self.assertEqual(self.reads_of("two-hats"), ["events.read"])
        self.assertEqual(self.reads_of("bob"), [])

    def test_a_case_goes_out_with_its_manifest_and_proofs(self):
        with tempfile.TemporaryDirectory() as folder:
            out, key = f"{folder}/case", f"{folder}/log.key"
            manifest = self.exported(out)
            self.assertEqual(manifest["filter"]["conversations"], [self.conversation])
            self.assertFalse(manifest["restorable"])
            (entry,) = manifest["files"]
            for file in (entry, entry["proofs"], *manifest["schemas"]):
                with open(f"{out}/{file['name']}", "rb") as content:
                    self.assertEqual(hashlib.sha256(content.read()).hexdigest(), file["sha256"], file["name"])
            with open(f"{out}/{entry['name']}", encoding="utf-8") as lines:
                events = [json.loads(line) for line in lines]
            self.assertEqual({event["actor"] for event in events}, {"alice"})
            self.assertIn("number 7", [(event.get("content") or {}).get("text") for event in events])  # deleted since
            with open(f"{out}/{entry['proofs']['name']}", encoding="utf-8") as lines:
                proofs = lines.read().splitlines()
            self.assertEqual(len(proofs), len(events))
            with open(key, "w", encoding="utf-8") as text:
                text.write(manifest["verifier_key"] + "\n")
            for proof in (proofs[0], proofs[-1]):
                self.verify(folder, key, proof)

    def exported(self, out):
        """Beside the running server an export ends at what was durable, and is proven to what was signed, a second ago."""
        last = int(self.events(message_id=self.gone, type="message.deleted")[0]["position"]) % 10**13
        for _ in range(200):
            shutil.rmtree(out, ignore_errors=True)
            command = [str(BIN / "hansard-replay"), "export", "--data", str(self.server.data), "--out", out, "--quiet",
                       "--format", "jsonl", "--proofs", "--conversation", self.conversation, "--actor", "alice"]
            done = subprocess.run(command, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(f"{out}/manifest.json", encoding="utf-8") as text:
                manifest = json.load(text)
            if min(manifest["to"], int(manifest["checkpoint"].splitlines()[1])) >= last:
                return manifest
            time.sleep(0.1)
        return self.fail("the export does not get to the end")

    def verify(self, folder, key, proof):
        with open(f"{folder}/one.proof", "w", encoding="utf-8") as text:
            text.write(proof)
        for command in ([str(BIN / "hansard-replay"), "proof", "verify", "--proof", f"{folder}/one.proof", "--key", key],
                        [sys.executable, str(ROOT / "tests" / "proof" / "verify_proof.py"), "event", "--key", key,
                         f"{folder}/one.proof"]):
            done = subprocess.run(command, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Notified(unittest.TestCase):
    def test_a_notification_is_the_recipients_and_no_change(self):
        folder = temporary_folder()
        key = folder / "push.secret"
        key.write_text("the secret of a webhook that nobody receives")
        key.chmod(0o600)
        # Notifications are asked for where a webhook listens to them.
        server = Server(folder, f"""
            [notifications]
            after_s = 1
            [[webhooks]]
            name = "push"
            url = "http://127.0.0.1:9/"
            secret_file = "{key}"
            types = ["notification.due"]
            """)
        self.addCleanup(server.close)
        alice, auditor = server.user("alice"), server.user("inspector", "audit")
        path = f"{API}/messages/{alice.send(alice.create(['bob'])['id'], 'anybody there?')['id']}/trace"
        for _ in range(600):
            trace = auditor.get(path).json
            (bob,) = trace["recipients"]["items"]
            if bob["notified"]:
                break
            time.sleep(0.1)
        self.assertGreater(bob["notified"]["position"], trace["stored"]["position"])
        self.assertIsNone(bob["delivered"])
        self.assertEqual([change["type"] for change in trace["changes"]], ["message.sent"])


if __name__ == "__main__":
    unittest.main()
