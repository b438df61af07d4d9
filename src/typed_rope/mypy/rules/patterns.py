"""Patterns of einops: one side names the axes of a tensor, the other those of the result.

    rearrange("b t c", "b t (h d) -> b h t d", h=8)   "b h t d"    h is 8, and d is c/8
    reduce("b t c", "b t c -> b c", "mean")           "b c"
    repeat("t d", "t d -> b t d", b=4)                "b t d"
    rearrange("b t h d", "b h t d -> ...")            refused: the pattern takes t for h

Axes that the tensor has names for keep them; others are called as the pattern calls them.
"""

from collections.abc import Mapping

from typed_rope.mypy.dtypes import BOOL, Dtypes
from typed_rope.mypy.equality import Facts, compare
from typed_rope.mypy.rules.dims import product, shape
from typed_rope.mypy.rules.lettered import DOTS, aligned
from typed_rope.mypy.rules.notation import Group, Notation, parsed
from typed_rope.mypy.rules.rule import Known, Refused, Tensors, Unsure, rule
from typed_rope.mypy.rules.unary import some_tensor, totalled
from typed_rope.mypy.values import UNKNOWN, Axis, Dims, Items, Many, Tensor, Value, Whole
from typed_rope.shapes import Size


@rule("einops.rearrange")
def rearrange(known: Known, tensor: Value, pattern: str, **axes_lengths: Value) -> Tensor:
    """Split, order and merge axes."""
    x, notation = some_tensor(tensor), parsed(pattern)
    left, right = notation.left.names(), notation.right.names()
    if left != right:
        raise Refused(f"{min(left ^ right)} stands on one side of the pattern only")
    return Tensor(_Axes(known.facts, axes_lengths).moved(x.dims, notation), x.dtypes)


@rule("einops.repeat")
def repeat(known: Known, tensor: Value, pattern: str, **axes_lengths: Value) -> Tensor:
    """Order axes, and repeat along new ones."""
    x, notation = some_tensor(tensor), parsed(pattern)
    gone = notation.left.names() - notation.right.names()
    new = notation.right.names() - notation.left.names() - axes_lengths.keys()
    if gone or new:
        raise Refused(f"{min(gone or new)} has no size, or stands on the left only")
    return Tensor(_Axes(known.facts, axes_lengths).moved(x.dims, notation), x.dtypes)


@rule("einops.reduce")
def reduce(
    known: Known, tensor: Value, pattern: str, reduction: Value, **axes_lengths: Value
) -> Tensor:
    """Order axes, and reduce those that the right side leaves out."""
    x, notation = some_tensor(tensor), parsed(pattern)
    new = notation.right.names() - notation.left.names()
    if new:
        raise Refused(f"{min(new)} stands on the right side of the pattern only")
    dims = _Axes(known.facts, axes_lengths).moved(x.dims, notation)
    return Tensor(dims, _reduced_dtypes(x.dtypes, getattr(reduction, "value", None)))


def _reduced_dtypes(dtypes: Dtypes | None, reduction: object) -> Dtypes | None:
    if reduction in ("sum", "prod"):
        return totalled(dtypes, None)
    if reduction in ("any", "all"):
        return BOOL
    return dtypes if reduction in ("min", "max", "mean") else None


@rule("einops.pack")
def pack(known: Known, tensors: Tensors, pattern: str) -> Items:
    """Put tensors together along the axes that the star stands for."""
    term = [DOTS if name == "*" else name for name in pattern.split()]
    if DOTS not in term:
        raise Unsure
    axes = _Axes(known.facts, {})
    for one in tensors.values:
        for name, axis in aligned(term, one.dims)[0]:
            axes.bind(name, axis, one.dims)
    dims = tuple(Axis(None) if name == DOTS else axes.found[name] for name in term)
    return Items(
        (Tensor(dims, tensors.values[0].tensor.dtypes if tensors.values else None), UNKNOWN)
    )


class _Axes:
    """The axes that the names of a pattern stand for."""

    def __init__(self, facts: Facts, sizes: Mapping[str, Value]) -> None:
        self.facts = facts
        self.found = {name: _given(name, value) for name, value in sizes.items()}

    def moved(self, dims: Dims | None, notation: Notation) -> Dims | None:
        """Tell the axes of the result; None where there are dots for what is unknown.

        Raises: Refused if the pattern does not fit the axes.
        """
        rest: Dims | None = ()
        if dims is None:
            rest = None if notation.left.dotted else ()
        else:
            rest = self._read(dims, notation)
        result: list[Axis | Many] = []
        for part in notation.right.parts:
            if part == DOTS:
                if rest is None:
                    return None
                result += rest
            elif isinstance(part, Group):
                result.append(self._merged(part))
            else:
                result.append(self._named(part))
        return tuple(result)

    def _read(self, dims: Dims, notation: Notation) -> Dims:
        keys = {
            DOTS if part == DOTS else f"{at}": part for at, part in enumerate(notation.left.parts)
        }
        pairs, rest = aligned(list(keys), dims)
        named = [(keys[key], axis) for key, axis in pairs]
        hold_order([(part, axis) for part, axis in named if isinstance(part, str)], dims, notation)
        for part, axis in named:
            if isinstance(part, Group):
                self._split(part, axis, dims)
            else:
                self.bind(part, axis, dims)
        return rest or ()

    def bind(self, name: str, axis: Axis, dims: Dims) -> None:
        """Give a name to an axis; what the axis is called before stays.

        Raises: Refused if its size cannot be the one that was given.
        """
        wanted = self._known(name)
        if wanted is not None and not axis.broadcast:
            if compare(wanted.size, axis.size, self.facts) == "never":
                raise Refused(f"{name} is {wanted.size}, and {shape(dims)} has {axis} there")
        size = axis.size if axis.size is not None or wanted is None else wanted.size
        self.found[name] = Axis(size, axis.label or name, axis.broadcast)

    def _split(self, group: Group, axis: Axis, dims: Dims) -> None:
        """Give the names of a group their sizes, one of which follows from the others."""
        parts = [self._known(name) for name in group.names]
        open_names = [name for name, one in zip(group.names, parts, strict=True) if one is None]
        if len(open_names) > 1:
            raise Refused(f"{' and '.join(open_names)} have no sizes; one of them must be given")
        told = product([one for one in parts if one is not None])
        size = None if axis.broadcast else axis.size
        if not open_names:
            if compare(told, size, self.facts) == "never":
                raise Refused(f"({group}) is {told}, and {shape(dims)} has {axis} there")
            return
        quotient = None if told is None or size is None else size / told
        constant = None if quotient is None else quotient.constant()
        if constant is not None and constant.denominator != 1:
            raise Refused(f"{axis} of {shape(dims)} is no multiple of {told}")
        self.found[open_names[0]] = Axis(quotient, open_names[0])

    def _known(self, name: str) -> Axis | None:
        return Axis(Size.of(int(name))) if name.isdigit() else self.found.get(name)

    def _named(self, name: str) -> Axis:
        return self._known(name) or Axis(None, name)

    def _merged(self, group: Group) -> Axis:
        axes = [self._named(name) for name in group.names if name != "1"]
        return axes[0] if len(axes) == 1 else Axis(product(axes))


def _given(name: str, value: Value) -> Axis:
    """Make the axis of a size that is given; it is called as the pattern calls it."""
    return Axis(value.size if isinstance(value, Whole) else None, name)


def hold_order(pairs: list[tuple[str, Axis]], dims: Dims, notation: Notation) -> None:
    """Hold that a pattern does not give axes each other's names.

    Raises: Refused if it does.
    """
    labels = {name: axis.label for name, axis in pairs}
    if len(set(labels.values())) != len(labels):
        return
    for name, label in labels.items():
        seen, at = [name], label
        while at in labels and at not in seen:
            seen.append(at)
            at = labels[at]
        if len(seen) > 1 and at == name:
            told = f"the pattern calls {label} {name}, and the tensor is {shape(dims)}"
            names = {one: labels[one] or one for one in seen}
            raise Refused(told, code="layout", fix=f'"{notation.renamed(names)}"')
