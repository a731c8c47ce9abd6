"""nbgrader's form for essays, under a policy of its own: a page runs what the form of an empty
notebook runs, and nothing else.

A server extension, for `make mark`. What students wrote is inert already where it is kept; this
holds whatever else should ever get into a page, and asks nobody outside for anything.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re

import nbformat
from jupyter_server.serverapp import ServerApp
from nbconvert.exporters import HTMLExporter

#: nbgrader's own script waits for MathJax, which would come from outside, and does not go on
#: without it.
_NO_MATHJAX = (
    "window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest(ready) { "
    "setTimeout(ready, 0, 'End'); }}}}};"
)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)


class Form(HTMLExporter):
    """The exporter of nbgrader's form, with a policy in each page."""

    def from_filename(  # type: ignore[override]  # a page is text, not the notebook of the base
        self, filename: str, resources: dict | None = None, **options: object
    ) -> tuple[str, dict]:
        page, resources = super().from_filename(filename, resources=resources, **options)
        empty, _ = self.from_notebook_node(nbformat.v4.new_notebook(), resources=dict(resources))
        return self._held(page, empty, resources.get("base_url", "")), resources

    @staticmethod
    def _held(page: str, empty: str, base: str) -> str:
        """The page with the policy at its head, and without scripts from outside, which nbconvert's
        own templates ask for.
        """
        allowed = [_NO_MATHJAX]
        allowed += [code for attributes, code in _SCRIPT.findall(empty) if "src=" not in attributes]
        allowed += [html.unescape(code) for code in re.findall(r'\son\w+="([^"]*)"', empty)]
        hashes = sorted(
            {
                f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
                for code in allowed
            }
        )
        policy = (
            f"default-src 'none'; script-src 'self' 'unsafe-hashes' {' '.join(hashes)}; "
            f"style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri "
            "'none'; form-action 'none'"
        )
        page = re.sub(r'<script\b[^>]*\bsrc="https?:[^>]*>\s*</script>', "", page)
        return page.replace(
            "<head>",
            f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f"<script>{_NO_MATHJAX}</script>",
            1,
        )


def _load_jupyter_server_extension(server: ServerApp) -> None:
    """Puts this exporter in the place of nbgrader's, whose extension is loaded before: extensions
    load by name.
    """
    settings = server.web_app.settings
    settings["nbgrader_exporter"] = Form(config=settings["nbgrader_exporter"].config)


def _jupyter_server_extension_points() -> list[dict]:
    return [{"module": __name__}]
