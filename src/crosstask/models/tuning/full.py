"""Every parameter trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosstask.models.tuning import Tuning

if TYPE_CHECKING:
    from crosstask.models.model import MultiTaskModel


class Full(Tuning):
    """Trunk and heads train."""

    def attach(self, model: MultiTaskModel) -> None:
        """Let every parameter train."""
        model.requires_grad_(True)
