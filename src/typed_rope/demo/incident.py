"""The mistake that this library began with, run again.

    x          b t h d    what the example built
    compute    b h t d    what the function meant: it takes positions from the third axis, here h

Every token is turned by the number of its head instead of its position, and nothing fails: the
shapes fit, because the function cuts the tables to whatever length it finds.
"""

import inspect
import math
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.dtypes import Wide
from typed_rope.layout import heads_first
from typed_rope.rope import RopeSpec, rope_table, rotate_halves

SOURCE: Final = "LLMs-from-scratch, issue 411"
_B, _T, _H, _D = 2, 5, 6, 8
_CONTEXT: Final = 16
_HEAD: Final = 4  # the one whose positions are read off


# Written out as in the incident, and unchecked on purpose.
def compute_rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn `x` of (batch, heads, tokens, head_dim)."""
    cos, sin = cos[: x.shape[2]], sin[: x.shape[2]]
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


@typed
def rotate_tokens_first(
    x: Float[Tensor, "b t h d"],
    cos: Wide[Tensor, "t d/2"],
    sin: Wide[Tensor, "t d/2"],
) -> Float[Tensor, "b h t d"]:
    """Rotate a tensor that has its tokens before its heads."""
    return rotate_halves(heads_first(x), cos, sin)


@dataclass(frozen=True, kw_only=True)
class Repair:
    """A right way to write the call, and how far its result is from the formula in float64."""

    code: str
    difference: float


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What the mistake did, what it does now, and what repairs it.

    `turned_to` are the positions that the tokens of head `head` were turned to; the differences
    are the largest of an attention score, from right ones and from those without any positions.
    """

    source: str
    code: str
    shape: tuple[int, ...]
    result_shape: tuple[int, ...]
    head: int
    turned_to: tuple[int, ...]
    difference_from_right: float
    difference_from_no_positions: float
    call: str
    error: str
    repairs: tuple[Repair, ...]
    accepted_with_equal_sizes: tuple[int, ...] | None


@typed
def incident() -> Incident:
    """Run the mistake as it was, and as it is now."""
    random = torch.Generator().manual_seed(411)
    x, other = (torch.randn(_B, _T, _H, _D, generator=random) for _ in range(2))
    spec = RopeSpec(head_dim=_D)
    long_cos, long_sin = rope_table(spec, torch.arange(_CONTEXT))
    wrong, wrong_other = (compute_rope(z, long_cos, long_sin) for z in (x, other))
    cos, sin = rope_table(spec, torch.arange(_T))
    right, right_other = (rotate_halves(heads_first(z), cos, sin) for z in (x, other))
    scores = _scores(heads_first(wrong), heads_first(wrong_other))
    return Incident(
        source=SOURCE,
        code=_shown(compute_rope),
        shape=tuple(x.shape),
        result_shape=tuple(wrong.shape),
        head=_HEAD,
        turned_to=_positions(x[0, :, _HEAD], wrong[0, :, _HEAD]),
        difference_from_right=_distance(scores, _scores(right, right_other)),
        difference_from_no_positions=_distance(scores, _scores(heads_first(x), heads_first(other))),
        call="rotate_halves(x, cos, sin)",
        error=_refusal(x, cos, sin),
        repairs=_repairs(x, cos, sin),
        accepted_with_equal_sizes=_blind_spot(random),
    )


@typed
def _refusal(
    x: Float[Tensor, "b t h d"], cos: Wide[Tensor, "t d/2"], sin: Wide[Tensor, "t d/2"]
) -> str:
    try:
        rotate_halves(x, cos, sin)  # type: ignore[layout]  # the incident
    except ShapeError as error:
        return str(error)
    raise RuntimeError("rotate_halves accepted a wrong layout.")


@typed
def _repairs(
    x: Float[Tensor, "b t h d"], cos: Wide[Tensor, "t d/2"], sin: Wide[Tensor, "t d/2"]
) -> tuple[Repair, ...]:
    expected = _by_formula(x)
    named = rotate_halves(heads_first(x), cos, sin)
    own = rotate_tokens_first(x, cos, sin)
    return (
        Repair(
            code="rotate_halves(heads_first(x), cos, sin)", difference=_distance(named, expected)
        ),
        Repair(code=_shown(rotate_tokens_first), difference=_distance(own, expected)),
    )


@typed
def _blind_spot(random: torch.Generator) -> tuple[int, ...] | None:
    """Return a shape with as many heads as tokens whose wrong layout is accepted, if one is."""
    x = torch.randn(_B, _T, _T, _D, generator=random)
    try:
        rotate_halves(x, *rope_table(RopeSpec(head_dim=_D), torch.arange(_T)))
    except ShapeError:
        return None
    return tuple(x.shape)


@typed
def _by_formula(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]:
    """Turn by complex multiplication. Source: Su et al. 2021 (RoFormer), section 3.2.2."""
    a, b = heads_first(x).double().chunk(2, dim=3)
    frequencies = 10_000.0 ** (-torch.arange(0, _D, 2).double() / _D)
    angles = torch.arange(_T).double()[:, None] * frequencies
    turned = torch.complex(a, b) * torch.exp(1j * angles)
    return torch.cat((turned.real, turned.imag), dim=3)


@typed
def _positions(before: Float[Tensor, "t d"], after: Float[Tensor, "t d"]) -> tuple[int, ...]:
    """Read off what positions vectors were turned to: the first pair turns a radian each."""
    turns = [torch.atan2(z[:, _D // 2], z[:, 0]) for z in (before, after)]
    return tuple(round(angle % math.tau) for angle in (turns[1] - turns[0]).tolist())


@typed
def _scores(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"]) -> Float[Tensor, "b h t s"]:
    return torch.einsum("bhtd,bhsd->bhts", q, k)


@typed
def _distance(one: Float[Tensor, "*b"], other: Float[Tensor, "*b"]) -> float:
    return float((one.double() - other.double()).abs().max())


def _shown(function: object) -> str:
    """Return the source of a function without its docstring."""
    lines = inspect.getsource(function).splitlines()  # type: ignore[arg-type]  # a function it is
    return "\n".join(line for line in lines if not line.strip().startswith('"""'))
