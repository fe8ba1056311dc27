"""The card of an exported folder: the bundle's own, with transformers in the place of crosstask."""

from __future__ import annotations

import json
import re

_LIBRARY = re.compile(r"^library_name: .*$", re.MULTILINE)
_USE = re.compile(r"^## How to use it\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def export_card(card: str, name: str, *, pair: bool) -> str:
    """The bundle's `card`, which now says how transformers opens the folder `name` and answers a text, or a pair."""
    use = _use(name, '{"text": "a text", "text_pair": "its other"}' if pair else '"a text"')
    card = _LIBRARY.sub("library_name: transformers", card, count=1)
    card, replaced = _USE.subn(lambda _: use, card, count=1)
    return card if replaced else f"{card.rstrip()}\n\n{use.rstrip()}\n"


def _use(name: str, example: str) -> str:
    return f"""## How to use it

```python
from transformers import pipeline

classify = pipeline("text-classification", model={json.dumps(name, ensure_ascii=False)}, truncation=True)
print(classify({example}))
```

The last layer of the encoder is the pooling of the classifier, written as a layer; the layers below it are the trunk.

"""
