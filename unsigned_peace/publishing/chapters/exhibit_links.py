"""Links to charts and tables of chapters, by name: the text is their computed title."""

from __future__ import annotations

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.publishing.chapters.executed import executed_path, loaded
from unsigned_peace.publishing.chapters.outputs import exhibit_anchor

logger = logging.getLogger(__name__)


def exhibits(executed: NotebookNode) -> dict[str, tuple[str, str]]:
    """The charts and tables of an executed chapter in their order.

    Name to kind (``chart`` or ``table``) and title, as they were computed.
    """
    # a chart without a card is named where it stands
    cards = [(kind, card_of(shown)) for kind, shown in exhibits_of(executed)]
    return {card["name"]: (kind, card["title"]) for kind, card in cards if card}


def exhibits_in(environment: BuildEnvironment, stem: str) -> dict[str, tuple[str, str]]:
    """A chapter's exhibits.

    The page being read is read again when they are computed anew, not when prose changes.
    """
    path = executed_path(stem)
    environment.note_dependency(str(path))
    return exhibits(loaded(path))


def address_in(environment: BuildEnvironment, stem: str, anchor: str = "") -> str:
    uri = environment.app.builder.get_relative_uri(environment.docname, f"book/{stem}")
    return f"{uri}#{anchor}" if anchor else uri


class ExhibitRole(SphinxRole):
    """``{exhibit}`chapter:name``` or ``{exhibit}`text <chapter:name>```.

    A link to a chart or table, by default with its title as text.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        text, _, target = self.text.rpartition("<")
        target = target.rstrip(">").strip()
        stem, _, name = target.partition(":")
        try:
            _, title = exhibits_in(self.env, stem)[name]
        except (FileNotFoundError, KeyError):
            logger.warning(
                "there is no exhibit %r", target, location=self.get_location(), type="exhibit"
            )
            return [nodes.inline(self.rawtext, text.strip() or target)], []
        shown = text.strip() or title
        return [
            nodes.reference(
                self.rawtext,
                shown,
                refuri=address_in(self.env, stem, exhibit_anchor(name)),
                classes=["exhibit-link"],
                internal=True,
            )
        ], []


def setup(app: Sphinx) -> None:
    app.add_role("exhibit", ExhibitRole())
