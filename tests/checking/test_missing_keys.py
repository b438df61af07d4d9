"""What is said of a dictionary that lacks a key, and of what is no dictionary at all."""

from typing import TypedDict

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

TABLE = torch.ones(5, 8)


class Tables(TypedDict):
    cos: Float[Tensor, "t d"]
    sin: Float[Tensor, "t d"]


@typed
def turn(tables: Tables) -> None: ...


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (None, "tables is None, not Tables.\n> tables: Tables   None"),
        ([TABLE], "tables is a list, not Tables.\n> tables: Tables   list of 1"),
        (3, "tables is an int, not Tables.\n> tables: Tables   3"),
        (
            {"cos": TABLE},
            "tables has no key 'sin', which Tables requires.\n> tables: Tables   dict of 1",
        ),
        (
            {"table": TABLE},
            "tables has no key 'cos' and no 'sin', which Tables requires.\n"
            "> tables: Tables   dict of 1",
        ),
    ],
    ids=["None", "list", "number", "one missing", "both missing"],
)
def test_what_is_missing_is_named(tables: Tables, told: str) -> None:
    with pytest.raises(ShapeError) as error:
        turn(tables)
    assert str(error.value) == f"turn: {told}"
    assert (error.value.argument, error.value.fix) == ("tables", {})


def test_a_dictionary_with_every_key_is_taken() -> None:
    turn({"cos": TABLE, "sin": TABLE})
