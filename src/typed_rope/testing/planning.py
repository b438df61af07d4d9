"""Second half of a draw: the axes of all tensors of a call as one system of sizes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from typed_rope.checking.forms import EitherForm, Form, TensorForm, tensor_forms
from typed_rope.shapes import Anonymous, Axis, Fixed, Named, Sized, Variadic, parse
from typed_rope.testing.choosing import Chooser
from typed_rope.testing.demands import Assignment, Demand, Names, Reader, Unknown, demand_of
from typed_rope.testing.errors import UnsolvableError
from typed_rope.testing.fill import usual_dtypes
from typed_rope.testing.nodes import Dim, IntNode, Node, TensorNode, as_meta
from typed_rope.testing.sizes import System

_MOST_GATHERED = 3  # axes of a variadic name


@dataclass
class Plan:
    """The unknowns and demands of one call, gathered tensor by tensor."""

    chooser: Chooser
    allowed: Mapping[str, Sequence[int] | int]
    distinct: bool
    largest: int | None
    known: dict[str, int] = field(default_factory=dict)
    gathered: dict[str, tuple[int, ...] | list[str]] = field(default_factory=dict)
    unknowns: dict[str, Unknown] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    dtypes: dict[frozenset[torch.dtype] | None, torch.dtype] = field(default_factory=dict)

    def add(self, tensors: Sequence[TensorNode], solid: set[str]) -> None:
        """Plan the axes of tensors; names in `solid` are never broadcast from 1."""
        for node in tensors:
            for place, axis in enumerate(node.form.shape.axes):
                node.dims += self._dims(axis, place, node, solid)

    def add_numbers(self, nodes: Iterable[Node]) -> None:
        """Let the numbers that annotations read be unknowns too."""
        for node in nodes:
            if isinstance(node, IntNode):
                self._unknown(node.key)

    def add_result(self, form: Form | None, scope: Mapping[str, Node]) -> None:
        """Ask that the result has sizes, too: whole ones, and apart from the others."""
        kind = "loose" if isinstance(form, EitherForm) else "result"
        for tensor in () if form is None else tensor_forms(form):
            for axis in tensor.shape.axes:
                if isinstance(axis, Sized) and axis.expression.names <= self.unknown_names():
                    self.demands.append(demand_of(axis, self._names(scope), kind=kind))

    def add_multiple(self, name: str, divisor: str | int, scope: Mapping[str, Node]) -> None:
        """Ask that one size is a multiple of another."""
        (axis,) = parse(f"{name}/{divisor}").axes
        names = axis.expression.names if isinstance(axis, Sized) else frozenset({name})
        missing = sorted(names - self.unknown_names())
        if missing or not isinstance(axis, Sized):
            raise UnsolvableError(f"multiples: no axis of this call is named {', '.join(missing)}.")
        self.demands.append(demand_of(axis, self._names(scope), kind="argument"))

    def give(
        self, form: TensorForm, sizes: Sequence[int], scope: Mapping[str, Node], path: str
    ) -> None:
        """Bind the axes of a tensor that the caller gives."""
        axes, variadic = form.shape.axes, form.shape.variadic
        extra = len(sizes) - len(axes) + (variadic is not None)
        if extra < 0 or (variadic is None and len(sizes) != len(axes)):
            raise UnsolvableError(
                f'{path} is given with {len(sizes)} axes, not as "{form.shape.text}".'
            )
        place = 0
        for axis in axes:
            if isinstance(axis, Variadic):
                if axis.name is not None and not axis.broadcast:
                    self.gathered[axis.name] = tuple(sizes[place : place + extra])
                place += extra
                continue
            self._bind(axis, sizes[place], scope, path)
            place += 1

    def _bind(self, axis: Axis, size: int, scope: Mapping[str, Node], path: str) -> None:
        if isinstance(axis, Named) and not (axis.broadcast and size == 1):
            if self.known.setdefault(axis.name, size) != size:
                raise UnsolvableError(
                    f"{path} is given with {axis.name} = {size}, where another tensor that is "
                    f"given has {axis.name} = {self.known[axis.name]}."
                )
        elif isinstance(axis, Sized) and not axis.broadcast:
            for name in sorted(axis.expression.names):
                self._unknown(name)
            self.demands.append(demand_of(axis, self._names(scope), kind="argument", equals=size))

    def unknown_names(self) -> set[str]:
        """Return the axes that have or will have a size."""
        return {*self.unknowns, *self.known}

    def solve(self) -> dict[str, int]:
        """Choose all sizes."""
        unknowns = [u for u in self.unknowns.values() if u.key not in self.known]
        system = System(
            unknowns,
            list({(d.identity, d.equals): d for d in self.demands}.values()),
            self.known,
            frozenset(self.taken),
            self.distinct,
            self.largest,
        )
        return system.solve(self.chooser)

    def dtype(self, form: TensorForm, wanted: torch.dtype | None) -> torch.dtype:
        """Choose a dtype: the same for all tensors of one family."""
        if wanted is not None and (form.dtypes is None or wanted in form.dtypes):
            return wanted
        if form.dtypes not in self.dtypes:
            options = usual_dtypes(form.dtypes)
            self.dtypes[form.dtypes] = options[self.chooser.index(len(options))]
        return self.dtypes[form.dtypes]

    def _dims(self, axis: Axis, place: int, node: TensorNode, solid: set[str]) -> list[Dim]:
        if isinstance(axis, Variadic):
            return self._gathered(axis, f"{node.path}[{place}]")
        if isinstance(axis, Named | Fixed | Sized) and axis.broadcast:
            bare = not isinstance(axis, Named) or axis.name not in solid
            if bare and self.chooser.index(2):
                if isinstance(axis, Named):
                    self._unknown(axis.name)
                return [1]
        match axis:
            case Named(name=name):
                return [self._unknown(name)]
            case Fixed(size=size):
                self.taken.add(size)
                return [size]
            case Sized():
                names = axis.expression.names
                for name in sorted(names):
                    self._unknown(name)
                demand = demand_of(axis, self._names(node.scope), kind="argument")
                self.demands.append(demand)
                return [demand]
            case Anonymous():
                return [self._unknown(f"{node.path}[{place}]")]

    def _gathered(self, axis: Variadic, where: str) -> list[Dim]:
        if axis.name is None:
            return [self._unknown(f"{where}[{i}]") for i in range(self.chooser.index(3))]
        if axis.name not in self.gathered:
            count = self.chooser.index(_MOST_GATHERED + 1)
            self.gathered[axis.name] = [self._unknown(f"*{axis.name}[{i}]") for i in range(count)]
        dims: list[Dim] = list(self.gathered[axis.name])
        if not axis.broadcast:
            return dims
        kept = dims[self.chooser.index(len(dims) + 1) :]
        return [1 if self.chooser.index(2) else dim for dim in kept]

    def _unknown(self, key: str) -> str:
        given = self.allowed.get(key)
        if isinstance(given, int):
            self.known.setdefault(key, given)
        self.unknowns.setdefault(key, Unknown(key, None if isinstance(given, int) else given))
        return key

    def _names(self, scope: Mapping[str, Node]) -> Names:
        axes = {name: name for name in self.unknown_names()}
        return Names(axes, _Readers(scope))


class _Readers(Mapping[str, Any]):
    """Arguments as an expression reads them: each with the sizes that its value depends on."""

    def __init__(self, scope: Mapping[str, Node]) -> None:
        self.scope = scope

    def __getitem__(self, name: str) -> tuple[frozenset[str], Reader]:
        node = self.scope[name]

        def read(sizes: Assignment) -> object:
            return node.build(sizes, as_meta)

        return node.reads(), read

    def __iter__(self) -> Any:
        return iter(self.scope)

    def __len__(self) -> int:
        return len(self.scope)


def required_names(tensors: Iterable[TensorNode], result: Form | None) -> set[str]:
    """Return the axes that expressions read and so something must bind."""
    forms = [node.form for node in tensors]
    forms += [] if result is None or isinstance(result, EitherForm) else tensor_forms(result)
    return {
        name
        for form in forms
        for axis in form.shape.axes
        if isinstance(axis, Sized)
        for name in axis.expression.names
    }


__all__ = ["Plan", "required_names"]
