"""A receiver of webhooks on loopback: checks signatures, answers as it is told, keeps what came."""
import hashlib
import hmac
import http.server
import json
import threading
import time

SECRET = "a webhook secret of more than 32 bytes!"


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *ignored):
        pass  # a server that is killed resets its connections


class Receiver:
    """`answer(delivery, attempt)` gives a status, or (status, headers); 200 for None. It keeps every attempt."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda delivery, attempt: 200)
        self.attempts = []  # (delivery, status)
        self.problems = []
        self.changed = threading.Condition()
        self.server = QuietServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(receiver):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver._receive(self.headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *ignored):
                pass

        return Handler

    def _receive(self, headers, body):
        signed = f"{headers['Hansard-Webhook-Id']}.{headers['Hansard-Webhook-Timestamp']}.".encode() + body
        expected = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        delivery = json.loads(body)
        delivery["id"] = headers["Hansard-Webhook-Id"]
        with self.changed:
            if not hmac.compare_digest(expected, headers["Hansard-Webhook-Signature"]):
                self.problems.append(f"a wrong signature on {delivery['id']}")
            if abs(time.time() - int(headers["Hansard-Webhook-Timestamp"])) > 60:
                self.problems.append("a timestamp that is not now")
            attempt = 1 + sum(1 for seen, _ in self.attempts if seen["number"] == delivery["number"])
            answered = self.answer(delivery, attempt) or 200
            status, extra = answered if isinstance(answered, tuple) else (answered, {})
            self.attempts.append((delivery, status))
            self.changed.notify_all()
        return status, extra

    def taken(self):
        """What was answered 2xx, as it came."""
        with self.changed:
            return [delivery for delivery, status in self.attempts if 200 <= status < 300]

    def wait(self, ready, timeout=60):
        """Until `ready(self.attempts)`; what it gives."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not ready(self.attempts):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"the webhooks do not come: {self.attempts}")
                self.changed.wait(left)
            return ready(self.attempts)

    def wait_for(self, count, timeout=60):
        """The first `count` deliveries taken."""
        self.wait(lambda attempts: sum(200 <= status < 300 for _, status in attempts) >= count, timeout)
        return self.taken()[:count]


def section(folder, name, receiver, types, **more):
    """A [[webhooks]] section; its secret lies in `folder`."""
    secret = folder / f"{name}.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    lines = {"name": name, "url": receiver.url, "secret_file": str(secret), "types": types, "retry_first_ms": 20,
             "retry_most_ms": 100, **more}
    return "[[webhooks]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
