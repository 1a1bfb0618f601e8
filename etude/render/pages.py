"""How every page and fragment of HTML is made: by Jinja, with everything escaped that is not marked safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from etude.render.visible import visible_line


def environment(finalize: Callable[[Any], Any] | None = None, **filters: Callable[..., Any]) -> Environment:
    """Over the templates of this package; `line` is a filter in all of them."""
    found = Environment(
        loader=PackageLoader("etude.render"),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"line": visible_line, **filters}
    return found
