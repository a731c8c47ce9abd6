"""The HTML of what this book adds to Sphinx's pages."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from unsigned_peace.publishing.html.languages import marked, say


def css_text(text: str) -> str:
    """A text as CSS writes it in quotes; it would print the escapes of JSON as they stand."""
    escaped = re.sub(r'[\\"<\n]', lambda sign: f"\\{ord(sign[0]):x} ", text)
    return f'"{escaped}"'


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
    environment.filters["css_text"] = css_text
    return environment


def render(template: str, **values: object) -> str:
    """One template filled in, words in other scripts marked.

    A value that it needs and does not get raises.
    """
    return marked(_environment().get_template(template).render(**values))
