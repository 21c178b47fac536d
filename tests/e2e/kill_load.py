"""SIGKILL under load: clients outside the server keep their own record of what was acknowledged, the server is killed
again and again, also amid rebuilds, erasures, backups, uploads, its stop and its start (kill_chores.py). At the end every
acknowledged message is there once, in the order of its acks, nothing is there that nobody sent, every reader's socket has
shown every message once and in order over all kills, and the stopped store is sound.
`python3 kill_load.py --kills 60 --seed 7`."""
import argparse
import asyncio
import json
import random
import subprocess
import sys
import time

import websockets

import chat_log
from hansard_client import BIN, Server, temporary_folder
from kill_chores import CHORES, Chores

CONVERSATIONS = 8
ROUND = 60  # kills of one store; a longer run takes a new one then
BROKEN = (OSError, websockets.WebSocketException, asyncio.TimeoutError)


def connect(user, query=""):
    server = user.server
    return websockets.connect(f"{server.scheme('ws')}://127.0.0.1:{server.port}/ws{query}", compression=None,
                              extra_headers={"Authorization": f"Bearer {user.token}"}, open_timeout=2,
                              close_timeout=0.2, max_size=None, max_queue=4096, ssl=server.tls)


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
            except BROKEN:
                await asyncio.sleep(0.02)

    async def connected(self, stop):
        async with connect(self.user) as ws:
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


class Reader:
    """Another member of a writer's conversation: one socket after the other, each resumed where the last one broke. It
    shows ordinals 1, 2, 3 and so on, each once."""

    def __init__(self, server, index, position):
        self.user = server.user(f"reader-{index}")
        self.cursor = position
        self.ordinal = 0
        self.resumes = 0
        self.wrong = []

    async def run(self, stop):
        while not stop.is_set():
            try:
                async with connect(self.user, f"?resume={self.cursor}") as ws:
                    self.resumes += 1
                    while not stop.is_set():
                        self.take(json.loads(await asyncio.wait_for(ws.recv(), 1)))
            except BROKEN:
                await asyncio.sleep(0.02)

    def take(self, frame):
        self.cursor = frame.get("cursor", self.cursor)
        if frame["type"] == "gap":
            self.wrong.append(f"{self.user.name}: a gap instead of a resume")
        if frame["type"] != "message.new":
            return
        ordinal = frame["data"]["message"]["ordinal"]
        if ordinal != self.ordinal + 1:
            self.wrong.append(f"{self.user.name}: message {ordinal} after message {self.ordinal}")
        self.ordinal = ordinal

    async def reach(self, ordinal):
        deadline = time.monotonic() + 60
        while self.ordinal < ordinal and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self.ordinal != ordinal:
            self.wrong.append(f"{self.user.name}: {self.ordinal} of {ordinal} messages shown")


async def kill_once(server, chores, name, pause):
    """Gives how long the start took."""
    await asyncio.sleep(pause)
    await asyncio.to_thread(chores.begin, name)
    await asyncio.sleep(pause / 20)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    return server.start_seconds


async def load_and_kill(server, writers, readers, chores, kills, chance, seconds_between):
    stop, end = asyncio.Event(), asyncio.Event()
    writing = [asyncio.create_task(writer.run(stop)) for writer in writers]
    reading = [asyncio.create_task(reader.run(end)) for reader in readers]
    slowest = 0.0
    for number in range(kills):
        pause = chance.uniform(*seconds_between)
        slowest = max(slowest, await kill_once(server, chores, CHORES[number % len(CHORES)], pause))
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*writing), 60)
    for writer, reader in zip(writers, readers):
        await reader.reach(len(writer.acknowledged))
    end.set()
    await asyncio.gather(*reading)
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


class Outcome:
    def __init__(self):
        self.kills = self.acknowledged = self.resumes = 0
        self.slowest = 0.0
        self.wrong = []

    def add(self, kills, slowest, writers, readers, wrong):
        self.kills += kills
        self.acknowledged += sum(len(writer.acknowledged) for writer in writers)
        self.resumes += sum(reader.resumes - 1 for reader in readers)
        self.slowest = max(self.slowest, slowest)
        self.wrong += wrong

    def __str__(self):
        told = "nothing lost, doubled, out of order, missed or shown twice" if not self.wrong else self.wrong
        return (f"{self.kills} kills, {self.acknowledged} acknowledged, {self.resumes} resumes, slowest start "
                f"{self.slowest:.2f} s: {told}")


def fill(server, seed, events):
    """About so many events before the first kill, from a made-up chat log."""
    file = server.folder / "chat.jsonl"
    token = server.folder / "service.token"
    token.write_text(server.token("importer", "service"))
    chat_log.write(file, seed, events, channels=60, people=300)
    subprocess.run([str(BIN / "hansard-replay"), "import", "--url", f"{server.scheme('http')}://127.0.0.1:{server.port}",
                    "--token-file", str(token), "--quiet", str(file)], check=True, stdout=subprocess.DEVNULL)
    file.unlink()


def run_round(outcome, kills, seed, seconds_between, events=0):
    chance = random.Random(seed)
    folder = temporary_folder()
    server = Server(folder, config=f'[backup]\nfolder = "{folder / "backups"}"\n')
    try:
        if events:
            fill(server, seed, events)
        made = [server.user(f"owner-{i}").create([f"reader-{i}"]) for i in range(CONVERSATIONS)]
        writers = [Writer(server, i, conversation["id"]) for i, conversation in enumerate(made)]
        readers = [Reader(server, i, conversation["position"]) for i, conversation in enumerate(made)]
        chores = Chores(server, seed)
        slowest = asyncio.run(load_and_kill(server, writers, readers, chores, kills, chance, seconds_between))
        wrong = verdict(writers) + [sentence for reader in readers for sentence in reader.wrong[:3]]
        outcome.add(kills, slowest, writers, readers, wrong + chores.verdict())
        return chores
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--hours", type=float, default=0, help="go on for at least this long")
    parser.add_argument("--events", type=int, default=0, help="lines imported before the first kill")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    end = time.monotonic() + 3600 * arguments.hours
    outcome, seed = Outcome(), arguments.seed
    while not outcome.wrong and (outcome.kills < arguments.kills or time.monotonic() < end):
        left = arguments.kills - outcome.kills
        run_round(outcome, min(ROUND, left) if left > 0 else ROUND, seed, (0.15, 0.6), arguments.events)
        print(f"seed {seed}: {outcome}", flush=True)
        seed += 1
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
