"""Tensors as ggml stores them, and the GGUF files that hold them; the one file that imports gguf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS = 4096
"""Rows decoded at a time: float32 of all of a large vocabulary would be several times the result."""


@dataclass(frozen=True)
class StoredTensor:
    """A tensor in ggml's form: float32 as it is, or rows of quantized blocks [row, byte] of a `kind` such as `Q4_0`."""

    kind: str
    data: NDArray[Any]

    def decode(self) -> NDArray[np.float32] | NDArray[np.float16]:
        """The values: float32 where they are stored so; float16 [row, column] where they are quantized.

        float16 keeps 11 bits of a quantized value, which had four or eight: what it loses is far below what those did.
        """
        if self.kind == "F32":
            return self.data
        from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

        kind = GGMLQuantizationType[self.kind]
        values, size = GGML_QUANT_SIZES[kind]
        rows, width = self.data.shape
        decoded = np.empty((rows, width // size * values), np.float16)
        for start in range(0, rows, _ROWS):
            part = slice(start, start + _ROWS)
            decoded[part] = dequantize(self.data[part], kind)
        return decoded


@dataclass(frozen=True)
class GgufFile:
    """A GGUF file: its metadata by llama.cpp's keys, and its tensors by llama.cpp's names, still on the disk."""

    metadata: Mapping[str, Any]
    tensors: Mapping[str, StoredTensor]


def read_gguf(file: Path) -> GgufFile:
    """The content of a GGUF file; its tensors are read as they are decoded."""
    from gguf import GGUFReader

    reader = GGUFReader(file)
    metadata = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {tensor.name: StoredTensor(tensor.tensor_type.name, tensor.data) for tensor in reader.tensors}
    return GgufFile(metadata, tensors)


def as_written(value: float) -> float:
    """The number that somebody wrote before it was stored as float32.

    >>> as_written(9.999999747378752e-06)
    1e-05
    """
    return float(str(np.float32(value)))
