"""From a declared type to what is known of its values.

The axes of a function's own parameters are its own names. What is declared elsewhere has names of
its own: those of an attribute are foreign, the same wherever the attribute is read; those of a
function that is called are bound by the call.

    own        "b h t d"    the sizes b, h, t, d
    foreign    "t d/2"      sizes that nothing is known of, labelled t
"""

from collections.abc import Callable

from mypy.types import (
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypeAliasType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from typed_rope.mypy.carrier import carried
from typed_rope.mypy.dtypes import FAMILIES, Dtypes
from typed_rope.mypy.values import (
    NONE,
    UNKNOWN,
    Axis,
    Constant,
    Either,
    Items,
    Many,
    Repeated,
    Tensor,
    Thing,
    Value,
    Whole,
    whole,
)
from typed_rope.shapes import (
    Anonymous,
    Fixed,
    Named,
    ShapeSyntaxError,
    Size,
    Sized,
    Variadic,
    parse,
)

Naming = Callable[[str], str]
"""The symbol that stands for a name of an annotation."""

TENSORS = ("torch._tensor.Tensor", "torch.Tensor", "torch.nn.parameter.Parameter")
_SEQUENCES = (
    "builtins.list", "builtins.tuple", "typing.Sequence", "typing.Iterable", "typing.Iterator",
    "typing.List", "typing.Collection", "collections.abc.Sequence", "builtins.set",
    "builtins.frozenset", "typing.Generator", "collections.deque",
)  # fmt: skip
NUMBERS = {f"builtins.{kind.__name__}": Constant(kind) for kind in (bool, float, complex)}
"""Numbers of which the type alone is known."""
_OWN_CLASSES = {"Wide": frozenset({"float32", "float64"})}


def own(name: str) -> str:
    """Name an axis, or a number in braces, of the function itself."""
    return name


def foreign(place: str) -> Naming:
    """Name axes and numbers that belong to something else; `place` tells one from another."""
    return lambda name: f"?{name}.{place}"


def value_of(kind: Type | None, naming: Naming, place: str = "") -> Value:
    """Tell what is known of a value of that type."""
    if isinstance(kind, TypeAliasType) and kind.is_recursive:
        return UNKNOWN
    kind = None if kind is None else get_proper_type(kind)
    match kind:
        case None:
            return UNKNOWN
        case NoneType():
            return NONE
        case UnionType():
            return _either([value_of(item, naming, place) for item in kind.items])
        case TupleType():
            # Unpacked parts of variadic tuples are types of their own, and unknown.
            return Items(tuple(value_of(item, naming, place) for item in kind.items))
        case LiteralType():
            return _literal(kind.value)
        case TypeVarType():
            return value_of(kind.upper_bound, naming, place)
        case Instance():
            return _of_instance(kind, naming, place)
        case _:
            return UNKNOWN


def _literal(value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, int):
        return Constant(value)
    return whole(value)


def _either(values: list[Value]) -> Value:
    distinct = list(dict.fromkeys(values))
    if len(distinct) == 2 and NONE in distinct:
        # mypy has None checked before use: what matters is the other value.
        distinct.remove(NONE)
    return distinct[0] if len(distinct) == 1 else Either(tuple(distinct))


def _of_instance(kind: Instance, naming: Naming, place: str) -> Value:
    shape = carried(kind)
    name = kind.type.fullname
    if shape is not None:
        return declared(*shape, naming, place)
    if name in TENSORS:
        return Tensor()
    if name == "builtins.int":
        return Whole()
    if name in NUMBERS:
        return NUMBERS[name]
    if name in _SEQUENCES and kind.args:
        return Repeated(value_of(kind.args[0], naming, place))
    if kind.type.tuple_type is not None:
        return value_of(kind.type.tuple_type, naming, place)
    return Thing()


def declared(dtype: str, axes: str, naming: Naming, place: str = "") -> Tensor:
    """Read an annotation."""
    try:
        shape = parse(axes)
    except ShapeSyntaxError:
        return Tensor(None, dtypes_of(dtype))
    return Tensor(tuple(_dim(axis, naming, place) for axis in shape.axes), dtypes_of(dtype))


def dtypes_of(name: str) -> Dtypes | None:
    """Tell the dtypes that a dtype class allows; None where it is not jaxtyping's."""
    return _OWN_CLASSES.get(name) or FAMILIES.get(name)


def _dim(
    axis: Named | Fixed | Anonymous | Variadic | Sized, naming: Naming, place: str
) -> Axis | Many:
    match axis:
        case Named(treepath=True) | Anonymous():
            return Axis(None, axis.label)
        case Named(name=name):
            return Axis(Size.symbol(naming(name)), axis.label or name, axis.broadcast)
        case Fixed(size=size):
            return Axis(Size.of(size), axis.label, axis.broadcast)
        case Variadic(name=name):
            return Many(naming(f"...{place}" if name is None else name))
        case Sized():
            formula = axis.formula
            if formula is not None:
                symbols = {symbol: Size.symbol(naming(symbol)) for symbol in formula.symbols()}
                formula = formula.substitute(symbols)
            return Axis(formula, axis.label, axis.broadcast)
