"""Ask jaxtyping and beartype, the canonical judges, whether the leaves of a call fit.

Each leaf becomes a parameter of a function made for the occasion, so that beartype sees every item
of a list and every field of a record, and jaxtyping binds the axes of all of them together. It is
asked only after the guard has said no, so its cost (about a millisecond) falls on the error path.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from inspect import Parameter, Signature
from operator import or_
from typing import Any

from beartype import beartype
from jaxtyping import AnnotationError, Shaped, TypeCheckError, jaxtyped

from typed_rope.checking.forms import Form, JudgedForm, PlainForm, TensorForm
from typed_rope.checking.leaves import Leaf, written
from typed_rope.checking.plain import CONFIGURATION, is_plain
from typed_rope.shapes import Sized


def fits(leaves: Sequence[Leaf], arguments: Mapping[str, object]) -> bool:
    """Tell whether all leaves fit their annotations, in one system of axes."""
    arrays: list[Leaf] = []
    for leaf in leaves:
        if isinstance(leaf.form, PlainForm):
            if not is_plain(leaf.value, leaf.form.hint):
                return False
        elif all(isinstance(f, TensorForm | JudgedForm | PlainForm) for f in leaf.forms()):
            arrays.append(leaf)
        else:
            return False  # not even the container that was asked for
    try:
        hints = [_hint(leaf, concrete_only=not arguments) for leaf in arrays]
    except ValueError:
        return False  # the value of some `{...}` makes no axis
    values = [leaf.value for leaf in arrays]
    try:
        return _accepts(hints, values, arguments)
    except AnnotationError:
        # An expression came before the axis that it reads: show the named axes first.
        first = [_skeleton(leaf) for leaf in arrays]
    try:
        return _accepts(first + hints, values + values, arguments)
    except AnnotationError:
        return False


def _accepts(
    hints: Sequence[Any], values: Sequence[object], arguments: Mapping[str, object]
) -> bool:
    judge = _judge(tuple(hints), tuple(arguments))
    leaves = {f"leaf_{index}": value for index, value in enumerate(values)}
    try:
        judge(**arguments, **leaves)
    except TypeCheckError:
        return False
    return True


@lru_cache(maxsize=256)
def _judge(hints: tuple[Any, ...], arguments: tuple[str, ...]) -> Callable[..., None]:
    def function(**values: object) -> None:
        del values

    only = Parameter.KEYWORD_ONLY
    parameters = [Parameter(name, only) for name in arguments]
    parameters += [Parameter(f"leaf_{i}", only, annotation=h) for i, h in enumerate(hints)]
    function.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # for inspect
    judge: Callable[..., None] = jaxtyped(function, typechecker=beartype(conf=CONFIGURATION))
    return judge


def _hint(leaf: Leaf, *, concrete_only: bool) -> Any:
    return _union(_concrete_hint(form, leaf, concrete_only) for form in leaf.forms())


def _concrete_hint(form: Form, leaf: Leaf, concrete_only: bool) -> Any:
    if not isinstance(form, TensorForm):
        return form.hint
    if not concrete_only and "." not in leaf.path:
        return form.hint
    text = written(form.shape, leaf.given)
    return form.hint if text == form.shape.text else form.hint.dtype[form.array_type, text]


def _skeleton(leaf: Leaf) -> Any:
    return _union(
        Shaped[form.array_type, _without_expressions(form)]
        if isinstance(form, TensorForm)
        else form.hint
        for form in leaf.forms()
    )


def _without_expressions(form: TensorForm) -> str:
    return " ".join("_" if isinstance(axis, Sized) else axis.text for axis in form.shape.axes)


def _union(hints: Iterable[Any]) -> Any:
    return reduce(or_, hints)
