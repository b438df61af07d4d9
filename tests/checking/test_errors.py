"""What a function's own code refuses is as machine-readable as what an annotation refuses."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.attention import attend, masks
from typed_rope.checking import ShapeError
from typed_rope.models import Decoder, DecoderConfig
from typed_rope.rope import RopeSpec

B, G, H, T, S, D, E = 3, 2, 10, 7, 11, 8, 6
Q, K, V = torch.zeros(B, H, T, D), torch.zeros(B, G, S, D), torch.zeros(B, G, S, E)
CONFIG = DecoderConfig(
    channels=15,
    heads=H,
    kv_heads=G,
    layers=1,
    feed_forward=13,
    vocab=19,
    context=32,
    rope=RopeSpec(head_dim=D),
    norm_eps=1e-5,
    tied_embeddings=True,
)


def heads() -> Tensor:
    return attend(Q[:, :9], K, V)


def channels() -> Tensor:
    return attend(Q[..., :0], K[..., :0], V)


def dtypes(odd: str) -> Tensor:
    q, k, v = (x.double() if name == odd else x for name, x in zip("qkv", (Q, K, V), strict=True))
    return attend(q, k, v)


def other_mask() -> Tensor:
    return attend(Q, K, V, mask=masks.explicit(torch.ones(2, 1, T, S, dtype=torch.bool)))


def padding() -> Tensor:
    return masks.padding(torch.ones(B, 9, dtype=torch.bool)).allowed(T, S)


def explicit() -> Tensor:
    return masks.explicit(torch.ones(1, 1, T, S, dtype=torch.bool)).allowed(S, T)


def cache() -> Tensor:
    model = Decoder(CONFIG)
    held = model.new_cache(batch=2, capacity=9)
    logits: Tensor = model(torch.arange(B * T).view(B, T) % 19, cache=held)
    return logits


REFUSED: dict[str, tuple[Callable[[], Any], str, str, dict[str, int]]] = {
    "heads": (heads, "attend", "q", {"h": 9, "g": G}),
    "channels": (channels, "attend", "q", {"d": 0}),
    "dtype of q": (lambda: dtypes("q"), "attend", "q", {}),
    "dtype of k": (lambda: dtypes("k"), "attend", "k", {}),
    "dtype of v": (lambda: dtypes("v"), "attend", "v", {}),
    "mask": (other_mask, "attend", "mask", {}),
    "padding": (padding, "masks.padding", "real", {"s": S}),
    "explicit": (explicit, "masks.explicit", "may_attend", {}),
    "cache": (cache, "Decoder", "cache", {"b": B}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_by_a_functions_own_code_tells_its_parts(case: str) -> None:
    call, function, argument, bindings = REFUSED[case]
    with pytest.raises(ShapeError) as refused:
        call()
    error = refused.value
    assert (error.function, error.argument, error.bindings) == (function, argument, bindings)
    assert str(error).startswith(f"{function}: ")
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


@pytest.mark.parametrize("dynamic", [False, True])
def test_torch_compile_keeps_the_parts(dynamic: bool) -> None:
    torch._dynamo.reset()
    with pytest.raises(ShapeError) as refused:
        torch.compile(attend, backend="eager", dynamic=dynamic)(Q[:, :9], K, V)
    error = refused.value
    assert (error.function, error.argument, error.bindings) == ("attend", "q", {"h": 9, "g": G})
    torch._dynamo.reset()


@pytest.mark.parametrize("dynamic", [False, True])
def test_a_full_graph_tells_the_whole_text(dynamic: bool) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(attend, backend="eager", dynamic=dynamic, fullgraph=True)
    with pytest.raises(torch._dynamo.exc.Unsupported) as refused:
        compiled(Q[:, :9], K, V)
    text = "attend: the 9 heads of q are no multiple of the 2 heads of k and v."
    assert f"ShapeError('{text}')" in str(refused.value)
    torch._dynamo.reset()
