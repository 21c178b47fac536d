"""What else is under way when kill_load.py kills the server: a rebuild of the views, an erasure, a backup, an upload, its
own stop, its own start. Each chore keeps its own record of what the server answered; `verdict` holds the server to it."""
import hashlib
import http.client
import random
import subprocess
import time
import uuid

from hansard_client import BIN

API = "/api/v1"
CHORES = ("nothing", "rebuild", "erasure", "backup", "upload", "stop", "start")
BROKEN = (OSError, http.client.HTTPException)


class Chores:
    def __init__(self, server, seed):
        self.server = server
        self.chance = random.Random(seed)
        self.admin = server.user("root", "admin")
        self.author = server.user("author")
        self.conversation = self.author.create()["id"]
        self.erasures = {}  # erasure id -> message id
        self.uploads = {}   # file id -> SHA-256
        self.begun = dict.fromkeys(CHORES, 0)
        self.half = None    # a connection with half an upload

    def begin(self, name):
        """Leaves it under way, or is cut off by a server that is already gone."""
        self.begun[name] += 1
        try:
            getattr(self, name)()
        except BROKEN:
            pass

    def nothing(self):
        pass

    def rebuild(self):
        self.admin.post(f"{API}/admin/views/all/rebuild")

    def erasure(self):
        message = self.author.send(self.conversation, f"to be erased {uuid.uuid4()}")["id"]
        answer = self.admin.post(f"{API}/admin/erasures", {"message_id": message, "reason": "asked for"})
        if answer.status in (200, 201, 202):
            self.erasures[answer.json["id"]] = message

    def backup(self):
        self.admin.post(f"{API}/admin/backups", {"name": f"backup-{self.begun['backup']}"})

    def upload(self):
        body = self.chance.randbytes(200_000)
        done = self.author.request("POST", f"{API}/files", raw=body, headers={"Content-Type": "text/plain"})
        if done.status == 201:
            self.uploads[done.json["id"]] = hashlib.sha256(body).hexdigest()
        self.half = self.server.connection()
        self.half.putrequest("POST", f"{API}/files")
        for name, value in (("Authorization", f"Bearer {self.author.token}"), ("Content-Type", "text/plain"),
                            ("Content-Length", str(2 * len(body)))):
            self.half.putheader(name, value)
        self.half.endheaders()
        self.half.send(body)

    def stop(self):
        self.server.process.terminate()
        time.sleep(self.chance.uniform(0, 0.05))

    def start(self):
        """Kills it, and then again and again while it starts."""
        self.server.kill()
        for _ in range(3):
            starting = subprocess.Popen(self.server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.chance.uniform(0, 0.2))
            starting.kill()
            starting.wait()
        self.server.process = subprocess.Popen(self.server.command(), stdout=subprocess.PIPE)

    def verdict(self):
        """Sentences about everything that is not as it was answered. The server is stopped afterwards."""
        wrong = [sentence for id in self.erasures for sentence in self.erasure_verdict(id)]
        for id, sha256 in self.uploads.items():
            if hashlib.sha256(self.download(id)).hexdigest() != sha256:
                wrong.append(f"file {id} has other bytes")
        left = list((self.server.data / "files" / "incoming").iterdir())
        if left:
            wrong.append(f"{len(left)} halves of uploads are left")
        for view in self.admin.get(f"{API}/admin/views").json["items"]:
            if view.get("stopped"):
                wrong.append(f"view {view['name']}: {view['stopped']}")
        return wrong + self.stopped_verdict()

    def erasure_verdict(self, id):
        deadline = time.monotonic() + 60
        while (state := self.admin.get(f"{API}/admin/erasures/{id}").json["state"]) != "complete":
            if time.monotonic() > deadline:
                return [f"erasure {id} is {state} after a minute"]
            time.sleep(0.1)
        shown = self.author.get(f"{API}/messages/{self.erasures[id]}")
        return [] if shown.status == 200 and shown.json["content"] is None else [f"erasure {id}: {shown.text}"]

    def download(self, id):
        connection = self.server.connection()
        connection.request("GET", f"{API}/files/{id}", headers={"Authorization": f"Bearer {self.author.token}"})
        body = connection.getresponse().read()
        connection.close()
        return body

    def stopped_verdict(self):
        """A backup is whole or is not there by its name, and the store is sound to the last byte."""
        wrong = []
        if self.server.stop() != 0:
            wrong.append("the server did not stop")
        backups = self.server.folder / "backups"
        for backup in sorted(backups.glob("backup-*")) if backups.exists() else []:
            if backup.suffix == "" and (status := self.replay("verify", "--backup", backup)):
                wrong.append(f"{backup.name}: {status}")
        if status := self.replay("verify", "--deep", "--data", self.server.data):
            wrong.append(f"the store: {status}")
        return wrong

    @staticmethod
    def replay(*words):
        done = subprocess.run([str(BIN / "hansard-replay"), *map(str, words), "--quiet"], capture_output=True, text=True)
        return "" if done.returncode == 0 else (done.stdout + done.stderr)[-500:]
