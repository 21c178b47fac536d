"""HTTPS and wss with clients that are not ours: Python's ssl, http.client and websockets, curl, node's ws.

HTTP and WebSocket over TLS are also tried by running their own suites with HANSARD_TLS=1.
"""
import asyncio
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest

import websockets

from hansard_client import BIN, Server, make_certificate, temporary_folder
from requirement_case import TracedTown

API = "/api/v1"

NODE = """
const [port, token, ca] = process.argv.slice(1);
const WebSocket = require('ws');
const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`,
  {ca: require('fs').readFileSync(ca), headers: {Authorization: `Bearer ${token}`}});
socket.on('message', (text) => { console.log(JSON.parse(text).type); socket.close(); });
socket.on('close', (code) => { console.log(code); });
socket.on('error', (error) => { console.log(String(error)); process.exit(1); });
"""


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(tls=True, config="[limits]\nheader_timeout_s = 2\nwrite_timeout_s = 5\n")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def open(self, context=None):
        raw = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        context = context or self.server.tls
        return context.wrap_socket(raw, server_hostname="127.0.0.1")

    def versions(self, least, most):
        context = ssl.create_default_context(cafile=str(self.server.folder / "cert.pem"))
        context.minimum_version, context.maximum_version = least, most
        return context


class Http(TlsTest):
    def test_a_conversation_over_one_connection(self):
        alice, bob = self.server.user("alice"), self.server.user("bob")
        conversation = alice.create([bob.name])["id"]
        for number in range(50):
            alice.send(conversation, f"message {number}")
        self.assertEqual(len(bob.history(conversation)["items"]), 50)

    def test_large_bodies_both_ways(self):
        alice = self.server.user("alice")
        bytes_sent = os.urandom(3 << 20)
        answer = alice.request("POST", f"{API}/files", raw=bytes_sent,
                               headers={"Content-Type": "application/octet-stream",
                                        "Content-Disposition": 'attachment; filename="noise"'})
        self.assertEqual(answer.status, 201, answer.text)
        connection = self.server.connection()
        connection.request("GET", f"{API}/files/{answer.json['id']}", headers={"Authorization": f"Bearer {alice.token}"})
        self.assertEqual(connection.getresponse().read(), bytes_sent)
        connection.close()

    def test_pipelined_requests_in_one_record_are_answered_in_order(self):
        alice = self.server.user("alice")
        line = f"GET {API}/unread HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.token}\r\nX-Request-Id: %d\r\n\r\n"
        with self.open() as peer:
            peer.sendall("".join(line % number for number in range(20)).encode())
            got = b""
            while got.count(b"HTTP/1.1 200") < 20 or not got.endswith(b"}"):
                got += peer.recv(65536)
        places = [got.index(b"X-Request-Id: %d\r\n" % number) for number in range(20)]
        self.assertEqual(places, sorted(places))

    def test_a_request_that_comes_byte_by_byte(self):
        with self.open() as peer:
            for byte in b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
                peer.sendall(bytes([byte]))
            self.assertTrue(peer.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_versions_and_protocols(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.open(self.versions(version, version)) as peer:
                self.assertEqual(peer.version(), name)
        old = self.versions(ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises(ssl.SSLError):
            self.open(old)
        offering = self.versions(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        offering.set_alpn_protocols(["h2", "http/1.1"])
        with self.open(offering) as peer:
            self.assertEqual(peer.selected_alpn_protocol(), "http/1.1")
        offering.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            self.open(offering)

    def test_http_to_the_port_is_told(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as peer:
            peer.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while piece := peer.recv(4096):
                got += piece
        self.assertTrue(got.startswith(b"HTTP/1.1 400"), got)
        self.assertIn(b"https://", got)

    def test_a_handshake_that_never_ends_is_cut_and_costs_nobody_else(self):
        stalled = [socket.create_connection(("127.0.0.1", self.server.port), timeout=30) for _ in range(200)]
        for number, peer in enumerate(stalled):
            if number % 2:
                peer.sendall(b"\x16\x03\x01\x02\x00\x01")  # the first bytes of a hello
        self.assertEqual(self.server.user("alice").get("/health").status, 200)
        for peer in stalled:
            with peer:
                self.assertEqual(peer.recv(1), b"")

    def test_garbage_is_refused_and_harms_nobody(self):
        for noise in (b"\x00" * 600, os.urandom(4096), b"\x16\x03\x01\xff\xff" + b"\x01" * 600):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as peer:
                try:
                    peer.sendall(noise)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(4096):
                        pass
                except OSError:
                    pass
        self.assertEqual(self.server.user("alice").get("/health").status, 200)

    def test_curl(self):
        ran = subprocess.run(["curl", "-sS", "--cacert", str(self.server.folder / "cert.pem"),
                              f"https://127.0.0.1:{self.server.port}/health"], capture_output=True)
        self.assertEqual((ran.returncode, ran.stderr), (0, b""))
        self.assertEqual(json.loads(ran.stdout)["status"], "ok")


class Resets(TlsTest):
    """Peers that go while answers wait for them: what was theirs must reach nobody else."""

    def go_amid_answers(self, requests, number):
        peer = self.open()
        peer.sendall(requests)
        if number % 3:
            peer.recv(1 + number * 50)
        time.sleep(number % 4 / 1000)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket(fileno=peer.detach()).close()

    def test_peers_that_reset_amid_their_answers_harm_nobody(self):
        gone, stays = self.server.user("gone"), self.server.user("stays")
        histories = {}
        for user in (gone, stays):
            conversation = user.create([])["id"]
            for number in range(60):
                user.send(conversation, f"{user.name} {number} " + user.name[0] * 8_000)
            histories[user] = f"{API}/conversations/{conversation}/messages"
        expected = stays.get(histories[stays]).text
        requests = (f"GET {histories[gone]} HTTP/1.1\r\nHost: x\r\n"
                    f"Authorization: Bearer {gone.token}\r\n\r\n" * 20).encode()
        ended = threading.Event()
        reads, wrong = [], []

        def read_on():
            while not ended.is_set():
                try:
                    reads.append(self.read_once(histories[stays], stays.token))
                except Exception as error:  # whatever a foreign byte makes of it
                    wrong.append(error)

        reader = threading.Thread(target=read_on)
        reader.start()
        try:
            for number in range(300):
                self.go_amid_answers(requests, number)
        finally:
            ended.set()
            reader.join()
        self.assertEqual(wrong, [])
        self.assertGreater(len(reads), 20)
        self.assertTrue(all(got == expected for got in reads))
        self.assertEqual(stays.get("/health").status, 200)

    def read_once(self, path, token):
        connection = self.server.connection()
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            return connection.getresponse().read().decode()
        finally:
            connection.close()


class Sockets(TlsTest):
    def test_sends_reach_the_other_socket(self):
        asyncio.run(self.talk())

    async def talk(self):
        alice, bob = self.server.user("alice"), self.server.user("bob")
        conversation = alice.create([bob.name])["id"]
        async with alice.socket() as a, bob.socket() as b:
            # More than a record, and many small ones at once.
            contents = ["x" * 9_000] + [f"message {number}" for number in range(500)]
            for number, content in enumerate(contents):
                await a.ws.send(json.dumps({"type": "message.send", "id": f"m{number}",
                                            "data": {"conversation_id": conversation, "content": content}}))
            got = [(await b.next("message.new"))["data"]["message"]["content"] for _ in contents]
        self.assertEqual(got, contents)

    def test_node(self):
        alice = self.server.user("alice")
        ran = subprocess.run(["node", "-e", NODE, str(self.server.port), alice.token,
                              str(self.server.folder / "cert.pem")], capture_output=True, timeout=30,
                             env={**os.environ, "NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs")})
        self.assertEqual(ran.stdout.split(), [b"hello", b"1000"], ran.stderr)


class Tools(TlsTest):
    """`hansard-replay` as a client of TLS; SSL_CERT_FILE names whom it trusts."""

    def play(self, *words, trusted=True):
        token = self.server.folder / "service.token"
        token.write_text(self.server.token("backend", "service audit"))
        trust = self.server.folder / ("cert.pem" if trusted else "other.pem")
        if not trusted:
            other = temporary_folder()
            make_certificate(other)
            trust = other / "cert.pem"
        return [str(BIN / "hansard-replay"), "play", "--url", f"https://127.0.0.1:{self.server.port}", "--token-file",
                str(token), "--quiet", *words], {**os.environ, "SSL_CERT_FILE": str(trust)}

    def test_an_untrusted_certificate_is_an_error(self):
        command, environment = self.play("--to-url", "stdout", trusted=False)
        ran = subprocess.run(command, env=environment, capture_output=True, timeout=60)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"certificate", ran.stderr)

    def test_events_are_played_from_https_to_wss_and_pings_are_answered(self):
        alice = self.server.user("alice")
        conversation = alice.create([])["id"]
        for number in range(30):
            alice.send(conversation, f"message {number}")

        async def receive():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.server.folder / "cert.pem", self.server.folder / "key.pem")
            got, complete = [], asyncio.Event()

            async def handler(peer, *_):
                async for text in peer:
                    got.append(json.loads(text))
                complete.set()

            async with websockets.serve(handler, "127.0.0.1", 0, ssl=context, ping_interval=0.05) as listening:
                port = listening.sockets[0].getsockname()[1]
                command, environment = self.play("--to-url", f"wss://127.0.0.1:{port}/feed", "--conversation",
                                                 conversation)
                process = await asyncio.create_subprocess_exec(*command, env=environment)
                self.assertEqual(await process.wait(), 0)
                await asyncio.wait_for(complete.wait(), 30)
            return got

        got = [event["content"]["text"] for event in asyncio.run(receive()) if event["type"] == "message.sent"]
        self.assertEqual(got, [f"message {number}" for number in range(30)])


class Stop(unittest.TestCase):
    def test_who_does_not_begin_his_handshake_holds_up_no_stop(self):
        server = Server(tls=True)
        self.addCleanup(server.close)
        with socket.create_connection(("127.0.0.1", server.port), timeout=30):
            self.assertEqual(server.user("alice").get(f"{API}/unread").status, 200)  # the other was accepted before
            start = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - start, 3)


class Reload(unittest.TestCase):
    def setUp(self):
        self.server = TracedTown(tls=True)
        self.addCleanup(self.server.close)

    def serial(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as raw:
            with context.wrap_socket(raw) as peer:
                return peer.getpeercert(binary_form=True)

    def until(self, test):
        end = time.monotonic() + 60
        while not test():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_sighup_brings_the_new_certificate_and_open_connections_go_on(self):
        alice = self.server.user("alice")
        self.assertEqual(alice.get(f"{API}/unread").status, 200)
        before, connection = self.serial(), alice.connection
        make_certificate(self.server.folder)
        self.assertEqual(self.serial(), before)
        self.server.process.send_signal(signal.SIGHUP)
        self.until(lambda: self.serial() != before)
        self.assertEqual(alice.get(f"{API}/unread").status, 200)
        self.assertIs(alice.connection, connection)

    def test_a_broken_certificate_leaves_the_old_one(self):
        before = self.serial()
        for number, broken in enumerate((b"", b"-----BEGIN CERTIFICATE-----\nnonsense\n", None)):
            certificate = self.server.folder / "cert.pem"
            certificate.unlink(missing_ok=True) if broken is None else certificate.write_bytes(broken)
            self.server.process.send_signal(signal.SIGHUP)
            self.until(lambda: self.server.trace_file.read_text().count("the old certificate stays") == number + 1)
            self.assertEqual(self.serial(), before)
        make_certificate(self.server.folder)
        self.server.process.send_signal(signal.SIGHUP)
        self.until(lambda: self.serial() != before)
        self.assertEqual(self.server.stop(), 0)

    def test_reloads_amid_handshakes(self):
        failures = []

        def shake():
            for _ in range(60):
                try:
                    self.serial()
                except OSError as error:
                    failures.append(error)

        threads = [threading.Thread(target=shake) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            self.server.process.send_signal(signal.SIGHUP)
            time.sleep(0.02)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Starting(unittest.TestCase):
    def fails_with(self, words, *options, lock="-aes256"):
        folder = temporary_folder()
        (folder / "secret").write_text("x" * 40)
        make_certificate(folder)
        subprocess.run(["openssl", "pkey", *lock.split(), "-passout", "pass:secret", "-in", str(folder / "key.pem"),
                        "-out", str(folder / "locked.pem")], check=True)
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                        str(folder / "other.pem")], check=True, capture_output=True)
        places = [option.replace("@", str(folder)) for option in options]
        ran = subprocess.run([str(BIN / "hansard"), "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0",
                              "--jwt-secret-file", str(folder / "secret"), *places], capture_output=True, timeout=60)
        self.assertIn(words, ran.stderr.decode())
        self.assertNotEqual(ran.returncode, 0)
        self.assertFalse((folder / "data").exists())

    def test_what_does_not_fit_is_said_before_anything_is_touched(self):
        self.fails_with("--tls-key FILE", "--tls-certificate", "@/cert.pem")
        self.fails_with("none.pem cannot be read: it is not there", "--tls-certificate", "@/none.pem", "--tls-key", "@/key.pem")
        self.fails_with("secret is not PEM", "--tls-certificate", "@/secret", "--tls-key", "@/key.pem")
        self.fails_with("key.pem has no certificate in it", "--tls-certificate", "@/key.pem", "--tls-key", "@/key.pem")
        self.fails_with("none.pem cannot be read: it is not there", "--tls-certificate", "@/cert.pem", "--tls-key",
                        "@/none.pem")
        self.fails_with("cannot be read: it is a folder", "--tls-certificate", "@/cert.pem", "--tls-key", "@/")
        self.fails_with("cert.pem has no private key in it", "--tls-certificate", "@/cert.pem", "--tls-key", "@/cert.pem")
        self.fails_with("is not the certificate's", "--tls-certificate", "@/cert.pem", "--tls-key", "@/other.pem")
        for form in ("-aes256", "-aes256 -traditional"):
            self.fails_with("locked.pem has a password", "--tls-certificate", "@/cert.pem", "--tls-key", "@/locked.pem",
                            lock=form)


if __name__ == "__main__":
    unittest.main()
