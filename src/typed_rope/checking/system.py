"""The tensors of a call as one system of axes, to be solved with or without some of them.

Everything here is plain data (sizes and dtypes), so that "what if x were transposed?" costs a few
comparisons, and no tensor is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from typed_rope.checking.forms import PlainForm, TensorForm
from typed_rope.checking.leaves import Leaf, concrete
from typed_rope.shapes import Axis, Bindings, Fixed, Mismatch, Named, Sized, match, parse

_FEW = 12


@dataclass(frozen=True)
class Seen:
    """One tensor of the call: where it was found, what it may be, what it is."""

    path: str
    forms: tuple[TensorForm, ...]  # with the values of `{...}` written into their shapes
    declared: tuple[TensorForm, ...]  # as the author wrote them
    sizes: tuple[int, ...]
    dtype: torch.dtype

    @property
    def argument(self) -> str:
        """The parameter that holds it."""
        return argument_of(self.path)


@dataclass(frozen=True)
class Solution:
    """All fit: the sizes of the axes, and which tensor bound each (`*b` a variadic one) first."""

    bindings: Bindings
    owners: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """The first tensor that does not fit, and why."""

    seen: Seen
    form: TensorForm
    mismatch: Mismatch
    before: Solution


def argument_of(path: str) -> str:
    """Return the parameter that a path begins with: `parts` of `parts[0].k`."""
    for index, character in enumerate(path):
        if character in ".['":
            return path[:index]
    return path


def are_twins(left: Seen, right: Seen) -> bool:
    """Tell whether two tensors have the same annotation, as `cos` and `sin` have."""
    return [form.shape.text for form in left.declared] == [f.shape.text for f in right.declared]


def has_wrong_dtype(seen: Seen) -> bool:
    """Tell whether no member of a tensor's annotation has its dtype."""
    return all(form.dtypes is not None and seen.dtype not in form.dtypes for form in seen.forms)


def see(leaf: Leaf) -> Seen | None:
    """Return the tensor of a leaf; None where there is none, or nothing to compare it with."""
    forms = leaf.tensor_forms()
    known = all(isinstance(form, TensorForm | PlainForm) for form in leaf.forms())
    if not isinstance(leaf.value, Tensor) or not forms or not known:
        return None
    written = tuple(_written(form, leaf) for form in forms)
    sizes = tuple(map(int, leaf.value.shape))  # those of a fake tensor may be symbolic
    return Seen(leaf.path, written, forms, sizes, leaf.value.dtype)


def solve(tensors: Sequence[Seen]) -> Solution | Failure:
    """Bind the axes of all tensors, expressions that wait for a name last."""
    solution, waiting = Solution(Bindings()), _distinct(tensors)
    while waiting:
        late: list[Seen] = []
        for seen in waiting:
            outcome = step(seen, solution)
            if isinstance(outcome, Solution):
                solution = outcome
            elif outcome.mismatch.kind == "unbound":
                late.append(seen)
            else:
                return outcome
        if len(late) == len(waiting):  # nothing in this call binds the name
            late = [_without_expressions(seen) for seen in late]
        waiting = late
    return solution


def _distinct(tensors: Sequence[Seen]) -> list[Seen]:
    """Leave out what is as another was: the items of a long list are mostly alike."""
    first: dict[object, Seen] = {}
    for seen in tensors:
        first.setdefault((*map(id, seen.forms), seen.sizes, seen.dtype), seen)
    return list(first.values())


def _written(form: TensorForm, leaf: Leaf) -> TensorForm:
    shape = concrete(form.shape, leaf.given)
    if shape is form.shape:
        return form
    return replace(form, shape=shape, hint=form.hint.dtype[form.array_type, shape.text])


def _without_expressions(seen: Seen) -> Seen:
    """Return the tensor with nothing asked of the axes whose sizes are computed."""
    texts = [
        " ".join("_" if isinstance(axis, Sized) else axis.text for axis in form.shape.axes)
        for form in seen.forms
    ]
    forms = zip(seen.forms, texts, strict=True)
    return replace(seen, forms=tuple(replace(form, shape=parse(text)) for form, text in forms))


def nearest_form(seen: Seen, *, declared: bool = False) -> TensorForm:
    """Return, of several forms, the one with as many axes as the tensor has."""
    options = seen.declared if declared else seen.forms
    of_dtype = [form for form in options if form.dtypes is None or seen.dtype in form.dtypes]
    options = tuple(of_dtype) or options
    for form in options:
        shape = form.shape
        if len(shape.axes) == len(seen.sizes) or shape.variadic is not None:
            return form
    return options[0]


def expected_sizes(form: TensorForm, rank: int, bindings: Bindings) -> tuple[int | None, ...]:
    """Return what each of `rank` axes must be, where that is known; () for another rank."""
    axes, variadic = form.shape.axes, form.shape.variadic
    if variadic is None:
        return tuple(map(_expected(bindings), axes)) if len(axes) == rank else ()
    gathered = rank - len(axes) + 1
    if gathered < 0:
        return ()
    known = list(map(_expected(bindings), axes))
    return (*known[:variadic], *[None] * gathered, *known[variadic + 1 :])


def _expected(bindings: Bindings) -> Callable[[Axis], int | None]:
    def expected(axis: Axis) -> int | None:
        if getattr(axis, "broadcast", False):
            return None
        if isinstance(axis, Fixed):
            return axis.size
        if isinstance(axis, Named):
            return bindings.singles.get(axis.name)
        if isinstance(axis, Sized):
            try:
                size = axis.expression.evaluate(bindings.singles, {})
            except Exception:  # over a name that is not bound, or what Python cannot compute
                return None
            return int(size) if size == int(size) else None
        return None

    return expected


def suspicious(tensors: Sequence[Seen]) -> list[Seen]:
    """Return the tensors in order: the few first that a disagreement is between, if there are many.

    Of few tensors the order is that of the call.
    """
    outcome = solve(tensors)
    if isinstance(outcome, Solution) or len(tensors) <= _FEW:
        return list(tensors)
    owners = set(outcome.before.owners.values())
    return sorted(tensors, key=lambda s: (s.path != outcome.seen.path, s.path not in owners))


def step(seen: Seen, solution: Solution) -> Solution | Failure:
    """Bind the axes of one more tensor."""
    failures: list[Failure] = []
    for form in seen.forms:
        if form.dtypes is not None and seen.dtype not in form.dtypes:
            continue
        outcome = match(form.shape, seen.sizes, solution.bindings)
        if isinstance(outcome, Bindings):
            bound = [*outcome.singles, *(f"*{name}" for name in outcome.variadics)]
            return Solution(outcome, dict.fromkeys(bound, seen.path) | solution.owners)
        failures.append(Failure(seen, form, outcome, solution))
    if not failures:
        form = nearest_form(seen)
        return Failure(
            seen, form, Mismatch("rank", form.shape, seen.sizes, None, None, 0), solution
        )
    return min(failures, key=lambda failure: failure.mismatch.kind == "rank")
