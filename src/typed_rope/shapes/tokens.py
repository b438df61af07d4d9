"""The words of an expression: names, numbers, operators, brackets and fields, in the right order.

The order is checked here, word by word, because "an operand is missing behind '+'" with a caret
under the plus helps more than Python's own "invalid syntax":

    d/2+{n}      operand  operator  operand  operator  field
    2d           two operands in a row: refused, write 2*d
    t+           an operator with nothing behind it: refused
"""

import builtins
import keyword
import re
from dataclasses import dataclass
from typing import Literal

from typed_rope.shapes.errors import ShapeSyntaxError
from typed_rope.shapes.fields import find_field_end

Kind = Literal["number", "name", "field", "operator", "open", "close", "comma"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression, and where it stands in the whole text."""

    kind: Kind
    text: str
    span: tuple[int, int]


_WORD = re.compile(
    r"(?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\*\*|//|<<|>>|[=!<>]=|[-+*/%<>&|^~])"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)"
)
_KINDS: dict[str, Kind] = {
    kind: kind for kind in ("number", "name", "operator", "open", "close", "comma")
}
_ATTRIBUTE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_SIGNS = frozenset("+-~")
_ENDS_OPERAND = frozenset({"number", "name", "field", "close"})
_NAMED = 'Write name=size, such as "h=4".'


def tokenize(text: str, start: int, stop: int) -> list[Token]:
    """Split `text[start:stop]` into words that follow each other as in an expression.

    Raises: ShapeSyntaxError at the first word that is unknown or out of place.
    """
    tokens = _split(text, start, stop)
    _check_brackets(text, tokens)
    _check_order(text, tokens)
    return tokens


def _split(text: str, start: int, stop: int) -> list[Token]:
    tokens: list[Token] = []
    while start < stop:
        if text[start] == "{" and not text.startswith("{{", start):
            end = find_field_end(text, start, stop)
            tokens.append(Token("field", text[start:end], (start, end)))
        elif (match := _WORD.match(text, start, stop)) and match.lastgroup:
            end = match.end()
            tokens.append(Token(_KINDS[match.lastgroup], match.group(), (start, end)))
        else:
            raise _unknown(text, start, stop)
        start = end
    return tokens


def _unknown(text: str, place: int, stop: int) -> ShapeSyntaxError:
    character = text[place]
    span = (place, place + 1)
    if character == ".":
        for dotted in _ATTRIBUTE.finditer(text, 0, stop):
            if dotted.start() < place < dotted.end():
                hint = f'Write "{{{dotted.group()}}}" for a value of the call\'s arguments.'
                return ShapeSyntaxError.at(text, dotted.span(), "an axis has no attributes", hint)
    if text.startswith(("{{", "}}"), place):
        problem = f"'{character * 2}' is a brace as text, and no size holds one"
        return ShapeSyntaxError.at(text, (place, place + 2), problem)
    if character == "}":
        return ShapeSyntaxError.at(text, span, "'}' closes nothing")
    if character == "=":
        return ShapeSyntaxError.at(text, span, "'=' stands here twice", _NAMED)
    if character in "#?":
        problem = f"'{character}' stands in front of an axis, not in an expression"
        return ShapeSyntaxError.at(text, span, problem)
    return ShapeSyntaxError.at(text, span, f"{character} means nothing in an axis")


def _check_brackets(text: str, tokens: list[Token]) -> None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close":
            if not opened or opened[-1].text + token.text not in ("()", "[]"):
                problem = f"'{token.text}' closes nothing"
                raise ShapeSyntaxError.at(text, token.span, problem)
            opened.pop()
    if opened:
        problem = f"'{opened[-1].text}' is never closed"
        raise ShapeSyntaxError.at(text, opened[-1].span, problem)


def _check_order(text: str, tokens: list[Token]) -> None:
    before: Token | None = None
    for token in tokens:
        ended = before if before and before.kind in _ENDS_OPERAND else None
        if token.kind in ("number", "name", "field"):
            _check_word(text, token)
            if ended:
                raise _glued(text, ended, token)
        elif token.kind == "open":
            if ended:
                _check_call(text, ended, token)
        elif ended and token.text == "~":
            raise _glued(text, ended, token)
        elif not ended and not _needs_no_operand(before, token):
            raise _missing(text, before, token)
        before = token
    if before and before.kind not in _ENDS_OPERAND:
        raise _missing(text, before, before)


def _needs_no_operand(before: Token | None, token: Token) -> bool:
    if token.kind == "operator":
        return token.text in _SIGNS
    return token.kind == "close" and before is not None and before.kind in ("open", "comma")


def _check_word(text: str, token: Token) -> None:
    if token.kind != "name":
        return
    if keyword.iskeyword(token.text):
        problem = f"'{token.text}' is a word of Python's own, and no axis"
        raise ShapeSyntaxError.at(text, token.span, problem)
    if token.text.startswith("_"):
        problem = f"{token.text} is anonymous, and has no size to compute with"
        hint = "Leave out the '_', here and where the axis stands alone."
        raise ShapeSyntaxError.at(text, token.span, problem, hint)


def _check_call(text: str, called: Token, bracket: Token) -> None:
    span = (called.span[0], bracket.span[1])
    if bracket.text == "[":
        problem = f"{called.text} cannot be indexed"
        hint = 'Write "{sizes[0]}" for a value of the call\'s arguments.'
        raise ShapeSyntaxError.at(text, span, problem, hint)
    if called.kind != "name":
        raise _glued(text, called, bracket)
    if not hasattr(builtins, called.text):
        problem = f"{called.text} is an axis, and no function of Python's own"
        hint = f'Write "{called.text}*(" to multiply.'
        raise ShapeSyntaxError.at(text, called.span, problem, hint)


def _glued(text: str, left: Token, right: Token) -> ShapeSyntaxError:
    problem = f"an operator is missing between {left.text} and {right.text}"
    hint = 'Write "*" between them to multiply.'
    return ShapeSyntaxError.at(text, (left.span[0], right.span[1]), problem, hint)


def _missing(text: str, before: Token | None, token: Token) -> ShapeSyntaxError:
    if before and before.kind in ("operator", "comma"):
        token, side = before, "behind"
    else:
        side = "in front of"
    problem = f"nothing stands {side} '{token.text}'"
    return ShapeSyntaxError.at(text, token.span, problem)
