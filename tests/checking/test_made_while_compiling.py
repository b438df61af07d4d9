"""A checked method of an object that compiled code makes, while somebody watches or switches.

Such a method reaches the compiler as a plain value, with all that its wrapper holds.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
import torch
from jaxtyping import Float
from torch import Tensor
from torch._dynamo.testing import CompileCounter

from typed_rope.checking import checks, typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.watching import watched


@dataclass(frozen=True)
class Scaling:
    factor: float

    @typed
    def scaled(self, x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x * self.factor


class Silent:
    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None: ...


@pytest.mark.parametrize(
    "block", [watched(Silent()), checks("off"), checks("on")], ids=["watched", "off", "on"]
)
def test_such_a_method_is_one_graph(block: AbstractContextManager[None]) -> None:
    graphs = CompileCounter()
    compiled = torch.compile(lambda x: Scaling(3.0).scaled(x), fullgraph=True, backend=graphs)
    with block:
        assert torch.equal(compiled(torch.ones(5, 7)), torch.full((5, 7), 3.0))
    assert graphs.frame_count == 1
