"""What an object holds since its constructor ran: layers with their sizes, numbers, tensors.

    def __init__(self, dim, heads):            in its methods
        self.heads = heads                     {self.heads}
        self.width = dim // heads              {self.width}: {self.__init__.dim}/{self.heads}
        self.up = nn.Linear(dim, 4 * dim)      {self.__init__.dim} in, 4*{self.__init__.dim} out

The constructor is followed like any other function, with nothing reported. Only attributes that
nothing else assigns are believed, and only classes of the module that is being checked: of others,
mypy may have nothing but the names at hand.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mypy.nodes import Decorator, Expression, FuncDef, MemberExpr, NameExpr, TupleExpr, TypeInfo

from typed_rope.mypy.flow.assignment import assigned_in
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.renaming import Renaming, renamed
from typed_rope.mypy.values import UNKNOWN, Thing, Value, Whole
from typed_rope.shapes import Size


@dataclass(frozen=True, slots=True)
class Constructed:
    """The attributes of `self` as a constructor leaves them, in symbols of `self`."""

    attributes: Mapping[str, Value] = field(default_factory=dict)

    def facts(self) -> dict[str, Size]:
        """Tell what the numbers among them are."""
        facts: dict[str, Size] = {}
        for name, value in self.attributes.items():
            symbol = f"{{self.{name}}}"
            if isinstance(value, Whole) and value.size not in (None, Size.symbol(symbol)):
                if value.size is not None and symbol not in value.size.symbols():
                    facts[symbol] = value.size
        return facts


def attribute(frame: Frame, info: TypeInfo, name: str, path: str | None) -> Value:
    """Tell what the constructor of a class gave an attribute; `path` is where the object is."""
    value = constructed(frame, info).attributes.get(name, UNKNOWN)
    return UNKNOWN if isinstance(value, Thing) else renamed(value, at(path))


def at(path: str | None) -> Renaming:
    """Write what belongs to `self` as belonging to the object at a place."""
    if path is None:
        return lambda symbol: f"?{symbol}" if symbol.startswith("{self.") else symbol
    return lambda symbol: (
        f"{{{path}.{symbol.removeprefix('{self.')}" if symbol.startswith("{self.") else symbol
    )


def constructed(frame: Frame, info: TypeInfo) -> Constructed:
    """Follow the constructors of a class and of its bases."""
    if info.fullname not in frame.classes:
        frame.classes[info.fullname] = Constructed()  # for a class that holds others of its own
        frame.classes[info.fullname] = _constructed(frame, info)
    return frame.classes[info.fullname]


def _constructed(frame: Frame, info: TypeInfo) -> Constructed:
    attributes: dict[str, Value] = {}
    bases = [base for base in info.mro if base.module_name == frame.checker.tree.fullname]
    often = Counter(name for base in bases for name in _assigned(base))
    for base in bases:
        found = base.names.get("__init__")
        function = found.node if found is not None else None
        if isinstance(function, Decorator):
            function = function.func
        if isinstance(function, FuncDef) and function.arguments:
            left = _left_by(frame, function, "" if base is info else f"{base.name}.")
            attributes |= {name: v for name, v in left.items() if often[name] < 2}
    return Constructed(attributes)


def _assigned(info: TypeInfo) -> Iterator[str]:
    """Find the attributes of `self` that a class assigns, each as often as it does."""
    for symbol in info.names.values():
        function = symbol.node.func if isinstance(symbol.node, Decorator) else symbol.node
        if isinstance(function, FuncDef) and function.arguments:
            own = function.arguments[0].variable
            for target in assigned_in([function.body]):
                yield from _attributes(target, own)


def _attributes(target: Expression, own: object) -> Iterator[str]:
    if isinstance(target, TupleExpr):
        for item in target.items:
            yield from _attributes(item, own)
    elif isinstance(target, MemberExpr) and isinstance(target.expr, NameExpr):
        if target.expr.node is own:
            yield target.name


def _left_by(frame: Frame, function: FuncDef, base: str) -> dict[str, Value]:
    """Follow a constructor; tell what it leaves behind."""
    from typed_rope.mypy.flow.function import check_function

    inner = Frame(frame.checker, frame.report, classes=frame.classes)
    with frame.report.quiet():
        check_function(inner, function)
    own = f"{function.arguments[0].variable.name}."
    left = {
        key.removeprefix(own): value
        for key, value in inner.state.values.items()
        if isinstance(key, str) and key.startswith(own) and "." not in key.removeprefix(own)
    }
    naming = _naming(left, own, base)
    return {name: renamed(value, naming) for name, value in left.items()}


def _naming(left: Mapping[str, Value], own: str, base: str) -> Renaming:
    """Name what belongs to the constructor by where it is kept."""
    numbers: dict[str, str] = {}
    objects: dict[str, str] = {}
    for name, value in left.items():
        if isinstance(value, Thing) and value.path is not None:
            objects.setdefault(value.path, name)
        elif isinstance(value, Whole) and value.size is not None:
            for symbol in value.size.symbols():
                if value.size == Size.symbol(symbol):
                    numbers.setdefault(symbol, name)

    def name_of(symbol: str) -> str:
        if not symbol.startswith("{"):
            return symbol if symbol.startswith("?") else f"?{symbol}"
        if symbol.startswith(f"{{{own}"):
            return f"{{self.{symbol[len(own) + 1 :]}"
        first, dot, rest = symbol[1:-1].partition(".")
        if dot and first in objects:
            return f"{{self.{objects[first]}.{rest}}}"
        if symbol in numbers:
            return f"{{self.{numbers[symbol]}}}"
        return f"{{self.{base}__init__.{symbol[1:-1]}}}"

    return name_of
