"""What a number is, learned from the axis that it is the size of.

    self.norm = nn.LayerNorm(dim)
    self.norm(x)                      x is "b t c": from here on, dim is c

Where one number would be the size of two axes of different names, nothing is learned: layers are
shared, and signatures are seldom that exact.
"""

from typed_rope.mypy.equality import is_unknown, is_value, single
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.renaming import renamed
from typed_rope.mypy.values import Axis, Value
from typed_rope.shapes import Size


def learn(frame: Frame, number: Size | None, axis: Axis) -> None:
    """Learn that a number is the size of an axis of the function's own."""
    symbol, name = single(number), single(axis.size)
    if symbol is None or name is None or axis.broadcast or not is_value(symbol):
        return
    facts = frame.state.facts
    if is_value(name) or is_unknown(name):
        return
    if symbol in frame.learned and frame.learned[symbol] != name:
        facts.pop(symbol, None)
        frame.learned[symbol] = ""
    elif symbol not in facts and name in frame.axes:
        facts[symbol] = Size.symbol(name)
        frame.learned[symbol] = name


def by_axes(frame: Frame, value: Value) -> Value:
    """Write a value with the axes that numbers were found to be."""
    learned = {s: name for s, name in frame.learned.items() if name and s in frame.state.facts}
    return renamed(value, lambda symbol: learned.get(symbol, symbol)) if learned else value


def without(frame: Frame) -> dict[str, Size]:
    """Tell the facts that were not learned."""
    return {s: size for s, size in frame.state.facts.items() if s not in frame.learned}
