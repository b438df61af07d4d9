"""What runs when something is called: of an object its `__call__`, of a module its `forward`."""

from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import Decorator, FuncDef, OverloadedFuncDef
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    ProperType,
    Type,
    get_proper_type,
)

MODULE = "torch.nn.modules.module.Module"


def callables(kind: ProperType | None) -> list[CallableType]:
    """Tell the signatures that a call may have, several where it is overloaded."""
    if isinstance(kind, Instance):
        return _methods(kind)
    if isinstance(kind, Overloaded):
        return list(kind.items)
    return [kind] if isinstance(kind, CallableType) else []


def is_layer(kind: ProperType | None) -> bool:
    """Tell whether a type is that of an `nn.Module`."""
    return isinstance(kind, Instance) and kind.type.has_base(MODULE)


def _methods(kind: Instance) -> list[CallableType]:
    symbol = kind.type.get("forward" if is_layer(kind) else "__call__")
    node = None if symbol is None else symbol.node
    found: Type | None
    if isinstance(node, FuncDef | OverloadedFuncDef):
        found, defined_in = node.type, node.info
    elif isinstance(node, Decorator):
        found, defined_in = node.var.type, node.func.info
    else:
        return []  # `Module.forward` itself is a variable: nobody knows what it takes
    method = None if found is None else get_proper_type(found)
    base = map_instance_to_supertype(kind, defined_in) if defined_in else kind
    signatures = [] if method is None or isinstance(method, Instance) else callables(method)
    return [_bound(signature, base) for signature in signatures if signature.arg_types]


def _bound(method: CallableType, base: Instance) -> CallableType:
    expanded = get_proper_type(expand_type_by_instance(method, base))
    bound = expanded if isinstance(expanded, CallableType) else method
    return bound.copy_modified(
        arg_types=bound.arg_types[1:], arg_kinds=bound.arg_kinds[1:], arg_names=bound.arg_names[1:]
    )
