"""Run the console blocks of a Markdown page: `python -m tools.console docs/tutorial/x.zh.md` shows what differs.

A block opened by ```console holds lines `$ command`, each followed by what it prints. `…` means any text, on a
line of its own any lines; `# 3` at the end of a command is its exit code. With `--write` a block that differs is
replaced by what was printed.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
EXIT_CODE = re.compile(r" +# (\d+)$")


@dataclass(frozen=True)
class Step:
    """A command of a page, what the page prints below it and the exit code that it states."""

    command: str
    output: str
    code: int = 0

    def differs(self, output: str, code: int) -> bool:
        """Whether a run shows another output or exit code than the page."""
        pattern = "".join(_pattern(line) for line in self.output.splitlines())
        return code != self.code or re.fullmatch(pattern, output) is None


def _pattern(line: str) -> str:
    """The pattern of one printed line; a line that is only `…` means any number of lines."""
    if line == "…":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"


def steps(text: str) -> Iterator[Step]:
    """Every command of a page, in order."""
    for block in BLOCK.finditer(text):
        lines = [line.removeprefix(block[1]) for line in block[2].splitlines()]
        for command, *output in _by_command(lines):
            code = EXIT_CODE.search(command)
            printed = "".join(f"{line}\n" for line in output)
            yield Step(command, printed, int(code[1]) if code else 0)


def _by_command(lines: list[str]) -> Iterator[list[str]]:
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield [lines[start].removeprefix("$ "), *lines[start + 1 : end]]


def run(step: Step, folder: Path, language: str) -> tuple[str, int]:
    """Return what the command prints in this folder, and its exit code."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "BIAOCHI_STORE": str(folder / "var"),
        "BIAOCHI_LANG": language,
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", step.command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout.replace("\ufeff", ""), done.returncode


def prepare(folder: Path) -> None:
    """Give a scratch folder what a checkout has: the rules and, under .venv/bin, the command."""
    (folder / "rules").symlink_to(ROOT / "rules")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)


def differences(page: Path, folder: Path) -> list[tuple[Step, str, int]]:
    """Run a page in an empty folder; every step whose output or exit code is another."""
    prepare(folder)
    language = "en" if ".en." in page.name else "zh"
    wrong = []
    for step in steps(page.read_text("utf-8")):
        output, code = run(step, folder, language)
        if step.differs(output, code):
            wrong.append((step, output, code))
    return wrong


def rewritten(text: str, wrong: list[tuple[Step, str, int]]) -> str:
    """Return the page with what was printed, from top to bottom: a command may occur twice."""
    done = 0
    for step, output, _code in wrong:
        old, new = (f"$ {step.command}\n{printed}" for printed in (step.output, output))
        start = text.index(old, done)
        text = text[:start] + new + text[start + len(old) :]
        done = start + len(new)
    return text


def main(arguments: list[str]) -> int:
    """Show, or with `--write` replace, what differs; returns the exit code."""
    failed = 0
    for page in (Path(word) for word in arguments if word != "--write"):
        with tempfile.TemporaryDirectory() as folder:
            wrong = differences(page, Path(folder))
        for step, output, code in wrong:
            failed = 1
            print(f"{page}: $ {step.command}\n{output}exit code {code}")
        if "--write" in arguments:
            page.write_text(rewritten(page.read_text("utf-8"), wrong), "utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
