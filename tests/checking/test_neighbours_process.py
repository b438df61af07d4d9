"""Checked functions in notebooks, in rewritten tests, in copies, in other processes and threads."""

import copy
import linecache
import multiprocessing
import pickle
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

pytest_plugins = ["pytester"]

B, T, D = 3, 5, 8
X, W, SHORT = torch.randn(B, T, D), torch.randn(D), torch.randn(D - 2)


@typed
def scale(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


@typed
@dataclass
class State:
    x: Float[Tensor, "b t d"]
    w: Float[Tensor, " d"]

    @typed
    def scaled(self, times: Float[Tensor, " {len(self.w)}"]) -> Float[Tensor, "b t d"]:
        return self.x * self.w * times


@typed
class Pair(NamedTuple):
    x: Float[Tensor, "b t d"]
    w: Float[Tensor, " d"]


# ---- notebooks


CELL = """
@typed
def product(x: Float[Tensor, "{axes}"], w: Float[Tensor, " d"]) -> "Float[Tensor, '{axes}']":
    return x * w
"""


def _run(names: dict[str, Any], cell: str, number: int) -> None:
    """Run a cell as IPython does: under a name of its own, with its lines in linecache."""
    filename = f"<ipython-input-{number}-0123456789ab>"
    linecache.cache[filename] = (len(cell), None, cell.splitlines(keepends=True), filename)
    exec(compile(cell, filename, "exec"), names)


def test_a_cell_may_define_check_and_define_again() -> None:
    names: dict[str, Any] = {"__name__": "__main__", "typed": typed, "Float": Float}
    names["Tensor"] = Tensor
    _run(names, CELL.format(axes="b t d"), 1)
    first = names["product"]
    assert torch.equal(first(X, W), X * W)
    with pytest.raises(ShapeError):
        first(X[0], W)
    _run(names, CELL.format(axes="t d"), 2)
    assert torch.equal(names["product"](X[0], W), X[0] * W)
    with pytest.raises(ShapeError) as error:
        names["product"](X, W)
    assert torch.equal(first(X, W), X * W)
    last = traceback.extract_tb(error.value.__traceback__)[-1]
    assert last.filename == "<ipython-input-2-0123456789ab>"
    assert (last.line or "").startswith("def product(x")


def test_a_definition_without_source_is_checked() -> None:
    names: dict[str, Any] = {"typed": typed, "Float": Float, "Tensor": Tensor}
    exec(CELL.format(axes="b t d"), names)
    assert torch.equal(names["product"](X, W), X * W)
    with pytest.raises(ShapeError) as error:
        names["product"](X, SHORT)
    assert str(error.value) == (
        "product: w has d = 6, where x has d = 8.\n"
        '> x: Float[Tensor, "b t d"]   float32 (3, 5, 8)   d = 8\n'
        '> w: Float[Tensor, "d"]       float32 (6,)        d = 6'
    )


# ---- tests


def test_a_refusal_within_a_rewritten_assertion_is_reported(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest, torch
        from jaxtyping import Float
        from torch import Tensor
        from typed_rope.checking import typed

        @typed
        def half(x: Float[Tensor, "t d"], y: Float[Tensor, "t d/2"]) -> Float[Tensor, "t d"]:
            assert x.shape[0] == 5, "rewritten"
            return x

        @pytest.fixture
        @typed
        def table() -> Float[Tensor, "t d"]:
            return torch.zeros(5, 8)

        def test_right(table):
            assert half(table, torch.zeros(5, 4)).shape == (5, 8)

        def test_wrong(table):
            assert half(table, torch.zeros(5, 3)).shape == (5, 8)

        def test_body():
            half(torch.zeros(6, 8), torch.zeros(6, 4))
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["E *ShapeError: half: y has 3 where d/2 is 4*"])
    result.stdout.fnmatch_lines(["E *AssertionError: rewritten"])


# ---- copies


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_checked_as_the_originals_are(name: str) -> None:
    again = COPIES[name]
    assert again(scale) is scale
    assert again(State) is State
    for call in (again(partial(scale, X)), again(State(X, W)).scaled):
        assert call(W).shape == (B, T, D)
        with pytest.raises(ShapeError):
            call(SHORT)
    pair = again(Pair(X, W))
    assert type(pair) is Pair
    with pytest.raises(ShapeError):
        pair._replace(w=SHORT)


def test_a_refusal_crosses_the_border_of_a_spawned_process() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert torch.equal(pool.submit(scale, X, W).result(), X * W)
        refused = pool.submit(scale, X, SHORT).exception()
    assert isinstance(refused, ShapeError)
    assert (refused.function, refused.argument) == ("scale", "w")


# ---- threads


def test_calls_that_overlap_in_threads_have_axes_of_their_own() -> None:
    inside = threading.Barrier(4, timeout=60)

    @typed
    def meet(x: Float[Tensor, "b t"], y: Float[Tensor, "t b"]) -> Float[Tensor, "b t"]:
        inside.wait()  # all four calls are bound now, and none has returned
        return x if x.shape[0] % 2 else y  # of even sizes the result is wrong

    outcomes = dict[int, object]()

    def run(size: int) -> None:
        try:
            outcomes[size] = meet(torch.zeros(size, size + 4), torch.zeros(size + 4, size)).shape
        except ShapeError as error:
            outcomes[size] = error.argument

    threads = [threading.Thread(target=run, args=(size,)) for size in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {2: "return", 3: (3, 7), 4: "return", 5: (5, 9)}
