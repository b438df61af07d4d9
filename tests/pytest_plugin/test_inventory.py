"""Which functions shape coverage lists: what stands around them does not hide them."""

import pytest

# Loaded here, or every run in this process would load its own copy.
import typed_rope.checking.switch
import typed_rope.pytest_plugin.summary  # noqa: F401

pytest_plugins = ["pytester"]

HIDDEN = """
    from abc import ABC, abstractmethod
    from functools import cached_property, lru_cache, partial
    from typing import Protocol

    import torch
    from jaxtyping import Float
    from torch import Tensor
    from typed_rope import typed

    class Base(ABC):
        @abstractmethod
        @typed
        def stub(self, x: Float[Tensor, "b t"]) -> None: ...

    class Shape(Protocol):
        def promised(self, x: Float[Tensor, "b t"]) -> None: ...

    class Holder:
        @cached_property
        @typed
        def once(self) -> Float[Tensor, "b t"]:
            return torch.zeros(2, 3)

    @lru_cache
    @typed
    def kept(x: Float[Tensor, "b t"]) -> None: ...

    @typed
    def base(x: Float[Tensor, "b t"], n: int) -> None: ...

    partly = partial(base, n=3)

    class StandIn:
        def __getattr__(self, name):
            raise RuntimeError("not ready")

    standing = StandIn()

    @lru_cache
    @typed
    def never(x: Float[Tensor, "b t"]) -> None: ...
"""


def _found(pytester: pytest.Pytester) -> list[str]:
    """Run the tests, and return what lacks something."""
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess("--shape-coverage=called")
    assert result.ret == 0
    return [line for line in result.outlines if line.startswith("called.py")]


def test_coverage_sees_through_what_stands_around_a_function(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        called=HIDDEN,
        test_calls="""
        import torch
        import called

        def test_calls():
            called.Holder().once
            called.kept(torch.zeros(2, 3))
            called.partly(torch.zeros(2, 3))
        """,
    )
    assert _found(pytester) == ["called.py:41: never: never called"]


def test_a_file_that_nobody_imported_is_read(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        called="""
            import typing

            raise RuntimeError("imported")

            def text(x: 'Float[Tensor, "b t"]') -> None: ...

            def long(
                x: Float[
                    Tensor,
                    "b t",
                ],
            ) -> None: ...

            class Stub(typing.Protocol):
                def promised(self, x: Float[Tensor, "b t"]) -> None: ...

            def words(x: typing.Literal["a", "b"]) -> None: ...
        """,
        test_calls="def test_it(): ...",
    )
    assert _found(pytester) == [
        "called.py:5: text: annotated, and not checked: put @typed above it",
        "called.py:7: long: annotated, and not checked: put @typed above it",
    ]
