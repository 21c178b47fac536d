"""Starting, stopping and refusing, as an operator meets them."""
import hashlib
import json
import shutil
import signal
import subprocess
import unittest

from hansard_client import BIN, SECRET, Server, temporary_folder


def fingerprint(folder):
    """Names and bytes of everything under a folder."""
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


def run(*arguments, timeout=60):
    return subprocess.run([str(BIN / "hansard"), *map(str, arguments)], capture_output=True, timeout=timeout)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder()
        self.secret = self.folder / "secret"
        self.secret.write_text(SECRET)
        self.secret.chmod(0o600)

    def refused(self, outcome, *words):
        self.assertNotEqual(outcome.returncode, 0)
        self.assertEqual(outcome.stdout, b"")
        text = outcome.stderr.decode()
        self.assertEqual(len(text.strip().splitlines()), 1, text)
        for word in words:
            self.assertIn(word, text)

    def test_a_token_is_printed_and_nothing_else(self):
        outcome = run("token", "--jwt-secret-file", self.secret, "--sub", "alice", "--scope", "audit admin")
        self.assertEqual(outcome.returncode, 0)
        lines = outcome.stdout.decode().splitlines()
        self.assertEqual(len(lines), 1)
        self.assertEqual(lines[0].count("."), 2)
        self.assertEqual(outcome.stderr, b"")

    def test_wrong_options_are_one_sentence(self):
        self.assertNotEqual(run("serve", "--nonsense").returncode, 0)
        self.refused(run("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0"), "key")
        self.refused(run("serve", "--data", self.folder / "d", "--listen", "nowhere", "--jwt-secret-file",
                         self.secret), "listen")
        self.refused(run("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0", "--jwt-secret-file",
                         self.folder / "absent"), "absent")
        self.assertFalse((self.folder / "d").exists())

    def test_a_folder_that_is_no_store_is_refused_and_left_alone(self):
        other = self.folder / "other"
        (other / "log").mkdir(parents=True)
        (other / "log" / "kernel.log").write_text("somebody else's")
        (other / "notes.txt").write_text("somebody else's")
        before = fingerprint(self.folder)
        self.refused(run("serve", "--data", other, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret),
                     "is not empty and holds no store: 'log'", "Name an empty folder")
        self.assertEqual(fingerprint(self.folder), before)
        self.assertEqual(sorted(path.name for path in other.iterdir()), ["log", "notes.txt"])
        shutil.rmtree(other / "log")
        self.refused(run("serve", "--data", other, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret),
                     "is not empty and holds no store: 'notes.txt'", "Name an empty folder")

    def test_a_folder_of_a_name_of_ours_is_looked_into(self):
        serve = ["serve", "--data", self.folder / "other", "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret]
        for path in ("views/index.html", "keys/id_ed25519", "files/holiday.jpg", "proofs/theorem.tex", "typing/lesson-1",
                     "index/a.idx", "outbox/mail", "log/kernel.log", "files"):
            with self.subTest(path=path):
                strange = self.folder / "other" / path
                strange.parent.mkdir(parents=True)
                strange.write_text("somebody else's")
                name = path.split("/")[0]
                self.refused(run(*serve), f"is not empty and holds no store: '{name}' is in it")
                self.assertEqual(strange.read_text(), "somebody else's")
                shutil.rmtree(self.folder / "other")

    def test_a_link_is_known_by_what_was_named_through_it(self):
        data = self.folder / "data"
        data.mkdir()
        (data / "link").symlink_to(self.folder)
        self.refused(run("serve", "--data", data, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret), "'link'")
        (data / "link").unlink()
        (data / "secrets").symlink_to(self.folder)
        (data / "here").symlink_to(self.secret)
        started = subprocess.Popen([BIN / "hansard", "serve", "--data", data, "--listen", "127.0.0.1:0",
                                    "--jwt-secret-file", data / "secrets" / self.secret.name], stdout=subprocess.PIPE)
        self.assertIn(b"listening", started.stdout.readline())
        started.terminate()
        self.assertEqual(started.wait(60), 0)
        started.stdout.close()

    def test_a_store_that_lost_its_log_and_witness_is_no_strangers(self):
        server = Server(self.folder)
        alice = server.user("alice")
        alice.send(alice.create([])["id"], "hello")
        self.assertEqual(server.stop(), 0)
        shutil.rmtree(server.data / "log")
        (server.data / "log.witness").unlink()
        told = run("serve", "--data", server.data, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret)
        self.assertNotIn(b"holds no store", told.stderr)

    def test_a_store_is_made_beside_what_an_operator_put_there(self):
        """The folder is a disk of its own, and the home of the user who runs it."""
        server = Server(self.folder)
        self.assertEqual(server.stop(), 0)
        key = (server.data / "checkpoint.key").read_bytes()
        shutil.rmtree(server.data)
        for name in ("lost+found", "secrets"):
            (server.data / name).mkdir(parents=True)
        (server.data / "checkpoint.key").write_bytes(key)
        (server.data / ".bash_history").write_text("ls\n")
        (server.data / "server.log").write_text("what a start script redirects\n")
        server.secret = server.secret.rename(server.data / "secrets" / "jwt")
        server.config = server.config.rename(server.data / "hansard.toml")
        server.start()
        server.close()

    def test_a_store_that_lost_its_log_is_told_that(self):
        server = Server(self.folder)
        self.assertEqual(server.stop(), 0)
        (server.data / "notes.txt").write_text("an operator's")
        shutil.rmtree(server.data / "log")
        self.refused(run("serve", "--data", server.data, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret),
                     "the event log is gone")

    def test_backups_do_not_go_into_the_data_folder(self):
        config = self.folder / "inside.toml"
        config.write_text(f'[backup]\nfolder = "{self.folder}/d/backups"\n')
        self.refused(run("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0", "--jwt-secret-file",
                         self.secret, "--config", config), "inside the data folder")
        self.assertFalse((self.folder / "d").exists())

    def test_backups_need_a_folder_they_can_be_written_to(self):
        (self.folder / "file").write_text("")
        config = self.folder / "nowhere.toml"
        for place in (self.folder / "file", "/proc/backups"):
            config.write_text(f'[backup]\nfolder = "{place}"\n')
            self.refused(run("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0", "--jwt-secret-file",
                             self.secret, "--config", config), f"Backups cannot go into {place}")
            self.assertFalse((self.folder / "d").exists())

    def test_settings_that_cannot_work_are_refused(self):
        config = self.folder / "wrong.toml"
        broken = self.folder / "ca.pem"
        broken.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
        webhook = (f'[[webhooks]]\nname = "push"\nurl = "https://127.0.0.1:1/"\nsecret_file = "{self.secret}"\n'
                   f'types = ["message.sent"]\nca_file = "{broken}"\n')
        for text, status, *words in (('[limits]\norigins = ["https://chat.example.com/"]\n', 2, "no origin", "com/'"),
                                     ('[limits]\nfile_types = ["png"]\n', 2, "no media type", "'png'"),
                                     (webhook, 1, f"webhook 'push' {broken}", "damaged"),
                                     (f'[proof]\npush_ca_file = "{self.folder}/none"\n', 1, "proof.push_ca_file",
                                      "it is not there"),
                                     (f'[proof]\npush_file = "{self.folder}"\n', 1, "proof.push_file", "is a folder"),
                                     (f'[proof]\npush_file = "{self.folder}/none/checkpoint"\n', 1,
                                      "proof.push_file", "folder writable")):
            with self.subTest(text=text):
                config.write_text(text)
                told = run("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0", "--jwt-secret-file",
                           self.secret, "--config", config)
                self.refused(told, *words)
                self.assertEqual(told.returncode, status)
                self.assertFalse((self.folder / "d").exists())

    def test_with_json_a_failure_is_json_too(self):
        empty = self.folder / "empty"
        empty.mkdir()
        id = "01a203b5-1d61-7001-afcc-a3126d1b2bb0"
        for words in (["export", "--out", self.folder / "out"], ["backup", "--out", self.folder / "copy"], ["rebuild"],
                      ["verify"], ["show", "--conversation", id],
                      ["diff", "--conversation", id, "--from", "1", "--to", "2"]):
            outcome = subprocess.run([str(BIN / "hansard-replay"), *map(str, words), "--data", str(empty), "--json"],
                                     capture_output=True, timeout=60)
            self.assertIn(outcome.returncode, (1, 2), words)
            self.assertTrue(json.loads(outcome.stdout)["error"], words)
            self.assertIn(b"hansard-replay: ", outcome.stderr, words)

    def test_help_has_an_example(self):
        for command in (["serve"], ["token"]):
            self.assertIn("xample", run(*command, "--help").stdout.decode())

    def test_a_folder_and_a_port_in_use_are_refused(self):
        server = Server(self.folder)
        try:
            other = self.folder / "other"
            self.refused(run("serve", "--data", other, "--listen", f"127.0.0.1:{server.port}", "--jwt-secret-file",
                             self.secret), str(server.port))
            self.assertFalse(other.exists())
            self.refused(run("serve", "--data", server.data, "--listen", "127.0.0.1:0", "--jwt-secret-file",
                             self.secret), "in use")
            self.assertEqual(server.user("alice").get("/health").status, 200)
        finally:
            server.close()

    def test_sigterm_drains_and_exits_zero(self):
        server = Server(self.folder)
        alice = server.user("alice")
        conversation = alice.create()["id"]
        alice.send(conversation, "kept")
        self.assertEqual(server.stop(), 0)  # a drain that takes its whole time ends otherwise
        server.start()
        try:
            self.assertEqual(server.user("alice").history(conversation)["items"][0]["content"], "kept")
        finally:
            server.close()

    def test_a_damaged_or_newer_folder_is_refused_and_left_alone(self):
        server = Server(self.folder)
        alice = server.user("alice")
        conversation = alice.create()["id"]
        for i in range(200):
            alice.send(conversation, f"message {i}")
        self.assertEqual(server.stop(), 0)
        logs = [p for p in (server.data / "log").iterdir() if p.suffix in (".log", ".sst") and p.stat().st_size > 4000]
        self.assertTrue(logs)
        victim = max(logs, key=lambda p: p.stat().st_size)
        whole = victim.read_bytes()
        victim.write_bytes(whole[: len(whole) // 2] + bytes(200) + whole[len(whole) // 2 + 200:])
        before = fingerprint(server.data)
        self.refused(run("serve", "--data", server.data, "--listen", "127.0.0.1:0", "--jwt-secret-file", self.secret,
                         "--log-level", "error"))
        self.assertEqual(fingerprint(server.data), before)
        victim.write_bytes(whole)
        server.start()
        self.assertEqual(len(server.user("alice").history(conversation)["items"]), 200)
        server.close()

    def test_files_are_for_the_owner_only(self):
        server = Server(self.folder)
        try:
            alice = server.user("alice")
            alice.send(alice.create()["id"], "x")
            self.assertEqual(server.stop(), 0)
            for path in server.data.rglob("*"):
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        finally:
            server.close()

    def test_json_traces_are_one_object_a_line(self):
        command = [str(BIN / "hansard"), "serve", "--data", str(self.folder / "d"), "--listen", "127.0.0.1:0",
                   "--jwt-secret-file", str(self.secret), "--log-format", "json", "--log-level", "debug"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ready = process.stdout.readline().decode()
        self.assertRegex(ready, r"^hansard listening on http://127\.0\.0\.1:\d+\n$")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (0, b""))
        for line in err.decode().splitlines():
            json.loads(line)


if __name__ == "__main__":
    unittest.main()
