import sys

from jaxtyping import Float
from torch import Tensor, zeros

from typed_rope.checking import typed
from typed_rope.demo.calls import checked_functions, counted


@typed
def _outer(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return _inner(_inner(x))


@typed
def _inner(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return _unchecked(x)


def _unchecked(x: Tensor) -> Tensor:
    return x


class _Holder:
    @typed
    def method(self, x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x


def test_each_call_of_a_checked_function_counts_once() -> None:
    x = zeros(2, 3)
    with counted() as calls:
        _outer(x)
        _outer(x)
        _Holder().method(x)
    names = {name.rpartition(f"{__name__}.")[2]: count for name, count in calls.items()}
    assert names == {"_outer": 2, "_inner": 4, "_Holder.method": 1}


def test_nothing_counts_before_and_after() -> None:
    before = sys.getprofile()
    with counted() as calls:
        pass
    _outer(zeros(2, 3))
    assert calls.total() == 0
    assert sys.getprofile() is before


def test_checked_functions_are_found_wherever_they_are_defined() -> None:
    names = [function.__qualname__ for function in checked_functions()]
    assert {"_outer", "_inner", "_Holder.method", "rotate_halves"} <= set(names)
    assert "_unchecked" not in names
