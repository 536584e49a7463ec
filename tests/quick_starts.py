#!/usr/bin/env python3
"""Run the sh blocks of a document as they are written, in their order, in one shell, and compare what they print.

A json or text block directly after a sh block is what that block prints on its standard output; a sh block without
one prints nothing. In what is expected, `…` stands for something within a line, and a line of `…` alone for some
lines. Blocks of console are for the reader only.
"""

import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 180


class Step(NamedTuple):
    """Commands, and what they print."""

    line: int
    commands: str
    prints: str


def read(document: str) -> list[Step]:
    """The steps of a document; a block that nobody would run or compare is an error."""
    steps: list[Step] = []
    end_of_commands = None
    blocks = list(BLOCK.finditer(document))
    for block in blocks:
        language, text = block.groups()
        line = document.count("\n", 0, block.start()) + 1
        if language == "sh":
            steps.append(Step(line, text, ""))
            end_of_commands = block.end()
            continue
        if language in ("json", "text"):
            if end_of_commands is None or document[end_of_commands : block.start()].strip():
                raise ValueError(f"{line}: no sh block directly before this one prints it")
            steps[-1] = steps[-1]._replace(prints=text)
        elif language != "console":
            raise ValueError(f"{line}: a block is sh, json, text or console")
        end_of_commands = None
    if document.count("```") != 2 * len(blocks):
        raise ValueError("1: there is a fence that is indented or without its other end")
    if not steps:
        raise ValueError("1: there is nothing to run")
    return steps


def run(steps: list[Step], folder: Path) -> str:
    """Run the steps in one shell, each with its output in files of its own; say how the shell ended, if badly."""
    script = ["set -euo pipefail"]
    for number, step in enumerate(steps):
        (folder / f"{number}.sh").write_text(step.commands)
        script.append(f". '{folder}/{number}.sh' > '{folder}/{number}.out' 2> '{folder}/{number}.err'")
    script.append(f": > '{folder}/end'")
    try:
        shell = subprocess.run(["bash", "-c", "\n".join(script)], stdin=subprocess.DEVNULL, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"ran for more than {SECONDS} seconds"
    return "" if (folder / "end").exists() else f"ended the shell with status {shell.returncode}"


def fits(expected: str, printed: str) -> bool:
    """Whether what was printed is what was expected."""
    pattern = "".join(
        r"(?:.*\n)+" if line.strip() == "…" else ".+".join(map(re.escape, line.split("…")))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, whole_lines(printed)) is not None


def whole_lines(printed: str) -> str:
    """The text with the end of its last line, which JSON comes without."""
    return printed if printed.endswith("\n") or not printed else printed + "\n"


def faults(steps: list[Step], folder: Path, ending: str) -> list[str]:
    """What is not as it stands in the document."""
    found = []
    started = [number for number in range(len(steps)) if (folder / f"{number}.out").exists()]
    if not started:
        return [f"{steps[0].line}: the block {ending} before it began\n"]
    for number in started:
        step = steps[number]
        printed, said = ((folder / f"{number}.{name}").read_text() for name in ("out", "err"))
        ended = ending if number == started[-1] else ""
        if ended or not fits(step.prints, printed):
            parts = [("expected", step.prints), ("printed", printed), ("said", "".join(said.splitlines(True)[-20:]))]
            found.append(
                f"{step.line}: the block {ended or 'printed something else'}\n"
                + "".join(f"  {name}:\n{indent(whole_lines(text), '    ')}" for name, text in parts if text)
            )
    return found


def main() -> int:
    """Run the document that is named, and say what came of it."""
    (name,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            steps = read(Path(name).read_text())
            found = faults(steps, folder, run(steps, folder))
        except ValueError as error:
            found = [f"{error}\n"]
    for fault in found:
        sys.stderr.write(f"{name}:{fault}")
    if not found:
        print(f"{name}: {len(steps)} blocks, as written")
    return 1 if found else 0


if __name__ == "__main__":
    # Ctrl-C ends it without a word about Python.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
