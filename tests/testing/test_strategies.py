"""Drawn arguments fit, their sizes are distinct, and they shrink to the smallest."""

import enum
import functools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
import torch
from hypothesis import find, given, settings
from hypothesis import strategies as st
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import typed
from typed_rope.dtypes import Wide
from typed_rope.testing import Arguments, UnsolvableError, arguments
from typed_rope.testing.draw import Options, draw_arguments
from typed_rope.testing.target import read_target

SIGNATURES = 250
laws = settings(max_examples=25, deadline=None)


@typed
def turn(
    x: Float[Tensor, "b h t d"], cos: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"]
) -> Float[Tensor, "b h t d"]:
    return x * torch.cat([cos, cos], -1).to(x.dtype) if cos.ndim == 2 else x


@typed
def split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
    return torch.stack(x.chunk(heads, 2), 1)


def drawn(function: Callable[..., Any], **options: Any) -> Arguments:
    return find(arguments(function, **options), lambda _: True)


class _Random:
    """Chooses at random: a plain generator in the place of hypothesis."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def index(self, count: int) -> int:
        return self.random.randrange(count)

    def seed(self) -> int:
        return self.random.randrange(3)

    def value(self, given: Any) -> Any:
        return given


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = Path(__file__).resolve().parents[1] / "checking"
    monkeypatch.syspath_prepend(str(folder))
    return import_module("fuzz_calls")


def test_what_is_drawn_for_random_signatures_is_accepted(fuzz: Any) -> None:
    accepted = distinct = 0
    for seed in range(SIGNATURES):
        function = fuzz.build(fuzz.draw_signature(Random(seed)), lambda _: None)
        function.__annotations__.pop("return", None)
        checked = typed(function)
        target = read_target(checked)
        fixed = {"cfg": fuzz.Config(3)} if "cfg" in target.boundary.names else {}
        try:
            found = draw_arguments(target, fixed, Options(), _Random(seed))
        except UnsolvableError:
            continue
        found.call(checked)
        sizes = list(found.sizes.values())
        distinct += len(set(sizes)) == len(sizes) and 1 not in sizes
        accepted += 1
    assert accepted > SIGNATURES * 0.85
    # A few of these signatures have no such sizes: `a-a` and `{n}*0` among them.
    assert distinct > accepted * 0.98


@laws
@given(arguments(turn))
def test_computed_sizes_are_distinct_too(found: Arguments) -> None:
    b, h, t, d = found["x"].shape
    assert len({b, h, t, d, d // 2}) == 5
    assert d % 2 == 0
    found.call()


@laws
@given(arguments(split))
def test_no_other_axis_is_a_multiple_of_a_divisor(found: Arguments) -> None:
    b, t, c = found["x"].shape
    heads = found["heads"]
    assert c % heads == 0
    assert b % heads != 0
    assert t % heads != 0
    assert len({b, t, c, heads, c // heads}) == 5


def test_a_failing_example_shrinks_to_the_smallest_sizes() -> None:
    assert drawn(turn).sizes == {"b": 2, "h": 3, "t": 4, "d": 10}
    large = find(arguments(turn), lambda a: a["x"].shape[2] > 4)
    assert large.sizes == {"b": 2, "h": 3, "t": 5, "d": 8}
    assert torch.equal(large["x"], torch.zeros(2, 3, 5, 8))


def test_distinct_sizes_can_be_declined() -> None:
    assert drawn(turn, distinct=False).sizes == {"b": 1, "h": 1, "t": 1, "d": 2}


def test_sizes_are_fixed_or_restricted() -> None:
    found = drawn(turn, sizes={"d": 14, "t": range(9, 20), "h": st.just(6)})
    assert found.sizes == {"b": 2, "h": 6, "t": 9, "d": 14}


def test_a_given_tensor_settles_the_sizes_of_the_others() -> None:
    found = drawn(turn, cos=torch.zeros(5, 4))
    assert found.sizes == {"b": 2, "h": 3, "t": 5, "d": 8}


def test_a_divisor_is_respected_where_it_is_declared() -> None:
    def attend(q: Float[Tensor, "b h d"], k: Float[Tensor, "b g d"]) -> None:
        del q, k

    @laws
    @given(arguments(attend, multiples={"h": "g"}))
    def law(found: Arguments) -> None:
        b, h, d = found["q"].shape
        g = found["k"].shape[1]
        assert h % g == 0
        assert b % g != 0
        assert d % g != 0
        assert len({b, h, d, g, h // g}) == 5

    law()


@dataclass
class State:
    k: Float[Tensor, "b t {heads}"]
    heads: int


class Color(enum.Enum):
    RED = 1


def _many(
    a: Float[Tensor, " t"],
    /,
    flag: bool,
    mode: Literal["x", "y"],
    color: Color,
    *rest: Float[Tensor, "t *b"],  # noqa: F821 # ruff reads it as an unpacked hint
    scale: float,
    default: int = 4,
    **named: Float[Tensor, "*b t"],
) -> tuple[Any, ...]:
    return a, flag, mode, color, rest, scale, default, named


@laws
@given(arguments(_many))
def test_every_kind_of_parameter_arrives(found: Arguments) -> None:
    a, flag, mode, color, rest, scale, default, named = found.call(typed(_many))
    assert isinstance(flag, bool)
    assert mode in ("x", "y")
    assert color is Color.RED
    assert isinstance(scale, float)
    assert default == 4
    assert len(rest) >= 1
    assert all(x.shape[:-1] == rest[0].shape[1:] for x in named.values())
    assert {x.shape[0] for x in rest} == {a.shape[0]}


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.heads = 6
        self.linear = nn.Linear(6, 6, dtype=torch.float64)

    @typed
    def forward(self, x: Float[Tensor, "b t h={self.heads}"]) -> Float[Tensor, "b t h"]:
        y: Tensor = self.linear(x)
        return y

    @staticmethod
    @typed
    def twice(x: Float[Tensor, "b t"]) -> Float[Tensor, "b 2*t"]:
        return torch.cat([x, x], 1)


@pytest.mark.parametrize(
    "function",
    [Layer(), Layer().forward, Layer.twice, functools.partial(split, heads=3), State],
    ids=["module", "method", "static", "partial", "class"],
)
def test_whatever_can_be_called_can_be_drawn_for(function: Any) -> None:
    @laws
    @given(arguments(function))
    def law(found: Arguments) -> None:
        found.call()

    law()


def test_an_example_is_shown_without_its_values() -> None:
    assert repr(drawn(split)) == "Arguments(x=<float32 (3, 5, 8), zeros>, heads=2)"


def _halves(x: Float[Tensor, "t d"], y: Float[Tensor, "t d/2"]) -> None:
    del x, y


def _needs(x: Float[Tensor, " t"], generator: torch.Generator) -> None:
    del x, generator


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (_halves, {"sizes": {"d": 7}}, "_halves: no sizes make d/2 whole numbers with d = 7."),
        (
            _halves,
            {"y": torch.zeros(5, 4), "sizes": {"d": [6, 10]}},
            "_halves: no sizes make d/2 = 4 whole numbers with d in [6, 10], t = 5.",
        ),
        (_needs, {}, "nobody can guess a Generator: give generator=, a value or a strategy."),
        (
            _halves,
            {"multiples": {"t": "g"}},
            "multiples: no axis of this call is named g.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(function: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsolvableError) as error:
        drawn(function, **options)
    assert str(error.value) == message


def test_a_strange_name_is_refused_at_once() -> None:
    with pytest.raises(TypeError) as error:
        arguments(_halves, z=3)
    assert str(error.value) == "arguments: _halves has no parameter z; it has x, y."


def test_without_hypothesis_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import typed_rope.testing as testing\n"
        "testing.layout_sweep, testing.check_model\n"
        "try: testing.arguments\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == (
        "typed_rope.testing draws with the package hypothesis: pip install 'typed-rope[testing]'\n"
    )
