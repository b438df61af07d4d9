"""Models as they are written in tutorials: all of it is right."""

import math
from collections.abc import Callable
from typing import Optional

import torch
import torch.nn as nn
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor


class MHA(nn.Module):
    def __init__(self, d_model: int, n_heads: int) -> None:
        super().__init__()
        assert d_model % n_heads == 0
        self.h = n_heads
        self.d_k = d_model // n_heads
        self.linears = nn.ModuleList([nn.Linear(d_model, d_model) for _ in range(4)])
        self.attn: Optional[Tensor] = None

    def forward(self, query: Float[Tensor, "b t c"], key: Float[Tensor, "b s c"], value: Float[Tensor, "b s c"], mask: Optional[Bool[Tensor, "b t s"]] = None) -> Float[Tensor, "b t c"]:
        if mask is not None:
            mask = mask.unsqueeze(1)
        nbatches = query.size(0)
        q, k, v = [lin(x).view(nbatches, -1, self.h, self.d_k).transpose(1, 2) for lin, x in zip(self.linears, (query, key, value))]
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p_attn = scores.softmax(dim=-1)
        x = torch.matmul(p_attn, v)
        x = x.transpose(1, 2).contiguous().view(nbatches, -1, self.h * self.d_k)
        out: Tensor = self.linears[-1](x)
        return out


class ResBlock(nn.Module):
    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()
        self.gn = nn.GroupNorm(8, cout)

    def forward(self, x: Float[Tensor, "b cin h w"]) -> Float[Tensor, "b cout h w"]:
        y = F.silu(self.gn(self.conv1(x)))
        out: Tensor = self.conv2(y) + self.skip(x)
        return out


class UNet(nn.Module):
    def __init__(self, ch: int, mults: tuple[int, ...] = (1, 2, 4)) -> None:
        super().__init__()
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()
        c = ch
        for m in mults:
            self.downs.append(ResBlock(c, ch * m))
            c = ch * m
        for m in reversed(mults):
            self.ups.append(ResBlock(c + ch * m, ch * m))
            c = ch * m
        self.pool = nn.AvgPool2d(2)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
            x = self.pool(x)
        for up in self.ups:
            x = F.interpolate(x, scale_factor=2.0)
            x = up(torch.cat([x, skips.pop()], dim=1))
        return x


class Cache:
    def __init__(self) -> None:
        self.k: Optional[Float[Tensor, "b h s d"]] = None
        self.v: Optional[Float[Tensor, "b h s d"]] = None
        self.layers: list[tuple[Tensor, Tensor]] = []

    def update(self, k: Float[Tensor, "b h t d"], v: Float[Tensor, "b h t d"]) -> tuple[Float[Tensor, "b h s d"], Float[Tensor, "b h s d"]]:
        if self.k is None or self.v is None:
            self.k, self.v = k, v
        else:
            self.k = torch.cat([self.k, k], dim=2)
            self.v = torch.cat([self.v, v], dim=-2)
        return self.k, self.v


class LSTMTagger(nn.Module):
    def __init__(self, vocab: int, emb: int, hidden: int, tags: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, tags)

    def forward(self, ids: Int[Tensor, "b t"], lengths: Optional[Int[Tensor, "b"]] = None) -> Float[Tensor, "b t tags"]:
        x = self.emb(ids)
        h, (hn, cn) = self.lstm(x)
        logits: Tensor = self.out(h)
        last = torch.cat([hn[-2], hn[-1]], dim=-1)
        if lengths is not None:
            keep = torch.arange(ids.shape[1], device=ids.device)[None, :] < lengths[:, None]
            logits = logits * keep.unsqueeze(-1)
        result: Tensor = logits + self.out(last).unsqueeze(1)
        return result


def sample(logits: Float[Tensor, "b v"], top_k: Optional[int] = None, temperature: float = 1.0) -> Int[Tensor, "b 1"]:
    logits = logits / temperature
    if top_k is not None:
        v, _ = torch.topk(logits, min(top_k, logits.size(-1)))
        logits[logits < v[:, [-1]]] = -float("inf")
    probs = F.softmax(logits, dim=-1)
    return torch.multinomial(probs, num_samples=1)


@torch.no_grad()
def generate(model: Callable[[Tensor], Tensor], idx: Int[Tensor, "b t"], n: int, block: int) -> Int[Tensor, "b m"]:
    for _ in range(n):
        idx_cond = idx if idx.size(1) <= block else idx[:, -block:]
        logits = model(idx_cond)[:, -1, :]
        idx = torch.cat((idx, sample(logits)), dim=1)
    return idx


def pos_encoding(d: int, n: int) -> Float[Tensor, "{n} {d}"]:
    pe = torch.zeros(n, d)
    position = torch.arange(0, n).unsqueeze(1)
    div = torch.exp(torch.arange(0, d, 2) * -(math.log(10000.0) / d))
    pe[:, 0::2] = torch.sin(position * div)
    pe[:, 1::2] = torch.cos(position * div)
    return pe


def moe(x: Float[Tensor, "n c"], gate: Float[Tensor, "c e"], experts: list[Callable[[Tensor], Tensor]], k: int) -> Float[Tensor, "n c"]:
    weights, idx = torch.topk((x @ gate).softmax(-1), k)
    out = torch.zeros_like(x)
    for i, expert in enumerate(experts):
        token, slot = torch.where(idx == i)
        out[token] += weights[token, slot, None] * expert(x[token])
    return out


def rope(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b g t d"], base: float = 1e4) -> tuple[Float[Tensor, "b h t d"], Float[Tensor, "b g t d"]]:
    t, d = q.shape[-2:]
    inv = 1.0 / base ** (torch.arange(0, d, 2, device=q.device).float() / d)
    freqs = torch.outer(torch.arange(t, device=q.device).float(), inv)
    emb = torch.cat((freqs, freqs), dim=-1)
    cos, sin = emb.cos(), emb.sin()

    def rot(x: Tensor) -> Tensor:
        a, b = x[..., : d // 2], x[..., d // 2 :]
        return torch.cat((-b, a), -1)

    return q * cos + rot(q) * sin, k * cos + rot(k) * sin


def interleaved(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]) -> Float[Tensor, "b h t d"]:
    x1, x2 = x[..., ::2], x[..., 1::2]
    return torch.stack((x1 * cos - x2 * sin, x1 * sin + x2 * cos), dim=-1).flatten(-2)


def gqa(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b g s d"], v: Float[Tensor, "b g s d"]) -> Float[Tensor, "b t c"]:
    b, h, t, d = q.shape
    g = k.shape[1]
    q = q.view(b, g, h // g, t, d)
    s = torch.einsum("bgrtd,bgsd->bgrts", q, k) / d**0.5
    o = torch.einsum("bgrts,bgsd->bgrtd", s.softmax(-1), v)
    return o.reshape(b, h, t, d).transpose(1, 2).reshape(b, t, h * d)


def windows(x: Float[Tensor, "b t c"], w: int) -> Float[Tensor, "b n {w} c"]:
    b, t, c = x.shape
    pad = (w - t % w) % w
    x = F.pad(x, (0, 0, 0, pad))
    return x.view(b, -1, w, c)


def relative(q: Float[Tensor, "b h t d"], table: Float[Tensor, "2*t-1 d"]) -> Float[Tensor, "b h t t"]:
    b, h, t, d = q.shape
    rel = q @ table.T
    rel = F.pad(rel, (0, 1)).flatten(2)
    rel = F.pad(rel, (0, t - 1)).view(b, h, t + 1, 2 * t - 1)
    return rel[:, :, :t, t - 1 :]


def dice(logits: Float[Tensor, "b k h w"], target: Int[Tensor, "b h w"]) -> Float[Tensor, ""]:
    k = logits.shape[1]
    hot = F.one_hot(target, k).permute(0, 3, 1, 2).float()
    p = logits.softmax(1)
    num = 2 * (p * hot).sum((0, 2, 3))
    den = p.sum((0, 2, 3)) + hot.sum((0, 2, 3))
    return 1 - (num / den.clamp_min(1e-6)).mean()


def byol(x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
    z = torch.cat([x, y])
    sim = F.cosine_similarity(z.unsqueeze(1), z.unsqueeze(0), dim=-1)
    n = x.shape[0]
    mask = torch.eye(2 * n, dtype=torch.bool, device=z.device)
    sim = sim.masked_fill(mask, float("-inf"))
    targets = torch.arange(2 * n).roll(n)
    return F.cross_entropy(sim, targets)


def example() -> None:
    x, ids = torch.randn(2, 5, 24), torch.randint(0, 11, (2, 5))
    assert MHA(24, 3)(x, torch.randn(2, 7, 24), torch.randn(2, 7, 24)).shape == (2, 5, 24)
    assert ResBlock(6, 16)(torch.randn(2, 6, 5, 7)).shape == (2, 16, 5, 7)
    cache = Cache()
    assert cache.update(torch.randn(2, 3, 5, 8), torch.randn(2, 3, 5, 8))[0].shape == (2, 3, 5, 8)
    assert cache.update(torch.randn(2, 3, 1, 8), torch.randn(2, 3, 1, 8))[0].shape == (2, 3, 6, 8)
    assert LSTMTagger(11, 6, 9, 4)(ids, torch.tensor([3, 5])).shape == (2, 5, 4)
    assert sample(torch.randn(2, 11), 3).shape == (2, 1)
    assert generate(lambda i: torch.randn(*i.shape, 11), ids, 2, 4).shape == (2, 7)
    assert pos_encoding(8, 5).shape == (5, 8)
    experts: list[Callable[[Tensor], Tensor]] = [torch.tanh, torch.relu, torch.sigmoid]
    assert moe(torch.randn(7, 8), torch.randn(8, 3), experts, 2).shape == (7, 8)
    q, k = torch.randn(2, 6, 5, 8), torch.randn(2, 3, 5, 8)
    assert rope(q, k)[1].shape == (2, 3, 5, 8)
    assert interleaved(q, torch.rand(5, 4), torch.rand(5, 4)).shape == (2, 6, 5, 8)
    assert gqa(q, torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 8)).shape == (2, 5, 48)
    assert windows(torch.randn(2, 10, 8), 4).shape == (2, 3, 4, 8)
    assert relative(q, torch.randn(9, 8)).shape == (2, 6, 5, 5)
    assert dice(torch.randn(2, 3, 5, 7), torch.randint(0, 3, (2, 5, 7))).ndim == 0
    assert byol(torch.randn(5, 8), torch.randn(5, 8)).ndim == 0
