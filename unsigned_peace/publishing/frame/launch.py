"""Where a reader can run a chapter: on Binder, in Colab, on a class's hub, on their own machine."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from unsigned_peace.paths import REFERENCE, ROOT
from unsigned_peace.publishing.chapters import one_page
from unsigned_peace.publishing.chapters.take_away import WHEEL, link_to_notebook
from unsigned_peace.publishing.frame.repository import Repository, origin, parse

#: What Binder calls the hosts from which it builds by branch.
_BINDER_PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}
_COLAB = "Open in Colab"
_HOW = "book/run-it-yourself"
#: Where a chapter says how to cite it.
CITE = "cite-this-chapter"


@dataclass(frozen=True)
class Launcher:
    """All that the links of a book need: from where, and to where. An empty service has no link."""

    repository: Repository | None
    branch: str = "main"
    binder: str = ""
    hub: str = ""
    colab: str = ""

    def links(self, page: str) -> list[tuple[str, str]]:
        """For a page such as ``book/islands``: the text and address of each link there is."""
        if self.repository is None:
            return []
        repository, opened = self.repository, f"lab/tree/{page}.md"
        links = []
        if self.binder and (provider := _BINDER_PROVIDERS.get(repository.host)):
            name = repository.path if provider == "gh" else quote(repository.path, safe="")
            place = f"{provider}/{name}/{quote(self.branch, safe='')}"
            address = f"{self.binder.rstrip('/')}/v2/{place}?{urlencode({'urlpath': opened})}"
            links.append(("Run on Binder", address))
        if self.hub:
            query = {
                "repo": repository.url,
                "branch": self.branch,
                "urlpath": f"lab/tree/{repository.name}/{page}.md",
            }
            links.append(
                (
                    "Run on the class's hub",
                    f"{self.hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(query)}",
                )
            )
        if self.colab and repository.host == "github.com":
            # the notebook as it was executed: Colab reads no Markdown
            notebook = REFERENCE.relative_to(ROOT) / f"{page.rsplit('/', 1)[-1]}.ipynb"
            place = f"{repository.path}/blob/{quote(self.branch, safe='')}/{notebook.as_posix()}"
            links.append((_COLAB, f"{self.colab.rstrip('/')}/github/{place}"))
        return links


def launcher(options: dict, origin: str = "", published: str = "") -> Launcher:
    """The launcher that ``repository`` and ``launch_buttons`` of ``_config.yml`` ask for.

    Without an address there, git's ``origin``. Colab has only what it is told to install, so that
    it is linked where ``published``, the site's address, has the package.

    Raises ``ExtensionError`` if the address in ``_config.yml`` is not that of a repository.
    """
    setting = options.get("repository_url") or ""
    repository = parse(setting or origin)
    if setting and repository is None:
        raise ExtensionError(
            f"_config.yml: repository: url: {setting!r} is not the address of a repository, "
            "such as https://github.com/owner/name"
        )
    buttons = options.get("launch_buttons") or {}
    return Launcher(
        repository,
        options.get("repository_branch") or "main",
        buttons.get("binderhub_url") or "",
        buttons.get("jupyterhub_url") or "",
        (buttons.get("colab_url") or "") if published else "",
    )


def _settle(_app: Sphinx, config: Config) -> None:
    """Takes Jupyter Book's settings of these names.

    Jupyter Book means them for a theme; no theme is given them here.
    """
    config.launcher = launcher(config.html_theme_options, origin(ROOT), config.html_baseurl)
    config.launch_places = repr(config.launcher)  # as text, so that Sphinx sees when it changes
    ours = ("launch_buttons", "repository_url", "repository_branch")
    config.html_theme_options = {
        key: value for key, value in config.html_theme_options.items() if key not in ours
    }


def _add_links(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Under the aims of a chapter, or at its end: one row on how to run, take along and cite it."""
    if app.builder.name != "html" or not any(
        node.get("nb_element") == "cell_code" for node in doctree.findall(nodes.container)
    ):
        return
    line = nodes.paragraph("", "", classes=["launch"])
    for text, address in app.config.launcher.links(page):
        line += [
            nodes.reference("", text, refuri=address, classes=["launch-button"]),
            nodes.Text(" "),
        ]
        if text == _COLAB:
            wheel = f"{app.config.html_baseurl.rstrip('/')}/{WHEEL}"
            line += [
                nodes.Text("(there, in a cell above the first: "),
                nodes.literal("", f"%pip install {wheel}"),
                nodes.Text(") "),
            ]
    line += nodes.Text(
        "Run it on your own machine: " if len(line) == 0 else "or on your own machine: "
    )
    line += [
        nodes.literal("", "make lab"),
        nodes.Text(", then open "),
        nodes.literal("", f"{page}.md"),
    ]
    if _HOW in app.env.found_docs:
        line += [
            nodes.Text(" ("),
            nodes.reference(
                "", "how", refuri=app.builder.get_relative_uri(page, _HOW), internal=True
            ),
            nodes.Text(")"),
        ]
    line += [nodes.Text(" · "), link_to_notebook(app, page)]
    if page != app.config.root_doc:
        line += [nodes.Text(" · "), nodes.reference("", "Cite", refuri=f"#{CITE}", internal=True)]
    if page in one_page.chapter_pages(app.env):
        carry = app.builder.get_relative_uri(page, one_page.address(page))
        line += [nodes.Text(" · "), nodes.reference("", "One page", refuri=carry, internal=True)]
    aims = next(
        (box for box in doctree.findall(nodes.admonition) if "aims" in box["classes"]), None
    )
    if aims is not None:
        aims.parent.insert(aims.parent.index(aims) + 1, line)
    else:
        last = doctree
        while sections := [node for node in last.children if isinstance(node, nodes.section)]:
            last = sections[-1]
        last += line


def setup(app: Sphinx) -> None:
    app.add_config_value("launch_places", "", "env")
    app.connect("config-inited", _settle)
    app.connect("doctree-resolved", _add_links)
