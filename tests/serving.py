"""Serves the built site as a web host does: text compressed, on this machine only."""

from __future__ import annotations

import functools
import gzip
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TEXT = (".html", ".css", ".js", ".json", ".svg", ".csv", ".txt", ".xml")


@functools.cache
def compressed(path: Path) -> bytes:
    """A file as a host sends it to a browser that takes gzip."""
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments) -> None:
        pass

    def translate_path(self, path: str) -> str:
        under = self.server.under
        found = path.startswith(f"{under}/")
        return super().translate_path(path.removeprefix(under) if found else "/nowhere")

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if (
            path.suffix not in _TEXT
            or not path.is_file()
            or "gzip" not in self.headers.get("Accept-Encoding", "")
        ):
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    under = ""

    def handle_error(self, request, client_address) -> None:
        pass  # a browser that leaves a page hangs up in the middle


@contextmanager
def served(site: Path, under: str = "") -> Iterator[str]:
    """The site served on a free port, under a path such as ``/some/path``; gives its address."""
    server = _Server(("127.0.0.1", 0), functools.partial(_Handler, directory=str(site)))
    server.under = under
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{under}"
    finally:
        server.shutdown()
        server.server_close()
