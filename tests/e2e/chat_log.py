"""Untidy chat logs in the format of `hansard-replay import`, made from a seed: mentions of strangers and out of range,
empty texts, control characters, joins by members, leaves and renames of strangers, replies to system lines."""
import json
import random

WORDS = "moved seconded order question aye no division adjourned clerk bench 議長 приветствую naïve 🎉 e\u0301".split()


def person(chance, people):
    number = chance.randrange(people)
    return f"person {number}" + (" " if number == 3 else "é%41" if number == 4 else "")


def message(chance, line, people):
    text = " ".join(chance.choices(WORDS, k=chance.randrange(1, 12)))
    if chance.random() < 0.02:
        text = ""
    if chance.random() < 0.05:
        text += "\u0002bold\u000f\u0001"
    if chance.random() < 0.4:
        who = person(chance, people * 2) if chance.random() < 0.1 else person(chance, people)
        length = len(who) + (50 if chance.random() < 0.02 else 0)
        line["mentions"] = [{"user": who, "offset": 0, "length": length}]
        text = f"{who}: {text}"
    line["text"] = text


def lines(seed, count, channels=6, people=30):
    chance = random.Random(seed)
    earlier = {}
    for i in range(count):
        channel = f"#channel-{chance.randrange(channels)}"
        kind = chance.choices(["message", "join", "leave", "rename", "notice"], [80, 9, 5, 4, 2])[0]
        line = {"id": f"{channel}:{i}", "channel": channel, "type": kind, "from": person(chance, people),
                "ts": f"2014-03-{1 + i * 28 // count:02d}T10:{i // 60 % 60:02d}:{i % 60:02d}.{i % 1000:03d}Z"}
        if kind == "rename":
            line["to"] = person(chance, people)
        if kind == "notice":
            line["from"], line["text"] = "server", "netsplit \u0007"
        if kind == "message":
            message(chance, line, people)
            if earlier.get(channel) and chance.random() < 0.3:
                line["reply_to"] = chance.choice(earlier[channel])
        earlier.setdefault(channel, []).append(line["id"])
        yield line


def write(path, seed, count, **sizes):
    with open(path, "w", encoding="utf-8") as out:
        for line in lines(seed, count, **sizes):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
