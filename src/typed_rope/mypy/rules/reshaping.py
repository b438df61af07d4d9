"""Operations that deal the entries of a tensor out over other axes.

"b t c"      view(b, t, h, -1)   -> "b t h c/h"
"b h t d"    flatten(0, 1)       -> "b*h t d"
"b t c"      view(b, h, t, -1)   refused: it moves t across axes
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typed_rope.mypy.equality import Facts, compare, resolved
from typed_rope.mypy.rules.dims import (
    axis_at,
    better,
    place,
    product,
    ranked,
    replaced,
    shape,
    sized,
)
from typed_rope.mypy.rules.memory_order import (
    before,
    exchange_after,
    exchange_before,
    moved,
    never_equal,
    same_in_another_order,
    swapped,
)
from typed_rope.mypy.rules.rereading import read_as
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Sizes, listed, rule
from typed_rope.mypy.values import (
    ANY_DIM,
    Axis,
    Dims,
    DtypeName,
    Many,
    Rest,
    Tensor,
    Value,
    axis_of,
    number,
    sizes_of,
)
from typed_rope.shapes import Size


@rule("view")
def view(known: Known, input: Shaped, *shape: Sizes) -> Tensor:
    """Deal the entries out without copying; given a dtype, read them as another."""
    sizes = listed(shape)
    if len(sizes) == 1 and isinstance(sizes[0], DtypeName):
        return read_as(input, sizes[0].dtypes)
    return input.tensor.shaped(_View("view", known.facts).of(input.dims, sizes))


@rule("reshape")
def reshape(known: Known, input: Shaped, *shape: Sizes) -> Tensor:
    """Deal the entries out, copied where that is needed."""
    return input.tensor.shaped(_View("reshape", known.facts).of(input.dims, listed(shape)))


@rule("view_as", "reshape_as")
def reshape_as(known: Known, input: Shaped, other: Shaped) -> Tensor:
    """Deal the entries out over the axes of another tensor."""
    sizes = sizes_of(other.dims).values
    return input.tensor.shaped(_View("reshape", known.facts).of(input.dims, sizes))


class _View:
    """A view from axes to sizes; the axes at both ends that stay are set aside first."""

    def __init__(self, name: str, facts: Facts) -> None:
        self.name, self.facts = name, facts

    def of(self, dims: Dims, sizes: "Sequence[Value | Rest]") -> Dims:
        """Tell the axes of the result.

        Raises: Refused if the numbers of entries differ, or if an axis is moved across others.
        """
        if sum(number(size) == -1 for size in sizes) > 1:
            raise Refused("one size can be left open by -1, not several")
        head, tail = self._kept(dims, sizes)
        old = dims[len(head) : len(dims) - len(tail)]
        wanted = sizes[len(head) : len(sizes) - len(tail)]
        if any(isinstance(one, Many) for one in old) or any(isinstance(s, Rest) for s in wanted):
            return (*head, *map(_axis, wanted), *tail)
        cannot = f"{shape([*map(_axis, sizes)])} cannot be made of {shape(dims)}"
        middle = self._dealt(ranked(old), wanted, cannot)
        self._check_order(_Dealt(head, ranked(old), middle, tail))
        return (*head, *self._told(ranked(old), middle), *tail)

    def _told(self, old: Sequence[Axis], new: Sequence[Axis]) -> tuple[Axis, ...]:
        """Take the size, and with it the name, from axes that hold what belongs to others.

        Where a view was not refused that moves them, it is one of the tricks with sums such as t+1.
        """
        earlier = dict(zip((one.size for one in old), before(old), strict=True))
        return tuple(
            ANY_DIM
            if axis.size in earlier and compare(earlier[axis.size], at, self.facts) != "same"
            else axis
            for axis, at in zip(new, before(new), strict=True)
        )

    def _kept(self, dims: Dims, sizes: "Sequence[Value | Rest]") -> tuple[Dims, Dims]:
        """Find the axes at the front and at the end that the view leaves alone."""
        head = self._same(dims, sizes)
        rest, wanted = dims[len(head) :], sizes[len(head) :]
        tail = self._same(rest[::-1], wanted[::-1])[::-1]
        return head, tail

    def _same(self, dims: Dims, sizes: "Sequence[Value | Rest]") -> Dims:
        same: list[Axis | Many] = []
        for one, size in zip(dims, sizes, strict=False):
            other = axis_of(size)
            if isinstance(one, Many) or isinstance(other, Many):
                if one != other or one == Many():
                    break
                same.append(one)
            elif one.broadcast or compare(one.size, other.size, self.facts) != "same":
                break
            else:
                same.append(better(one, other))
        return tuple(same)

    def _dealt(
        self, old: Sequence[Axis], sizes: "Sequence[Value | Rest]", cannot: str
    ) -> tuple[Axis, ...]:
        total, given = product(old), [_axis(size) for size in sizes]
        open_at = [at for at, size in enumerate(sizes) if number(size) == -1]
        axes = [axis for axis in given if isinstance(axis, Axis)]
        others = product([axis for at, axis in enumerate(axes) if at not in open_at])
        for at in open_at:
            axes[at] = sized(self._left(total, others, cannot))
        if not open_at and total is not None and others is not None:
            if never_equal(total, others, self.facts):
                raise Refused(cannot)
        return self._named(old, axes)

    def _left(self, total: Size | None, others: Size | None, cannot: str) -> Size | None:
        """Solve -1 by exact division."""
        if total is None or others is None:
            return None
        left = resolved(total, self.facts) / resolved(others, self.facts)
        constant = None if left is None else left.constant()
        if constant is not None and constant.denominator != 1:
            raise Refused(cannot)
        return left

    def _named(self, old: Sequence[Axis], new: Sequence[Axis]) -> tuple[Axis, ...]:
        """Keep the identity of axes that stand where they stood."""
        places = dict(zip(before(old), old, strict=True))
        named: list[Axis] = []
        for axis, at in zip(new, before(new), strict=True):
            same = places.get(at) if at is not None else None
            stays = same is not None and compare(same.size, axis.size, self.facts) == "same"
            named.append(better(same, axis) if stays and same is not None else axis)
        return tuple(named)

    def _check_order(self, dealt: "_Dealt") -> None:
        """Refuse a view that moves an axis, and say which exchange was forgotten."""
        ends = [axis for axis in (*dealt.head, *dealt.tail) if isinstance(axis, Axis)]
        axis = moved(dealt.old, dealt.new, ends, self.facts)
        if axis is None:
            return
        before, after = (
            shape((*dealt.head, *middle, *dealt.tail)) for middle in (dealt.old, dealt.new)
        )
        sentence = (
            f"{axis} is moved across axes, as entries keep their order in memory: "
            f"{before} cannot become {after}"
        )
        raise Refused(sentence, code="layout", fix=self._fix(dealt), operand=0)

    def _fix(self, dealt: "_Dealt") -> str | None:
        copied = ".contiguous()" if self.name == "view" else ""
        order = same_in_another_order(dealt.old, dealt.new)
        if order is not None and not any(isinstance(one, Many) for one in dealt.head):
            first, last = len(dealt.head), len(dealt.head) + len(order)
            places = [*range(first), *(first + at for at in order)]
            places += range(last, last + len(dealt.tail))
            return f".permute({', '.join(map(str, places))}){copied}"
        pair = exchange_before(dealt.old, dealt.new, self.facts)
        if pair is not None:
            return f".transpose({dealt.written(pair, dealt.old)}){copied}"
        pair = exchange_after(dealt.old, dealt.new, self.facts)
        if pair is None:
            return None
        turned = (*dealt.head, *swapped(dealt.new, pair), *dealt.tail)
        sizes = ", ".join(str(one.size) if isinstance(one, Axis) else str(one) for one in turned)
        return f"{self.name} to ({sizes}), then .transpose({dealt.written(pair, dealt.new)})"


@dataclass(frozen=True, slots=True)
class _Dealt:
    """What a view leaves alone at both ends, and what it makes of the axes between."""

    head: Dims
    old: tuple[Axis, ...]
    new: tuple[Axis, ...]
    tail: Dims

    def written(self, pair: tuple[int, int], middle: tuple[Axis, ...]) -> str:
        """Write a pair of places, counted from the end where only that can be counted."""
        many = any(isinstance(one, Many) for one in self.head)
        shift = -len(middle) - len(self.tail) if many else len(self.head)
        return ", ".join(str(at + shift) for at in pair)


def _axis(size: "Value | Rest") -> Axis | Many:
    return ANY_DIM if number(size) == -1 else axis_of(size)


@rule("flatten")
def flatten(input: Shaped, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Make one axis of neighbours."""
    dims = input.dims
    if not dims:
        return input.tensor.shaped((Axis(Size.of(1)),))
    start, end = _end(dims, start_dim, first=True), _end(dims, end_dim, first=False)
    if start > end:
        raise Refused(f"axis {start_dim} of {shape(dims)} stands behind axis {end_dim}")
    return input.tensor.shaped((*dims[:start], merged(dims[start : end + 1]), *dims[end + 1 :]))


def _end(dims: Dims, dim: int, *, first: bool) -> int:
    """Find a place, which may be the first or the last of axes of any number."""
    many = [at for at, one in enumerate(dims) if isinstance(one, Many)]
    if len(many) == 1 and dim == (many[0] if first else many[0] - len(dims)):
        return many[0]
    return place(dims, dim)


def merged(dims: Dims) -> Axis:
    """Make one axis of several; one alone stays what it is."""
    axes = [axis for axis in dims if isinstance(axis, Axis)]
    if len(axes) != len(dims):
        return ANY_DIM
    return axes[0] if len(axes) == 1 else sized(product(axes))


@rule("ravel")
def ravel(input: Shaped) -> Tensor:
    """Make one axis of all."""
    return input.tensor.shaped((merged(input.dims),))


@rule("unflatten")
def unflatten(known: Known, input: Shaped, dim: int, sizes: Sizes) -> Tensor:
    """Split an axis."""
    at, axis = axis_at(input.dims, dim)
    parts = _View("unflatten", known.facts).of((axis,), sizes.values)
    return input.tensor.shaped(replaced(input.dims, at, *parts))
