"""The server with as little as a container or a systemd unit leaves it: no io_uring, no rights, nothing to write to but
its data folder; and what it leaves on disk."""
import ctypes
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import unittest

from hansard_client import BIN, ROOT, Server, temporary_folder

NOBODY = 65534
# The system calls of io_uring have one number on every architecture.
IO_URING = (425, 426, 427)


def forbid_io_uring():
    """What Docker's default seccomp profile does to io_uring: EPERM (seccomp(2), a filter in classic BPF)."""
    load, allow, refuse = (0x20, 0, 0, 0), (0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)
    checks = [(0x15, len(IO_URING) - i, 0, number) for i, number in enumerate(IO_URING)]
    program = [load, *checks, allow, refuse]
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    assert libc.prctl(22, 2, ctypes.create_string_buffer(header, len(header))) == 0  # PR_SET_SECCOMP


class Confined(Server):
    """As an unprivileged user where the test may change it, without a home, a temporary folder or io_uring."""

    def start(self):
        self.folder.chmod(0o755)
        self.data.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            for place in (self.data, self.secret):
                os.chown(place, NOBODY, NOBODY)
        self.traces = open(self.folder / "traces", "wb")
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=self.traces, cwd="/",
                                        preexec_fn=self.confine, env={"HOME": "/nonexistent", "TMPDIR": "/nonexistent"})
        line = self.process.stdout.readline().decode()
        assert line.startswith("hansard listening on "), (self.folder / "traces").read_text()
        self.port = int(line.strip().rsplit(":", 1)[1])
        self.starts += 1

    def command(self):
        return ["info" if word == "warn" else word for word in super().command()]

    @staticmethod
    def confine():
        forbid_io_uring()
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)


class Sandbox(unittest.TestCase):
    def setUp(self):
        self.server = Confined(folder=temporary_folder())
        self.addCleanup(self.server.close)

    def test_attachments_go_without_io_uring_and_it_is_said_once(self):
        alice = self.server.user("alice")
        body = os.urandom(300_000)
        answer = alice.request("POST", "/api/v1/files", raw=body,
                               headers={"Content-Type": "application/octet-stream",
                                        "Content-Disposition": 'attachment; filename="noise"'})
        self.assertEqual(answer.status, 201, answer.text)
        connection = self.server.connection()
        connection.request("GET", f"/api/v1/files/{answer.json['id']}",
                           headers={"Authorization": f"Bearer {alice.token}"})
        self.assertEqual(connection.getresponse().read(), body)
        connection.close()
        said = [line for line in (self.server.folder / "traces").read_text().splitlines() if "not_uring" in line]
        self.assertEqual(len(said), 1, said)
        self.assertIn("io=posix", said[0])

    def test_it_serves_stops_and_starts_again(self):
        alice = self.server.user("alice")
        conversation = alice.create([])["id"]
        alice.send(conversation, "written by somebody without rights")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(len(alice.history(conversation)["items"]), 1)

    def test_what_it_writes_is_for_its_own_user(self):
        alice = self.server.user("alice")
        alice.send(alice.create([])["id"], "mine")
        self.assertEqual(self.server.stop(), 0)
        seen = 0
        for place in self.server.data.rglob("*"):
            mode = stat.S_IMODE(place.lstat().st_mode)
            self.assertEqual(mode & 0o077, 0, f"{place.relative_to(self.server.data)} is {mode:o}")
            seen += 1
        self.assertGreater(seen, 20)


class Hangup(unittest.TestCase):
    def test_without_tls_it_does_nothing(self):
        server = Server()
        self.addCleanup(server.close)
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(server.user("alice").get("/health").status, 200)
        self.assertEqual(server.stop(), 0)


class Unit(unittest.TestCase):
    def test_what_operations_shows_as_the_folder_for_backups_can_be_written(self):
        shown = re.search(r'\[backup\]\n +folder = "/var/lib/([^"]+)"', (ROOT / "docs/OPERATIONS.md").read_text()).group(1)
        unit = (ROOT / "docs/deploy/hansard.service").read_text()
        self.assertIn(shown, re.search(r"^StateDirectory=(.*)", unit, re.M).group(1).split())
        container = (ROOT / "docs/deploy/Dockerfile").read_text()
        self.assertIn(f"{shown}:/var/lib/{shown} ", container)
        self.assertRegex(container, rf"install -d .*-o 65532.* /var/lib/{shown}\b")

    def test_the_user_of_the_container_can_read_the_secret_of_its_guide(self):
        container = (ROOT / "docs/deploy/Dockerfile").read_text()
        user = re.search(r"^USER (\d+:\d+)$", container, re.M).group(1)
        self.assertRegex(container, rf"> secret && chmod 400 secret && sudo chown {user} secret\n")
        inside = re.search(r"jwt_secret_file = \"([^\"]+)\"", container).group(1)
        self.assertIn(f"-v ./secret:{inside}:ro", container)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_the_unit_is_sound_and_its_sandbox_is_on(self):
        folder = temporary_folder()
        self.addCleanup(shutil.rmtree, folder)
        text = (ROOT / "docs/deploy/hansard.service").read_text().replace("/usr/local/bin/hansard", str(BIN / "hansard"))
        unit = folder / "hansard.service"
        unit.write_text(text)
        verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
        mine = [line for line in verified.stderr.splitlines() if "hansard.service" in line]
        self.assertEqual(mine, [])
        rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
                               capture_output=True, text=True)
        self.assertEqual(rated.returncode, 0, rated.stdout[-400:])


if __name__ == "__main__":
    unittest.main()
