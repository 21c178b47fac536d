"""The OpenAPI document of a server, held against what it answers: every status is declared, every body is of its schema,
and names no member that the schema does not know. Knows as much of JSON Schema as the document uses."""
import json
import re
import urllib.parse

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_kind(value, kind):
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


class Document:
    def __init__(self, document):
        self.document = document
        # A literal goes before a placeholder.
        self.paths = sorted(((self.pattern(path), path) for path in document["paths"]), key=lambda p: p[1].count("{"))

    @staticmethod
    def pattern(path):
        parts = re.split(r"(\{[^}]+\})", path)
        any_of = {True: "(.+)", False: "([^/]+)"}
        return re.compile("".join(any_of["..." in p] if p.startswith("{") else re.escape(p) for p in parts) + "$")

    def follow(self, value):
        while "$ref" in value:
            found = self.document
            for name in value["$ref"][2:].split("/"):
                found = found[name]
            value = found
        return value

    def operation(self, method, target):
        path = urllib.parse.urlsplit(target).path
        for pattern, template in self.paths:
            if pattern.match(path):
                return self.document["paths"][template].get("get" if method == "HEAD" else method.lower())
        return None

    def complaints(self, method, target, answer):
        """What is wrong with an answer, in words."""
        operation = self.operation(method, target)
        if operation is None:
            return []
        response = operation["responses"].get(str(answer.status))
        if response is None:
            # Said for all of them at the top of the document.
            return [] if answer.status in (429, 503) else [f"{answer.status} is not declared"]
        kind = answer.headers.get("content-type", "").split(";")[0]
        content = self.follow(response).get("content", {})
        if not kind.endswith("json") or not answer.text:
            return []
        if kind not in content:
            return [f"{kind} is not declared for {answer.status}"]
        return list(self.check(json.loads(answer.text), content[kind].get("schema", {}), "$", True))

    def members(self, schema):
        """The members a schema knows, and whether it is open to others."""
        schema = self.follow(schema)
        known, is_open = set(schema.get("properties", ())), schema.get("additionalProperties", False) is not False
        parts = schema.get("allOf", []) + schema.get("oneOf", []) + schema.get("anyOf", [])
        for part in parts:
            more, opens = self.members(part)
            known, is_open = known | more, is_open or opens
        says_nothing = not known and not parts and "object" in str(schema.get("type", "object"))
        return known, is_open or says_nothing

    def check(self, value, schema, where, is_whole):
        schema = self.follow(schema)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(is_kind(value, kind) for kind in kinds):
            yield f"{where} is {value!r:.60}, not {kinds}"
            return
        if "enum" in schema and value not in schema["enum"] or "const" in schema and value != schema["const"]:
            yield f"{where} is {value!r:.60}, which is none of its values"
        if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{where} is {value!r:.60}, not {schema['pattern']}"
        for part in schema.get("allOf", []):
            yield from self.check(value, part, where, False)
        choices = schema.get("oneOf", schema.get("anyOf", []))
        if choices and all(any(True for _ in self.check(value, choice, where, True)) for choice in choices):
            yield f"{where} is none of its forms: {value!r:.200}"
        if isinstance(value, dict):
            yield from self.check_members(value, schema, where, is_whole)
        for number, item in enumerate(value if isinstance(value, list) else ()):
            yield from self.check(item, schema.get("items", {}), f"{where}[{number}]", True)

    def check_members(self, value, schema, where, is_whole):
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where} has no {name}"
        known, is_open = self.members(schema)
        for name in sorted(set(value) - known if is_whole and not is_open else ()):
            yield f"{where} has {name}, which is not declared"
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from self.check(value[name], part, f"{where}.{name}", True)
        others = schema.get("additionalProperties")
        for name in set(value) - known if isinstance(others, dict) else ():
            yield from self.check(value[name], others, f"{where}.{name}", True)
