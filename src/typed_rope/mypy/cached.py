"""The types that a module declares, where mypy has it from its cache and not from source."""

from collections.abc import Iterator

from mypy.nodes import (
    Decorator,
    FuncDef,
    MypyFile,
    OverloadedFuncDef,
    SymbolTable,
    TypeAlias,
    TypeInfo,
    Var,
)
from mypy.types import Type


def is_projects_own(tree: MypyFile) -> bool:
    """Tell a cached module of the project from one that is installed."""
    return tree.is_cache_skeleton and "site-packages" not in tree.path and not tree.is_stub


def declared_types(tree: MypyFile) -> Iterator[Type]:
    """Find what functions, attributes and aliases are declared to be."""
    yield from _in_names(tree.names, tree.fullname)


def _in_names(names: SymbolTable, owner: str) -> Iterator[Type]:
    for symbol in names.values():
        node = symbol.node
        # What is imported belongs to another module.
        if node is not None and node.fullname.rpartition(".")[0] == owner:
            yield from _of(node)


def _of(node: object) -> Iterator[Type]:
    match node:
        case Var(type=declared) | FuncDef(type=declared) | OverloadedFuncDef(type=declared):
            if declared is not None:
                yield declared
            if isinstance(node, OverloadedFuncDef):
                for item in node.items:
                    yield from _of(item)
        case Decorator(func=function, var=variable):
            yield from _of(function)
            yield from _of(variable)
        case TypeAlias(target=target):
            yield target
        case TypeInfo(names=names, fullname=fullname):
            yield from _in_names(names, fullname)
