"""What is done to an expression: each operator yields the changes that it makes to a node.

A change is a function that makes it, in a tree of its own. No operator writes what it found.
"""

import ast
import re
from collections.abc import Callable, Iterator

from mutation.walk import Slot, annotates, decorator_name

Change = Callable[[], None]

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitXor: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip


def setting(place: object, field: str, new: object) -> Change:
    """Make the change that gives a field of a node another value."""
    return lambda: setattr(place, field, new)


def _setting_at(values: list[ast.expr], index: int, new: ast.expr) -> Change:
    return lambda: values.__setitem__(index, new)


def _putting(slot: Slot, new: ast.expr) -> Change:
    return lambda: slot.put(new)


def _dropping(values: list[ast.keyword] | list[ast.expr], index: int) -> Change:
    return lambda: values.__delitem__(index)


def comparison(slot: Slot) -> Iterator[Change]:
    """Write another comparison: `<` becomes `<=` and `>=`, `in` becomes `not in`."""
    if isinstance(slot.node, ast.Compare):
        ops = slot.node.ops
        for place, found in enumerate(ops):
            for other in _COMPARED[type(found)]:
                yield setting(slot.node, "ops", [*ops[:place], other(), *ops[place + 1 :]])


def arithmetic(slot: Slot) -> Iterator[Change]:
    """Write another operator; of `int | float` keep one side, of `-x` and `not x` the operand."""
    node = slot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield lambda: slot.put(node.left)
        yield lambda: slot.put(node.right)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        yield setting(node, "op", _COMPUTED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp):
        yield lambda: slot.put(node.operand)


def connective(slot: Slot) -> Iterator[Change]:
    """Write `or` for `and`, and `and` for `or`."""
    if isinstance(slot.node, ast.BoolOp):
        other = ast.And() if isinstance(slot.node.op, ast.Or) else ast.Or()
        yield setting(slot.node, "op", other)


def operand(slot: Slot) -> Iterator[Change]:
    """Leave out each operand of `and` and `or`."""
    if isinstance(slot.node, ast.BoolOp):
        values = slot.node.values
        for place in range(len(values)):
            rest = values[:place] + values[place + 1 :]
            new = rest[0] if len(rest) == 1 else ast.BoolOp(slot.node.op, rest)
            yield _putting(slot, new)


def number(slot: Slot) -> Iterator[Change]:
    """Write a number one above and one below, and the other truth value."""
    if isinstance(slot.node, ast.Constant):
        value = slot.node.value
        if isinstance(value, bool):
            yield setting(slot.node, "value", not value)
        elif isinstance(value, int | float):
            yield setting(slot.node, "value", value + 1)
            yield setting(slot.node, "value", value - 1)


def text(slot: Slot) -> Iterator[Change]:
    """Put XX before a text; of a set of characters leave out the first, and the last."""
    node = slot.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not annotates(slot):
        if _holds_characters(slot.parent) and len(node.value) > 1:
            yield setting(node, "value", node.value[1:])
            yield setting(node, "value", node.value[:-1])
        else:
            yield setting(node, "value", f"XX{node.value}")


def _holds_characters(parent: ast.AST) -> bool:
    """Tell whether a text stands for its characters: in `frozenset("+-")` and `c in "+-"`."""
    if isinstance(parent, ast.Call):
        return ast.unparse(parent.func) in ("frozenset", "set")
    if isinstance(parent, ast.Compare) and isinstance(parent.ops[0], ast.In | ast.NotIn):
        return isinstance(parent.comparators[0], ast.Constant)
    return False


def axes(slot: Slot) -> Iterator[Change]:
    """Exchange the last two axes of an annotation; forget the first, or the last.

    One that no other parameter names is not forgotten: no call could tell.
    """
    node = slot.node
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and annotates(slot):
        *others, last = node.value.split()
        if others:
            yield setting(node, "value", " ".join([*others[:-1], last, others[-1]]))
        elsewhere = _axes_elsewhere(slot)
        if last in elsewhere:
            yield setting(node, "value", " ".join([*others, "_"]))
        if others and others[0] in elsewhere:
            yield setting(node, "value", " ".join(["_", *others[1:], last]))


def _axes_elsewhere(slot: Slot) -> set[str]:
    """Name the axes of the other parameters; of a result, none."""
    found = [n for n in ast.walk(slot.statement) if isinstance(n, ast.arg) and n.annotation]
    own = [parameter for parameter in found if slot.node in ast.walk(parameter)]
    texts = (ast.unparse(parameter) for parameter in found if own and parameter is not own[0])
    return {word for text in texts for word in re.findall(r"\w+", text.partition(":")[2])}


def condition(slot: Slot) -> Iterator[Change]:
    """Negate a condition that no other operator negates; let a filter pass everything."""
    node = slot.node
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not _negated_elsewhere(node.test):
        yield setting(node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.match_case) and node.guard is not None:
        yield setting(node, "guard", None)
        if not _negated_elsewhere(node.guard):
            yield setting(node, "guard", ast.UnaryOp(ast.Not(), node.guard))
    if isinstance(node, ast.comprehension):
        for place, test in enumerate(node.ifs):
            yield _setting_at(node.ifs, place, ast.Constant(True))
            if not _negated_elsewhere(test):
                yield _setting_at(node.ifs, place, ast.UnaryOp(ast.Not(), test))


def _negated_elsewhere(test: ast.expr) -> bool:
    single = isinstance(test, ast.Compare) and len(test.ops) == 1
    return single or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def piece(slot: Slot) -> Iterator[Change]:
    """Leave out each end of a slice."""
    if isinstance(slot.node, ast.Slice):
        for end in ("lower", "upper", "step"):
            if getattr(slot.node, end) is not None:
                yield setting(slot.node, end, None)


def keyword(slot: Slot) -> Iterator[Change]:
    """Leave out each keyword argument of a call; of a truth value, `number` writes the other."""
    if isinstance(slot.node, ast.Call):
        for place, found in enumerate(slot.node.keywords):
            if isinstance(found.value, ast.Constant) and isinstance(found.value.value, bool):
                continue
            yield _dropping(slot.node.keywords, place)


def default(slot: Slot) -> Iterator[Change]:
    """Demand an argument that had a default: the first by position, each by keyword."""
    if isinstance(slot.node, ast.arguments):
        if slot.node.defaults:
            yield _dropping(slot.node.defaults, 0)
        found = slot.node.kw_defaults
        for place, value in enumerate(found):
            if value is not None:
                yield setting(slot.node, "kw_defaults", [*found[:place], None, *found[place + 1 :]])


def decorator(slot: Slot) -> Iterator[Change]:
    """Leave out each decorator: @typed, too, must be missed."""
    decorators = getattr(slot.node, "decorator_list", [])
    for place, found in enumerate(decorators):
        if decorator_name(found) not in ("final", "override"):
            yield _dropping(decorators, place)
