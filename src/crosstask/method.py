"""Methods are frozen, validated values: the constructor is the schema."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from crosstask.errors import ConfigError


class Method(BaseModel):
    """A frozen value whose fields are its options in Python, YAML and on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def method_name(cls) -> str:
        """The registered name: the class name in snake_case, which is also its file's name."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def config(self) -> dict[str, Any]:
        """The name and every option, defaults filled in, as plain JSON values."""
        return {"name": self.method_name(), **self.model_dump(mode="json")}


def config_error(error: ValidationError, what: str, accepted: list[str]) -> ConfigError:
    """The first complaint of a pydantic validation as one crosstask error."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigError(f"{what} has no option '{field}'", mend=f"Options: {', '.join(accepted) or 'none'}.")
    message = first["msg"][0].lower() + first["msg"][1:]
    found = "" if first["type"] == "missing" else f", found {first['input']!r}"
    return ConfigError(f"{what}: {message}{found}", field=field)
