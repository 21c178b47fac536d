"""A disk that fills up under the running server: what is refused is refused in a sentence, what was acknowledged stays,
and with space again the server goes on. The disk is small by tests/faults, preloaded under the real binary; attachments
go past it, since their io_uring is not seen. What others fill is a small tmpfs that only this process sees."""
import ctypes
import http.client
import json
import os
import shutil
import subprocess
import time
import unittest
import uuid

from hansard_client import BIN, Server, temporary_folder

PRELOAD = BIN / "tests" / "libhansard-faulty-disk.so"
RESERVE = 256 << 20


class SmallDisk(Server):
    """`disk` of the next start: "full:BYTES", how far the data folder may grow; "taken:BYTES", the same and nobody is
    told, as where others take the space; nothing: a large disk."""

    disk = None

    def start(self):
        if self.disk is None:
            super().start()
            return
        small = {"LD_PRELOAD": str(PRELOAD), "HANSARD_FAULTS_ROOT": str(self.data), "HANSARD_FAULTS_PLAN": self.disk}
        os.environ.update(small)
        try:
            super().start()
        finally:
            for name in small:
                del os.environ[name]

    def restart(self, disk):
        self.disk = disk
        self.start()


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.server = SmallDisk()
        self.alice = self.server.user("alice")
        self.conversation = self.alice.create()["id"]
        self.acknowledged = []

    def tearDown(self):
        self.server.close()

    def send(self):
        answer = self.alice.post(f"/api/v1/conversations/{self.conversation}/messages",
                                 {"content": "x" * 4_000, "metadata": {"filler": "y" * 4_000}},
                                 str(uuid.uuid4()))
        if answer.status == 201:
            self.acknowledged.append(answer.json["id"])
        return answer

    def shown(self):
        ids, after = [], 0
        while items := self.alice.history(self.conversation, f"limit=200&after={after}")["items"]:
            ids += [message["id"] for message in items]
            after = items[-1]["ordinal"]
        return ids

    def verify(self):
        self.assertEqual(self.server.stop(), 0)
        done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--deep", "--quiet", "--data",
                               str(self.server.data)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_below_the_reserve_commands_are_refused_and_reads_go_on(self):
        self.server.stop()
        self.server.restart(f"full:{RESERVE + (4 << 20)}")
        while (answer := self.send()).status == 201:
            self.assertLess(len(self.acknowledged), 5_000)
        self.assertEqual(answer.status, 503, answer.text)
        self.assertEqual(answer.json["code"], "disk_full", answer.text)
        self.assertGreater(len(self.acknowledged), 10)
        self.assertEqual(self.shown(), self.acknowledged)
        self.server.stop()
        self.server.restart(None)
        self.assertEqual(self.send().status, 201)
        self.assertEqual(self.shown(), self.acknowledged)
        self.verify()

    def test_a_disk_that_is_full_at_any_byte_loses_nothing_acknowledged(self):
        """Where the reserve did not help, the process stops itself, says why, and starts when there is space."""
        for room in (0, 30_000, 200_000, 1_000_003):
            self.server.kill()
            said = self.run_out(room)
            self.assertIn("No space left on device", said)
            self.server.restart(None)
            answer = self.send()
            self.assertEqual(answer.status, 201, answer.text)
            self.assertEqual([id for id in self.acknowledged if id not in self.shown()], [])
        self.verify()

    def run_out(self, room):
        """What the server says before it is gone."""
        kept = os.dup(2)
        with open(self.server.folder / "errors", "w+", encoding="utf-8") as errors:
            os.dup2(errors.fileno(), 2)
            try:
                self.server.restart(f"taken:{room}")
                while self.send().status == 201:
                    self.assertLess(len(self.acknowledged), 5_000)
            except (OSError, RuntimeError, http.client.HTTPException):
                pass
            finally:
                os.dup2(kept, 2)
                os.close(kept)
            self.server.process.wait(60)
            self.server.process.stdout.close()
            errors.seek(0)
            return errors.read()


CLONE_NEWNS = 0x20000


def own_mounts():
    """Whether this process may mount what nobody else sees."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True).returncode == 0


class OthersFillTheDisk(unittest.TestCase):
    """To the last byte, while the views have rows that they cannot write."""

    def setUp(self):
        self.folder = temporary_folder()
        if not own_mounts() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(self.folder)],
                                              capture_output=True).returncode != 0:
            shutil.rmtree(self.folder)
            self.skipTest("this process may not mount a small disk")
        self.server = Server(self.folder, "[limits.log]\ndisk_reserve_bytes = 16777216\n"
                                          "[limits.views]\nflush_interval_ms = 500\n")

    def tearDown(self):
        self.server.close()
        subprocess.run(["umount", str(self.folder)], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def test_reads_go_on_and_with_space_again_everything_does(self):
        alice = self.server.user("alice")
        conversation = alice.create()["id"]
        path = f"/api/v1/conversations/{conversation}/messages"
        said = 30
        for number in range(said):
            self.assertEqual(alice.post(path, {"content": f"hello {number}"}).status, 201)
        with open(self.folder / "others", "wb", buffering=0) as others:
            for size in (1 << 20, 4_096):
                try:
                    while others.write(b"x" * size) == size:
                        continue
                except OSError:
                    pass
        time.sleep(1.5)  # the server looks once a second
        until = time.monotonic() + 5  # ten times the views try to write
        while time.monotonic() < until:
            self.assertEqual(len(alice.history(conversation)["items"]), said)
            self.assertEqual(alice.post(path, {"content": "no"}).json["code"], "disk_full")
            time.sleep(0.2)
        (self.folder / "others").unlink()
        until = time.monotonic() + 30
        while alice.post(path, {"content": "again"}).status != 201:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.2)
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.server.stop(), 0)

    def test_a_scratch_folder_without_room_says_nothing_of_the_store(self):
        alice = self.server.user("alice")
        conversation = alice.create()["id"]
        for _ in range(60):
            alice.post(f"/api/v1/conversations/{conversation}/messages", {"content": os.urandom(20_000).hex()})
        self.assertEqual(self.server.stop(), 0)
        small = self.folder / "small"
        small.mkdir()
        for room in ("16k", "64k"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(small)], check=True)
            done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--deep", "--data", str(self.server.data),
                                   "--scratch", str(small), "--quiet", "--json"],
                                  capture_output=True, text=True, timeout=60)
            left = list(small.iterdir())
            subprocess.run(["umount", str(small)], check=True)
            with self.subTest(room=room):
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("--scratch", json.loads(done.stdout)["error"])
                self.assertEqual(left, [])

    def test_a_copy_that_finds_no_room_names_its_own_place(self):
        alice = self.server.user("alice")
        conversation = alice.create()["id"]
        for _ in range(20):
            alice.post(f"/api/v1/conversations/{conversation}/messages", {"content": os.urandom(20_000).hex()})
        self.assertEqual(self.server.stop(), 0)
        home = temporary_folder()
        self.addCleanup(shutil.rmtree, home)
        shutil.copytree(self.server.data, home / "data")
        with open(self.folder / "others", "wb", buffering=0) as others, self.assertRaises(OSError):
            while True:
                others.write(b"x" * 100_000)
        place = self.folder / "copy"
        words = ["backup", "--data", str(home / "data"), "--out", str(place)]
        done = subprocess.run([str(BIN / "hansard-replay"), *words], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"cannot write {place}.partial/log/", done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertFalse((self.folder / "copy.partial").exists())


if __name__ == "__main__":
    unittest.main()
