"""Sizes that live in a frozen configuration."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    d_model: int
    n_heads: int
    d_head: int
    d_mlp: int


class MLP(nn.Module):
    def __init__(self, cfg: Config) -> None:
        super().__init__()
        self.cfg = cfg
        self.W_in = nn.Parameter(torch.empty(cfg.d_model, cfg.d_mlp))
        self.W_out = nn.Parameter(torch.empty(cfg.d_mlp, cfg.d_model))
        self.b_in = nn.Parameter(torch.zeros(cfg.d_mlp))

    def forward(
        self, x: Float[Tensor, "batch pos {self.cfg.d_model}"]
    ) -> Float[Tensor, "batch pos {self.cfg.d_model}"]:
        pre: Float[Tensor, "batch pos {self.cfg.d_mlp}"] = x @ self.W_in + self.b_in
        return torch.relu(pre) @ self.W_out


class Heads(nn.Module):
    def __init__(self, cfg: Config) -> None:
        super().__init__()
        self.cfg = cfg

    def split(
        self, x: Float[Tensor, "batch pos {self.cfg.n_heads}*{self.cfg.d_head}"]
    ) -> Float[Tensor, "batch {self.cfg.n_heads} pos {self.cfg.d_head}"]:
        batch, pos, _ = x.shape
        x = x.view(batch, pos, self.cfg.n_heads, self.cfg.d_head)
        return x.transpose(1, 2)


def example() -> None:
    cfg = Config(d_model=7, n_heads=3, d_head=8, d_mlp=11)
    assert MLP(cfg)(torch.randn(2, 5, 7)).shape == (2, 5, 7)
    assert Heads(cfg).split(torch.randn(2, 5, 24)).shape == (2, 3, 5, 8)
