"""Exports, restores and backups of a server's data: equal answers, equal views, damage refused by name."""
import csv
import hashlib
import json
import random
import shutil
import signal
import subprocess
import threading
import time
import unittest

from hansard_client import BIN, Server

REPLAY = str(BIN / "hansard-replay")


def replay(*words, check=True):
    done = subprocess.run([REPLAY, *map(str, words)], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{words}: exit {done.returncode}: {done.stderr}")
    return done


def replay_json(*words):
    return json.loads(replay(*words, "--json").stdout)


def lines_of(folder):
    return [json.loads(line) for file in sorted((folder / "events").glob("*.jsonl"))
            for line in file.read_text().splitlines()]


def fill(server, conversations=3, messages=40, seed=1):
    """A little of everything; returns the users and the conversations."""
    chance = random.Random(seed)
    users = [server.user(f"user-{i}") for i in range(4)]
    rooms = []
    for _ in range(conversations):
        owner = chance.choice(users)
        rooms.append(owner.create([u.name for u in users if u is not owner])["id"])
    for i in range(messages):
        author, room = chance.choice(users), chance.choice(rooms)
        sent = author.send(room, f"message {i} of {author.name}, \"quoted\", é\n")
        if chance.random() < 0.2:
            answer = author.request("PUT", f"/api/v1/messages/{sent['id']}",
                                    {"content": f"edited {i}"})
            assert answer.status == 200, answer.text
        if chance.random() < 0.2:
            chance.choice(users).post(f"/api/v1/conversations/{room}/read", {"up_to": sent["ordinal"]})
    return users, rooms


def answers(server, users, rooms):
    """What every user is told about every room."""
    told = {}
    for user in users:
        told[user.name, "list"] = user.get("/api/v1/conversations").json
        for room in rooms:
            told[user.name, room] = (user.get(f"/api/v1/conversations/{room}").json, user.history(room),
                                     user.get(f"/api/v1/conversations/{room}/members").json)
    return told


def sums_hold(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"] + manifest["schemas"]:
        content = (folder / file["name"]).read_bytes()
        if len(content) != file["bytes"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
            return False
    return True


class Export(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.folder = self.server.folder

    def serve(self, data):
        home = self.folder / f"home-{data.name}"
        home.mkdir()
        shutil.move(data, home / "data")
        server = Server(folder=home)
        self.addCleanup(server.close)
        return server

    def test_a_restored_store_answers_like_the_one_it_came_from(self):
        users, rooms = fill(self.server)
        before = answers(self.server, users, rooms)
        self.assertEqual(self.server.stop(), 0)
        out = self.folder / "out"
        exported = replay_json("export", "--data", self.server.data, "--out", out)
        self.assertTrue(sums_hold(out))
        self.assertIs(exported["restorable"], True)
        restored = replay_json("restore", "--from", out, "--data", self.folder / "restored")
        self.assertEqual(restored["position"], exported["events"])
        self.assertEqual(restored["root"], exported["root"])
        self.assertIs(restored["epoch_raised"], False)
        again = replay_json("export", "--data", self.folder / "restored", "--out", self.folder / "again")
        self.assertEqual(again["root"], exported["root"])
        segment = next((out / "segments").iterdir()).name
        self.assertEqual((out / "segments" / segment).read_bytes(),
                         (self.folder / "again" / "segments" / segment).read_bytes())

        server = self.serve(self.folder / "restored")
        after = answers(server, [server.user(u.name) for u in users], rooms)
        self.assertEqual(after, before)

    def test_a_restore_to_a_position_answers_as_it_was_then_and_begins_an_epoch(self):
        alice = self.server.user("alice")
        self.server.user("bob")
        room = alice.create(["bob"])["id"]
        alice.send(room, "kept")
        keep = alice.history(room)
        self.server.stop()
        middle = replay_json("export", "--data", self.server.data, "--out", self.folder / "first")["to"]
        self.server.start()
        alice.send(room, "too late")
        self.server.stop()
        out = self.folder / "out"
        replay("export", "--data", self.server.data, "--out", out)
        done = replay_json("restore", "--from", out, "--data", self.folder / "restored", "--to", middle)
        self.assertEqual((done["position"], done["epoch"], done["epoch_raised"]), (middle, 2, True))

        when = json.loads((out / "manifest.json").read_text())["files"][0]["first_time"]
        done = replay_json("restore", "--from", out, "--data", self.folder / "by-time", "--to-time", when)
        self.assertLess(done["position"], middle)

        server = self.serve(self.folder / "restored")
        user = server.user("alice")
        self.assertEqual([m["content"] for m in user.history(room)["items"] if m["type"] == "text"],
                         [m["content"] for m in keep["items"] if m["type"] == "text"])
        user.send(room, "a new history")

    def test_an_export_beside_a_running_server_is_a_whole_prefix(self):
        users, rooms = fill(self.server, messages=20)
        stop = threading.Event()

        def load():
            user = self.server.user("user-0")
            while not stop.is_set():
                user.send(rooms[0], "still talking")

        talking = threading.Thread(target=load)
        talking.start()
        try:
            time.sleep(1.5)
            out = self.folder / "out"
            done = replay_json("export", "--data", self.server.data, "--out", out)
        finally:
            stop.set()
            talking.join()
        self.assertEqual(done["events"], done["to"])
        self.assertGreater(done["events"], 20)
        restored = replay_json("restore", "--from", out, "--data", self.folder / "restored")
        self.assertIs(restored["epoch_raised"], True)
        self.serve(self.folder / "restored").user("user-0").history(rooms[0])

    def test_an_interrupted_export_goes_on(self):
        fill(self.server, messages=10)
        self.server.stop()
        out = self.folder / "out"
        # Killed as soon as its folder is there, again and again, until it gets through.
        for _ in range(30):
            process = subprocess.Popen([REPLAY, "export", "--data", self.server.data, "--out", out, "--quiet"],
                                       stdout=subprocess.DEVNULL)
            while process.poll() is None and not (self.folder / "out.partial").exists():
                pass
            process.send_signal(signal.SIGKILL)
            process.wait()
            if out.exists():
                break
            self.assertEqual(replay("restore", "--from", self.folder / "out.partial", "--data",
                                    self.folder / "never", check=False).returncode, 2)
        if not out.exists():
            replay("export", "--data", self.server.data, "--out", out)
        self.assertFalse((self.folder / "out.partial").exists())
        self.assertTrue(sums_hold(out))
        replay("restore", "--from", out, "--data", self.folder / "restored")

    def test_random_filters_take_what_a_naive_filter_takes(self):
        users, rooms = fill(self.server, conversations=4, messages=120, seed=7)
        self.server.stop()
        everything = self.folder / "everything"
        replay("export", "--data", self.server.data, "--out", everything, "--format", "jsonl")
        events = lines_of(everything)
        types = sorted({event["type"] for event in events})
        seed = 20_240_501
        chance = random.Random(seed)
        for number in range(25):
            first = chance.randrange(1, len(events) + 1)
            last = chance.randrange(first, len(events) + 1)
            some = {"--conversation": chance.sample(rooms, chance.randrange(3)),
                    "--actor": chance.sample([u.name for u in users], chance.randrange(3)),
                    "--type": chance.sample(types, chance.randrange(3))}
            words = [word for option, values in some.items() for value in values for word in (option, value)]
            out = self.folder / f"filtered-{number}"
            done = replay_json("export", "--data", self.server.data, "--out", out, "--format", "jsonl",
                               "--from", first, "--to", last, *words)
            expected = [event for event in events[first - 1:last] if
                        (not some["--conversation"] or
                         event["facts"].get("conversation_id", event["stream"]) in some["--conversation"]) and
                        (not some["--actor"] or event["actor"] in some["--actor"]) and
                        (not some["--type"] or event["type"] in some["--type"])]
            self.assertEqual(lines_of(out), expected, f"seed {seed}, number {number}: {words}")
            self.assertEqual(done["events"], len(expected))

    def test_csv_says_what_jsonl_says(self):
        fill(self.server, messages=15)
        self.server.stop()
        replay("export", "--data", self.server.data, "--out", self.folder / "lines", "--format", "jsonl")
        replay("export", "--data", self.server.data, "--out", self.folder / "table", "--format", "csv")
        events = lines_of(self.folder / "lines")
        with open(next((self.folder / "table" / "events").iterdir()), newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([json.loads(row["event"]) for row in rows], events)
        for row, event in zip(rows, events):
            self.assertEqual(row["position"], event["position"])
            self.assertEqual(row["text"], (event.get("content") or {}).get("text", ""))

    def test_a_filtered_export_says_that_it_is_evidence(self):
        fill(self.server, messages=5)
        self.server.stop()
        out = self.folder / "out"
        done = replay("export", "--data", self.server.data, "--out", out, "--actor", "user-0")
        self.assertIn("evidence to read", done.stdout)
        self.assertFalse(json.loads((out / "manifest.json").read_text())["restorable"])
        refused = replay("restore", "--from", out, "--data", self.folder / "restored", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("to be read as evidence", refused.stderr)

    def test_damage_is_refused_by_name_and_leaves_nothing(self):
        fill(self.server, messages=30)
        self.server.stop()
        out = self.folder / "out"
        replay("export", "--data", self.server.data, "--out", out)
        files = [file for file in out.rglob("*") if file.suffix in (".hsg", ".json", ".sha256")]
        chance = random.Random(5)
        for _ in range(25):
            file = chance.choice(files)
            whole = file.read_bytes()
            broken = bytearray(whole)
            at = chance.randrange(len(broken))
            broken[at] ^= 1 << chance.randrange(8)
            file.write_bytes(broken)
            refused = replay("restore", "--from", out, "--data", self.folder / "restored", check=False)
            self.assertEqual(refused.returncode, 1, f"{file}, byte {at}")
            self.assertIn("damaged", refused.stderr)
            self.assertEqual(list(self.folder.glob("restored*")), [])
            file.write_bytes(whole)
        replay("restore", "--from", out, "--data", self.folder / "restored")

    def test_a_backup_while_sends_run_is_a_whole_prefix(self):
        self.server.stop()
        backups = self.folder / "backups"
        self.server.config.write_text(f'[backup]\nfolder = "{backups}"\n')
        self.server.start()
        users, rooms = fill(self.server, messages=20)
        admin = self.server.user("root", "admin")
        stop, sent = threading.Event(), []

        def load():
            user = self.server.user("user-0")
            while not stop.is_set():
                sent.append(user.send(rooms[0], f"number {len(sent)}")["id"])

        talking = threading.Thread(target=load)
        talking.start()
        try:
            made = []
            for name in ("first", "second", "third"):
                known = len(sent)
                answer = admin.post("/api/v1/admin/backups", {"name": name})
                self.assertEqual(answer.status, 202, answer.text)
                made.append((self.end_of_backup(admin, name), known))
        finally:
            stop.set()
            talking.join()
        self.assertEqual([b["name"] for b in admin.get("/api/v1/admin/backups").json["items"]],
                         ["first", "second", "third"])
        self.assertEqual(admin.post("/api/v1/admin/backups", {"name": "first"}).status, 409)
        self.assertEqual(admin.post("/api/v1/admin/backups", {"name": "../first"}).status, 400)
        self.assertEqual(users[0].post("/api/v1/admin/backups").status, 403)
        for backup, known in made:
            self.assertEqual(backup["state"], "done", backup["problem"])
            self.assertFalse((backups / backup["name"] / "keys").exists())
            target = self.folder / f"from-{backup['name']}"
            done = replay_json("restore", "--from", backups / backup["name"], "--data", target)
            self.assertEqual((done["position"], done["epoch_raised"]), (backup["events"], True))
            server = self.serve(target)
            user = server.user("user-0")
            there = [answer.status for answer in (user.get(f"/api/v1/messages/{i}") for i in sent)]
            count = there.count(200)
            self.assertEqual(there, [200] * count + [404] * (len(sent) - count))
            self.assertGreaterEqual(count, known)  # what was answered before it was asked for is in it
            user.send(rooms[0], "and on it goes")
            server.close()

    def end_of_backup(self, admin, name):
        until = time.monotonic() + 120
        while (status := admin.get(f"/api/v1/admin/backups/{name}").json)["state"] == "running":
            self.assertLess(time.monotonic(), until, status)
            time.sleep(0.05)  # within the rate of a user
        return status

    def test_a_backup_without_a_configured_folder_is_refused_in_a_sentence(self):
        answer = self.server.user("root", "admin").post("/api/v1/admin/backups")
        self.assertEqual(answer.status, 422)
        self.assertIn("[backup]", answer.json["detail"])

    def test_an_offline_backup_brings_attachments_and_never_keys(self):
        alice = self.server.user("alice")
        answer = alice.request("POST", "/api/v1/files", raw=b"the bytes of an attachment",
                               headers={"Content-Type": "text/plain"})
        self.assertEqual(answer.status, 201, answer.text)
        refused = replay("backup", "--data", self.server.data, "--out", self.folder / "out", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("POST /api/v1/admin/backups", refused.stderr)
        self.server.stop()
        done = replay_json("backup", "--data", self.server.data, "--out", self.folder / "out")
        self.assertEqual(done["attachments"], 1)
        self.assertFalse((self.folder / "out" / "keys").exists())
        restored = replay_json("restore", "--from", self.folder / "out", "--data", self.folder / "restored")
        self.assertEqual(restored["attachments"], 1)
        server = self.serve(self.folder / "restored")
        self.assertEqual(server.user("alice").get(f"/api/v1/files/{answer.json['id']}").text,
                         "the bytes of an attachment")

    def test_a_damaged_backup_is_refused_by_the_name_that_was_given(self):
        users, _ = fill(self.server, messages=30)
        answer = users[0].request("POST", "/api/v1/files", raw=b"bytes", headers={"Content-Type": "text/plain"})
        self.assertEqual(answer.status, 201, answer.text)
        self.server.stop()
        whole, copy, back = self.folder / "whole", self.folder / "copy", self.folder / "back"
        replay("backup", "--data", self.server.data, "--out", whole)
        inside = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.stat().st_size)
        for file in inside:
            for gone in (True, False):
                shutil.copytree(whole, copy)
                broken = bytearray((copy / file).read_bytes())
                broken[len(broken) // 2] ^= 8
                (copy / file).unlink() if gone else (copy / file).write_bytes(broken)
                with self.subTest(file=file, gone=gone):
                    self.check_refusal(replay("restore", "--from", copy, "--data", back, check=False), copy, file, gone)
                shutil.rmtree(copy)
                shutil.rmtree(back, ignore_errors=True)
        self.assertGreater(len(inside), 5)

    def check_refusal(self, refused, copy, file, gone):
        if refused.returncode == 0:  # the seal is of no use to a restore
            return self.assertEqual(file.name, "SEAL")
        self.assertEqual(refused.returncode, 2 if gone and file.name == "manifest.json" else 1)
        self.assertEqual(list(self.folder.glob("back*")), [])
        self.assertIn(str(copy), refused.stderr)
        self.assertRegex(refused.stderr, "another copy|make it again")
        for word in ("restoring", "Corruption", "IO error", "checksum mismatch"):
            self.assertNotIn(word, refused.stderr)
        checked = replay("verify", "--backup", copy, "--quiet", check=False)
        if checked.returncode == 1:
            self.assertIn("Take another copy of this backup", checked.stdout)

    def test_a_damaged_log_is_not_backed_up_and_named(self):
        fill(self.server, messages=30)
        self.server.stop()
        (self.server.data / "log" / "CURRENT").write_text("nothing")
        refused = replay("backup", "--data", self.server.data, "--out", self.folder / "out", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"{self.server.data}/log is damaged", refused.stderr)
        self.assertNotIn(".partial", refused.stderr)
        self.assertEqual(list(self.folder.glob("out*")), [])

    def test_attachments_that_are_left_out_are_told_by_the_export_and_by_the_restore(self):
        alice = self.server.user("alice")
        for content in (b"one", b"two", b"two"):
            answer = alice.request("POST", "/api/v1/files", raw=content, headers={"Content-Type": "text/plain"})
            self.assertEqual(answer.status, 201, answer.text)
        self.server.stop()
        plain, whole = self.folder / "plain", self.folder / "whole"
        done = replay_json("export", "--data", self.server.data, "--out", plain)
        self.assertEqual((done["attachments"], done["attachments_left_out"]), (0, 2))
        self.assertIn("--attachments", done["note"])
        told = replay("export", "--data", self.server.data, "--out", self.folder / "again").stdout
        self.assertRegex(told, r"events of positions 1 to \d+ in 1 file, ")
        self.assertIn("2 attachments of the store (0.0 MB) left out: export with `--attachments`", told)
        self.assertNotIn("everything", told)
        done = replay_json("restore", "--from", plain, "--data", self.folder / "without")
        self.assertEqual((done["attachments"], done["attachments_missing"]), (0, 2))
        self.assertIn("--attachments", done["note"])
        told = replay("restore", "--from", plain, "--data", self.folder / "told").stdout
        self.assertIn("2 attachments of its log did not come with it: export with `--attachments`", told)
        self.assertEqual(replay("verify", "--data", self.folder / "without", check=False).returncode, 1)

        done = replay_json("export", "--data", self.server.data, "--out", whole, "--attachments")
        self.assertEqual((done["attachments"], done["attachments_left_out"], "note" in done), (2, 0, False))
        done = replay_json("restore", "--from", whole, "--data", self.folder / "with")
        self.assertEqual((done["attachments"], done["attachments_missing"], "note" in done), (2, 0, False))
        replay("verify", "--data", self.folder / "with")

    def test_help_has_an_example_and_wrong_words_a_sentence(self):
        for command in ("export", "restore", "backup"):
            self.assertIn("Example", replay(command, "--help").stdout)
        nothing = replay("export", "--data", self.folder, "--out", self.folder / "out", check=False)
        self.assertEqual(nothing.returncode, 2)
        self.assertIn("there is no event log in", nothing.stderr)
        turned = replay("export", "--data", self.folder, "--out", self.folder / "out", "--from-time",
                        "2024-02-01T00:00:00Z", "--to-time", "2024-01-01T00:00:00Z", check=False)
        self.assertEqual(turned.returncode, 2)
        self.assertIn("--from-time is later than --to-time", turned.stderr)


if __name__ == "__main__":
    unittest.main()
