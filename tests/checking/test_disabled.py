"""Where JAXTYPING_DISABLE is set, nothing is checked, and locals are not either."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest
import torch

from typed_rope.checking import check_shape, typed

WRONG = torch.zeros(5, 3, 8)

# Each has code of its own, because code is what is remembered.
TARGETS: dict[str, tuple[object, Callable[[Any], object]]] = {
    "method": (lambda _, x: check_shape(x, "b t"), lambda cls: cls().member(WRONG)),
    "static method": (staticmethod(lambda x: check_shape(x, "b t")), lambda cls: cls.member(WRONG)),
    "class method": (
        classmethod(lambda _, x: check_shape(x, "b t")),
        lambda cls: cls.member(WRONG),
    ),
    "property": (property(lambda _: check_shape(WRONG, "b t")), lambda cls: cls().member),
    "cached property": (
        cached_property(lambda _: check_shape(WRONG, "b t")),
        lambda cls: cls().member,
    ),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_disabled_decorator_returns_its_target_and_leaves_locals_alone(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, call = TARGETS[kind]
    cls: Any = type("Layer", (), {"member": target})
    with pytest.raises(RuntimeError):
        call(cls)
    with monkeypatch.context() as patch:
        patch.setenv("JAXTYPING_DISABLE", "1")
        assert typed(target) is target
    assert call(cls) is WRONG
