"""What stands between the two texts of a pair, where a checkpoint's tokenizer puts nothing there."""

from __future__ import annotations

import json
from typing import Any

_LINE_END = "\n"
_NAME = "<boundary>"
_TEXTS = "$A:0", "$B:1"


def ensure_boundary(tokenizer: Any) -> bool:
    """Let the tokenizer set a line end between two texts if it glues them together, as those of most decoders do.

    One that has no token for it sets its end token. It is a special token of the tokenizer's pair form: it stays where
    texts are cut, belongs to none of them, and is saved with the tokenizer. False where it still sets nothing: a
    tokenizer in Python alone has no form that could be changed.
    """
    if not _glues(tokenizer):
        return True
    ids = _boundary(tokenizer)
    if not tokenizer.is_fast or not ids:
        return False
    backend = tokenizer.backend_tokenizer
    backend.post_processor = _with_boundary(backend.post_processor, ids, tokenizer.convert_ids_to_tokens(ids))
    _keep_form(tokenizer)
    return not _glues(tokenizer)


def _keep_form(tokenizer: Any) -> None:
    """Let the tokenizer be of the general class, whose form is what its file says; others make theirs anew."""
    tokenizer.__class__ = next(cls for cls in type(tokenizer).__mro__ if "backend_tokenizer" in vars(cls))
    for name in ("add_bos_token", "add_eos_token"):  # they too would have it made anew
        tokenizer.init_kwargs.pop(name, None)


def _glues(tokenizer: Any) -> bool:
    """Whether the tokens of one text follow at once those of the other."""
    one, other = (_ids(tokenizer, text) for text in ("a", "b"))
    pair, glued = tokenizer("a", "b", verbose=False)["input_ids"], one + other
    return any(pair[start : start + len(glued)] == glued for start in range(len(pair)))


def _boundary(tokenizer: Any) -> list[int]:
    line_end = _ids(tokenizer, _LINE_END)
    if line_end and tokenizer.unk_token_id not in line_end:
        return line_end
    end = tokenizer.sep_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id
    return [] if end is None else [end]


def _ids(tokenizer: Any, text: str) -> list[int]:
    found: list[int] = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    return found


def _with_boundary(processor: Any, ids: list[int], tokens: list[str]) -> Any:
    """The post-processor with the boundary in its template for pairs; one that has no template gets one."""
    from tokenizers.processors import Sequence, TemplateProcessing

    chained: Any = processor if isinstance(processor, Sequence) else filter(None, [processor])
    steps = [*chained]
    others = [step for step in steps if not isinstance(step, TemplateProcessing)]
    said = [json.loads(step.__getstate__()) for step in steps if isinstance(step, TemplateProcessing)]
    single, pair, special = _template(said[0]) if said else (list(_TEXTS[:1]), list(_TEXTS), [])
    place = next(number for number, piece in enumerate(pair) if piece.startswith("$B"))
    pair.insert(place, f"{_NAME}:0")
    boundary = {"id": _NAME, "ids": ids, "tokens": tokens}
    template = TemplateProcessing(single=single, pair=pair, special_tokens=[*special, boundary])
    return Sequence([*others, template])


def _template(state: dict[str, Any]) -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """The form of a single text, that of a pair, and the special tokens in them, as they are written."""
    single, pair = ([_piece(**piece) for piece in state[form]] for form in ("single", "pair"))
    return single, pair, [*state["special_tokens"].values()]


def _piece(**piece: Any) -> str:
    ((kind, said),) = piece.items()
    return f"{'$' if kind == 'Sequence' else ''}{said['id']}:{said['type_id']}"
