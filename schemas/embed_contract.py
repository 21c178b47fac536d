"""Writes the C++ source of api/contract.h: the YAML contracts as JSON text, small and in their own order.

usage: embed_contract.py OUTPUT.cpp FUNCTION=FILE.yaml ...
"""
import json
import sys

import yaml

CHUNK = 8_000  # a string literal may be limited to 64 KiB


def quoted(text):
    """A C++ string literal; everything beyond printable ASCII as octal escapes of its UTF-8 bytes."""
    plain = {ord('"'): '\\"', ord("\\"): "\\\\"}
    return '"' + "".join(
        plain.get(byte) or (chr(byte) if 32 <= byte < 127 and byte != ord("?") else f"\\{byte:03o}")
        for byte in text.encode()
    ) + '"'


def function_of(name, path):
    with open(path, encoding="utf-8") as file:
        text = json.dumps(yaml.safe_load(file), ensure_ascii=False, separators=(",", ":"))
    chunks = [quoted(text[at : at + CHUNK]) for at in range(0, len(text), CHUNK)]
    return f"std::string_view {name}() {{\n  static constexpr char kText[] =\n      " + "\n      ".join(chunks) + \
        ";\n  return {kText, sizeof kText - 1};\n}\n"


def main():
    output, *contracts = sys.argv[1:]
    parts = ['#include "api/contract.h"\n', "namespace hansard::api {\n"]
    parts += [function_of(*contract.split("=", 1)) for contract in contracts]
    parts.append("}  // namespace hansard::api\n")
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


main()
