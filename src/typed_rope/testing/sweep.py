"""Call a function with every wrong layout of every tensor, and see what it makes of it."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import TypeCheckError
from torch import Tensor

from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.forms import tensor_forms
from typed_rope.shapes import Sized
from typed_rope.testing.axis_names import Labels, all_labels, labels_of, written_labels
from typed_rope.testing.call import Arguments
from typed_rope.testing.coincidence import refuse_coincidences
from typed_rope.testing.given_call import one_call, signature_of
from typed_rope.testing.layout_report import LayoutReport, LayoutRow
from typed_rope.testing.parts import replaced, tensor_parts
from typed_rope.testing.same import same_up_to
from typed_rope.testing.target import read_target

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_MOST_AXES = 5  # 119 layouts; of more axes, pairs are exchanged
_SEED = 0
Order = tuple[int, ...]


def layout_sweep(
    function: Callable[..., Any],
    arguments: "Mapping[str, Any] | Sequence[Any] | SearchStrategy[Any] | None" = None,
    *,
    axes: Mapping[str, str] | None = None,
    multiples: Mapping[str, str | int] | None = None,
    refusals: tuple[type[Exception], ...] = (TypeCheckError, ValueError),
) -> LayoutReport:
    """Try every order but the right one of the axes of every tensor in a right call.

    Each must be refused by one of `refusals`, or be harmless: the output is the right one with the
    same axes exchanged. Any other output was accepted in silence. The function need not be checked,
    nor annotated: then `axes` may name the axes, {"x": "b h t d", "return": "b t h*d"}.

    Convention: `arguments` by name, by position, or as a strategy, whose simplest example is taken;
    they are drawn where there are none. They are cloned for every call, and random numbers start
    anew. Floats that are all one value, as in hypothesis' simplest example, are varied: they could
    tell nothing. `multiples` as in `arguments`, from which they are taken over.
    Raises: ValueError if sizes coincide, so that a wrong layout could pass; what the right call
        raises.
    """
    given = one_call(function, arguments, multiples or {})
    named = {n: replaced(v, n, _varied) for n, v in given.items()}
    sweep = _Sweep(function, named, refusals, _written(axes))
    right = sweep.call({})
    labels = sweep.labels(right.result)
    tensors = dict(right.tensors)
    known = multiples or (given.multiples if isinstance(given, Arguments) else {})
    name = _name(function)
    refuse_coincidences(name, tensors, labels, known, _divisors(sweep.boundary, named))
    rows = [
        sweep.row(path, order, right, labels)
        for path, tensor in tensors.items()
        for order in _orders(tensor.ndim)
    ]
    return LayoutReport(name, tuple(rows))


@dataclass(frozen=True)
class _Call:
    """What one call gave back, and what it left of its arguments."""

    result: Any
    tensors: tuple[tuple[str, Tensor], ...]
    """The tensors of the arguments, as they were before the call."""
    after: dict[str, Tensor]


@dataclass(frozen=True)
class _Sweep:
    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    refusals: tuple[type[Exception], ...]
    written: Mapping[str, Any]

    @property
    def boundary(self) -> Boundary | None:
        try:
            return read_target(self.function).boundary
        except Exception:  # not to be read: then it is as one without annotations
            return None

    def call(self, orders: Mapping[str, Order]) -> _Call:
        """Call with clones, some of them in another order."""
        before: list[tuple[str, Tensor]] = []
        after: dict[str, Tensor] = {}

        def clone(path: str, x: Tensor) -> Tensor:
            order = orders.get(path)
            moved = x.detach().clone() if order is None else _moved(x.detach().clone(), order)
            before.append((path, x))
            after[path] = moved
            return moved.requires_grad_() if x.requires_grad else moved

        with torch.random.fork_rng():
            torch.manual_seed(_SEED)
            given = {name: replaced(value, name, clone) for name, value in self.arguments.items()}
            result = _invoke(self.function, given)
        return _Call(result, tuple(before), after)

    def labels(self, result: Any) -> dict[str, Labels]:
        """Name the axes of arguments and results, as far as anybody has named them."""
        labels: dict[str, Labels] = {}
        if self.boundary is not None:
            owner = read_target(self.function).settled
            labels = all_labels(self.boundary, {**owner, **self.arguments}, result)
        everything = [p for n, v in self.arguments.items() for p in tensor_parts(v, n)]
        for path, tensor in [*everything, *tensor_parts(result, RESULT)]:
            if path in self.written:
                found = labels_of(self.written[path], tensor.ndim)
                if found is None:
                    raise ValueError(
                        f'layout_sweep: axes says "{self.written[path].text}" of {path}, which has '
                        f"{tensor.ndim} axes."
                    )
                labels[path] = found
        return labels

    def row(self, path: str, order: Order, right: _Call, labels: Mapping[str, Labels]) -> LayoutRow:
        """Try one order of the axes of one tensor."""
        names = labels.get(path) or tuple(str(i) for i in range(len(order)))
        layout = " ".join(names[i] for i in order)
        try:
            wrong = self.call({path: order})
        except self.refusals as error:
            return LayoutRow(path, layout, "refused", _first_line(error))
        except Exception as error:
            detail = f"{type(error).__name__}: {_first_line(error)}"
            return LayoutRow(path, layout, "unexplained", detail)
        exchanged = {names[i]: names[j] for i, j in enumerate(order)} if path in labels else None
        if self._is_harmless(path, order, right, wrong, labels, exchanged):
            return LayoutRow(path, layout, "harmless")
        return LayoutRow(path, layout, "silent")

    def _is_harmless(
        self,
        path: str,
        order: Order,
        right: _Call,
        wrong: _Call,
        labels: Mapping[str, Labels],
        exchanged: Mapping[str, str] | None,
    ) -> bool:
        sizes = {
            name: size
            for p, x in right.tensors
            for name, size in zip(labels.get(p, ()), x.shape, strict=False)
        }
        if not same_up_to(right.result, wrong.result, labels, exchanged, sizes):
            return False
        for name, x in right.after.items():
            expected = _moved(x, order) if name == path else x
            if not torch.equal(expected, wrong.after[name]) and not _both_nan(
                expected, wrong.after[name]
            ):
                return False
        return True


def _both_nan(x: Tensor, y: Tensor) -> bool:
    return x.shape == y.shape and torch.allclose(x, y, equal_nan=True)


def _varied(path: str, x: Tensor) -> Tensor:
    if not x.is_floating_point() or x.numel() < 2 or bool((x != x.flatten()[0]).any()):
        return x
    generator = torch.Generator().manual_seed(sum(path.encode()))
    noise = torch.rand(x.shape, generator=generator).to(x.device, x.dtype)
    return (x.detach() + noise).requires_grad_(x.requires_grad)


def _moved(x: Tensor, order: Order) -> Tensor:
    return torch.permute(x, order).contiguous()


def _orders(rank: int) -> Iterator[Order]:
    right = tuple(range(rank))
    if rank <= _MOST_AXES:
        yield from (order for order in permutations(right) if order != right)
        return
    for i, j in combinations(right, 2):
        order = list(right)
        order[i], order[j] = j, i
        yield tuple(order)


def _invoke(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    try:
        signature = signature_of(function)
    except (TypeError, ValueError):  # written in C
        return function(**given)
    bound = inspect.BoundArguments(signature, {})
    bound.arguments.update((n, given[n]) for n in signature.parameters if n in given)
    strangers = sorted(given.keys() - signature.parameters.keys())
    variadic = [p for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD]
    if strangers and not variadic:
        raise TypeError(f"layout_sweep: there is no parameter {', '.join(strangers)}.")
    kinds = {p.kind for n, p in signature.parameters.items() if n in given}
    by_position = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL}
    if kinds & by_position or any(v.name in given for v in variadic):
        return function(*bound.args, **bound.kwargs)
    return function(**given)


def _divisors(boundary: Boundary | None, arguments: Mapping[str, Any]) -> dict[str, int]:
    """Return what expressions divide by, of those arguments that are plain whole numbers."""
    found: dict[str, int] = {}
    forms = [] if boundary is None else [p.form for p in boundary.parameters]
    forms += [] if boundary is None or boundary.result is None else [boundary.result]
    for axis in (axis for form in forms for axis in _sized(form)):
        formula = axis.expression.size
        for powers, _ in () if formula is None else formula.terms:
            for symbol, power in powers:
                value = arguments.get(symbol.strip("{}"))
                if power < 0 and symbol.startswith("{") and isinstance(value, int):
                    found[axis.expression.text] = value
    return found


def _sized(form: Any) -> Iterator[Sized]:
    for tensor in tensor_forms(form):
        yield from (axis for axis in tensor.shape.axes if isinstance(axis, Sized))


def _written(axes: Mapping[str, str] | None) -> Mapping[str, Any]:
    return written_labels(axes or {})


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__)).rpartition("<locals>.")[
        2
    ]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


__all__ = ["layout_sweep"]
