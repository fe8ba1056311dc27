"""Templates with named fields, in a sandbox."""

from __future__ import annotations

import pytest

from crosstask.errors import ConfigError
from crosstask.tasks.templates import fill, named_fields, require_fields


def test_fields_are_filled_in() -> None:
    assert fill("{{ source }}\n\nSummary:\n", {"source": "a <b> & c"}) == "a <b> & c\n\nSummary:\n"
    turns = ({"role": "user", "content": "hi"},)
    written = "{% for turn in messages %}{{ turn.role }}> {{ turn.content }}{% endfor %}"
    assert named_fields(written) == {"messages"}
    assert fill(written, {"messages": turns}) == "user> hi"


@pytest.mark.parametrize(
    ("template", "message", "mend"),
    [
        ("{{ sorce }}", "names 'sorce', which is no field", "Did you mean source?"),
        ("{{ label }}", "names 'label', which is no field", "Known: context, source."),
        ("{{ range(9) }}", "names 'range'", "Known"),
        ("plain text", "names no field", "Write {{ source }} in it."),
        ("{{ source", "cannot be filled", "double braces"),
        ("{% for %}", "cannot be filled", "double braces"),
    ],
)
def test_a_template_with_strange_fields_is_refused(template: str, message: str, mend: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        require_fields(template, ["source", "context"])
    assert error.value.field == "template"
    assert mend in str(error.value.mend)


@pytest.mark.parametrize(
    "template",
    [
        "{{ source.__class__.__mro__ }}",
        "{{ source|attr('__class__') }}",
        "{{ source.format.__globals__ }}",
        "{{ source / 0 }}",
        "{{ source.lost }}",
    ],
)
def test_what_leaves_the_sandbox_or_fails_is_refused(template: str) -> None:
    with pytest.raises(ConfigError, match="cannot be filled"):
        fill(template, {"source": "text"})


def test_values_of_fields_are_no_templates() -> None:
    assert fill("{{ source }}", {"source": "{{ 1 + 1 }} {% raw %}"}) == "{{ 1 + 1 }} {% raw %}"
