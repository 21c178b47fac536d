"""The same contract for another client: node and its `ws` package."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from hansard_client import ServerTest

HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node") or shutil.which("nodejs")


@unittest.skipUnless(NODE, "node is not installed")
class Node(ServerTest):
    def test_a_node_client_sends_receives_and_resumes(self):
        alice, bob = self.user(), self.user()
        conversation = alice.create([bob.name])["id"]
        environment = dict(os.environ, NODE_PATH="/usr/share/nodejs")
        outcome = subprocess.run([NODE, str(HERE / "node_client.js"), str(self.server.port), alice.token, bob.token,
                                  conversation], capture_output=True, timeout=60, env=environment)
        self.assertEqual(outcome.returncode, 0, outcome.stderr.decode())
        seen = json.loads(outcome.stdout)
        self.assertEqual(seen["first"], [f"message {n}" for n in range(5)])
        self.assertEqual(seen["second"], [f"message {n}" for n in range(5, 10)])


if __name__ == "__main__":
    unittest.main()
