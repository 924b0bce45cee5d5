#!/usr/bin/env python3
"""Checks that every room includes only the rooms under it, by the table that its CMakeLists.txt gives to perennial_room,
that only the store includes duckdb.h, only the module of neural networks LibTorch, and only that of pictures OpenCV."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src" / "perennial"
INCLUDE = re.compile(r'#include ["<]perennial/([a-z_/]+)/[a-z0-9_]+\.h[">]')
OPENCV = re.compile(r'#include ["<]opencv2/')
TORCH = re.compile(r'#include ["<](torch|ATen|c10|caffe2)/')
CALL = re.compile(r"perennial_room\((\S+)(.*?)\)", re.S)


def rooms() -> dict[str, set[str]]:
    """Room -> rooms it may include: itself, what it DEPENDS on, and what those depend on."""
    direct: dict[str, set[str]] = {"models": {"base"}, "models/networks": {"base", "models/learn"},
                                    "models/pictures": {"base", "models/recommend"}}
    for file in sorted(ROOT.rglob("CMakeLists.txt")):
        for name, arguments in CALL.findall(file.read_text()):
            match = re.search(r"DEPENDS\s+((?:[a-z_/]+\s*)+)", arguments)
            direct[name] = set(match.group(1).split()) if match else set()
    allowed = {}
    for name in direct:
        seen, queue = set(), [name]
        while queue:
            room = queue.pop()
            if room not in seen:
                seen.add(room)
                queue.extend(direct.get(room, ()))
        allowed[name] = seen
    return allowed


def room_of(path: str, names: set[str]) -> str | None:
    """The longest room name that the path starts with."""
    fits = [name for name in names if path == name or path.startswith(name + "/")]
    return max(fits, key=len) if fits else None


def main() -> int:
    allowed = rooms()
    faults = []
    for file in sorted(ROOT.rglob("*.h")) + sorted(ROOT.rglob("*.cpp")):
        here = room_of(file.relative_to(ROOT).parent.as_posix(), set(allowed))
        for number, line in enumerate(file.read_text().splitlines(), 1):
            where = f"{file.relative_to(ROOT.parent.parent)}:{number}"
            match = INCLUDE.search(line)
            if match:
                there = room_of(match.group(1), set(allowed))
                if there is not None and here is not None and there not in allowed[here]:
                    faults.append(f"{where}: {here} may not include {there}")
            if re.search(r"#include [\"<]duckdb\.h", line) and here != "store":
                faults.append(f"{where}: only the store includes duckdb.h")
            if TORCH.search(line) and here != "models/networks":
                faults.append(f"{where}: only models/networks includes LibTorch")
            if OPENCV.search(line) and here != "models/pictures":
                faults.append(f"{where}: only models/pictures includes OpenCV")
    print("\n".join(faults) if faults else f"{len(allowed)} rooms, all includes point down")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
