#!/usr/bin/env python3
"""Cost as it grows: hansard-bench over logs of several sizes, conversations of several sizes and 1 to 4 threads.

Writes what it measured as JSON and a drawing of it as SVG. Each figure is the median of --runs rounds; every round
measures all sizes, so that a slow spell of the machine does not look like growth. The full form takes about half an
hour and 10 GB below --work, most of it for the folds of the largest log.

    tests/bench/growth.py --bench build/release/hansard-bench --out docs/growth
    tests/bench/growth.py --draw --out docs/growth      # again from the JSON
"""
import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys

COLOURS = ["#1f5fa8", "#c4501b", "#2d8a4e", "#8a4fa3", "#a38a1b", "#4a4a4a"]
ADDED_BY_A_ROUND = 600_000  # events, about; a log that this would change much is made anew for each round
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 520, 400, 64, 36, 24, 150


def bench(arguments, *more):
    command = [arguments.bench, "--seconds", str(arguments.seconds), "--json", *more]
    print("+", " ".join(command), file=sys.stderr)
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def medians(rounds):
    """Of lists of rows, the row in the middle for each x and name."""
    found = {}
    for row in (row for rows in rounds for row in rows):
        found.setdefault((row["x"], row["name"]), []).append(row)
    return [sorted(rows, key=lambda row: row["value"])[len(rows) // 2] for rows in found.values()]


def sizes_once(arguments):
    rows = []
    for events in arguments.sizes:
        data = pathlib.Path(arguments.work) / f"{events}" / "data"
        if events < 10 * ADDED_BY_A_ROUND:
            shutil.rmtree(data.parent, ignore_errors=True)
        if not data.exists():
            data.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([arguments.bench, "--make-log", data, "--log-events", str(events)], check=True)
        for only in (["reads", "resume"], ["start"], ["sends"]):  # what adds most comes last
            rows += [{"x": events, **row} for row in bench(arguments, "--data", str(data), "--only", *only)]
    return rows


def members_once(arguments):
    rows = bench(arguments, "--only", "members")
    return [{"x": int(row["name"].split()[-1]), **row, "name": "one sender, others away"} for row in rows]


def threads_once(arguments):
    rows = []
    for count in arguments.threads:
        rows += [{"x": count, **row} for row in bench(arguments, "--server-threads", str(count), "--only", "sends")]
    return rows


def measure(arguments):
    parts = {"events": sizes_once, "members": members_once, "threads": threads_once}
    rounds = [{name: once(arguments) for name, once in parts.items()} for _ in range(arguments.runs)]
    for events in [] if arguments.keep else arguments.sizes:
        shutil.rmtree(pathlib.Path(arguments.work) / f"{events}")
    return {name: medians([one[name] for one in rounds]) for name in parts}


def series(points, wanted, value):
    """name -> [(x, y)], for rows whose name begins with one of `wanted`."""
    lines = {}
    for point in points:
        if any(point["name"].startswith(name) for name in wanted) and value(point) > 0:
            lines.setdefault(point["name"], []).append((point["x"], value(point)))
    return {name: sorted(line) for name, line in lines.items()}


def steps(values):
    """1, 2, 5, 10, 20 … from at or below the least of them to at or above the greatest."""
    exponents = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)
    all_steps = [digit * 10.0**exponent for exponent in exponents for digit in (1, 2, 5)]
    first = max(step for step in all_steps if step <= min(values))
    last = min(step for step in all_steps if step >= max(values) and step > first)
    return [step for step in all_steps if first <= step <= last]


def short(value):
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def panel(title, lines, log_x=True):
    """One drawing: both axes logarithmic, or only the upright one."""
    xs = [x for line in lines.values() for x, _ in line]
    heights = steps([y for line in lines.values() for _, y in line])
    low, high = math.log10(heights[0]), math.log10(heights[-1])
    scale = math.log10 if log_x else float
    first, last = scale(min(xs)), scale(max(xs))

    def place(x, y):
        across = (scale(x) - first) / ((last - first) or 1)
        up = (math.log10(y) - low) / (high - low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), TOP + (1 - up) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="20" class="title">{title}</text>']
    for height in heights:
        x, y = place(min(xs), height)
        parts.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{short(height)}</text>')
    for value in sorted(set(xs)):
        x, y = place(value, heights[0])
        parts.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{short(value)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        dots = [place(*point) for point in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in dots]
        x, y = LEFT, HEIGHT - BOTTOM + 38 + number * 16
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="{y}">{name}</text>')
    return "\n".join(parts)


def draw(found):
    rate, cost = (lambda row: row["value"]), (lambda row: row["server_us"])
    sends = ["WebSocket sends", "HTTP sends"]
    panels = [
        panel("a second, by events in the log before", series(found["events"], [*sends, "history", "unread"], rate)),
        panel("milliseconds, by events in the log before", series(found["events"], ["start", "resume"], rate)),
        panel("µs of the server a send, by members", series(found["members"], ["one sender"], cost)),
        panel("sends a second, by io threads (two cores)", series(found["threads"], sends, rate), log_x=False),
    ]
    style = "text{font:11px sans-serif;fill:#333}.title{font:bold 13px sans-serif}.grid{stroke:#ddd}"
    body = "".join(
        f'<g transform="translate({i % 2 * WIDTH},{i // 2 * HEIGHT})">{one}</g>\n' for i, one in enumerate(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}">\n<style>{style}</style>\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{body}</svg>\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build/release/hansard-bench")
    parser.add_argument("--out", required=True, metavar="NAME", help="NAME.json and NAME.svg")
    parser.add_argument("--work", default="/tmp/hansard-growth", help="where the logs are made")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000], help="events")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=3, help="rounds")
    parser.add_argument("--keep", action="store_true", help="keep the logs")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw what NAME.json has")
    arguments = parser.parse_args()
    numbers = pathlib.Path(arguments.out + ".json")
    if not arguments.draw:
        numbers.write_text(json.dumps(measure(arguments), indent=1) + "\n")
    pathlib.Path(arguments.out + ".svg").write_text(draw(json.loads(numbers.read_text())))


if __name__ == "__main__":
    main()
