"""What is true of every public function, by formulas that share no code with it."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from drawn_cases import DECODER, MODULES
from torch import Tensor
from torch.testing import assert_close

from typed_rope.testing import Arguments


def close(got: Any, expected: Tensor) -> None:
    narrow = {torch.bfloat16: 2e-2, torch.float16: 2e-3}.get(got.dtype, 1e-5)
    assert_close(got.double(), expected.double(), rtol=narrow, atol=narrow)


def turned(a: Mapping[str, Any], pairs: int, interleaved: bool) -> Tensor:
    """Turn the first channels of every head by complex multiplication."""
    x = a["x"].double()
    cos, sin = (z.double() if z.ndim == 2 else z.double()[:, None] for z in (a["cos"], a["sin"]))
    part, rest = x[..., : 2 * pairs], x[..., 2 * pairs :]
    first, second = (
        (part[..., ::2], part[..., 1::2]) if interleaved else (part[..., :pairs], part[..., pairs:])
    )
    z = torch.complex(first, second) * torch.complex(cos.expand_as(first), sin.expand_as(first))
    whole = (
        torch.stack([z.real, z.imag], -1).flatten(-2)
        if interleaved
        else torch.cat([z.real, z.imag], -1)
    )
    return torch.cat([whole, rest], -1)


def attended(a: Mapping[str, Any]) -> Tensor:
    """One query after the other."""
    q, k, v = a["q"], a["k"], a["v"]
    b, h, t, _ = q.shape
    g, scale = k.shape[1], a.get("scale", q.shape[3] ** -0.5)
    out: Tensor = q.new_zeros(b, h, t, v.shape[3])
    bias = a["bias"].expand(b, h, -1, -1) if a.get("bias") is not None else None
    for row in range(b):
        for head in range(h):
            kv = head // (h // g)
            for i in range(t):
                scores = k[row, kv] @ q[row, head, i] * scale
                scores = scores if bias is None else scores + bias[row, head, i]
                sink = a["sinks"][head].exp() if a.get("sinks") is not None else 0.0
                weights = scores.exp() / (scores.exp().sum() + sink)
                out[row, head, i] = weights @ v[row, kv]
    return out


def frequencies(theta: float, r: int) -> list[float]:
    return [theta ** (-2 * i / r) for i in range(r // 2)]


def reordered(a: Mapping[str, Any], to_interleaved: bool) -> Tensor:
    """Move rows one by one."""
    rows = list(a["weight"])
    d = len(rows) // 3
    out = list(rows)
    for head in range(3):
        for i in range(d // 2):
            for half in (0, 1):
                halves, pairs = head * d + half * (d // 2) + i, head * d + 2 * i + half
                if to_interleaved:
                    out[pairs] = rows[halves]
                else:
                    out[halves] = rows[pairs]
    return torch.stack(out)


def same_rows(a: Arguments, got: Tensor) -> None:
    """Each row of the batch, alone, gives what it gives among the others."""
    name = next(iter(a.keys() & {"x", "ids"}))
    if a[name].ndim < 2 or a[name].shape[0] == 1:
        return
    alone = dict(a) | {n: v[:1] for n, v in a.items() if isinstance(v, Tensor) and v.ndim == 3}
    alone[name] = a[name][:1]
    assert_close(a._target.call(**alone), got[:1], rtol=1e-4, atol=1e-4)


def table(a: Arguments, got: Any) -> None:
    angles = torch.tensor(
        [[p * f / 3.0 for f in frequencies(100.0, 8)] for p in a["positions"].flatten().tolist()],
        dtype=torch.float64,
    )
    for z, truth in zip(got, (angles.cos(), angles.sin()), strict=True):
        assert z.shape == (*a["positions"].shape, 4)
        close(z.reshape(-1, 4), truth)


def appended(a: Arguments, got: Tensor) -> None:
    assert torch.equal(got, torch.cat([a["buffer"][:, :, :3], a["new"]], 2))


def generated(a: Arguments, got: Tensor) -> None:
    ids: Tensor = a["ids"]
    for _ in range(2):
        ids = torch.cat([ids, DECODER(ids)[:, -1].argmax(1, keepdim=True).to(ids.dtype)], 1)
    assert torch.equal(got, ids)


def nll(a: Arguments, got: Tensor) -> None:
    logits = DECODER(a["ids"]).log_softmax(2)
    for row, tokens in enumerate(a["ids"].tolist()):
        for i, token in enumerate(tokens[1:]):
            close(got[row, i], -logits[row, i, token])


def allowed(rule: Callable[[int, int], bool]) -> Callable[[Arguments, Any], None]:
    def law(_: Arguments, got: Any) -> None:
        matrix = got.allowed(3, 7)[0, 0].tolist()
        assert matrix == [[rule(i, j) for j in range(7)] for i in range(4, 7)]

    return law


LAWS: dict[str, Callable[[Any, Any], object]] = {
    "split_heads": lambda a, y: close(y, torch.stack(a["x"].chunk(a["heads"], 2), 1)),
    "merge_heads": lambda a, y: close(y, torch.cat(list(a["x"].unbind(1)), 2)),
    "heads_first": lambda a, y: close(y, torch.stack(list(a["x"].unbind(2)), 1)),
    "tokens_first": lambda a, y: close(y, torch.stack(list(a["x"].unbind(1)), 2)),
    "repeat_kv": lambda a, y: close(
        y, torch.stack([a["x"][:, i // a["groups"]] for i in range(y.shape[1])], 1)
    ),
    "plain_frequencies": lambda a, y: close(
        y, torch.tensor(frequencies(a["theta"], a["rotary_dim"]), dtype=torch.float64)
    ),
    "rope_frequencies": lambda _, y: close(
        y, torch.tensor(frequencies(100.0, 8), dtype=torch.float64) / 3.0
    ),
    "rope_table": table,
    "apply_rope": lambda a, y: close(y, turned(a, 4, interleaved=False)),
    "rotate_halves": lambda a, y: close(y, turned(a, a["cos"].shape[-1], interleaved=False)),
    "rotate_interleaved": lambda a, y: close(y, turned(a, a["cos"].shape[-1], interleaved=True)),
    "rotate_halves_partial": lambda a, y: close(y, turned(a, 2, interleaved=False)),
    "rotate_interleaved_partial": lambda a, y: close(y, turned(a, 2, interleaved=True)),
    "halves_to_interleaved": lambda a, y: close(y, reordered(a, to_interleaved=True)),
    "interleaved_to_halves": lambda a, y: close(y, reordered(a, to_interleaved=False)),
    "append": appended,
    "attend": lambda a, y: close(y, attended(a)),
    "attend_reference": lambda a, y: close(y, attended(a)),
    "attend_sdpa": lambda a, y: close(y, attended(a)),
    "rms_norm": lambda a, y: close(
        y,
        a["x"].double()
        / (a["x"].double().square().mean(-1, keepdim=True) + 0.25).sqrt()
        * a["weight"].double(),
    ),
    "swiglu": lambda a, y: close(
        y, a["gate"].double() / (1 + (-a["gate"].double()).exp()) * a["up"].double()
    ),
    "generate": generated,
    "token_nll": nll,
    "full": allowed(lambda i, j: True),
    "causal": allowed(lambda i, j: j <= i),
    "window": lambda a, y: allowed(lambda i, j: i - a["width"] < j <= i)(a, y),
    "prefix": lambda a, y: allowed(lambda i, j: j < a["length"])(a, y),
    "padding": lambda a, y: close(y.allowed(2, a["real"].shape[1])[:, 0, 1].int(), a["real"].int()),
    "explicit": lambda a, y: close(
        y.allowed(*a["may_attend"].shape[2:]).int(), a["may_attend"].int()
    ),
    **dict.fromkeys(MODULES, same_rows),
}
