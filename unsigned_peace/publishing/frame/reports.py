"""Where a reader reports an error: on each page, record and exhibit, if there is anybody to tell.

Where the repository is on a host that takes an issue with its fields filled in, the link opens
that; else it leads to the one address that ``report_errors_to`` in ``_config.yml`` names; with
neither there is no link.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.frame.repository import Repository

#: The form that asks what is wrong: ``.github/ISSUE_TEMPLATE`` and, as text, GitLab.
_FORM = "correction.yml"
_ASKED = "What is wrong:\n\nWhat it should be, and which source says so:\n"
#: Signs that may stand in a query as they are; an identifier is then read in the link.
_PLAIN = ":/#"


@dataclass(frozen=True)
class Reports:
    """Who hears of errors: a repository with issues, or one address of mail or of a page."""

    repository: Repository | None
    address: str = ""

    def link(self, where: str) -> str:
        """The address that reports an error in a place of the book; empty if there is none.

        ``where`` names the place as the form shows it: ``polls:2018-11-levada`` for a record, a
        page's path with the anchor of an exhibit.
        """
        host = self.repository.host if self.repository else ""
        if self.repository and host == "github.com":
            query = {"template": _FORM, "where": where}
            return f"{self.repository.url}/issues/new?{urlencode(query, safe=_PLAIN)}"
        if self.repository and (host.startswith("gitlab.") or host.endswith(".gitlab.com")):
            query = {
                "issue[title]": f"Error in {where}",
                "issue[description]": f"Where: {where}\n\n{_ASKED}",
            }
            return f"{self.repository.url}/-/issues/new?{urlencode(query, safe=_PLAIN)}"
        if self.address.startswith("https://"):
            return self.address
        if self.address:
            said = {
                "subject": f"{imprint().name}: error in {where}",
                "body": f"Where: {where}\n\n{_ASKED}",
            }
            return f"mailto:{self.address}?{urlencode(said, safe=_PLAIN, quote_via=quote)}"
        return ""


def _settle(_app: Sphinx, config: Config) -> None:
    address = config.report_errors_to
    if address and "@" not in address and not address.startswith("https://"):
        raise ExtensionError(
            f"_config.yml: report_errors_to: {address!r} is neither an address of mail nor that "
            "of a page, such as https://example.org/contact"
        )
    config.reports = Reports(config.launcher.repository, address)


def _add(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    if app.builder.format == "html" and doctree is not None:
        repository = app.config.reports.repository
        context["repository"] = repository.url if repository else ""
        context["report"] = app.config.reports.link(app.builder.get_target_uri(pagename))


def setup(app: Sphinx) -> None:
    app.add_config_value("report_errors_to", "", "env")
    # after the links to run a chapter, which find out where the repository is
    app.connect("config-inited", _settle, priority=600)
    app.connect("html-page-context", _add)
