"""Holds docs/REQUIREMENTS.md against the tests, both ways. Needs no server."""
import ast
import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
ROWS = [f"A-{n:02}" for n in range(1, 57)] + [f"B-{n:02}" for n in range(1, 70)] + \
       [f"C-{n:02}" for n in range(1, 56)] + [f"D-{n}" for n in range(1, 18)]


def table():
    """(row, lives in, test) of every line of the tables."""
    rows = []
    for line in (ROOT / "docs" / "REQUIREMENTS.md").read_text().splitlines():
        if re.match(r"\| [A-D]-\d", line):
            row, _, _, lives_in, test = [cell.strip() for cell in line.strip("|").split(" | ")]
            rows.append((row, re.findall(r"`([^`]+)`", lives_in), test))
    return rows


def methods(letter):
    """The test methods of a file, by the row they are named after."""
    tree = ast.parse((HERE / f"test_requirements_{letter}.py").read_text())
    names = [node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [name for name in names if name.startswith("test_")]


class Table(unittest.TestCase):
    def test_every_row_stands_there_once(self):
        self.assertEqual([row for row, _, _ in table()], ROWS)

    def test_every_row_has_its_test_or_says_why_not(self):
        existing = {name for letter in "abcd" for name in methods(letter)}
        for row, _, test in table():
            named = re.findall(r"`(test_\w+)`", test)
            letter, number = row.split("-")
            wanted = f"test_{letter.lower()}_{int(number):02}_"
            if named:
                self.assertEqual(len(named), 1, row)
                self.assertTrue(named[0].startswith(wanted), row)
                self.assertIn(named[0], existing, row)
            else:
                self.assertIn(test, ("turned down", "later"), row)

    def test_every_test_stands_in_the_table(self):
        named = {name for _, _, test in table() for name in re.findall(r"`(test_\w+)`", test)}
        for letter in "abcd":
            found = methods(letter)
            self.assertEqual(len(found), len(set(found)), "a later method of the same name hides the first")
            for name in found:
                self.assertRegex(name, rf"^test_{letter}_\d\d_\w+$")
                self.assertIn(name, named)

    def test_every_row_lives_somewhere(self):
        for row, lives_in, _ in table():
            self.assertTrue(lives_in, row)
            for path in lives_in:
                self.assertTrue((ROOT / path).exists(), f"{row}: {path}")

    def test_the_document_needs_nothing_beside_the_project(self):
        self.assertNotRegex((ROOT / "docs" / "REQUIREMENTS.md").read_text(), r"shared/|seeds?/")


if __name__ == "__main__":
    unittest.main()
