"""What a scaling says of a spec reaches its tables: the factor, the length, and nothing changed."""

import dataclasses
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.rope.scaling import LinearScaling, Llama3Scaling, Scaling
from typed_rope.rope.spec import RopeSpec
from typed_rope.rope.table import rope_table

D, T = 10, 7
LINEAR = LinearScaling(factor=4.0)
LLAMA3 = Llama3Scaling(
    factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=512
)


class Attending(LinearScaling):
    """A scaling whose attention factor grows with the length, as YaRN's does with its factor."""

    def attention_factor(self, *, seq_len: int | None = None) -> float:
        return 3.0 if seq_len is None else math.sqrt(seq_len)


def _tables(scaling: Scaling, **options: Any) -> tuple[Tensor, Tensor]:
    return rope_table(RopeSpec(head_dim=D, scaling=scaling), torch.arange(T), **options)


@pytest.mark.parametrize(("options", "factor"), [({}, 3.0), ({"seq_len": 25}, 5.0)], ids=str)
def test_both_tables_are_multiplied_by_the_attention_factor(
    options: dict[str, int], factor: float
) -> None:
    plain = _tables(LINEAR, dtype=torch.float64)
    scaled = _tables(Attending(factor=4.0), dtype=torch.float64, **options)
    for table, without in zip(scaled, plain, strict=True):
        torch.testing.assert_close(table, without * factor, rtol=1e-15, atol=0)


def test_tables_are_narrowed_after_they_are_multiplied() -> None:
    wide = _tables(Attending(factor=4.0), dtype=torch.float64)
    for table, exact in zip(_tables(Attending(factor=4.0)), wide, strict=True):
        assert torch.equal(table, exact.float())


@pytest.mark.parametrize("scaling", [LINEAR, LLAMA3], ids=lambda scaling: type(scaling).__name__)
def test_no_field_of_a_scaling_can_be_given_another(scaling: Scaling) -> None:
    for field in dataclasses.fields(scaling):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(scaling, field.name, 2.0)


def test_a_length_is_handed_to_the_frequencies_too() -> None:
    asked: list[int | None] = []

    class Asking(LinearScaling):
        def frequencies(
            self,
            theta: float,
            rotary_dim: int,
            *,
            seq_len: int | None = None,
            device: torch.device | None = None,
        ) -> Tensor:
            asked.append(seq_len)
            return super().frequencies(theta, rotary_dim, seq_len=seq_len, device=device)

    _tables(Asking(factor=4.0), seq_len=25)
    _tables(Asking(factor=4.0))
    assert asked == [25, None]


@pytest.mark.parametrize("scaling", [LINEAR, LLAMA3], ids=lambda scaling: type(scaling).__name__)
def test_frequencies_are_made_where_they_are_asked_for(scaling: Scaling) -> None:
    made = scaling.frequencies(10_000.0, D, device=torch.device("meta"))
    assert made.device.type == "meta"


@pytest.mark.parametrize("scaling", [LinearScaling, Llama3Scaling])
def test_the_numbers_of_a_scaling_are_given_by_name(scaling: Any) -> None:
    with pytest.raises(TypeError):
        scaling(*(8.0, 1.0, 4.0, 512)[: len(dataclasses.fields(scaling))])
