"""What a function promises at its boundary, read off its annotations."""

import typing
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from textwrap import dedent
from types import FunctionType
from typing import Any, Generic, Never, NoReturn, TypedDict, TypeGuard, TypeVar, Unpack, cast

import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.boundary import Boundary, function_boundary, make_boundary, reads
from typed_rope.checking.forms import (
    AnyForm,
    Form,
    ItemsForm,
    KeysForm,
    MappingForm,
    PlainForm,
    TensorForm,
    TupleForm,
)
from typed_rope.checking.reading import form_of
from typed_rope.shapes import ShapeSyntaxError

T = TypeVar("T")
SOME = torch.zeros(3)


def boundary(function: Callable[..., Any], *, shapes_only: bool = False) -> Boundary:
    return function_boundary(cast(FunctionType, function), None, shapes_only=shapes_only)


def test_every_annotated_parameter_has_a_form_and_every_one_a_name() -> None:
    def join(x: Float[Tensor, "b t"], y, *, n: int = 2) -> Float[Tensor, " b"]:  # type: ignore[no-untyped-def] # one has no annotation
        raise NotImplementedError((x, y, n))

    found = boundary(join)
    assert found.function == "join"
    assert found.names == ("x", "y", "n")
    assert [(p.name, type(p.form)) for p in found.parameters] == [
        ("x", TensorForm), ("n", PlainForm),
    ]  # fmt: skip
    assert isinstance(found.result, TensorForm)
    assert found.unchecked == {}


def test_a_function_that_is_not_local_is_named_with_its_class() -> None:
    class Layer:
        def forward(self, x: Float[Tensor, "b t"]) -> None: ...

    assert boundary(Layer.forward).function == "Layer.forward"


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["a b", "b/2"], "xy"),
        (["b/2", "a b"], "yx"),
        (["b/2 c", "a b", "c+a"], "yxz"),
        (["b/2", "c+1 b", "c"], "zyx"),
        (["b/2 b", "a"], "xy"),
        (["a+1 b", "b+1 a"], "xy"),
        (["a", "b", "c"], "xyz"),
    ],
)
def test_parameters_are_put_after_those_that_bind_their_names(texts: list[str], order: str) -> None:
    function: Any = eval(f"lambda {', '.join('xyz'[: len(texts)])}: None")
    function.__annotations__ = {
        name: Float[Tensor, f" {text}"] for name, text in zip("xyz", texts, strict=False)
    }
    assert "".join(p.name for p in boundary(function).parameters) == order


# ---- several arguments at once


class Options(TypedDict, total=False):
    x: Float[Tensor, "b t"]


def test_further_arguments_are_items_and_keywords_a_mapping() -> None:
    def take(*xs: Float[Tensor, "b t"], **named: Float[Tensor, "b t"]) -> None: ...

    xs, named = (p.form for p in boundary(take).parameters)
    assert isinstance(xs, ItemsForm)
    assert xs.container is tuple
    assert isinstance(named, MappingForm)
    assert (named.container, named.key) == (dict, PlainForm(str))


def test_further_arguments_of_any_kind_are_left_alone() -> None:
    def take(*xs: Any, **named: Any) -> None: ...

    assert all(isinstance(p.form, AnyForm) for p in boundary(take).parameters)


def test_unpacked_arguments_are_what_is_unpacked() -> None:
    def take(*xs: *tuple[Float[Tensor, "b t"], int], **named: Unpack[Options]) -> None: ...

    def spelled(*xs: Unpack[tuple[Float[Tensor, "b t"], int]]) -> None: ...  # noqa: UP044 # as may be

    pair, options = (p.form for p in boundary(take).parameters)
    (again,) = (p.form for p in boundary(spelled).parameters)
    for form in (pair, again):
        assert isinstance(form, TupleForm)
        assert list(map(type, form.members)) == [TensorForm, PlainForm]
    assert isinstance(options, KeysForm)
    assert options.hint is Options


# ---- results


def yields() -> Iterator[Float[Tensor, "b t"]]:
    yield torch.zeros(3, 5)


async def streams() -> AsyncIterator[Float[Tensor, "b t"]]:
    yield torch.zeros(3, 5)


def tells(x: object) -> TypeGuard[Tensor]:
    return isinstance(x, Tensor)


def ends() -> NoReturn:
    raise SystemExit


def ends_too() -> Never:
    raise SystemExit


def nothing() -> None: ...


def silent(): ...  # type: ignore[no-untyped-def] # the missing annotation is the case


@pytest.mark.parametrize(
    ("function", "form"),
    [
        (yields, AnyForm(Any)),
        (streams, AnyForm(Any)),
        (tells, PlainForm(bool)),
        (ends, PlainForm(type(None))),
        (ends_too, PlainForm(type(None))),
        (nothing, PlainForm(type(None))),
        (silent, None),
    ],
)
def test_a_result_is_what_a_call_gives_back(function: Callable[..., Any], form: Form) -> None:
    assert boundary(function).result == form


def test_a_function_that_narrows_a_type_gives_back_a_truth_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class TypeIs(Generic[T]):
        """As in typing from Python 3.13 on."""

    def tells_more(x: object) -> Any:
        return isinstance(x, Tensor)

    tells_more.__annotations__["return"] = TypeIs[Tensor]
    monkeypatch.setattr(typing, "TypeIs", TypeIs, raising=False)
    assert boundary(tells_more).result == PlainForm(bool)


def test_shapes_only_keeps_what_holds_tensors() -> None:
    def take(x: list[Float[Tensor, "b t"]], y: Float[np.ndarray, "b t"], n: int, more: Any) -> int:
        return n

    found = boundary(take, shapes_only=True)
    assert [p.name for p in found.parameters] == ["x", "y"]
    assert found.names == ("x", "y", "n", "more")
    assert found.result is None

    def give(n: int) -> Float[Tensor, " b"]:
        raise NotImplementedError(n)

    kept = boundary(give, shapes_only=True)
    assert kept.parameters == ()
    assert isinstance(kept.result, TensorForm)


# ---- defaults


def test_a_default_is_unchecked_if_it_does_not_fit() -> None:
    def take(  # type: ignore[no-untyped-def] # one has no annotation
        x: Float[Tensor, " b"] = None,  # type: ignore[assignment]  # untrue
        y: Float[Tensor, " b"] = SOME,
        m: int = "none",  # type: ignore[assignment]  # untrue
        n: int = 3,
        anything: Any = None,
        bare="bare",
    ) -> None: ...

    assert boundary(take).unchecked == {"x": None, "m": "none"}


# ---- what the braces read


@dataclass
class State:
    size: int
    k: Float[Tensor, "b {self.size}"]
    v: Float[Tensor, "b {size}"]


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        (Float[Tensor, "b {n} {m+k}*2"], {"n", "m", "k"}),
        (list[Float[Tensor, "b {n}"]] | None, {"n"}),
        (State, {"self", "size"}),
        (Float[Tensor, "b d/2"], set()),
        (int, set()),
    ],
)
def test_a_form_reads_the_names_in_its_braces(hint: Any, names: set[str]) -> None:
    assert reads(form_of(hint, None)) == names


def test_the_braces_of_a_record_read_its_own_fields_and_itself() -> None:
    def take(state: State, x: Float[Tensor, " b"]) -> None: ...

    assert [p.name for p in boundary(take).parameters] == ["state", "x"]


def test_the_braces_of_a_record_read_no_argument_and_those_of_a_tensor_no_field() -> None:
    @dataclass
    class Wrong:
        k: Float[Tensor, "b {n}"]

    def take(state: Any, n: int) -> None: ...

    take.__annotations__ = {"state": Wrong, "n": int}
    with pytest.raises(ShapeSyntaxError) as error:
        boundary(take)
    assert str(error.value) == dedent(
        """\
        cannot read the axes "b {n}": {n} reads n, which is no argument
            b {n}
              ^^^
        It can read k, self."""
    )

    def give(state: State, x: Float[Tensor, "b {size}"]) -> None: ...

    with pytest.raises(ShapeSyntaxError, match="which is no argument"):
        boundary(give)


def test_a_result_may_bind_names_of_its_own_and_is_read_like_the_arguments() -> None:
    def fits(x: Float[Tensor, " b"]) -> Float[Tensor, "b d 2*d"]:
        return x

    assert boundary(fits).result is not None

    def reads_too_much(x: Float[Tensor, " b"]) -> Float[Tensor, "b {k}+r"]:
        return x

    with pytest.raises(ShapeSyntaxError) as error:
        boundary(reads_too_much)
    assert str(error.value) == dedent(
        """\
        cannot read the axes "b {k}+r": no axis of this signature is named r
            b {k}+r
                  ^
        Name an axis r on some tensor, or write {r} for an argument."""
    )


def test_braces_without_any_argument_can_read_nothing() -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        make_boundary("give", (), [], form_of(Float[Tensor, "{n} {k}"], None))
    assert str(error.value) == dedent(
        """\
        cannot read the axes "{n} {k}": {n} reads n, which is no argument
            {n} {k}
            ^^^
        It can read nothing."""
    )
