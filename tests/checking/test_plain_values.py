"""Values without tensors: what an `isinstance` can say of them, and beartype of all others."""

import warnings
from abc import ABC
from collections.abc import Callable, Iterable
from typing import Any, Literal, Protocol, Sequence, runtime_checkable  # noqa: UP035 # the case

import pytest
import torch

from typed_rope.checking.hints import Unfinished
from typed_rope.checking.plain import StandIn, beartype_condition, is_plain, simple_condition
from typed_rope.checking.source import Source


class Base: ...


class Derived(Base): ...


class Abstract(ABC):  # noqa: B024 # only its metaclass counts
    pass


@Abstract.register
class Registered: ...


@runtime_checkable
class Reader(Protocol):
    def read(self) -> int: ...


class Writer(Protocol):
    def write(self) -> int: ...


class File:
    def read(self) -> int:
        return 3


LATER = Unfinished("Later", (), {"__module__": __name__, "__qualname__": "Later"})


class Later: ...


# Simple or not, what fits, and what does not.
CASES: dict[str, tuple[Any, bool, list[object], list[object]]] = {
    "int": (int, True, [3, True], [3.0, "3", None]),
    "float": (float, True, [3, 3.0], ["3", 3j, None]),
    "complex": (complex, True, [3, 3.0, 3j], ["3", None]),
    "str": (str, True, ["", "x"], [3, None]),
    "None": (None, True, [None], [0, ""]),
    "NoneType": (type(None), True, [None], [0, ""]),
    "union": (int | str, True, [3, "x"], [3.0, None]),
    "optional": (Base | None, True, [None, Derived()], [Base, 3]),
    "union with floats": (str | float, True, [3, 3.0, "x"], [None, 3j]),
    "class": (Base, True, [Base(), Derived()], [Base, object()]),
    "abstract class": (Abstract, True, [Registered()], [Base()]),
    "class to come": (LATER, True, [Later()], [Base(), LATER]),
    "words": (Literal["a", "b"], True, ["a", "b"], ["c", "", None, 3, ["a"]]),
    "numbers": (Literal[1, "a"], False, [1, "a"], [2, "b"]),
    "protocol": (Reader, False, [File()], [Base()]),
    "list": (list[int], False, [[3], []], [(3,), ["3"], 3]),
    "union with a list": (list[int] | str, False, [[3], "x"], [3, ["x"]]),
    "call": (Callable[[int], int], False, [len], [3]),
    "class of a kind": (type[Base], False, [Base, Derived], [int, Base()]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_simple_hint_is_one_condition(case: str) -> None:
    hint, simple, right, wrong = CASES[case]
    source = Source()
    assert simple_condition(source, hint, "value", "return False") == simple
    assert len(source.lines) == simple
    if simple:
        source.line("return True")
        check = source.function("check", "value", [])
        assert all(check(value) for value in right)
        assert not any(check(value) for value in wrong)


@pytest.mark.parametrize("case", CASES)
def test_beartype_says_the_same_of_a_value(case: str) -> None:
    hint, _, right, wrong = CASES[case]
    source = Source()
    beartype_condition(source, hint, "value", "return False", function="f")
    source.line("return True")
    check = source.function("check", "value", [])
    for value in right:
        assert check(value)
        assert is_plain(value, hint)
    for value in wrong:
        assert not check(value)
        assert not is_plain(value, hint)


def test_a_symbolic_number_is_one_of_its_kind() -> None:
    size, real = torch.SymInt(None), torch.SymFloat(None)  # type: ignore[no-untyped-call] # torch's
    for hint, fits in ((int, True), (float, True), (str, False), (list[int], False)):
        assert is_plain(size, hint) == fits
    for hint, fits in ((int, False), (float, True), (str, False)):
        assert is_plain(real, hint) == fits
    for hint, fits in ((int, True), (float, True), (str, False)):
        source = Source()
        simple_condition(source, hint, "value", "return False")
        source.line("return True")
        assert source.function("check", "value", [])(size) == fits


def test_a_hint_of_typing_is_read_without_a_warning() -> None:
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        assert is_plain([3], Sequence[int])
        beartype_condition(Source(), Sequence[int], "value", "return", function="f")
    assert raised == []


@pytest.mark.parametrize(
    ("hint", "reason"),
    [
        (3, "beartype cannot check a value by the hint 3. Write another"),
        (
            Writer,
            "Writer is a Protocol that nobody can check at run time. Decorate it with "
            "@typing.runtime_checkable",
        ),
    ],
)
def test_a_hint_that_cannot_be_checked_is_refused_in_the_name_of_the_function(
    hint: Any, reason: str
) -> None:
    with pytest.raises(TypeError) as error:
        beartype_condition(Source(), hint, "value", "return", function="scale")
    assert str(error.value) == (
        f"typed: scale: {reason}, or have @typed(shapes_only=True) leave alone what holds no "
        "tensors."
    )
    assert error.value.__suppress_context__


# ---- of what is traced no more is known than its classes

TEXT = StandIn(("builtins.str", "builtins.object"))
REAL = StandIn(("builtins.float", "builtins.object"))


@pytest.mark.parametrize(
    ("hint", "value", "fits"),
    [
        (str, TEXT, True),
        (int, TEXT, False),
        (int | str, TEXT, True),
        (int | None, TEXT, False),
        (float, REAL, True),
        (complex, REAL, True),
        (int, REAL, False),
        (Base, StandIn((f"{__name__}.Derived", f"{__name__}.Base")), True),
        (Derived, StandIn((f"{__name__}.Base",)), False),
        (Abstract, TEXT, True),
        (list[int], TEXT, True),
        (Iterable[int], [TEXT], True),
        (list[str], [3, [TEXT]], True),
        (list[str], (3, {"k": TEXT}), True),
        (list[str], {"k": [TEXT]}, True),
        (int, [TEXT], False),
        (list[str], [3], False),
        (dict[str, int], {"k": "3"}, False),
    ],
)
def test_a_stand_in_fits_what_its_classes_could(hint: Any, value: object, fits: bool) -> None:
    assert is_plain(value, hint) == fits
