"""The HTML of what this book adds to Sphinx's pages."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from unsigned_peace.publishing.html.languages import marked, say


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("unsigned_peace.publishing.html", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["say"] = say
    return environment


def render(template: str, **values: object) -> str:
    """One template filled in, words in other scripts marked.

    A value that it needs and does not get raises.
    """
    return marked(_environment().get_template(template).render(**values))
