"""`hansard-replay` against receivers and servers that close wrongly, say nothing, or are not there."""
import asyncio
import base64
import hashlib
import http.server
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import unittest

import websockets

from hansard_client import BIN, Server, temporary_folder

REPLAY = str(BIN / "hansard-replay")
ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class Peer:
    """Accepts TCP connections and gives each to `serve`."""

    def __init__(self, serve=None):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.accepted = threading.Event()
        self.open = []
        self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.open.append(connection)
            self.accepted.set()
            if self.serve:
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def close(self):
        self.listening.close()
        for connection in self.open:
            connection.close()


def shake_hands(connection, frame=b""):
    """The server's side of a WebSocket's opening, with a frame behind it."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", head).group(1)
    answer = base64.b64encode(hashlib.sha1(key + ACCEPT).digest())
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: " + answer + b"\r\n\r\n" + frame)


def read_to_the_end(connection):
    while connection.recv(65536):
        pass
    connection.close()


def close_with_1008(connection):
    shake_hands(connection)
    connection.recv(100)
    connection.sendall(b"\x88\x02\x03\xf0")
    read_to_the_end(connection)


def close_with_1000_of_its_own(connection):
    shake_hands(connection, b"\x88\x02\x03\xe8")
    read_to_the_end(connection)


def reset(connection):
    shake_hands(connection)
    connection.recv(100)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_all_and_leave(connection):
    """Ends TCP in the place of an answer to the close."""
    shake_hands(connection)
    connection.settimeout(1)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        pass
    connection.shutdown(socket.SHUT_RDWR)


def answer_400(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    read_to_the_end(connection)


class PlayAdversity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(config="[limits.log]\nwitness_interval_ms = 50\n")
        alice = cls.server.user("alice")
        conversation = alice.create(["bob"])["id"]
        for i in range(30):
            alice.send(conversation, f"message {i}" * 100)
        cls.token = cls.server.folder / "service.token"
        cls.token.write_text(cls.server.user("backend", "service").token)
        cls.server.stop()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.cursor = temporary_folder() / "cursor"

    def start(self, *words, source=None):
        source = source or ["--data", str(self.server.data)]
        return subprocess.Popen([REPLAY, "play", *source, "--quiet", *map(str, words)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def ends(self, process, status, *words, timeout=60):
        _, told = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, status, told)
        for word in words:
            self.assertIn(word, told)
        if status:
            self.assertEqual(len(told.strip().splitlines()), 1, told)

    def test_a_websocket_counts_only_after_its_answer_to_our_close(self):
        cases = {close_with_1008: "1008", close_with_1000_of_its_own: "1000", reset: "WebSocket",
                 read_all_and_leave: "WebSocket"}
        for serve, word in cases.items():
            with self.subTest(serve=serve.__name__):
                peer = Peer(serve)
                try:
                    self.ends(self.start("--to-url", f"ws://127.0.0.1:{peer.port}/", "--cursor", self.cursor), 1, word,
                              "The cursor keeps its place")
                    self.assertFalse(self.cursor.exists())
                finally:
                    peer.close()

    def test_a_cursor_of_another_replay_is_wrong_usage_and_one_that_stays_is_told_in_whole_sentences(self):
        peer = Peer(answer_400)
        self.addCleanup(peer.close)
        to = ["--to-url", f"http://127.0.0.1:{peer.port}/", "--attempts", "1", "--cursor", self.cursor]
        self.ends(self.start(*to), 1, "it answered 400. The cursor keeps its place: run it again to go on.\n")
        for kept, words in (('{"position":"0010000000000003","purpose":"another"}', "belongs to another replay"),
                            ("nothing", "is not the cursor of a replay.")):
            self.cursor.write_text(kept)
            process = self.start(*to)
            _, told = process.communicate(timeout=60)
            self.assertEqual((process.returncode, "again to go on" in told), (2, False), told)
            self.assertIn(words, told)
            self.assertEqual(self.cursor.read_text(), kept)

    def test_a_clean_close_moves_the_cursor_to_the_end(self):
        async def deliver():
            got = []

            async def handler(connection, *_):
                async for text in connection:
                    got.append(json.loads(text)["position"])

            async with websockets.serve(handler, "127.0.0.1", 0) as listening:
                port = listening.sockets[0].getsockname()[1]
                process = await asyncio.to_thread(self.start, "--to-url", f"ws://127.0.0.1:{port}/", "--cursor",
                                                  self.cursor)
                await asyncio.to_thread(self.ends, process, 0)
            return got

        got = asyncio.run(deliver())
        self.assertEqual(json.loads(self.cursor.read_text())["position"], got[-1])

    def test_an_interrupt_ends_it_whatever_the_other_side_does_not_do(self):
        silent_socket = Peer(shake_hands)
        silent = Peer()
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            while os.write(writing, b"x" * 4096):
                pass
        except BlockingIOError:
            os.set_blocking(writing, True)  # full
        plain = subprocess.Popen([REPLAY, "play", "--data", str(self.server.data), "--quiet", "--to-url", "stdout"],
                                 stdout=writing, stderr=subprocess.PIPE, text=True)
        processes = {
            "frames": self.start("--to-url", f"ws://127.0.0.1:{silent_socket.port}/", "--cursor", self.cursor),
            "posts": self.start("--to-url", f"http://127.0.0.1:{silent.port}/", "--attempts", "100"),
            "pages": self.start("--to-url", "stdout", source=["--url", f"http://127.0.0.1:{silent.port}",
                                                              "--token-file", str(self.token)]),
            "lines": plain,
        }
        try:
            self.assertTrue(silent_socket.accepted.wait(60))
            self.assertTrue(silent.accepted.wait(60))
            while not self.catches_interrupts(plain.pid):
                self.assertIsNone(plain.poll())
            for name, process in processes.items():
                with self.subTest(name):
                    while not self.catches_interrupts(process.pid):
                        self.assertIsNone(process.poll())
                    process.send_signal(signal.SIGINT)
            for name, process in processes.items():
                with self.subTest(name):
                    _, told = process.communicate(timeout=20)
                    self.assertEqual(process.returncode, 1, told)
            self.assertFalse(self.cursor.exists())
        finally:
            for process in processes.values():
                process.kill()
            silent.close()
            silent_socket.close()
            os.close(reading)
            os.close(writing)

    @staticmethod
    def catches_interrupts(pid):
        with open(f"/proc/{pid}/status") as file:
            status = file.read()
        return int(re.search(r"SigCgt:\s*(\w+)", status).group(1), 16) >> (signal.SIGINT - 1) & 1

    def test_a_peer_that_says_nothing_is_given_up_after_the_attempts(self):
        silent = Peer()
        url = f"http://127.0.0.1:{silent.port}"
        processes = [
            self.start("--to-url", f"ws://127.0.0.1:{silent.port}/"),
            self.start("--to-url", "stdout", "--attempts", "1", source=["--url", url, "--token-file", str(self.token)]),
            self.start("--to-url", url, "--attempts", "1"),
            subprocess.Popen([REPLAY, "check", "--url", url, "--token-file", str(self.token), "--patience", "1",
                              "--quiet", str(self.empty_log())], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True),
        ]
        try:
            for process in processes:
                with self.subTest(words=process.args[1:4]):
                    self.ends(process, 1, timeout=120)
        finally:
            for process in processes:
                process.kill()
            silent.close()

    def empty_log(self):
        log = self.cursor.parent / "log.jsonl"
        log.write_text("")
        return log

    def test_nobody_at_the_port_ends_in_a_sentence(self):
        peer = Peer()
        peer.close()
        url = f"http://127.0.0.1:{peer.port}"
        self.ends(self.start("--to-url", url, "--attempts", "2"), 1, "did not take")
        self.ends(self.start("--to-url", f"ws://127.0.0.1:{peer.port}/"), 1, "No WebSocket")
        self.ends(self.start("--to-url", "stdout", source=["--url", url, "--token-file", str(self.token)]), 1,
                  f"The server at {url} does not answer", timeout=20)

    def test_what_is_no_address_is_refused_at_once(self):
        for url in ("http://127.0.0.1:99999/", "http://", "https://:1/x", "ws://127.0.0.1:65536/", "wss://", "127.0.0.1:80"):
            with self.subTest(url=url):
                self.ends(self.start("--to-url", url), 2, "URL" if "99999" not in url and "65536" not in url else "port")
        for url in ("http://127.0.0.1:99999", "http://"):
            with self.subTest(url=url):
                self.ends(self.start("--to-url", "stdout", source=["--url", url, "--token-file", str(self.token)]), 2)


class Answers(http.server.ThreadingHTTPServer):
    """Answers as `answer(method, path, number of the request)` says; nothing ends the connection without an answer."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Answering)
        self.answer, self.asked, self.lock = answer, [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def take(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/health":  # is anybody there?
            return self.respond(200, {"status": "ok"})
        with self.server.lock:
            self.server.asked.append(f"{self.command} {self.path}")
            answer = self.server.answer(self.command, self.path, len(self.server.asked))
        if answer is None:
            self.close_connection = True
            return
        self.respond(*answer)

    def respond(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = take

    def log_message(self, *_):
        pass


class ServerAdversity(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder()
        self.token = self.folder / "token"
        self.token.write_text("any")

    def ask(self, answer, *words):
        server = Answers(answer)
        try:
            done = subprocess.run([REPLAY, words[0], "--url", server.url, "--token-file", str(self.token), "--quiet",
                                   *words[1:]], capture_output=True, text=True, timeout=60)
        finally:
            server.shutdown()
            server.server_close()
        return done, server.asked

    def test_a_rebuild_whose_answer_was_lost_is_followed(self):
        standing = {"name": "chat", "rebuild": {"state": "swapped", "why": "equal", "events": 1, "events_of": 1}}

        def answer(method, path, number):
            if method == "POST":
                return None if number == 1 else (409, {"code": "conflict", "detail": "a rebuild of chat is under way"})
            return 200, {"items": [standing]} if path.endswith("/views") else standing

        for words in (["--view", "chat"], []):
            with self.subTest(words=words):
                done, asked = self.ask(answer, "rebuild", *words)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("chat: swapped", done.stdout)
                self.assertEqual([line.split()[0] for line in asked][:3], ["POST", "POST", "GET"])
        done, _ = self.ask(lambda method, *_: (409, {"code": "conflict", "detail": "a rebuild is under way"}), "rebuild")
        self.assertEqual(done.returncode, 1)

    def test_a_check_reads_from_where_the_log_was(self):
        def answer(_, path, number):
            if number == 1:
                return 200, {"items": [], "position": "0010000000000042", "next": None}
            return 200, {"items": []}

        log = self.folder / "log.jsonl"
        log.write_text(json.dumps({"id": "1", "channel": "c", "from": "ann", "type": "message", "text": "hello",
                                   "ts": "2024-05-01T00:00:00Z"}) + "\n")
        _, asked = self.ask(answer, "check", str(log))
        self.assertIn("from=now", asked[0])
        self.assertGreater(len(asked), 1)
        for line in asked[1:]:
            self.assertIn("min_position=0010000000000042", line)


if __name__ == "__main__":
    unittest.main()
