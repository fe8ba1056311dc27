"""Methods are frozen, validated values: the constructor is the schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticSerializationError

from crosstask.errors import ConfigError, nearest


class Method(BaseModel):
    """A frozen value whose fields are its options in Python, YAML and on the command line.

    A field's help text is the string below it. A wrong option or value is a `ConfigError` when the value is made.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    if not TYPE_CHECKING:  # checkers take the constructor from the fields

        def __init__(self, **options: Any) -> None:
            try:
                super().__init__(**options)
            except ValidationError as error:
                raise config_error(error, type(self)) from None

    @classmethod
    def method_name(cls) -> str:
        """The registered name: the class name in snake_case, which is also its file's name."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def config(self) -> dict[str, Any]:
        """The name and every option, defaults filled in, as plain JSON values."""
        try:
            return {"name": self.method_name(), **self.model_dump(mode="json")}
        except PydanticSerializationError as error:  # what a field says of itself may be the user's mistake
            raise error.__cause__ or error from None


def config_error(error: ValidationError, method: type[Method]) -> ConfigError:
    """The first complaint of a pydantic validation as one crosstask error that names the option."""
    first = error.errors(include_url=False)[0]
    option = str(first["loc"][0]) if first["loc"] else None
    name = method.method_name()
    if first["type"] == "extra_forbidden":
        return ConfigError(f"{name} has no option '{option}'", mend=nearest(str(option), method.model_fields))
    if first["type"] == "missing":
        return ConfigError(f"{name} needs the option '{option}'", mend=f"Give {option}.")
    rule = first["msg"].removeprefix("Value error, ").replace("Input should", "It should", 1).partition(", unable")[0]
    return ConfigError(f"cannot be {first['input']!r:.80}", field=option, mend=f"{rule[0].upper()}{rule[1:]}.")
