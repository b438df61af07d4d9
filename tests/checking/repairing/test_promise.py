"""Whether a function could return what it promises, once the sizes of a call are known."""

from typing import Any

import pytest
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.promise import can_be_kept
from typed_rope.shapes import Bindings

BOUND = Bindings({"d": 8, "e": 9, "t": 5})


@pytest.mark.parametrize(
    ("hint", "kept"),
    [
        (Float[Tensor, "t d/2"], True),
        (Float[Tensor, "t e/2"], False),
        (Float[Tensor, "t d-8"], True),
        (Float[Tensor, "t d-7"], True),
        (Float[Tensor, "t d-9"], False),
        (Float[Tensor, "t d/(t-5)"], True),
        (Float[Tensor, "t (e/2)*(d/4)"], False),
        (Float[Tensor, "n n/2"], True),
        (Float[Tensor, "d {heads}"], True),
        (Float[Tensor, "t c={width}/{heads}"], False),
        (Float[Tensor, "d/2 e/2"], False),
        (Float[Tensor, " e/2"] | Float[Tensor, " d/2"], True),
        (Float[Tensor, " e/2"] | Float[Tensor, " e/4"], False),
        (Float[Tensor, " e/2"] | None, True),
        (tuple[Float[Tensor, " d/2"], Float[Tensor, " d/4"]], True),
        (tuple[Float[Tensor, " d/2"], Float[Tensor, " e/2"]], False),
        (list[Float[Tensor, " e/2"]], False),
        (list[Float[Tensor, " d/2"]], True),
        (dict[str, Float[Tensor, " e/2"]], False),
        (dict[str, Float[Tensor, " d/2"]], True),
        (int, True),
    ],
    ids=str,
)
def test_a_promise_is_kept_only_with_whole_sizes(hint: Any, kept: bool) -> None:
    assert can_be_kept(form_of(hint, None), BOUND, {"heads": 3, "width": 7}) is kept


def test_no_promise_is_always_kept() -> None:
    assert can_be_kept(None, BOUND, {})
