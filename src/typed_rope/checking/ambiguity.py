"""Find the axes that one call could not have told apart, because their sizes were equal.

A finding is a pair of differently named axes of one tensor that had the same size. An axis counts
if it is a plain name: `4` is pinned by a constant, `h={heads}`, `{self.heads}` and `d/2` by what
they are computed from, and `_`, `...`, `*b` and `#b` have no size of their own. A pair is no
finding where another tensor of the call pins one of the two, naming that one and not the other:

    x: "b h t d"    cos: "t d/2"     h = t: cos says what t is                  no finding
    q: "b h t d"    k: "b h s d"     t = s: no tensor has both                  no finding
    q, k as above   bias: "t s"      t = s: q says what t is                    no finding
    k: "b g s d"    v: "b g s e"     g = s: both name both                      a finding
    x: "b h t d"                     b = h = 1: nothing shows which is which    a finding

Tensors in containers and records are tensors of the call. There is one finding for each pair, at
the first tensor that has it. Sizes that are symbols are taken for different.
"""

import sys
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import combinations, islice
from types import FrameType

from torch import Tensor

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import holds_tensors, tensor_forms
from typed_rope.checking.leaves import call_leaves, given_values
from typed_rope.checking.suspects import is_plain_name, may_be_ambiguous, names_of, suspects
from typed_rope.checking.system import Seen, Solution, see, solve
from typed_rope.shapes import Axis, Bindings, Named, Shape, Sized, match

# Who may stand between the user's line and a check.
_BETWEEN = (__name__.partition(".")[0], "torch")
_MOST_REMEMBERED = 1024  # combinations of sizes for one function, before it starts afresh


class AmbiguousShapeWarning(UserWarning):
    """A checked call could not have told two axes of one tensor apart: their sizes were equal."""


@dataclass(frozen=True)
class Ambiguity:
    """Two axes of one tensor that had the same size in a call."""

    function: str
    argument: str
    """The tensor: an argument, or the way to it, such as `parts[0]`."""
    axes: tuple[str, str]
    size: int
    apart: tuple[int, int]
    """Sizes of the two that would tell them apart."""

    def __str__(self) -> str:
        """Say it as a sentence, and what to do."""
        first, second = self.axes
        return (
            f"{self.function}: {first} and {second} of {self.argument} both had size {self.size}, "
            "and this call could not have told them apart. Choose different sizes, for example "
            f"{first} = {self.apart[0]}, {second} = {self.apart[1]}."
        )


class AmbiguityWatcher:
    """Warn of ambiguous calls: `with watched(AmbiguityWatcher()): ...`."""

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        """Warn at the line of the call, once for each pair of axes."""
        for ambiguity in ambiguities(boundary, arguments):
            caller = _users_line(sys._getframe(1))
            warnings.warn_explicit(
                str(ambiguity),
                AmbiguousShapeWarning,
                caller.f_code.co_filename,
                caller.f_lineno,
                str(caller.f_globals.get("__name__")),
                caller.f_globals.setdefault("__warningregistry__", {}),
            )


def _users_line(below: FrameType) -> FrameType:
    """Return the nearest frame above that is neither ours nor torch's, which calls a `forward`."""
    frame: FrameType = below
    while frame.f_back is not None:
        frame = frame.f_back
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _BETWEEN:
            return frame
    return frame


def ambiguities(boundary: Boundary, arguments: Sequence[object]) -> tuple[Ambiguity, ...]:
    """Return the pairs of axes that an accepted call could not have told apart.

    `arguments` go with `boundary.names`. What is found for some sizes is remembered.
    """
    memory: _Memory | None = boundary.memory.get(ambiguities)
    if memory is None:
        memory = boundary.memory[ambiguities] = _Memory(boundary)
    if not may_be_ambiguous(memory.suspects, arguments):
        return ()
    return memory.findings(arguments)


class _Memory:
    """What is known of the calls of one function."""

    def __init__(self, boundary: Boundary) -> None:
        self.boundary, self.suspects = boundary, suspects(boundary)
        self.holders = [p.name for p in boundary.parameters if holds_tensors(p.form)]
        forms = [form for p in boundary.parameters for form in tensor_forms(p.form)]
        axes = [axis for form in forms for axis in form.shape.axes]
        self.reads_values = any(isinstance(a, Sized) and a.expression.fields for a in axes)
        self.known: dict[object, tuple[Ambiguity, ...]] = {}

    def findings(self, arguments: Sequence[object]) -> tuple[Ambiguity, ...]:
        by_name = dict(zip(self.boundary.names, arguments, strict=True))
        # The sizes of an example have to suit what a `{...}` has read.
        given = given_values(self.boundary, by_name) if self.reads_values else {}
        numbers = [_sizes(value) for value in given.values()]
        key = (*numbers, *(_sizes(by_name[name]) for name in self.holders))
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= _MOST_REMEMBERED:
                self.known.clear()
            found = self.known[key] = tuple(_findings(self.boundary, by_name, given))
        return found


def _sizes(value: object) -> object:
    """Return all that a finding depends on, in a form that a dictionary can look up."""
    if isinstance(value, Tensor):
        return value.shape, value.dtype
    if isinstance(value, int | float | str | None):
        return value
    if isinstance(value, Mapping):
        return tuple((key, _sizes(item)) for key, item in value.items())
    if isinstance(value, Collection):
        return tuple(map(_sizes, value))
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(_sizes(getattr(value, field.name, None)) for field in fields(value))
    return type(value)


@dataclass(frozen=True)
class _Tensor:
    """One tensor of the call, under the form that it fits."""

    path: str
    shape: Shape
    sizes: tuple[int, ...]

    def named(self) -> dict[str, int]:
        """Return the sizes of the axes that are plain names, in order."""
        return {
            axis.name: size
            for axis, size in self._placed()
            if isinstance(axis, Named) and is_plain_name(axis)
        }

    def tells_of(self) -> set[str]:
        """Return the names whose sizes this tensor determines."""
        told: set[str] = set()
        for axis, size in self._placed():
            if not (getattr(axis, "broadcast", False) and size == 1):
                told |= names_of(axis)
        return told

    def _placed(self) -> Iterator[tuple[Axis, int]]:
        """Pair the axes with their sizes; a variadic one has none of its own."""
        axes, variadic = self.shape.axes, self.shape.variadic
        if variadic is None:
            yield from zip(axes, self.sizes, strict=True)
            return
        yield from zip(axes[:variadic], self.sizes, strict=False)
        behind = len(axes) - variadic - 1
        yield from zip(axes[variadic + 1 :], self.sizes[len(self.sizes) - behind :], strict=True)


def _findings(
    boundary: Boundary, arguments: Mapping[str, object], given: Mapping[str, object]
) -> Iterator[Ambiguity]:
    leaves = call_leaves(boundary, arguments, given)
    everything = [seen for leaf in leaves if (seen := see(leaf)) is not None]
    outcome = solve(everything)
    bindings = outcome.bindings if isinstance(outcome, Solution) else Bindings()
    tensors = [_fitting(seen, bindings) for seen in everything]
    found: set[frozenset[str]] = set()
    for tensor in tensors:
        for (first, size), (second, other) in combinations(tensor.named().items(), 2):
            pair = frozenset((first, second))
            if size != other or pair in found:
                continue
            if not any(len(pair & one.tells_of()) == 1 for one in tensors if one is not tensor):
                found.add(pair)
                apart = _apart((first, second), size, bindings.singles, tensors)
                yield Ambiguity(boundary.function, tensor.path, (first, second), size, apart)


def _fitting(seen: Seen, bindings: Bindings) -> _Tensor:
    for form in seen.forms:
        fits = isinstance(match(form.shape, seen.sizes, bindings), Bindings)
        if fits and (form.dtypes is None or seen.dtype in form.dtypes):
            return _Tensor(seen.path, form.shape, seen.sizes)
    return _Tensor(seen.path, Shape("...", ()), ())


def _apart(
    axes: tuple[str, str], size: int, singles: Mapping[str, int], tensors: Sequence[_Tensor]
) -> tuple[int, int]:
    """Choose two sizes that differ, that no other axis has, and that suit every expression."""
    start = max(size, 2)  # an axis of size 1 would hide every broadcast
    others = {value for name, value in singles.items() if name not in axes}
    free = islice((n for n in range(start, start + 64) if n == size or n not in others), 24)
    for pair in sorted(combinations(free, 2), key=sum):
        for first, second in (pair, pair[::-1]):
            sizes = {**singles, axes[0]: first, axes[1]: second}
            if all(_even(tensor.shape, sizes) for tensor in tensors):
                return first, second
    return start, start + 1


def _even(shape: Shape, singles: Mapping[str, int]) -> bool:
    """Tell whether all expressions of a shape come out as sizes."""
    for axis in shape.axes:
        if isinstance(axis, Sized) and axis.expression.names <= singles.keys():
            try:
                value = axis.expression.evaluate(singles, {})
            except Exception:  # division by zero, or what an opaque expression raises
                return False
            if value != int(value) or value < 1:
                return False
    return True
