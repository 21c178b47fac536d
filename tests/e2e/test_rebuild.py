"""Views built again while the server runs: swapped under load with equal answers, rolled back, killed in the middle,
compared only, and refused where a row was damaged. The same offline with `hansard-replay rebuild`."""
import json
import subprocess
import threading
import time
import unittest

from hansard_client import BIN, Server

VIEWS = "/api/v1/admin/views"
UNDER_WAY = ("building", "comparing", "swapping", "rolling_back")
MESSAGES = 1_500


class Load:
    """One user who goes on sending until he is told to stop."""

    def __init__(self, server, conversation):
        self.server, self.conversation = server, conversation
        self.sent = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def run(self):
        user = self.server.user("alice")
        while not self.stopping.is_set():
            text = f"under load {len(self.sent)}"
            user.send(self.conversation, text)
            self.sent.append(text)


class Rebuild(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.alice, self.bob = self.server.user("alice"), self.server.user("bob")
        self.admin = self.server.user("root", "admin")
        self.conversation = self.alice.create(["bob"])["id"]
        service = self.server.user("importer", "service", act_as="alice")
        for number in range(MESSAGES):
            service.send(self.conversation, f"message {number}")

    def answers(self):
        history = self.bob.get(f"/api/v1/conversations/{self.conversation}/messages?limit=200")
        unread = self.bob.get("/api/v1/unread")
        self.assertEqual((history.status, unread.status), (200, 200))
        return history.json["items"], unread.json

    def order(self, verb, body=None, view="chat"):
        return self.admin.request("POST", f"{VIEWS}/{view}/{verb}", body)

    def view(self, name="chat"):
        answer = self.admin.get(f"{VIEWS}/{name}")
        self.assertEqual(answer.status, 200)
        return answer.json

    def end_of(self, name="chat"):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            view = self.view(name)
            if view["rebuild"]["state"] not in UNDER_WAY:
                return view
            time.sleep(0.02)
        self.fail(f"the rebuild does not end: {view}")

    def folders(self, view="chat"):
        return sorted(path.name for path in (self.server.data / "views" / view).iterdir())

    def replay(self, *words):
        return subprocess.run([str(BIN / "hansard-replay"), "rebuild", *words], capture_output=True, text=True,
                              timeout=120)

    def damage(self, view, table):
        self.assertEqual(self.server.stop(), 0)
        subprocess.run([str(BIN / "hansard-damage"), str(self.server.data), view, table], check=True)
        self.server.start()

    def test_swapped_and_rolled_back_under_load(self):
        before = self.view()
        self.assertIsNone(before["rebuild"])
        with Load(self.server, self.conversation) as load:
            self.assertEqual(self.order("rebuild", view="all").status, 200)
            chat, audit = self.end_of("chat"), self.end_of("audit")
            for view in (chat, audit):
                self.assertEqual(view["rebuild"]["state"], "swapped", view)
                self.assertTrue(view["rebuild"]["comparison"]["equal"])
                self.assertEqual(view["previous"], self.previous_of(view))
            seen = len(load.sent)
            while len(load.sent) < seen + 20:
                time.sleep(0.01)
            self.assertEqual(self.order("rollback").status, 200)
            rolled_back = self.end_of("chat")
            self.assertEqual(rolled_back["rebuild"]["state"], "rolled_back", rolled_back)
            self.assertEqual(rolled_back["folder"], before["folder"])
        total = MESSAGES + len(load.sent)
        items, unread = self.answers()
        self.assertEqual(items[0]["ordinal"], total)
        self.assertEqual(items[0]["content"], load.sent[-1])
        self.assertEqual(unread["total"], total)

        self.assertEqual(self.order("swap").status, 409)
        self.assertEqual(self.order("drop").status, 200)
        self.assertEqual(self.order("drop").status, 409)
        self.assertEqual(self.order("rollback").status, 409)
        self.assertEqual(self.folders(), ["CURRENT", before["folder"]])
        answers = self.answers()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.answers(), answers)

    @staticmethod
    def previous_of(view):
        return view["folder"].split(".")[0]

    def test_the_search_index_of_a_stopped_server_is_compared_and_built_again(self):
        self.assertEqual(self.server.stop(), 0)
        data, files = str(self.server.data), lambda: [n for n in self.folders("search/v1") if n.endswith(".db")]
        before = files()
        compared = self.replay("--data", data, "--view", "search", "--compare-only", "--quiet")
        self.assertEqual(compared.returncode, 0, compared.stderr)
        self.assertIn("equal", compared.stdout)
        self.assertIn("nothing was swapped", compared.stdout)
        self.assertEqual(files(), before)
        swapped = self.replay("--data", data, "--view", "search", "--quiet")
        self.assertEqual(swapped.returncode, 0, swapped.stderr)
        self.assertIn("it serves from the next start on", swapped.stdout)
        self.assertEqual(len(files()), 1)
        self.assertNotEqual(files(), before)
        self.server.start()
        found = self.bob.get("/api/v1/search/messages?q=message")
        self.assertEqual((found.status, len(found.json["items"]) > 0), (200, True))

    def test_a_kill_in_the_middle_leaves_the_live_view_and_nothing_else(self):
        answers, folders = self.answers(), self.folders()
        for _ in range(3):
            self.assertEqual(self.order("rebuild", {"swap": "manual"}).status, 200)
            self.server.kill()
            self.server.start()
            self.assertEqual(self.answers(), answers)
            self.assertEqual([name for name in self.folders() if name != "CURRENT"], folders)
            self.assertIsNone(self.view()["rebuild"])

    def test_a_damaged_row_is_refused_and_named(self):
        self.damage("chat", "P")
        self.assertEqual(self.order("rebuild").status, 200)
        view = self.end_of()
        self.assertEqual(view["rebuild"]["state"], "differs", view)
        self.assertIsNone(view["previous"])
        comparison = view["rebuild"]["comparison"]
        self.assertEqual(comparison["differing"], 1)
        self.assertEqual(comparison["first_difference"]["table"], "members")
        self.assertIn(self.conversation, comparison["first_difference"]["key"])
        refused = self.order("swap")
        self.assertEqual((refused.status, refused.json["code"]), (409, "conflict"))
        self.assertIn("members", refused.json["detail"])
        self.assertEqual(self.order("swap", {"force": True}).status, 200)
        self.assertEqual(self.end_of()["rebuild"]["state"], "swapped")
        self.assertEqual(self.order("rebuild", {"compare_only": True}).status, 200)
        compared = self.end_of()["rebuild"]
        self.assertEqual((compared["state"], compared["comparison"]["equal"]), ("compared", True))

    def test_what_cannot_be_done_is_said(self):
        self.assertEqual(self.alice.get(VIEWS).status, 403)
        self.assertEqual(self.alice.request("POST", f"{VIEWS}/chat/rebuild").status, 403)
        self.assertEqual(self.order("rebuild", view="nothing").status, 404)
        self.assertEqual(self.admin.get(f"{VIEWS}/nothing").status, 404)
        for verb in ("swap", "rollback", "cancel", "drop"):
            self.assertEqual(self.order(verb).status, 409, verb)
            self.assertEqual(self.order(verb, view="nothing").status, 404, verb)
        self.assertEqual(self.order("rollback", view="search").status, 409)
        self.assertEqual(self.order("rebuild", {"swap": "soon"}).status, 400)
        self.assertEqual(self.order("rebuild", {"compare_only": True}, view="search").status, 200)
        for _ in range(20):
            told = self.end_of("search")["rebuild"]["state"]
            answers = [self.order("rebuild", {"swap": "manual"}, view=view).status for view in ("chat", "all")]
            self.assertEqual(self.end_of()["rebuild"]["state"], "built")
            if answers == [200, 409]:
                self.assertEqual(self.view("search")["rebuild"]["state"], told)  # refused: nothing changed
                break
            self.assertEqual(answers, [200, 200])  # the first was through before the second came
        else:
            self.fail("no rebuild was refused while another was under way")
        self.assertEqual(self.order("cancel").status, 200)
        self.assertEqual(self.end_of()["rebuild"]["state"], "cancelled")
        self.assertEqual({"chat", "audit", "search"}, {view["name"] for view in self.admin.get(VIEWS).json["items"]})

    def test_offline(self):
        answers = self.answers()
        running = self.replay("--data", str(self.server.data))
        self.assertEqual(running.returncode, 1)
        self.assertIn("in use", running.stderr)
        self.assertEqual(self.server.stop(), 0)
        folders = self.folders()
        compared = self.replay("--data", str(self.server.data), "--compare-only", "--json")
        self.assertEqual(compared.returncode, 0, compared)
        self.assertEqual([view["differing"] for view in json.loads(compared.stdout)], [0, 0, 0])
        self.assertEqual(self.folders(), folders)
        subprocess.run([str(BIN / "hansard-damage"), str(self.server.data), "audit", "Y"], check=True)
        refused = self.replay("--data", str(self.server.data))
        self.assertEqual(refused.returncode, 1, refused)
        self.assertIn("1 of", refused.stdout)
        self.assertIn("event types", refused.stdout)
        self.assertNotEqual(self.folders("chat"), folders)
        forced = self.replay("--data", str(self.server.data), "--view", "audit", "--force")
        self.assertEqual(forced.returncode, 1, forced)
        healed = self.replay("--data", str(self.server.data), "--compare-only")
        self.assertEqual(healed.returncode, 0, healed)
        self.server.start()
        self.assertEqual(self.answers(), answers)
        self.assertNotIn(".", self.view("audit")["previous"])

    def test_the_command_line_drives_a_running_server(self):
        token = self.server.folder / "admin.token"
        token.write_text(self.server.token("root", "admin"))
        server = ("--url", f"http://127.0.0.1:{self.server.port}", "--token-file", str(token))
        done = self.replay(*server, "--json")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual({view["view"]: view["state"] for view in json.loads(done.stdout)},
                         {"chat": "swapped", "audit": "swapped", "search": "swapped"})
        told = self.replay(*server).stdout
        self.assertRegex(told, r"(?m)^search: swapped")
        self.assertNotRegex(told, r"(?m);\s*$")
        compared = self.replay(*server, "--view", "chat", "--compare-only")
        self.assertEqual(compared.returncode, 0, compared)
        self.assertIn("equal", compared.stdout)
        wrong = self.replay(*server, "--view", "nothing")
        self.assertEqual(wrong.returncode, 2)


if __name__ == "__main__":
    unittest.main()
