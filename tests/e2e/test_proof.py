"""Proofs as an auditor meets them: over HTTP, offline, by a verifier that shares nothing with the product, across
kills and restarts; and what happens to a folder that somebody changed."""
import base64
import http.client
import http.server
import json
import random
import shutil
import subprocess
import sys
import threading
import time
import unittest

from hansard_client import BIN, ROOT, Server

sys.path.insert(0, str(ROOT / "tests" / "proof"))
import verify_proof  # noqa: E402

API = "/api/v1"


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def replay(*words):
    return subprocess.run([str(BIN / "hansard-replay"), *map(str, words)], capture_output=True, text=True, timeout=120)


def flip(path, at, bit=0):
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << bit
    path.write_bytes(bytes(data))


def crc32c(content):
    crc = 0xffffffff
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class ProofTest(unittest.TestCase):
    CONFIG = "[proof]\norigin = \"example.com/chat\"\ninterval_ms = 100\n"

    def setUp(self):
        self.server = Server(config=self.CONFIG)
        self.addCleanup(self.server.close)
        self.ann = self.server.user("ann")
        self.auditor = self.server.user("auditor", "audit")

    def get(self, path, status=200):
        answer = self.auditor.request("GET", f"{API}/proofs/{path}")
        self.assertEqual(answer.status, status, answer.text)
        return answer

    def send(self, count):
        made = self.ann.request("POST", f"{API}/conversations", {"type": "group", "title": "t", "members": ["bob"]})
        self.assertEqual(made.status, 201, made.text)
        last = made
        for number in range(count):
            last = self.ann.request("POST", f"{API}/conversations/{made.json['id']}/messages",
                                    {"content": f"number {number}"})
            self.assertEqual(last.status, 201, last.text)
        return int(last.json["position"][3:])

    def key(self):
        return verify_proof.VerifierKey(self.get("key").text)

    def checkpoint(self):
        return verify_proof.open_checkpoint(self.key(), self.get("checkpoint").text)

    def signed(self, position):
        self.assertTrue(until(lambda: self.checkpoint()["size"] >= position), "no checkpoint covers it")

    def tile(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request("GET", f"{API}/proofs/tile/{path}", headers={"Authorization": f"Bearer {self.auditor.token}"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    def refuses_to_start(self, *words):
        found = subprocess.run([*self.server.command()], capture_output=True, text=True, timeout=60)
        self.assertEqual(found.returncode, 1, found.stderr)
        for word in words:
            self.assertIn(word, found.stderr)

    # --- over HTTP ---

    def test_every_event_is_proven_to_a_verifier_that_is_not_ours(self):
        last = self.send(30)
        self.signed(last)
        key = self.key()
        self.assertEqual(key.name, "example.com/chat")
        for position in range(1, last + 1):
            proof = self.get(f"event/{position}").json
            found = verify_proof.verify_event(key, proof)
            self.assertEqual((found["position"], found["content_shown"]), (position, True))
        content = base64.b64decode(self.get(f"event/{last}").json["content"]["bytes"])
        self.assertIn(b"number 29", content)

    def test_a_proof_with_any_field_changed_is_rejected(self):
        last = self.send(12)
        self.signed(last)
        key = self.key()
        proof = self.get(f"event/{last}").json
        verify_proof.verify_event(key, proof)
        dice = random.Random(7)

        def changed_text(text):
            at = dice.randrange(len(text))
            return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]

        changes = 0
        for field in ("checkpoint", "index", "leaf", "leaf_hash", "path", "format", "version",
                      ("facts", "commitment"), ("facts", "salt"), ("facts", "bytes"),
                      ("content", "commitment"), ("content", "salt"), ("content", "bytes")):
            for _ in range(8):
                wrong = json.loads(json.dumps(proof))
                holder, name = (wrong[field[0]], field[1]) if isinstance(field, tuple) else (wrong, field)
                if isinstance(holder[name], int):
                    holder[name] += 1
                elif isinstance(holder[name], list):
                    at = dice.randrange(len(holder[name]))
                    holder[name][at] = changed_text(holder[name][at])
                else:
                    holder[name] = changed_text(holder[name])
                with self.assertRaises(verify_proof.NotProven, msg=f"{field}: {wrong}"):
                    verify_proof.verify_event(key, wrong)
                file = self.server.folder / "wrong.proof"
                file.write_text(json.dumps(wrong))
                if changes % 8 == 0:
                    given = ["--proof", file, "--key", self.get("key").text.strip(), "--json"]
                    for words in (["proof", "verify"], ["verify"]):
                        told = replay(*words, *given)
                        self.assertEqual(told.returncode, 1, told.stdout)
                        self.assertIn("not proven", told.stderr)
                        self.assertIs(json.loads(told.stdout)["verified"], False)
                    self.assertEqual(replay("verify", "--proof", file).returncode, 2)
                changes += 1
        missing = json.loads(json.dumps(proof))
        missing["path"] = missing["path"][:-1]
        with self.assertRaises(verify_proof.NotProven):
            verify_proof.verify_event(key, missing)

    def test_checkpoints_of_any_two_moments_are_consistent(self):
        key, notes = self.key(), []
        for _ in range(4):
            self.signed(self.send(9))
            notes.append(self.get("checkpoint").text)
        for i, old in enumerate(notes):
            for new in notes[i:]:
                sizes = [verify_proof.open_checkpoint(key, note)["size"] for note in (old, new)]
                path = self.get(f"consistency?from={sizes[0]}&to={sizes[1]}").json
                verify_proof.verify_consistency(key, old, new, path)
                if sizes[0] == sizes[1]:
                    continue
                with self.assertRaises(verify_proof.NotProven):
                    verify_proof.verify_consistency(key, new, old, path)
                path["path"][0] = path["path"][-1] if len(path["path"]) > 1 else base64.b64encode(bytes(32)).decode()
                with self.assertRaises(verify_proof.NotProven):
                    verify_proof.verify_consistency(key, old, new, path)

    def test_tiles_give_the_root_that_is_signed(self):
        last = self.send(300)
        self.signed(last)
        checkpoint = self.checkpoint()
        response, first = self.tile("0/000")
        self.assertEqual((response.status, len(first)), (200, 8192))
        self.assertEqual(response.getheader("Cache-Control"), "private, max-age=31536000, immutable")
        rest = checkpoint["size"] - 256
        response, second = self.tile(f"0/001.p/{rest}")
        self.assertEqual((response.status, len(second)), (200, 32 * rest))

        def root(leaves):
            if len(leaves) == 1:
                return leaves[0]
            half = 1 << (len(leaves) - 1).bit_length() - 1
            return verify_proof.node_hash(root(leaves[:half]), root(leaves[half:]))

        data = first + second
        leaves = [data[i:i + 32] for i in range(0, len(data), 32)]
        self.assertEqual(root(leaves), checkpoint["root"])
        self.assertEqual(self.tile("1/000.p/1")[1], root(leaves[:256]))
        entry = self.get("entry/7").json
        self.assertEqual(base64.b64decode(entry["leaf_hash"]), leaves[6])
        inclusion = self.get(f"inclusion?position=7&size={checkpoint['size']}").json
        path = [base64.b64decode(text) for text in inclusion["path"]]
        self.assertEqual(verify_proof.root_from_inclusion(6, checkpoint["size"], leaves[6], path), checkpoint["root"])
        for path in ("0/x001/000", "0/001", "0/1", "9/000", "0/000.p/0", "1/000", "x/y/z"):
            self.assertEqual(self.tile(path)[0].status, 404, path)

    def test_proofs_are_for_auditors_and_bad_questions_harm_nobody(self):
        last = self.send(3)
        self.signed(last)
        for path in ("checkpoint", "key", "tile/0/000.p/1", "entry/1", "event/1", "inclusion?position=1",
                     "consistency?from=1"):
            answer = self.ann.request("GET", f"{API}/proofs/{path}")
            self.assertEqual((answer.status, answer.json["code"]), (403, "forbidden"), path)
        size = self.checkpoint()["size"]
        for path, status in ((f"entry/{size + 1000}", 404), ("entry/0", 404), ("entry/x", 400), ("event/0", 404),
                             ("inclusion", 400), (f"inclusion?position={size + 1000}", 400),
                             ("inclusion?position=1&size=99999999", 400), ("inclusion?position=2&size=1", 400),
                             ("consistency", 400), ("consistency?from=5&to=4", 400), ("consistency?from=-1", 400),
                             ("consistency?from=1&to=99999999", 400)):
            self.get(path, status)

    def test_the_metrics_tell_how_far_hashing_is(self):
        last = self.send(3)
        self.signed(last)
        page = self.ann.request("GET", "/metrics").text
        numbers = dict(line.rsplit(" ", 1) for line in page.splitlines() if line.startswith("hansard_proof"))
        self.assertGreaterEqual(float(numbers["hansard_proof_signed_size"]), last)
        self.assertEqual(float(numbers["hansard_proof_stopped"]), 0)
        for name in ("hansard_proof_hashed_size", "hansard_proof_lag_events", "hansard_proof_checkpoint_age_seconds",
                     "hansard_proof_cpu_seconds_total"):
            self.assertIn(name, numbers)

    # --- offline ---

    def script(self, *words):
        return subprocess.run([sys.executable, str(ROOT / "tests/proof/verify_proof.py"), *map(str, words)],
                              capture_output=True, text=True, timeout=60)

    def test_proofs_are_made_and_checked_without_the_server(self):
        self.signed(self.send(20))
        old = self.server.folder / "old.note"
        old.write_text(self.get("checkpoint").text)
        self.send(20)
        self.assertEqual(self.server.stop(), 0)
        data, folder = self.server.data, self.server.folder
        made = replay("proof", "key", "--data", data)
        self.assertEqual(made.returncode, 0, made.stderr)
        key = folder / "log.key"
        key.write_text(made.stdout)
        for position in (1, 15, 41):
            file = folder / f"{position}.proof"
            made = replay("proof", "make", "--data", data, "--position", position, "--out", file)
            self.assertEqual(made.returncode, 0, made.stderr)
            told = replay("proof", "verify", "--proof", file, "--key", key, "--json")
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertEqual((json.loads(told.stdout)["verified"], json.loads(told.stdout)["position"]), (True, position))
            theirs = self.script("event", "--key", key, file)
            self.assertEqual(theirs.returncode, 0, theirs.stderr)
        new = data / "proofs" / "checkpoint"
        path = folder / "path.json"
        told = replay("proof", "consistency", "--old", old, "--new", new, "--key", key, "--data", data, "--out", path)
        self.assertEqual(told.returncode, 0, told.stderr)
        told = replay("proof", "consistency", "--old", old, "--new", new, "--key", key, "--path", path)
        self.assertEqual(told.returncode, 0, told.stderr)
        told = replay("proof", "consistency", "--old", new, "--new", old, "--key", key, "--path", path)
        self.assertEqual(told.returncode, 1)
        told = replay("proof", "make", "--data", data, "--position", 4711)
        self.assertEqual(told.returncode, 2)
        self.assertIn("above the end of the log", told.stderr)

    def test_both_verifiers_take_content_as_erased_only_where_the_proof_says_true_and_say_that_none_is_shown(self):
        position = self.send(3)
        self.signed(position)
        proof, file = self.get(f"event/{position}").json, self.server.folder / "one.proof"
        key = self.get("key").text.strip()

        def told(content):
            file.write_text(json.dumps({**proof, "content": content}))
            return [self.script("event", "--key", key, file), replay("proof", "verify", "--key", key, "--proof", file)]
        for done in told(proof["content"]):
            self.assertEqual((done.returncode, "not shown" in done.stdout), (0, False), done.stderr)
        for done in told({"erased": True}):
            self.assertEqual((done.returncode, "not shown" in done.stdout), (0, True), done.stderr)
        for wrong in ("false", "true", 1, 0, None, [True]):
            for content in ({"erased": wrong}, {**proof["content"], "erased": wrong}, {**proof["content"], "commitment": 7}):
                for done in told(content):
                    self.assertEqual((done.returncode, done.stdout), (1, ""), content)

    def test_a_key_is_the_first_word_of_its_file_and_one_that_is_none_gives_no_verdict(self):
        note, key = self.grown(self.server, 3), self.server.folder / "log.key"
        proof = self.server.folder / "3.proof"
        replay("proof", "make", "--data", self.server.data, "--position", 3, "--out", proof)
        text = replay("proof", "key", "--data", self.server.data).stdout
        questions = (["proof", "verify", "--proof", proof], ["verify", "--proof", proof],
                     ["proof", "consistency", "--old", note, "--new", note, "--data", self.server.data])
        for words in questions:
            for whole in (text, text.replace("\n", "\r\n"), "\r\n\n" + text, text.strip() + " \nmore\n"):
                key.write_bytes(whole.encode())
                told = replay(*words, "--key", key, "--json")
                self.assertEqual((told.returncode, told.stderr), (0, ""), repr(whole))
                self.assertEqual(self.script("event", "--key", key, proof).returncode, 0, repr(whole))
            for unusable in ("", "\n", "no key\n", text.replace("+", "-"), text[:-4]):
                key.write_text(unusable)
                for given in (key, key.parent, key.parent / "none", "no+key"):
                    told = replay(*words, "--key", given, "--json")
                    self.assertEqual((told.returncode, list(json.loads(told.stdout))), (2, ["error"]), told.stderr)
                    self.assertIn("--key", told.stderr)
                    self.assertEqual(self.script("event", "--key", given, proof).returncode, 2)

    def grown(self, server, count):
        """The checkpoint of a stopped server after `count` messages more."""
        ann = server.user("ann")
        room = ann.create(["bob"])["id"]
        last = [ann.send(room, f"number {number}")["position"] for number in range(count)][-1]
        note = server.folder / f"{last}.note"
        auditor = server.user("auditor", "audit")
        self.assertTrue(until(lambda: int(auditor.get(f"{API}/proofs/checkpoint").text.split("\n")[1]) >= int(last[3:])))
        self.assertEqual(server.stop(), 0)
        shutil.copy(server.data / "proofs" / "checkpoint", note)
        return note

    def told(self, old, new, data):
        key = replay("proof", "key", "--data", self.server.data).stdout.strip()
        done = replay("proof", "consistency", "--old", old, "--new", new, "--key", key, "--data", data, "--json")
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if answer.get("consistent") else 1)
        return answer

    def test_a_folder_that_is_at_fault_accuses_no_checkpoint_and_a_fork_is_told(self):
        first = self.grown(self.server, 20)
        fork = self.server.folder / "fork"
        shutil.copytree(self.server.data, fork / "data")
        self.server.start()
        second = self.grown(self.server, 300)
        fork = Server(fork, config=self.CONFIG)
        self.addCleanup(fork.close)
        short = self.grown(fork, 100)
        self.assertTrue(self.told(first, second, self.server.data)["consistent"])
        self.assertTrue(self.told(first, short, fork.data)["consistent"])
        self.assertIs(self.told(short, second, self.server.data)["consistent"], False)
        no_verdict = self.told(first, second, fork.data)
        self.assertEqual(list(no_verdict), ["error"])
        self.assertIn("is signed up to", no_verdict["error"])
        fork.start()
        long = self.grown(fork, 400)
        self.assertIs(self.told(second, long, fork.data)["consistent"], False)
        no_verdict = self.told(first, second, fork.data)
        self.assertEqual(list(no_verdict), ["error"])
        self.assertIn("another root", no_verdict["error"])

    def test_damaged_hashes_accuse_no_checkpoint(self):
        notes = [self.grown(self.server, 20)]
        for count in (300, 10):
            self.server.start()
            notes.append(self.grown(self.server, count))
        level = self.server.data / "proofs" / "v1" / "level-0"
        for at in (0, 32 * 10, 32 * 100, 32 * 320, 32 * 330):
            flip(level, at)
            for old, new in ((0, 1), (0, 2), (1, 2)):
                answer = self.told(notes[old], notes[new], self.server.data)
                self.assertIn(list(answer), (["error"], ["consistent", "from", "to"]), (at, answer))
            flip(level, at)

    # --- kills, restarts and changed folders ---

    def test_what_was_proven_before_a_kill_is_proven_after_it(self):
        key, notes = self.key(), []
        for _ in range(4):
            self.signed(self.send(15))
            notes.append(self.get("checkpoint").text)
            self.server.kill()
            self.server.start()
        self.assertEqual(self.key().public, key.public)
        self.signed(self.send(1))
        last = self.get("checkpoint").text
        for note in notes:
            size = verify_proof.open_checkpoint(key, note)["size"]
            new_size = verify_proof.open_checkpoint(key, last)["size"]
            path = self.get(f"consistency?from={size}&to={new_size}").json
            verify_proof.verify_consistency(key, note, last, path)

    def test_hashes_that_were_damaged_are_made_again(self):
        self.signed(self.send(300))
        before, size = self.get("checkpoint").text, self.checkpoint()["size"]
        self.server.stop()
        level = self.server.data / "proofs" / "v1" / "level-0"
        for damage in (lambda: flip(level, 5000), lambda: level.unlink(), lambda: level.write_bytes(b"x" * 77)):
            damage()
            self.server.start()
            now, now_size = self.get("checkpoint").text, self.checkpoint()["size"]
            path = self.get(f"consistency?from={size}&to={now_size}").json
            verify_proof.verify_consistency(self.key(), before, now, path)
            verify_proof.verify_event(self.key(), self.get("event/150").json)
            self.server.stop()

    def test_a_rolled_back_log_refuses_to_start(self):
        self.signed(self.send(5))
        self.server.stop()
        kept = self.server.folder / "kept"
        shutil.copytree(self.server.data, kept)
        self.server.start()
        self.signed(self.send(10))
        self.server.stop()
        for name in ("log", "log.witness"):
            target = self.server.data / name
            shutil.rmtree(target) if target.is_dir() else target.unlink()
            (shutil.copytree if (kept / name).is_dir() else shutil.copy2)(kept / name, target)
        self.refuses_to_start("rolled back", "Nothing was changed")

    def test_a_changed_checkpoint_refuses_to_start(self):
        self.signed(self.send(5))
        self.server.stop()
        file = self.server.data / "proofs" / "checkpoint"
        whole = file.read_bytes()
        for at in random.Random(3).sample(range(len(whole)), 6):
            flip(file, at, 2)
            self.refuses_to_start("checkpoint")
            file.write_bytes(whole)
        self.server.start()
        self.signed(1)

    def test_a_changed_witness_slot_leaves_the_other_one(self):
        self.signed(self.send(5))
        self.server.stop()
        file = self.server.data / "log.witness"
        whole = file.read_bytes()
        for at in (64, 4096 + 64, 56, 4096 + 56):
            flip(file, at)
            self.server.start()
            self.signed(1)
            self.server.stop()
            file.write_bytes(whole)

    def test_verify_holds_the_records_against_the_witness_where_the_tree_is_gone(self):
        self.signed(self.send(40))
        self.server.stop()
        shutil.rmtree(self.server.data / "proofs")
        self.assertEqual(self.verified()["state"], "sound")
        self.assertGreater(self.verified()["count"], 40)
        self.assertEqual(self.verified("--from", "2")["state"], "skipped")
        file = self.server.data / "log.witness"
        for slot in (0, 4096):
            flip(file, slot + 70)
            content = bytearray(file.read_bytes())
            content[slot + 8:slot + 12] = crc32c(content[slot + 12:slot + 128]).to_bytes(4, "little")
            file.write_bytes(content)
        self.assertEqual(self.verified()["state"], "damaged")
        self.refuses_to_start("not the one that was signed")

    def verified(self, *more):
        done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--data", str(self.server.data), "--json", "--quiet",
                               *more], capture_output=True, text=True, timeout=60)
        return next(check for check in json.loads(done.stdout)["checks"] if check["check"] == "tree")

    # --- outside ---

    def test_checkpoints_are_pushed_to_a_file_and_a_url(self):
        got = []

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(500 if len(got) == 1 else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        outside = self.server.folder / "outside.note"
        self.server.stop()
        self.server.config.write_text(self.CONFIG + f"push_file = \"{outside}\"\npush_interval_s = 1\n"
                                      f"push_url = \"http://127.0.0.1:{receiver.server_port}/checkpoints\"\n")
        self.server.start()
        last = self.send(5)
        key = self.key()

        def size(note):
            return verify_proof.open_checkpoint(key, note)["size"]

        self.assertTrue(until(lambda: got and size(got[-1]) >= last))
        self.assertTrue(until(lambda: outside.exists() and size(outside.read_text()) >= last))


if __name__ == "__main__":
    unittest.main()
