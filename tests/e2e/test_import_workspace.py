"""Moving here from Slack and Mattermost: an export goes in through the public API, and what the server answers is what
the export says - also when it is played twice, cut short, and when the server is killed on the way."""
import json
import random
import shutil
import signal
import subprocess
import time
import unittest

from hansard_client import BIN, Server, temporary_folder

API = "/api/v1"
WORDS = "record of a parliament verbatim minutes speech member house bill vote division clause reading motion".split()


def write_slack(folder, seed, people=8, channels=5, messages=300):
    """A workspace export in days, with threads, reactions, mentions, joins, leaves and bots; gives what it said."""
    chance = random.Random(seed)
    users = [{"id": f"U{n}", "name": f"user{n}", "profile": {"display_name": f"User {n}", "title": "Member"}}
             for n in range(people)]
    listed, said = [], {}
    for number in range(channels):
        name, here = f"channel-{number}", {"U0"}
        days, roots, texts = {}, [], []
        for n in range(messages):
            time_text = f"{1709640000 + n * 1800}.{n:06d}"
            user = chance.choice(users)["id"]
            message = {"type": "message", "user": user, "ts": time_text}
            kind = chance.random()
            if kind < 0.04:
                message.update(subtype="channel_join", text=f"<@{user}> has joined the channel")
                here.add(user)
                text = f"@User {user[1:]} has joined the channel"
            elif kind < 0.06 and user != "U0":
                message.update(subtype="channel_leave", text=f"<@{user}> has left the channel")
                here.discard(user)
                text = f"@User {user[1:]} has left the channel"
            else:
                words = " ".join(chance.choices(WORDS, k=6))
                here.add(user)
                other = chance.choice(users)["id"]
                message["text"] = f"{words} &amp; <@{other}> <https://example.com/{n}|page {n}>"
                text = f"{words} & @User {other[1:]} page {n} (https://example.com/{n})"
                if roots and kind < 0.4:
                    message["thread_ts"] = chance.choice(roots)
                else:
                    roots.append(time_text)
                if kind > 0.8:
                    message["reactions"] = [{"name": "+1", "users": ["U0"], "count": 1}]
            texts.append(text)
            day = time.strftime("%Y-%m-%d", time.gmtime(float(time_text)))
            days.setdefault(day, []).append(message)
        (folder / name).mkdir(parents=True)
        for day, content in days.items():
            chance.shuffle(content)
            (folder / name / f"{day}.json").write_text(json.dumps(content))
        listed.append({"id": f"C{number}", "name": name, "creator": "U0", "members": sorted(here)})
        said[f"slack:C{number}"] = (name, texts, sorted(f"user{u[1:]}" for u in here))
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "channels.json").write_text(json.dumps(listed))
    (folder / "dms.json").write_text(json.dumps([{"id": "D1", "members": ["U1", "U2"]}]))
    (folder / "D1").mkdir()
    (folder / "D1" / "2024-03-05.json").write_text(json.dumps(
        [{"type": "message", "user": "U1", "text": "between us", "ts": "1709640000.000001"}]))
    return said


def write_day(folder, messages, topic="as it was", name="floor", **channel):
    """A Slack export of one day in one channel of Ann, Bob and Cid."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / name).mkdir(parents=True)
    (folder / "users.json").write_text(json.dumps(
        [{"id": f"U{n}", "name": user, "profile": {"display_name": channel.get(user, user.title())}}
         for n, user in enumerate(("ann", "bob", "cid"))]))
    (folder / "channels.json").write_text(json.dumps(
        [{"id": "C0", "name": name, "creator": "U0", "members": channel.get("members", ["U0", "U1", "U2"]),
          "topic": {"value": topic}}]))
    (folder / name / "2024-03-05.json").write_text(json.dumps(
        [{"type": "message", "ts": f"170964000{n}.000000", **message} for n, message in enumerate(messages)]))


def edited(second, **message):
    return {**message, "edited": {"user": message["user"], "ts": f"{second}.000000"}}


class Moving(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.folder = temporary_folder()
        self.token = self.folder / "service.token"
        self.token.write_text(self.server.token("importer", "service"))

    def tearDown(self):
        self.server.close()
        shutil.rmtree(self.folder)

    def command(self, format, path, *more):
        return [str(BIN / "hansard-replay"), "import", "--format", format, "--url",
                f"http://127.0.0.1:{self.server.port}", "--token-file", str(self.token), "--json", "--quiet", *more,
                str(path)]

    def run_import(self, format, path, *more, status=0):
        done = subprocess.run(self.command(format, path, *more), capture_output=True, timeout=600)
        self.assertEqual(done.returncode, status, done.stdout[-3000:] + done.stderr[-3000:])
        report = json.loads(done.stdout)
        return report.get("error", report)

    def conversation(self, user, external_id):
        """Of external ids, as the importer's scope made them: global."""
        found = self.server.user("importer", "service", act_as=user).get(
            f"{API}/conversations?external_id={external_id}").json["items"]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def history(self, user, conversation):
        items, after = [], 0
        while True:
            page = user.history(conversation, f"limit=200&after={after}")["items"]
            if not page:
                return items
            items += page
            after = page[-1]["ordinal"]

    def members(self, user, conversation):
        page = self.server.user(user).get(f"{API}/conversations/{conversation}/members?limit=200").json
        return {member["user_id"]: member["role"] for member in page["items"]}

    def expect(self, said):
        for external_id, (name, texts, members) in said.items():
            found = self.conversation("user0", external_id)
            self.assertEqual((found["title"], found["unread"]), (name, 0))
            user0 = self.server.user("user0")
            items = self.history(user0, found["id"])
            self.assertEqual([item["content"] for item in items], texts)
            self.assertEqual([item["created_at"] for item in items], sorted(item["created_at"] for item in items))
            self.assertEqual(sorted(self.members("user0", found["id"])), members)
            self.assertTrue(any(item["reply_to"] for item in items))
            for item in items:
                for mention in item["mentions"] or []:
                    shown = item["content"][mention["offset"]:mention["offset"] + mention["length"]]
                    self.assertEqual(shown, "@User " + mention["user_id"][4:])
            reactions = [r for item in items for r in item["reactions"] or []]
            self.assertTrue(reactions and all(r["emoji"] == "👍" and r["me"] for r in reactions))

    def test_a_slack_export_comes_out_equal_and_twice_is_once(self):
        said = write_slack(self.folder / "slack", seed=1)
        dry = self.run_import("slack", self.folder / "slack", "--dry-run")
        self.assertEqual(self.server.durable(), 0)
        report = self.run_import("slack", self.folder / "slack")
        self.assertEqual(report["refused"], 0, report)
        self.assertEqual((report["people"], report["conversations"]), (8, 6))
        for name in ("messages", "system_messages", "replies", "reactions", "mentions", "joins", "removals"):
            self.assertEqual(report[name], dry[name], name)
        self.expect(said)
        profile = self.server.user("user1").get(f"{API}/users/user1").json
        self.assertEqual((profile["display_name"], profile["metadata"]["slack"]["id"]), ("User 1", "U1"))
        direct = self.server.user("user2").get(f"{API}/conversations?type=direct").json["items"]
        self.assertEqual([c["last_message"]["content"] for c in direct], ["between us"])
        before = self.server.durable()
        self.assertEqual(self.run_import("slack", self.folder / "slack")["refused"], 0)
        self.assertEqual(self.server.durable(), before)
        hits = self.server.user("user0").get(f"{API}/search/messages?q=parliament%20in:{self.conversation('user0', 'slack:C0')['id']}")
        self.assertEqual(hits.status, 200, hits.text)

    def import_day(self, messages, **more):
        write_day(self.folder / "slack", messages, **more)
        return self.run_import("slack", self.folder / "slack")

    def lost(self, report, beginning):
        """How often the sentence was counted."""
        return sum(int(line.split()[0]) for line in report["not_carried_over"] if line.split(" ", 1)[1].startswith(beginning))

    def test_a_conversation_becomes_what_the_newest_export_says(self):
        posts = [{"user": "U0", "text": "one"}]
        self.import_day(posts)
        for name, topic in (("attic", "as it was"), ("floor", "as it was"), ("attic", "as it was"),
                            ("attic", "new &amp; other")):
            report = self.import_day(posts, name=name, topic=topic)
            self.assertEqual((report["refused"], report["edits"]), (0, 1), report)
            found = self.conversation("ann", "slack:C0")
            self.assertEqual((found["title"], found["metadata"]["slack"]["topic"]), (name, topic.replace("&amp;", "&")))
        before = self.server.durable()
        self.assertEqual(self.import_day(posts, name="attic", topic="new &amp; other")["edits"], 0)
        self.assertEqual(self.server.durable(), before)

    def test_a_conversation_that_is_refused_stops_no_other(self):
        write_slack(self.folder / "slack", seed=5, channels=2, messages=20)
        channels = json.loads((self.folder / "slack" / "channels.json").read_text())
        channels[0]["creator"] = "U" * 200  # no user id
        channels[0]["members"].append("U" * 200)
        (self.folder / "slack" / "channels.json").write_text(json.dumps(channels))
        report = self.run_import("slack", self.folder / "slack", status=1)
        self.assertEqual((report["refused"], report["conversations"]), (1, 2), report)
        self.assertEqual(self.lost(report, "posts of conversations that the server refused"), 20)
        self.assertEqual(self.conversation("user0", "slack:C1")["last_ordinal"], 20)

    def test_a_newer_export_edits_what_was_edited_there(self):
        def text_of(n):
            return self.history(ann, floor)[n]["content"]
        posts = [{"user": "U0", "text": "one"}, {"user": "U1", "text": "two, <@U0>"}, {"user": "U2", "text": "x" * 12_000}]
        self.import_day(posts)
        ann, floor = self.server.user("ann"), self.conversation("ann", "slack:C0")["id"]
        posts[0] = edited(1709650000, user="U0", text="first <@U1>")
        posts[2] = edited(1709650000, user="U2", text="y" * 12_000)
        report = self.import_day(posts + [{"user": "U1", "text": "new"}], ann="Annie")
        self.assertEqual((report["refused"], report["edits"]), (0, 1), report)
        self.assertEqual(self.lost(report, "edited long messages: the former text stays"), 1)
        items = self.history(ann, floor)
        self.assertEqual([item["content"][:20] for item in items],
                         ["first @Bob", "two, @Ann", "x" * 20, "x" * 20, "new"])
        self.assertEqual(items[0]["mentions"], [{"user_id": "bob", "offset": 6, "length": 4}])
        self.assertEqual(items[0]["metadata"]["slack"]["edited_ts"], "1709650000.000000")
        self.assertEqual(ann.request("PATCH", f"{API}/messages/{items[0]['id']}", {"content": "mine"}).status, 200)
        for second, text in ((1709650000, "mine"), (1709660000, "mine"), (4102444800, "there, later")):
            posts[0] = edited(second, user="U0", text="there, later")
            report = self.import_day(posts)
            self.assertEqual(report["refused"], 0, report)
            self.assertEqual(self.lost(report, "messages edited there and later here"), second == 1709660000)
            self.assertEqual(text_of(0), text)
        before = self.server.durable()
        self.import_day(posts)
        self.assertEqual(self.server.durable(), before)

    def test_who_left_and_what_was_deleted_here_stays_so(self):
        posts = [{"user": "U0", "text": "one"}, {"user": "U1", "text": "two"}]
        self.import_day(posts)
        ann, floor = self.server.user("ann"), self.conversation("ann", "slack:C0")["id"]
        self.assertEqual(ann.request("DELETE", f"{API}/messages/{self.history(ann, floor)[0]['id']}").status, 200)
        for user in ("bob", "cid"):
            left = self.server.user(user).request("DELETE", f"{API}/conversations/{floor}/members/{user}")
            self.assertEqual(left.status, 200, left.text)
        posts[0]["reactions"] = posts[1]["reactions"] = [{"name": "+1", "users": ["U0", "U2"]}]
        new = {"user": "U1", "text": "three", "reactions": [{"name": "+1", "users": ["U0"]}]}
        report = self.import_day(posts + [new])
        self.assertEqual(report["refused"], 0, report)
        posts_told, reactions_told = ([report[name + end] for end in ends] for name, ends in
                                      (("posts_", ("read", "imported", "left_out")),
                                       ("reactions", ("_read", "", "_left_out"))))
        self.assertEqual((posts_told, reactions_told), ([3, 2, 1], [5, 1, 4]), report)
        self.assertEqual(self.lost(report, "reactions under posts that were left out"), 1)
        self.assertEqual(self.lost(report, "posts of members who are out since the first import"), 1)
        self.assertEqual(self.lost(report, "members who are out since the first import: they stay out"), 2)
        self.assertEqual(self.lost(report, "reactions of members who are out since the first import"), 2)
        self.assertEqual(self.lost(report, "changes of what was deleted or erased here"), 1)
        self.assertEqual(self.members("ann", floor), {"ann": "owner"})
        self.assertEqual([item["content"] for item in self.history(ann, floor)],
                         [None, "two", "bob left", "cid left"])

    def test_who_is_not_in_an_export_comes_for_his_posts_only(self):
        posts = [{"user": "U0", "text": "one"}, {"user": "U1", "text": "two"}]
        self.import_day(posts, members=["U0", "U2"])
        floor = self.conversation("ann", "slack:C0")["id"]
        self.assertEqual(self.members("ann", floor), {"ann": "owner", "cid": "member"})
        posts.append({"user": "U1", "text": "three"})
        for members, here in ((["U0", "U2"], {"ann", "cid"}), (["U0", "U2"], {"ann", "cid"}),
                              (["U0", "U1"], {"ann", "bob", "cid"})):
            report = self.import_day(posts, members=members)
            self.assertEqual((report["refused"], set(self.members("ann", floor))), (0, here), report)
            texts = [item["content"] for item in self.history(self.server.user("ann"), floor)]
            self.assertEqual(texts, ["one", "two", "three"])

    def test_an_import_that_is_killed_goes_on(self):
        said = write_slack(self.folder / "slack", seed=2, messages=600)
        importer = subprocess.Popen(self.command("slack", self.folder / "slack"), stdout=subprocess.DEVNULL)
        self.server.until_durable(300)
        importer.send_signal(signal.SIGKILL)
        self.assertEqual(importer.wait(), -signal.SIGKILL)
        self.assertEqual(self.run_import("slack", self.folder / "slack")["refused"], 0)
        self.expect(said)

    def test_a_server_that_is_killed_on_the_way_loses_nothing(self):
        said = write_slack(self.folder / "slack", seed=3, messages=600)
        importer = subprocess.Popen(self.command("slack", self.folder / "slack"), stdout=subprocess.PIPE)
        for position in (100, 600, 1_200):
            self.server.until_durable(position)
            self.assertIsNone(importer.poll())
            self.server.kill()
            self.server.start()
        out, _ = importer.communicate(timeout=600)
        self.assertEqual(importer.returncode, 0, out[-3000:])
        self.expect(said)

    def test_a_mattermost_export(self):
        lines = [{"type": "version", "version": 1},
                 {"type": "channel", "channel": {"team": "house", "name": "floor", "display_name": "The floor",
                                                 "type": "O"}}]
        lines += [{"type": "user", "user": {"username": name, "nickname": name.title(), "teams": [
            {"name": "house", "channels": [{"name": "floor"}]}]}} for name in ("cid", "bob", "ann")]
        lines[2]["user"]["teams"][0]["channels"][0]["roles"] = "channel_user channel_admin"
        lines += [{"type": "post", "post": {"team": "house", "channel": "floor", "user": "ann", "message": "second @bob",
                                            "create_at": 1709640002000, "replies": [
                                                {"user": "bob", "message": "a reply", "create_at": 1709640003000}]}},
                  {"type": "post", "post": {"team": "house", "channel": "floor", "user": "bob", "message": "first",
                                            "create_at": 1709640001000, "reactions": [
                                                {"user": "ann", "emoji_name": "tada", "create_at": 1709640001500}]}},
                  {"type": "direct_post", "direct_post": {"channel_members": ["bob", "ann"], "user": "bob",
                                                          "message": "psst", "create_at": 1709640004000}}]
        path = self.folder / "export.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)) + "\n")
        report = self.run_import("mattermost", path)
        self.assertEqual((report["refused"], report["messages"], report["conversations"]), (0, 4, 2), report)
        ann = self.server.user("ann")
        floor = self.conversation("ann", "mattermost:house/floor")
        items = self.history(ann, floor["id"])
        self.assertEqual([item["content"] for item in items], ["first", "second @bob", "a reply"])
        self.assertEqual(items[2]["reply_to"], items[1]["id"])
        self.assertEqual(items[1]["mentions"], [{"user_id": "bob", "offset": 7, "length": 4}])
        self.assertEqual(items[0]["reactions"][0]["emoji"], "🎉")
        self.assertEqual(self.members("ann", floor["id"]), {"ann": "member", "bob": "member", "cid": "owner"})
        before = self.server.durable()
        self.run_import("mattermost", path)
        self.assertEqual(self.server.durable(), before)
        lines[5]["post"].update(message="second, edited", edit_at=1709640009000)
        lines[5]["post"]["replies"].append({"user": "cid", "message": "another", "create_at": 1709640005000})
        path.write_text("\n".join(map(json.dumps, lines)) + "\n")
        report = self.run_import("mattermost", path)
        self.assertEqual((report["refused"], report["edits"]), (0, 1), report)
        items = self.history(ann, floor["id"])
        self.assertEqual([item["content"] for item in items], ["first", "second, edited", "a reply", "another"])
        self.assertEqual((items[1]["mentions"], items[3]["reply_to"]), ([], items[1]["id"]))

    def test_what_is_no_export_is_a_sentence(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.assertIn("users.json", self.run_import("slack", empty, status=1))
        path = self.folder / "x.jsonl"
        for text in ("[" * 100_000, '{"type":"version","version":2}'):
            path.write_text(text)
            said = self.run_import("mattermost", path, status=1)
            self.assertIn("line 1", said)
            self.assertNotIn("again", said)
        self.server.kill()
        path.write_text('{"type":"channel","channel":{"team":"t","name":"c"}}\n{"type":"user","user":{"username":"ann"}}')
        self.assertIn("does not answer",
                      self.run_import("mattermost", path, "--patience", "1", status=1))
        alone = subprocess.run([str(BIN / "hansard-replay"), "import", "--format", "slack", str(empty)],
                               capture_output=True)
        self.assertEqual(alone.returncode, 2)
        self.assertIn(b"--dry-run", alone.stderr)


if __name__ == "__main__":
    unittest.main()
