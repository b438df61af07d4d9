"""Does a function return what its signature promises?"""

from mypy.nodes import Expression

from typed_rope.mypy.binding import Bindings, fit
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.types import value_of
from typed_rope.mypy.flow.written import written
from typed_rope.mypy.values import UNKNOWN, Value


def check_return(frame: Frame, expression: Expression, value: Value) -> None:
    """Hold a returned value against the declared result.

    Names that the parameters bind are these axes; others are bound by what is returned.
    """
    if frame.returns is None or value == UNKNOWN:
        return
    declared = value_of(frame.returns, lambda name: _symbol(frame, name), "return")
    misfit = fit(declared, value, Bindings(), frame.state.facts)
    if misfit is not None:
        fix = f"return {written(expression)}{misfit.fix}" if misfit.fix else None
        sentence = f"{frame.name}: the result is {misfit.sentence}"
        frame.report.finding(sentence, expression, misfit.code, fix)


def _symbol(frame: Frame, name: str) -> str:
    return name if name in frame.axes or name.startswith(("{", "...")) else f"!{name}"
