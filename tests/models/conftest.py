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
    """Return the model as a formula: `weights` by Decoder's names, one row of ids, positions."""

    def norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
        return x / (x.square().mean(-1, keepdim=True) + eps).sqrt() * weight

    def turned(x: Tensor, positions: Tensor, frequencies: Tensor) -> Tensor:
        pairs = torch.complex(x[:, ::2].contiguous(), x[:, 1::2].contiguous())
        pairs = pairs * torch.exp(1j * positions.double()[:, None] * frequencies)
        return torch.stack([pairs.real, pairs.imag], 2).flatten(1)

    def run(
        weights: Mapping[str, Tensor],
        ids: Iterable[int],
        *,
        layers: int,
        heads: int,
        kv_heads: int,
        head_dim: int,
        theta: float,
        eps: float,
        divisors: Tensor | None = None,
        first: int = 0,
    ) -> Tensor:
        w = {name: weight.double() for name, weight in weights.items()}
        x = torch.stack([w["embedding.weight"][token] for token in ids])
        t, d = x.shape[0], head_dim
        positions = torch.arange(first, first + t)
        frequencies = theta ** (-torch.arange(0, d, 2).double() / d)
        frequencies = frequencies if divisors is None else frequencies / divisors.double()
        for n in range(layers):
            part = {name.removeprefix(f"blocks.{n}."): weight for name, weight in w.items()}
            y = norm(x, part["attention_norm.weight"], eps)
            q, k, v = (y @ part[f"attention.{name}.weight"].T for name in ("query", "key", "value"))
            mixed = []
            for head in range(heads):
                shared = head // (heads // kv_heads)
                one = turned(q[:, head * d : (head + 1) * d], positions, frequencies)
                two = turned(k[:, shared * d : (shared + 1) * d], positions, frequencies)
                scores = one @ two.T / math.sqrt(d)
                scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), -math.inf)
                mixed.append(scores.softmax(1) @ v[:, shared * d : (shared + 1) * d])
            x = x + torch.cat(mixed, 1) @ part["attention.output.weight"].T
            y = norm(x, part["feed_forward_norm.weight"], eps)
            gate, up = (y @ part[f"feed_forward.{name}.weight"].T for name in ("gate", "up"))
            x = x + (gate / (1 + (-gate).exp()) * up) @ part["feed_forward.down.weight"].T
        head_weight = w.get("head.weight", w["embedding.weight"])
        return norm(x, w["norm.weight"], eps) @ head_weight.T

    return run
