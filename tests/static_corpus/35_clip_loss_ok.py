"""A symmetric contrastive loss between images and texts."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def similarity(
    image: Float[Tensor, "images dim"], text: Float[Tensor, "texts dim"], temperature: float
) -> Float[Tensor, "images texts"]:
    image = F.normalize(image, dim=-1)
    text = F.normalize(text, dim=-1)
    return image @ text.t() / temperature


def clip_loss(
    image: Float[Tensor, "n d"], text: Float[Tensor, "n d"], temperature: float = 0.07
) -> Float[Tensor, ""]:
    logits = similarity(image, text, temperature)
    targets = torch.arange(image.shape[0], device=image.device)
    return (F.cross_entropy(logits, targets) + F.cross_entropy(logits.t(), targets)) / 2


def example() -> None:
    assert clip_loss(torch.randn(5, 8), torch.randn(5, 8)).ndim == 0
