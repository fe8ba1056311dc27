"""Where a long row of tokens is cut into windows that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Windows:
    """How rows are cut: windows of at most `limit` tokens, which share `overlap` of the cut text or half their room."""

    limit: int
    overlap: int

    def positions(self, texts: Sequence[int | None], cut: int, held: int) -> list[list[int]]:
        """The positions of each window's tokens in a row.

        Special tokens, the `held` first tokens of the cut text (a prefix) and the text before it stand in every window;
        that text loses its end where the rest would not have half of the window, or, where there is no rest, the whole.

        Args:
            texts: which of the row's texts each token is of, None for special tokens.
            cut: which text is cut, the row's last.
            held: how many tokens at its start every window repeats.
        """
        own = [place for place, text in enumerate(texts) if text == cut]
        if len(texts) <= self.limit:
            return [[*range(len(texts))]]
        if not own:
            return [_shortened(texts, cut, self.limit)]
        first, behind = own[0] + held, own[-1] + 1
        before = _shortened(texts[:first], cut, self.limit // 2 - (len(texts) - behind))
        after = range(behind, len(texts))
        return [[*before, *part, *after] for part in self._parts(own[held:], self.limit - len(before) - len(after))]

    def _parts(self, tokens: Sequence[int], room: int) -> list[Sequence[int]]:
        """Parts of at most `room` tokens, at least one, that hold all tokens."""
        room = max(1, room)
        step = max(1, room - min(self.overlap, room // 2))
        return [tokens[start : start + room] for start in range(0, max(0, len(tokens) - room) + step, step)]


def _shortened(texts: Sequence[int | None], cut: int, limit: int) -> list[int]:
    """Positions of tokens, without the last ones of the text before the cut one where there are more than `limit`."""
    asked = [place for place, text in enumerate(texts) if text not in (None, cut)]
    spare = set(asked[max(0, len(asked) - max(0, len(texts) - limit)) :])
    return [place for place in range(len(texts)) if place not in spare]
