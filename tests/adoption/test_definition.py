"""What is checked of an unedited module, what is left alone, and what is said of the rest."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch

from typed_rope.adoption.finder import Selection, adopting
from typed_rope.adoption.findings import Findings
from typed_rope.checking import ShapeError

HEAD = dedent("""\
    import functools
    from abc import ABC, abstractmethod
    from dataclasses import dataclass
    from typing import TYPE_CHECKING, NamedTuple, no_type_check, overload
    import torch
    from beartype import beartype
    from jaxtyping import Float, jaxtyped
    from torch import Tensor
    import typed_rope as tr
    if TYPE_CHECKING:
        from nowhere import Config, Array
""")
X, WRONG = torch.zeros(2, 3), torch.zeros(5)

Load = Callable[[str], tuple[Any, Findings]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Return a function that imports a text as an adopted module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load(text: str) -> tuple[Any, Findings]:
        future, _, rest = dedent(text).rpartition("annotations\n")
        (tmp_path / "adopted.py").write_text(f"{future and future + 'annotations'}\n{HEAD}{rest}")
        with adopting(Selection(frozenset({"adopted"}))) as findings:
            return importlib.import_module("adopted"), findings

    yield load
    sys.modules.pop("adopted", None)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ('@torch.no_grad()\ndef f(x: Float[Tensor, "b t"]): ...', "f"),
        ('@functools.cache\ndef f(x: Float[Tensor, "b t"]): ...', "f"),
        ('@jaxtyped(typechecker=None)\ndef f(x: Float[Tensor, "b t"]): ...', "f"),
        ('@tr.typed\ndef f(x: Float[Tensor, "b t"]): ...', "f"),
        ('if True:\n    def f(x: Float[Tensor, "b t"]): ...', "f"),
        ('class C:\n    @staticmethod\n    def f(x: Float[Tensor, "b t"]): ...', "C.f"),
        ('class C:\n    @classmethod\n    def f(cls, x: Float[Tensor, "b t"]): ...', "C.f"),
        ('class C:\n    def f(self, x: Float[Tensor, "b t"]): ...', "C().f"),
        ('class C:\n    class D:\n        def f(self, x: Float[Tensor, "b t"]): ...', "C.D().f"),
        ('def g():\n    def f(x: Float[Tensor, "b t"]): ...\n    return f', "g()"),
        ('@dataclass\nclass C:\n    x: Float[Tensor, "b t"]', "C"),
        ('@dataclass(frozen=True)\nclass C:\n    x: Float[Tensor, "b t"]', "C"),
        ('class C(NamedTuple):\n    x: Float[Tensor, "b t"]', "C"),
        ('class M(torch.nn.Module):\n    def forward(self, x: Float[Tensor, "b t"]): ...', "M()"),
    ],
)
@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_a_wrong_call_is_refused_and_a_right_one_is_not(
    text: str, call: str, future: str, load: Load
) -> None:
    module, findings = load(future + text)
    target = eval(call, dict(vars(module)))
    target(X)
    with pytest.raises(ShapeError):
        target(WRONG)
    assert findings.unchecked == []


def test_a_property_is_checked(load: Load) -> None:
    module, _ = load(
        "class C:\n    @property\n    def p(self) -> Float[Tensor, 'b t']:\n"
        "        return torch.zeros(5)\n"
    )
    with pytest.raises(ShapeError):
        module.C().p  # noqa: B018


def test_a_method_that_is_to_be_overridden_stays_abstract(load: Load) -> None:
    module, _ = load(
        "class C(ABC):\n    @abstractmethod\n    def f(self, x: Float[Tensor, 'b t']): ...\n"
    )
    assert frozenset({"f"}) == module.C.__abstractmethods__


def test_parameters_without_tensors_are_left_alone(load: Load) -> None:
    module, findings = load(
        "def f(x: Float[Tensor, 'b t'], n: int): ...\n"
        "def plain(n: int) -> str: return n\n"
        "@dataclass\nclass C:\n    x: Float[Tensor, 'b t']\n    n: int\n"
        "@dataclass\nclass Plain:\n    n: int\n"
    )
    module.f(X, "no int")
    module.plain("no int")
    module.C(X, "no int")
    module.Plain("no int")
    assert findings.checked == {("adopted", "f"), ("adopted", "C")}


def test_what_is_decorated_with_typed_keeps_its_own_strictness(load: Load) -> None:
    module, findings = load("@tr.typed\ndef f(x: Float[Tensor, 'b t'], n: int): ...\n")
    with pytest.raises(ShapeError):
        module.f(X, "no int")
    assert findings.checked == set()


def test_no_type_check_is_respected(load: Load) -> None:
    module, _ = load(
        "@no_type_check\ndef f(x: Float[Tensor, 'b t']): ...\n"
        "@no_type_check\nclass C:\n    def f(self, x: Float[Tensor, 'b t']): ...\n"
    )
    module.f(WRONG)
    module.C().f(WRONG)


def test_a_name_that_is_there_for_type_checkers_alone_costs_no_other_parameter_its_check(
    load: Load,
) -> None:
    module, findings = load(
        "from __future__ import annotations\n"
        "def f(c: Config, m: dict[str, nowhere.Thing], x: Float[Tensor, 'b t']): ...\n"
    )
    module.f(None, None, X)
    with pytest.raises(ShapeError):
        module.f(None, None, WRONG)
    assert module.f.__annotations__["c"] == "Config"
    assert findings.unchecked == []


def test_what_cannot_be_read_is_named_and_does_not_break_the_import(
    load: Load, tmp_path: Path
) -> None:
    module, findings = load("def f(x: 'Float[Array, \"b t\"]', y: Float[Tensor, 't/']): ...\n")
    module.f(WRONG, WRONG)
    assert str(findings).splitlines()[:2] == [
        "checked 0 definitions in 0 modules",
        "could not be checked:",
    ]
    (entry,) = findings.unchecked
    assert (entry.name, entry.where) == ("f", f"{tmp_path}/adopted.py:13")
    assert "'Array' is not defined here" in entry.reason


def test_a_definition_that_is_repeated_is_one_definition(load: Load) -> None:
    module, findings = load("def g():\n    def f(x: Float[Tensor, 'b t']): ...\n    return f\n")
    module.g()
    module.g()
    assert findings.checked == {("adopted", "g.<locals>.f")}
