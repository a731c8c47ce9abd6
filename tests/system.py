"""What tests and grading need of the system: Chromium, fonts and bubblewrap.

``python -m tests.system`` looks whether they are there; ``python -m tests.system install``
(``make setup``) installs those of Debian or Ubuntu where that may be done.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import chain

from unsigned_peace.editions.chromium import find

_CHROMIUM = ["chromium", "fonts-liberation", "fonts-noto-cjk"]
_HOW = "`make setup` installs it as root; else ask for the system's packages (Debian, Ubuntu: {})."
NO_CHROMIUM = "The tests of pages need Chromium: " + _HOW.format(" ".join(_CHROMIUM))
NO_BUBBLEWRAP = "The tests of coursework, and grading, need bubblewrap: " + _HOW.format(
    "bubblewrap"
)
NO_JAPANESE = "Printing, and pictures of pages, need a font with Japanese signs: " + _HOW.format(
    "fonts-noto-cjk"
)


def _japanese() -> bool:
    """Whether some font has Japanese signs; taken for granted where nothing can say."""
    lists = shutil.which("fc-list")
    if lists is None:
        return True
    found = subprocess.run([lists, ":lang=ja"], capture_output=True, check=False).stdout
    return bool(found.strip())


def lacking() -> dict[str, list[str]]:
    """What is not there: the sentence that says so, and the packages that bring it."""
    found = {
        NO_CHROMIUM: (find(), _CHROMIUM),
        NO_JAPANESE: (_japanese() or None, ["fonts-noto-cjk"]),
        NO_BUBBLEWRAP: (shutil.which("bwrap"), ["bubblewrap"]),
    }
    return {sentence: packages for sentence, (path, packages) in found.items() if not path}


def install(packages: list[str]) -> None:
    """Installs packages of Debian or Ubuntu and says which; does nothing where it may not."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"Installing from the system's packages: {' '.join(packages)}", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,  # what is lacking afterwards is named
        )


def main(arguments: list[str]) -> int:
    if arguments == ["install"] and (packages := [*chain.from_iterable(lacking().values())]):
        install(packages)
    for sentence in (still := lacking()):
        print(sentence, file=sys.stderr)
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
