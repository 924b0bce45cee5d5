#!/usr/bin/env python3
"""Runs one command-line test: a text file of `$ command` lines, each followed by the output it must print.

Usage: run_cli_test.py PERENNIAL TEST_FILE

Commands run in one empty folder, by bash, with `perennial` and $FIXTURES (tests/data) known; standard error counts as
output, progress is off. Numbers match within one part in a million; `...` on a line of its own matches any lines, inside
a line any text. A line `? N` after the output states the exit status, 0 unless stated.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e-?\d+)?")


def parse(text: str) -> list[tuple[str, list[str], int]]:
    """Command, expected lines, expected status."""
    cases: list[tuple[str, list[str], int]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            cases.append((line[2:], [], 0))
        elif line.startswith("? "):
            cases[-1] = (cases[-1][0], cases[-1][1], int(line[2:]))
        elif cases and not line.startswith("#"):
            cases[-1][1].append(line.rstrip())
    for _, lines, _ in cases:
        while lines and not lines[-1]:
            lines.pop()
    return cases


def close(a: str, b: str) -> bool:
    x, y = float(a.replace(",", "")), float(b.replace(",", ""))
    return abs(x - y) <= 1e-6 * max(abs(x), abs(y), 1e-300)


def line_matches(expected: str, actual: str) -> bool:
    if "..." in expected:
        pattern = ".*".join(re.escape(part) for part in expected.split("..."))
        return re.fullmatch(pattern, actual) is not None
    if NUMBER.sub("#", expected) != NUMBER.sub("#", actual):
        return False
    return all(close(a, b) for a, b in zip(NUMBER.findall(expected), NUMBER.findall(actual)))


def matches(expected: list[str], actual: list[str]) -> bool:
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and line_matches(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def main() -> int:
    perennial, test = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, FIXTURES=str(test.parent.parent / "data"), TZ="Asia/Shanghai",
                           PATH=f"{perennial.parent}:{os.environ['PATH']}")
        for command, expected, status in parse(test.read_text()):
            run = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True, timeout=300,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            actual = [line.rstrip() for line in run.stdout.splitlines()]
            while actual and not actual[-1]:
                actual.pop()
            if run.returncode != status or not matches(expected, actual):
                failed += 1
                print(f"{test.name}: $ {command}\n  exit status {run.returncode}, expected {status}")
                print("\n".join(["  expected:"] + ["    " + line for line in expected]))
                print("\n".join(["  printed:"] + ["    " + line for line in actual]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
