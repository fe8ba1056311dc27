"""Task names as file and module names, and back."""

from __future__ import annotations

from urllib.parse import quote, unquote

from torch import nn

from crosstask.errors import InputError

_LONGEST = 240
"""Characters of a safe name: file systems take 255 bytes, and an ending comes behind it."""


def safe_name(name: str) -> str:
    """`name` as a file name and as a key of a `ModuleDict`; different names stay different.

    Whatever is no letter, digit, `_` or `-` of ASCII is written as in a web address; so is the first letter of
    the few names that a `ModuleDict` uses itself. InputError where that is too long for a file name.

    >>> safe_name("sample:tweets-airlines"), safe_name("../a.csv"), safe_name("keys")
    ('sample%3Atweets-airlines', '%2E%2E%2Fa%2Ecsv', '%6Beys')
    """
    quoted = quote(name, safe="").replace(".", "%2E").replace("~", "%7E")
    if len(quoted) > _LONGEST:
        raise InputError(f"the task's name is too long for a file name: '{name:.40}…'", mend="Give it a shorter one.")
    return f"%{ord(quoted[0]):02X}{quoted[1:]}" if hasattr(nn.ModuleDict, quoted) else quoted


def name_of(safe: str) -> str:
    """The name that `safe_name` made `safe` of."""
    return unquote(safe)
