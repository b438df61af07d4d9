"""A model's outputs as a named tuple."""

from typing import NamedTuple, Optional

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F


class ModelOutput(NamedTuple):
    logits: Float[Tensor, "b t v"]
    hidden: Float[Tensor, "b t c"]
    loss: Optional[Float[Tensor, ""]] = None


class Head(nn.Module):
    def __init__(self, width: int, vocab: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocab, bias=False)

    def forward(
        self, x: Float[Tensor, "b t c"], targets: Optional[Int[Tensor, "b t"]] = None
    ) -> ModelOutput:
        x = self.norm(x)
        logits = self.lm_head(x)
        loss = None
        if targets is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
        return ModelOutput(logits, x, loss)


def last_hidden(out: ModelOutput) -> Float[Tensor, "b c"]:
    return out.hidden[:, -1]


def greedy(out: ModelOutput) -> Int[Tensor, "b"]:
    return out.logits[:, -1].argmax(dim=-1, keepdim=True)  # BUG: keeps an axis of size 1


def example() -> None:
    out = Head(8, 11)(torch.randn(2, 5, 8), torch.randint(0, 11, (2, 5)))
    assert last_hidden(out).shape == (2, 8)
    assert greedy(out).shape == (2,)
