#!/usr/bin/python3
"""A second verifier of Hansard's proofs, written against docs/PROOF.md and the standards alone.

It shares nothing with the product: SHA-256 from hashlib, everything else here, standard library only.

  verify_proof.py event --key VKEY FILE
  verify_proof.py consistency --key VKEY --old NOTE --new NOTE FILE
  verify_proof.py note --key VKEY NOTE

VKEY is the verifier key or a file that begins with it. Exit status 0: proven; 1: not proven, with a sentence; 2: wrong usage.
"""
import argparse
import base64
import binascii
import functools
import hashlib
import json
import os
import struct
import sys


class NotProven(Exception):
    pass


def need(condition, why):
    if not condition:
        raise NotProven(why)


# --- Ed25519 (RFC 8032 sections 5.1 and 6), slow and plain ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P:
        return None
    return P - x if (x & 1) != sign else x


def point(x, y):
    return (x, y, 1, x * y % P)


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, at):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, at)
        at = add(at, at)
        scalar >>= 1
    return result


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point(recover_x(BASE_Y, 0), BASE_Y)


def decompress(data):
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else point(x, y)


def ed25519_verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a = decompress(public)
    r = decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return equal(multiply(s, BASE), add(r, multiply(h, a)))


# --- the tree (RFC 9162 section 2.1) ---


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(index, size, leaf, path):
    """Section 2.1.3.2; None where the path cannot be one."""
    if index >= size:
        return None
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def is_consistent(first, first_root, second, second_root, path):
    """Section 2.1.4.2."""
    if first > second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == hashlib.sha256(b"").digest()
    if first & (first - 1) == 0:
        path = [first_root] + path
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# --- signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) ---


def unbase64(text, what):
    need(isinstance(text, str), f"{what} is not a text")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotProven(f"{what} is not base 64") from None
    need(base64.b64encode(data).decode() == text, f"{what} is not base 64 in its one form")
    return data


class VerifierKey:
    def __init__(self, text):
        parts = text.strip().split("+", 2)
        need(len(parts) == 3, "a verifier key is <name>+<id>+<base 64>")
        self.name = parts[0]
        key = unbase64(parts[2], "the verifier key")
        need(self.name and len(key) == 33 and key[0] == 1, "that is no Ed25519 key of a signed note")
        self.public = key[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + key).digest()[:4]
        need(self.id.hex() == parts[1], "the id of the key does not belong to it")


def open_note(key, note):
    data = note.encode()
    need(all(byte >= 0x20 or byte == 0x0A for byte in data), "the note has control characters")
    end = note.rfind("\n\n")
    need(end >= 0 and note.endswith("\n"), "that is no signed note")
    text, lines = note[: end + 1], note[end + 2 :].split("\n")[:-1]
    need(lines, "the note has no signature")
    verified = False
    for line in lines:
        words = line.split(" ")
        need(len(words) == 3 and words[0] == "\u2014", "a signature line of the note is none")
        signature = unbase64(words[2], "a signature of the note")
        need(len(signature) > 4, "a signature of the note is too short")
        if words[1] != key.name or signature[:4] != key.id:
            continue
        need(ed25519_verify(key.public, text.encode(), signature[4:]), "the signature of the note does not verify")
        verified = True
    need(verified, "the note is not signed by this key")
    return text


@functools.lru_cache(maxsize=16)  # of a case, every proof is under the same one
def open_checkpoint(key, note):
    lines = open_note(key, note).split("\n")
    need(len(lines) >= 4 and lines[-1] == "" and all(lines[:-1]), "that is no checkpoint")
    need(lines[0] == key.name, "the checkpoint is of another log than the key")
    need(lines[1].isascii() and lines[1].isdigit() and (lines[1] == "0" or lines[1][0] != "0"), "the size is none")
    root = unbase64(lines[2], "the root")
    need(len(root) == 32, "the root is not 32 bytes")
    return {"origin": lines[0], "size": int(lines[1]), "root": root}


# --- proof files (docs/PROOF.md) ---

LEAF_BYTES = 144
POSITION_AT, FACTS_AT, CONTENT_AT = 8, 80, 112  # in the leaf


def member(value, name, kind):
    need(isinstance(value, dict) and name in value, f"`{name}` is missing")
    found = value[name]
    need(isinstance(found, kind) and not (kind is int and isinstance(found, bool)), f"`{name}` is of another type")
    return found


def head(value, name):
    need(isinstance(value, dict), "the file is no object")
    need(member(value, "format", str) == name and member(value, "version", int) == 1, f"no {name} of version 1")


def path_of(value):
    path = [unbase64(text, "a hash of the path") for text in member(value, "path", list)]
    need(len(path) <= 64 and all(len(hash_) == 32 for hash_ in path), "the path is not at most 64 hashes")
    return path


def check_opening(value, commitment, what):
    """True when the bytes are shown."""
    if "commitment" in value:
        need(unbase64(value["commitment"], what) == commitment, f"the commitment of the {what} is not the leaf's")
    if "erased" in value and member(value, "erased", bool):
        return False
    salt = unbase64(member(value, "salt", str), what)
    data = unbase64(member(value, "bytes", str), what)
    need(hashlib.sha256(salt + data).digest() == commitment, f"the {what} are not what the leaf commits to")
    return True


def verify_event(key, proof):
    head(proof, "hansard-proof")
    checkpoint = open_checkpoint(key, member(proof, "checkpoint", str))
    index = member(proof, "index", int)
    leaf = unbase64(member(proof, "leaf", str), "the leaf")
    need(len(leaf) == LEAF_BYTES, "the leaf has not the length of one")
    need(struct.unpack_from("<Q", leaf, POSITION_AT)[0] == index + 1, "the leaf is of another position")
    if "leaf_hash" in proof:
        need(unbase64(proof["leaf_hash"], "leaf_hash") == leaf_hash(leaf), "leaf_hash is not the hash of the leaf")
    need(check_opening(member(proof, "facts", dict), leaf[FACTS_AT : FACTS_AT + 32], "facts"), "the facts are missing")
    shown = check_opening(member(proof, "content", dict), leaf[CONTENT_AT : CONTENT_AT + 32], "content")
    root = root_from_inclusion(index, checkpoint["size"], leaf_hash(leaf), path_of(proof))
    need(root == checkpoint["root"], "the path does not lead from the leaf to the root of the checkpoint")
    return {"position": index + 1, "content_shown": shown, **checkpoint}


def verify_consistency(key, old_note, new_note, proof):
    head(proof, "hansard-consistency")
    old, new = open_checkpoint(key, old_note), open_checkpoint(key, new_note)
    need(member(proof, "from", int) == old["size"] and member(proof, "to", int) == new["size"],
         "the path is between other sizes than the checkpoints")
    need(is_consistent(old["size"], old["root"], new["size"], new["root"], path_of(proof)),
         "the newer checkpoint is not of a log that begins with the older one's events")
    return {"from": old["size"], "to": new["size"]}


# --- the command ---


def text_of(file):
    with open(file, encoding="utf-8", newline="") as source:
        return source.read()


def json_of(file):
    try:
        return json.loads(text_of(file))
    except ValueError:
        raise NotProven(f"{file} is not JSON") from None


def key_of(given):
    """Its first word. NotProven, OSError or UnicodeDecodeError: that is no key."""
    words = (text_of(given) if os.path.exists(given) else given).split()
    need(words, "that is no verifier key")
    return VerifierKey(words[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("event", "consistency", "note"):
        command = commands.add_parser(name)
        command.add_argument("--key", required=True)
        if name == "consistency":
            command.add_argument("--old", required=True)
            command.add_argument("--new", required=True)
        command.add_argument("file")
    given = parser.parse_args()
    try:
        key = key_of(given.key)
    except (NotProven, OSError, UnicodeDecodeError) as why:
        parser.error(f"--key {given.key}: {why}")
    try:
        if given.command == "event":
            found = verify_event(key, json_of(given.file))
            shown = "" if found["content_shown"] else "; its content was erased or is not shown"
            print(f"proven: position {found['position']} of {found['origin']}, size {found['size']}{shown}")
        elif given.command == "consistency":
            found = verify_consistency(key, text_of(given.old), text_of(given.new), json_of(given.file))
            print(f"consistent: {found['from']} to {found['to']}")
        else:
            found = open_checkpoint(key, text_of(given.file))
            print(f"signed: {found['origin']}, size {found['size']}")
    except NotProven as why:
        print(f"not proven: {why}", file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as why:
        parser.error(str(why))
    return 0


if __name__ == "__main__":
    sys.exit(main())
