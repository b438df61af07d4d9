"""The tokenizer that a GGUF file describes: byte-level BPE, rebuilt with `tokenizers`.

text ─ special tokens cut out ─ split into words ─ bytes as letters ─ merges ─ ids
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from typed_rope.checking import typed
from typed_rope.models.extras import need
from typed_rope.models.gguf.file import GgufFile
from typed_rope.models.tokenizer import Tokenizer

V = TypeVar("V")

_CONTROL, _USER_DEFINED = 3, 4  # of the file's token types


@dataclass(frozen=True, kw_only=True)
class _Split:
    """How a family of tokenizers splits a text into words before it merges.

    `pattern` None is GPT-2's own; `digits` cuts numbers into single digits first; `whole_words`
    takes a word that is a token as it is, without merges; `bos` marks beginnings by default.
    """

    pattern: str | None = None
    digits: bool = False
    whole_words: bool = False
    bos: bool = False


# Source: the tokenizer.json of SmolLM2 and of Llama 3; the names are those of llama.cpp.
_SPLITS: Final[Mapping[str, _Split]] = {
    "gpt-2": _Split(),
    "smollm": _Split(digits=True),
    "llama-bpe": _Split(
        pattern=r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        whole_words=True,
        bos=True,
    ),
}


@typed
def load_tokenizer(file: GgufFile, *, vocab: int) -> Tokenizer:
    """Rebuild the tokenizer of a model whose embedding has `vocab` rows.

    Raises: ValueError if the kind of tokenizer or its way to split words is not supported, or if
        its parts are missing or do not fit each other or the model.
    """
    split = _split(file)
    tokens, merges = _list(file, "tokens", str), _list(file, "merges", str)
    kinds = _list(file, "token_type", int)
    _refuse_vocabulary(file, tokens, kinds, vocab)
    try:
        core = _byte_level_bpe(tokens, merges, split)
    except ModuleNotFoundError:
        raise
    # `tokenizers` raises bare Exceptions.
    except Exception as error:
        raise ValueError(
            f"load_gguf: {file.path} has merges that do not fit its tokens: {error}"
        ) from None
    special = [text for text, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL]
    added = [text for text, kind in zip(tokens, kinds, strict=True) if kind == _USER_DEFINED]
    core.add_special_tokens(special)
    core.add_tokens(added)
    template = file.metadata.get("tokenizer.chat_template")
    bos, eos = _id(file, "bos", vocab), _id(file, "eos", vocab)
    ends = (eos, _id(file, "eot", vocab))
    return Tokenizer(
        tokens=tokens,
        bos=bos,
        eos=eos,
        stop=tuple(dict.fromkeys(end for end in ends if end is not None)),
        adds_bos=bool(file.metadata.get("tokenizer.ggml.add_bos_token", split.bos)),
        template=template if isinstance(template, str) else None,
        to_ids=lambda text: list(core.encode(text, add_special_tokens=False).ids),
        to_text=lambda ids: str(core.decode(ids, skip_special_tokens=False)),
    )


@typed
def _split(file: GgufFile) -> _Split:
    model = file.metadata.get("tokenizer.ggml.model")
    if model != "gpt2":
        raise ValueError(
            f"load_gguf: {file.path} has a tokenizer of the kind {model!r}; "
            "supported is 'gpt2', byte-level BPE."
        )
    name = file.metadata.get("tokenizer.ggml.pre")
    if not isinstance(name, str) or name not in _SPLITS:
        raise ValueError(
            f"load_gguf: {file.path} splits words by the rule {name!r}; supported are "
            f"{', '.join(map(repr, _SPLITS))}."
        )
    if file.metadata.get("tokenizer.ggml.add_eos_token", False):
        raise ValueError(f"load_gguf: {file.path} ends every text with eos, which is unsupported.")
    return _SPLITS[name]


@typed
def _list(file: GgufFile, name: str, kind: type[V]) -> list[V]:
    key = f"tokenizer.ggml.{name}"
    found = file.metadata.get(key)
    if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
        raise ValueError(f"load_gguf: {file.path} has no list {key} of the type {kind.__name__}.")
    return found


@typed
def _id(file: GgufFile, name: str, vocab: int) -> int | None:
    key = f"tokenizer.ggml.{name}_token_id"
    found = file.metadata.get(key)
    if found is None:
        return None
    if not isinstance(found, int) or not 0 <= found < vocab:
        raise ValueError(
            f"load_gguf: {file.path} has {key} = {found!r}, outside its {vocab} tokens."
        )
    return found


@typed
def _refuse_vocabulary(
    file: GgufFile, tokens: Sequence[str], kinds: Sequence[int], vocab: int
) -> None:
    if len(kinds) != len(tokens):
        raise ValueError(
            f"load_gguf: {file.path} has {len(tokens)} tokens, but {len(kinds)} token types."
        )
    if len(tokens) > vocab:
        raise ValueError(
            f"load_gguf: {file.path} has {len(tokens)} tokens, but a model of {vocab}."
        )
    if len(set(tokens)) != len(tokens):
        raise ValueError(f"load_gguf: {file.path} has tokens of the same text.")


@typed
def _byte_level_bpe(tokens: Sequence[str], merges: Sequence[str], split: _Split) -> Any:
    tokenizers = need("tokenizers", purpose="A model's tokenizer")
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    core = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            vocab={text: index for index, text in enumerate(tokens)},
            merges=pairs,
            ignore_merges=split.whole_words,
        )
    )
    steps = tokenizers.pre_tokenizers
    words = []
    if split.digits:
        words.append(steps.Digits(individual_digits=True))
    if split.pattern is not None:
        words.append(steps.Split(tokenizers.Regex(split.pattern), behavior="isolated"))
    words.append(steps.ByteLevel(add_prefix_space=False, use_regex=split.pattern is None))
    core.pre_tokenizer = steps.Sequence(words)
    core.decoder = tokenizers.decoders.ByteLevel()
    return core


__all__ = ["load_tokenizer"]
