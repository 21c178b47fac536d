"""The folder that a command names: what is said, and the exit status, where it is none or something else lies there."""
import json
import os
import shutil
import subprocess
import unittest

from hansard_client import BIN, Server, temporary_folder

REPLAY = str(BIN / "hansard-replay")
ID = "0192f0c1-0000-7000-8000-000000000001"

# Every command that reads a folder of ours: its words, with FOLDER where that is named and OUT for what it would make.
COMMANDS = {
    "play": ["play", "--data", "FOLDER", "--to-url", "http://127.0.0.1:1"],
    "export": ["export", "--data", "FOLDER", "--out", "OUT"],
    "restore": ["restore", "--from", "FOLDER", "--data", "OUT"],
    "backup": ["backup", "--data", "FOLDER", "--out", "OUT"],
    "rebuild": ["rebuild", "--data", "FOLDER", "--compare-only"],
    "verify": ["verify", "--data", "FOLDER"],
    "verify a backup": ["verify", "--backup", "FOLDER"],
    "proof key": ["proof", "key", "--data", "FOLDER"],
    "proof make": ["proof", "make", "--data", "FOLDER", "--position", "1", "--out", "OUT"],
    "show": ["show", "--data", "FOLDER", "--conversation", ID],
    "diff": ["diff", "--data", "FOLDER", "--conversation", ID],
    "erase-check": ["erase-check", "--data", "FOLDER", "--text", "some words"],
}
OF_COPIES = ("restore", "verify a backup")
WITH_JSON = set(COMMANDS) - {"proof key", "proof make"}


class NamedFolders(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder()
        self.out = self.folder / "out"

    def server(self):
        server = Server()
        self.addCleanup(server.close)
        return server

    def run_command(self, name, folder, *more):
        places = {"FOLDER": str(folder), "OUT": str(self.out)}
        words = [places.get(word, word) for word in COMMANDS[name]] + list(more)
        return subprocess.run([REPLAY, *words], capture_output=True, text=True, timeout=60)

    def wrong_folders(self):
        for name in ("empty", "other", "hollow", "system"):
            (self.folder / name).mkdir()
        (self.folder / "system" / "log").mkdir()
        (self.folder / "system" / "log" / "kernel.log").write_text("somebody else's")
        (self.folder / "other" / "notes.txt").write_text("somebody else's")
        (self.folder / "hollow" / "log").mkdir()
        (self.folder / "file").write_text("no folder")
        return ["missing", "empty", "other", "hollow", "system", "file"]

    def test_a_folder_that_was_named_by_mistake_is_wrong_usage_in_every_command(self):
        for kind in self.wrong_folders():
            for name in COMMANDS:
                with self.subTest(command=name, folder=kind):
                    told = self.run_command(name, self.folder / kind)
                    self.assertEqual(told.returncode, 2, told)
                    self.assertEqual(told.stdout, "")
                    self.assertIn(str(self.folder / kind), told.stderr)
                    self.assertFalse(self.out.exists())
                    if name in WITH_JSON:
                        told = self.run_command(name, self.folder / kind, "--json")
                        self.assertEqual(told.returncode, 2, told)
                        self.assertIn(kind, json.loads(told.stdout)["error"])

    def test_attachments_that_may_not_be_read_are_not_called_gone(self):
        server = self.server()
        alice = server.user("alice")
        alice.request("POST", "/api/v1/files", raw=b"bytes", headers={"Content-Type": "text/plain"})
        self.assertEqual(server.stop(), 0)
        for path in (self.folder, server.folder, server.data, *(server.data / "log").rglob("*"), server.data / "log",
                     server.data / "log.witness"):
            path.chmod(0o755)
        who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        (server.data / "files").chmod(0)
        self.addCleanup((server.data / "files").chmod, 0o700)
        out = self.folder / "for-all"
        out.mkdir()
        out.chmod(0o777)
        for more in (["--attachments"], ["--actor", "alice"]):
            told = subprocess.run([REPLAY, "export", "--data", str(server.data), "--out", str(out / "x"), *more],
                                  capture_output=True, text=True, timeout=60, **who)
            self.assertEqual(told.returncode, 2, told)
            self.assertIn(f"{server.data}/files cannot be read: permission denied", told.stderr)
            self.assertEqual(list(out.iterdir()), [])

    def test_a_store_that_lost_its_log_is_damage_and_no_mistake(self):
        server = self.server()
        server.user("alice").create()
        self.assertEqual(server.stop(), 0)
        shutil.rmtree(server.data / "log")
        for name in ("export", "backup", "rebuild", "verify", "show", "diff", "play"):
            with self.subTest(command=name):
                told = self.run_command(name, server.data)
                self.assertEqual(told.returncode, 1, told)

    def test_options_that_are_missing_are_wrong_usage(self):
        for words in (["diff", "--data", self.folder], ["rebuild"], ["rebuild", "--url", "http://127.0.0.1:1"],
                      ["play", "--to-url", "http://127.0.0.1:1"], ["play", "--to-url", "stdout"], ["verify"]):
            with self.subTest(words=words[0]):
                told = subprocess.run([REPLAY, *map(str, words)], capture_output=True, text=True, timeout=60)
                self.assertEqual(told.returncode, 2, told)

    def test_the_server_says_one_for_a_data_folder_and_two_for_its_command_line(self):
        server = self.server()
        self.assertEqual(server.stop(), 0)
        serve = ["serve", "--listen", "127.0.0.1:0", "--jwt-secret-file", str(server.secret), "--data"]
        for words, status in ((serve + [str(server.config)], 1), (serve + [f"{server.config}/below"], 1),
                              (serve[:3] + ["--jwt-secret-file", f"{server.data}/none", "--data", "x"], 1),
                              (serve + [str(server.data), "--config", f"{server.folder}/none"], 2),
                              (serve[:-1], 2), (serve, 2)):
            with self.subTest(words=words[3:]):
                told = subprocess.run([str(BIN / "hansard"), *words], capture_output=True, text=True, timeout=60)
                self.assertEqual((told.returncode, told.stdout), (status, ""), told)


if __name__ == "__main__":
    unittest.main()
