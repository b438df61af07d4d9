"""Where a declared shape rides: on mypy's own type of the tensor, as a private attribute.

mypy copies such attributes with the type, stores them in its cache, compares them when the daemon
asks what has changed, and never takes them for a difference between types. So a shape arrives
wherever its type does, and everything that is known of it was written in an annotation.

    Float[Tensor, "b h t d"]    ->    Tensor, with the attribute "Float b h t d"

mypy erases the attributes, in place, of a type that it unites with another of the same class
(`x if flag else y`): what was attached is kept, and attached again.
"""

from collections.abc import Callable, Mapping

from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    UnionType,
)
from mypy.types import get_proper_type as proper

_SHAPE = "typed_rope shape"  # no name of an attribute: it has a space


class Carriers:
    """Every type that a shape was attached to in this run."""

    def __init__(self) -> None:
        """Begin with none."""
        self._attached: list[tuple[Instance, ExtraAttrs]] = []

    def attach(self, carried: Type, dtype: str, axes: str, text: Callable[[], Instance]) -> Type:
        """Attach a shape to a tensor's type, or to each of a union; `text` is the type of str."""
        kind = proper(carried)
        if isinstance(kind, UnionType):
            items = [self.attach(item, dtype, axes, text) for item in kind.items]
            return UnionType(items, kind.line, kind.column)
        if not isinstance(kind, Instance):
            return carried
        literal = LiteralType(f"{dtype} {axes}", text(), kind.line, kind.column)
        with_shape = kind.copy_with_extra_attr(_SHAPE, literal)
        if with_shape.extra_attrs is not None:
            self._attached.append((with_shape, with_shape.extra_attrs))
        return with_shape

    def restore(self) -> None:
        """Attach again what mypy has erased in place."""
        for kind, attributes in self._attached:
            if kind.extra_attrs is None:
                kind.extra_attrs = attributes


def carried(kind: ProperType) -> tuple[str, str] | None:
    """Read the dtype class and the axes that a type carries; None where it has none."""
    if not isinstance(kind, Instance) or kind.extra_attrs is None:
        return None
    attributes: Mapping[str, Type] = kind.extra_attrs.attrs
    literal = attributes.get(_SHAPE)
    if not isinstance(literal, LiteralType) or not isinstance(literal.value, str):
        return None
    dtype, _, axes = literal.value.partition(" ")
    return dtype, axes


def without_shapes(kind: Type) -> Type:
    """Take the shapes off a function's type: its callers give it other axes than it declares."""
    plain = proper(kind)
    match plain:
        case CallableType():
            arguments = [without_shapes(argument) for argument in plain.arg_types]
            return plain.copy_modified(arg_types=arguments, ret_type=without_shapes(plain.ret_type))
        case UnionType():
            return UnionType([without_shapes(item) for item in plain.items])
        case TupleType():
            return plain.copy_modified(items=[without_shapes(item) for item in plain.items])
        case Instance():
            return Instance(plain.type, [without_shapes(argument) for argument in plain.args])
        case _:
            return kind
