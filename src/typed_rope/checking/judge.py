"""Ask jaxtyping and beartype, the canonical judges, whether the leaves of a call fit.

The leaves are shown to them one by one within one jaxtyped call, so that every item of a list and
every field of a record is seen, and jaxtyping binds the axes of all of them together. Their verdict
is all that is asked for: to have them explain it would print every tensor.
"""

from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

from beartype.door import is_bearable
from jaxtyping import AbstractArray, AnnotationError, jaxtyped

from typed_rope.checking.forms import Form, JudgedForm, PlainForm, TensorForm
from typed_rope.checking.leaves import Leaf, written
from typed_rope.checking.plain import CONFIGURATION, is_plain
from typed_rope.shapes import Sized

Shown = tuple[object, tuple[Any, ...]]  # a value, and the hints of which one must fit


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
        shown = [_shown(leaf, pasted=not arguments) for leaf in arrays]
    except ValueError:
        return False  # the value of some `{...}` makes no axis
    try:
        return _accepts(shown, arguments)
    except AnnotationError:
        # An expression came before the axis that it reads: show the named axes first.
        shown = [_skeleton(leaf) for leaf in arrays] + shown
    try:
        return _accepts(shown, arguments)
    except AnnotationError:
        return False


def _accepts(shown: Sequence[Shown], arguments: Mapping[str, object]) -> bool:
    def judge(**_: object) -> bool:
        return all(any(_is(value, hint) for hint in hints) for value, hints in shown)

    # `{...}` reads the parameters of the jaxtyped function by their names.
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY) for name in arguments]
    judge.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # for inspect
    try:
        return bool(jaxtyped(judge, typechecker=None)(**arguments))
    except AnnotationError:
        raise
    except Exception:
        return False  # a size that cannot be computed, as with a division by zero


def _is(value: object, hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return isinstance(value, hint)  # as beartype does, without compiling code for it
    return is_bearable(value, hint, conf=CONFIGURATION)


def _shown(leaf: Leaf, *, pasted: bool) -> Shown:
    # What stands in the braces of a record's annotation is a field of it, and no argument.
    pasted = pasted or "." in leaf.path
    return leaf.value, tuple(_pasted(f, leaf) if pasted else f.hint for f in leaf.forms())


def _pasted(form: Form, leaf: Leaf) -> Any:
    text = written(form.shape, leaf.given) if isinstance(form, TensorForm) else ""
    if not isinstance(form, TensorForm) or text == form.shape.text:
        return form.hint
    return form.hint.dtype[form.array_type, text]


def _skeleton(leaf: Leaf) -> Shown:
    return leaf.value, tuple(
        form.hint.dtype[form.array_type, _without_expressions(form)]
        if isinstance(form, TensorForm)
        else form.hint
        for form in leaf.forms()
    )


def _without_expressions(form: TensorForm) -> str:
    return " ".join("_" if isinstance(axis, Sized) else axis.text for axis in form.shape.axes)
