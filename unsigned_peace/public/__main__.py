"""``make publish``: assembles the public folder from the site and the editions."""

from __future__ import annotations

import sys

from unsigned_peace.files import files_in
from unsigned_peace.paths import shown
from unsigned_peace.processes import one_at_a_time
from unsigned_peace.public.folder import PublicError, assemble, megabytes
from unsigned_peace.publishing.frame.address import site_address


def main() -> int:
    address = site_address()
    try:
        with one_at_a_time():
            folder = assemble(address)
    except (PublicError, FileNotFoundError) as error:
        print(f"{error}\nNothing was published.", file=sys.stderr)
        return 1
    files = files_in(folder)
    size = megabytes(sum(path.stat().st_size for path in files))
    print(f"{shown(folder)}: {len(files)} files, {size}, for {address or 'any address'}")
    if not address:
        print(
            "The site's address is not known, so pages have no canonical address, there is no "
            "sitemap, and shared links no picture: set html: baseurl in _config.yml, or say "
            "make publish ADDRESS=https://..."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
