"""SIGKILL under load: clients outside the server keep their own record of what was acknowledged, the server is killed
again and again, and at the end every acknowledged message is there once, in the order of its acks, and nothing is
there that nobody sent. `python3 kill_load.py --kills 60 --seed 7`."""
import argparse
import asyncio
import json
import random
import sys
import time

import websockets

from hansard_client import Server

CONVERSATIONS = 8


class Writer:
    """One socket of one owner with a window of sends in flight; a send without an answer is repeated with its key."""

    def __init__(self, server, index, conversation):
        self.server, self.index, self.conversation = server, index, conversation
        self.user = server.user(f"owner-{index}")
        self.number = 0
        self.unanswered = {}   # number -> text
        self.acknowledged = {}  # number -> (message id, ordinal)

    def frame(self, number):
        return json.dumps({"type": "message.send", "id": str(number), "key": f"w{self.index}-{number}",
                           "data": {"conversation_id": self.conversation, "content": self.unanswered[number]}})

    async def run(self, stop):
        while not stop.is_set():
            try:
                await self.connected(stop)
            except (OSError, websockets.WebSocketException, asyncio.TimeoutError):
                await asyncio.sleep(0.02)

    async def connected(self, stop):
        url = f"ws://127.0.0.1:{self.server.port}/ws"
        headers = {"Authorization": f"Bearer {self.user.token}"}
        async with websockets.connect(url, extra_headers=headers, compression=None, open_timeout=2,
                                      close_timeout=0.2) as ws:
            for number in sorted(self.unanswered):
                await ws.send(self.frame(number))
            while not stop.is_set() or self.unanswered:
                while len(self.unanswered) < 32 and not stop.is_set():
                    self.number += 1
                    self.unanswered[self.number] = f"message {self.number} of writer {self.index}"
                    await ws.send(self.frame(self.number))
                self.take(json.loads(await asyncio.wait_for(ws.recv(), 5)))

    def take(self, frame):
        if frame["type"] == "error":
            raise SystemExit(f"refused: {frame}")
        if frame["type"] != "ack":
            return
        number = int(frame["re"])
        if self.unanswered.pop(number, None) is not None:
            self.acknowledged[number] = frame["data"]["id"]


async def load_and_kill(server, writers, kills, chance, seconds_between):
    stop = asyncio.Event()
    tasks = [asyncio.create_task(writer.run(stop)) for writer in writers]
    slowest = 0.0
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*seconds_between))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        slowest = max(slowest, server.start_seconds)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    return slowest


def history(user, conversation):
    items, after = [], 0
    while True:
        page = user.history(conversation, f"limit=200&after={after}")["items"]
        if not page:
            return items
        items += page
        after = page[-1]["ordinal"]


def verdict(writers):
    """Sentences about everything that is not as it was acknowledged."""
    wrong = []
    for writer in writers:
        items = history(writer.user, writer.conversation)
        ids = [m["id"] for m in items]
        place = {id: i for i, id in enumerate(ids)}
        lost = [n for n, id in writer.acknowledged.items() if id not in place]
        texts = [m["content"] for m in items]
        doubled = len(texts) - len(set(texts))
        if lost:
            wrong.append(f"writer {writer.index}: {len(lost)} acknowledged messages lost, first {lost[:3]}")
        if doubled:
            wrong.append(f"writer {writer.index}: {doubled} messages doubled")
        if [m["ordinal"] for m in items] != list(range(1, len(items) + 1)):
            wrong.append(f"writer {writer.index}: ordinals are not dense")
        if len(items) != len(writer.acknowledged):
            wrong.append(f"writer {writer.index}: {len(items)} stored, {len(writer.acknowledged)} acknowledged")
    return wrong


def run(kills, seed, seconds_between=(0.15, 0.6)):
    chance = random.Random(seed)
    server = Server()
    try:
        conversations = [server.user(f"owner-{i}").create()["id"] for i in range(CONVERSATIONS)]
        writers = [Writer(server, i, id) for i, id in enumerate(conversations)]
        slowest = asyncio.run(load_and_kill(server, writers, kills, chance, seconds_between))
        total = sum(len(w.acknowledged) for w in writers)
        wrong = verdict(writers)
        return total, slowest, wrong
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--hours", type=float, help="go on for this long instead")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    end = time.monotonic() + 3600 * arguments.hours if arguments.hours else 0
    seed, failed = arguments.seed, False
    while True:
        total, slowest, wrong = run(arguments.kills, seed)
        print(f"seed {seed}: {arguments.kills} kills, {total} acknowledged, slowest start {slowest:.2f} s, "
              f"{'nothing lost, doubled or out of order' if not wrong else wrong}", flush=True)
        failed = failed or bool(wrong)
        seed += 1
        if failed or time.monotonic() >= end:
            return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
