"""What a rule is: a pure function from what is known of a call's arguments to what its result is.

    @rule("transpose", "swapaxes", "swapdims")
    def transpose(input: Shaped, dim0: int, dim1: int) -> Tensor: ...

A rule is written with torch's own parameter names, so that calls by keyword are bound as torch
binds them. The annotation of a parameter is what the rule needs to know of it: a `Shaped` tensor
has axes that are known, an `int` or `bool` is written in the program, `Sizes` are one number or
several, a `Value` is taken as it is, and `int | None` may be None. Where the program gives less,
the result is unknown: a rule is asked only about what it can decide. It raises `Refused` where
torch would refuse the call.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from typed_rope.mypy.equality import Facts
from typed_rope.mypy.values import (
    NONE,
    UNKNOWN,
    Constant,
    Dims,
    Items,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    number,
)


class Unsure(Exception):
    """Nothing can be told of the result."""


class Refused(Exception):
    """The call is wrong: a sentence, its error code, and a repair where one is certain.

    A repair that starts with a dot is appended to an operand: the last, or the one of that place.
    """

    def __init__(
        self, sentence: str, code: str = "shape", fix: str | None = None, operand: int = -1
    ) -> None:
        """Keep the parts."""
        super().__init__(sentence)
        self.sentence, self.code, self.fix, self.operand = sentence, code, fix, operand


@dataclass(frozen=True, slots=True)
class Shaped:
    """A tensor of which the axes are known."""

    tensor: Tensor
    dims: Dims


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of axes, as `view` and `expand` take them: one by one, or as one sequence.

    A parameter `*size: Sizes` receives all of them as one; `listed` reads it.
    """

    values: tuple[Value | Rest, ...]


def listed(sizes: "tuple[Sizes, ...]") -> tuple[Value | Rest, ...]:
    """List the sizes of a parameter `*size: Sizes`."""
    return tuple(value for one in sizes for value in one.values)


@dataclass(frozen=True, slots=True)
class Ints:
    """Whole numbers that are written in the program: one, or several."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tensors:
    """A sequence of tensors, all of which are told apart and have axes that are known."""

    values: tuple[Shaped, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may ask beside its arguments."""

    facts: Facts = field(default_factory=dict)
    """Sizes that the program has asserted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One operation, or several that move axes alike."""

    names: tuple[str, ...]
    function: Callable[..., Value]
    signature: inspect.Signature
    needs: Mapping[str, object]
    """What it needs to know of each parameter."""
    knows: bool
    """Whether its first parameter is what the program has asserted."""

    def __call__(
        self, positional: Sequence[Value], named: Mapping[str, Value], known: Known
    ) -> Value:
        """Apply it to a call.

        Raises: Refused if torch would; Unsure where too little is known, or the call is none that
            it can bind.
        """
        before: list[object] = [known] if self.knows else []
        named = _respelled(named, self.signature)
        several = [named.pop(name) for name in list(named) if self._takes_several(name)]
        try:
            bound = self.signature.bind(*before, *positional, *several, **named)
        except TypeError:
            raise Unsure from None
        for name, value in bound.arguments.items():
            bound.arguments[name] = self._converted(name, value)
        return self.function(*bound.args, **bound.kwargs)

    def _converted(self, name: str, value: object) -> object:
        need = self.needs.get(name)
        if need is Known or self._takes_more(name):
            return value
        if not self._takes_several(name):
            return _convert(need, value)
        if need is Sizes:
            return (Sizes(_size_values(value)),)  # type: ignore[arg-type] # the bound tuple
        if need is int:
            numbers = _size_values(value)  # type: ignore[arg-type] # the bound tuple
            return tuple(_convert(need, one) for one in numbers)
        return tuple(_convert(need, one) for one in value)  # type: ignore[attr-defined] # a tuple

    def _takes_more(self, name: str) -> bool:
        """Tell whether a parameter is one of `**options`, which are taken as they are."""
        parameter = self.signature.parameters.get(name)
        return parameter is not None and parameter.kind is inspect.Parameter.VAR_KEYWORD

    def _takes_several(self, name: str) -> bool:
        """Tell whether a parameter is one of `*args`, which torch takes as a sequence by name."""
        parameter = self.signature.parameters.get(name)
        return parameter is not None and parameter.kind is inspect.Parameter.VAR_POSITIONAL


_SPELLINGS = {
    "axis": "dim", "keepdims": "keepdim", "x": "input", "self": "input", "x1": "input",
    "axis0": "dim0", "axis1": "dim1", "tensor": "input",
    "split_sizes": "split_size", "split_size_or_sections": "split_size",
}  # fmt: skip


def _respelled(named: Mapping[str, Value], signature: inspect.Signature) -> dict[str, Value]:
    """Follow torch, which takes NumPy's names of some parameters as well."""
    known = signature.parameters
    return {
        _SPELLINGS[name] if name not in known and _SPELLINGS.get(name) in known else name: value
        for name, value in named.items()
    }


def _size_values(values: Sequence[Value | Rest]) -> tuple[Value | Rest, ...]:
    if len(values) == 1 and isinstance(values[0], Items):
        return values[0].values
    if any(isinstance(value, Repeated) or value == UNKNOWN for value in values):
        raise Unsure
    return tuple(values)


def _convert(need: object, value: Any) -> object:
    """Give a rule what it needs.

    Raises: Unsure if the program does not tell.
    """
    if isinstance(need, UnionType):
        return _convert_one_of(get_args(need), value)
    converter = _CONVERTERS.get(need)
    if converter is None:
        return value
    converted = converter(value)
    if converted is None:
        raise Unsure
    return converted


def _convert_one_of(needs: Sequence[object], value: Any) -> object:
    """Give a rule the first of several things that it can do with; `None` is one of them."""
    for need in needs:
        if need is NoneType and value == NONE:
            return None
        converter = _CONVERTERS.get(need)
        converted = value if converter is None else converter(value)
        if converted is not None and (converter or isinstance(value, need)):  # type: ignore[arg-type] # a class of values
            return converted
    raise Unsure


def _shaped(value: Value) -> Shaped | None:
    known = isinstance(value, Tensor) and value.dims is not None
    return Shaped(value, value.dims) if known else None  # type: ignore[union-attr, arg-type] # known


def _sizes(value: Value) -> Sizes | None:
    if isinstance(value, Items):
        return Sizes(value.values)
    return Sizes((value,)) if isinstance(value, Whole) else None


def _ints(value: Value) -> Ints | None:
    values = value.values if isinstance(value, Items) else (value,)
    numbers = tuple(number(one) for one in values)
    return None if None in numbers else Ints(numbers)  # type: ignore[arg-type] # none is None


def _tensors(value: Value) -> Tensors | None:
    if not isinstance(value, Items) or not value.values:
        return None  # a list without values is one that something else fills
    shaped = tuple(_shaped(one) for one in value.values if not isinstance(one, Rest))
    whole = len(shaped) == len(value.values) and None not in shaped
    return Tensors(shaped) if whole else None  # type: ignore[arg-type] # none is None


def _constant(kind: type) -> Callable[[Value], object]:
    def read(value: Value) -> object:
        given = isinstance(value, Constant) and isinstance(value.value, kind)
        return value.value if given else None  # type: ignore[union-attr] # a Constant

    return read


_CONVERTERS: dict[object, Callable[[Any], object]] = {
    Shaped: _shaped,
    Sizes: _sizes,
    Ints: _ints,
    Tensors: _tensors,
    int: number,
    bool: _constant(bool),
    str: _constant(str),
}


def rule(*names: str) -> Callable[[Callable[..., Value]], Rule]:
    """Make a rule of a function; its names are those of torch's operations."""

    def make(function: Callable[..., Value]) -> Rule:
        needs = get_type_hints(function)
        signature = inspect.signature(function)
        first = next(iter(signature.parameters))
        return Rule(names, function, signature, needs, needs[first] is Known)

    return make
