"""The short form of kill_load.py, and resuming across a kill."""
import os
import unittest

import kill_load
from hansard_client import Server


class Kill(unittest.IsolatedAsyncioTestCase):
    def test_nothing_acknowledged_is_lost_doubled_or_reordered(self):
        seed = int(os.environ.get("HANSARD_SEED", "1"))
        total, slowest, wrong = kill_load.run(kills=20, seed=seed, seconds_between=(0.1, 0.4))
        self.assertEqual(wrong, [], f"seed {seed}")
        self.assertGreater(total, 1_000)
        self.assertLess(slowest, 2.0)

    async def test_a_socket_resumes_across_a_kill(self):
        server = Server()
        try:
            alice, bob = server.user("alice"), server.user("bob")
            conversation = alice.create(["bob"])["id"]
            async with bob.socket() as b:
                alice.send(conversation, "before")
                seen = await b.next("message.new")
                server.kill()
            server.start()
            alice.send(conversation, "after")
            async with bob.socket(f"?resume={seen['cursor']}") as b:
                frames = await b.receive_until("caught_up")
                self.assertEqual([f["data"]["message"]["content"] for f in frames if f["type"] == "message.new"],
                                 ["after"])
        finally:
            server.close()


if __name__ == "__main__":
    unittest.main()
