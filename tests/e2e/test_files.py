"""Attachments as a client meets them: uploads and downloads over real sockets, on both back ends."""
import hashlib
import http.client
import os
import pathlib
import random
import re
import socket
import time
import unittest
import uuid

from hansard_client import Server, ServerTest

API = "/api/v1"
MIB = 1 << 20


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def blobs(server):
    """The names of all blobs, and what is unfinished."""
    folder = server.data / "files"
    found = [path.name for shard in folder.iterdir() if shard.name != "incoming" for path in shard.iterdir()]
    return sorted(found), sorted(path.name for path in (folder / "incoming").iterdir())


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def upload(user, data, name="a.bin", media_type="application/octet-stream", **headers):
    sent = {"Content-Type": media_type, "Content-Disposition": f"attachment; filename=\"{name}\"", **headers}
    return user.request("POST", f"{API}/files", raw=data, headers=sent)


def download(user, file, **headers):
    """Status, headers and bytes."""
    connection = user.server.connection()
    connection.request(headers.pop("method", "GET"), f"{API}/files/{file}",
                       headers={"Authorization": f"Bearer {user.token}", **headers})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def open_upload(user, length, *more):
    """A socket on which the head of an upload has been sent."""
    raw = user.server.raw(30)
    head = [f"POST {API}/files HTTP/1.1", "Host: x", f"Authorization: Bearer {user.token}",
            f"Content-Length: {length}", *more]
    raw.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
    return raw


def answer_of(raw):
    with raw, raw.makefile("rb") as stream:
        return int(stream.readline().split()[1])


class Files:
    """What holds whatever reads and writes; the back end is the class's."""

    def test_a_large_file_comes_back_as_it_went(self):
        ann = self.user()
        data = noise(20 * MIB + 12345)
        made = upload(ann, data, **{"Content-Disposition": "attachment; filename*=UTF-8''gro%C3%9Fe%20datei.bin"})
        self.assertEqual(made.status, 201, made.text)
        self.assertEqual((made.json["sha256"], made.json["size"], made.json["name"]),
                         (sha256(data), len(data), "große datei.bin"))
        status, headers, body = download(ann, made.json["id"])
        self.assertEqual((status, sha256(body), len(body)), (200, sha256(data), len(data)))
        self.assertEqual(headers["etag"], f'"{sha256(data)}"')
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertTrue(headers["content-disposition"].startswith("attachment; "))
        self.assertIn("filename*=UTF-8''gro%C3%9Fe%20datei.bin", headers["content-disposition"])
        stored, unfinished = blobs(self.server)
        self.assertIn(sha256(data), stored)
        self.assertEqual(unfinished, [])

    def test_bytes_that_the_disk_changed_are_never_a_whole_file(self):
        ann = self.user()
        for size in (10, 300_000):
            data = noise(size)
            file = upload(ann, data).json["id"]
            with open(self.server.data / "files" / sha256(data)[:2] / sha256(data), "r+b") as stored:
                stored.seek(size // 2)
                stored.write(bytes([data[size // 2] ^ 1]))
            with self.assertRaises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
                download(ann, file)
            self.assertEqual(download(ann, file, Range="bytes=0-3")[2], data[:4])

    def test_head_and_ranges(self):
        ann = self.user()
        data = noise(300_000)
        file = upload(ann, data).json["id"]
        status, headers, body = download(ann, file, method="HEAD")
        self.assertEqual((status, headers["content-length"], body), (200, "300000", b""))
        self.assertEqual(headers["accept-ranges"], "bytes")
        for unasked in ("bytes=0-3", "bytes=-7", "bytes=300000-"):
            status, headers, body = download(ann, file, method="HEAD", Range=unasked)
            self.assertEqual((status, headers["content-length"], body), (200, "300000", b""))
            self.assertNotIn("content-range", headers)
        for first, last in ((0, 0), (1, 131_071), (131_072, 262_200), (299_999, 299_999), (5, 299_999)):
            status, headers, body = download(ann, file, Range=f"bytes={first}-{last}")
            self.assertEqual((status, body), (206, data[first:last + 1]))
            self.assertEqual(headers["content-range"], f"bytes {first}-{last}/300000")
        self.assertEqual(download(ann, file, Range="bytes=-7")[2], data[-7:])
        status, headers, _ = download(ann, file, Range="bytes=300000-")
        self.assertEqual((status, headers["content-range"]), (416, "bytes */300000"))

    def test_many_at_once(self):
        import concurrent.futures
        def one(seed):
            user = self.server.user(f"many-{uuid.uuid4()}")
            data = noise(random.Random(seed).randint(0, 3 * MIB), seed)
            file = upload(user, data).json["id"]
            return all(download(user, file)[2] == data for _ in range(2))
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            self.assertTrue(all(pool.map(one, range(36))))

    def test_a_client_that_leaves_leaves_nothing(self):
        ann = self.user()
        before, _ = blobs(self.server)
        raw = open_upload(ann, 8 * MIB)
        raw.sendall(noise(3 * MIB))
        self.assertTrue(until(lambda: blobs(self.server)[1]))
        raw.close()
        self.assertTrue(until(lambda: not blobs(self.server)[1]))
        self.assertEqual(blobs(self.server)[0], before)

    def test_a_kill_amid_an_upload_leaves_nothing_half_visible(self):
        server = Server(config=self.config)
        self.addCleanup(server.close)
        ann = server.user("ann")
        whole = upload(ann, b"whole").json
        raw = open_upload(ann, 8 * MIB)
        raw.sendall(noise(5 * MIB))
        self.assertTrue(until(lambda: blobs(server)[1]))
        server.kill()
        raw.close()
        self.assertEqual(blobs(server)[0], [sha256(b"whole")])
        server.start()
        self.assertEqual(blobs(server), ([sha256(b"whole")], []))
        self.assertEqual(download(ann, whole["id"])[2], b"whole")

    def test_one_connection_carries_uploads_among_other_requests(self):
        ann = self.user()
        for i in range(5):
            self.assertEqual(upload(ann, noise(200_000, i)).status, 201)
            self.assertEqual(ann.get(f"{API}/unread").status, 200)

    def test_an_upload_that_is_refused_early_ends_its_connection_alone(self):
        ann = self.user()
        refused = upload(ann, noise(20 * MIB), media_type="nonsense")
        self.problem(refused, 415, "unsupported_media_type")
        for more, status in (("Content-Type: nonsense", 415), ("Content-Disposition: =", 400)):
            self.assertEqual(answer_of(open_upload(ann, 8 * MIB, more)), status)
        self.assertEqual(answer_of(open_upload(ann, 64 * MIB + 1)), 413)
        stranger = self.server.raw()
        stranger.sendall(f"POST {API}/files HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n".encode())
        self.assertEqual(answer_of(stranger), 401)
        self.assertEqual(ann.get(f"{API}/unread").status, 200)

    def test_a_length_is_needed(self):
        ann = self.user()
        raw = self.server.raw()
        raw.sendall(f"POST {API}/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n\r\n".encode())
        self.assertEqual(answer_of(raw), 411)
        chunked = self.server.raw()
        chunked.sendall(f"POST {API}/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode())
        self.assertEqual(answer_of(chunked), 411)

    def test_who_expects_to_be_asked_is_asked_for_the_body(self):
        ann = self.user()
        raw = open_upload(ann, 5, "Expect: 100-continue")
        self.assertTrue(raw.recv(100).startswith(b"HTTP/1.1 100 "))
        raw.sendall(b"hello")
        self.assertEqual(answer_of(raw), 201)
        refused = open_upload(ann, 5, "Expect: 100-continue", "Content-Type: nonsense")
        self.assertTrue(refused.recv(100).startswith(b"HTTP/1.1 415 "))
        refused.close()

    def test_what_a_browser_shows_is_never_what_was_uploaded(self):
        ann = self.user()
        file = upload(ann, b"<script>alert(1)</script>", "x.html", "text/html").json["id"]
        _, headers, _ = download(ann, file)
        self.assertEqual(headers["content-type"], "text/html")
        self.assertTrue(headers["content-disposition"].startswith("attachment"))
        self.assertIn("sandbox", headers["content-security-policy"])

    def test_access_is_that_of_the_messages_that_carry_it(self):
        ann, ben, eve = self.user(), self.user(), self.user()
        conversation = ann.create([ben.name])["id"]
        file = upload(ann, b"a plan", "plan.txt", "text/plain").json["id"]
        absent = eve.get(f"{API}/files/{uuid.uuid4()}")
        self.problem(absent, 404, "not_found")
        self.problem(ben.get(f"{API}/files/{file}"), 404, "not_found")
        message = ann.send(conversation, "", attachments=[{"file_id": file}])
        self.assertEqual(message["attachments"],
                         [{"id": file, "media_type": "text/plain", "name": "plan.txt", "size": 6}])
        self.assertEqual(download(ben, file)[2], b"a plan")
        stranger = eve.get(f"{API}/files/{file}")
        self.problem(stranger, 404, "not_found")
        self.assertEqual(len(stranger.text), len(absent.text))
        self.assertEqual(ann.request("DELETE", f"{API}/conversations/{conversation}/members/{ben.name}").status, 200)
        self.problem(ben.get(f"{API}/files/{file}"), 404, "not_found")

    def test_a_file_of_somebody_else_cannot_be_attached(self):
        ann, ben = self.user(), self.user()
        conversation = ann.create([ben.name])["id"]
        file = upload(ann, b"mine").json["id"]
        path = f"{API}/conversations/{conversation}/messages"
        self.problem(ben.post(path, {"attachments": [{"file_id": file}]}), 422, "invalid")
        self.problem(ann.post(path, {"attachments": [{"file_id": str(uuid.uuid4())}]}), 422, "invalid")

    def test_history_carries_attachments_after_a_restart(self):
        server = Server(config=self.config)
        self.addCleanup(server.close)
        ann = server.user("ann")
        conversation = ann.create(["ben"])["id"]
        data = noise(200_000)
        file = upload(ann, data, "b.bin").json["id"]
        ann.send(conversation, "look", attachments=[{"file_id": file}])
        server.kill()
        server.start()
        item = ann.history(conversation)["items"][0]
        self.assertEqual([a["id"] for a in item["attachments"]], [file])
        self.assertEqual(download(server.user("ben"), file)[2], data)


class OnPosix(Files, ServerTest):
    config = "[server]\nfile_io = \"posix\"\n"


def has_io_uring():
    """Whether the server starts when it must have io_uring."""
    try:
        Server(config="[server]\nfile_io = \"uring\"\n").close()
        return True
    except RuntimeError:
        return False


@unittest.skipUnless(has_io_uring(), "this kernel or container has no io_uring")
class OnUring(Files, ServerTest):
    config = "[server]\nfile_io = \"uring\"\n"


class Slow(ServerTest):
    config = "[limits]\nbody_timeout_s = 8\nwrite_timeout_s = 5\nfile_transfers_per_user_max = 2\n"

    def test_a_body_that_does_not_come_is_not_waited_for(self):
        ann = self.user()
        raw = open_upload(ann, MIB)
        self.addCleanup(raw.close)
        raw.sendall(noise(1000))
        started = time.monotonic()
        self.assertEqual(raw.recv(1), b"")
        self.assertLess(time.monotonic() - started, 25)  # not the 30 s of a server that was not told
        self.assertTrue(until(lambda: not blobs(self.server)[1]))

    def test_a_reader_that_takes_nothing_is_closed_and_his_room_comes_back(self):
        ann = self.user()
        file = upload(ann, noise(30 * MIB)).json["id"]
        for _ in range(2):
            raw = self.server.raw()
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.sendall(f"GET {API}/files/{file} HTTP/1.1\r\nHost: x\r\n"
                        f"Authorization: Bearer {ann.token}\r\n\r\n".encode())
            self.assertTrue(raw.recv(12).startswith(b"HTTP/1.1 200"))
            self.addCleanup(raw.close)
        self.problem(ann.get(f"{API}/files/{file}", Range="bytes=0-3"), 429, "too_many_transfers")
        self.assertTrue(until(lambda: download(ann, file, Range="bytes=0-3")[0] == 206))


class Collected(ServerTest):
    config = "[limits.files]\nunattached_s = 6\nsweep_s = 1\n"

    def test_what_no_message_carries_goes_and_what_one_carries_stays(self):
        ann, ben = self.user(), self.user()
        conversation = ann.create([ben.name])["id"]
        kept = upload(ann, b"kept").json["id"]
        ann.send(conversation, "look", attachments=[{"file_id": kept}])
        lost = upload(ann, b"lost").json["id"]
        self.assertTrue(until(lambda: ann.get(f"{API}/files/{lost}").status == 404))
        self.assertTrue(until(lambda: blobs(self.server)[0] == [sha256(b"kept")]))
        self.assertEqual(download(ben, kept)[2], b"kept")
        path = f"{API}/conversations/{conversation}/messages"
        self.problem(ann.post(path, {"attachments": [{"file_id": lost}]}), 422, "invalid")

    def test_bytes_that_a_crash_left_without_a_file_go(self):
        stray = self.server.data / "files" / sha256(b"stray")[:2] / sha256(b"stray")
        stray.write_bytes(b"stray")
        self.assertTrue(until(lambda: not stray.exists()))


class Bounded(ServerTest):
    config = "[limits]\nfile_bytes_max = 2000\nfile_types = [\"image/*\"]\n"

    def test_size_and_type_are_the_operators_choice(self):
        ann = self.user()
        self.assertEqual(upload(ann, b"x" * 2000, media_type="image/png").status, 201)
        self.problem(upload(ann, b"x" * 2001, media_type="image/png"), 413, "too_large")
        self.problem(upload(self.user(), b"x", media_type="text/html"), 415, "unsupported_media_type")

    def test_memory_does_not_hold_a_file(self):
        server = Server(config="[limits]\nfile_bytes_max = 500_000_000\n")
        self.addCleanup(server.close)
        ann = server.user("ann")
        status = pathlib.Path(f"/proc/{server.process.pid}/status")
        peak = lambda: int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
        before = peak()
        piece = os.urandom(MIB)
        raw = open_upload(ann, 200 * MIB)
        for _ in range(200):
            raw.sendall(piece)
        self.assertEqual(answer_of(raw), 201)
        self.assertLess(peak() - before, 30_000)


if __name__ == "__main__":
    unittest.main()
