"""A tiny decoder with pairwise distinct sizes, and Llama once more in float64."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
import torch
from torch import Tensor

from typed_rope.models import Decoder, DecoderConfig
from typed_rope.rope import RopeSpec

Llama64 = Callable[..., Tensor]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny matrices gain nothing from threads, which wait for each other on busy cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def config() -> DecoderConfig:
    """Sizes 2 layers, 15/5 = 3 heads a group, d/2 = 4, h*d = 120, g*d = 40: none equals another."""
    return DecoderConfig(
        vocab=31,
        channels=20,
        layers=2,
        heads=15,
        kv_heads=5,
        feed_forward=26,
        context=17,
        rope=RopeSpec(head_dim=8, theta=100.0, pairing="interleaved"),
        norm_eps=1e-3,
    )


@pytest.fixture(scope="session")
def model(config: DecoderConfig) -> Decoder:
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return Decoder(config).eval()


@pytest.fixture(scope="session")
def llama64() -> Llama64:
    """Return the model as a formula over Decoder's names of weights, for one row of ids."""
    return _llama


def _llama(
    weights: Mapping[str, Tensor],
    ids: Iterable[int],
    *,
    layers: int,
    heads: int,
    kv_heads: int,
    head_dim: int,
    theta: float,
    eps: float,
) -> Tensor:
    w = {name: weight.double() for name, weight in weights.items()}
    x = torch.stack([w["embedding.weight"][token] for token in ids])
    frequencies = theta ** (-torch.arange(0, head_dim, 2).double() / head_dim)
    angles = torch.arange(x.shape[0]).double()[:, None] * frequencies
    for n in range(layers):
        part = {name.removeprefix(f"blocks.{n}."): weight for name, weight in w.items()}
        y = _norm(x, part["attention_norm.weight"], eps)
        x = x + _attention(y, part, angles, heads, heads // kv_heads)
        y = _norm(x, part["feed_forward_norm.weight"], eps)
        gate, up = (y @ part[f"feed_forward.{name}.weight"].T for name in ("gate", "up"))
        x = x + (gate / (1 + (-gate).exp()) * up) @ part["feed_forward.down.weight"].T
    head_weight = w.get("head.weight", w["embedding.weight"])
    return _norm(x, w["norm.weight"], eps) @ head_weight.T


def _norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * weight


def _attention(
    x: Tensor, part: Mapping[str, Tensor], angles: Tensor, heads: int, group: int
) -> Tensor:
    """One head after the other, each a matrix of its own."""
    t, d = x.shape[0], 2 * angles.shape[1]
    q, k, v = (x @ part[f"attention.{name}.weight"].T for name in ("query", "key", "value"))
    mixed = []
    for head in range(heads):
        own, shared = head * d, head // group * d
        one, two = _turned(q[:, own : own + d], angles), _turned(k[:, shared : shared + d], angles)
        scores = one @ two.T / math.sqrt(d)
        scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), -math.inf)
        mixed.append(scores.softmax(1) @ v[:, shared : shared + d])
    return torch.cat(mixed, 1) @ part["attention.output.weight"].T


def _turned(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate interleaved pairs as complex numbers."""
    pairs = torch.complex(x[:, ::2].contiguous(), x[:, 1::2].contiguous()) * torch.exp(1j * angles)
    return torch.stack([pairs.real, pairs.imag], 2).flatten(1)
