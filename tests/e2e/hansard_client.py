"""A server under test and plain clients of it: http.client and websockets, nothing of the project's own code.

Every test file runs by itself: python3 tests/e2e/test_http.py [-k NAME]. HANSARD_BIN names the folder of the release
binaries (build/release). With HANSARD_TLS=1 every server speaks TLS, so any suite of HTTP and WebSocket also is one of
HTTPS and wss. With HANSARD_BARS=1, on a machine that does nothing else, measured times are held to their figures, else to
ten times of them (`bar` in requirement_case.py). HANSARD_SEED repeats what a test drew. With HANSARD_CONTRACT=1 every
answer over HTTP is held against the server's OpenAPI document.
"""
import asyncio
import atexit
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import uuid

import websockets

from openapi_document import Document

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("HANSARD_BIN", ROOT / "build" / "release"))
HOLDS_TO_CONTRACT = bool(os.environ.get("HANSARD_CONTRACT"))
SECRET = "an end-to-end secret of more than 32 bytes"


def temporary_folder():
    """Gone with the process."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hansard-e2e-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_certificate(folder, name="127.0.0.1"):
    """A self-signed certificate for the loopback address: folder/cert.pem, folder/key.pem."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
                   check=True, capture_output=True)
    (folder / "key.pem").chmod(0o600)


def patient(config):
    """The config with reads that wait as long as a busy machine needs to show what was written before them, by
    whomever, also right after a start, and with commands that may wait for a slow disk; what the config says about these
    waits stays."""
    names = ("fresh_read_wait_ms", "min_position_timeout_ms", "queue_wait_max_ms")
    waits = [f"{name} = 20000" for name in names if name not in config]
    before, _, limits = config.partition("[limits]\n")
    return "\n".join([before, "[limits]", *waits, limits]) if waits else config


class Server:
    """One `hansard serve` process; restartable on the same data and port."""

    def __init__(self, folder=None, config="", extra=(), tls=bool(os.environ.get("HANSARD_TLS")), is_patient=True):
        self.folder = folder or temporary_folder()
        self.data = self.folder / "data"
        self.secret = self.folder / "secret"
        self.secret.write_text(SECRET)
        self.secret.chmod(0o600)
        self.config = self.folder / "config.toml"
        self.config.write_text(config)
        self.is_patient = is_patient
        self.extra = list(extra)
        self.tls = None
        if tls:
            make_certificate(self.folder)
            self.trust()
            self.extra += ["--tls-certificate", str(self.folder / "cert.pem"), "--tls-key", str(self.folder / "key.pem")]
        self.port = 0
        self.process = None
        self.starts = 0  # connections of an earlier start are stale
        self._tokens = {}
        self._document = None
        self._users = []
        self.start()

    def command(self):
        return [str(BIN / "hansard"), "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}",
                "--jwt-secret-file", str(self.secret), "--config", str(self.config), "--log-level", "warn",
                *self.extra]

    def start(self):
        if self.is_patient:
            self.config.write_text(patient(self.config.read_text()))
        started = time.monotonic()
        self.starts += 1
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=None)
        line = self.process.stdout.readline().decode()
        if not line.startswith(f"hansard listening on {self.scheme('http')}://"):
            raise RuntimeError(f"the server did not start: {line!r}, exit {self.process.wait(10)}")
        self.port = int(line.strip().rsplit(":", 1)[1])
        self.start_seconds = time.monotonic() - started

    def scheme(self, plain):
        return plain + "s" if self.tls else plain

    def trust(self):
        self.tls = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))

    def connection(self, timeout=60):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def raw(self, timeout=60):
        """A connection to write bytes to."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return self.tls.wrap_socket(raw, server_hostname="127.0.0.1") if self.tls else raw

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.process.stdout.close()
        return status

    def close(self):
        for user in self._users:
            user.close()
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def token(self, user, scope="", ttl="1h"):
        wanted = (user, scope, ttl)
        if wanted not in self._tokens:
            command = [str(BIN / "hansard"), "token", "--jwt-secret-file", str(self.secret), "--sub", user,
                       "--ttl", ttl] + (["--scope", scope] if scope else [])
            self._tokens[wanted] = subprocess.run(command, check=True, capture_output=True).stdout.decode().strip()
        return self._tokens[wanted]

    def durable(self):
        """The last durable position."""
        with contextlib.closing(User(self, "watcher")) as watcher:
            return int(float(re.search(r"(?m)^hansard_durable_position (\S+)$", watcher.get("/metrics").text)[1]))

    def until_durable(self, position):
        deadline = time.monotonic() + 60
        while (now := self.durable()) < position:
            assert time.monotonic() < deadline, f"durable is {now}, not yet {position}"
            time.sleep(0.01)

    def document(self):
        if self._document is None:
            with contextlib.closing(self.connection()) as connection:
                connection.request("GET", "/openapi.json")
                self._document = Document(json.loads(connection.getresponse().read()))
        return self._document

    def user(self, name, scope="", act_as=None):
        user = User(self, name, scope, act_as)
        self._users.append(user)
        return user


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        is_text = self.headers.get("content-type", "text") != "application/octet-stream"
        self.text = body.decode() if is_text else body.decode("latin-1")

    @property
    def json(self):
        return json.loads(self.text)


class User:
    """A person (or a trusted back end) with a token, over one keep-alive connection."""

    def __init__(self, server, name, scope="", act_as=None):
        self.server, self.name, self.scope, self.act_as = server, name, scope, act_as
        self.token = server.token(name, scope)
        self.connection = None
        self.connected_at = 0

    def close(self):
        connection, self.connection = self.connection, None
        if connection:
            connection.close()

    def request(self, method, path, body=None, headers=None, raw=None):
        sent = {"Authorization": f"Bearer {self.token}"}
        if self.act_as:
            sent["Hansard-Act-As"] = self.act_as
        sent.update(headers or {})
        payload = raw if raw is not None else (json.dumps(body) if body is not None else None)
        if payload is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = self.connection
        if connection is None or self.connected_at != self.server.starts:
            self.close()
            self.connected_at = self.server.starts
            connection = self.server.connection()
            self.connection = connection
        try:
            connection.request(method, path, payload, sent)
            response = connection.getresponse()
            answer = Answer(response, response.read())
        except (http.client.HTTPException, OSError):
            self.close()
            raise
        if HOLDS_TO_CONTRACT:
            complaints = self.server.document().complaints(method, path, answer)
            assert not complaints, f"{method} {path} {answer.status}: {complaints[:3]}: {answer.text[:500]}"
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, key=None, **headers):
        if key:
            headers["Idempotency-Key"] = key
        return self.request("POST", path, body if body is not None else {}, headers)

    # The verbs tests speak in.
    def create(self, members=(), type="group", **more):
        answer = self.post("/api/v1/conversations", {"type": type, "members": list(members), **more})
        assert answer.status in (200, 201), answer.text
        return answer.json

    def send(self, conversation, content, key=None, **more):
        answer = self.post(f"/api/v1/conversations/{conversation}/messages", {"content": content, **more}, key)
        assert answer.status in (200, 201), answer.text
        return answer.json

    def history(self, conversation, query="limit=200"):
        answer = self.get(f"/api/v1/conversations/{conversation}/messages?{query}")
        assert answer.status == 200, answer.text
        return answer.json

    def unread(self, conversation):
        return self.get(f"/api/v1/conversations/{conversation}").json["unread"]

    def socket(self, query="", **options):
        return Socket(self, query, options)


class Socket:
    """A WebSocket of a user: `async with user.socket() as socket`."""

    def __init__(self, user, query, options):
        self.user, self.query, self.options = user, query, options
        self.frames = []
        self.number = 0

    async def __aenter__(self):
        headers = {} if "no_token" in self.options else {"Authorization": f"Bearer {self.user.token}"}
        headers.update(self.options.get("headers", {}))
        server = self.user.server
        url = f"{server.scheme('ws')}://127.0.0.1:{server.port}/ws{self.query}"
        self.ws = await websockets.connect(url, extra_headers=headers, max_size=None, compression=None,
                                           max_queue=self.options.get("max_queue", 4096), ping_interval=None,
                                           open_timeout=60, sock=self.options.get("sock"), ssl=server.tls)
        if "no_token" not in self.options:
            self.hello = await self.receive()
            assert self.hello["type"] == "hello", self.hello
        return self

    async def __aexit__(self, *exc):
        await self.ws.close()

    async def receive(self, timeout=60):
        return json.loads(await asyncio.wait_for(self.ws.recv(), timeout))

    async def receive_until(self, type, timeout=60):
        """Frames up to and with the first of `type`."""
        frames = []
        while not frames or frames[-1]["type"] != type:
            frames.append(await self.receive(timeout))
        return frames

    async def ask(self, type, data=None, **more):
        """Sends a frame with an id; gives its answer; other frames on the way go to self.frames."""
        self.number += 1
        frame = {"type": type, "id": str(self.number), "data": data or {}, **more}
        await self.ws.send(json.dumps(frame))
        while True:
            answer = await self.receive()
            if answer.get("re") == str(self.number):
                return answer
            self.frames.append(answer)

    async def next(self, type, timeout=60):
        """The next frame of `type`, among those set aside first."""
        for i, frame in enumerate(self.frames):
            if frame["type"] == type:
                return self.frames.pop(i)
        while True:
            frame = await self.receive(timeout)
            if frame["type"] == type:
                return frame
            self.frames.append(frame)


def quoted(text):
    return urllib.parse.quote(text, safe="")


class ServerTest(unittest.TestCase):
    """One server for the tests of a class."""

    config = ""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(config=cls.config)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def user(self, name=None, scope="", act_as=None):
        return self.server.user(name or f"user-{uuid.uuid4()}", scope, act_as)

    def problem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.text)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer.json["code"], code, answer.text)
        self.assertEqual(answer.json["status"], status)
