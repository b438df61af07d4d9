"""Every public function: its law on drawn arguments, and a sweep over every wrong layout."""

from random import Random
from typing import Any

import pytest
import torch
from drawn_cases import options, public_functions
from drawn_laws import LAWS
from hypothesis import given, settings
from hypothesis import strategies as st

from typed_rope.checking.forms import tensor_forms
from typed_rope.testing import Arguments, arguments, layout_sweep
from typed_rope.testing.draw import Options, draw_arguments
from typed_rope.testing.target import read_target

# Axes that no argument of the call can contradict: what a check at run time cannot see.
KNOWN_SILENT = {
    ("repeat_kv", "x"),  # heads of something else are repeated
    ("token_nll", "ids"),  # token ids of which nobody says how many rows they have
    ("generate", "ids"),
    ("Decoder", "ids"),
    # Where there are at least `rotary_dim` heads, nothing says that d is not h: no table has all d.
    ("rotate_halves_partial", "x"),
    ("rotate_interleaved_partial", "x"),
    # `attend` compares the heads before it chooses a backend; alone, this one leaves it to torch.
    ("attend_sdpa", "q"),
}


@pytest.mark.parametrize("name", sorted(LAWS))
def test_its_law_holds_on_drawn_arguments(name: str) -> None:
    function = public_functions()[name]

    @settings(max_examples=8, deadline=None)
    @given(arguments(function, **options(name)))
    @torch.no_grad()
    def law(found: Arguments) -> None:
        LAWS[name](found, found.call())

    law()


class _Random:
    """Draws at random, never zeros: outputs must differ for a sweep to tell."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def index(self, count: int) -> int:
        return self._random.randrange(count)

    def seed(self) -> int:
        return self._random.randrange(1, 1000)

    def value(self, given: Any) -> Any:
        return 100.0 if isinstance(given, st.SearchStrategy) else given


def without_law(functions: dict[str, Any], laws: dict[str, Any]) -> set[str]:
    return functions.keys() - laws.keys()


def test_every_public_function_has_a_law() -> None:
    assert without_law(public_functions(), LAWS) == set()
    assert LAWS.keys() - public_functions().keys() == set()


def test_a_function_without_a_law_is_noticed() -> None:
    assert without_law(
        {**public_functions(), "new": test_a_function_without_a_law_is_noticed}, LAWS
    ) == {"new"}


def takes_tensors(function: Any) -> bool:
    boundary = read_target(function).boundary
    return any(tensor_forms(parameter.form) for parameter in boundary.parameters)


SWEPT = sorted(name for name, function in public_functions().items() if takes_tensors(function))


@pytest.mark.parametrize("name", SWEPT)
@torch.no_grad()
def test_every_wrong_layout_is_refused_or_harmless(name: str) -> None:
    function, given_options = public_functions()[name], dict(options(name))
    given_options.setdefault("dtypes", torch.float32)
    names = Options.__dataclass_fields__.keys() & given_options.keys()
    asked = Options(**{key: given_options.pop(key) for key in names})
    swept = 0
    for seed in range(9):
        found = draw_arguments(read_target(function), given_options, asked, _Random(seed))
        if swept == 3 or any(1 in x.shape for x in found.values() if isinstance(x, torch.Tensor)):
            continue  # enough, or broadcast: equal sizes prove nothing
        swept += 1
        report = layout_sweep(function, found)
        silent = {(name, row.argument) for row in report.findings}
        assert silent <= KNOWN_SILENT, str(report)
    assert swept >= 1
