"""Data folders that earlier releases wrote (tests/golden/folders), opened by this one: it answers all that they did,
finds nothing wrong, goes on, and starts again.
"""
import json
import pathlib
import subprocess
import unittest

from hansard_client import BIN, ROOT, Server, temporary_folder
from stored_answers import all_answers, compare

FOLDERS = sorted((ROOT / "tests" / "golden" / "folders").glob("*.tar.zst"))


class Upgrade(unittest.TestCase):
    def open(self, archive):
        folder = temporary_folder()
        subprocess.run(["tar", "-I", "zstd", "-xf", str(archive), "-C", str(folder)], check=True)
        server = Server(folder)
        self.addCleanup(server.close)
        return server

    def verify(self, server):
        done = subprocess.run([str(BIN / "hansard-replay"), "verify", "--deep", "--data", str(server.data), "--json",
                               "--quiet"], capture_output=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""), done.stdout.decode())

    def go_on(self, server):
        ada = server.user("ada")
        group = next(c for c in ada.get("/api/v1/conversations").json["items"] if c["type"] == "group")
        sent = ada.send(group["id"], "the next sitting", key="after-the-upgrade")
        self.assertEqual(sent["ordinal"], group["last_ordinal"] + 1)
        server.kill()
        server.start()
        self.assertEqual(ada.history(group["id"])["items"][0]["content"], "the next sitting")

    def check(self, archive):
        server = self.open(archive)
        recorded = json.loads((server.folder / "answers.json").read_text())
        self.assertGreater(len(recorded), 100)
        wrong = compare(recorded, all_answers(server))
        self.assertEqual(wrong, [], f"{len(wrong)} differences")
        server.stop()
        self.verify(server)
        server.start()
        self.go_on(server)

    def test_there_are_folders(self):
        self.assertGreaterEqual(len(FOLDERS), 6)


def add_test(archive: pathlib.Path):
    name = archive.name.removesuffix(".tar.zst")
    setattr(Upgrade, "test_" + name.replace("-", "_"), lambda self: self.check(archive))


for found in FOLDERS:
    add_test(found)

if __name__ == "__main__":
    unittest.main()
