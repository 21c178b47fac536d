"""Makes the data folders of one release: HANSARD_BIN=<its build/release> python3 tests/golden/folders/make.py NAME

Writes NAME-stopped.tar.zst (ended by SIGTERM) and NAME-killed.tar.zst (by SIGKILL) beside this file: the data folder and
answers.json, what the server answered about it. Run once when a release changes what it writes; what is here is never
made again.
"""
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "e2e"))

from hansard_client import Server  # noqa: E402
from stored_answers import API, PEOPLE, all_answers  # noqa: E402


def fill(server):
    """A little of everything the release knows. What it does not know answers 404 or 422 and is left out."""
    ada, ben, cleo, dan = (server.user(name) for name in PEOPLE)
    service, admin = server.user("service", "service"), server.user("root", "admin audit")
    service.request("PUT", f"{API}/users/ada", {"display_name": "Ada", "metadata": {"team": "analysis"}})
    direct = ada.create(["ben"], type="direct")["id"]
    group = ada.create(["ben", "cleo"], title="Debates", metadata={"topic": "motions"})["id"]
    late = ben.create(["ada"], title="From the join on", settings={"history": "from_join"})["id"]
    said = [ada.send(direct, "Order, order.", key="k-1"), ben.send(direct, "The question is put.")]
    said += [ada.send(group, f"clause {n} stands part of the bill", key=f"clause-{n}") for n in range(40)]
    reply = cleo.send(group, "Ça alors, Ben: 第二读 👍", reply_to=said[4]["id"], metadata={"seen": True},
                      mentions=[{"user_id": "ben", "offset": 10, "length": 3}])
    ada.request("PUT", f"{API}/messages/{said[3]['id']}", {"content": "clause 1 stands as amended"})
    ada.request("DELETE", f"{API}/messages/{said[5]['id']}")
    ben.send(late, "before Dan came")
    ada.post(f"{API}/conversations/{group}/members", {"user_id": "dan", "role": "member"})
    ben.post(f"{API}/conversations/{late}/members", {"user_id": "dan"})
    ben.send(late, "after Dan came")
    dan.request("DELETE", f"{API}/conversations/{group}/members/dan")
    ada.request("PATCH", f"{API}/conversations/{group}/members/cleo", {"role": "admin"})
    ada.request("PATCH", f"{API}/conversations/{group}", {"title": "Debates of the house"})
    ben.post(f"{API}/messages/{said[20]['id']}/read")
    ben.post(f"{API}/conversations/{group}/delivered", {"up_to": 30})
    cleo.post(f"{API}/conversations/{group}/read", {"up_to": 40})
    cleo.post(f"{API}/conversations/{group}/unread", {"from": 12})
    ben.post(f"{API}/conversations/{direct}/mute")
    cleo.post(f"{API}/conversations/{group}/pin")
    service.post(f"{API}/conversations/{group}/messages",
                 {"content": "imported", "origin_time": "2020-02-02T02:02:02.000Z"}, **{"Hansard-Act-As": "cleo"})
    ben.post(f"{API}/messages/{reply['id']}/reactions", {"emoji": "👍"})
    ben.post(f"{API}/messages/{reply['id']}/forward", {"conversation_id": direct})
    upload = ada.request("POST", f"{API}/files", raw=b"an attachment " * 50, headers={"Content-Type": "text/plain"})
    if upload.status == 201:
        ada.send(group, "see the file", attachments=[{"file_id": upload.json["id"]}])
    dan.request("PUT", f"{API}/users/ben/block")
    erase(admin, said[9]["id"])


def erase(admin, message):
    asked = admin.post(f"{API}/admin/erasures", {"message_id": message, "reason": "asked for"}, key="erase-1")
    while asked.status in (200, 201, 202) and not asked.json.get("completed_at"):
        time.sleep(0.1)
        asked = admin.get(f"{API}/admin/erasures/{asked.json['id']}")


def make(name, end):
    server = Server(is_patient=False)  # an earlier release does not know the settings of today
    try:
        fill(server)
        answers = json.dumps(all_answers(server), ensure_ascii=False, sort_keys=True, indent=1)
        (server.folder / "answers.json").write_text(answers + "\n")
        server.stop() if end == "stopped" else server.kill()
        subprocess.run(["tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "-I", "zstd -19", "-cf",
                        str(HERE / f"{name}-{end}.tar.zst"), "-C", str(server.folder), "data", "answers.json"], check=True)
    finally:
        server.close()


if __name__ == "__main__":
    for way in ("stopped", "killed"):
        make(sys.argv[1], way)
