"""The pages of `typed-rope check --explain`: what a code means, a wrong example and its repair."""

from dataclasses import dataclass
from textwrap import dedent
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Page:
    """One error code; `wrong` and `repaired` are whole programs, tested as they stand here."""

    summary: str
    meaning: str
    wrong: str
    said: str
    """What mypy says of the wrong program."""
    repaired: str
    silencing: str

    @property
    def text(self) -> str:
        """Lay the page out."""
        blocks = [
            self.meaning,
            "Wrong:",
            _indented(self.wrong),
            "What is said:",
            _indented(self.said),
            "Repaired:",
            _indented(self.repaired),
            self.silencing,
        ]
        return "\n\n".join(blocks)


def explain(code: str) -> str:
    """Give the page of a code.

    Raises: ValueError for a code that has none, naming those that have.
    """
    page = PAGES.get(code)
    if page is None:
        known = ", ".join(PAGES)
        raise ValueError(f"no page explains {code!r}; there is one for each of: {known}")
    return f"[{code}] {page.summary}\n\n{page.text}"


def _indented(program: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in program.split("\n"))


def _block(text: str) -> str:
    return dedent(text).strip("\n")


_SIGNATURE: Final = _block('''
    from jaxtyping import Float
    from torch import Tensor

    def rotate(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> None:
        """Rotate x by the angles of its positions."""
''')


def _program(function: str) -> str:
    return f"{_SIGNATURE}\n\n{_block(function)}"


PAGES: Final[dict[str, Page]] = {
    "shape": Page(
        summary="Axes of tensors that cannot be equal.",
        meaning=_block("""
            A tensor does not fit where it is used: it has too many axes or too few, an axis has
            another size than the one it has to be equal to, or the dtype is of another family.
            Names are scoped to a function, as jaxtyping has them: those of the function that is
            called are bound by the arguments of each call, and two names of one signature are
            two axes.
        """),
        wrong=_program("""
            def block(q: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d"]) -> None:
                rotate(q, cos)
        """),
        said=_block("""
            error: rotate: cos is "t d" for "t d/2": d cannot be d/2  [shape]
        """),
        repaired=_program("""
            def block(q: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> None:
                rotate(q, cos)
        """),
        silencing=_block("""
            An axis of which nothing is known fits everywhere: this is no guess. To silence one
            line, write `# type: ignore[shape]` behind it.
        """),
    ),
    "layout": Page(
        summary="Axes of tensors in another order than declared.",
        meaning=_block("""
            A tensor has the axes that it needs in the wrong order: its names are the declared
            ones, exchanged, or a view or reshape has cut its entries into axes across the order
            that they have in memory. Nothing crashes where the axes have one size, and no check
            of sizes can tell. Other names than the declared ones bind in any order.
        """),
        wrong=_program("""
            def block(q: Float[Tensor, "b t h d"], cos: Float[Tensor, "t d/2"]) -> None:
                rotate(q, cos)
        """),
        said=_block("""
            error: rotate: x is "b t h d" for "b h t d": h and t are exchanged  [layout]
            note: Write: rotate(q.transpose(1, 2), cos)
        """),
        repaired=_program("""
            def block(q: Float[Tensor, "b t h d"], cos: Float[Tensor, "t d/2"]) -> None:
                rotate(q.transpose(1, 2), cos)
        """),
        silencing=_block("""
            Where the exchange is meant, give the function a signature that says so. To silence
            one line, write `# type: ignore[layout]` behind it.
        """),
    ),
}
"""By error code."""
