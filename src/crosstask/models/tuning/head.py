"""Only the heads train, on a frozen trunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosstask.models.tuning import Tuning

if TYPE_CHECKING:
    from crosstask.models.model import MultiTaskModel


class Head(Tuning):
    """A linear probe: the trunk stays as it is."""

    def attach(self, model: MultiTaskModel) -> None:
        """Freeze the trunk, let the heads train."""
        model.trunk.requires_grad_(False)
        model.heads.requires_grad_(True)
