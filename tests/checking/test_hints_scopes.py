"""Where the names of an annotation are looked up, and which may be missing."""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType, FunctionType, ModuleType
from typing import Any, Optional, Self, Union, cast

import pytest
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.hints import Unfinished, as_written, class_hints, function_hints

Here = int


def frame() -> FrameType:
    return sys._getframe(1)


def hints(function: Callable[..., Any], at: FrameType | None = None) -> dict[str, object]:
    return function_hints(cast(FunctionType, function), at)


# ---- functions


def test_a_name_is_looked_up_in_the_innermost_scope_that_has_it() -> None:
    Here = str  # noqa: F841 # the annotation reads it

    def take(x: "Here") -> None: ...  # type: ignore[valid-type] # a local

    assert hints(take, frame())["x"] is str
    assert hints(take)["x"] is int
    assert hints(take)["return"] is type(None)


def test_a_scope_that_did_not_define_the_function_is_not_asked() -> None:
    def make() -> Callable[..., Any]:
        def take(x: "Here") -> None: ...

        return take

    def elsewhere() -> dict[str, object]:
        Here = str  # noqa: F841 # this must not be read
        return hints(make(), frame())

    assert elsewhere()["x"] is int


def test_a_scope_of_another_module_of_the_same_name_is_not_asked() -> None:
    name = sys._getframe().f_code.co_name
    namespace: dict[str, Any] = {"frame": frame}
    exec(f"def {name}():\n Here = bytes\n return frame()", namespace)

    def take(x: "Here") -> None: ...

    assert hints(take, namespace[name]())["x"] is int


def test_names_that_a_function_holds_are_seen_and_those_to_come_are_not() -> None:
    def make() -> tuple[Callable[..., Any], Callable[..., Any]]:
        Mine = bytes

        def take(x: "Mine") -> object:  # type: ignore[valid-type] # a local
            return Mine

        def early(x: "Here") -> object:
            return Late  # not assigned yet when it is asked

        asked = hints(early)
        Late = 3
        assert asked["x"] is int
        return take, early

    taking, early = make()
    assert hints(taking)["x"] is bytes
    assert early(3) == 3


def test_of_what_other_decorators_have_wrapped_the_author_is_asked() -> None:
    def inner(x: int) -> str:
        return str(x)

    def outer(*args: Any) -> Any:
        return inner(*args)

    wrapped: Any = functools.wraps(inner)(outer)
    assert as_written(wrapped) == as_written(cast(Any, inner)) == inner
    wrapped.__wrapped__ = functools.partial(inner)  # no function
    assert as_written(wrapped) == wrapped


def test_a_name_that_is_missing_is_told_with_the_error_that_python_would_raise() -> None:
    def take(x: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821 # the case

    with pytest.raises(NameError) as error:
        hints(take)
    assert error.value.name == "Missing"
    assert error.value.__suppress_context__


# ---- classes


def test_a_class_is_told_by_its_name_while_its_body_runs() -> None:
    found: list[dict[str, object]] = []

    class Node:
        def follow(self, other: "Node", me: Self) -> Self:
            raise NotImplementedError((other, me))

        found.append(hints(follow, frame()))

    (seen,) = found
    assert isinstance(Node(), cast(type, seen["other"]))
    assert isinstance(Node(), cast(type, seen["me"]))
    assert not isinstance(3, cast(type, seen["other"]))
    assert isinstance(type("Special", (Node,), {})(), cast(type, seen["me"]))


def test_a_class_to_come_is_known_by_module_and_qualified_name() -> None:
    class Later: ...

    def stand_in(module: str, qualname: str) -> type:
        return Unfinished("Later", (), {"__module__": module, "__qualname__": qualname})

    name = Later.__qualname__
    assert isinstance(Later(), stand_in(__name__, name))
    assert not isinstance(Later(), stand_in("elsewhere", name))
    assert not isinstance(Later(), stand_in(__name__, "Later"))


@pytest.mark.parametrize(
    "text",
    [
        "own | None", "Optional[own]", "Union[int, own]", "list[own]", "dict[str, list[own]]",
        "tuple[own, list[own], int]", "list[own] | None",
    ],
)  # fmt: skip
def test_self_is_the_class_however_deep_it_stands(text: str) -> None:
    class Node:
        def me(self, other: Any) -> None: ...

    names = {"Optional": Optional, "Union": Union}
    Node.me.__annotations__ = {"other": Self, "return": eval(text, {**names, "own": Self})}
    found = hints(Node.me)
    assert found["other"] is not Self
    assert found["return"] == eval(text, {**names, "own": found["other"]})


def test_a_hint_without_self_is_kept_as_it_is() -> None:
    def take(x: Any) -> None: ...

    for hint in (dict[str, list[int]], tuple[()], Callable[[int], str], int | None):
        take.__annotations__["x"] = hint
        assert hints(take)["x"] == hint


@dataclass
class Parent:
    x: Float[Tensor, " a"]
    n: "Here"


@dataclass
class Child(Parent):
    y: "Here | Child"


def test_a_class_has_the_hints_of_its_parents_and_may_name_itself() -> None:
    found = class_hints(Child, None)
    assert list(found) == ["x", "n", "y"]
    assert found["n"] is int
    assert found["y"] == int | Child


def test_a_class_in_a_function_sees_what_stands_around_it() -> None:
    Near = bytes

    @dataclass
    class Local:
        n: "Near"  # type: ignore[valid-type] # a local of this test

    assert class_hints(Local, frame())["n"] is bytes
    with pytest.raises(NameError):
        class_hints(Local, None)


@contextlib.contextmanager
def foreign(text: str, *, listed: bool) -> Iterator[ModuleType]:
    """Make a module of dataclasses, which may be missing among the loaded modules."""
    module = ModuleType("foreign_scopes")
    sys.modules[module.__name__] = module
    try:
        exec("from dataclasses import dataclass\nOurs = bytes\n" + text, module.__dict__)
        if not listed:
            del sys.modules[module.__name__]
        yield module
    finally:
        sys.modules.pop(module.__name__, None)


@pytest.mark.parametrize("listed", [True, False])
def test_the_names_of_a_class_are_those_of_its_module_if_it_can_be_found(listed: bool) -> None:
    with foreign("@dataclass\nclass State:\n n: 'Ours'", listed=listed) as module:
        if listed:
            assert class_hints(module.State, None) == {"n": bytes}
        else:
            with pytest.raises(NameError):
                class_hints(module.State, None)


def test_the_module_may_be_one_that_is_being_run_and_is_not_listed() -> None:
    with foreign("@dataclass\nclass State:\n n: 'Ours'", listed=False) as module:
        running = {**module.__dict__, "frame": frame}
        exec("found = frame()", running)
        assert class_hints(module.State, running["found"]) == {"n": bytes}


@pytest.mark.parametrize(
    ("annotation", "is_missed"),
    [
        ("Missing", False),
        ("Missing | None", False),
        ("list[Missing]", False),
        ("PyTree", False),
        ("Missing[Tensor, ' a']", True),
        ("nn.Tensor", True),
        ("Float[Missing, ' a']", True),
        ("jaxtyping.Int32[Missing, 'b t']", True),
        ("Tensors", False),
    ],
)
def test_a_foreign_field_may_be_missing_unless_its_words_speak_of_tensors(
    annotation: str, is_missed: bool
) -> None:
    text = f"@dataclass\nclass State:\n n: int\n x: {annotation!r}\n last: int"
    with foreign(text, listed=True) as module:
        if is_missed:
            with pytest.raises(NameError):
                class_hints(module.State, None, lenient=True)
        else:
            assert list(class_hints(module.State, None, lenient=True)) == ["n", "last"]
        with pytest.raises(NameError):
            class_hints(module.State, None)
