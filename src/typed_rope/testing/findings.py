"""Dependences that should not be, in plain words."""

from collections.abc import Iterable, Iterator, Mapping

from typed_rope.testing.axis_names import Labels
from typed_rope.testing.model_report import Dependence

_BATCH = ("b", "axis 0")
_TOKENS = ("t", "axis 1")


def findings(
    rows: Iterable[Dependence], labels: Mapping[str, Labels], *, causal: bool
) -> Iterator[str]:
    """Yield a sentence for each batch leak, and for each query that sees the future."""
    for row in rows:
        unnamed = row.source not in labels or row.target not in labels
        if _is_same(row, _BATCH) and row.verdict not in ("none", "same"):
            yield _leak(row) + (_NAMES if unnamed else "")
        elif _is_same(row, _TOKENS) and row.verdict.startswith("up to "):
            steps = row.verdict.removeprefix("up to ").removesuffix(" ahead")
            yield (
                f"{row.target} sees the future: a token depends on tokens of {row.source} up to "
                f"{steps} after it. The causal mask is off by that much."
            )
        elif causal and _is_same(row, _TOKENS) and _looks_ahead(row.verdict):
            yield (
                f"{row.target} sees the future: a token depends on tokens of {row.source} after "
                "it, though the model is said to be causal."
            )


def _looks_ahead(verdict: str) -> bool:
    return verdict in ("all", "same and later") or "ahead to" in verdict


def _leak(row: Dependence) -> str:
    return (
        f"{row.target} leaks between rows of the batch: {row.target_axis} of the output depends on "
        f"other positions of {row.source_axis} of {row.source}."
    )


_NAMES = ' If that axis is not the batch, name the axes: axes={"x": "t b c", "return": "t b c"}.'


def _is_same(row: Dependence, names: tuple[str, str]) -> bool:
    """Tell whether both are the axis in question, by name or, without names, by place."""
    return row.source_axis in names and row.target_axis in names


__all__ = ["findings"]
