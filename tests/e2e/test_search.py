"""Search through the public API: the words of many languages, strings nobody expects, pages while messages arrive, and
answers held against grep over everything the caller can read (real chat history where it is there)."""
import json
import os
import random
import subprocess
import threading
import time
import unittest
import uuid

import chat_log
from grep_model import Line
from hansard_client import BIN, ROOT, Server, ServerTest, quoted, temporary_folder

REAL = ROOT.parent / "shared" / "data" / "ubuntu-irc.jsonl.zst"
API = "/api/v1"

# language: a line, what finds it, what does not
LANGUAGES = {
    "German": ("Die Größe der Straße überrascht", ["grosse", "STRASSE", "uberrascht", "größe straße -haus"], ["gro", "str"]),
    "French": ("L'été à l’œuvre, déjà vu", ["ete", "ÉTÉ", "oeuvre", '"déjà vu"'], ["et"]),
    "Polish": ("Zażółć gęślą jaźń", ["zazołc", "GĘŚLĄ", "jazn"], ["gesl"]),
    "Turkish": ("İstanbul'da ışık", ["istanbul", "ışık"], ["stanbul"]),
    "Vietnamese": ("Tiếng Việt rất đẹp", ["tieng viet", "đẹp"], ["tien"]),
    "Russian": ("Привет, ёжик в тумане", ["ПРИВЕТ", "туман*", '"ёжик в тумане"'], ["туман"]),
    "Greek": ("Καλημέρα κόσμε", ["καλημερα", "ΚΌΣΜΕ"], ["κοσμ"]),
    "Arabic": ("السَّلامُ عليكم", ["السلام", "عليكم"], ["سلا"]),
    "Hebrew": ("שָׁלוֹם עולם", ["שלום", "עולם"], ["שלו"]),
    "Hindi": ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"], ["नमस"]),
    "Thai": ("ฉันรักภาษาไทยมาก", ["ภาษาไทย", "รัก", "ไทยมาก"], ["ไทยรัก"]),
    "Chinese": ("我在北京大学学习计算机科学", ["北京", "京大", "计算机", "北京大学", "科学"], ["大北"]),
    "Japanese": ("東京都で寿司を食べました", ["東京", "京都", "寿司", "食べ", "ました"], ["京東"]),
    "Korean": ("한국어를 공부합니다", ["한국어", "공부", "합니다"], ["어한"]),
    "mixed": ("deploy 了 v2 к полудню 🎉 ok", ["deploy", "了", "полудню", "🎉", "deploy 🎉"], ["полуд"]),
    "width": ("ＦＵＬＬ ｗｉｄｔｈ ｶﾀｶﾅ", ["full", "width", "カタカナ"], ["ful"]),
    "emoji": ("thumbs 👍🏽 flag 🇩🇪 family 👨‍👩‍👧", ["👍", "👍🏽", "🇩🇪", "👨‍👩‍👧"], ["👎", "🇫🇷"]),
    "code": ("call get_user_name() or getHttpResponse in src/net/http_client.cpp",
             ["get_user_name", "user_name", "name", "gethttpresponse", "http", "http_client", "src/net", "client.cpp"],
             ["ser_name"]),
    "address": ("see https://docs.example.org/a/b?page=2#top and mail bob@example.com",
                ["docs.example.org", "https://docs.example.org/a/b", "example", "bob@example.com", "page=2"], ["exampl"]),
}

HOSTILE = ['"', '""', '"""', '"unclosed phrase', "AND", "OR", "NOT", "OR OR OR", "-", "--", "-x", "*", "**", "a**", "*a",
           "(", ")", "((((", "()", "NEAR(a b)", "NEAR", "^a", "a^2", "text:x", "tags:c1", "shelf_0", "rowid:1", "{a b}:c",
           "a + b", "'; DROP TABLE message; --", "' OR 1=1 --", "%", "_", "\\", "\x01\x02", "\u200b", "\u202e abc",
           "from:", "in:", "in:nobody", "before:", "before:never", "on:2014-99-99", "after:9999999", "has:", "type:",
           "type:nothing", "lang:", "lang:xx word", "mentions:", "from:\"", "-from:x", "-in:x OR -in:y", "a" * 900,
           "é" * 400, "🎉" * 200, " ".join("word%d" % i for i in range(120)), "a " * 256, "OR ".join(["x"] * 200),
           "\"" + "a b " * 200 + "\"", "x* " * 256, "-" + "y " * 200, "1e400", "\ud7ff", "\U0010ffff"]


class Search(ServerTest):
    def found(self, user, text, **params):
        query = "".join(f"&{name}={quoted(str(value))}" for name, value in params.items())
        answer = user.get(f"{API}/search/messages?q={quoted(text)}{query}")
        self.assertEqual(answer.status, 200, (text, answer.text[:300]))
        return answer.json

    def pages(self, user, text, **params):
        items, cursor = [], None
        while True:
            page = self.found(user, text, **params, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items

    def texts(self, user, text):
        return [item["message"]["content"] for item in self.pages(user, text)]

    def test_words_of_many_languages(self):
        user = self.user()
        room = user.create()["id"]
        for line, _, _ in LANGUAGES.values():
            position = user.send(room, line)["position"]
        self.found(user, "x", min_position=position)
        for language, (line, finds, misses) in LANGUAGES.items():
            for query in finds:
                self.assertIn(line, self.texts(user, query), (language, query))
            for query in misses:
                self.assertNotIn(line, self.texts(user, query), (language, query))

    def test_highlights_are_code_points_of_the_match(self):
        user = self.user()
        room = user.create()["id"]
        line = "🎉🎉 ÉTÉ — e\u0301te\u0301 東京都 x"
        position = user.send(room, line)["position"]
        for query in ("été", "東京"):
            item = self.found(user, query, min_position=position)["items"][0]
            for mark in item["highlights"]:
                words = line[mark["offset"]:mark["offset"] + mark["length"]]
                self.assertIn(words, ("ÉTÉ", "e\u0301te\u0301", "東京"), (query, item["highlights"]))

    def test_any_string_is_a_query(self):
        user = self.user()
        room = user.create()["id"]
        position = user.send(room, "an ordinary line of words")["position"]
        chance = random.Random(int(os.environ.get("HANSARD_SEED", "4")))
        strange = ["".join(chance.choice('ab "*-()^:\\\'ORANDé東🎉\u0301\u200d') for _ in range(chance.randrange(1, 60)))
                   for _ in range(300)]
        for query in HOSTILE + strange:
            started = time.monotonic()
            for sort in ("recent", "relevance"):
                answer = user.get(f"{API}/search/messages?sort={sort}&q={quoted(query)}")
                self.assertEqual(answer.status, 200, (query, answer.text[:300]))
            self.assertLess(time.monotonic() - started, 10, query)
        self.assertEqual(len(self.found(user, "ordinary words", min_position=position)["items"]), 1)

    def test_bad_parameters_are_refused_with_a_word(self):
        user = self.user()
        for query in ("", "?sort=best&q=a", "?q=a&limit=0", "?q=a&limit=1000", "?q=a&cursor=zzz", "?q=a&limit=x",
                      "?q=" + quoted("a " * 257)):
            self.problem(user.get(f"{API}/search/messages{query}"), 400, "malformed")

    def test_a_send_is_found_with_its_position(self):
        user, friend = self.user(), self.user()
        room = user.create([friend.name])["id"]
        for i in range(60):
            word = f"fresh{uuid.uuid4().hex}"
            position = user.send(room, f"this is {word}")["position"]
            self.assertEqual(len(self.found(user, word)["items"]), 1)  # his own reads wait
            page = self.found(friend, word, min_position=position)
            self.assertEqual(len(page["items"]), 1)
            self.assertGreaterEqual(page["indexed_through"], position)

    def test_pages_neither_skip_nor_repeat_while_messages_arrive(self):
        user = self.user()
        room = user.create()["id"]
        for i in range(300):
            last = user.send(room, f"steady word {i}")
        before = {f"steady word {i}" for i in range(300)}
        self.found(user, "steady", min_position=last["position"])
        stopping = threading.Event()
        other = self.user(user.name)

        def write():
            i = 300
            while not stopping.is_set():
                other.send(room, f"steady word {i}")
                i += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for sort in ("recent", "relevance"):
                items = self.pages(user, "steady", sort=sort, limit=17)
                texts = [item["message"]["content"] for item in items]
                self.assertEqual(len(texts), len(set(texts)), sort)
                self.assertLessEqual(before, set(texts), sort)
        finally:
            stopping.set()
            writer.join()

    def test_who_left_finds_nothing_and_edits_and_deletes_count_at_once(self):
        user, friend = self.user(), self.user()
        room = user.create([friend.name])["id"]
        message = user.send(room, "alpha secretplan")
        edited = user.request("PUT", f"{API}/messages/{message['id']}", {"content": "alpha publicplan"}).json
        page = self.found(friend, "publicplan", min_position=edited["position"])
        self.assertEqual(len(page["items"]), 1)
        self.assertEqual(self.found(friend, "secretplan")["items"], [])
        self.assertEqual(self.found(friend, "secretplan")["total"], 0)
        gone = user.request("DELETE", f"{API}/messages/{message['id']}").json
        self.assertEqual(self.found(friend, "publicplan", min_position=gone["position"])["items"], [])
        kept = user.send(room, "alpha stays")
        self.assertEqual(len(self.found(friend, "stays", min_position=kept["position"])["items"]), 1)
        left = friend.request("DELETE", f"{API}/conversations/{room}/members/{quoted(friend.name)}").json
        self.assertEqual(self.found(friend, "alpha", min_position=left["position"])["items"], [])
        self.assertEqual(self.found(friend, f"in:{room}")["items"], [])
        self.assertEqual(len(self.found(user, "stays")["items"]), 1)


class Damage(unittest.TestCase):
    def test_a_damaged_file_is_indexed_anew_while_the_rest_serves(self):
        server = Server()
        try:
            user = server.user("ann")
            room = user.create()["id"]
            for i in range(200):
                user.send(room, f"kept word {i}")
            self.assertEqual(server.stop(), 0)
            file = next((server.data / "views" / "search").rglob("search.*.db"))
            with open(file, "r+b") as out:
                out.seek(4096)
                out.write(b"garbage!" * 3000)
            server.start()
            self.assertEqual(len(user.history(room)["items"]), 200)
            newest = user.send(room, "kept word last")["position"]
            for _ in range(200):
                answer = user.get(f"{API}/search/messages?q=kept&limit=1&min_position={newest}")
                if answer.status == 200:
                    break
                time.sleep(0.1)
            self.assertEqual(answer.json["total"], 201, answer.text)
        finally:
            server.close()


class Stop(unittest.TestCase):
    def test_a_stop_does_not_wait_for_the_searches_that_wait(self):
        """One reader, and questions that would keep it busy for several times as long as a stop may take."""
        waiting = []
        server = Server(config="[limits]\nshutdown_deadline_ms = 3000\n[limits.search]\nreaders = 1\n")
        try:
            user = server.user("ann")
            room = user.create()["id"]
            for i in range(200):
                last = user.send(room, "many words to look at " * 400)
            slow = f"{API}/search/messages?q={quoted('absent OR before:2000')}"
            started = time.monotonic()
            self.assertEqual(user.get(f"{slow}&min_position={last['position']}").status, 200)
            count = min(250, 20 + int(15 / (time.monotonic() - started)))
            head = f"GET {slow} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token('ann')}\r\n\r\n"
            waiting = [server.raw() for _ in range(count)]
            for one in waiting:
                one.sendall(head.encode())
            time.sleep(1)
            self.assertEqual(server.stop(), 0)
            answers = [one.recv(12) for one in waiting]
            self.assertEqual(set(answers) - {b"HTTP/1.1 200"}, {b"HTTP/1.1 503"})
        finally:
            for one in waiting:
                one.close()
            server.close()


class AgainstGrep(unittest.TestCase):
    """Everything a person can read, fetched through the history, against what search finds for him."""

    def setUp(self):
        self.server = Server()
        self.file = temporary_folder() / "chat.jsonl"

    def tearDown(self):
        self.server.close()

    def load(self):
        token = self.server.folder / "service.token"
        token.write_text(self.server.token("importer", "service"))
        subprocess.run([str(BIN / "hansard-replay"), "import", "--url", f"http://127.0.0.1:{self.server.port}",
                        "--token-file", str(token), "--quiet", "--json", str(self.file)], check=False,
                       stdout=subprocess.DEVNULL, timeout=600)

    def lines_of(self, user):
        lines, cursor = [], ""
        while True:
            page = user.get(f"{API}/conversations?limit=200{cursor}").json
            for conversation in page["items"]:
                lines += self.lines_in(user, conversation["id"])
            if not page["next"]:
                return [line for line in lines if line.text.isascii()]
            cursor = f"&cursor={quoted(page['next'])}"

    def lines_in(self, user, conversation):
        query, lines = "limit=200", []
        while query:
            page = user.history(conversation, query)
            lines += [Line(message) for message in page["items"] if message["content"]]
            query = f"limit=200&cursor={quoted(page['next'])}" if page["next"] else None
        return lines

    def search(self, user, text, position):
        found, cursor = [], ""
        while True:
            page = user.get(f"{API}/search/messages?limit=200&q={quoted(text)}&min_position={position}{cursor}").json
            found += [item["message"]["id"] for item in page["items"] if item["message"]["content"].isascii()]
            if not page["next"]:
                return found
            cursor = f"&cursor={quoted(page['next'])}"

    def questions(self, chance, lines):
        def some_word():
            while True:
                words = chance.choice(lines).words
                if words:
                    return chance.choice(sorted(chance.choice(words)))

        def some_phrase():
            while True:
                line = chance.choice(lines)
                if len(line.words) >= 3:
                    at, size = chance.randrange(len(line.words) - 2), chance.randrange(2, 4)
                    return [sorted(ways)[0] for ways in line.words[at:at + size]]

        def quote(word):
            return f'"{word}"'  # so that no word is taken for an operator

        for _ in range(25):
            word = some_word()
            yield quote(word), lambda line, word=word: line.has(word)
            a, b = some_word(), some_word()
            yield f"{quote(a)} {quote(b)}", lambda line, a=a, b=b: line.has(a) and line.has(b)
            yield f"{quote(a)} -{quote(b)}", lambda line, a=a, b=b: line.has(a) and not line.has(b)
            yield f"{quote(a)} OR {quote(b)}", lambda line, a=a, b=b: line.has(a) or line.has(b)
            phrase = some_phrase()
            yield quote(" ".join(phrase)), lambda line, phrase=phrase: line.has_phrase(phrase)
            start = some_word()[:3]
            yield quote(start) + "*", lambda line, start=start: line.has_prefix(start)
            who = chance.choice(lines).sender
            yield f'{quote(word)} from:"{who}"', lambda line, word=word, who=who: line.has(word) and line.sender == who
            room = chance.choice(lines).conversation
            yield f"{quote(word)} in:{room}", lambda l, word=word, room=room: l.has(word) and l.conversation == room
            day = chance.choice(lines).created_at[:10]
            yield f"{quote(a)} on:{day}", lambda line, a=a, day=day: line.has(a) and line.created_at[:10] == day

    def compare(self, people, seed):
        chance = random.Random(seed)
        asked = hits = 0
        for name in people:
            user = self.server.user(name)
            lines = self.lines_of(user)
            self.assertTrue(lines, name)
            position = user.get(f"{API}/unread").headers["hansard-position"]  # all of the import is before it
            for text, holds in self.questions(chance, lines):
                found = self.search(user, text, position)
                wanted = {line.id for line in lines if holds(line)}
                self.assertEqual(len(found), len(set(found)), (name, text))
                texts = {line.id: line.text for line in lines}
                differ = [texts.get(id, id) for id in wanted ^ set(found)][:5]
                self.assertEqual(set(found), wanted, (name, text, differ))
                asked, hits = asked + 1, hits + len(wanted)
        self.assertGreater(hits, asked)

    def test_made_history(self):
        chat_log.write(self.file, seed=21, count=4_000)
        self.load()
        self.compare(["person 1", "person 2", "person 5"], seed=1)

    @unittest.skipUnless(REAL.exists(), "the real chat history (../shared/data) is not here")
    def test_real_history(self):
        lines = subprocess.run(["zstdcat", str(REAL)], capture_output=True, check=True).stdout.decode().splitlines()[:25_000]
        self.file.write_text("\n".join(lines) + "\n")
        self.load()
        spoken = {}
        for line in lines:
            record = json.loads(line)
            if record["type"] == "message":
                spoken[record["from"]] = spoken.get(record["from"], 0) + 1
        self.compare(sorted(spoken, key=spoken.get)[-3:], seed=2)


if __name__ == "__main__":
    unittest.main()
