"""The past over HTTP and out of the log: as_of= for auditors, hansard-replay show and diff."""
import datetime
import json
import subprocess
import unittest

from hansard_client import BIN, ServerTest

API = "/api/v1"


def replay(*words):
    return subprocess.run([str(BIN / "hansard-replay"), *words], capture_output=True, text=True, timeout=120)


class TimeTravelTest(ServerTest):
    """Ann and bob talk; positions of what happened stand in `at`."""

    config = "[limits.log]\nwitness_interval_ms = 50\n"  # what show and diff, beside the server, wait for

    def setUp(self):
        self.ann, self.bob = self.user(f"ann-{self.id()}"), self.user(f"bob-{self.id()}")
        self.vera = self.user("vera", "audit")
        self.conversation = self.ann.create([self.bob.name], title="first title")
        self.path = f"{API}/conversations/{self.conversation['id']}"
        self.one = self.ann.send(self.conversation["id"], "one")
        self.two = self.ann.send(self.conversation["id"], "two")
        self.at = {"sent": self.two["position"]}
        self.step("edited", "PATCH", f"{API}/messages/{self.one['id']}", {"content": "uno"})
        self.step("renamed", "PATCH", self.path, {"title": "second title"})
        self.step("reacted", "POST", f"{API}/messages/{self.one['id']}/reactions", {"emoji": "👍"}, self.bob)
        self.step("read", "POST", f"{self.path}/read", {"up_to": 2}, self.bob)
        self.step("deleted", "DELETE", f"{API}/messages/{self.two['id']}")
        self.step("left", "DELETE", f"{self.path}/members/{self.bob.name}", who=self.bob)

    def step(self, name, method, path, body=None, who=None):
        answer = (who or self.ann).request(method, path, body)
        self.assertIn(answer.status, (200, 201), answer.text)
        self.at[name] = answer.json["position"]

    def then(self, path, at, **more):
        query = "&".join(f"{name}={value}" for name, value in {"as_of": self.at.get(at, at), **more}.items())
        answer = self.vera.get(f"{path}?{query}")
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.headers["hansard-position"], answer.json["as_of"]["position"])
        return answer.json

    def contents(self, at, **more):
        return [m["content"] for m in self.then(f"{self.path}/messages", at, **more)["items"] if m["type"] == "text"]

    def test_a_conversation_is_read_as_it_stood(self):
        self.assertEqual(self.contents("sent"), ["two", "one"])
        self.assertEqual(self.contents("edited"), ["two", "uno"])
        self.assertEqual(self.contents("left"), [None, "uno"])
        self.assertEqual(self.contents("sent", after=0), ["one", "two"])
        self.assertEqual(self.then(self.path, "edited")["title"], "first title")
        self.assertEqual(self.then(self.path, "renamed")["title"], "second title")
        self.assertEqual(self.then(self.path, "deleted")["member_count"], 2)
        self.assertEqual(self.then(self.path, "left")["member_count"], 1)
        members = [m["user_id"] for m in self.then(f"{self.path}/members", "deleted")["items"]]
        self.assertEqual(members, [self.ann.name, self.bob.name])

    def test_a_message_is_read_as_it_stood(self):
        message = f"{API}/messages/{self.one['id']}"
        self.assertEqual(self.then(message, "sent")["content"], "one")
        self.assertEqual(self.then(message, "renamed")["reactions"], [])
        self.assertEqual([r["emoji"] for r in self.then(message, "reacted")["reactions"]], ["👍"])
        self.assertIsNone(self.then(f"{API}/messages/{self.two['id']}", "left")["content"])
        self.problem(self.vera.get(f"{message}?as_of={self.conversation['position']}"), 404, "not_found")

    def test_pointers_are_read_as_they_stood(self):
        self.assertEqual(self.then(f"{API}/unread", "sent", user_id=self.bob.name)["total"], 2)
        self.assertEqual(self.then(f"{API}/unread", "read", user_id=self.bob.name)["total"], 0)
        explained = self.then(f"{self.path}/unread/explain", "sent", user_id=self.bob.name)
        self.assertEqual(explained["ordinals"], [1, 2])
        receipts = f"{API}/messages/{self.one['id']}/receipts"
        self.assertEqual([r["status"] for r in self.then(receipts, "reacted")["items"]], ["sent"])
        self.assertEqual([r["status"] for r in self.then(receipts, "read")["items"]], ["read"])
        self.problem(self.vera.get(f"{API}/unread?as_of={self.at['sent']}"), 400, "malformed")

    def test_a_time_is_the_last_position_at_or_before_it(self):
        sent = self.then(self.path, "sent")["as_of"]
        self.assertEqual(sent["position"], self.at["sent"])
        self.assertEqual(self.then(f"{self.path}/messages", sent["time"])["as_of"]["time"], sent["time"])
        time = datetime.datetime.fromisoformat(sent["time"].replace("Z", "+00:00"))
        before = (time - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        later = (time + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.problem(self.vera.get(f"{self.path}?as_of={before}"), 404, "not_found")
        self.problem(self.vera.get(f"{self.path}?as_of={later}"), 422, "as_of_in_future")

    def test_what_the_log_has_not_reached_is_refused(self):
        position = self.at["left"]
        self.problem(self.vera.get(f"{self.path}?as_of={position[:3]}{'9' * 13}"), 422, "as_of_in_future")
        self.problem(self.vera.get(f"{self.path}?as_of=009{position[3:]}"), 422, "gap")
        self.problem(self.vera.get(f"{self.path}?as_of=then"), 400, "malformed")
        self.problem(self.vera.get(f"{self.path}?as_of={int(position[3:])}"), 400, "malformed")

    def test_only_auditors_read_the_past(self):
        self.problem(self.ann.get(f"{self.path}?as_of={self.at['sent']}"), 403, "forbidden")
        backend = self.user("backend", "service admin")
        self.problem(backend.get(f"{self.path}/messages?as_of={self.at['sent']}"), 403, "forbidden")
        self.problem(self.vera.get(self.path), 404, "not_found")
        self.problem(self.vera.get(f"{API}/conversations?as_of={self.at['sent']}"), 422, "not_supported")

    def test_show_prints_the_conversation_as_it_stood(self):
        at = str(int(self.at["edited"][3:]))
        words = ["--data", str(self.server.data), "--conversation", self.conversation["id"], "--quiet"]
        shown = replay("show", *words, "--at", at)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for expected in ("first title", f"as of position {at}", "(edited ", ": uno", ": two", self.bob.name):
            self.assertIn(expected, shown.stdout)
        data = json.loads(replay("show", *words, "--at", self.at["left"], "--json").stdout)
        self.assertEqual([m["content"] for m in data["messages"] if m["type"] == "text"], ["uno", None])
        self.assertEqual(data["conversation"]["title"], "second title")
        self.assertEqual(replay("show", *words, "--at", "999999999").returncode, 2)

    def test_diff_says_what_changed_in_words(self):
        words = ["--data", str(self.server.data), "--quiet", "--from", self.at["sent"]]
        told = replay("diff", *words, "--conversation", self.conversation["id"])
        self.assertEqual(told.returncode, 0, told.stderr)
        for expected in (f"{self.ann.name} edited message 1: «one» → «uno»", "title «first title» → «second title»",
                         f"{self.bob.name} read up to message 2", f"deleted message 2 of {self.ann.name}: «two»",
                         f"{self.bob.name} left"):
            self.assertIn(expected, told.stdout)
        lines = replay("diff", *words, "--user", self.bob.name, "--json").stdout.splitlines()
        self.assertIn("reaction.added", [json.loads(line)["type"] for line in lines])
        self.assertEqual(replay("diff", *words).returncode, 2)


if __name__ == "__main__":
    unittest.main()
