"""The check of one local, generated for what its axes ask and for the axes that are known."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from jaxtyping import AbstractArray, Shaped
from torch import Tensor

from typed_rope.checking.forms import TensorForm
from typed_rope.checking.names import Bound, Place, local_name
from typed_rope.checking.reading import form_of
from typed_rope.checking.source import Source
from typed_rope.checking.tensor_check import TensorCheck
from typed_rope.shapes import Shape, ShapeSyntaxError, Sized

LocalGuard = Callable[[object, dict[str, Any], dict[str, Any]], dict[str, Any] | None]


class Reader(NamedTuple):
    """One `{...}` of the axes, and the names that it reads."""

    text: str
    names: tuple[str, ...]
    read: Callable[..., Any]


def local_form(axes: Any) -> TensorForm:
    """Read what the caller asks for."""
    if not isinstance(axes, str | type):
        asked = (
            repr(axes) if hasattr(axes, "__args__") else f"a value of type {type(axes).__name__}"
        )
        raise TypeError(_NOT_AXES.format(asked))
    return _form(axes)


_NOT_AXES = (
    "check_shape: {} is neither a text of axes nor the annotation of one torch tensor. "
    'Write check_shape(x, "b t d") or check_shape(x, Float[Tensor, "b t d"]).'
)


def settled(axes: Any) -> Any:
    """Return the one annotation that stands for all that say the same.

    Float[Tensor, "t"] is another class each time that the body of a function makes it, and what is
    remembered of one would never be found again.
    """
    if not isinstance(axes, type) or not issubclass(axes, AbstractArray):
        return axes
    first = _first_of(axes.dtype, repr(axes.dtypes), axes.array_type, axes.dim_str)
    if not first:
        first.append(axes)
    return first[0]


@lru_cache(maxsize=512)
def _first_of(*said: object) -> list[Any]:
    return []


@lru_cache(maxsize=512)
def _form(axes: Any) -> TensorForm:
    form = form_of(Shaped[Tensor, axes] if isinstance(axes, str) else axes, None)
    if not isinstance(form, TensorForm):
        raise TypeError(_NOT_AXES.format(getattr(axes, "__name__", axes)))
    return form


@lru_cache(maxsize=512)
def readers(axes: Any) -> tuple[Reader, ...]:
    """Return all `{...}` of the axes."""
    sized = [axis for axis in local_form(axes).shape.axes if isinstance(axis, Sized)]
    fields = {field.text: field.names for axis in sized for field in axis.expression.fields}
    return tuple(
        Reader(text, tuple(names), eval(f"lambda {', '.join(names)}: {text}"))
        for text, names in fields.items()
    )


@lru_cache(maxsize=512)
def local_guard(axes: Any, known: tuple[str, ...]) -> LocalGuard:
    """Return the check where some axes are known; it returns the sizes that it binds.

    Of variadic axes, here and among the sizes that are known, these are pairs: whether they may be
    broadcast, and the sizes.
    """
    form = local_form(axes)
    source, bound = Source(), Bound(sure=set(known))
    names = {f"*{form.shape.variadic_name}"} if form.shape.variadic_name else set()
    sized = [axis for axis in form.shape.axes if isinstance(axis, Sized)]
    asked = {name for axis in sized for name in axis.expression.names}
    _require_bound(form.shape, asked - {*known, *form.shape.names})
    names |= {*form.shape.names, *asked}
    for name in sorted(names & set(known)):
        source.line(f"{local_name(name)} = sizes[{name!r}]")
    scope = {name: f"given[{name!r}]" for reader in readers(axes) for name in reader.names}
    place = Place("value", scope, "return None", "return None")
    many = form.shape.variadic_name
    TensorCheck(source, bound, () if many is None else (many,)).write(form, place)
    grown = set() if many is None else {f"*{many}"}  # may become larger though it is known
    new = tuple(sorted((bound.sure | bound.maybe) - (set(known) - grown)))
    source.line(f"return {{{', '.join(f'{n!r}: {local_name(n)}' for n in new)}}}")
    unset = [f"{local_name(name)} = None" for name in sorted(bound.ever_maybe)]
    guard: LocalGuard = source.function("local_guard", "value, sizes, given", unset)
    return guard


def _require_bound(shape: Shape, missing: set[str]) -> None:
    for axis in shape.axes:
        if not isinstance(axis, Sized):
            continue
        for name in sorted(missing & axis.expression.names):
            start, end = axis.expression.where(name)
            raise ShapeSyntaxError.at(
                shape.text,
                (axis.start + start, axis.start + end),
                f"no argument of this call and no local checked before has an axis {name}",
                f"Check a local with an axis {name} first, or write {{...}} for a number.",
            )
