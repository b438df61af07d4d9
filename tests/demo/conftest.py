"""The small random model of the demonstration, its first layer, and one thread for all of it."""

from collections.abc import Iterator

import pytest
import torch

from typed_rope.demo.replaced import attention_layers
from typed_rope.demo.subject import small_random
from typed_rope.models import Decoder
from typed_rope.modules import Attention


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny matrices gain nothing from threads, which wait for each other on busy cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def model() -> Decoder:
    return small_random().model


@pytest.fixture
def layer(model: Decoder) -> Attention:
    return attention_layers(model)[0]
