#!/usr/bin/python3
"""Checks a folder of `hansard-replay export --proofs`, with verify_proof.py beside it and nothing of Hansard's own.

  verify_case.py --key VKEY --sum SUM FOLDER

VKEY is the log's verifier key or a file with it, SUM the folder's manifest.sha256 as whoever made the export handed it
over by another way: the one in the folder proves nothing, for whoever changes a file there changes it too. Held against
SUM are the manifest and every file. Each event has to have a proof under VKEY, and, in an export of kind jsonl, to be
shown as it was proven: place, type, time, actor and content of every event, and the facts of the types in FACTS; how
many events have others is counted.

Exit status 0: all of that holds; 1: it does not, with a line for each; 2: not looked at.
"""
import argparse
import collections
import datetime
import hashlib
import json
import pathlib
import struct
import sys
import uuid

import verify_proof

SHOWN = ["position", "stream", "version", "type", "schema", "time", "actor", "command_id", "facts"]


# --- FlatBuffers tables, as docs/LOG_FORMAT.md shows one ---


class Table:
    def __init__(self, data, at=None):
        self.data = data
        self.at = self.number(0, "<I") if at is None else at

    def number(self, at, form):
        return struct.unpack_from(form, self.data, at)[0]

    def slot(self, field):
        """Where the field with this id is, or None."""
        vtable = self.at - self.number(self.at, "<i")
        at = 4 + 2 * field
        offset = self.number(vtable + at, "<H") if at + 2 <= self.number(vtable, "<H") else 0
        return self.at + offset if offset else None

    def scalar(self, field, form, absent=0):
        at = self.slot(field)
        return absent if at is None else self.number(at, form)

    def bytes_at(self, at):
        at += self.number(at, "<I")
        return self.data[at + 4 : at + 4 + self.number(at, "<I")]

    def text(self, field):
        at = self.slot(field)
        return "" if at is None else self.bytes_at(at).decode()

    def json(self, field):
        return parsed(self.text(field)) if self.text(field) else None

    def id(self, field):
        at = self.slot(field)
        return None if at is None else str(uuid.UUID(bytes=self.data[at : at + 16]))

    def ids(self, field):
        at = self.slot(field)
        start = 0 if at is None else at + self.number(at, "<I")
        count = 0 if at is None else self.number(start, "<I")
        return [str(uuid.UUID(bytes=self.data[start + 4 + 16 * i : start + 20 + 16 * i])) for i in range(count)]

    def table(self, field):
        at = self.slot(field)
        return None if at is None else Table(self.data, at + self.number(at, "<I"))

    def tables(self, field):
        at = self.slot(field)
        start = 0 if at is None else at + self.number(at, "<I")
        places = [start + 4 + 4 * i for i in range(0 if at is None else self.number(start, "<I"))]
        return [Table(self.data, place + self.number(place, "<I")) for place in places]

    def time(self, field):
        return time_text(self.scalar(field, "<q"))


def time_text(milliseconds):
    whole = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
    return whole.strftime("%Y-%m-%dT%H:%M:%S") + f".{milliseconds % 1000:03d}Z"


# --- what the tables say, in the form in which events are shown ---

MESSAGE_TYPES = [None, "text", "image", "video", "audio", "file", "location", "status", "system"]


def message_content(table):
    mentions = [{"user_id": one.text(0), "offset": one.scalar(1, "<I"), "length": one.scalar(2, "<I"),
                 "counts": bool(one.scalar(3, "<B"))} for one in table.tables(2)]
    attachments = [{"id": one.id(0), "media_type": one.text(1), "name": one.text(2), "size": one.scalar(3, "<Q")}
                   for one in table.tables(3)]
    return {"text": table.text(0), "metadata": table.json(1), "mentions": mentions, "attachments": attachments}


def texts(*names):
    return lambda table: {name: table.text(field) for field, name in enumerate(names)}


def conversation_content(table):
    return {"title": table.text(0) or None, "metadata": table.json(1)}


def profile_content(table):
    return {"display_name": table.text(0) or None, "avatar": table.text(1) or None, "metadata": table.json(2)}


def forwarded_from(table):
    return table and {"message_id": table.id(0), "conversation_id": table.id(1), "sender_id": table.text(2),
                      "created_at": table.time(3)}


def message_facts(table):
    return {"conversation_id": table.id(1), "message_id": table.id(2), "ordinal": table.scalar(3, "<Q"),
            "sender_id": table.text(4), "sender_type": table.text(5) or None,
            "type": MESSAGE_TYPES[table.scalar(6, "<B", 1)], "reply_to": table.id(7),
            "reply_to_ordinal": table.scalar(8, "<Q") if table.id(7) else None, "created_at": table.time(9),
            "sent_at": table.time(10), "forwarded_from": forwarded_from(table.table(11))}


def sent_facts(table):
    return {**message_facts(table), "file_ids": table.ids(12), "was_scheduled": bool(table.scalar(13, "<B"))}


def reaction_facts(table):
    return {"conversation_id": table.id(1), "message_id": table.id(2), "ordinal": table.scalar(3, "<Q"),
            "user_id": table.text(4)}


def pointer_facts(table):
    return {"conversation_id": table.id(1), "user_id": table.text(2), "up_to": table.scalar(3, "<Q")}


CONTENT = {1: conversation_content, 2: conversation_content, 10: message_content, 11: message_content,
           13: texts("emoji"), 14: texts("emoji"), 34: profile_content, 39: message_content,
           41: texts("name", "media_type"), 61: texts("reason"), 63: texts("reason"), 64: texts("reason"),
           66: texts("query")}
FACTS = {10: sent_facts, 11: message_facts, 12: message_facts, 13: reaction_facts, 14: reaction_facts,
         15: message_facts, 16: lambda table: {**message_facts(table), "erasure_id": table.id(14)},
         30: pointer_facts, 31: pointer_facts}
NAMES = {1: "conversation.created", 2: "conversation.updated", 3: "conversation.closed", 4: "member.added",
         5: "member.removed", 6: "member.role_changed", 10: "message.sent", 11: "message.edited", 12: "message.deleted",
         13: "reaction.added", 14: "reaction.removed", 15: "message.expired", 16: "message.erased",
         17: "conversation.erased", 30: "read.advanced", 31: "delivered.advanced", 32: "unread.marked",
         33: "conversation.flagged", 34: "profile.updated", 35: "user.blocked", 36: "user.unblocked", 37: "user.seen",
         38: "notification.due", 39: "send.scheduled", 40: "schedule.cancelled", 41: "file.uploaded",
         42: "file.collected", 43: "user.erased", 60: "loss.accepted", 61: "erasure.requested", 62: "erasure.completed",
         63: "hold.placed", 64: "hold.released", 65: "hold.conflict", 66: "audit.read"}


def parsed(text):
    """A member that stands there twice is another value than one that stands there once."""
    def members(pairs):
        whole = dict(pairs)
        return whole if len(whole) == len(pairs) else {"twice": [[name, value] for name, value in pairs]}
    return json.loads(text, object_pairs_hook=members)


def same(one, other):
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def differences(shown, leaf, facts, content):
    """The members of a shown event that are not as proven. `content` is None where it was erased."""
    kind, schema, _, position = struct.unpack_from("<HHHQ", leaf, 2)
    command = leaf[64:80].hex()
    wanted = {"stream": str(uuid.UUID(bytes=leaf[16:32])), "version": struct.unpack_from("<Q", leaf, 32)[0],
              "type": NAMES.get(kind), "schema": schema, "time": time_text(struct.unpack_from("<q", leaf, 40)[0]),
              "actor": Table(facts).text(0) or None, "command_id": None if int(command, 16) == 0 else command}
    if kind in FACTS:
        wanted["facts"] = FACTS[kind](Table(facts))
    if kind in CONTENT:
        wanted["content"] = CONTENT[kind](Table(content)) if content else None
    found = [name for name, value in wanted.items() if name not in shown or not same(shown[name], value)]
    if not str(shown.get("position")).endswith(f"{position:013d}") or len(str(shown["position"])) != 16:
        found.append("position")
    return found + [name for name in shown if name not in SHOWN and not (name == "content" and kind in CONTENT)]


# --- the folder ---


class Case:
    def __init__(self, key, folder):
        self.key, self.folder = key, folder
        self.problems, self.counts = [], collections.Counter()

    def need(self, condition, problem):
        if not condition:
            self.problems.append(problem)
        return condition

    def sum_of(self, name):
        path = self.folder / name
        inside = self.folder.resolve() in path.resolve().parents and path.is_file()
        if not inside:
            return ""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    def check(self, pinned):
        words = pinned.split()
        if not self.need(words and self.sum_of("manifest.json") == words[0], "NOT AS PINNED: manifest.json"):
            return
        manifest = json.loads((self.folder / "manifest.json").read_bytes())
        proofs = [one["proofs"] for one in manifest["files"] if "proofs" in one]
        listed = manifest["schemas"] + manifest["files"] + proofs
        for one in listed:
            self.need(self.sum_of(one["name"]) == one["sha256"], f"NOT AS PINNED: {one['name']}")
        self.check_others({one["name"] for one in listed} | {"manifest.json", "manifest.sha256"})
        for one in manifest["files"]:
            self.check_events(manifest["kind"], one)

    def check_others(self, listed):
        for path in sorted(path for path in self.folder.rglob("*") if path.is_symlink() or not path.is_dir()):
            name = path.relative_to(self.folder).as_posix()
            is_attachment = name == f"files/{path.name[:2]}/{path.name}" and self.sum_of(name) == path.name
            self.need(name in listed or is_attachment, f"NOT PART OF THE EXPORT: {name}")

    def lines(self, name):
        return (self.folder / name).read_text(encoding="utf-8").split("\n")[:-1]

    def check_events(self, kind, file):
        proofs = {}
        for line in self.lines(file["proofs"]["name"]) if "proofs" in file else []:
            self.check_proof(line, proofs)
        self.counts["events"] += file["events"]
        missing = file["events"] - len(proofs)
        self.need(missing == 0, f"NOT PROVEN: {missing} events of {file['name']} have no proof that holds")
        if kind != "jsonl":
            return
        for line in self.lines(file["name"]):
            self.compare(line, proofs)
        for position in proofs:
            self.need(False, f"NOT SHOWN: position {position}, which is proven")

    def check_proof(self, line, proofs):
        try:
            proof = json.loads(line)
            position = verify_proof.verify_event(self.key, proof)["position"]
        except (ValueError, verify_proof.NotProven) as why:
            self.need(False, f"NOT PROVEN: {why}")
            return
        self.counts["proven"] += 1
        proofs[position] = proof

    def compare(self, line, proofs):
        shown = parsed(line)
        position = int(shown["position"]) % 10**13
        if not self.need(position in proofs, f"NOT PROVEN: position {position}"):
            return
        found = compared(shown, proofs.pop(position))
        self.need(not found, f"NOT AS PROVEN: position {position}: {', '.join(found)}")
        self.counts["as proven"] += not found
        self.counts["erased"] += shown.get("content", "") is None
        self.counts["sum only"] += shown["type"] not in {NAMES[kind] for kind in FACTS}


def compared(shown, proof):
    def opened(name):
        return None if proof[name].get("erased") else verify_proof.unbase64(proof[name]["bytes"], name)
    return differences(shown, verify_proof.unbase64(proof["leaf"], "the leaf"), opened("facts"), opened("content"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--key", required=True)
    parser.add_argument("--sum", required=True)
    parser.add_argument("folder")
    given = parser.parse_args()
    try:
        case = Case(verify_proof.key_of(given.key), pathlib.Path(given.folder))
        pinned = pathlib.Path(given.sum)
        if case.folder.resolve() in pinned.resolve().parents:
            raise OSError(f"{given.sum} lies in the folder itself: name the one that came by another way")
        pinned = pinned.read_text(encoding="utf-8")
        (case.folder / "manifest.json").open("rb").close()
    except (OSError, UnicodeDecodeError, verify_proof.NotProven) as why:
        print(f"NOT LOOKED AT, which says nothing about the case: {why}", file=sys.stderr)
        return 2
    try:
        case.check(pinned)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error) as why:
        case.problems.append(f"NOT AS AN EXPORT IS: {why!r}")
    counts = case.counts
    for problem in case.problems:
        print(problem)
    print(f"{counts['proven']} of {counts['events']} events proven, {counts['as proven']} of them shown as proven "
          f"({counts['erased']} with erased content, {counts['sum only']} with facts held against the sum only)")
    return 1 if case.problems else 0


if __name__ == "__main__":
    sys.exit(main())
