"""Who is blamed, and what a program can read off the error; the messages are in test_gallery.py."""

import copy
import pickle
from collections.abc import Callable
from itertools import combinations, permutations

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, H, G, T, S, D, E = 2, 6, 3, 5, 7, 8, 9


@typed
def rotate(
    x: Float[Tensor, "b h t d"],
    cos: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
    sin: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
) -> Float[Tensor, "b h t d"]:
    return x


@typed
def split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
    b, t, c = x.shape
    return x.view(b, t, heads, c // heads)  # the transpose is forgotten


@typed
def agree(x: Float[Tensor, "b t d"], y: Float[Tensor, "b t d"], z: Float[Tensor, "b t d"]) -> None:
    return None


def f(*sizes: int) -> Tensor:
    return torch.zeros(*sizes)


x, table = f(B, H, T, D), f(T, D // 2)


def refused(call: Callable[[], object]) -> ShapeError:
    with pytest.raises(ShapeError) as error:
        call()
    return error.value


def test_the_parts_of_a_refusal_are_attributes() -> None:
    error = refused(lambda: rotate(x.transpose(1, 2), table, table))
    assert error.function == "rotate"
    assert error.argument == "x"
    assert error.fix == {"x": "x.transpose(1, 2)"}
    assert error.declared["cos"] == 'Float[Tensor, "t d/2"]'
    assert error.actual["x"] == "float32 (2, 5, 6, 8)"
    assert error.bindings == {"b": B, "h": H, "t": T, "d": D}


def test_a_wrong_result_has_no_fix_for_the_caller() -> None:
    error = refused(lambda: split(f(B, T, 12), 3))
    assert (error.argument, dict(error.fix)) == ("return", {})


@pytest.mark.parametrize(
    "copied",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_copy_has_the_same_text_attributes_and_notes(
    copied: Callable[[ShapeError], ShapeError],
) -> None:
    error = refused(lambda: rotate(x.transpose(1, 2), table, table))
    error.add_note("in the third layer")
    again = copied(error)
    assert type(again) is ShapeError
    assert str(again) == str(error)
    names = ("function", "argument", "declared", "actual", "bindings", "fix", "__notes__")
    for name in names:
        assert getattr(again, name) == getattr(error, name)


@pytest.mark.parametrize("wrong", "xyz")
@pytest.mark.parametrize("axis", range(3))
def test_one_against_two_is_to_blame(wrong: str, axis: int) -> None:
    sizes = [B, T, D]
    sizes[axis] = 11
    arguments = {name: f(*sizes) if name == wrong else f(B, T, D) for name in "xyz"}
    error = refused(lambda: agree(**arguments))
    assert error.argument == wrong
    assert [row for row in str(error).splitlines() if row.startswith(">")] == [
        row for row in str(error).splitlines() if f" {wrong}:" in row
    ]


@pytest.mark.parametrize("pair", list(combinations("xyz", 2)), ids="".join)
def test_two_that_agree_against_one_are_not_to_blame(pair: tuple[str, str]) -> None:
    (alone,) = set("xyz") - set(pair)
    arguments = {name: f(B, 11, D) if name in pair else f(B, T, D) for name in "xyz"}
    assert refused(lambda: agree(**arguments)).argument == alone


@pytest.mark.parametrize(("left", "right"), list(permutations("xyz", 2)))
def test_where_two_disagree_both_repairs_are_shown(left: str, right: str) -> None:
    names = sorted((left, right))

    @typed
    def two(x: Float[Tensor, "b t"], y: Float[Tensor, "b t"]) -> None:
        return None

    values = {left: f(B, T), right: f(T, B)}
    error = refused(lambda: two(*(values[name] for name in names)))
    assert str(error).splitlines()[-1] == (
        "Write: two(x.transpose(0, 1), y) or two(x, y.transpose(0, 1))"
    )
