"""The words of `hansard-replay`: what they mean in every command, and what is refused in a sentence."""
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import unittest

from hansard_client import BIN, Server, temporary_folder

REPLAY = str(BIN / "hansard-replay")
ODD = ["ada,lovelace", "[a,b]", "{}", "a b"]


class ReplayWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(config="[limits.log]\nwitness_interval_ms = 50\n")
        alice = cls.server.user("alice")
        cls.conversation = alice.create(["bob", *ODD])["id"]
        for i in range(8):
            alice.send(cls.conversation, f"message {i}")
        for name in ODD:
            cls.server.user(name).send(cls.conversation, "from " + name)
        cls.server.stop()
        cls.data = str(cls.server.data)
        done = subprocess.run([REPLAY, "play", "--data", cls.data, "--to-url", "stdout", "--quiet"],
                              capture_output=True, text=True, timeout=60, check=True)
        cls.events = [json.loads(line) for line in done.stdout.splitlines()]

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.folder = temporary_folder()
        self.runs = 0

    def replay(self, *words, status=0, **more):
        done = subprocess.run([REPLAY, *map(str, words)], text=True, timeout=120, stderr=subprocess.PIPE,
                              stdout=more.pop("stdout", subprocess.PIPE), **more)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def refused(self, *words, status=1, says=()):
        told = self.replay(*words, status=status).stderr
        self.assertEqual(len(told.splitlines()), 1, told)
        for word in says:
            self.assertIn(word, told)

    def exported(self, *words):
        self.runs += 1
        out = self.folder / f"out{self.runs}"
        self.replay("export", "--data", self.data, "--out", out, "--format", "jsonl", "--no-proofs",
                    "--no-attachments", "--quiet", *words)
        lines = [line for file in sorted((out / "events").glob("*.jsonl")) for line in file.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    def test_an_id_is_taken_whole(self):
        for name in ODD:
            with self.subTest(name=name):
                self.assertEqual({event["actor"] for event in self.exported("--actor", name)}, {name})
        both = self.exported("--actor", ODD[0], "--actor", ODD[1])
        self.assertEqual({event["actor"] for event in both}, set(ODD[:2]))

    def test_a_position_is_plain_or_as_on_the_wire_in_every_command(self):
        last = len(self.events)
        wire = [event["position"] for event in self.events]
        for first, end in (("3", "5"), ("003", "0005"), (wire[2], wire[4])):
            with self.subTest(first=first):
                self.assertEqual(len(self.exported("--from", first, "--to", end)), 3)
                played = self.replay("play", "--data", self.data, "--to-url", "stdout", "--quiet", "--from", first, "--to",
                                     end).stdout.splitlines()
                self.assertEqual([json.loads(line)["position"] for line in played], wire[3:5])
                self.replay("verify", "--data", self.data, "--from", first, "--to", end, "--quiet")
        self.replay("export", "--data", self.data, "--out", self.folder / "all", "--quiet")
        for end in ("0010", wire[9]):
            restored = self.folder / f"restored{end}"
            done = self.replay("restore", "--from", self.folder / "all", "--data", restored, "--to", end, "--json")
            self.assertEqual(json.loads(done.stdout)["position"], 10)
        other = "002" + wire[2][3:]
        for words in (["export", "--data", self.data, "--out", self.folder / "x", "--from", other],
                      ["restore", "--from", self.folder / "all", "--data", self.folder / "y", "--to", other],
                      ["play", "--data", self.data, "--to-url", "stdout", "--from", other]):
            with self.subTest(words=words[0]):
                self.refused(*words, "--quiet", status=2, says=["epoch 2", "epoch 1", "plain number, 3."])
        self.refused("export", "--data", self.data, "--out", self.folder / "x", "--from", "0x3", status=2, says=["--from"])
        self.assertGreater(last, 10)

    def test_a_range_that_is_none_is_wrong_usage_in_every_command(self):
        self.replay("export", "--data", self.data, "--out", self.folder / "all", "--quiet")
        about = ["--conversation", self.conversation]
        commands = {"export": ["--out", self.folder / "x"], "verify": [], "diff": about,
                    "play": ["--to-url", "stdout"]}
        end = str(len(self.events))
        for name, more in commands.items():
            with self.subTest(command=name):
                words = [name, "--data", self.data, "--quiet", *more]
                self.refused(*words, "--from", "5", "--to", "4", status=2, says=["--from", "--to"] * (name == "verify"))
                if name != "play":  # which takes what there is up to it
                    self.refused(*words, "--to", "99999", status=2, says=[end])
        export = ["export", "--data", self.data, "--out", self.folder / "x"]
        self.refused(*export, "--from", len(self.events) + 1, status=2, says=[end])
        self.refused(*export, "--from-time", "2999-01-01T00:00:00Z", status=2, says=["--from-time"])
        self.refused(*export, "--to-time", "2000-01-01T00:00:00Z", status=2, says=["--to-time"])
        self.refused("show", "--data", self.data, *about, "--at", "99999", status=2, says=[end])
        restore = ["restore", "--from", self.folder / "all", "--data", self.folder / "y"]
        self.refused(*restore, "--to", "99999", status=2, says=[end])
        self.refused(*restore, "--to-time", "2000-01-01T00:00:00Z", status=2, says=["--to-time"])
        self.refused("export", "--data", self.data, "--out", self.folder / "x", *about, "--conversation", "lunch",
                     status=2, says=["'lunch'"])
        self.refused("play", "--data", self.data, "--to-url", "nowhere", status=2, says=["'nowhere'"])
        self.assertEqual([path.name for path in self.folder.iterdir()], ["all"])

    def test_a_stretch_without_events_is_exported_and_told(self):
        limits = ["--to", "1", "--from-time", self.events[-1]["time"]]
        for more in ([], ["--format", "csv"]):
            out = self.folder / f"out{len(more)}"
            told = self.replay("export", "--data", self.data, "--out", out, "--quiet", *limits, *more).stdout
            self.assertIn("no events, the log has none within what was asked for", told)
            manifest = json.loads((out / "manifest.json").read_text())
            self.assertEqual((manifest["events"], manifest["restorable"]), (0, False))

    def test_a_damaged_log_is_told_in_words_of_ours(self):
        def flip(log):
            largest = max(log.glob("*.sst"), key=lambda path: path.stat().st_size)
            content = bytearray(largest.read_bytes())
            content[200] ^= 64
            largest.write_bytes(content)

        about = ["--conversation", self.conversation]
        commands = [["export", "--out", self.folder / "out"], ["show", *about], ["diff", *about],
                    ["play", "--to-url", "stdout"], ["rebuild", "--compare-only"]]
        for damage in (lambda log: (log / "CURRENT").unlink(), flip):
            data = self.folder / "data"
            shutil.copytree(self.server.data, data)
            damage(data / "log")
            for words in commands:
                with self.subTest(command=words[0]):
                    told = self.replay(*words, "--data", data, "--quiet", status=1).stderr
                    self.assertRegex(told, rf"log/\S+.* \(.*\)\. `hansard-replay verify --data {data}` says more")
                    self.assertNotRegex(told, "Corruption|IO error|stored =|/log/.*/log/")
            shutil.rmtree(data)

    def test_output_that_cannot_be_written_is_a_failure(self):
        self.replay("export", "--data", self.data, "--out", self.folder / "all", "--quiet")
        commands = [["export", "--data", self.data, "--out", self.folder / "again", "--json"],
                    ["verify", "--data", self.data, "--json", "--quiet"],
                    ["verify", "--data", self.data, "--quiet"],
                    ["show", "--data", self.data, "--conversation", self.conversation, "--quiet"],
                    ["diff", "--data", self.data, "--conversation", self.conversation, "--quiet"],
                    ["restore", "--from", self.folder / "all", "--data", self.folder / "back", "--quiet"],
                    ["backup", "--data", self.data, "--out", self.folder / "copy"],
                    ["erase-check", "--data", self.data, "--text", "nobody said this", "--quiet"],
                    ["rebuild", "--data", self.data, "--compare-only", "--quiet"],
                    ["proof", "key", "--data", self.data],
                    ["play", "--data", self.data, "--to-url", "stdout", "--quiet"],
                    ["--help"]]
        for words in commands:
            with self.subTest(words=words[:2]), open("/dev/full", "w") as full:
                told = self.replay(*words, status=1, stdout=full).stderr
                self.assertIn("written", told)

    def test_a_closed_output_is_no_place_for_a_file(self):
        script = 'exec "$@" >&-'
        done = subprocess.run(["sh", "-c", script, "sh", REPLAY, "export", "--data", self.data, "--out",
                               str(self.folder / "all"), "--quiet"], stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("written", done.stderr)
        self.replay("restore", "--from", self.folder / "all", "--data", self.folder / "back", "--quiet")

    def test_no_copy_is_made_inside_the_data_folder(self):
        before = sorted(self.server.data.iterdir())
        for command in ("export", "backup"):
            for inside in ("out", "log/../out", "files/out"):
                with self.subTest(command=command, inside=inside):
                    self.refused(command, "--data", self.data, "--out", f"{self.data}/{inside}",
                                 says=["inside the data folder"])
        self.assertEqual(sorted(self.server.data.iterdir()), before)

    def test_what_is_no_data_folder_is_not_found_clean(self):
        self.refused("erase-check", "--data", self.folder, "--text", "x", status=2, says=["no event log"])
        self.refused("erase-check", "--data", self.data, "--text", "", status=2, says=["--text"])
        self.refused("erase-check", "--data", self.data, "--erasure", "nope", status=2, says=["not the id of an"])

    def test_words_that_mean_nothing_are_refused(self):
        folder = str(self.folder)
        self.refused("play", "--data", self.data, "--to-url", "stdout", "--cursor", folder, status=2,
                     says=["is a folder"])
        for given in ("mattermost", "hansard-log"):
            self.refused("import", "--format", given, "--url", "http://127.0.0.1:1", "--token-file",
                         self.server.secret, folder, status=2, says=["is a folder"])
        self.refused("import", "--format", "slack", "--dry-run", self.server.secret, status=2, says=["is a file"])
        self.refused("export", "--data", self.data, "--out", "", status=2, says=["--out"])
        self.refused("verify", "--data", "", status=2, says=["--data"])
        self.refused(status=2, says=["(see hansard-replay --help)"])
        self.refused("export", "--data", self.data, status=2, says=["--out", "(see hansard-replay export --help)"])
        self.refused("proof", "make", "--data", self.data, status=2, says=["(see hansard-replay proof make --help)"])
        self.refused("verify", "--frm\n", "3", status=2, says=["--frm"])

    def test_a_word_that_is_no_command_is_named(self):
        self.refused("verfy", "--data", self.data, status=2, says=["there is no command 'verfy'"])
        self.refused("proof", "verfy", status=2, says=["there is no command 'verfy'"])
        self.assertRegex(self.replay("--version").stdout, r"^hansard-replay \d+\.\d+\.\d+\n$")

    def test_every_help_has_an_example(self):
        told = self.replay("--help").stdout
        commands = [[line.split()[0]] for line in told.split("Subcommands:")[1].split("Examples:")[0].splitlines()
                    if line.startswith("  ") and line[2] != " "]
        self.assertGreater(len(commands), 10)
        for words in ([], *commands, *(["proof", word] for word in ("key", "make", "verify", "consistency"))):
            with self.subTest(words=words):
                self.assertRegex(self.replay(*words, "--help").stdout, r"Examples?:\n  hansard-replay ")

    def test_a_run_of_verify_looks_at_one_thing(self):
        proof, copy = self.folder / "some.proof", self.folder / "copy"
        key = self.folder / "log.key"
        key.write_text(self.replay("proof", "key", "--data", self.data).stdout)
        self.replay("proof", "make", "--data", self.data, "--position", "3", "--out", proof)
        self.replay("backup", "--data", self.data, "--out", copy)
        things = {"--data": self.data, "--backup": copy, "--proof": proof}
        for left, right in (("--data", "--proof"), ("--data", "--backup"), ("--backup", "--proof")):
            with self.subTest(left=left, right=right):
                self.refused("verify", left, things[left], right, things[right], status=2, says=["give one of them"])
        for name, thing in things.items():
            self.replay("verify", name, thing, *(["--key", key] if name == "--proof" else []), "--quiet")

    def test_a_word_that_goes_with_another_is_not_left_out_without_it(self):
        token = self.folder / "token"
        token.write_text("x")
        for words, says in ((["verify", "--data", self.data, "--key", "k"], ["--key", "--proof"]),
                            (["verify", "--data", self.data, "--scratch", self.folder], ["--scratch", "--deep"]),
                            (["play", "--data", self.data, "--token-file", token, "--to-url", "stdout"],
                             ["--token-file", "--url"])):
            with self.subTest(words=words):
                self.refused(*words, status=2, says=says)

    def test_a_sentence_has_one_full_stop(self):
        for words in (["verify", "--data", self.data, "--from", "0020000000000003"], ["verify", "--data", self.folder],
                      ["export", "--data", self.data, "--out", self.folder / "x", "--from", "0020000000000003"]):
            self.assertNotIn("..", self.replay(*words, "--quiet", status=2).stderr)

    def test_a_proof_of_what_is_not_in_the_log_is_wrong_usage(self):
        make = ["proof", "make", "--data", self.data, "--out", self.folder / "x", "--position"]
        end = len(self.events)
        for position in (end + 1, f"001{end + 1:013}", "99999"):
            self.refused(*make, position, status=2, says=["--position", f"above the end of the log, {end}."])
        self.refused(*make, "0020000000000003", status=2, says=["epoch 2"])
        self.assertFalse((self.folder / "x").exists())
        self.replay(*make, end)

    def test_a_replay_that_could_not_work_is_refused_before_it_begins(self):
        data, web, socket_url = ["play", "--data", self.data], "http://127.0.0.1:1/", "ws://127.0.0.1:1/"
        self.refused("play", "--url", "http://127.0.0.1:1", "--to-url", "stdout", status=2, says=["--token-file", "service"])
        self.refused(*data, "--to-url", web, "--cursor", self.folder / "none" / "c", status=2,
                     says=[f"no folder {self.folder / 'none'}", "--cursor"])
        for to in (socket_url, "stdout"):
            for words in (["--secret-file", self.server.secret], ["--batch", "2"], ["--ca-file", self.server.secret]):
                with self.subTest(to=to, words=words[0]):
                    self.refused(*data, "--to-url", to, *words, status=2, says=[words[0], "POSTs"])

    def test_a_group_of_types_is_exported_as_it_is_played(self):
        exported = self.exported("--type", "message.*", "--type", "member.added")
        self.assertEqual(exported, [event for event in self.events if event["type"].startswith("message.")])
        self.assertGreater(len(exported), 10)
        for command in (["export", "--out", self.folder / "x"], ["play", "--to-url", "stdout"]):
            self.refused(*command, "--data", self.data, "--type", "whisper.*", status=2,
                         says=["'whisper.*'", "conversation.created, ", "message.*"])

    def test_a_copy_and_what_is_made_of_it_say_what_is_left_to_do(self):
        copy, out = self.folder / "copy", self.folder / "all"
        told = self.replay("backup", "--data", self.data, "--out", copy).stdout.splitlines()
        self.assertRegex(told[-1], f"not verified.*`hansard-replay verify --backup {copy}` does so")
        self.replay("export", "--data", self.data, "--out", out, "--quiet")
        restore = ["restore", "--from", out, "--quiet", "--data"]
        self.assertRegex(self.replay(*restore, self.folder / "kept").stdout, "epoch 1: .*\n.* with --new-epoch: ")
        for words in (["--keep-epoch"], ["--new-epoch"]):
            self.assertNotIn("again with", self.replay(*restore, self.folder / words[0][2:], *words).stdout)

    def test_a_token_file_that_cannot_be_read_is_told_with_its_reason(self):
        who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        self.folder.chmod(0o755)
        token = self.folder / "token"
        token.write_text("x")
        token.chmod(0)
        told = self.replay("rebuild", "--url", "http://127.0.0.1:1", "--token-file", token, status=1, **who).stderr
        self.assertIn(f"{token} cannot be read: permission denied", told)
        other = self.folder / "other"
        other.write_text("x")
        other.chmod(0o644)
        told = self.replay("play", "--url", "http://127.0.0.1:1", "--token-file", other, "--to-url",
                           "http://127.0.0.1:1", "--secret-file", token, status=1, **who).stderr
        self.assertIn(f"{token} cannot be read: permission denied", told)

    def test_a_server_that_is_not_there_is_told_soon_with_its_url(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        line = {"id": "1", "channel": "c", "ts": "2024-05-01T09:00:00Z", "type": "message", "from": "ada"}
        (self.folder / "chat.jsonl").write_text(json.dumps(line) + "\n")
        running = [subprocess.Popen([REPLAY, *words, "--url", url, "--token-file", str(self.server.secret)],
                                    stderr=subprocess.PIPE, text=True)
                   for words in (["rebuild"], ["import", str(self.folder / "chat.jsonl")],
                                 ["check", str(self.folder / "chat.jsonl")], ["play", "--to-url", "stdout"])]
        for process in running:
            self.addCleanup(process.kill)
            _, told = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 1, told)
            self.assertEqual(len(told.splitlines()), 1, told)
            self.assertIn(f"The server at {url} does not answer", told)

    def test_a_server_that_says_nothing_is_told_soon_with_its_url(self):
        log = self.folder / "chat.jsonl"
        log.write_text('{"id":"1","channel":"c","ts":"2024-05-01T09:00:00Z","type":"message","from":"ada"}\n')
        with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel takes connections for it
            at = f"127.0.0.1:{silent.getsockname()[1]}"
            running = [subprocess.Popen([REPLAY, *words, "--url", f"{scheme}://{at}", "--token-file",
                                         str(self.server.secret)], stderr=subprocess.PIPE, text=True)
                       for words in (["rebuild"], ["import", str(log)], ["check", str(log)],
                                     ["play", "--to-url", "stdout"]) for scheme in ("http", "https")]
            for process in running:
                self.addCleanup(process.kill)
                _, told = process.communicate(timeout=40)
                self.assertEqual(process.returncode, 1, told)
                self.assertEqual(len(told.splitlines()), 1, told)
                self.assertRegex(told, f"The server at https?://{at} takes connections and says nothing within 10 s")

    def test_a_server_that_is_another_program_is_told_as_such(self):
        said = {}

        class Other(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(said["status"])
                self.send_header("Content-Length", str(len(said["body"])))
                self.end_headers()
                self.wfile.write(said["body"])

            do_POST = do_GET

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
            threading.Thread(target=other.serve_forever, daemon=True).start()
            self.addCleanup(other.shutdown)
            for status, body in ((404, b"<html>nothing</html>"), (404, b'{"error":"no such path"}'), (404, b"[]"),
                                 (404, b""), (200, b"<html>welcome</html>"), (200, b"{}"), (200, b'{"items":[]}'),
                                 (200, b'{"items":[1]}'), (501, b"no")):
                with self.subTest(status=status, body=body):
                    said.update(status=status, body=body)
                    self.refused("rebuild", "--url", f"http://127.0.0.1:{other.server_port}", "--token-file",
                                 self.server.secret, "--quiet", says=["is not a Hansard server", str(status)])

    def test_a_view_that_is_none_is_wrong_usage(self):
        for name in ("nope", "Chat", "chat,audit", "all"):
            self.refused("rebuild", "--data", self.data, "--view", "chat", "--view", name, status=2,
                         says=[f"'{name}'", "chat, audit and search"])

    def test_a_view_named_twice_is_rebuilt_once(self):
        done = self.replay("rebuild", "--data", self.data, "--compare-only", "--view", "chat", "--view", "chat", "--json",
                           "--quiet")
        self.assertEqual([view["view"] for view in json.loads(done.stdout)], ["chat"])


if __name__ == "__main__":
    unittest.main()
