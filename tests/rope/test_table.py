import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.checking import ShapeError
from typed_rope.rope.rotate import apply_rope
from typed_rope.rope.scaling import LinearScaling
from typed_rope.rope.spec import RopeSpec
from typed_rope.rope.table import _float64_device, rope_frequencies, rope_table

B, T, R = 3, 7, 10


def _angle(position: float, pair: int, theta: float, rotary_dim: int) -> float:
    """RoFormer, section 3.2.2, in Python's own floats."""
    return position * math.pow(theta, -2 * pair / rotary_dim)


def _exact(positions: Tensor, spec: RopeSpec) -> tuple[Tensor, Tensor]:
    angles = [
        [_angle(float(m), i, spec.theta, spec.rotary_dim) for i in range(spec.rotary_dim // 2)]
        for m in positions.flatten().tolist()
    ]
    shape = (*positions.shape, spec.rotary_dim // 2)
    cos, sin = (
        torch.tensor([[f(a) for a in row] for row in angles], dtype=torch.float64).reshape(shape)
        for f in (math.cos, math.sin)
    )
    return cos, sin


@settings(deadline=None, max_examples=50)
@given(
    positions=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6),
    theta=st.floats(2.0, 1e7),
    half=st.integers(1, 8),
)
def test_tables_hold_the_exact_angles_to_float32(
    positions: list[int], theta: float, half: int
) -> None:
    spec, where = RopeSpec(head_dim=2 * half, theta=theta), torch.tensor(positions)
    for table, exact in zip(rope_table(spec, where), _exact(where, spec), strict=True):
        assert table.dtype == torch.float32
        assert (table.double() - exact).abs().max() <= 2.0**-24


def test_one_million_positions_away_the_angle_still_has_all_its_digits() -> None:
    spec, positions = RopeSpec(head_dim=128), torch.tensor([10**6 - 1, 10**6, 10**6 + 1])
    for table, exact in zip(rope_table(spec, positions), _exact(positions, spec), strict=True):
        assert torch.equal(table, exact.float())


def test_positions_that_float32_cannot_hold_keep_their_own_angle() -> None:
    spec, positions = RopeSpec(head_dim=R), torch.tensor([2**24, 2**24 + 1])
    cos, _ = rope_table(spec, positions)
    torch.testing.assert_close(cos, _exact(positions, spec)[0].float(), rtol=0, atol=2.0**-22)
    assert (cos[0] - cos[1]).abs().max() > 0.1


def test_float64_tables_are_given_on_request() -> None:
    spec, positions = RopeSpec(head_dim=R), torch.arange(T) + 1000
    made = rope_table(spec, positions, dtype=torch.float64)
    for table, exact in zip(made, _exact(positions, spec), strict=True):
        torch.testing.assert_close(table, exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.float32, torch.float64], ids=str)
def test_each_sequence_of_a_batch_has_its_own_rows(dtype: torch.dtype) -> None:
    positions = torch.randint(-50, 50, (B, T), generator=torch.Generator().manual_seed(5)).to(dtype)
    spec = RopeSpec(head_dim=R)
    for both, alone in zip(
        rope_table(spec, positions),
        zip(*(rope_table(spec, row) for row in positions), strict=True),
        strict=True,
    ):
        assert both.shape == (B, T, R // 2)
        assert torch.equal(both, torch.stack(alone))


def test_positions_between_tokens_have_angles_between() -> None:
    spec, positions = RopeSpec(head_dim=R), torch.tensor([0.25, 1.5, 7.75])
    for table, exact in zip(rope_table(spec, positions), _exact(positions, spec), strict=True):
        torch.testing.assert_close(table, exact.float(), rtol=0, atol=2.0**-24)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_positions_in_half_precision_are_refused(dtype: torch.dtype) -> None:
    with pytest.raises(ShapeError):
        rope_table(RopeSpec(head_dim=R), torch.arange(T).to(dtype))


@pytest.mark.parametrize("shape", [(), (2, B, T)], ids=str)
def test_positions_of_another_rank_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError):
        rope_table(RopeSpec(head_dim=R), torch.zeros(shape, dtype=torch.int64))


def test_only_the_rotated_dims_have_angles() -> None:
    cos, sin = rope_table(RopeSpec(head_dim=22, rotary_dim=R), torch.arange(T))
    assert cos.shape == sin.shape == (T, R // 2)


def test_default_dtype_and_autocast_do_not_reach_the_angles() -> None:
    spec, positions = (
        RopeSpec(head_dim=R, scaling=LinearScaling(factor=3.0)),
        torch.arange(T) + 9000,
    )
    expected = rope_table(spec, positions)
    try:
        torch.set_default_dtype(torch.float16)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = rope_table(spec, positions)
    finally:
        torch.set_default_dtype(torch.float32)
    assert [table.dtype for table in found] == [torch.float32, torch.float32]
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64], ids=str)
def test_tables_narrower_than_float32_are_refused(dtype: torch.dtype) -> None:
    with pytest.raises(ValueError, match="dtype") as error:
        rope_table(RopeSpec(head_dim=R), torch.arange(T), dtype=dtype)
    message = f"rope_table: dtype must be torch.float32 or torch.float64, got {dtype}."
    assert str(error.value) == message


def test_a_length_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="seq_len") as error:
        rope_table(RopeSpec(head_dim=R), torch.arange(T), seq_len=0)
    assert str(error.value) == "rope_table: seq_len must be at least 1, got 0."


def test_tables_stay_on_the_device_of_their_positions() -> None:
    cos, sin = rope_table(RopeSpec(head_dim=R), torch.arange(T, device="meta"))
    assert cos.device.type == sin.device.type == "meta"


def test_angles_are_computed_on_the_cpu_where_a_device_has_no_float64() -> None:
    assert _float64_device(torch.device("mps")).type == "cpu"
    assert _float64_device(torch.device("cuda")).type == "cuda"


def test_frequencies_follow_the_scaling() -> None:
    plain = rope_frequencies(RopeSpec(head_dim=R))
    scaled = rope_frequencies(RopeSpec(head_dim=R, scaling=LinearScaling(factor=4.0)))
    assert torch.equal(scaled, plain / 4.0)


def test_table_and_rotation_compile_to_one_graph_for_any_number_of_tokens() -> None:
    spec = RopeSpec(head_dim=R, pairing="interleaved")

    def rotate(x: Tensor, positions: Tensor) -> Tensor:
        return apply_rope(x, *rope_table(spec, positions), spec)

    compiled = torch.compile(rotate, fullgraph=True, dynamic=True, backend="aot_eager")
    for t in (T, 12, 17):
        x = torch.randn(2, 3, t, R, generator=torch.Generator().manual_seed(t))
        torch.testing.assert_close(compiled(x, torch.arange(t)), rotate(x, torch.arange(t)))
