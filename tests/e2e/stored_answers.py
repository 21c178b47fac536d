"""What a server answers about all that a data folder holds: recorded by the release that wrote the folder
(tests/golden/folders), asked again of every later one.
"""
import hashlib
import time

API = "/api/v1"
PEOPLE = ("ada", "ben", "cleo", "dan")


def all_answers(server):
    """By person and path. Paths that a release does not know yet are left out."""
    people = {name: server.user(name) for name in PEOPLE}
    people["service"] = server.user("service", "service")
    people["auditor"] = server.user("auditor", "audit")
    answers = {}

    def ask(name, path):
        answer = people[name].get(path)
        if answer.status == 200:
            answers[f"{name} {path}"] = answer.json
        return answer

    for name in PEOPLE:
        page = ask(name, f"{API}/conversations?limit=200").json
        ask(name, f"{API}/unread")
        ask(name, f"{API}/users/{name}")
        for conversation in page["items"]:
            of_one = f"{API}/conversations/{conversation['id']}"
            ask(name, of_one)
            ask(name, f"{of_one}/unread/explain")
            ask(name, f"{of_one}/members?limit=200")
            messages = ask(name, f"{of_one}/messages?limit=200").json
            for message in messages["items"]:
                ask(name, f"{API}/messages/{message['id']}/receipts")
                for file in message.get("attachments") or []:
                    body = people[name].get(f"{API}/files/{file['id']}")
                    digest = hashlib.sha256(body.text.encode("latin-1")).hexdigest()
                    answers[f"{name} bytes of {file['id']}"] = digest
    found = wait_for_search(people["ada"])
    if found:
        answers["ada finds"] = sorted(item["message"]["id"] for item in found["items"])
    # An auditor's reads are events themselves, so these two grow: the feed at its end, the audit log at its beginning.
    for name, path in (("service", f"{API}/events?limit=200"), ("auditor", f"{API}/audit?limit=200")):
        if ask(name, path).status == 200:
            answers[f"{name} {path}"] = answers[f"{name} {path}"]["items"]
    return answers


def wait_for_search(person):
    """Once the index has reached what the views show; nothing where there is no search."""
    shown = person.get(f"{API}/unread").headers["hansard-position"]
    for _ in range(400):
        found = person.get(f"{API}/search/messages?q=clause&limit=100")
        if found.status != 200:
            return None
        if found.json["indexed_through"] >= shown:
            return found.json
        time.sleep(0.05)
    raise AssertionError("the search index does not follow")


def compare(recorded, now):
    """Differences between two results of all_answers."""
    wrong = []
    for path, was in recorded.items():
        is_now = now.get(path)
        if path.startswith("service ") and is_now:
            is_now = is_now[:len(was)]
        if path.startswith("auditor ") and is_now:
            is_now = is_now[-len(was):]
        wrong += differences(was, is_now, path)
    return wrong


def differences(recorded, now, where=""):
    """What was recorded and is not answered any more. Later releases may say more, never less or otherwise."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        return [found for name, value in recorded.items()
                for found in (differences(value, now[name], f"{where}.{name}") if name in now else
                              [f"{where}.{name} is gone, was {value!r}"])]
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        return [found for index, (was, is_now) in enumerate(zip(recorded, now))
                for found in differences(was, is_now, f"{where}[{index}]")]
    return [] if recorded == now else [f"{where} was {recorded!r}, is {now!r}"]
