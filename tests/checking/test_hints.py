"""Annotations as strings, and names that are known only where the function stands."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, Self

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.shapes import ShapeSyntaxError

B, T, D = 3, 5, 8

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Import a module, given as text, all of whose annotations are strings."""

    def load_module(text: str) -> ModuleType:
        path = tmp_path / "strings.py"
        path.write_text("from __future__ import annotations\n" + dedent(text))
        spec = importlib.util.spec_from_file_location("strings", path)
        if spec is None or spec.loader is None:
            raise ImportError(path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "strings", module)
        spec.loader.exec_module(module)
        return module

    return load_module


HEAD = """
    import torch
    from dataclasses import dataclass
    from typing import NamedTuple, Self
    from jaxtyping import Float
    from torch import Tensor, nn
    from typed_rope.checking import typed
"""


def _refuses(function: Callable[..., object], *arguments: object) -> bool:
    try:
        function(*arguments)
    except ShapeError:
        return True
    return False


def test_a_module_of_strings_is_checked(load: Load) -> None:
    module = load(
        HEAD
        + """
    @typed
    def join(x: Float[Tensor, "b t"], y: Float[Tensor, " t"] | None = None) -> Float[Tensor, "t b"]:
        return x.T
    """
    )
    assert module.join(torch.zeros(B, T), torch.zeros(T)).shape == (T, B)
    assert _refuses(module.join, torch.zeros(B, T), torch.zeros(B))


def test_a_class_of_strings_may_name_itself(load: Load) -> None:
    module = load(
        HEAD
        + """
    class Layer(nn.Module):
        @typed
        def like(self, other: Layer, x: Float[Tensor, "b t"]) -> Layer:
            return other

        @typed
        def me(self, x: Float[Tensor, "b t"]) -> Self:
            return self

        @staticmethod
        @typed
        def no(x: Float[Tensor, "b t"]) -> Layer:
            return None
    """
    )
    layer = module.Layer()
    assert layer.like(layer, torch.zeros(B, T)) is layer
    assert layer.me(torch.zeros(B, T)) is layer
    assert _refuses(layer.like, None, torch.zeros(B, T))
    assert _refuses(layer.no, torch.zeros(B, T))


def test_records_of_strings_are_checked(load: Load) -> None:
    module = load(
        HEAD
        + """
    @typed
    @dataclass
    class State:
        k: Float[Tensor, "b s"]
        v: Float[Tensor, "b s"]
        next: State | None = None

    @typed
    class Pair(NamedTuple):
        k: Float[Tensor, "b s"]
        v: Float[Tensor, "b s"]
    """
    )
    for record in (module.State, module.Pair):
        record(torch.zeros(B, T), torch.zeros(B, T))
        assert _refuses(record, torch.zeros(B, T), torch.zeros(T, B))


def test_decorated_functions_of_strings_are_checked(load: Load) -> None:
    module = load(
        HEAD
        + """
    @typed
    @torch.no_grad()
    def below(x: Float[Tensor, "b t"], y: Float[Tensor, "b t"]) -> None:
        return None
    """
    )
    module.below(torch.zeros(B, T), torch.zeros(B, T))
    assert _refuses(module.below, torch.zeros(B, T), torch.zeros(T, B))


def test_the_locals_of_a_caller_are_no_scope_of_the_definition(load: Load) -> None:
    module = load(
        HEAD
        + """
    X = Float[Tensor, "a b"]

    def make():
        @typed
        def function(x: X) -> None: ...
        return function

    def caller():
        X = Float[Tensor, "a"]
        return make()

    function = caller()
    """
    )
    module.function(torch.ones(2, 3))
    assert _refuses(module.function, torch.ones(4))


def test_local_names_of_strings_resolve(load: Load) -> None:
    module = load(
        HEAD
        + """
    def make():
        Rows = Float[Tensor, "b t"]

        def inner():
            @typed
            def join(x: Rows, y: Rows) -> None:
                return None

            return join

        return inner()

    join = make()
    """
    )
    module.join(torch.zeros(B, T), torch.zeros(B, T))
    assert _refuses(module.join, torch.zeros(B, T), torch.zeros(T, B))


def test_names_that_the_function_holds_resolve_after_its_scope_has_ended() -> None:
    def make() -> Callable[[Any], object]:
        Rows = Float[Tensor, "b t"]

        def take(x: "Rows") -> object:
            return Rows

        return take

    checked = typed(make())
    checked(torch.zeros(B, T))
    assert _refuses(checked, torch.zeros(B))


def test_one_string_among_live_annotations_is_read() -> None:
    Rows = Float[Tensor, "b t"]

    @typed
    def join(x: Rows, y: "Rows | None") -> None:
        return None

    join(torch.zeros(B, T), None)
    assert _refuses(join, torch.zeros(B, T), torch.zeros(T, B))


def test_a_class_may_name_itself_while_it_is_being_defined() -> None:
    class Node:
        @typed
        def follow(self, other: "Node", x: Float[Tensor, "b t"]) -> Self:
            return self

    class Special(Node): ...

    node = Node()
    assert node.follow(Special(), torch.zeros(B, T)) is node
    assert _refuses(node.follow, 3, torch.zeros(B, T))


def test_a_name_that_nothing_defines_is_an_error_at_the_decoration(load: Load) -> None:
    with pytest.raises(NameError) as error:
        load(
            HEAD
            + """
    class Layer:
        @typed
        def forward(self, x: Floaty[Tensor, "b t"]) -> None:
            return None
    """
        )
    assert str(error.value) == (
        "typed: Layer.forward annotates x as \"Floaty[Tensor, 'b t']\", and 'Floaty' is not "
        "defined here. Import or define it before the decorated definition (an import under "
        "TYPE_CHECKING is not there at run time), or no check can read it."
    )


def test_an_unknown_field_is_an_error_at_the_decoration(load: Load) -> None:
    with pytest.raises(NameError) as error:
        load(
            HEAD
            + """
    @typed
    @dataclass
    class State:
        k: Float[Tensor, "b s"]
        v: Missing
    """
        )
    assert str(error.value) == (
        "typed: State annotates v as 'Missing', and 'Missing' is not defined here. Import or "
        "define it before the decorated definition (an import under TYPE_CHECKING is not there "
        "at run time), or no check can read it."
    )


def test_axes_that_cannot_be_read_are_an_error_at_the_decoration() -> None:
    with pytest.raises(ShapeSyntaxError) as error:

        @typed
        def take(x: Float[Tensor, "b t (d"]) -> None:
            return None

    assert str(error.value) == dedent(
        """\
        cannot read the axes "b t (d": '(' is never closed
            b t (d
                ^"""
    )


def test_an_expression_over_a_name_that_nothing_binds_is_an_error_at_the_decoration() -> None:
    with pytest.raises(ShapeSyntaxError) as error:

        @typed
        def take(x: Float[Tensor, "b t d"], cos: Float[Tensor, "t r/2"]) -> None:
            return None

    assert str(error.value) == dedent(
        """\
        cannot read the axes "t r/2": no axis of this signature is named r
            t r/2
              ^
        Name an axis r on some tensor, or write {r} for an argument."""
    )


def test_a_braced_name_that_is_no_argument_is_an_error_at_the_decoration() -> None:
    with pytest.raises(ShapeSyntaxError) as error:

        @typed
        def take(x: Float[Tensor, "b t {heads}"], n: int) -> Any:
            return None

    assert str(error.value) == dedent(
        """\
        cannot read the axes "b t {heads}": {heads} reads heads, which is no argument
            b t {heads}
                ^^^^^^^
        It can read n, x."""
    )
