"""Does a method take and give what the method that it overrides does?

    class Mixer:
        def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]

    class Shift(Mixer):
        def mix(self, x: Float[Tensor, "b c t"]) -> Float[Tensor, "b c t"]     t and c are exchanged

Whoever has a `Mixer` calls its method with what the base class declares: so a declaration of the
base's is held against that of the method, like an argument of a call, and results the other way.
Other names bind as in any call.
"""

from collections.abc import Iterator

from mypy.nodes import Decorator, FuncDef, TypeInfo
from mypy.types import CallableType, Type, get_proper_type

from typed_rope.mypy.binding import Bindings, Misfit, bindable, fit
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.types import own, value_of
from typed_rope.mypy.results import instantiate
from typed_rope.mypy.values import Tensor


def check_overriding(frame: Frame, function: FuncDef) -> None:
    """Report where a method does not fit the one that it overrides."""
    if not function.info or function.name in ("__init__", "__new__", "__post_init__"):
        return
    kind = get_proper_type(function.type)
    overridden = _overridden(function.info, function.name)
    if overridden is None or not isinstance(kind, CallableType):
        return
    base, before = overridden
    bindings = Bindings()
    for name, wrong in _misfits(before, kind, bindings):
        sentence = f"{function.name}: {base.name} hands over {name} as {wrong.sentence}"
        frame.report.finding(sentence, function, wrong.code)
        return
    declared = value_of(before.ret_type, own, "base")
    given = instantiate(value_of(kind.ret_type, bindable, "method"), bindings, "method")
    misfit = fit(declared, given, Bindings(), {})
    if misfit is not None:
        sentence = f"{function.name}: the result, for that of {base.name}, is {misfit.sentence}"
        frame.report.finding(sentence, function, misfit.code)


def _overridden(info: TypeInfo, name: str) -> tuple[TypeInfo, CallableType] | None:
    for base in info.mro[1:]:
        symbol = base.names.get(name)
        node = symbol.node if symbol is not None else None
        kind: Type | None = None
        if isinstance(node, FuncDef):
            kind = node.type
        elif isinstance(node, Decorator) and not node.var.is_property:
            kind = node.var.type
        plain = None if kind is None else get_proper_type(kind)
        if symbol is not None:
            return (base, plain) if isinstance(plain, CallableType) else None
    return None


def _misfits(
    before: CallableType, after: CallableType, bindings: Bindings
) -> Iterator[tuple[str, Misfit]]:
    """Hold the parameters of the base's method against those of the same name, or place."""
    for number, (name, kind) in enumerate(zip(before.arg_names, before.arg_types, strict=True)):
        place = after.arg_names.index(name) if name in after.arg_names else number
        if place >= len(after.arg_types) or name is None:
            continue
        given = value_of(kind, own, "base")
        declared = value_of(after.arg_types[place], bindable, "method")
        if isinstance(given, Tensor) and isinstance(declared, Tensor):
            misfit = fit(declared, given, bindings, {})
            if misfit is not None:
                yield name, misfit
