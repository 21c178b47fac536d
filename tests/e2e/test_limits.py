"""Rates of users and addresses, slow mode, and which web pages may come, as clients meet them."""
import asyncio
import json
import time
import unittest

import websockets

from hansard_client import ServerTest

UNREAD = "/api/v1/unread"
PAGE = "https://chat.example.com"


class UserRateTest(ServerTest):
    config = "[rate_limit]\nuser_per_s = 2\nuser_burst = 20\nfailed_auth_per_s = 1000\n"

    def spend(self, user):
        """Asks until it is refused; gives the refusal."""
        for _ in range(200):
            answer = user.get(UNREAD)
            if answer.status == 429:
                return answer
            self.assertEqual(answer.status, 200, answer.text)
        self.fail("200 requests at once were all served")

    def test_answers_say_what_is_left(self):
        alice = self.user()
        left = [int(alice.get(UNREAD).headers["ratelimit-remaining"]) for _ in range(5)]
        self.assertEqual(left, sorted(left, reverse=True))
        self.assertLess(left[-1], 20)
        answer = alice.get("/api/v1/no-such-path")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.headers["ratelimit-limit"], "20")
        self.assertGreaterEqual(int(answer.headers["ratelimit-reset"]), 1)

    def test_beyond_the_burst_is_429_with_when_to_come_back(self):
        alice, bob = self.user(), self.user()
        refused = self.spend(alice)
        self.problem(refused, 429, "rate_limited")
        self.assertEqual(refused.headers["retry-after"], "1")
        self.assertEqual(refused.json["retry_after"], 1)
        self.assertEqual(refused.headers["ratelimit-limit"], "20")
        self.assertEqual(refused.headers["ratelimit-remaining"], "0")
        self.assertEqual(bob.get(UNREAD).status, 200)
        self.assertEqual(self.user(scope="service", act_as=alice.name).get(UNREAD).status, 200)

    def test_a_handshake_counts_too(self):
        alice = self.user()
        self.spend(alice)
        asyncio.run(self.refused_handshake(alice))

    async def refused_handshake(self, alice):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with alice.socket("?resume=0"):
                pass
        self.assertEqual(refused.exception.status_code, 429)

    def test_an_auth_frame_beyond_the_burst_is_told_why_its_socket_closes(self):
        alice = self.user()
        self.spend(alice)
        asyncio.run(self.refused_frame(alice))

    async def refused_frame(self, alice):
        async with alice.socket(no_token=True) as socket:
            await socket.ws.send(json.dumps({"type": "auth", "data": {"token": alice.token}}))
            self.assertEqual((await socket.receive())["data"]["code"], "rate_limited")
            await socket.ws.wait_closed()
            self.assertEqual((socket.ws.close_code, socket.ws.close_reason), (4429, "too many requests"))

    def test_a_service_is_not_limited(self):
        backend = self.user(scope="service", act_as=self.user().name)
        self.assertEqual({backend.get(UNREAD).status for _ in range(60)}, {200})

    def test_frames_count_with_requests_and_the_socket_lives_on(self):
        asyncio.run(self.flood("ping", {}))

    def test_typing_frames_count_too(self):
        asyncio.run(self.flood("typing.start", None))

    async def flood(self, type, data):
        alice = self.user()
        if data is None:
            data = {"conversation_id": alice.create([self.user().name])["id"]}
        async with alice.socket() as socket:
            for number in range(60):
                await socket.ws.send(json.dumps({"type": type, "id": number, "data": data}))
            await socket.ws.send("not json")
            answers = {}
            while len(answers) < 61:
                frame = await socket.receive()
                if frame["type"] in ("error", "ack", "pong"):
                    answers[frame["re"]] = frame
            refused = [frame["data"] for frame in answers.values() if frame["type"] == "error"]
            self.assertGreaterEqual(len(refused), 20)
            self.assertEqual({problem["code"] for problem in refused}, {"rate_limited"})
            self.assertEqual({problem["retry_after"] for problem in refused}, {1})
            self.problem(self.spend(alice), 429, "rate_limited")
            await asyncio.sleep(refused[0]["retry_after"])
            self.assertEqual((await socket.ask("ping"))["type"], "pong")

    def test_the_metrics_count_refusals(self):
        self.spend(self.user())
        page = self.user().get("/metrics").text
        self.assertRegex(page, r'hansard_rate_limited_total{scope="user"} [1-9]')
        self.assertRegex(page, r'hansard_rejected_total{code="rate_limited"} [1-9]')


class ManyMembersTest(ServerTest):
    config = "[limits]\nready_lag_bound_ms = 1\n"  # views are behind as soon as there is anything to fold

    def add(self, user, conversation, names, count=1_000):
        members = [f"{names}{i}" for i in range(count)]
        return user.post(f"/api/v1/conversations/{conversation}/members", {"members": members})

    def test_they_wait_until_the_views_are_not_behind(self):
        alice, bob = self.user(), self.user()
        conversation = alice.create([])["id"]
        answers = [self.add(alice, conversation, f"many{i}-") for i in range(20)]
        refused = [answer for answer in answers if answer.status == 503]
        self.assertTrue(refused)
        self.problem(refused[0], 503, "overloaded")
        self.assertGreaterEqual(int(refused[0].headers["retry-after"]), 1)
        self.assertEqual(self.add(alice, conversation, "few", 100).status, 200)
        self.assertEqual(bob.create([])["type"], "group")
        until = time.monotonic() + 60
        while self.add(alice, conversation, "late").status != 200:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)

    def test_a_service_brings_in_as_many_as_it_likes(self):
        backend = self.user(scope="service", act_as=self.user().name)
        conversation = backend.create([])["id"]
        self.assertEqual({self.add(backend, conversation, f"many{i}-").status for i in range(20)}, {200})


class FailedAuthenticationTest(ServerTest):
    config = "[rate_limit]\nfailed_auth_per_s = 1\nfailed_auth_burst = 20\n"

    def test_bad_tokens_slow_down_whoever_has_no_valid_one(self):
        alice, thief = self.user(), self.user()
        thief.token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.AAAA"
        statuses = [thief.get(UNREAD).status for _ in range(200)]
        self.assertEqual(set(statuses), {401, 429})
        self.assertEqual(set(statuses[:20]), {401})
        self.assertGreater(statuses.count(429), 150)
        refused = next(answer for answer in (thief.get(UNREAD) for _ in range(20)) if answer.status == 429)
        self.problem(refused, 429, "rate_limited")
        self.assertEqual(refused.headers["retry-after"], "1")
        # The same address, a valid token: requests, handshakes and auth frames.
        self.assertEqual({alice.get(UNREAD).status for _ in range(20)}, {200})
        asyncio.run(self.comes_in(alice))
        asyncio.run(self.stays_out(thief))
        self.assertEqual(thief.get("/health").status, 200)

    async def comes_in(self, user):
        async with user.socket():
            pass
        async with user.socket(no_token=True) as socket:
            await socket.ws.send(json.dumps({"type": "auth", "data": {"token": user.token}}))
            self.assertEqual((await socket.receive())["type"], "hello")

    async def stays_out(self, user):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            for _ in range(5):
                async with user.socket():
                    pass
        self.assertIn(refused.exception.status_code, (401, 429))
        async with user.socket(no_token=True) as socket:
            await socket.ws.send(json.dumps({"type": "auth", "data": {"token": user.token}}))
            self.assertIn((await socket.receive())["data"]["code"], ("unauthenticated", "rate_limited"))
            with self.assertRaises(websockets.ConnectionClosed):
                await socket.receive()


class AddressRateTest(ServerTest):
    config = "[rate_limit]\naddress_per_s = 1\naddress_burst = 10\n"

    def test_an_address_is_limited_whoever_asks(self):
        users = [self.user() for _ in range(15)]
        statuses = [user.get(UNREAD).status for user in users * 20]
        self.assertEqual(set(statuses[:10]), {200})
        self.assertIn(429, statuses[10:])
        self.assertEqual({users[0].get("/health").status for _ in range(30)}, {200})


class SlowModeTest(ServerTest):
    def test_slow_mode_answers_with_the_conversations_bucket(self):
        owner, bob = self.user(), self.user()
        room = owner.create([bob.name], settings={"slow_mode_s": 30})["id"]
        bob.send(room, "one")
        refused = bob.post(f"/api/v1/conversations/{room}/messages", {"content": "two"})
        self.problem(refused, 429, "slow_mode")
        self.assertIn(int(refused.headers["retry-after"]), range(1, 31))
        self.assertEqual(refused.headers["ratelimit-limit"], "1")
        self.assertEqual(refused.headers["ratelimit-remaining"], "0")
        self.assertEqual(refused.headers["ratelimit-reset"], refused.headers["retry-after"])
        self.assertEqual(bob.get(UNREAD).headers["ratelimit-limit"], "100000")


class OriginTest(ServerTest):
    config = f'[limits]\norigins = ["{PAGE}"]\n'
    strangers = ("https://evil.example", "null", f"{PAGE}.evil.example", "https://evilchat.example.com",
                 "https://chat.example.co", f"{PAGE}:8443", "http://chat.example.com", f"{PAGE}@evil.example")

    def test_sockets_are_for_listed_pages_only(self):
        asyncio.run(self.open_from_everywhere(self.user()))

    async def open_from_everywhere(self, user):
        async with user.socket(headers={"Origin": PAGE}):
            pass
        for origin in self.strangers:
            with self.subTest(origin), self.assertRaises(websockets.InvalidStatusCode) as refused:
                async with user.socket(headers={"Origin": origin}):
                    pass
            self.assertEqual(refused.exception.status_code, 403, origin)

    def test_answers_are_readable_for_listed_pages_only(self):
        alice = self.user()
        self.assertEqual(alice.get(UNREAD, Origin=PAGE).headers["access-control-allow-origin"], PAGE)
        for origin in self.strangers:
            answer = alice.get(UNREAD, Origin=origin)
            self.assertEqual(answer.status, 200)
            self.assertNotIn("access-control-allow-origin", answer.headers, origin)

    # Such a body is not read, so the answer is not a handler's.
    def test_the_refusal_of_a_large_body_is_readable_too(self):
        large = {"content": {"type": "text", "body": "x" * 8_192}}
        answer = self.user().post("/api/v1/conversations/c/messages", large, Authorization="", Origin=PAGE)
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.headers["access-control-allow-origin"], PAGE)

    def test_a_preflight_is_answered_without_a_token(self):
        alice = self.user()
        asked = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH", "Authorization": ""}
        answer = alice.request("OPTIONS", "/api/v1/messages/0190d0f4-0000-7000-8000-000000000000", headers=asked)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.headers["access-control-allow-origin"], PAGE)
        self.assertIn("PATCH", answer.headers["access-control-allow-methods"])
        self.assertIn("Idempotency-Key", answer.headers["access-control-allow-headers"])
        answer = alice.request("OPTIONS", UNREAD, headers={**asked, "Origin": "https://evil.example"})
        self.assertNotIn("access-control-allow-origin", answer.headers)
        self.assertNotIn("access-control-allow-methods", answer.headers)


if __name__ == "__main__":
    unittest.main()
