"""The main job: a chat log goes in through the public API, and everything the server answers equals a fold of the
file — also when it is played twice, cut short, and when the server is killed on the way."""
import json
import os
import random
import signal
import subprocess
import unittest

import chat_log
from hansard_client import BIN, ROOT, Server, temporary_folder

REAL = ROOT.parent / "shared" / "data" / "ubuntu-irc.jsonl.zst"


def replay(server, command, file, *more):
    token = server.folder / "service.token"
    token.write_text(server.token("importer", "service"))
    return [str(BIN / "hansard-replay"), command, "--url", f"http://127.0.0.1:{server.port}", "--token-file",
            str(token), "--json", "--quiet", *more, str(file)]


class Import(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.file = temporary_folder() / "chat.jsonl"

    def tearDown(self):
        self.server.close()

    def run_replay(self, command, file, *more, status=0):
        outcome = subprocess.run(replay(self.server, command, file, *more), capture_output=True, timeout=900)
        self.assertEqual(outcome.returncode, status, outcome.stdout[-3000:] + outcome.stderr[-3000:])
        return json.loads(outcome.stdout)

    def test_an_untidy_log_comes_out_equal_and_twice_is_once(self):
        chat_log.write(self.file, seed=11, count=4_000)
        first = self.run_replay("import", self.file)
        self.assertEqual((first["lines"], first["refused"]), (4_000, 0), first)
        self.assertGreater(first["mentions_out_of_range"], 0)
        self.assertEqual(self.run_replay("check", self.file)["differences"], 0)
        before = self.server.durable()
        self.run_replay("import", self.file)
        self.assertEqual(self.server.durable(), before)
        self.assertGreater(before, 0)

    def test_a_checker_that_sees_a_difference_says_so(self):
        chat_log.write(self.file, seed=12, count=500)
        self.run_replay("import", self.file)
        lines = self.file.read_text().splitlines()
        changed = [i for i, line in enumerate(lines) if json.loads(line)["type"] == "message"][100]
        line = json.loads(lines[changed])
        line["text"] = line.get("text", "") + "!"
        lines[changed] = json.dumps(line)
        self.file.write_text("\n".join(lines) + "\n")
        self.assertGreater(self.run_replay("check", self.file, status=1)["differences"], 0)

    def test_five_kills_on_the_way_change_nothing(self):
        chat_log.write(self.file, seed=13, count=12_000)
        chance = random.Random(int(os.environ.get("HANSARD_SEED", "5")))
        importer = subprocess.Popen(replay(self.server, "import", self.file), stdout=subprocess.PIPE)
        for position in sorted(chance.sample(range(100, 6_000), 5)):
            self.server.until_durable(position)
            self.assertIsNone(importer.poll())
            self.server.kill()
            self.server.start()
        out, _ = importer.communicate(timeout=600)
        self.assertEqual(importer.returncode, 0, out[-3000:])
        self.assertEqual(self.run_replay("check", self.file)["differences"], 0)

    def test_an_interrupted_import_goes_on(self):
        chat_log.write(self.file, seed=14, count=6_000)
        importer = subprocess.Popen(replay(self.server, "import", self.file), stdout=subprocess.DEVNULL)
        self.server.until_durable(1_000)
        importer.kill()
        self.assertEqual(importer.wait(), -signal.SIGKILL)
        self.assertEqual(self.run_replay("import", self.file)["refused"], 0)
        self.assertEqual(self.run_replay("check", self.file)["differences"], 0)

    def write(self, *lines):
        """One a second; each (from, more)."""
        whole = [{"id": str(i), "channel": "g", "ts": f"2024-05-01T09:00:{i:02d}Z", "type": "message", "from": who, **more}
                 for i, (who, more) in enumerate(lines)]
        self.file.write_text("".join(json.dumps(line) + "\n" for line in whole))

    def test_a_log_that_grows_keeps_its_first_owner_and_loses_nobodys_lines(self):
        lines = [("ada", {"type": "join"}), ("cyd", {"type": "join"}), ("bob", {"text": "hi"})]
        for length in (1, 2, 3, 3):
            self.write(*lines[:length])
            self.assertEqual(self.run_replay("import", self.file)["refused"], 0)
            self.assertEqual(self.run_replay("check", self.file)["messages"], length)
        room = self.server.user("bob").get("/api/v1/conversations?external_id=g").json["items"][0]
        self.assertEqual(room["created_by"], "ada")

    def test_a_channel_that_is_appended_while_the_log_is_played_comes_along(self):
        self.write(*[(who, {}) for who in ("ada", "bob", "ada", "bob", "ada")])
        importer = subprocess.Popen(replay(self.server, "import", self.file, "--speed", "1x"), stdout=subprocess.PIPE)
        self.server.until_durable(1)
        with self.file.open("a") as log:
            for line in ({"id": "x", "channel": "later", "type": "join", "from": "cyd"},
                         {"id": "y", "channel": "later", "type": "message", "from": "dan"}):
                log.write(json.dumps({**line, "ts": "2024-05-01T09:00:01Z"}) + "\n")
        out, _ = importer.communicate(timeout=60)
        self.assertEqual(importer.returncode, 0, out)
        self.assertEqual((json.loads(out)["conversations"], json.loads(out)["refused"]), (2, 0))
        self.assertEqual(self.run_replay("check", self.file)["messages"], 7)

    def test_a_refused_line_takes_no_other_with_it_and_is_not_counted(self):
        self.server.close()
        self.server = Server(config="[limits]\ncontent_code_points_max = 20\n")
        mention = {"mentions": [{"user": "ada", "offset": 90, "length": 1}]}
        self.write(("ada", {"text": "short"}), ("ada", {"text": "m" * 21}), ("bob", {"reply_to": "1", **mention}),
                   ("ada", {"reply_to": "2"}), ("server", {"type": "notice", "text": "n" * 21}))
        for _ in range(2):
            report = self.run_replay("import", self.file, status=1)
            self.assertEqual([refused.split(":")[0] for refused in report["refusals"]], ["1", "4"])
            counts = [report[name] for name in ("lines", "messages", "system_messages", "dangling_replies", "joins",
                                                "refused", "mentions_out_of_range")]
            self.assertEqual(counts, [5, 3, 0, 1, 1, 2, 1])
        ada = self.server.user("ada")
        room = ada.get("/api/v1/conversations?external_id=g").json["items"][0]["id"]
        said = ada.get(f"/api/v1/conversations/{room}/messages?after=0").json["items"]
        self.assertEqual([message.get("reply_to") for message in said], [None, None, said[1]["id"]])
        self.write(("ada", {"text": "short"}), ("ada", {"text": "mended"}), ("bob", {"reply_to": "1", **mention}),
                   ("ada", {"reply_to": "2"}))
        report = self.run_replay("import", self.file)
        self.assertEqual((report["messages"], report["dangling_replies"], report["mentions_out_of_range"]), (4, 1, 1))

    @unittest.skipUnless(REAL.exists(), "the real chat history (../shared/data) is not here")
    def test_the_real_chat_history_comes_out_equal(self):
        report = self.run_replay("import", REAL)
        self.assertEqual((report["lines"], report["conversations"], report["refused"]), (220_463, 153, 0))
        self.assertEqual((report["messages"], report["system_messages"]), (196_146, 24_317))
        checked = self.run_replay("check", REAL)
        self.assertEqual(checked["differences"], 0, checked)
        self.assertEqual((checked["messages"], checked["replies"]), (220_463, 50_630))


class Mistakes(unittest.TestCase):
    """What no patience helps against is told with what does."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.file = temporary_folder() / "chat.jsonl"
        self.line = {"id": "1", "channel": "c", "ts": "2024-05-01T09:00:00Z", "type": "message", "from": "ada"}

    def told(self, file=None, command="import", **changes):
        words = replay(self.server, command, file or self.file)
        for name, value in changes.items():
            words[words.index("--" + name.replace("_", "-")) + 1] = str(value)
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertNotIn("{", done.stderr)
        return done.stderr

    def test_a_line_says_what_it_lacks_and_is_to_be_mended(self):
        for change, words in (({"id": ""}, "`id` is not a text that is not empty"), ({"channel": None}, "`channel` is"),
                              ({"ts": "yesterday"}, "`ts` is not a time"), ({"type": "shout"}, "`type` is not message"),
                              ({"from": 7}, "`from` is"), ({"type": "rename"}, "`to` is missing")):
            with self.subTest(words):
                self.file.write_text(json.dumps(self.line) + "\n" + json.dumps({**self.line, **change}) + "\n")
                told = self.told()
                self.assertIn(f"line 2: {words}", told)
                self.assertIn("Mend the file", told)
        self.file.write_text("chat\n")
        self.assertIn("line 1: not a JSON object", self.told())

    def test_a_file_without_lines_is_told(self):
        for text in ("", "\n\n"):
            self.file.write_text(text)
            told = self.told()
            self.assertIn(f"There is nothing to import: {self.file} has no line of a chat log.", told)
            self.assertNotIn("again", told)
            self.assertIn(f"There is nothing to check: {self.file} has no line", self.told(command="check"))

    def test_what_can_be_read_once_only_is_refused_before_anything_is_sent(self):
        self.file.write_text(json.dumps(self.line) + "\n")
        before = self.server.durable()
        for command, *more in (("import",), ("check",), ("import", "--format", "mattermost")):
            words = [*replay(self.server, command, "/dev/stdin"), *more]
            done = subprocess.run(words, input=self.file.read_bytes(), capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(b"/dev/stdin is a pipe or a device", done.stderr)
            self.assertIn(b"write it to a file", done.stderr)
            self.assertNotIn(b"again", done.stderr)
        self.assertEqual(self.server.durable(), before)
        with self.file.open("rb") as regular:
            done = subprocess.run(replay(self.server, "import", "/dev/stdin"), stdin=regular, capture_output=True)
        self.assertEqual(json.loads(done.stdout)["messages"], 1, done.stderr)

    def test_what_is_no_zstd_has_no_line(self):
        file = self.file.with_suffix(".zst")
        file.write_text("not zstd at all")
        told = self.told(file)
        self.assertIn("chat.zst: it is damaged, or not zstd", told)
        self.assertNotIn("line 0", told)

    def test_a_refusal_is_told_in_its_words(self):
        self.file.write_text(json.dumps(self.line) + "\n")
        token = self.server.folder / "other.token"
        for text, words in (("nonsense", ["(401)", "--token-file"]),
                            (self.server.token("ada"), ["(403)", "scope `service`"])):
            token.write_text(text)
            told = self.told(token_file=token)
            self.assertNotIn("to go on", told)
            for word in words:
                self.assertIn(word, told)
            self.assertIn(words[0][1:4], self.told(token_file=token, command="check"))


if __name__ == "__main__":
    unittest.main()
