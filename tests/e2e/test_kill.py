"""The short form of kill_load.py, and resuming across a kill."""
import os
import unittest

import kill_load
from hansard_client import Server


class Kill(unittest.IsolatedAsyncioTestCase):
    def test_nothing_acknowledged_is_lost_doubled_or_reordered(self):
        seed = int(os.environ.get("HANSARD_SEED", "1"))
        outcome = kill_load.Outcome()
        chores = kill_load.run_round(outcome, kills=60, seed=seed, seconds_between=(0.05, 0.3), events=2_000)
        self.assertEqual(outcome.wrong, [], f"seed {seed}")
        self.assertGreater(outcome.acknowledged, 1_000)
        self.assertGreaterEqual(outcome.resumes, 60)
        self.assertGreaterEqual(min(chores.begun.values()), 60 // len(chores.begun))

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
