"""Refusals that take long to explain: many tensors, many axes, all sizes free or alike.

    python tests/checking/fix_worst.py

The times are the processor's, of one thread, the best of five: what the machine does besides is not
counted. The first is the explanation alone, the second all of the refused call.
"""

import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, refuse, typed
from typed_rope.checking.explaining import explain


@typed
def five(
    v: Float[Tensor, "a b c d e f"],
    w: Float[Tensor, "a b c d e f"],
    x: Float[Tensor, "a b c d e f"],
    y: Float[Tensor, "a b c d e f"],
    z: Float[Tensor, "f e d c b a"],
) -> None:
    return None


@typed
def free(x: Float[Tensor, "a b c d e f"], y: Float[Tensor, " f"]) -> None:
    return None


@typed
def many(parts: list[Float[Tensor, "b t d"]]) -> None:
    return None


@typed
def named(parts: dict[str, Float[Tensor, "b t d"]], x: Float[Tensor, " d"]) -> None:
    return None


@typed
def unions(
    x: Float[Tensor, "a b c d"] | Float[Tensor, "a b c"] | None,
    y: Float[Tensor, "c d a b"] | Float[Tensor, "c a b"] | None,
    z: Float[Tensor, "d a b/2"] | Float[Tensor, "a b*2"] | None,
) -> None:
    return None


@typed
def eight(
    a: Float[Tensor, "s t"],
    b: Float[Tensor, "t u"],
    c: Float[Tensor, "u v"],
    d: Float[Tensor, "v w"],
    e: Float[Tensor, "w x"],
    f: Float[Tensor, "x y"],
    g: Float[Tensor, "y z"],
    h: Float[Tensor, "z s"],
) -> None:
    return None


def _zeros(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


def worst_calls() -> dict[str, Callable[[], Any]]:
    """Return the calls, by what makes them hard."""
    whole = _zeros(2, 3, 4, 5, 6, 7)
    alike = _zeros(2, 2, 2, 2, 2, 2)
    rows = [_zeros(3, 4, 5)] * 50
    ring = [_zeros(n, n + 1) for n in range(2, 9)]
    return {
        "5 tensors of 6 axes, one shuffled": lambda: five(
            whole, whole, whole, whole.permute(2, 0, 1, 5, 3, 4), whole.permute(5, 4, 3, 2, 1, 0)
        ),
        "5 tensors of 6 axes, two shuffled": lambda: five(
            whole,
            whole.permute(1, 2, 0, 3, 4, 5),
            whole,
            whole.permute(2, 0, 1, 5, 3, 4),
            whole.permute(5, 4, 3, 2, 1, 0),
        ),
        "5 tensors of 6 axes, nothing fits": lambda: five(
            whole, whole[:1], whole[:, :1], whole[:, :, :1], whole[..., :1]
        ),
        "6 axes alike": lambda: free(alike, _zeros(3)),
        "6 free axes": lambda: free(whole, _zeros(6)),
        "101 items, one shuffled": lambda: many([*rows, rows[0].transpose(1, 2), *rows]),
        "100 items, each of another size": lambda: many([_zeros(3, 4, n) for n in range(100)]),
        "51 keys, one wrong": lambda: named(
            {f"k{n}": row for n, row in enumerate([*rows, _zeros(4, 3, 5)])}, _zeros(5)
        ),
        "3 unions": lambda: unions(
            _zeros(3, 4, 5, 6), _zeros(5, 6, 4, 3), _zeros(6, 3, 2).unsqueeze(1)
        ),
        "8 tensors in a ring": lambda: eight(*ring, _zeros(9, 11)),  # type: ignore[call-arg] # 7 and 1,
    }


def measured(call: Callable[[], Any], times: int = 5) -> tuple[float, float, str]:
    """Return seconds of a refusal, of its explanation, and the first line."""
    explained: list[float] = []
    whole: list[float] = []
    text = ""

    def timed(*arguments: Any) -> ShapeError:
        began = time.thread_time()
        error = explain.refusal(*arguments)
        explained.append(time.thread_time() - began)
        return error

    for _ in range(times):
        began = time.thread_time()
        try:
            with patch.object(refuse, "refusal", timed):
                call()
        except ShapeError as error:
            text = str(error).splitlines()[0]
        whole.append(time.thread_time() - began)
    return min(whole), min(explained), text


def main() -> None:
    for title, call in worst_calls().items():
        whole, within, text = measured(call)
        print(f"{within * 1e3:6.1f} ms of {whole * 1e3:6.1f}  {title}: {text}")


if __name__ == "__main__":
    main()
