"""What each fault costs a model, and which of three kinds of check finds it.

shapes    the same fault, written with the library's checked functions: is the call refused?
laws      what must hold of any layer with rotary positions: does it still?
formula   the model's logits, next to those of the formulas in float64: do they agree?
"""

from dataclasses import dataclass
from typing import Final, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional

from typed_rope.attention import KeyValues, Mask, attend, masks
from typed_rope.checking import ShapeError, typed
from typed_rope.demo.faults import FAULTS, Fault, FaultName, planted, without_fault
from typed_rope.demo.formula import attend_by_formula
from typed_rope.demo.laws import LawName, broken_laws
from typed_rope.demo.replaced import attention_layers, replaced
from typed_rope.models import Decoder
from typed_rope.modules import Attention
from typed_rope.rope import apply_rope, rope_table

CheckName = Literal["shapes", "laws", "formula"]
# What the tests allow between this library and transformers on the same file.
TOLERANCE: Final = 3e-4


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a model with one fault, or with none.

    `nll` is the mean over the text in nats a token, None where the weights are random and it says
    nothing; `logit_difference` the largest from the formulas; `refusal` the text of the
    ShapeError, None where shapes give no reason for one.
    """

    name: FaultName | Literal["none"]
    nll: float | None
    logit_difference: float
    refusal: str | None
    broken_laws: tuple[LawName, ...]
    within_tolerance: bool
    found_by: tuple[CheckName, ...]


@typed
def judge(
    model: Decoder,
    ids: Int[Tensor, "b t"],
    truth: Float[Tensor, "b t v={model.config.vocab}"],
    *,
    name: FaultName | Literal["none"],
    trained: bool,
) -> Verdict:
    """Run a model with a fault on a text, and put the fault before every check."""
    fault = without_fault if name == "none" else FAULTS[name]
    with planted(model, fault), torch.no_grad():
        logits = model(ids)
    layer = attention_layers(model)[0]
    difference = float((logits - truth).abs().max())
    refused, broken = refusal(layer, fault), broken_laws(layer, fault)
    findings: dict[CheckName, object] = {
        "shapes": refused,
        "laws": broken,
        "formula": difference > TOLERANCE,
    }
    return Verdict(
        name=name,
        nll=_mean_nll(logits, ids) if trained else None,
        logit_difference=difference,
        refusal=refused,
        broken_laws=broken,
        within_tolerance=difference <= TOLERANCE,
        found_by=tuple(check for check, found in findings.items() if found),
    )


@typed
def logits_by_formula(
    model: Decoder, ids: Int[Tensor, "b t"]
) -> Float[Tensor, "b t v={model.config.vocab}"]:
    """Run a model with every layer's attention computed by its formulas in float64."""

    def forward(
        attention: Attention,
        x: Tensor,
        cos: Tensor,
        sin: Tensor,
        *,
        mask: Mask,
        past: KeyValues | None,
    ) -> Tensor:
        return attend_by_formula(attention, x)

    with replaced(model, "forward", forward), torch.no_grad():
        logits: Tensor = model(ids)
    return logits


@typed
def refusal(attention: Attention, fault: Fault) -> str | None:
    """Return the error that the checked functions give a fault; None if they take it."""
    # Heads, tokens and all other sizes differ, or shapes could not tell axes apart.
    x = torch.zeros(2, attention.heads + 4, attention.channels)
    cos, sin = rope_table(attention.rope, torch.arange(x.shape[1]))
    try:
        with torch.no_grad():
            attend(*fault(attention, x, cos, sin, apply_rope), mask=masks.causal())
    except ShapeError as error:
        return str(error)
    return None


@typed
def absent(model: Decoder) -> dict[FaultName, str]:
    """Say which faults cannot be made in a model of this kind, and why."""
    if model.config.kv_heads in (1, model.config.heads):
        return {"groups": "the model's query heads do not share key/value heads in groups"}
    return {}


@typed
def _mean_nll(logits: Float[Tensor, "b t v"], ids: Int[Tensor, "b t"]) -> float:
    return float(functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()))
