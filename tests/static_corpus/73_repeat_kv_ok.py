"""Key and value heads shared by expanding a view."""

import torch
from jaxtyping import Float
from torch import Tensor


def repeat_kv(
    hidden_states: Float[Tensor, "batch kv_heads slen head_dim"], n_rep: int
) -> Float[Tensor, "batch kv_heads*{n_rep} slen head_dim"]:
    batch, num_key_value_heads, slen, head_dim = hidden_states.shape
    if n_rep == 1:
        return hidden_states
    hidden_states = hidden_states[:, :, None, :, :].expand(
        batch, num_key_value_heads, n_rep, slen, head_dim
    )
    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)


def decode(
    q: Float[Tensor, "batch heads one head_dim"],
    k: Float[Tensor, "batch kv_heads slen head_dim"],
    v: Float[Tensor, "batch kv_heads slen head_dim"],
) -> Float[Tensor, "batch heads one head_dim"]:
    groups = q.shape[1] // k.shape[1]
    keys, values = repeat_kv(k, groups), repeat_kv(v, groups)
    weights = torch.matmul(q, keys.transpose(2, 3)).softmax(dim=-1)
    return torch.matmul(weights, values)


def example() -> None:
    k = torch.randn(2, 3, 7, 8)
    assert decode(torch.randn(2, 6, 1, 8), k, k).shape == (2, 6, 1, 8)
