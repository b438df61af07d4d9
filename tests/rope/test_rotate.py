"""The oracle is the complex number formula in float64: (a + ib) e^(i angle)."""

import math
from collections.abc import Callable
from itertools import permutations

import pytest
import torch
from torch import Tensor

from typed_rope.checking import ShapeError
from typed_rope.rope.pairing import Pairing
from typed_rope.rope.rotate import (
    apply_rope,
    rotate_halves,
    rotate_halves_partial,
    rotate_interleaved,
    rotate_interleaved_partial,
)
from typed_rope.rope.spec import RopeSpec

B, H, T, D = 2, 3, 5, 8
R = 14  # of a head of 22, where only a part turns
WIDE_T = 2800  # many enough tokens for several blocks

ROTATE = {"halves": rotate_halves, "interleaved": rotate_interleaved}
PARTIAL = {"halves": rotate_halves_partial, "interleaved": rotate_interleaved_partial}
DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)

pairings = pytest.mark.parametrize("pairing", ["halves", "interleaved"])
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: str(dtype)[6:])
tables = pytest.mark.parametrize("shape", [(T, D // 2), (B, T, D // 2)], ids=["t", "bt"])


def _split(x: Tensor, pairing: Pairing) -> tuple[Tensor, Tensor]:
    half = x.shape[-1] // 2
    if pairing == "halves":
        return x[..., :half], x[..., half:]
    return x[..., 0::2], x[..., 1::2]


def _join(z: Tensor, pairing: Pairing) -> Tensor:
    if pairing == "halves":
        return torch.cat((z.real, z.imag), -1)
    return torch.stack((z.real, z.imag), -1).flatten(-2)


def _oracle(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    a, b = _split(x.double(), pairing)
    turn = torch.complex(cos.double(), sin.double())
    return _join(torch.complex(a, b) * (turn[:, None] if turn.ndim == 3 else turn), pairing)


def _norms(x: Tensor, pairing: Pairing) -> Tensor:
    a, b = _split(x.double(), pairing)
    norm = torch.hypot(a, b)
    return _join(torch.complex(norm, norm), pairing)


def _tolerance(x: Tensor, exact: Tensor, pairing: Pairing) -> Tensor:
    """Allow two eps of the pair's norm, those of float32 where x is narrower, and then one ulp.

    The first is what two products and their sum may lose, the second the one rounding to x.
    """
    info = torch.finfo(x.dtype)
    if info.bits >= 32:
        return 2 * info.eps * _norms(x, pairing)
    ulp = torch.ldexp(torch.full_like(exact, info.eps), torch.frexp(exact).exponent - 1)
    ulp = ulp.clamp(min=info.smallest_normal * info.eps)
    return 2 * torch.finfo(torch.float32).eps * _norms(x, pairing) + ulp


def _draw(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64).to(dtype)


def _angles(*shape: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    angles = torch.rand(*shape, dtype=torch.float64) * 2 * math.pi
    return angles.cos().to(dtype), angles.sin().to(dtype)


@pytest.fixture(autouse=True)
def _same_numbers_every_run() -> None:
    torch.manual_seed(20)


@pairings
@dtypes
@tables
def test_rotation_is_complex_multiplication(
    pairing: Pairing, dtype: torch.dtype, shape: tuple[int, ...]
) -> None:
    x = _draw(B, H, T, D, dtype=dtype)
    cos, sin = _angles(*shape, dtype=torch.float64 if dtype is torch.float64 else torch.float32)
    turned, exact = ROTATE[pairing](x, cos, sin), _oracle(x, cos, sin, pairing)
    assert turned.dtype == dtype
    assert ((turned.double() - exact).abs() <= _tolerance(x, exact, pairing)).all()


@pairings
@dtypes
def test_many_tokens_turn_as_few_do(pairing: Pairing, dtype: torch.dtype) -> None:
    x = _draw(B, H, WIDE_T, 64, dtype=dtype)
    cos, sin = _angles(
        B, WIDE_T, 32, dtype=torch.float64 if dtype is torch.float64 else torch.float32
    )
    turned, exact = ROTATE[pairing](x, cos, sin), _oracle(x, cos, sin, pairing)
    assert turned.dtype == dtype
    assert ((turned.double() - exact).abs() <= _tolerance(x, exact, pairing)).all()


@pairings
@pytest.mark.parametrize("table_dtype", [torch.float32, torch.float64], ids=str)
@dtypes
def test_the_widest_dtype_computes_and_that_of_x_returns(
    pairing: Pairing, dtype: torch.dtype, table_dtype: torch.dtype
) -> None:
    x, (cos, sin) = _draw(B, H, T, D, dtype=dtype), _angles(T, D // 2, dtype=table_dtype)
    turned, exact = ROTATE[pairing](x, cos, sin), _oracle(x, cos, sin, pairing)
    assert turned.dtype == dtype
    assert ((turned.double() - exact).abs() <= _tolerance(x, exact, pairing)).all()
    if table_dtype is torch.float64 and dtype is not torch.float64:  # rounded once
        assert torch.equal(turned, exact.to(dtype))


@pairings
def test_rows_of_a_batch_table_meet_their_own_sequence_only(pairing: Pairing) -> None:
    x, (cos, sin) = _draw(B, H, T, D), _angles(B, T, D // 2)
    turned = ROTATE[pairing](x, cos, sin)
    for row in range(B):
        alone = ROTATE[pairing](x[row : row + 1], cos[row], sin[row])
        assert torch.equal(turned[row : row + 1], alone)


@pairings
@pytest.mark.parametrize("t", [T, WIDE_T])
def test_memory_layout_does_not_change_the_result(pairing: Pairing, t: int) -> None:
    x, (cos, sin) = _draw(B, H, t, 64), _angles(t, 32)
    expected = ROTATE[pairing](x, cos, sin)
    token_major = x.transpose(1, 2).contiguous().transpose(1, 2)
    channels_outside = x.mT.contiguous().mT
    odd_offset = torch.cat((x.new_zeros(B, H, t, 1), x), -1)[..., 1:]
    for same in (token_major, channels_outside, odd_offset):
        assert torch.equal(ROTATE[pairing](same, cos, sin), expected)


@pairings
def test_rotation_leaves_its_inputs_alone(pairing: Pairing) -> None:
    inputs = (_draw(B, H, WIDE_T, 64), *_angles(WIDE_T, 32))
    before = [z.clone() for z in inputs]
    ROTATE[pairing](*inputs)
    assert all(torch.equal(z, copy) for z, copy in zip(inputs, before, strict=True))


@pairings
@pytest.mark.parametrize("order", list(permutations("bhtd"))[1:], ids="".join)
@pytest.mark.parametrize("rank", [2, 3])
def test_rotation_refuses_x_in_any_other_order(
    pairing: Pairing, order: tuple[str, ...], rank: int
) -> None:
    cos, sin = _angles(*(B, T, D // 2)[3 - rank :])
    x = _draw(B, H, T, D).permute(["bhtd".index(axis) for axis in order])
    harmless = rank == 2 and order[2:] == ("t", "d")
    if harmless:  # no argument contradicts it, and heads and batch turn alike
        turned = ROTATE[pairing](x, cos, sin)
        assert torch.equal(turned.transpose(0, 1), ROTATE[pairing](x.transpose(0, 1), cos, sin))
        return
    with pytest.raises(ShapeError):
        ROTATE[pairing](x, cos, sin)


@pairings
@pytest.mark.parametrize(
    "shape",
    [
        (T, D),
        (T - 1, D // 2),
        (1, D // 2),
        (D // 2, T),
        (D // 2,),
        (1, T, D // 2),
        (B, 1, T, D // 2),
    ],
    ids=str,
)
def test_rotation_refuses_tables_that_do_not_cover_x_exactly(
    pairing: Pairing, shape: tuple[int, ...]
) -> None:
    cos, sin = _angles(*shape)
    with pytest.raises(ShapeError):
        ROTATE[pairing](_draw(B, H, T, D), cos, sin)


@pairings
@pytest.mark.parametrize("columns", [3, 4])
def test_rotation_refuses_an_odd_head_dim(pairing: Pairing, columns: int) -> None:
    with pytest.raises(ShapeError) as error:
        ROTATE[pairing](_draw(B, H, T, 7), *_angles(T, columns))
    assert (error.value.function, error.value.argument) == (f"rotate_{pairing}", "x")
    assert "d = 7" in str(error.value).splitlines()[0]


@pairings
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_rotation_refuses_tables_in_half_precision(pairing: Pairing, dtype: torch.dtype) -> None:
    with pytest.raises(ShapeError):
        ROTATE[pairing](_draw(B, H, T, D, dtype=dtype), *_angles(T, D // 2, dtype=dtype))


@pairings
@tables
def test_partial_rotation_is_the_rotation_of_the_first_channels(
    pairing: Pairing, shape: tuple[int, ...]
) -> None:
    x, (cos, sin) = _draw(B, H, T, 22), _angles(*shape[:-1], R // 2)
    turned = PARTIAL[pairing](x, cos, sin, rotary_dim=R)
    assert torch.equal(turned[..., :R], ROTATE[pairing](x[..., :R], cos, sin))
    assert torch.equal(turned[..., R:], x[..., R:])


@pairings
@pytest.mark.parametrize("rotary_dim", [24, 13, 0])
def test_partial_rotation_refuses_dims_that_make_no_pairs(
    pairing: Pairing, rotary_dim: int
) -> None:
    tables = _angles(T, rotary_dim // 2)
    if rotary_dim % 2:  # half a channel is no width that a table could have
        with pytest.raises(ShapeError):
            PARTIAL[pairing](_draw(B, H, T, 22), *tables, rotary_dim=rotary_dim)
        return
    with pytest.raises(ValueError, match="rotary_dim") as error:
        PARTIAL[pairing](_draw(B, H, T, 22), *tables, rotary_dim=rotary_dim)
    assert str(error.value) == (
        f"rotate_{pairing}_partial: rotary_dim must be even, at least 2 and at most the head dim, "
        f"got rotary_dim={rotary_dim}, head dim 22."
    )


@pairings
@tables
@pytest.mark.parametrize("rotary_dim", [R, 22])
def test_apply_rope_follows_pairing_and_rotated_part(
    pairing: Pairing, shape: tuple[int, ...], rotary_dim: int
) -> None:
    spec = RopeSpec(head_dim=22, rotary_dim=rotary_dim, pairing=pairing)
    x, (cos, sin) = _draw(B, H, T, 22), _angles(*shape[:-1], rotary_dim // 2)
    exact = torch.cat(
        (_oracle(x[..., :rotary_dim], cos, sin, pairing), x[..., rotary_dim:].double()), -1
    )
    torch.testing.assert_close(apply_rope(x, cos, sin, spec).double(), exact, rtol=0, atol=2e-6)


def test_apply_rope_refuses_another_head_dim() -> None:
    with pytest.raises(ShapeError):
        apply_rope(_draw(B, H, T, 12), *_angles(T, 4), RopeSpec(head_dim=D))


@pairings
@pytest.mark.parametrize("order", list(permutations("bhtd"))[1:], ids="".join)
def test_apply_rope_refuses_x_in_any_other_order(pairing: Pairing, order: tuple[str, ...]) -> None:
    x = _draw(B, H, T, D).permute(["bhtd".index(axis) for axis in order])
    with pytest.raises(ShapeError):
        apply_rope(x, *_angles(B, T, D // 2), RopeSpec(head_dim=D, pairing=pairing))


@pairings
def test_autocast_does_not_touch_the_rotation(pairing: Pairing) -> None:
    x, (cos, sin) = _draw(B, H, T, D), _angles(T, D // 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        turned = ROTATE[pairing](x, cos, sin)
    assert torch.equal(turned, ROTATE[pairing](x, cos, sin))


@pairings
@dtypes
def test_compiled_rotation_is_one_graph_and_agrees(pairing: Pairing, dtype: torch.dtype) -> None:
    compiled: Callable[[Tensor, Tensor, Tensor], Tensor] = torch.compile(
        ROTATE[pairing], fullgraph=True, backend="aot_eager"
    )
    x, (cos, sin) = _draw(B, H, T, D, dtype=dtype), _angles(T, D // 2, dtype=torch.float64)
    turned, exact = compiled(x, cos, sin), _oracle(x, cos, sin, pairing)
    assert turned.dtype == dtype
    assert ((turned.double() - exact).abs() <= _tolerance(x, exact, pairing)).all()
