"""Where a declared shape rides: on mypy's own type of the tensor, as a private attribute.

mypy copies such attributes with the type, stores them in its cache, compares them when the daemon
asks what has changed, and never takes them for a difference between types. So a shape arrives
wherever its type does, and everything that is known of it was written in an annotation.

    Float[Tensor, "b h t d"]    ->    Tensor, with the attribute "Float b h t d"

mypy erases the attributes, in place, of a type that it unites with another of the same class
(`x if flag else y`): what is attached, or came so from the cache, is kept, and attached again.
"""

from collections.abc import Callable, Iterator, Mapping

from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    UnionType,
)
from mypy.types import get_proper_type as proper

_SHAPE = "typed_rope shape"  # no name of an attribute: it has a space


class Carriers:
    """Every type that is known to carry a shape."""

    def __init__(self) -> None:
        """Begin with none."""
        self._attached: dict[int, tuple[Instance, ExtraAttrs]] = {}

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
        self.keep(with_shape)
        return with_shape

    def keep(self, kind: Type) -> bool:
        """Keep what a type carries, within it too; tell whether it carries anything."""
        found = False
        for instance in instances(kind):
            kept = self._attached.get(id(instance))
            if kept is not None:
                instance.extra_attrs = instance.extra_attrs or kept[1]
                found = True
            elif instance.extra_attrs is not None and carried(instance) is not None:
                self._attached[id(instance)] = (instance, instance.extra_attrs)
                found = True
        return found

    def restore(self) -> None:
        """Attach again what mypy has erased in place."""
        for kind, attributes in self._attached.values():
            if kind.extra_attrs is None:
                kind.extra_attrs = attributes


def instances(kind: Type) -> Iterator[Instance]:
    """Find the classes in a type; what an alias stands for is the alias' own."""
    match kind:
        case Instance():
            yield kind
            for argument in kind.args:
                yield from instances(argument)
        case UnionType(items=items) | TupleType(items=items) | Overloaded(items=items):
            for item in items:
                yield from instances(item)
        case CallableType():
            for argument in (*kind.arg_types, kind.ret_type):
                yield from instances(argument)


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
