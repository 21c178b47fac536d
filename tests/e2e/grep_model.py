"""What a search must find, by looking at every message: no code of the project, Python's own idea of words.

A word is a run of letters, digits and underscores; inside one, the pieces between underscores and before capitals (of
several in a row the last, where a small letter follows) are found too, and so are neighbouring pieces together. Texts beyond ASCII are left to other tests.
"""
import re

RUN = re.compile(r"[A-Za-z0-9_]+")
PIECE = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+[a-z0-9]*|[a-z0-9]+")


def pieces(run):
    found = [(match.start(), match.end()) for match in PIECE.finditer(run)]
    return {run[a:b].lower() for i, (a, _) in enumerate(found) for _, b in found[i:]}


def positions(text):
    """Of each word: all the ways it is found. A name such as C++ or C# is one word, and its letters are a piece."""
    words = []
    for match in RUN.finditer(text):
        if not re.search(r"[A-Za-z0-9]", match.group()):
            continue
        whole, rest = match.group().lower(), text[match.end():]
        tail = re.match(r"(\+\+|#)(?![A-Za-z0-9_+#])", rest)
        words.append({whole, *pieces(match.group()), *([whole + tail.group(1)] if tail else [])})
    return words


class Line:
    def __init__(self, message):
        self.id = message["id"]
        self.ordinal, self.sender, self.conversation = message["ordinal"], message["sender_id"], message["conversation_id"]
        self.created_at = message["created_at"]
        self.text = message["content"] or ""
        self.words = positions(self.text)

    def has(self, word):
        return any(word in ways for ways in self.words)

    def has_prefix(self, start):
        return any(way.startswith(start) for ways in self.words for way in ways)

    def has_phrase(self, words):
        return any(all(i + k < len(self.words) and word in self.words[i + k] for k, word in enumerate(words))
                   for i in range(len(self.words)))
