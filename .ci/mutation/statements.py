"""What is done to a statement: left out, left without its value, or turned the other way."""

import ast
from collections.abc import Iterator

from mutation.operators import Change, setting
from mutation.walk import Slot


def removed(slot: Slot) -> Iterator[Change]:
    """Leave out a call, a raise, or a value given to what has one already."""
    node = slot.node
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Delete) or _gives_again(slot):
        yield lambda: slot.put(ast.Pass())


def _gives_again(slot: Slot) -> bool:
    """Tell an assignment that can be left out: to a part of something, or to a bound name."""
    if not isinstance(slot.node, ast.Assign):
        return False
    (target, *_) = slot.node.targets
    if isinstance(target, ast.Attribute | ast.Subscript):
        return True
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    read = {n.id for n in ast.walk(slot.node.value) if isinstance(n, ast.Name)}
    return all(isinstance(name, ast.Name) and name.id in read for name in names)


def result(slot: Slot) -> Iterator[Change]:
    """Return None, or yield it, in place of a value."""
    node = slot.node
    if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
        if ast.unparse(node.value) != "None":
            yield setting(node, "value", ast.Constant(None))


def loop(slot: Slot) -> Iterator[Change]:
    """Write `continue` for `break`, and `break` for `continue`."""
    if isinstance(slot.node, ast.Break):
        yield lambda: slot.put(ast.Continue())
    elif isinstance(slot.node, ast.Continue):
        yield lambda: slot.put(ast.Break())


def handler(slot: Slot) -> Iterator[Change]:
    """Let an error pass that was caught: each of several, or the only one."""
    node = slot.node
    if isinstance(node, ast.ExceptHandler):
        if isinstance(node.type, ast.Tuple):
            kinds = node.type.elts
            for place in range(len(kinds)):
                rest = ast.Tuple([*kinds[:place], *kinds[place + 1 :]], ast.Load())
                yield setting(node, "type", rest)
        elif not isinstance(node.body[0], ast.Raise) or node.body[0].exc is not None:
            yield setting(node, "body", [ast.Raise()])


def context(slot: Slot) -> Iterator[Change]:
    """Run the body of a `with` without it, where the body asks for nothing of it."""
    node = slot.node
    if isinstance(node, ast.With) and all(item.optional_vars is None for item in node.items):
        yield lambda: slot.put(ast.If(ast.Constant(True), node.body, []))
