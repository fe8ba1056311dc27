"""Templates with named fields, in a sandbox."""

from __future__ import annotations

import re
import tracemalloc

import pytest

from crosstask.errors import ConfigError
from crosstask.tasks.templates import MAX_TEMPLATE, MAX_TEXT, fill, named_fields, require_fields


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
        ("{{ range }}", "names 'range'", "Known"),
        ("{{ range(9) }}", "conditions and loops: call", "double braces"),
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
        "{{ source.upper }}",
        "{{ source.format }}",
        "{{ '{0}'.format() }}",
        "{{ source.encode('nope') }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set x = source %}{{ x }}",
        "{% filter upper %}{{ source }}{% endfilter %}",
        "{% include source %}",
        "{{ 'a' * 50000000 }}",
        "{{ source + source }}",
        "{{ source ~ source }}",
        "{{ 9 ** 9 }}",
        "{{ source|center(50000000) }}",
        "{{ '%50000000s'|format(source) }}",
        "{{ source|truncate(1) }}",
        "{{ source|join(',') }}",
        "{{ source[9] }}",
        "{% for one in source %}{% for other in source %}{% endfor %}{% endfor %}",
        "{{ " + "(" * 5000 + "source" + ")" * 5000 + " }}",
        "{% if source %}" * 500 + "{% endif %}" * 500,
        "{{ source }}" + "x" * MAX_TEMPLATE,
    ],
)
def test_what_leaves_the_sandbox_or_fails_is_refused_in_one_line(template: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be filled \(.+\)") as error:
        fill(template, {"source": "text"})
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "template",
    [
        "{% for turn in messages %}{{ source }}{% endfor %}",
        "{{ source }}" * 3000,
        "{{ messages|join(source) }}",
        "{{ source|replace('', source) }}",
        "{{ 'aaaaaaaaaa'" + "|replace('a', 'aaaaaaaaaa')" * 30 + " }}",
        "{{ ['a', 'b', 'c']" + "|join(source)" + "|replace('a', source)" * 3 + " }}",
    ],
)
def test_a_filled_template_has_an_end(template: str) -> None:
    fields = {"source": "a" * 10_000, "messages": ["a"] * 3000}
    tracemalloc.start()
    with pytest.raises(ConfigError, match="the text is longer than 16,777,216 characters"):
        fill(template, fields)
    assert tracemalloc.get_traced_memory()[1] < 4 * MAX_TEXT
    tracemalloc.stop()


@pytest.mark.parametrize("template", ["{{ messages }}", "{{ messages[0] }}", "{{ messages|join(', ') }}"])
def test_turns_are_gone_through_and_not_printed_as_they_are(template: str) -> None:
    turns = [{"role": "user", "content": "hi"}]
    with pytest.raises(ConfigError, match=r"prints (a list|an object); go through turns as in \{% for turn") as error:
        fill(template, {"messages": turns})
    shown = re.search(r"as in (\{%.*%\})", str(error.value))
    assert fill(shown[1], {"messages": turns}) == "hi"


def test_parts_filters_and_conditions_stand_in_templates() -> None:
    turns = [{"role": "user", "content": " hi\n"}, {"role": "assistant", "content": "hello"}]
    written = (
        "{% for turn in messages if turn.role == 'user' %}{{ loop.index }}. {{ turn['content']|trim|upper }}"
        "{% if not loop.last %}, {% else %}!{% endif %}{% endfor %}"
    )
    assert fill(written, {"messages": turns}) == "1. HI!"
    assert fill("{{ messages[-1].content[:4] }}", {"messages": turns}) == "hell"
    assert fill("{{ labels|join(' or ') }}?", {"labels": ["a", "b"]}) == "a or b?"
    assert fill("{{ a|replace('\n', ' ') if a is string and a != b else b|first }}", {"a": "x\ny", "b": "z"}) == "x y"
    assert fill("{{ text|truncate(8, true) }}", {"text": "word " * 9}) == "word ..."


def test_values_of_fields_are_no_templates() -> None:
    assert fill("{{ source }}", {"source": "{{ 1 + 1 }} {% raw %}"}) == "{{ 1 + 1 }} {% raw %}"
