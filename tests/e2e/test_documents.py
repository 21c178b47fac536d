"""What the documents give to paste works as it stands there."""
import contextlib
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

from hansard_client import BIN, ROOT, Server

sys.path.insert(0, str(ROOT / "tests" / "proof"))
import verify_case  # noqa: E402

SECRET = b"a receiver's secret of more than 32 bytes"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def shell_lines(page):
    """Commands of a page, those that go on after a backslash as one."""
    return re.sub(r"\\\n\s*", " ", page.read_text()).splitlines()


class Curls(unittest.TestCase):
    def test_every_body_says_that_it_is_json(self):
        found = [line for page in PAGES for line in shell_lines(page) if re.search(r"\bcurl\b.* -d ", line)]
        self.assertGreater(len(found), 3)
        for line in found:
            self.assertRegex(line, r"-H ['\"](Content-Type: application/json|\$JSON)['\"]", line)


def receiver_of_operations():
    """The receiver in Python that OPERATIONS shows, and what it took."""
    text = (ROOT / "docs" / "OPERATIONS.md").read_text()
    code = re.search(r"\n    def receive\(.*?\n\n", text, re.S)[0]
    told, taken = set(), []

    def remember(*name):
        known = name in told
        told.add(name)
        return not known

    names = {"hmac": hmac, "hashlib": hashlib, "time": time, "json": json, "database": contextlib.nullcontext(),
             "remember": remember, "take": taken.append}
    exec("\n".join(line[4:] for line in code.splitlines()), names)
    return names["receive"], taken


def headers_of(body, id="7", at=None, secret=SECRET):
    headers = http.client.HTTPMessage()
    at = str(int(at or time.time()))
    headers["hansard-webhook-id"], headers["hansard-webhook-timestamp"] = id, at
    signed = hmac.new(secret, f"{id}.{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers["hansard-webhook-signature"] = "v1=" + signed
    return headers


class ReceiverOfOperations(unittest.TestCase):
    def test_a_webhook_is_taken_once_and_nothing_that_nobody_signed(self):
        receive, taken = receiver_of_operations()
        body = json.dumps({"series": "s", "number": 7, "prev": 6, "event": {"type": "message.sent"}}).encode()
        for headers in (http.client.HTTPMessage(), headers_of(body, secret=b"another"), headers_of(body + b" "),
                        headers_of(body, at=time.time() - 400)):
            self.assertEqual(receive(headers, body, SECRET), 401)
        self.assertEqual(taken, [])
        self.assertEqual([receive(headers_of(body), body, SECRET) for _ in range(2)], [200, 200])
        self.assertEqual(taken, [{"type": "message.sent"}])

    def test_what_play_posts_is_taken_once_also_in_batches(self):
        receive, taken = receiver_of_operations()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receive(self.headers, body, SECRET))
                self.end_headers()

            def log_message(self, *_):
                pass

        hook = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        self.addCleanup(hook.server_close)
        self.addCleanup(hook.shutdown)
        server = Server()
        self.addCleanup(server.close)
        alice = server.user("alice")
        room = alice.create()["id"]
        for i in range(5):
            alice.send(room, f"message {i}")
        self.assertEqual(server.stop(), 0)
        secret = server.folder / "hook.secret"
        secret.write_bytes(SECRET)
        play = [str(BIN / "hansard-replay"), "play", "--data", str(server.data), "--quiet", "--to-url",
                f"http://127.0.0.1:{hook.server_port}/", "--attempts", "1"]
        self.assertEqual(subprocess.run(play, capture_output=True).returncode, 1)  # unsigned
        self.assertEqual(taken, [])
        for more in ([], ["--batch", "3"]):
            done = subprocess.run([*play, "--secret-file", str(secret), *more], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len([event for event in taken if event["type"] == "message.sent"]), 5)


class RowVersionsOfOperations(unittest.TestCase):
    def test_the_versions_of_rows_are_those_of_the_code(self):
        page = re.sub(r"\s+", " ", (ROOT / "docs" / "OPERATIONS.md").read_text())
        for said, file, name in ((r"those of the chat view are at (\d+)", "projections/view_kind.cpp", "kChatVersion"),
                                 (r"\(they are at (\d+), `engine/index/row_bytes.h`", "engine/index/row_bytes.h",
                                  "kRowVersion")):
            code = (ROOT / file).read_text()
            self.assertEqual(re.search(said, page)[1], re.search(rf"{name} = (\d+);", code)[1], name)


class Dev(unittest.TestCase):
    SOAKS = ("kill", "power", "overload", "sim", "damage", "fuzz", "races")

    def setUp(self):
        tools = tempfile.TemporaryDirectory()
        self.addCleanup(tools.cleanup)
        for tool in ("cmake", "dpkg-query", "apt-get", "sudo"):
            path = pathlib.Path(tools.name, tool)
            path.write_text(f"#!/bin/sh\necho {tool} is asked for >&2; exit 1\n")
            path.chmod(0o755)
        self.names = {**os.environ, "PATH": f"{tools.name}:{os.environ['PATH']}"}

    def dev(self, *words):
        return subprocess.run([str(ROOT / "dev"), *words], capture_output=True, text=True, timeout=30, env=self.names)

    def test_every_help_answers_at_once_and_builds_nothing(self):
        commands = [[word] for word in re.findall(r"(?m)^  (\w+) ", self.dev("--help").stdout)]
        self.assertGreater(len(commands), 6)
        for words in commands + [["soak", name] for name in self.SOAKS]:
            for flag in ("--help", "-h"):
                with self.subTest(words=words, flag=flag):
                    done = self.dev(*words, flag)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertRegex(done.stdout, r"\./dev|usage|Usage")

    def test_a_suite_that_is_none_is_told_at_once_with_those_there_are(self):
        for words in ([], [""], ["kills"], ["kills", "--hours", "1"]):
            done = self.dev("soak", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertNotIn("asked for", done.stderr)
            for name in self.SOAKS:
                self.assertIn(name, done.stderr)
        for name in self.SOAKS:
            self.assertIn("asked for", self.dev("soak", name).stderr)


class Readme(unittest.TestCase):
    def test_the_first_message_and_the_round_behind_it_can_be_pasted(self):
        text = (ROOT / "README.md").read_text().split("## The first message")[1].split("## Running it")[0]
        text += (ROOT / "docs" / "OPERATIONS.md").read_text().split("## A round to paste")[1].split("\n## ")[0]
        words = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = words.replace("8080", str(port)).replace("$PWD/build/release", str(BIN.resolve()))
        words = words.replace("python3 ", sys.executable + " ")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = "trap 'kill $SERVER 2> /dev/null' EXIT\n"
        for line in words.splitlines():
            script += line + "\n"
            # A stream is cut off after its time: 28 of curl.
            script += "status=$?; case $status in 0 | 28) ;; *) echo \"line $LINENO: $status\" >&2; exit 9 ;; esac\n"
        done = subprocess.run(["bash", "-c", script], cwd=folder.name, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for told in ('"title":"lunch"', '"content":"At noon?"', '"type":"ack","re":1', '"type":"message.new"',
                     "event: message.sent", "all equal", '"recipients"', "`hansard-replay restore` takes it",
                     "every one verified", "Everything is as it should be."):
            self.assertIn(told, done.stdout)


class CaseOfAudit(unittest.TestCase):
    """The steps of "A case" in AUDIT, pasted one behind the other."""

    @classmethod
    def setUpClass(cls):
        text = (ROOT / "docs" / "AUDIT.md").read_text().split("## A case")[1]
        text = text.replace("2026-06-30", "2999-06-30").replace("~/hansard", str(ROOT))
        cls.steps = [textwrap.dedent(step) for step in re.findall(r"   ```\n(.*?)   ```\n", text, re.S)]
        assert len(cls.steps) == 5, cls.steps
        cls.server = Server(config="[proof]\ninterval_ms = 100\n")
        alice = cls.server.user("alice")
        cls.room = alice.create(["bob"])["id"]
        for i in range(20):
            alice.send(cls.room, f"message {i}")
        auditor = cls.server.user("vera", "audit")
        done = [cls.paste(cls.steps[0])]
        held = cls.server.durable()
        while int(auditor.get("/api/v1/proofs/checkpoint").text.splitlines()[1]) < held:
            time.sleep(0.05)
        done += [cls.paste(step) for step in cls.steps[1:3]]
        assert all(step.returncode == 0 for step in done), [step.stderr for step in done]
        assert json.loads(done[0].stdout)["reason"] == "case 7", done[0].stdout

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    @classmethod
    def paste(cls, words):
        scheme = cls.server.scheme("http")
        names = {"PATH": f"{BIN.resolve()}:{os.environ['PATH']}", "URL": f"{scheme}://127.0.0.1:{cls.server.port}",
                 "ADMIN": cls.server.token("root", "admin"), "CONVERSATION": cls.room}
        if cls.server.tls:
            names["CURL_CA_BUNDLE"] = str(cls.server.folder / "cert.pem")
        return subprocess.run(["bash", "-c", words], cwd=cls.server.folder, env=names, capture_output=True, text=True)

    def changed(self, name, *changes, sums=True):
        """The case as a forger leaves it: texts in a file replaced, and every sum that lies in the folder made again."""
        case = self.server.folder / "case-7"
        whole = case.with_name("whole")
        if not whole.exists():
            shutil.copytree(case, whole)
            self.addCleanup(lambda: (shutil.rmtree(case), whole.rename(case)))
        file = next(case.glob(name))
        text, before = file.read_text(), hashlib.sha256(file.read_bytes()).hexdigest()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        file.write_text(text)
        if sums:
            manifest = (case / "manifest.json").read_text().replace(before, hashlib.sha256(text.encode()).hexdigest())
            (case / "manifest.json").write_text(manifest)
            whole_sum = hashlib.sha256(manifest.encode()).hexdigest()
            (case / "manifest.sha256").write_text(f"{whole_sum}  manifest.json\n")

    def test_every_event_is_proven_and_shown_as_it_was(self):
        done = self.paste(self.steps[3])
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertNotIn("NOT", done.stdout)
        counts = re.search(r"(\d+) of (\d+) events proven, (\d+) of them shown as proven", done.stdout)
        self.assertEqual(len(set(counts.groups())), 1, done.stdout)
        self.assertGreater(int(counts[1]), 20)
        self.assertIn("every member", self.paste(self.steps[4]).stdout)

    def test_what_was_changed_together_with_every_sum_in_the_folder_is_not_as_pinned(self):
        self.changed("events/*.jsonl", ("message 7", "message 8"))
        done = self.paste(self.steps[3])
        self.assertEqual((done.returncode, done.stdout[:28]), (1, "NOT AS PINNED: manifest.json"))
        self.assertIn("0 of 0 events proven", done.stdout)

    def test_what_is_shown_is_held_against_what_is_proven_also_where_the_sum_was_forged(self):
        self.addCleanup(self.paste, self.steps[2])
        self.changed("events/*.jsonl", ("message 7", "message 8"))
        done = self.paste("cp case-7/manifest.sha256 case-7.sha256;" + self.steps[3])
        self.assertEqual((done.returncode, done.stdout.count("NOT")), (1, 1), done.stdout)
        self.assertRegex(done.stdout, r"NOT AS PROVEN: position \d+: content\n")
        self.assertNotIn("every member", self.paste(self.steps[4]).stdout)

    def test_a_changed_proof_and_a_file_that_nobody_exported_are_told(self):
        self.changed("proofs/*.jsonl", ('"index":', '"index":1'), sums=False)
        (self.server.folder / "case-7" / "events" / "more.jsonl").write_text("{}\n")
        told = self.paste(self.steps[3]).stdout
        for words in ("NOT AS PINNED: proofs/", "NOT PROVEN: the leaf is of another", "NOT PROVEN: 1 events of events/",
                      "NOT PART OF THE EXPORT: events/more.jsonl"):
            self.assertEqual(told.count(words), 1, told)

    def test_without_the_sum_or_the_key_or_by_the_sum_in_the_folder_nothing_is_said_of_the_case(self):
        for name in ("case-7.sha256", "log.key", "case-7/manifest.json"):
            file, aside = self.server.folder / name, self.server.folder / "aside"
            file.rename(aside)
            done = self.paste(self.steps[3])
            aside.rename(file)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn("NOT LOOKED AT", done.stderr)
        done = self.paste(self.steps[3].replace("case-7.sha256", "case-7/manifest.sha256"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("another way", done.stderr)


class VerifyCase(unittest.TestCase):
    def test_every_golden_event_is_as_its_record_says_and_no_other(self):
        golden = ROOT / "tests" / "golden"
        for file in sorted((golden / "records-v1").glob("*.hex")):
            if file.stem.startswith("unknown"):
                continue
            record = bytes.fromhex("".join(file.read_text().split()))
            facts, content = record[208:][:int.from_bytes(record[200:204], "little")], None
            if not record[5] & 1:
                content = record[208 + len(facts):]
            shown = json.loads((golden / "events-v1" / f"{file.stem}.json").read_text())
            shown["position"] = f"007{int.from_bytes(record[16:24], 'little'):013d}"

            def differing(event):
                return verify_case.differences(event, record[8:152], facts, content)
            with self.subTest(file.stem):
                self.assertEqual(differing(shown), ["position"] if len(shown["position"]) > 16 else [])
                for name in shown:
                    if name not in ("facts", "position"):
                        self.assertIn(name, differing({**shown, name: "forged"}))
                self.assertIn("more", differing({**shown, "more": 1}))


if __name__ == "__main__":
    unittest.main()
