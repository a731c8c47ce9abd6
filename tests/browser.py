"""Makes sure that a Chromium is there for the tests of the pages; installs Debian's or Ubuntu's where that may be done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from unsigned_peace.editions.chromium import find

WHAT_TO_DO = "The page tests need Chromium: install it with your system's packages (Debian: `apt-get install chromium`) and run `make test` again."


def main() -> int:
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium from the system's packages", flush=True)
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation", "fonts-noto-cjk"]):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if find():
        return 0
    print(WHAT_TO_DO, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
