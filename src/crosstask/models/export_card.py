"""The card of an exported folder: the bundle's own, with another library in the place of crosstask."""

from __future__ import annotations

import re

from crosstask.models.exports import Exported

_LIBRARY = re.compile(r"^library_name: .*$", re.MULTILINE)
_USE = re.compile(r"^## How to use it\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PREFIX = "The tokenizer itself sets `{prefix}` before every text, as the model was trained to see it."


def export_card(card: str, library: str, exported: Exported, prefix: str) -> str:
    """The bundle's `card`, which now names `library`, and says how to use what was exported, `prefix` being set."""
    notes = [*exported.notes, *([_PREFIX.format(prefix=prefix)] if prefix else [])]
    use = "\n\n".join(["## How to use it", f"```python\n{exported.example}```", *notes]) + "\n\n"
    card = _LIBRARY.sub(f"library_name: {library}", card, count=1)
    card, replaced = _USE.subn(lambda _: use, card, count=1)
    return card if replaced else f"{card.rstrip()}\n\n{use.rstrip()}\n"
