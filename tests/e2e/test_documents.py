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
import socket
import subprocess
import tempfile
import textwrap
import threading
import time
import unittest

from hansard_client import BIN, ROOT, Server

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


class Dev(unittest.TestCase):
    def test_every_help_answers_at_once_and_builds_nothing(self):
        told = subprocess.run([str(ROOT / "dev"), "--help"], capture_output=True, text=True).stdout
        commands = [[word] for word in re.findall(r"(?m)^  (\w+) ", told)]
        self.assertGreater(len(commands), 6)
        soaks = [["soak", name] for name in ("kill", "power", "overload", "sim", "damage", "fuzz", "races")]
        tools = tempfile.TemporaryDirectory()
        self.addCleanup(tools.cleanup)
        for tool in ("cmake", "dpkg-query", "apt-get"):
            path = pathlib.Path(tools.name, tool)
            path.write_text(f"#!/bin/sh\necho {tool} is asked for >&2; exit 1\n")
            path.chmod(0o755)
        names = {**os.environ, "PATH": f"{tools.name}:{os.environ['PATH']}"}
        for words in commands + soaks:
            for flag in ("--help", "-h"):
                with self.subTest(words=words, flag=flag):
                    done = subprocess.run([str(ROOT / "dev"), *words, flag], capture_output=True, text=True, timeout=30,
                                          env=names)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertRegex(done.stdout, r"\./dev|usage|Usage")


class Readme(unittest.TestCase):
    def test_it_can_be_pasted_from_running_it_to_the_end(self):
        text = (ROOT / "README.md").read_text().split("## Running it")[1].split("## Reading the code")[0]
        words = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = words.replace("8080", str(port)).replace("$PWD/build/release", str(BIN.resolve()))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = "trap 'kill $SERVER 2> /dev/null' EXIT\n"
        for line in words.splitlines():
            script += line + "\n"
            # A stream is cut off after its time: 28 of curl.
            script += "status=$?; case $status in 0 | 28) ;; *) echo \"line $LINENO: $status\" >&2; exit 9 ;; esac\n"
        done = subprocess.run(["bash", "-c", script], cwd=folder.name, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for told in ('"title":"lunch"', "event: message.sent", "all equal", '"recipients"', "`hansard-replay restore` takes it",
                     "every one verified", "Everything is as it should be."):
            self.assertIn(told, done.stdout)


class CaseOfAudit(unittest.TestCase):
    """The steps of "A case" in AUDIT, pasted one behind the other."""

    @classmethod
    def setUpClass(cls):
        text = (ROOT / "docs" / "AUDIT.md").read_text().split("## A case")[1]
        text = text.replace("2026-06-30", "2999-06-30").replace("~/hansard", str(ROOT))
        cls.steps = [textwrap.dedent(step) for step in re.findall(r"   ```\n(.*?)   ```\n", text, re.S)]
        assert len(cls.steps) == 4, cls.steps
        cls.server = Server(config="[proof]\ninterval_ms = 100\n")
        alice = cls.server.user("alice")
        cls.room = alice.create(["bob"])["id"]
        for i in range(20):
            last = alice.send(cls.room, f"message {i}")
        auditor = cls.server.user("vera", "audit")
        while auditor.get(f"/api/v1/proofs/event/{last['position']}").status != 200:
            time.sleep(0.05)
        done = [cls.paste(step) for step in cls.steps[:3]]
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

    def test_every_proof_is_proven(self):
        done = self.paste(self.steps[3])
        self.assertNotIn("NOT", done.stdout + done.stderr)
        self.assertNotIn("FAILED", done.stdout)
        proven = re.search(r"(\d+) of (\d+) proven", done.stdout)
        self.assertEqual(proven[1], proven[2])
        self.assertGreater(int(proven[1]), 20)

    def test_what_was_changed_is_not_proven(self):
        proofs = next((self.server.folder / "case-7" / "proofs").glob("*.jsonl"))
        whole = proofs.read_text()
        lines = whole.splitlines(keepends=True)
        proofs.write_text("".join([lines[0].replace('"index":', '"index":1'), *lines[1:]]))
        self.addCleanup(proofs.write_text, whole)
        done = self.paste(self.steps[3])
        self.assertEqual(done.stdout.count("NOT PROVEN"), 1)
        self.assertIn("FAILED", done.stdout)

    def test_without_the_script_or_the_key_nothing_is_said_of_the_case(self):
        for name in ("verify_proof.py", "log.key"):
            file, aside = self.server.folder / name, self.server.folder / "aside"
            file.rename(aside)
            done = self.paste(self.steps[3])
            aside.rename(file)
            self.assertNotIn("NOT PROVEN", done.stdout)
            self.assertIn("NOT LOOKED AT", done.stdout)


if __name__ == "__main__":
    unittest.main()
