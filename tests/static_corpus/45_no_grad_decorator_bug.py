"""Evaluation helpers under decorators."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")


def counted(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return wrapper


@lru_cache(maxsize=None)
def frequencies(width: int) -> Float[Tensor, "{width}//2"]:
    return 1.0 / 10000 ** (torch.arange(0, width, 2) / width)


@torch.no_grad()
def perplexity(logits: Float[Tensor, "t v"], labels: Int[Tensor, "t"]) -> Float[Tensor, ""]:
    chosen = logits.log_softmax(-1).gather(1, labels[:, None]).squeeze(1)
    return chosen.mean().neg().exp()


@counted
@torch.inference_mode()
def accuracy(logits: Float[Tensor, "t v"], labels: Int[Tensor, "t"]) -> Float[Tensor, ""]:
    hits = logits.argmax(0) == labels  # BUG: the best position for each word
    return hits.float().mean()


def example() -> None:
    logits, labels = torch.randn(5, 11), torch.randint(0, 11, (5,))
    assert perplexity(logits, labels).ndim == accuracy(logits, labels).ndim == 0
    assert frequencies(8).shape == (4,)
