"""`hansard-replay play` against receivers that are not ours: http.server, websockets, a pipe."""
import asyncio
import hashlib
import hmac
import http.server
import json
import signal
import subprocess
import threading
import time
import unittest

import websockets

from hansard_client import BIN, Server, temporary_folder

API = "/api/v1"
SECRET = "a receiver's secret of more than 32 bytes"


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it is posted; answers 503 to every `fail_every`-th request."""

    def __init__(self, fail_every=0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events, self.fail_every, self.asked, self.lock = [], fail_every, 0, threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.wrong_signatures = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}/hook"

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        document = json.loads(body)
        server = self.server
        with server.lock:
            server.asked += 1
            fails = server.fail_every and server.asked % server.fail_every == 0
            signed = self.headers.get("Hansard-Webhook-Signature")
            if signed:
                text = f"{self.headers['Hansard-Webhook-Id']}.{self.headers['Hansard-Webhook-Timestamp']}.".encode() + body
                expected = "v1=" + hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
                server.wrong_signatures += not hmac.compare_digest(signed, expected)
            if not fails:
                events = document.get("events", [document])
                assert self.headers["Idempotency-Key"] == events[-1]["position"]
                server.events += events
                server.arrived.notify_all()
        self.send_response(503 if fails else 204)
        if fails:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Refusing(Handler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Slow(Handler):
    """Takes 30 ms for an event, and no more than `room`."""
    room = 10**9

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(0.03)
        with self.server.lock:
            takes = len(self.server.events) < self.room
            if takes:
                self.server.events.append(event)
                self.server.arrived.notify_all()
        self.send_response(200 if takes else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()


class OfSixty(Slow):
    room = 40


class Play(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # What a tool beside the server waits for.
        cls.server = Server(config="[limits.log]\nwitness_interval_ms = 50\n")
        alice = cls.server.user("alice")
        cls.conversations = [alice.create(["bob"])["id"] for _ in range(5)]
        for i in range(60):
            alice.send(cls.conversations[i % 5], f"message {i}")
        cls.backend = cls.server.user("backend", "service")
        cls.whole = []
        cursor = ""
        while cursor is not None:
            page = cls.backend.get(f"{API}/events?limit=200{cursor and '&cursor=' + cursor}").json
            cls.whole += page["items"]
            cursor = page["next"]
        cls.token = cls.server.folder / "service.token"
        cls.token.write_text(cls.backend.token)
        cls.secret = cls.server.folder / "receiver.secret"
        cls.secret.write_text(SECRET)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def command(self, *words, offline=False):
        source = ["--data", str(self.server.data)] if offline else [
            "--url", f"http://127.0.0.1:{self.server.port}", "--token-file", str(self.token)]
        return [str(BIN / "hansard-replay"), "play", *source, "--quiet", *words]

    def play(self, *words, offline=False, status=0):
        done = subprocess.run(self.command(*words, offline=offline), capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_lines_are_the_feed_online_and_offline(self):
        for offline in (False, True):
            with self.subTest(offline=offline):
                lines = self.play("--to-url", "stdout", offline=offline).stdout.splitlines()
                self.assertEqual([json.loads(line) for line in lines], self.whole)

    def test_filters_and_ranges(self):
        wanted = [e for e in self.whole if e["type"] == "message.sent"
                  and e["facts"]["conversation_id"] == self.conversations[2]]
        for offline in (False, True):
            lines = self.play("--to-url", "stdout", "--type", "message.sent", "--conversation", self.conversations[2],
                              offline=offline).stdout.splitlines()
            self.assertEqual([json.loads(line) for line in lines], wanted)
            lines = self.play("--to-url", "stdout", "--from", self.whole[3]["position"], "--to",
                              self.whole[9]["position"], offline=offline).stdout.splitlines()
            self.assertEqual([json.loads(line) for line in lines], self.whole[4:10])
            lines = self.play("--to-url", "stdout", "--from", "0004", "--to", "10",
                              offline=offline).stdout.splitlines()
            self.assertEqual([json.loads(line) for line in lines], self.whole[4:10])
            self.play("--to-url", "stdout", "--from", "10", "--to", "4", offline=offline, status=2)
            told = self.play("--to-url", "stdout", "--from", "99999", offline=offline, status=2).stderr
            self.assertIn("above the end of the log", told)

    def ordered(self, events):
        """Each conversation's own order, repeats apart."""
        by_lane = {}
        for event in events:
            lane = by_lane.setdefault(event["facts"].get("conversation_id") or event["stream"], [])
            if event["position"] not in lane:
                lane.append(event["position"])
        return by_lane

    def test_posts_reach_a_receiver_that_fails_now_and_then_in_each_conversations_order(self):
        for batch in ("1", "7"):
            receiver = Receiver(fail_every=6)
            try:
                self.play("--to-url", receiver.url, "--batch", batch, "--secret-file", str(self.secret))
                self.assertEqual(self.ordered(receiver.events), self.ordered(self.whole))
                self.assertEqual(receiver.wrong_signatures, 0)
            finally:
                receiver.close()

    def test_an_interrupted_replay_goes_on_where_it_was(self):
        receiver = Receiver()
        cursor = temporary_folder() / "hook.cursor"
        try:
            words = ["--to-url", receiver.url, "--cursor", str(cursor), "--lanes", "2", "--attempts", "3"]
            process = subprocess.Popen(self.command(*words, "--speed", "1x"), stderr=subprocess.PIPE)
            with receiver.lock:
                self.assertTrue(receiver.arrived.wait_for(lambda: len(receiver.events) >= 3, timeout=60))
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            self.assertIn(process.returncode, (0, 1))
            kept = json.loads(cursor.read_text())["position"]
            taken = {e["position"] for e in receiver.events}
            self.assertTrue(all(e["position"] in taken for e in self.whole if e["position"] <= kept))
            self.play(*words)
            self.assertEqual(self.ordered(receiver.events), self.ordered(self.whole))
            before = len(receiver.events)
            self.play(*words)
            self.assertEqual(len(receiver.events), before)
            self.play(*words, "--type", "message.sent", status=2)
        finally:
            receiver.close()

    def test_what_was_answered_before_the_end_is_kept(self):
        for handler, by_signal, status in ((Slow, True, 1), (OfSixty, False, 1)):
            with self.subTest(handler=handler.__name__):
                receiver = Receiver()
                receiver.RequestHandlerClass = handler
                cursor = temporary_folder() / "hook.cursor"
                words = ["--to-url", receiver.url, "--cursor", str(cursor), "--lanes", "1", "--json", "--attempts", "1"]
                try:
                    process = subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                    with receiver.lock:
                        self.assertTrue(receiver.arrived.wait_for(lambda: len(receiver.events) >= 20, timeout=60))
                    if by_signal:
                        process.send_signal(signal.SIGINT)
                    out, _ = process.communicate(timeout=60)
                    self.assertEqual(process.returncode, status)
                    taken = [event["position"] for event in receiver.events]
                    kept = json.loads(cursor.read_text())["position"]
                    self.assertIn(kept, taken[-2:])  # the last answer may have been on its way
                    if by_signal:
                        self.assertEqual(json.loads(out)["events"], taken.index(kept) + 1)
                finally:
                    receiver.close()

    def test_the_cursor_is_kept_on_the_way(self):
        receiver = Receiver()
        receiver.RequestHandlerClass = Slow
        cursor = temporary_folder() / "hook.cursor"
        try:
            process = subprocess.Popen(self.command("--to-url", receiver.url, "--cursor", str(cursor), "--lanes", "1"))
            until = time.monotonic() + 30
            while not cursor.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            self.assertIsNone(process.poll(), "it was over before the cursor was kept")
            process.kill()
            process.wait()
            taken = [event["position"] for event in receiver.events]
            self.assertIn(json.loads(cursor.read_text())["position"], taken)
        finally:
            receiver.close()

    def test_a_receiver_that_says_no_ends_it_with_the_position(self):
        receiver = Receiver()
        receiver.RequestHandlerClass = Refusing
        try:
            done = self.play("--to-url", receiver.url, status=1)
            self.assertIn("answered 400", done.stderr)
        finally:
            receiver.close()

    def test_frames_reach_a_websocket(self):
        async def receive():
            got, complete = [], asyncio.Event()

            async def handler(socket, *_):
                async for text in socket:
                    got.append(json.loads(text))
                complete.set()

            async with websockets.serve(handler, "127.0.0.1", 0) as listening:
                port = listening.sockets[0].getsockname()[1]
                process = await asyncio.create_subprocess_exec(
                    *self.command("--to-url", f"ws://127.0.0.1:{port}/feed", offline=True))
                self.assertEqual(await process.wait(), 0)
                await asyncio.wait_for(complete.wait(), 30)
            return got

        self.assertEqual(asyncio.run(receive()), self.whole)

    def test_wrong_words_are_one_sentence(self):
        for words in (["--to-url", "ftp://x"], ["--to-url", "stdout", "--type", "no.such"],
                      ["--to-url", "stdout", "--from", "x"], ["--to-url", "stdout", "--conversation", "1"],
                      ["--to-url", "stdout", "--speed", "fast"], ["--to-url", "ws://127.0.0.1:1/"]):
            with self.subTest(words=words):
                is_away = words[-1].startswith("ws:")
                done = self.play(*words, offline=True, status=1 if is_away else 2)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
