"""`hansard-replay verify`: a sound store is sound and not touched; a store in which any byte was changed is not.

HANSARD_FLIPS sets how many damages there are (`./dev soak damage` makes thousands), HANSARD_SEED which.
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import unittest
import uuid

from hansard_client import BIN, Server, temporary_folder

API = "/api/v1"
FLIPS = int(os.environ.get("HANSARD_FLIPS", "150"))
SEED = int(os.environ.get("HANSARD_SEED", "20"))
WORDS = "record of a parliament verbatim minutes speech member house bill vote division clause reading motion".split()


def fingerprint(folder):
    """Name, mode, size, time and bytes of everything in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        stat = path.stat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (stat.st_mode, stat.st_size if content else 0, stat.st_mtime_ns, content)
    return found


def fill(server, chance, messages=700):
    """A little of everything: people, groups, replies, edits, deletions, reactions, pointers, files."""
    people = [server.user(f"user-{n}") for n in range(6)]
    for person in people:
        person.request("PUT", f"{API}/users/{person.name}", {"display_name": person.name.title()})
    rooms = [people[0].create([p.name for p in people[1:]], title=f"room {n}")["id"] for n in range(4)]
    upload = people[0].request("POST", f"{API}/files", raw=b"an attachment " * 100,
                               headers={"Content-Type": "text/plain"})
    sent = [people[0].send(rooms[0], "see the file", attachments=[{"file_id": upload.json["id"]}])]
    for n in range(messages):
        author = chance.choice(people)
        sent.append(author.send(chance.choice(rooms), " ".join(chance.choices(WORDS, k=12)), key=str(uuid.uuid4())))
        old = chance.choice(sent)
        if n % 10 == 0:
            author.post(f"{API}/messages/{old['id']}/reactions", {"emoji": "+1"})
        if n % 15 == 0:
            owner = next(p for p in people if p.name == old["sender_id"])
            owner.request("PUT", f"{API}/messages/{old['id']}", {"content": "as amended " + str(n)})
        if n % 35 == 0:
            people[0].request("DELETE", f"{API}/messages/{old['id']}")
        if n % 20 == 0:
            author.post(f"{API}/messages/{sent[-1]['id']}/read")


def verify(data, *more):
    done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--data", str(data), "--json", "--quiet", *more],
                          capture_output=True, timeout=300)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Stopped, started and stopped again, so that there is more than one table."""
        cls.server = Server()
        fill(cls.server, random.Random(SEED))
        assert cls.server.stop() == 0
        cls.server.start()
        fill(cls.server, random.Random(SEED + 1), messages=150)
        assert cls.server.stop() == 0
        cls.data = cls.server.data

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def sound(self, data, *more):
        status, out, err = verify(data, *more)
        self.assertEqual(status, 0, out + err)
        report = json.loads(out)
        self.assertTrue(report["sound"])
        return {check["check"]: check for check in report["checks"]}

    def test_a_store_that_was_stopped_is_sound_and_nothing_changes(self):
        before = fingerprint(self.data)
        checks = self.sound(self.data)
        self.assertGreater(checks["records"]["count"], 800)
        self.assertGreater(checks["streams"]["count"], 5)
        self.assertGreater(checks["view chat"]["count"], 800)
        self.assertEqual(checks["attachments"]["count"], 2)
        self.assertEqual(fingerprint(self.data), before)

    def test_deep_folds_everything_anew_and_changes_nothing(self):
        before = fingerprint(self.data)
        checks = self.sound(self.data, "--deep")
        for name in ("view chat by fold", "search by fold", "write index"):
            self.assertEqual(checks[name]["state"], "sound", checks[name])
            self.assertGreater(checks[name]["count"], 500, checks[name])
        self.assertEqual(fingerprint(self.data), before)

    def test_a_range_of_positions(self):
        self.assertEqual(self.sound(self.data, "--from", "100", "--to", "299")["records"]["count"], 200)
        status, _, err = verify(self.data, "--from", "100", "--to", "99999999")
        self.assertEqual(status, 2, err)

    def test_usage(self):
        self.assertEqual(verify(self.data / "not-there")[0], 2)
        empty = temporary_folder()
        self.assertEqual(verify(empty)[0], 2)
        empty.rmdir()
        self.assertEqual(subprocess.run([str(BIN / "hansard-replay"), "verify"], capture_output=True).returncode, 2)
        person = subprocess.run([str(BIN / "hansard-replay"), "verify", "--data", str(self.data), "--quiet"],
                                capture_output=True)
        self.assertEqual(person.returncode, 0)
        self.assertIn(b"Everything is as it should be.", person.stdout)

    def as_nobody(self, *words):
        """What a person sees whom the permissions of a folder hold back; they never hold back root."""
        who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([str(BIN / "hansard-replay"), *map(str, words)], capture_output=True, text=True,
                              timeout=300, **who)
        return done.returncode, done.stdout, done.stderr

    def test_what_may_not_be_read_is_no_damage(self):
        home = temporary_folder()
        home.chmod(0o755)
        copy = home / "data"
        shutil.copytree(self.data, copy)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        manifest = next((copy / "log").glob("MANIFEST-*"))
        for path in (manifest, copy / "log", copy):
            path.chmod(0)
            for words in (["verify", "--data", copy, "--quiet"],
                          ["erase-check", "--data", copy, "--text", "nobody said this", "--quiet"],
                          ["backup", "--data", copy, "--out", home / "backup"],
                          ["export", "--data", copy, "--out", home / "export"],
                          ["play", "--data", copy, "--to-url", "stdout"],
                          ["proof", "key", "--data", copy]):
                with self.subTest(words[0], path=path.name):
                    status, out, err = self.as_nobody(*words)
                    self.assertEqual((status, out), (2, ""), out + err)
                    self.assertIn(f"{path} cannot be read: permission denied", err)
                    self.assertNotIn("amage", err)
            path.chmod(0o755)
        self.assertEqual(self.as_nobody("verify", "--data", copy, "--quiet")[0], 0)

    def targets(self, chance):
        """Every file of the store but what holds no state (LOG, LOCK) and attachments, which --deep hashes; kinds in
        turn, so that the many tables do not hide the few others."""
        kinds = {}
        for path in sorted(self.data.rglob("*")):
            name = path.relative_to(self.data)
            if not path.is_file() or path.stat().st_size == 0 or name.parts[0] == "files":
                continue
            if path.name.startswith("LOG") or path.name == "LOCK":
                continue
            kind = path.name.split("-")[0] if "-" in path.name else (path.suffix or path.name)
            kinds.setdefault((name.parts[0], kind), []).append(path)
        while True:
            yield chance.choice(kinds[chance.choice(sorted(kinds))])

    def test_every_damage_is_found(self):
        chance = random.Random(SEED)
        targets = self.targets(chance)
        silent, kinds = [], set()
        for number in range(FLIPS):
            path = next(targets)
            whole = path.read_bytes()
            what, damaged = self.damage(whole, chance)
            name = str(path.relative_to(self.data))
            path.write_bytes(damaged)
            status, out, err = verify(self.data)
            path.write_bytes(whole)
            self.assertIn(status, (0, 1), f"damage {number}: {name} {what}: {err}")
            kinds.add(path.suffix or path.name)
            if status == 0:
                silent.append(f"{name} {what}")
            elif name not in {damage["file"] for damage in json.loads(out)["damages"]}:
                silent.append(f"{name} {what}: found, and not named")
            self.assert_in_our_words(out)
        self.assertEqual(silent, [], f"seed {SEED}")
        self.assertGreaterEqual(len(kinds), min(6, FLIPS))
        self.sound(self.data)

    def assert_in_our_words(self, report):
        """RocksDB's classes of errors and whole paths are for its own people."""
        for damage in json.loads(report)["damages"]:
            for words in ("Corruption:", "IO error:", "Invalid argument:", str(self.data), "\n"):
                self.assertNotIn(words, damage["what"])

    @staticmethod
    def damage(whole, chance):
        """What was done, and the bytes then: mostly one byte, else a stretch zeroed, garbled or moved."""
        at = chance.randrange(len(whole))
        length = min(chance.choice((16, 512, 4_096)), len(whole) - at)
        stretch = whole[at:at + length]
        manner = chance.choice(("flip", "flip", "flip", "zero", "garble", "turn"))
        changed = {"zero": bytes(length), "garble": chance.randbytes(length), "turn": stretch[::-1]}.get(manner, stretch)
        if changed == stretch:
            manner, changed = "flip", bytes([stretch[0] ^ chance.randrange(1, 256)]) + stretch[1:]
        return f"{manner} at {at} of {length}", whole[:at] + changed + whole[at + length:]

    @staticmethod
    def flip(path, at, mask):
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ mask]))

    def test_a_file_cut_short_emptied_or_gone_is_found(self):
        for path in sorted(self.data.rglob("*")):
            name = path.relative_to(self.data)
            if not path.is_file() or path.name.startswith("LOG") or path.name in ("LOCK", "SEAL"):
                continue
            whole = path.read_bytes()
            gone = [] if path.name == "checkpoint.key" else [None]  # a backup has none
            for what in ([] if not whole else [whole[:-1], b""]) + gone:
                path.unlink() if what is None else path.write_bytes(what)
                status, out, err = verify(self.data)
                path.write_bytes(whole)
                path.chmod(0o600)
                self.assertEqual(status, 1, f"{name} {what and len(what)}: {out} {err}")
        self.sound(self.data)

    def test_every_flipped_byte_of_a_backup_is_found(self):
        backup = self.copied("backup")
        self.assertEqual(self.verify_backup(backup)[0], 0)
        chance, silent, kinds = random.Random(SEED), [], {}
        for path in sorted(backup.rglob("*")):
            if path.is_file() and path.stat().st_size and not path.name.startswith("LOG"):
                kinds.setdefault(path.suffix or path.name.split("-")[0][:8], []).append(path)
        for number in range(max(20, FLIPS // 4)):
            path = chance.choice(kinds[chance.choice(sorted(kinds))])
            at, mask = chance.randrange(path.stat().st_size), chance.randrange(1, 256)
            self.flip(path, at, mask)
            status, out, err = self.verify_backup(backup)
            self.flip(path, at, mask)
            if status != 1:
                silent.append(f"{path.relative_to(backup)} byte {at} mask {mask}: {status} {err}")
        self.assertEqual(silent, [], f"seed {SEED}")
        self.assertEqual(self.verify_backup(backup)[0], 0)

    def test_every_flipped_byte_of_an_export_is_refused(self):
        out = temporary_folder() / "out"
        self.replay("export", "--data", self.data, "--out", out, "--attachments")
        export = out.parent / "copy"
        shutil.copytree(out, export)  # its attachments are links to those of the store
        chance, silent = random.Random(SEED), []
        files = [path for path in sorted(export.rglob("*")) if path.is_file()]
        for number in range(max(20, FLIPS // 8)):
            path = chance.choice(files)
            at, mask = chance.randrange(path.stat().st_size), chance.randrange(1, 256)
            self.flip(path, at, mask)
            done = subprocess.run([str(BIN / "hansard-replay"), "restore", "--from", str(export), "--data",
                                   str(out.parent / "again"), "--quiet"], capture_output=True, text=True)
            self.flip(path, at, mask)
            if done.returncode == 0:
                silent.append(f"{path.relative_to(export)} byte {at} mask {mask}")
                shutil.rmtree(out.parent / "again")
            self.assertFalse((out.parent / "again").exists())
        self.assertEqual(silent, [], f"seed {SEED}")
        self.replay("restore", "--from", export, "--data", out.parent / "again", "--quiet")
        shutil.rmtree(out.parent)

    def test_a_hash_deep_in_the_tree_is_found(self):
        level = self.data / "proofs" / "v1" / "level-0"
        for leaf in (0, 1, 255, 256, level.stat().st_size // 64, level.stat().st_size // 32 - 1):
            self.flip(level, leaf * 32 + 7, 1)
            status, out, _ = verify(self.data)
            self.flip(level, leaf * 32 + 7, 1)
            self.assertEqual(status, 1)
            damage = next(d for d in json.loads(out)["damages"] if d["file"] == "proofs/v1/level-0")
            self.assertEqual((damage["position"], damage["file_byte"]), (leaf + 1, leaf * 32))
        self.sound(self.data)

    def test_deep_says_where_it_was_left_out(self):
        witness = self.data / "log.witness"
        self.flip(witness, 20, 1)
        level = self.data / "proofs" / "v1" / "level-0"
        self.flip(level, 7, 1)
        status, out, _ = verify(self.data, "--deep")
        self.flip(level, 7, 1)
        self.flip(witness, 20, 1)
        self.assertEqual(status, 1)
        folds = [check for check in json.loads(out)["checks"] if check["check"] == "folds (--deep)"]
        self.assertEqual([check["state"] for check in folds], ["skipped"])
        self.assertIn("run --deep again", folds[0]["note"])

    def copied(self, what):
        folder = temporary_folder()
        self.addCleanup(shutil.rmtree, folder)
        self.replay(what, "--data", self.data, "--out", folder / "made", "--with-keys")
        shutil.copytree(folder / "made", folder / "copy")  # links no more
        return folder / "copy"

    @staticmethod
    def verify_backup(folder):
        done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--backup", str(folder), "--json", "--quiet"],
                              capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    @staticmethod
    def replay(*words):
        subprocess.run([str(BIN / "hansard-replay"), *map(str, words)], check=True, capture_output=True)

    def linked(self, *names):
        """A copy of the store whose folders of these names lie elsewhere, as on a disk of their own."""
        home = temporary_folder()
        self.addCleanup(shutil.rmtree, home)
        shutil.copytree(self.data, home / "data")
        for name in names:
            (home / "data" / name).rename(home / name)
            (home / "data" / name).symlink_to(home / name, target_is_directory=True)
        return home / "data"

    def test_what_lies_behind_links_is_looked_at(self):
        names = "log", "views", "index", "proofs", "keys", "files", "outbox"
        data = self.linked(*names)
        looked_at = lambda checks: {name: check["count"] for name, check in checks.items()}
        self.assertEqual(looked_at(self.sound(data, "--deep")), looked_at(self.sound(self.data, "--deep")))
        words = ["erase-check", "--text", "verbatim minutes", "--json", "--quiet", "--data"]
        found = [subprocess.run([str(BIN / "hansard-replay"), *words, str(folder)], capture_output=True, timeout=300)
                 for folder in (data, self.data)]
        self.assertEqual([done.returncode for done in found], [1, 1])
        self.assertEqual(*({key: json.loads(done.stdout)[key] for key in ("files", "bytes", "found")}
                           for done in found))
        for name in ("log", "views"):
            table = next((data.parent / name).rglob("*.sst"))
            whole = table.read_bytes()
            table.write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
            status, out, err = verify(data)
            table.write_bytes(whole)
            self.assertEqual(status, 1, out + err)
            self.assertIn(str((data / name / table.relative_to(data.parent / name)).relative_to(data)), out)

    def test_what_may_not_be_read_behind_a_link_is_no_damage(self):
        data = self.linked("views")
        for path in [data.parent, *data.parent.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (data.parent / "views" / "chat").chmod(0)
        status, _, err = self.as_nobody("verify", "--data", data, "--quiet")
        self.assertEqual(status, 2, err)
        self.assertIn("views/chat cannot be read", err)

    def test_a_changed_attachment_is_found_by_deep(self):
        blob = next(p for p in (self.data / "files").rglob("*") if p.is_file())
        self.flip(blob, 5, 1)
        self.assertEqual(verify(self.data)[0], 0)
        status, out, _ = verify(self.data, "--deep")
        self.flip(blob, 5, 1)
        self.assertEqual(status, 1)
        self.assertIn(blob.name, out)


class AfterAKill(unittest.TestCase):
    def setUp(self):
        self.server = Server()

    def tearDown(self):
        self.server.close()

    def test_a_server_that_runs_is_left_alone(self):
        status, _, err = verify(self.server.data)
        self.assertEqual(status, 1)
        self.assertIn("in use", err)

    def test_a_killed_store_is_sound_and_its_wal_is_read(self):
        fill(self.server, random.Random(SEED), messages=120)
        self.server.kill()
        data = self.server.data
        before = fingerprint(data)
        for more in ((), ("--deep",)):
            status, out, err = verify(data, *more)
            self.assertEqual(status, 0, out + err)
        self.assertEqual(fingerprint(data), before)
        wal = max((data / "log").glob("*.log"), key=lambda path: path.stat().st_size)
        records = len(wal.read_bytes().rstrip(b"\0"))  # zeros ahead of what would have come next are no record
        for share in (0.05, 0.3, 0.6, 0.9):
            at = int(records * share)
            Verify.flip(wal, at, 0x10)
            status, out, _ = verify(data)
            Verify.flip(wal, at, 0x10)
            self.assertEqual(status, 1)
            self.assertIn(wal.name, out)
        shutil.rmtree(data / "views")
        self.assertEqual(verify(data)[0], 0)


if __name__ == "__main__":
    unittest.main()
