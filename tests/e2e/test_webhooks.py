"""What happens without being asked, from outside: webhooks, notifications, expiry and scheduled sends."""
import datetime
import shutil
import threading
import time
import unittest

from hansard_client import Server, temporary_folder
from webhook_receiver import Receiver, section

API = "/api/v1"


def eventually(ready, timeout=60):
    """What `ready` gives as soon as it gives something; polls the server."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = ready()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it does not happen")


def in_seconds(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class WebhookTest(unittest.TestCase):
    def receiver(self, answer=None):
        receiver = Receiver(answer)
        self.addCleanup(receiver.close)
        return receiver

    def serve(self, receiver, types, name="push", config="", **more):
        folder = temporary_folder()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        server = Server(folder, config + section(folder, name, receiver, types, **more))
        self.addCleanup(server.close)
        return server

    def admin(self, server):
        return server.user("root", "admin")

    def check(self, receiver):
        self.assertEqual(receiver.problems, [])


class Delivery(WebhookTest):
    def test_events_come_in_order_with_dense_numbers_and_a_valid_signature(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.*", "member.added"])
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        first = alice.send(group, "one")
        alice.request("PUT", f"{API}/messages/{first['id']}", {"content": "one, edited"})
        alice.post(f"{API}/conversations/{group}/members", {"user_ids": ["carol"], "members": ["carol"]})
        second = alice.send(group, "two")
        alice.request("DELETE", f"{API}/messages/{second['id']}")
        seen = receiver.wait(lambda attempts: any(d["event"]["type"] == "message.deleted" for d, _ in attempts) and
                             [delivery for delivery, _ in attempts])
        self.assertEqual([d["number"] for d in seen], list(range(1, len(seen) + 1)))
        self.assertEqual([d["prev"] for d in seen], list(range(0, len(seen))))
        self.assertEqual(len({d["series"] for d in seen}), 1)
        positions = [d["event"]["position"] for d in seen]
        self.assertEqual(positions, sorted(positions))
        types = [d["event"]["type"] for d in seen if d["event"]["type"] != "member.added"]
        self.assertEqual([t for t in types if t != "message.sent"], ["message.edited", "message.deleted"])
        sent = seen[0]["event"]
        self.assertEqual((sent["type"], sent["actor"], sent["conversation_id"], sent["message_id"], sent["ordinal"]),
                         ("message.sent", "alice", group, first["id"], 1))
        self.assertEqual(seen[0]["subscriber"], "push")
        deleted = seen[-1]["event"]["message"]
        self.assertIsNone(deleted["content"])
        self.check(receiver)

    def test_a_receiver_that_fails_is_asked_again_and_the_order_stays(self):
        receiver = self.receiver(lambda delivery, attempt: 503 if attempt < 3 and delivery["number"] % 2 else 200)
        server = self.serve(receiver, ["message.sent"])
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        for i in range(6):
            alice.send(group, f"message {i}")
        taken = receiver.wait_for(6)
        self.assertEqual([d["event"]["message"]["content"] for d in taken], [f"message {i}" for i in range(6)])
        self.assertEqual([d["number"] for d in taken], [1, 2, 3, 4, 5, 6])
        ids = {d["id"] for d, _ in receiver.attempts if d["number"] == 1}
        self.assertEqual(len(ids), 1)
        self.check(receiver)

    def test_what_is_refused_is_a_dead_letter_that_can_be_retried(self):
        refusing = {"on": True}
        receiver = self.receiver(lambda delivery, attempt: 422 if refusing["on"] and delivery["number"] == 2 else 200)
        server = self.serve(receiver, ["message.sent"])
        alice, admin = server.user("alice"), self.admin(server)
        group = alice.create(["bob"])["id"]
        for i in range(3):
            alice.send(group, f"message {i}")
        self.assertEqual([d["number"] for d in receiver.wait_for(2)], [1, 3])
        letters = admin.get(f"{API}/admin/webhooks/push/dead-letters").json["items"]
        self.assertEqual([(l["number"], l["status"], l["attempts"]) for l in letters], [(2, 422, 1)])
        refusing["on"] = False
        self.assertEqual(admin.post(f"{API}/admin/webhooks/push/dead-letters/2/retry").status, 200)
        self.assertEqual(receiver.wait_for(3)[-1]["number"], 2)
        eventually(lambda: not admin.get(f"{API}/admin/webhooks/push/dead-letters").json["items"])

        def told():
            status = admin.get(f"{API}/admin/webhooks").json["items"][0]
            return status["name"], status["delivered"], status["dead_letters"]

        eventually(lambda: told() == ("push", 3, 0))
        page = admin.get("/metrics").text
        self.assertIn('hansard_webhook_delivered_total{webhook="push"} 3', page)

    def test_attempts_end_and_the_next_event_goes_on(self):
        receiver = self.receiver(lambda delivery, attempt: 500 if delivery["number"] == 1 else 200)
        server = self.serve(receiver, ["message.sent"], max_attempts=3)
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        alice.send(group, "never")
        alice.send(group, "then")
        self.assertEqual(receiver.wait_for(1)[0]["number"], 2)
        self.assertEqual([d["number"] for d, _ in receiver.attempts], [1, 1, 1, 2])

    def test_retry_after_is_obeyed(self):
        times = []

        def answer(delivery, attempt):
            times.append(time.monotonic())
            return (429, {"Retry-After": "1"}) if attempt == 1 else 200

        receiver = self.receiver(answer)
        server = self.serve(receiver, ["message.sent"])
        alice = server.user("alice")
        alice.send(alice.create(["bob"])["id"], "hello")
        receiver.wait_for(1)
        self.assertGreaterEqual(times[1] - times[0], 0.9)

    def test_pausing_holds_and_resuming_goes_on(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.sent"])
        alice, admin = server.user("alice"), self.admin(server)
        group = alice.create(["bob"])["id"]
        self.assertTrue(admin.post(f"{API}/admin/webhooks/push/pause").json["paused"])
        alice.send(group, "one")
        server.stop()
        server.start()
        self.assertTrue(admin.get(f"{API}/admin/webhooks").json["items"][0]["paused"])
        self.assertEqual(receiver.attempts, [])
        self.assertFalse(admin.post(f"{API}/admin/webhooks/push/resume").json["paused"])
        self.assertEqual([d["number"] for d in receiver.wait_for(1)], [1])

    def test_a_cursor_of_dead_letters_is_of_their_webhook(self):
        receiver = self.receiver(lambda delivery, attempt: 422)
        other = temporary_folder()
        self.addCleanup(shutil.rmtree, other, ignore_errors=True)
        server = self.serve(receiver, ["message.sent"], config=section(other, "other", receiver, ["message.sent"]))
        alice, admin = server.user("alice"), self.admin(server)
        group = alice.create(["bob"])["id"]
        for i in range(3):
            alice.send(group, f"message {i}")
        push, other = (f"{API}/admin/webhooks/{name}/dead-letters?limit=2" for name in ("push", "other"))
        for letters in (push, other):
            eventually(lambda: admin.get(letters).json["next"])
        first = admin.get(push).json
        rest = admin.get(f"{push}&cursor={first['next']}").json
        self.assertEqual([letter["number"] for page in (first, rest) for letter in page["items"]], [1, 2, 3])
        self.assertIsNone(rest["next"])
        for address in (f"{other}&cursor={first['next']}", f"{push}&cursor=2", f"{push}&cursor="):
            self.assertEqual(admin.get(address).status, 400, address)

    def test_only_administrators_see_webhooks(self):
        server = self.serve(self.receiver(), ["message.sent"])
        alice, admin = server.user("alice"), self.admin(server)
        for method, path in (("GET", ""), ("GET", "/push/dead-letters"), ("POST", "/push/pause"),
                             ("POST", "/push/resume"), ("POST", "/push/dead-letters/1/retry")):
            self.assertEqual(alice.request(method, f"{API}/admin/webhooks{path}").status, 403)
        for method, path in (("GET", "/other/dead-letters"), ("POST", "/other/pause"),
                             ("POST", "/push/dead-letters/1/retry"), ("POST", "/push/dead-letters/x/retry")):
            self.assertEqual(admin.request(method, f"{API}/admin/webhooks{path}").status, 404)

    def test_a_mistake_in_the_configuration_stops_the_start(self):
        receiver = self.receiver()
        with self.assertRaises(RuntimeError):
            self.serve(receiver, ["message.new"])
        with self.assertRaises(RuntimeError):
            self.serve(receiver, ["message.sent"], url="http://example.com/")


class Kill(WebhookTest):
    def test_killed_in_the_middle_nothing_is_lost_and_repeats_carry_their_number(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.sent"])
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        sent = []
        for round in range(6):
            for i in range(40):
                sent.append(alice.send(group, f"{round}/{i}")["id"])
            receiver.wait_for(40 * round + 5 * round + 1)
            server.kill()
            server.start()
        receiver.wait(lambda attempts: len({d["number"] for d, _ in attempts}) >= len(sent))
        by_number = {}
        for delivery in receiver.taken():
            message = delivery["event"]["message_id"]
            self.assertEqual(by_number.setdefault(delivery["number"], message), message)
        self.assertEqual(sorted(by_number), list(range(1, len(sent) + 1)))
        self.assertEqual([by_number[number] for number in sorted(by_number)], sent)
        firsts = list(dict.fromkeys(d["number"] for d in receiver.taken()))
        self.assertEqual(firsts, sorted(firsts))
        self.check(receiver)


class Notifications(WebhookTest):
    def notified(self, receiver, after_s):
        return self.serve(receiver, ["notification.due"], config=f"[notifications]\nafter_s = {after_s}\n")

    def test_who_acknowledged_nothing_is_notified_once_with_what_a_push_needs(self):
        receiver = self.receiver()
        server = self.notified(receiver, after_s=6)
        alice, bob, carol = server.user("alice"), server.user("bob"), server.user("carol")
        group = alice.create(["bob", "carol", "dave"])["id"]
        self.assertEqual(carol.post(f"{API}/conversations/{group}/mute").status, 200)
        message = alice.send(group, "are you there?")
        self.assertEqual(bob.post(f"{API}/messages/{message['id']}/read").status, 200)
        [due] = receiver.wait_for(1)
        self.assertEqual(due["event"]["type"], "notification.due")
        self.assertEqual({key: due[key] for key in ("user_id", "type", "message_id", "conversation_id", "sender_id",
                                                    "content", "timestamp")},
                         {"user_id": "dave", "type": "text", "message_id": message["id"], "conversation_id": group,
                          "sender_id": "alice", "content": "are you there?", "timestamp": message["created_at"]})
        second = alice.send(group, "still here?")
        bob.post(f"{API}/messages/{second['id']}/read")
        self.assertEqual([d["message_id"] for d in receiver.wait_for(2)], [message["id"], second["id"]])
        self.check(receiver)

    def test_who_was_removed_is_pushed_no_content(self):
        is_up = threading.Event()
        receiver = self.receiver(lambda delivery, attempt: 200 if is_up.is_set() else 503)
        server = self.notified(receiver, after_s=1)
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        message = alice.send(group, "before")
        receiver.wait(lambda attempts: attempts)
        self.assertEqual(alice.request("DELETE", f"{API}/conversations/{group}/members/bob").status, 200)
        self.assertEqual(alice.request("PATCH", f"{API}/messages/{message['id']}", {"content": "after"}).status, 200)
        is_up.set()
        [due] = receiver.wait_for(1)
        self.assertEqual((due["user_id"], due["content"]), ("bob", None))
        self.check(receiver)

    def test_a_rebuild_and_a_restart_notify_nobody_again(self):
        receiver = self.receiver()
        server = self.notified(receiver, after_s=1)
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        alice.send(group, "one")
        receiver.wait_for(1)
        server.kill()
        views = server.data / "views"
        views.rename(server.folder / "old-views")
        server.start()
        alice.send(group, "two")
        taken = receiver.wait(lambda attempts: any(d["content"] == "two" for d, _ in attempts) and attempts)
        numbers = {}
        for delivery, _ in taken:
            numbers[delivery["number"]] = delivery["content"]
        self.assertEqual(numbers, {1: "one", 2: "two"})


class Expiry(WebhookTest):
    def test_a_message_expires_when_its_retention_is_over_and_everybody_is_told(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.expired"])
        alice, bob = server.user("alice"), server.user("bob")
        group = alice.create(["bob"], settings={"retention_s": 6})["id"]
        message = alice.send(group, "for six seconds")
        self.assertEqual(bob.unread(group), 1)
        [expired] = receiver.wait_for(1)
        self.assertEqual(expired["event"]["message_id"], message["id"])
        self.assertIsNone(expired["event"]["message"]["content"])
        gone = eventually(lambda: [m for m in bob.history(group)["items"] if m["deleted_at"]])
        self.assertEqual((gone[0]["id"], gone[0]["content"]), (message["id"], None))
        self.assertEqual(bob.unread(group), 0)

    def test_a_restart_expires_what_ran_out_meanwhile_once(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.expired"])
        alice = server.user("alice")
        group = alice.create(["bob"], settings={"retention_s": 6})["id"]
        ids = [alice.send(group, str(i))["id"] for i in range(50)]
        server.kill()
        time.sleep(6)
        server.start()
        taken = receiver.wait_for(50)
        self.assertEqual(sorted(d["event"]["message_id"] for d in taken), sorted(ids))
        self.assertEqual(len(alice.history(group)["items"]), 50)


class Scheduled(WebhookTest):
    def schedule(self, user, group, content, seconds):
        answer = user.post(f"{API}/conversations/{group}/messages", {"content": content, "send_at": in_seconds(seconds)})
        self.assertEqual(answer.status, 201, answer.text)
        return answer.json["id"]

    def test_a_scheduled_message_is_sent_at_its_time_also_over_a_restart(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.sent"])
        alice, bob = server.user("alice"), server.user("bob")
        group = alice.create(["bob"])["id"]
        later = self.schedule(alice, group, "later", 8)
        soon = self.schedule(alice, group, "soon", 6)
        self.assertEqual(bob.history(group)["items"], [])
        [first] = receiver.wait_for(1)
        self.assertEqual((first["event"]["message_id"], first["event"]["actor"]), (soon, "alice"))
        server.kill()
        server.start()
        receiver.wait_for(2)
        items = eventually(lambda: len(bob.history(group)["items"]) == 2 and bob.history(group)["items"])
        self.assertEqual([m["id"] for m in items], [later, soon])

    def test_a_cancelled_one_is_never_sent(self):
        receiver = self.receiver()
        server = self.serve(receiver, ["message.sent", "schedule.cancelled"])
        alice = server.user("alice")
        group = alice.create(["bob"])["id"]
        message = self.schedule(alice, group, "no", 6)
        self.assertEqual(alice.request("DELETE", f"{API}/messages/{message}").status, 200)
        self.schedule(alice, group, "yes", 6)
        taken = receiver.wait_for(2)
        self.assertEqual([d["event"]["type"] for d in taken], ["schedule.cancelled", "message.sent"])
        self.assertEqual(taken[1]["event"]["message"]["content"], "yes")


if __name__ == "__main__":
    unittest.main()
