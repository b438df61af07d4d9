"""Reading a text of axes, as jaxtyping writes them.

    "#*b h={heads} _ d/2"        axes stand between spaces
     --                          marks: # broadcast, * variadic, _ anonymous, ? within a PyTree
        --                       a label, which documents
          -------                what is left: a name, a number or an expression

Whatever jaxtyping refuses is refused here. Refused as well is what it takes though no call could
ever satisfy it, or nobody could mean it: a mark or a label without a name, a sign in front of a
number (`t -1` is two axes), an expression that Python cannot evaluate, and in expressions
whatever is neither arithmetic nor a call of Python's own functions: attributes, indices, text,
keywords, comparisons and tuples as the size itself, and fields with a format or glued to a name.
"""

import re
from dataclasses import dataclass

from typed_rope.shapes.axis import Anonymous, Axis, Fixed, Named, Shape, Sized, Span, Variadic
from typed_rope.shapes.errors import ShapeSyntaxError
from typed_rope.shapes.expression import Expression, read_expression
from typed_rope.shapes.spacing import joined

_ELEMENT = re.compile(r"\S+")
_MARKS = "#*_?"
_NEEDS_A_NAME = {
    "*": "'*' gathers axes under a name",
    "_": "'_' makes a name anonymous",
    "?": "'?' gives a name its own size in each leaf of a PyTree",
}


@dataclass(slots=True)
class _Element:
    """What stands between two spaces, while it is being read from the left."""

    whole: str
    span: Span
    start: int
    marks: dict[str, int]
    label: str | None = None

    @property
    def text(self) -> str:
        return self.whole[slice(*self.span)]

    @property
    def body(self) -> str:
        return self.whole[self.start : self.span[1]]

    @property
    def body_span(self) -> Span:
        return self.start, self.span[1]

    def refuse(self, problem: str, hint: str = "", span: Span | None = None) -> ShapeSyntaxError:
        return ShapeSyntaxError.at(self.whole, span or self.span, problem, hint)


def parse(text: str) -> Shape:
    """Read the axes that a text names; the empty text names none, and means a scalar.

    Raises: ShapeSyntaxError if it cannot be read, or if no tensor could ever have these axes.
    """
    axes: list[Axis] = []
    gathered: Axis | None = None
    for match in _ELEMENT.finditer(text):
        try:
            axis = _read(_Element(text, match.span(), match.start(), {}))
        except ShapeSyntaxError as error:
            raise _with_spacing(error, match.start()) from None
        if isinstance(axis, Variadic):
            if gathered:
                problem = f"a shape gathers axes once, and {gathered.text} does already"
                raise ShapeSyntaxError.at(text, axis.span, problem)
            gathered = axis
        axes.append(axis)
    return Shape(text, tuple(axes))


def _with_spacing(error: ShapeSyntaxError, place: int) -> ShapeSyntaxError:
    """Say what to write instead where the axis at `place` is a piece of an expression."""
    meant = joined(error.text, place)
    if meant is None:
        return error
    try:
        parse(meant)
    except ShapeSyntaxError:
        return error
    hint = f'Write "{meant}", without spaces.'
    return ShapeSyntaxError.at(error.text, error.span, error.problem, hint)


def _read(element: _Element) -> Axis:
    _check_characters(element)
    if element.text == "...":
        return Variadic(element.text, element.span, None)
    _strip_marks(element)
    body = element.body
    if not body and "_" not in element.marks:
        raise _bare(element)
    if not body or body.isidentifier():
        return _name(element)
    size = _number(body)
    if size is not None:
        _check_marks(element, "a number")
        _check_sign(element, body[0] in "+-")
        return Fixed(element.text, element.span, size, "#" in element.marks, element.label)
    _check_marks(element, "an expression")
    expression = read_expression(element.whole, *element.body_span)
    _check_sign(element, _never_positive(expression))
    return Sized(element.text, element.span, expression, "#" in element.marks, element.label)


def _check_characters(element: _Element) -> None:
    text, start = element.text, element.span[0]
    comma = text.find(",")
    if comma >= 0 and "(" not in text:
        hint = f'Write "{" ".join(text.replace(",", " ").split())}".'
        if "{" in text:
            hint = 'In braces, a comma needs round brackets around it: "{sizes[(0,1)]}".'
        problem = "axes are separated by spaces, not commas"
        raise element.refuse(problem, hint, (start + comma, start + comma + 1))
    if text.endswith("#") and text.strip(_MARKS):
        hint = f'Write "#{text[:-1]}".' if text[:-1].isidentifier() else ""
        span = (element.span[1] - 1, element.span[1])
        raise element.refuse("'#' stands in front of an axis", hint, span)
    dots = text.find("...")
    if dots >= 0 and text != "...":
        hint = 'Write "..." for any axes, "*b" for any axes with a name.'
        raise element.refuse("'...' stands alone", hint, (start + dots, start + dots + 3))


def _strip_marks(element: _Element) -> None:
    while element.body:
        mark = element.body[0]
        if mark in _MARKS:
            if mark in element.marks:
                span = (element.start, element.start + 1)
                raise element.refuse(f"'{mark}' stands here twice", "Write it once.", span)
            element.marks[mark] = element.start
            element.start += 1
        elif element.body.count("=") == 1:
            _strip_label(element)
        else:
            break


def _strip_label(element: _Element) -> None:
    label, size = element.body.split("=")
    end = element.start + len(label)
    if not label.isidentifier():
        hint = 'Write name=size, such as "h=4".'
        problem = f"{label} in front of '=' is no name" if label else "'=' needs a name before it"
        if label[-1:] in ("<", ">", "!"):
            problem, hint = "a size is a number, not a comparison", ""
        raise element.refuse(problem, hint, (element.start, end + 1))
    if not size:
        problem = f"no size stands behind '{label}='"
        raise element.refuse(problem, f'Write "{label}" or "{label}=4".', (element.start, end + 1))
    element.label, element.start = label, end + 1


def _name(element: _Element) -> Axis:
    text, span, marks, label = element.text, element.span, element.marks, element.label
    name = element.body
    if "_" in marks:
        if "#" in marks:
            problem = "an anonymous axis fits every size, and '#' adds nothing"
            at = marks["#"]
            raise element.refuse(problem, f'Write "{text.replace("#", "")}".', (at, at + 1))
        if "*" in marks:
            return Variadic(text, span, None, label=label or name or None)
        return Anonymous(text, span, label or name or None)
    if "*" in marks:
        return Variadic(text, span, name, "#" in marks, "?" in marks, label)
    return Named(text, span, name, "#" in marks, "?" in marks, label)


def _bare(element: _Element) -> ShapeSyntaxError:
    return element.refuse(f"'{element.text}' needs a name behind it")


def _number(body: str) -> int | None:
    try:
        return int(body)
    except ValueError:
        return None


def _check_marks(element: _Element, kind: str) -> None:
    for mark, reason in _NEEDS_A_NAME.items():
        if mark in element.marks:
            at = element.marks[mark]
            problem = f"{reason}, and {element.body} is {kind}"
            raise element.refuse(problem, f'Write "{element.body}".', (at, at + 1))


def _check_sign(element: _Element, signed: bool) -> None:
    if signed or element.body.startswith("+"):
        problem = "an axis has a size, and no sign"
        hint = 'Write "_" for an axis of any size.'
        if element.body.startswith("+"):
            hint = f'Write "{element.body[1:]}".'
        raise element.refuse(problem, hint, element.body_span)


def _never_positive(expression: Expression) -> bool:
    size = expression.size
    return size is not None and bool(size.terms) and all(c < 0 for _, c in size.terms)
