"""Long commands that are interrupted leave nothing half-written that looks whole, and can be run again. What has its
name already when the signal comes is whole, and is held to that.

Each runs on a store of HANSARD_INTERRUPT_EVENTS generated events and is ended by SIGKILL or SIGINT after a part of the
time it takes undisturbed (HANSARD_SEED says which).
"""
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from hansard_client import BIN, Server, temporary_folder

REPLAY = str(BIN / "hansard-replay")
EVENTS = int(os.environ.get("HANSARD_INTERRUPT_EVENTS", "20000"))
ROUNDS = int(os.environ.get("HANSARD_INTERRUPTS", "2"))
SEED = int(os.environ.get("HANSARD_SEED", "20"))


class Interrupt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A store with everything: the generated log, served once, so that it is folded, indexed and signed."""
        cls.home = temporary_folder()
        subprocess.run([str(BIN / "hansard-bench"), "--make-log", str(cls.home / "data"), "--log-events", str(EVENTS)],
                       check=True)
        server = Server(folder=cls.home)
        ready = time.monotonic() + 120
        while server.user("x").get("/ready").status != 200:
            assert time.monotonic() < ready, "the generated log is not served after two minutes"
            time.sleep(0.05)
        assert server.stop() == 0
        cls.data = cls.home / "data"
        cls.chance = random.Random(SEED)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    def run_whole(self, *words, status=0):
        began = time.monotonic()
        done = subprocess.run([REPLAY, *map(str, words)], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return time.monotonic() - began

    def interrupted(self, seconds, *words):
        """Ends the command somewhere on its way; True when it had not come to its end by itself."""
        process = subprocess.Popen([REPLAY, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.chance.uniform(0, seconds))
        process.send_signal(self.chance.choice([signal.SIGKILL, signal.SIGINT]))
        return process.wait() != 0

    def fresh(self):
        folder = temporary_folder()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def sound(self, *words):
        self.run_whole("verify", *words, "--quiet")

    def test_export(self):
        folder = self.fresh()
        words = ("--data", self.data, "--quiet", "--attachments", "--proofs", "--format", "jsonl", "--to", EVENTS // 4)
        for make in (("export", "--data", self.data, "--quiet"), ("export", *words)):
            seconds = self.run_whole(*make, "--out", folder / "whole")
            out = folder / "out"
            for _ in range(ROUNDS):
                if self.interrupted(seconds, *make, "--out", out) and not out.exists():
                    self.run_whole(*make, "--out", out)  # goes on where it was
                same = {name: [{k: v for k, v in file.items() if k != "proofs"} for file in
                               json.loads((folder / name / "manifest.json").read_text())["files"]]
                        for name in ("out", "whole")}
                self.assertEqual(same["out"], same["whole"])
                self.assertFalse((folder / "out.partial").exists())
                shutil.rmtree(out)
            shutil.rmtree(folder / "whole")

    def test_restore(self):
        folder = self.fresh()
        self.run_whole("export", "--data", self.data, "--out", folder / "export", "--quiet")
        self.run_whole("backup", "--data", self.data, "--out", folder / "backup", "--json")
        for source in ("export", "backup"):
            make = ("restore", "--from", folder / source, "--quiet", "--data")
            seconds = self.run_whole(*make, folder / "whole")
            for _ in range(ROUNDS):
                if self.interrupted(seconds, *make, folder / "data") and not (folder / "data").exists():
                    self.run_whole(*make, folder / "data")
                self.sound("--data", folder / "data")
                self.assertFalse((folder / "data.restoring").exists())
                shutil.rmtree(folder / "data")
            shutil.rmtree(folder / "whole")

    def test_backup(self):
        folder = self.fresh()
        make = ("backup", "--data", self.data, "--json", "--out")
        seconds = self.run_whole(*make, folder / "whole")
        for _ in range(2 * ROUNDS):
            if self.interrupted(seconds, *make, folder / "out") and not (folder / "out").exists():
                self.run_whole("verify", "--backup", folder / "out", "--quiet", status=2)
                self.run_whole(*make, folder / "out")
            self.sound("--backup", folder / "out")
            self.assertFalse((folder / "out.partial").exists())
            shutil.rmtree(folder / "out")
        self.sound("--data", self.data)

    def test_verify(self):
        scratch = self.fresh()
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGALRM):
            process = subprocess.Popen([REPLAY, "verify", "--data", str(self.data), "--deep", "--quiet", "--scratch",
                                        str(scratch)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until = time.monotonic() + 60
            while not list(scratch.glob("hansard-verify-*/*")) and process.poll() is None:
                self.assertLess(time.monotonic(), until)
            process.send_signal(how)
            self.assertEqual(process.wait(60), -how)
            self.assertEqual(list(scratch.iterdir()), [])
        self.sound("--data", self.data)

    def test_proof(self):
        folder = self.fresh()
        make = ("proof", "make", "--data", self.data, "--position", EVENTS // 2, "--out")
        seconds = self.run_whole(*make, folder / "whole")
        whole = (folder / "whole").read_bytes()
        for _ in range(3 * ROUNDS):
            out = folder / "out.proof"
            if self.interrupted(seconds, *make, out) and out.exists():
                self.assertEqual(out.read_bytes(), whole)
            out.unlink(missing_ok=True)

    def test_rebuild(self):
        folder = self.fresh()
        data = folder / "data"
        shutil.copytree(self.data, data)
        seconds = self.run_whole("rebuild", "--data", data, "--compare-only", "--quiet")
        for number in range(2 * ROUNDS):
            more = ("--compare-only",) if number % 2 else ()
            self.interrupted(seconds, "rebuild", "--data", data, "--quiet", *more)
            self.run_whole("rebuild", "--data", data, "--compare-only", "--quiet")
        self.run_whole("rebuild", "--data", data, "--quiet")
        server = Server(folder=folder)
        self.addCleanup(server.close)
        self.assertEqual(server.stop(), 0)
        self.sound("--data", data)


if __name__ == "__main__":
    unittest.main()
