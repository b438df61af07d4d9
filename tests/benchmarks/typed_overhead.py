"""What checks cost at each call: `@typed` beside jaxtyping with beartype and the bare function.

A call of a class makes an instance, of three tensors as in a call of the functions.

    python tests/benchmarks/typed_overhead.py

The functions return an argument, so that a call is nothing but its checks. The variants take turns,
round by round, in one process. The table has the medians; the checks are what remains of a call
without the bare function's, and "at best" is that of the quietest round.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from beartype import BeartypeConf, beartype
from jaxtyping import Float, jaxtyped
from torch import Tensor

from typed_rope.checking import typed

B, H, T, D = 2, 6, 5, 8
X, COS = torch.zeros(B, H, T, D), torch.zeros(T, D // 2)

Table = Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"]


def names_alone(
    x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t e"], sin: Float[Tensor, "t e"]
) -> Any:
    return x


def with_expressions(
    x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]
) -> Any:
    return x


def with_a_result(
    x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]
) -> Float[Tensor, "b h t d"]:
    return x


def with_unions(x: Float[Tensor, "b h t d"], cos: Table, sin: Table) -> Float[Tensor, "b h t d"]:
    return x


def record(**options: Any) -> Any:
    @dataclass(**options)
    class Record:
        x: Float[Tensor, "b h t d"]
        cos: Float[Tensor, "t d/2"]
        sin: Float[Tensor, "t d/2"]

    return Record


def with_post_init() -> Any:
    @dataclass
    class Record:
        x: Float[Tensor, "b h t d"]
        cos: Float[Tensor, "t d/2"]
        sin: Float[Tensor, "t d/2"]

        def __post_init__(self) -> None:
            pass

    return Record


def named_tuple() -> Any:
    class Record(NamedTuple):
        x: Float[Tensor, "b h t d"]
        cos: Float[Tensor, "t d/2"]
        sin: Float[Tensor, "t d/2"]

    return Record


# What is called, made anew for each variant: a class is decorated in place.
CALLED: dict[str, Callable[[], Callable[..., Any]]] = {
    "names alone": lambda: names_alone,
    "with expressions": lambda: with_expressions,
    "with a result": lambda: with_a_result,
    "with unions": lambda: with_unions,
    "a dataclass": record,
    "a frozen dataclass": lambda: record(frozen=True),
    "a slotted dataclass": lambda: record(slots=True),
    "with __post_init__": with_post_init,
    "a NamedTuple": named_tuple,
}


def variants(make: Callable[[], Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    judge = beartype(conf=BeartypeConf(is_pep484_tower=True))
    return {
        "bare": make(),
        "typed": typed(make()),
        "jaxtyped": jaxtyped(make(), typechecker=judge),
    }


def seconds_of_a_call(called: Callable[..., Any], calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
        called(X, COS, COS)
    return (time.perf_counter() - began) / calls


def measure(made: dict[str, Callable[..., Any]], rounds: int, calls: int) -> dict[str, list[float]]:
    """Return variant -> seconds of a call, in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(rounds):
        for name, variant in made.items():
            seconds[name].append(seconds_of_a_call(variant, calls))
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--calls", type=int, default=200, help="in each round")
    options = parser.parse_args()
    columns = f"{'bare':>8}{'typed':>8}{'jaxtyped':>10}{'checks':>10}{'at best':>10}"
    print(f"{'microseconds of a call':24}{columns}")
    for name, make in CALLED.items():
        seconds = measure(variants(make), options.rounds, options.calls)
        bare, checked, judged = (1e6 * statistics.median(seconds[name]) for name in seconds)
        best = 1e6 * (min(seconds["typed"]) - min(seconds["bare"]))
        costs = f"{bare:8.2f}{checked:8.2f}{judged:10.2f}{checked - bare:10.2f}{best:10.2f}"
        print(f"{name:24}{costs}")


if __name__ == "__main__":
    main()
