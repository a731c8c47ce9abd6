"""``make links``: asks every outside address of the built site whether it still leads somewhere.

Writes ``_build/links.csv``, an address a line with what came of it and the page that has it. A host
is asked for one address after another, with a pause, several hosts at a time. An address is gone
only if its host says so, or if there is no such host; where a host refuses to answer a program, or
does not answer in time, a person has to look.
"""

from __future__ import annotations

import socket
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urldefrag, urlsplit
from urllib.request import Request, urlopen

from unsigned_peace.files import as_csv, write_whole
from unsigned_peace.paths import BUILT, SITE, shown
from unsigned_peace.site.links import links_of

REPORT = BUILT / "links.csv"
GONE, UNSURE, THERE = "gone", "look", "there"
_AT_A_TIME, _PAUSE, _PATIENCE = 16, 1.0, 30.0
_SAYS_GONE = (404, 410)
_NO_HOST = "no such host"
_ENOUGH = 20  # hosts: where none of so many is known, it is the network that is missing
_WHO = "Mozilla/5.0 (compatible; link check of an open textbook, once a month)"


def outside(site: Path) -> dict[str, str]:
    """The outside addresses of a site's pages, each with the first page that has it."""
    found: dict[str, str] = {}
    for path in sorted(site.rglob("*.html")):
        for link in links_of(path.read_text(encoding="utf-8")):
            if link.startswith(("http://", "https://")):
                found.setdefault(urldefrag(link).url, path.relative_to(site).as_posix())
    return found


def ask(address: str) -> tuple[str, str]:
    """What came of asking for an address: one of the three outcomes, and why."""
    request = Request(quote(address, safe="%/:=&?~#+!$,;'@()*[]"), headers={"User-Agent": _WHO})
    try:
        with urlopen(request, timeout=_PATIENCE) as answer:
            return THERE, str(answer.status)
    except HTTPError as error:
        return (GONE if error.code in _SAYS_GONE else UNSURE), str(error.code)
    except URLError as error:
        no_host = isinstance(error.reason, socket.gaierror)
        return (GONE if no_host else UNSURE), _NO_HOST if no_host else str(error.reason)
    except (OSError, ValueError) as error:
        return UNSURE, type(error).__name__


def any_host(hosts: Iterable[str]) -> bool:
    """Whether one of these hosts is known, so that a missing one says something of the link.

    Numbers are no names: they are known without a network too.
    """
    names = [host for host in dict.fromkeys(hosts) if not host.replace(".", "").isdigit()]
    for name in names[:_ENOUGH]:
        with suppress(OSError):
            return bool(socket.getaddrinfo(name, None))
    return not names


def asked(addresses: Iterable[str], pause: float = _PAUSE) -> Iterator[tuple[str, str, str]]:
    """Each address with what came of it; those of one host one after another."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        by_host[urlsplit(address).netloc].append(address)

    def ask_host(of_host: list[str]) -> list[tuple[str, str, str]]:
        outcomes = []
        for number, address in enumerate(of_host):
            time.sleep(pause if number else 0)
            outcomes.append((address, *ask(address)))
        return outcomes

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for outcomes in pool.map(ask_host, by_host.values()):
            yield from outcomes


def main() -> int:
    pages = outside(SITE)
    order = (GONE, UNSURE, THERE)
    if pages and not any_host(urlsplit(address).hostname or "" for address in pages):
        sys.exit("No host of any link is known here: is there a network? Nothing was asked.")
    outcomes = sorted(asked(pages), key=lambda outcome: (order.index(outcome[1]), outcome[0]))
    rows = [(outcome, why, address, pages[address]) for address, outcome, why in outcomes]
    write_whole(REPORT, as_csv(("outcome", "why", "address", "page"), rows))
    for outcome, why, address, page in rows:
        if outcome == GONE:
            print(f"{page}: {address}: gone ({why})", file=sys.stderr)
    counts = {outcome: sum(row[0] == outcome for row in rows) for outcome in order}
    print(
        f"{shown(REPORT)}: of {len(rows)} addresses {counts[THERE]} are there, {counts[GONE]} are "
        f"gone, {counts[UNSURE]} are for a person to look at"
    )
    return 1 if counts[GONE] else 0


if __name__ == "__main__":
    sys.exit(main())
