"""Tokenizers made from a vocabulary; the one file of the shelf that imports tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def unigram_tokenizer(pieces: Sequence[tuple[str, float]], unknown: int) -> Tokenizer:
    """XLM-RoBERTa's tokenizer over `pieces` with their log probabilities: `<s> A </s>`, `<s> A </s> </s> B </s>`.

    Text is split at white space before the pieces, so that a token's place in it holds no space; no piece
    reaches over one. Its own normalization, a table of SentencePiece's, is NFKC after mapping controls and spaces.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    marks = [(mark, tokenizer.token_to_id(mark)) for mark in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=marks
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return tokenizer


def byte_level_tokenizer(tokens: Sequence[str], merges: Sequence[str], special: Sequence[str]) -> Tokenizer:
    """SmolLM's tokenizer over `tokens`, by id, and `merges`: byte-level pairs, every digit alone, nothing added.

    `special` are those of the tokens that stand for themselves in a text, such as `<|im_end|>`.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    ids = {token: number for number, token in enumerate(tokens)}
    first, second = zip(*(merge.split(" ") for merge in merges), strict=True)
    tokenizer = Tokenizer(models.BPE(ids, list(zip(first, second, strict=True))))
    digits, words = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)  # a token's place in the text holds no space
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(special))
    return tokenizer
