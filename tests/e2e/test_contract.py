"""What the server answers is what its OpenAPI document says: every status is declared, every body is of its schema and
has no member that the schema does not know. Any other suite is held to it by HANSARD_CONTRACT=1."""
import time
import unittest
import uuid

import hansard_client
from hansard_client import ServerTest, quoted

API = "/api/v1"
hansard_client.HOLDS_TO_CONTRACT = True


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


class ContractTest(ServerTest):
    def setUp(self):
        self.ann, self.bob = self.user(), self.user()
        self.all = self.user(f"all-{uuid.uuid4()}", "service audit admin")
        self.id = self.ann.create([self.bob.name], title="plans")["id"]
        self.path = f"{API}/conversations/{self.id}"
        self.message = self.ann.send(self.id, "hello")["id"]

    def expect(self, status, user, method, path, body=None, headers=None):
        answer = user.request(method, path, body, headers)
        self.assertEqual(answer.status, status, answer.text)
        return answer

    def test_holds_and_erasures_show_what_was_recorded(self):
        admin = f"{API}/admin"
        placed = self.expect(201, self.all, "POST", f"{admin}/holds", {"conversation_id": self.id}).json
        self.assertIn("position", placed)
        self.expect(409, self.all, "POST", f"{admin}/erasures", {"message_id": self.message})
        for _ in range(2):
            self.expect(200, self.all, "DELETE", f"{admin}/holds/{placed['id']}")
        self.expect(200, self.all, "GET", f"{admin}/holds")
        asked = self.expect(201, self.all, "POST", f"{admin}/erasures", {"conversation_id": self.id}).json
        deadline = time.monotonic() + 60
        while self.expect(200, self.all, "GET", f"{admin}/erasures/{asked['id']}").json["state"] != "complete":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.expect(200, self.all, "GET", f"{admin}/erasures")
        for method, path, body in (("POST", "/messages", {"content": "x"}), ("PATCH", "", {"title": "x"}),
                                   ("POST", "/members", {"members": ["carl"]}),
                                   ("PATCH", f"/members/{quoted(self.bob.name)}", {"role": "admin"}),
                                   ("DELETE", f"/members/{quoted(self.bob.name)}", None)):
            self.expect(410, self.ann, method, self.path + path, body)

    def test_reads_of_the_past_say_what_they_stand_for(self):
        at, message = f"as_of={self.ann.send(self.id, 'last')['position']}", f"{API}/messages/{self.message}"
        of_bob = f"{at}&user_id={quoted(self.bob.name)}"
        for target in (f"{self.path}?{of_bob}", f"{self.path}/members?{at}", f"{self.path}/messages?{at}",
                       f"{message}?{at}", f"{message}/receipts?{at}", f"{API}/unread?{of_bob}",
                       f"{self.path}/unread/explain?{of_bob}"):
            self.assertIn("as_of", self.expect(200, self.all, "GET", target).json)

    def test_a_read_without_a_past_refuses_to_pass_for_one(self):
        document = self.ann.get("/openapi.json").json
        for path, item in document["paths"].items():
            if "get" not in item or not path.startswith(API):
                continue
            for name, value in (("{id}", self.id), ("{name}", "chat"), ("{position}", "1"), ("{tile...}", "0/000")):
                path = path.replace(name, value)
            answer = self.all.get(f"{path}?as_of=nothing")
            self.assertIn((answer.status, answer.json["code"]), ((422, "not_supported"), (400, "malformed")), path)

    def test_repeats_show_the_resource_or_its_ids(self):
        member = f"{self.path}/members/{quoted(self.bob.name)}"
        profile = f"{API}/users/{quoted(self.bob.name)}"
        for user, method, path, body, change in (
                (self.ann, "PATCH", self.path, {"title": "b"}, {"title": "c"}),
                (self.ann, "PATCH", member, {"role": "admin"}, {"role": "member"}),
                (self.ann, "PUT", f"{API}/messages/{self.message}", {"content": "b"}, {"content": "c"}),
                (self.all, "PUT", profile, {"display_name": "b"}, {"display_name": "c"}),
                (self.bob, "POST", f"{self.path}/read", {"up_to": 1}, None)):
            headers = key()
            first = self.expect(200, user, method, path, body, headers)
            self.assertEqual(self.expect(200, user, method, path, body, headers).json, first.json)
            if change:
                self.expect(200, user, method, path, change)
                self.assertLess(len(self.expect(200, user, method, path, body, headers).json), 6)

    def test_a_message_that_waits_for_its_time_is_shown_as_such(self):
        in_a_day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
        waits = self.expect(201, self.ann, "POST", f"{self.path}/messages", {"content": "x", "send_at": in_a_day}).json
        self.expect(200, self.ann, "GET", f"{API}/messages/scheduled")
        self.expect(200, self.ann, "DELETE", f"{API}/messages/{waits['id']}")

    def test_all_views_are_a_page(self):
        self.expect(200, self.all, "POST", f"{API}/admin/views/all/rebuild", {"compare_only": True})


if __name__ == "__main__":
    unittest.main()
