"""What `@typed` takes, with and without `shapes_only`, and what it leaves alone."""

import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from types import FunctionType
from typing import Any, NamedTuple, cast

import jaxtyping
import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, check_shape, typed
from typed_rope.checking.locals.running import is_left_alone
from typed_rope.checking.typed import typed_at

X, WRONG, TEXT = torch.zeros(3, 5), torch.zeros(3, 5, 8), "no number"
NUMBERS = count()
Decorator = Callable[[Any], Any]


def function(x: Float[Tensor, "b t"], n: int) -> object:
    return n


def below(make: Decorator, decorator: Decorator) -> Any:
    """Decorate what `make` makes of a function of two arguments, and return its holder."""

    def of_self(self: object, x: Float[Tensor, "b t"], n: int) -> object:
        return n

    inner: Any = function if make is staticmethod else of_self
    return type("Holder", (), {"run": decorator(make(inner))})().run


class Fields:
    """A property whose three functions are checked."""

    value: object = X

    def get(self) -> Float[Tensor, "b t"]:
        return self.value  # type: ignore[return-value] # checked when it runs

    def put(self, value: Float[Tensor, "b t"]) -> None:
        self.value = value

    def delete(self: int) -> None:  # type: ignore[misc] # what it is called with is no int
        raise NotImplementedError


def both(decorator: Decorator) -> dict[str, Callable[[Any, Any], object]]:
    """Decorate one of each kind that takes a tensor and a number."""

    class Record(NamedTuple):
        x: Float[Tensor, "b t"]
        n: int

    @dataclass
    class State:
        x: Float[Tensor, "b t"]
        n: int

    @dataclass
    class Made(State):
        def __post_init__(self) -> None: ...

    return {
        "function": decorator(function),
        "method": below(lambda f: f, decorator),
        "static method": below(staticmethod, decorator),
        "class method": below(classmethod, decorator),
        "named tuple": decorator(Record),
        "dataclass": decorator(State),
        "dataclass with post init": decorator(Made),
    }


KINDS = list(both(lambda target: target))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_target_is_checked(kind: str) -> None:
    for decorator in (typed, typed()):
        call = both(decorator)[kind]
        call(X, 3)
        for wrong in ((WRONG, 3), (X, TEXT)):
            with pytest.raises(ShapeError):
                call(*wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_only_reaches_every_kind_of_target(kind: str) -> None:
    call = both(typed(shapes_only=True))[kind]
    call(X, TEXT)
    with pytest.raises(ShapeError):
        call(WRONG, 3)


def test_all_three_functions_of_a_property_are_checked() -> None:
    made = typed(property(Fields.get, Fields.put, Fields.delete, "Rows."))
    assert made.__doc__ == "Rows."
    assert typed(property(Fields.get)).fset is None
    holder: Any = type("Holder", (Fields,), {"rows": made})()
    holder.rows = X
    assert holder.rows is X
    with pytest.raises(ShapeError):
        holder.rows = WRONG
    holder.value = WRONG
    with pytest.raises(ShapeError):
        _ = holder.rows
    with pytest.raises(ShapeError):
        del holder.rows


def test_shapes_only_reaches_the_functions_of_properties() -> None:
    def number(self: object) -> int:
        return TEXT  # type: ignore[return-value] # a wrong result is the case

    for make in (property, cached_property):
        loose, strict = typed(shapes_only=True)(make(number)), typed(make(number))
        assert _of(loose) == TEXT
        with pytest.raises(ShapeError):
            _of(strict)


def _of(descriptor: Any) -> object:
    holder = type("Holder", (), {})
    holder.value = descriptor  # type: ignore[attr-defined] # a class made here
    if isinstance(descriptor, cached_property):
        descriptor.__set_name__(holder, "value")
    instance: Any = holder()
    return cast(object, instance.value)


# ---- what is left alone


def targets() -> list[tuple[Any, FunctionType]]:
    """Make one of each kind, with the function that it is made of."""

    def fresh() -> FunctionType:
        def checks_a_local(self: object, x: Float[Tensor, "b t"] = X) -> Tensor:
            return check_shape(x, "b t")

        made: Any = checks_a_local
        made.__code__ = made.__code__.replace(co_name=f"local_{next(NUMBERS)}")  # equal to no other
        return cast(FunctionType, made)

    plain, static, of_class, get, put, delete, lazy = (fresh() for _ in range(7))
    whole: Any = property(get, put, delete)
    return [
        (plain, plain), (staticmethod(static), static), (classmethod(of_class), of_class),
        (whole, get), (whole, put), (whole, delete), (cached_property(lazy), lazy),
    ]  # fmt: skip


@pytest.mark.parametrize("place", range(7))
def test_a_target_is_left_as_it_is_where_checks_are_disabled(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, inner = targets()[place]
    assert not is_left_alone(inner.__code__)
    monkeypatch.setenv("JAXTYPING_DISABLE", "1")
    assert typed(target) is target
    assert is_left_alone(inner.__code__)


@pytest.mark.parametrize(
    ("value", "off"),
    [("1", True), ("TRUE", True), ("true", True), ("0", False), ("no", False), ("", False)],
)
def test_the_variable_says_whether_checks_are_disabled(
    value: str, off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAXTYPING_DISABLE", value)
    assert (typed(function) is function) == off


def test_the_configuration_of_jaxtyping_disables_checks_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JAXTYPING_DISABLE", raising=False)
    assert typed(function) is not function
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    assert typed(function) is function


def test_what_is_marked_is_left_alone_and_its_subclass_is_not() -> None:
    marked: Any = typing.no_type_check(targets()[0][0])
    assert typed(marked) is marked

    @typing.no_type_check
    @dataclass
    class Marked:
        x: Float[Tensor, "b t"]

    @dataclass
    class Child(Marked):
        y: Float[Tensor, "b t"]

    typed(Marked)(WRONG)
    with pytest.raises(ShapeError):
        typed(Child)(X, WRONG)


def test_a_function_is_left_alone_that_asks_for_nothing() -> None:
    def nothing(x, y: Any) -> Any:  # type: ignore[no-untyped-def] # one has no annotation
        return x, y

    def result_only(x: Any) -> int:
        return x  # type: ignore[no-any-return] # checked when it runs

    def checks_a_local(x: Any) -> Any:
        return check_shape(x, "b t")

    assert typed(nothing) is nothing
    assert typed(result_only) is not result_only
    assert typed(checks_a_local) is not checks_a_local
    with pytest.raises(ShapeError):
        typed(checks_a_local)(WRONG)


def test_what_is_checked_already_is_kept() -> None:
    once = typed(function)
    assert typed(once) is once


@pytest.mark.parametrize("target", [3, None, object(), len, torch.add], ids=str)
def test_what_cannot_be_checked_is_refused(target: object) -> None:
    with pytest.raises(TypeError) as error:
        typed_at(target, None, shapes_only=False)  # type: ignore[arg-type] # it is not looked at
    assert str(error.value) == (
        f"typed: cannot check {target!r}. It takes functions, methods, properties, dataclasses and "
        "NamedTuples; decorate the function inside instead."
    )


def test_a_local_name_is_found_where_the_decorator_stands() -> None:
    Rows = Float[Tensor, "b t"]

    @typed
    def bare(x: "Rows") -> None: ...

    @typed(shapes_only=True)
    def called(x: "Rows") -> None: ...

    for checked in (bare, called):
        checked(X)
        with pytest.raises(ShapeError):
            checked(WRONG)
