import pytest
import torch
from torch import Tensor

from typed_rope.demo.faults import FAULTS, FaultName, Heads, Turn, no_turn, split, without_fault
from typed_rope.demo.laws import LawName, broken_laws
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rotary_dim", [4, 10])
def test_a_right_layer_obeys_every_law(seed: int, rotary_dim: int) -> None:
    torch.manual_seed(seed)
    spec = RopeSpec(head_dim=10, rotary_dim=rotary_dim)
    layer = Attention(channels=21, heads=6, kv_heads=2, rope=spec)
    assert broken_laws(layer, without_fault) == ()


@pytest.mark.parametrize(
    ("name", "broken"),
    [("layout", ("own", "order")), ("pairing", ()), ("keys", ("own",)), ("groups", ())],
)
def test_the_laws_that_a_fault_breaks(
    name: FaultName, broken: tuple[LawName, ...], layer: Attention
) -> None:
    assert broken_laws(layer, FAULTS[name]) == broken


def _queries_only(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    q, k, v = split(attention, x)
    return turn(q, cos, sin, attention.rope), k, v


def _never(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    return without_fault(attention, x, cos, sin, no_turn)


def test_turning_nothing_breaks_the_law_of_order_alone(layer: Attention) -> None:
    assert broken_laws(layer, _never) == ("order",)


def test_turning_queries_alone_breaks_every_law(layer: Attention) -> None:
    assert broken_laws(layer, _queries_only) == ("own", "order", "shift")
