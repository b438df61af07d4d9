"""The hypothesis strategies: arguments of a function, tensors of an annotation."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from typed_rope.checking.boundary import Parameter, make_boundary
from typed_rope.checking.forms import tensor_forms
from typed_rope.checking.reading import form_of
from typed_rope.testing.call import Arguments
from typed_rope.testing.draw import Options, draw_arguments
from typed_rope.testing.fill import Range
from typed_rope.testing.target import Target, read_target

try:
    from hypothesis.strategies import DrawFn, SearchStrategy, composite, integers
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "hypothesis":
        raise
    raise ModuleNotFoundError(
        "typed_rope.testing draws with the package hypothesis: pip install 'typed-rope[testing]'",
        name="hypothesis",
    ) from None

_LAST_SEED = 2**32 - 1
Sizes = int | Sequence[int] | SearchStrategy[int]


class _Drawn:
    """Lets hypothesis choose; its smallest choice is the first option."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def index(self, count: int) -> int:
        return self._draw(integers(0, count - 1)) if count > 1 else 0

    def seed(self) -> int:
        return self._draw(integers(0, _LAST_SEED))

    def value(self, given: Any) -> Any:
        return self._draw(given) if isinstance(given, SearchStrategy) else given


def arguments(
    function: Callable[..., Any],
    /,
    *,
    sizes: Mapping[str, Sizes] | None = None,
    multiples: Mapping[str, str | int] | None = None,
    values: Mapping[str, Range] | None = None,
    dtypes: torch.dtype | Mapping[str, torch.dtype] | None = None,
    distinct: bool = True,
    max_size: int | None = None,
    requires_grad: bool = False,
    **fixed: Any,
) -> SearchStrategy[Arguments]:
    """Draw arguments that fit the annotations of a function, a method, a module or a class.

    One size for each name, pairwise distinct and none 1 unless `distinct` is False; computed sizes
    (`d/2`, `h*d`) come out whole and distinct as well, where that is possible. `{heads}` and
    `{self.heads}` are solved together with them. Tensors of one family share a dtype. A parameter
    with a default keeps it, unless it holds tensors; `fixed` gives any of them a value or strategy.

    Convention: `sizes` restricts axes, {"d": 8, "t": range(2, 6)}; `multiples` says what a
    signature cannot, {"h": "g"}; `values` bounds the values of an argument, range(31) or
    (-1.0, 1.0), or "v", which is range(v). A failing example shrinks to the smallest sizes.
    Raises: UnsolvableError, when drawn, if no sizes fit or nobody can guess an argument.
    """
    target = read_target(function)
    options = Options(
        sizes or {}, multiples or {}, values or {}, dtypes, distinct, max_size, requires_grad
    )
    _refuse_strangers(target, fixed)
    _refuse_unknown_axes(target, options.sizes)
    _refuse_unknown_places("values", target, options.values)
    _refuse_unknown_places("dtypes", target, dtypes if isinstance(dtypes, Mapping) else {})
    return _arguments(target, fixed, options)


def tensors(
    annotation: Any,
    /,
    *,
    sizes: Mapping[str, Sizes] | None = None,
    elements: Range | None = None,
    dtype: torch.dtype | None = None,
    distinct: bool = True,
    max_size: int | None = None,
    requires_grad: bool = False,
    device: torch.device | str | None = None,
) -> SearchStrategy[Any]:
    """Draw values of one annotation: a tensor, a union, a container or a record of tensors.

    Convention: `sizes` restricts axes as in `arguments`, `elements` bounds the values.
    Raises: UnsolvableError, when drawn, if no sizes fit.
    """
    form = form_of(annotation, inspect.currentframe())
    slot = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    signature = inspect.Signature([slot])
    boundary = make_boundary("tensors", ("x",), [Parameter("x", form)], None, signature)
    options = Options(
        sizes or {},
        values={} if elements is None else {"x": elements},
        dtypes=None if dtype is None else {"x": dtype},
        distinct=distinct,
        max_size=max_size,
        requires_grad=requires_grad,
        device=None if device is None else torch.device(device),
    )
    target = Target(_nothing, boundary, signature)
    _refuse_unknown_axes(target, options.sizes)
    return _arguments(target, {}, options).map(lambda a: a["x"])


@composite
def _arguments(
    draw: DrawFn, target: Target, fixed: Mapping[str, Any], options: Options
) -> Arguments:
    return draw_arguments(target, fixed, options, _Drawn(draw))


def _nothing(x: object) -> None:
    """Be called by nobody."""


def _refuse_strangers(target: Target, fixed: Mapping[str, Any]) -> None:
    strangers = sorted(fixed.keys() - set(target.boundary.names))
    if strangers:
        raise TypeError(
            f"arguments: {target.name} has no parameter {', '.join(strangers)}; "
            f"it has {', '.join(target.boundary.names)}."
        )


def _refuse_unknown_axes(target: Target, sizes: Mapping[str, Sizes]) -> None:
    """Refuse a misspelt name, which would restrict nothing."""
    boundary = target.boundary
    forms = [parameter.form for parameter in boundary.parameters]
    forms += [] if boundary.result is None else [boundary.result]
    known = {name for form in forms for t in tensor_forms(form) for name in t.shape.names}
    # An axis that only another part reads, or a number that is drawn, has a key of its own kind.
    strangers = sorted(name for name in sizes if name.isidentifier() and name not in known)
    if strangers:
        raise TypeError(
            f"sizes: {target.name} has no axis {', '.join(strangers)}; "
            f"it has {', '.join(sorted(known)) or 'none'}."
        )


def _refuse_unknown_places(option: str, target: Target, given: Mapping[str, Any]) -> None:
    known = target.boundary.names
    strangers = sorted({re.split(r"[\[.]", path)[0] for path in given} - set(known))
    if strangers:
        raise TypeError(
            f"{option}: {target.name} has no parameter {', '.join(strangers)}; "
            f"it has {', '.join(known)}."
        )


__all__ = ["arguments", "tensors"]
