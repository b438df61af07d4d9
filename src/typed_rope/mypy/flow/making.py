"""Objects that a function makes, and what comes of using them: layers, lists of layers, records.

nn.Linear(c, 4 * c)                           a layer that is called by its rule
nn.Sequential(nn.Linear(c, f), nn.GELU())     one after the other
nn.ModuleList([Block(c) for _ in range(n)])   as a list
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mypy.lookup import lookup_fully_qualified
from mypy.nodes import CallExpr, Context, MemberExpr, RefExpr, StrExpr, TypeInfo
from mypy.types import AnyType, CallableType, Instance, Overloaded, ProperType, Type, TypeOfAny

from typed_rope.mypy.flow.callables import is_layer
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.learning import learn
from typed_rope.mypy.flow.paths import path_of
from typed_rope.mypy.flow.signatures import formals
from typed_rope.mypy.rules.layers import LAYERS, layer
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import UNKNOWN, Axis, Items, Made, Repeated, Rest, Tensor, Value, Whole

_TORCH = "torch.nn."
_SEQUENTIAL = "torch.nn.modules.container.Sequential"
_LIST = "torch.nn.modules.container.ModuleList"
_TAKES = {"Linear": "in_features", "LayerNorm": "normalized_shape", "RMSNorm": "normalized_shape"}
_HOLDERS = ("torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer")
# What these do to axes depends on nothing that their constructors are given but sizes.
_PLAIN = frozenset({"Linear", "Embedding", "LayerNorm", "RMSNorm", "GroupNorm", "Dropout", "GELU",
                    "SiLU", "ReLU", "Sigmoid", "Tanh", "Identity"})  # fmt: skip


def make(
    frame: Frame,
    expression: CallExpr,
    positional: Sequence[Value] | None,
    named: Mapping[str, Value],
) -> Value | None:
    """Tell what a call of a module's class makes, or of a parameter's; None of anything else."""
    callee = expression.callee
    info = callee.node if isinstance(callee, RefExpr) else None
    if not isinstance(info, TypeInfo) or positional is None:
        return None
    if info.fullname in _HOLDERS:
        return positional[0] if positional else None
    if info.fullname == _SEQUENTIAL:
        return Made(info.fullname, tuple((str(i), one) for i, one in enumerate(positional)))
    if info.fullname == _LIST:
        inner = positional[0] if positional else UNKNOWN
        return inner if isinstance(inner, Items | Repeated) else None
    if not is_layer(Instance(info, [])):
        return None
    arguments = _by_name(frame.type_of(callee), expression, positional, named)
    return None if arguments is None else Made(info.fullname, arguments)


def _by_name(
    kind: ProperType | None,
    expression: CallExpr,
    positional: Sequence[Value],
    named: Mapping[str, Value],
) -> tuple[tuple[str, Value], ...] | None:
    signature = kind.items[0] if isinstance(kind, Overloaded) else kind
    if not isinstance(signature, CallableType) or len(positional) + len(named) != len(
        expression.args
    ):
        return None
    given = iter(positional)
    values = [next(given) if name is None else named[name] for name in expression.arg_names]
    arguments: dict[str, Value] = {}
    for formal, actuals in enumerate(formals(expression, signature)):
        name = signature.arg_names[formal]
        for actual in actuals:
            if name is not None and not signature.arg_kinds[formal].is_star():
                arguments[name] = values[actual]
    return tuple(arguments.items())


def register(frame: Frame, expression: CallExpr) -> None:
    """Follow `self.register_buffer("mask", mask)`: the object has an attribute more."""
    callee = expression.callee
    if isinstance(callee, MemberExpr) and callee.name in ("register_buffer", "register_parameter"):
        owner, given = path_of(callee.expr), expression.args
        if owner and len(given) > 1 and isinstance(given[0], StrExpr):
            with frame.report.quiet():
                frame.state.assign(f"{owner}.{given[0].value}", evaluate(frame, given[1]))


def made_of(kind: ProperType | None) -> Made | None:
    """Take a layer for what its class tells, where nobody knows what it was made with."""
    if isinstance(kind, Instance) and kind.type.fullname.startswith(_TORCH):
        return Made(kind.type.fullname, ()) if kind.type.name in _PLAIN else None
    return None


def use(frame: Frame, made: Made, inputs: Sequence[Value], place: Context, shown: str) -> Value:
    """Tell what a layer of torch's gives; what is wrong is reported."""
    if made.kind == _SEQUENTIAL:
        return _in_turn(frame, made, inputs, place, shown)
    kind = made.kind.rpartition(".")[2]
    if not made.kind.startswith(_TORCH) or kind not in LAYERS or not inputs:
        return UNKNOWN
    first, *others = inputs
    _learn(frame, kind, made, first)
    try:
        return layer(kind, dict(made.arguments), first, frame.known, *others)
    except Unsure:
        return Tensor() if isinstance(first, Tensor) else UNKNOWN
    except Refused as refused:
        frame.report.finding(f"{shown}: {refused.sentence}", place, refused.code)
        return Tensor()


def _learn(frame: Frame, kind: str, made: Made, given: Value) -> None:
    """Learn what a number is that a layer was made with: `nn.Linear(dim, f)(x)`."""
    taken = dict(made.arguments).get(_TAKES.get(kind, ""))
    last = given.dims[-1] if isinstance(given, Tensor) and given.dims else None
    if not isinstance(taken, Whole) or not isinstance(last, Axis) or last.broadcast:
        return
    learn(frame, taken.size, last)


def _in_turn(
    frame: Frame, made: Made, inputs: Sequence[Value], place: Context, shown: str
) -> Value:
    value = inputs[0] if inputs else UNKNOWN
    for number, one in made.arguments:
        if not isinstance(one, Made) or not isinstance(value, Tensor):
            return UNKNOWN
        value = use(frame, one, [value], place, f"{shown}[{number}]")
    return value


def is_torchs(made: Made) -> bool:
    """Tell whether a rule says what calling it gives."""
    return made.kind.startswith(_TORCH)


def class_of(frame: Frame, made: Made) -> Instance | None:
    """Find the type of an object that was made."""
    symbol = lookup_fully_qualified(made.kind, frame.checker.modules)
    if symbol is None or not isinstance(symbol.node, TypeInfo):
        return None
    free: list[Type] = [AnyType(TypeOfAny.special_form) for _ in symbol.node.defn.type_vars]
    return Instance(symbol.node, free)


def item_of(made: Made, index: int | None) -> Value:
    """Tell what stands at a place of layers in a row."""
    if (
        made.kind != _SEQUENTIAL
        or index is None
        or not -len(made.arguments) <= index < len(made.arguments)
    ):
        return UNKNOWN
    return made.arguments[index][1]


def placed(value: Value, path: str | None) -> Value:
    """Say where an object is kept."""
    if isinstance(value, Made) and path is not None:
        return replace(value, path=path)
    return value


def layers_in(made: Made) -> Items | None:
    """Tell what a loop over layers in a row goes through."""
    if made.kind != _SEQUENTIAL:
        return None
    values: list[Value | Rest] = [one for _, one in made.arguments]
    return Items(tuple(values))
