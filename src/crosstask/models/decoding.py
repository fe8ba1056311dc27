"""How a decoder's next tokens are chosen."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crosstask.method import Method


class Decoding(Method):
    """The likeliest token each time (greedy), the likeliest of several whole texts (beams), or tokens drawn.

    Papers: Freitag and Al-Onaizan 2017, "Beam search strategies for neural machine translation"; Holtzman et al. 2020,
    "The curious case of neural text degeneration" (top_p).
    """

    max_new_tokens: int = Field(128, ge=1, description="tokens of an answer at most")
    beams: int = Field(1, ge=1, description="texts that are kept side by side; the likeliest is the answer")
    temperature: float = Field(0, ge=0, description="0 takes the likeliest token; more draws more freely")
    top_p: float = Field(
        1, gt=0, le=1, description="drawn from the likeliest tokens that have this probability together"
    )
    seed: int = Field(0, description="of the draws; equal seeds and prompts give equal texts")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.beams > 1 and self.temperature > 0:
            raise ValueError("choose between beams and a temperature: beams draw nothing")
        return self

    @property
    def draws(self) -> bool:
        """Whether tokens are drawn."""
        return self.temperature > 0
