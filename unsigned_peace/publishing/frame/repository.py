"""Where readers get this book: its public repository, as a setting or git's remote names it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

#: ``user@host:path``, git's short form of an SSH address.
_SHORT_SSH = re.compile(r"^(?:[^@/\s]+@)?(?P<host>[^:/\s]+\.[^:/\s]+):(?P<path>[^/\s].*)$")


@dataclass(frozen=True)
class Repository:
    """A public repository: its host, and the path of owner (or group) and name there."""

    host: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def url(self) -> str:
        """The address that anybody can clone from."""
        return f"https://{self.host}/{self.path}"


def parse(address: str) -> Repository | None:
    """The repository behind an address as git takes it (https, ssh, ``git@host:path``).

    It is None for a folder or anything else.

    A user name or password in the address is left out.
    """
    if short := _SHORT_SSH.match(address):
        host, path = short["host"], short["path"]
    else:
        parts = urlsplit(address)
        if (
            parts.scheme not in ("https", "http", "ssh", "git")
            or not parts.hostname
            or "." not in parts.hostname
        ):
            return None
        host, path = parts.hostname, parts.path
    path = path.strip("/").removesuffix(".git")
    return Repository(host.lower(), path) if re.fullmatch(r"[\w.~-]+(/[\w.~-]+)+", path) else None


def origin(root: Path) -> str:
    """The public address of a checkout's remote ``origin``, without user and password.

    Empty if it has none.
    """
    try:
        found = subprocess.run(
            ["git", "-C", str(root), "config", "--get", "remote.origin.url"],
            capture_output=True,
            check=False,
            text=True,
        )
    except OSError:  # no git
        return ""
    # a checkout around this folder is not ours
    repository = parse(found.stdout.strip()) if (root / ".git").exists() else None
    return repository.url if repository else ""
