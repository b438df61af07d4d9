from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import forward_ad

from typed_rope.rope.gradient import turn
from typed_rope.rope.pairing import Pairing
from typed_rope.rope.turn import BLOCK, turn_formula

B, H, T, D = 2, 3, 5, 8
MANY = 700  # tokens of D channels that take the step of our own
pairings = pytest.mark.parametrize("pairing", ["halves", "interleaved"])
lengths = pytest.mark.parametrize("t", [T, MANY])
ranks = pytest.mark.parametrize("rank", [2, 4])


@pytest.fixture(autouse=True)
def _same_numbers_every_run() -> None:
    torch.manual_seed(21)


def _inputs(t: int, rank: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    angles = torch.randn(*(B, 1, t, D // 2)[4 - rank :], dtype=torch.float64)
    x = torch.randn(B, H, t, D, dtype=torch.float64)
    x, cos, sin = (z.to(dtype).requires_grad_() for z in (x, angles.cos(), angles.sin()))
    return x, cos, sin


@pairings
@ranks
def test_gradients_are_those_of_finite_differences(pairing: Pairing, rank: int) -> None:
    inputs = _inputs(T, rank)
    assert torch.autograd.gradcheck(
        lambda x, cos, sin: turn(x, cos, sin, pairing), inputs, fast_mode=True
    )
    assert torch.autograd.gradgradcheck(
        lambda x, cos, sin: turn(x, cos, sin, pairing), inputs, fast_mode=True
    )


@pairings
@ranks
def test_gradients_through_many_tokens_are_those_of_the_formula(
    pairing: Pairing, rank: int
) -> None:
    inputs = _inputs(B * MANY, rank)
    weights = torch.randn_like(inputs[0])
    mine = torch.autograd.grad(turn(*inputs, pairing), inputs, weights)
    theirs = torch.autograd.grad(turn_formula(*inputs, pairing), inputs, weights)
    torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


@pairings
def test_second_gradients_through_many_tokens_are_those_of_the_formula(pairing: Pairing) -> None:
    x, cos, sin = _inputs(2 * MANY, 2)

    def second(way: Callable[[Tensor, Tensor, Tensor, Pairing], Tensor]) -> tuple[Tensor, ...]:
        cubes = way(x, cos, sin, pairing) ** 3
        first = torch.autograd.grad(cubes.sum(), (x, cos, sin), create_graph=True)
        return torch.autograd.grad(torch.cat([z.flatten() for z in first]).norm(), (x, cos, sin))

    torch.testing.assert_close(second(turn), second(turn_formula), rtol=1e-10, atol=1e-10)


@pairings
def test_gradients_come_back_in_the_dtype_of_their_input(pairing: Pairing) -> None:
    x, cos, sin = _inputs(2 * MANY, 2, torch.float32)
    half = x.detach().bfloat16().requires_grad_()
    turn(half, cos, sin, pairing).sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert [z.grad.dtype for z in (half, cos, sin) if z.grad is not None] == [
        torch.bfloat16,
        torch.float32,
        torch.float32,
    ]


@pairings
def test_nothing_of_the_size_of_x_is_kept_for_fixed_tables(pairing: Pairing) -> None:
    x, cos, sin = (z.detach() for z in _inputs(2 * MANY, 2))
    kept: list[int] = []

    def keep(z: Tensor) -> Tensor:
        kept.append(z.numel())
        return z

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda z: z):
        turn(x.requires_grad_(), cos, sin, pairing)
    assert kept == [cos.numel(), sin.numel()]


@pairings
@lengths
def test_vmap_turns_each_of_a_stack(pairing: Pairing, t: int) -> None:
    x, cos, sin = (z.detach() for z in _inputs(t, 2))
    xs, coss, sins = (torch.stack([z * 0.5, z, -z], 1) for z in (x, cos, sin))
    stacked = torch.func.vmap(lambda x, cos, sin: turn(x, cos, sin, pairing), in_dims=1)(
        xs, coss, sins
    )
    for i in range(3):
        alone = turn(xs[:, i], coss[:, i], sins[:, i], pairing)
        torch.testing.assert_close(stacked[i], alone, rtol=1e-14, atol=1e-14)


@pairings
@lengths
@pytest.mark.parametrize("learned", [0, 1, 2], ids=["x", "cos", "sin"])
def test_each_input_alone_has_its_gradient(pairing: Pairing, t: int, learned: int) -> None:
    inputs = [z.detach() for z in _inputs(2 * t, 2)]
    wanted = inputs[learned].requires_grad_()
    weights = torch.randn_like(inputs[0])
    x, cos, sin = inputs
    mine = torch.autograd.grad(turn(x, cos, sin, pairing), wanted, weights)
    theirs = torch.autograd.grad(turn_formula(x, cos, sin, pairing), wanted, weights)
    torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")  # torch's own use
@pairings
@pytest.mark.parametrize("t", [T, 2 * MANY, 2 * BLOCK // (B * H * D)])
@pytest.mark.parametrize("backwards_too", [False, True])
def test_forward_derivative_is_the_rotation_of_the_tangent(
    pairing: Pairing, t: int, backwards_too: bool
) -> None:
    x, cos, sin = (z.detach() for z in _inputs(t, 2))
    tangent = torch.randn_like(x)
    x.requires_grad_(backwards_too)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, tangent)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        turned = turn(dual, cos, sin, pairing)
        out = forward_ad.unpack_dual(turned)  # type: ignore[no-untyped-call]  # as above
    torch.testing.assert_close(out.tangent, turn(tangent, cos, sin, pairing))
    torch.testing.assert_close(out.primal, turn(x, cos, sin, pairing))
