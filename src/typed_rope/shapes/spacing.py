"""What was meant where spaces cut an expression in pieces: `t + 1`, `min(t, w)`, `(h d)`.

Axes are what stands between spaces, so `t + 1` is three of them, and none of the three is meant.
"""

import re

_ELEMENT = re.compile(r"\S+")
_ENDS_OPEN = re.compile(r"[-+*/%,(\[{.]$")
_BEGINS_OPEN = re.compile(r"^(?:[-+/%),\]}.]|\*{1,2}$)")


def joined(text: str, place: int) -> str | None:
    """Join the pieces around `place` to one axis; None where nothing there asks for more."""
    elements = list(_ELEMENT.finditer(text))
    words = [element.group() for element in elements]
    first = next(number for number, element in enumerate(elements) if element.end() > place)
    last = first + 1
    while first > 0 and _reaches_left(words[first:last], words[first - 1]):
        first -= 1
    while last < len(words) and _reaches_right(words[first:last], words[last]):
        last += 1
    return _glue(words[first:last]) if last - first > 1 else None


def _reaches_left(words: list[str], neighbour: str) -> bool:
    open_here = _BEGINS_OPEN.search(words[0]) or _surplus(words) < 0
    return bool(open_here or _ENDS_OPEN.search(neighbour))


def _reaches_right(words: list[str], neighbour: str) -> bool:
    open_here = _ENDS_OPEN.search(words[-1]) or _surplus(words) > 0
    return bool(open_here or _BEGINS_OPEN.search(neighbour))


def _surplus(words: list[str]) -> int:
    """Count the brackets that are opened and not closed."""
    return sum((c in "([{") - (c in ")]}") for word in words for c in word)


def _glue(words: list[str]) -> str:
    whole = words[0]
    for word in words[1:]:
        # Two names side by side in a bracket are einops' notation for their product.
        apart = not (_ENDS_OPEN.search(whole) or _BEGINS_OPEN.search(word))
        whole += f"*{word}" if apart else word
    return whole
