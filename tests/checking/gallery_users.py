"""Everyday functions of a user: images, losses, embeddings, masks, caches."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Functions of yours",
    introduction="Images, losses, embeddings, masks, caches: whatever has an annotation is explained.",
    definitions="""
        from dataclasses import dataclass
        from typing import NamedTuple

        import torch
        from jaxtyping import Bool, Float, Int
        from torch import Tensor, nn

        import typed_rope as tr


        class Cache(NamedTuple):
            k: Float[Tensor, "b g s d"]
            v: Float[Tensor, "b g s d"]


        @tr.typed
        def convolve(x: Float[Tensor, "b i y x"], weight: Float[Tensor, "o i 3 3"]) -> None: ...


        @tr.typed
        def normalise(x: Float[Tensor, "b 3 y x"], mean: Float[Tensor, "3"]) -> None: ...


        @tr.typed
        def patches(x: Float[Tensor, "b c y x"], p: int) -> Float[Tensor, "b c (y/{p})*(x/{p})"]:
            return nn.functional.avg_pool2d(x, p).flatten(2)


        @tr.typed
        def halve(x: Float[Tensor, "b d"]) -> Float[Tensor, "b d/2"]:
            return x[:, : x.shape[1] // 2]


        @tr.typed
        def embed(ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> None: ...


        @tr.typed
        def route(x: Float[Tensor, "n c"], gates: Float[Tensor, "n e"]) -> None: ...


        @tr.typed
        def loss(logits: Float[Tensor, "n v"], targets: Int[Tensor, " n"]) -> None: ...


        @tr.typed
        def rotate(x: Float[Tensor, "b t d"], turns: Float[Tensor, "t d/2 2"]) -> None: ...


        @tr.typed
        def score(q: Float[Tensor, "b t d"], mask: Float[Tensor, "t t"]) -> None: ...


        @tr.typed
        def decode(q: Float[Tensor, "b h 1 d"], cache: Cache, at: Int[Tensor, " b"]) -> None: ...


        @tr.typed
        def generate(x: Float[Tensor, "b t c"], caches: list[Cache]) -> None: ...


        ids, table = torch.zeros(2, 5, dtype=torch.int64), torch.zeros(10, 4)
        k, at = torch.zeros(2, 3, 7, 8), torch.tensor([4, 6])
    """,
    cases=(
        Case(
            "Channels kept last",
            "convolve(torch.zeros(2, 32, 30, 4), torch.zeros(6, 4, 3, 3))",
            """
            convolve: x fits its annotation with its axes read as (b, y, x, i), or with i and x exchanged.
            > x:      Float[Tensor, "b i y x"]   float32 (2, 32, 30, 4)   i = 32, y = 30, x = 4
              weight: Float[Tensor, "o i 3 3"]   float32 (6, 4, 3, 3)     i = 4
            Write: convolve(x.permute(0, 3, 1, 2), weight) or convolve(x.transpose(1, 3), weight)
            """,
        ),
        Case(
            "Axes kept for broadcasting",
            "normalise(torch.zeros(2, 3, 8, 9), torch.zeros(1, 3, 1, 1))",
            """
            normalise: mean has 4 axes, where "3" has 1.
            > mean: Float[Tensor, "3"]   float32 (1, 3, 1, 1)
            Write: normalise(x, mean.squeeze((0, 2, 3)))
            """,
        ),
        Case(
            "Rows and tokens in one axis",
            "route(torch.zeros(2, 5, 8), torch.zeros(10, 4))",
            """
            route: x fits its annotation with its first two axes joined.
            > x:     Float[Tensor, "n c"]   float32 (2, 5, 8)
              gates: Float[Tensor, "n e"]   float32 (10, 4)     n = 10
            Write: route(x.flatten(0, 1), gates)
            """,
        ),
        Case(
            "Logits and targets before they are flattened",
            "loss(torch.zeros(2, 5, 10), ids)",
            """
            loss: logits and targets fit their annotations with their first two axes joined.
            > logits:  Float[Tensor, "n v"]   float32 (2, 5, 10)
            > targets: Int[Tensor, "n"]       int64 (2, 5)
            Write: loss(logits.flatten(0, 1), targets.flatten(0, 1))
            """,
        ),
        Case(
            "Classes one by one",
            "loss(torch.zeros(5, 10), torch.zeros(5, 10))",
            """
            loss: targets is float32, which is not Int, and has 2 axes, where "n" has 1.
              logits:  Float[Tensor, "n v"]   float32 (5, 10)   n = 5
            > targets: Int[Tensor, "n"]       float32 (5, 10)
            """,
        ),
        Case(
            "Tokens as vectors",
            "embed(torch.zeros(2, 5, 10), table)",
            """
            embed: ids is float32, which is not Int, and has 3 axes, where "b t" has 2.
            > ids: Int[Tensor, "b t"]   float32 (2, 5, 10)
            """,
        ),
        Case(
            "A module for its weights",
            "embed(ids, nn.Embedding(10, 4))",
            """
            embed: table is a module (Embedding), not a Tensor.
            > table: Float[Tensor, "v c"]   Embedding
            Write: embed(ids, table.weight)
            """,
        ),
        Case(
            "What a tokenizer returns",
            'embed({"input_ids": ids}, table)',
            """
            embed: ids is a dict, not a Tensor.
            > ids: Int[Tensor, "b t"]   dict of 1
            Write: embed(ids['input_ids'], table)
            """,
        ),
        Case(
            "Complex numbers for pairs",
            "rotate(torch.zeros(2, 5, 8), torch.zeros(5, 4, dtype=torch.complex64))",
            """
            rotate: turns is complex64, which is not Float.
              x:     Float[Tensor, "b t d"]     float32 (2, 5, 8)   t = 5, d = 8
            > turns: Float[Tensor, "t d/2 2"]   complex64 (5, 4)
            Write: rotate(x, torch.view_as_real(turns))
            """,
        ),
        Case(
            "A mask of another meaning",
            "score(torch.zeros(2, 5, 8), torch.ones(5, 5) > 0)",
            """
            score: mask is bool, which is not Float.
              q:    Float[Tensor, "b t d"]   float32 (2, 5, 8)   t = 5
            > mask: Float[Tensor, "t t"]     bool (5, 5)         t = 5
            """,
        ),
        Case(
            "Several tokens where one is asked for",
            "decode(torch.zeros(2, 6, 4, 8), Cache(k, k), at)",
            """
            decode: q has 4 at axis 2, where its annotation says 1.
            > q: Float[Tensor, "b h 1 d"]   float32 (2, 6, 4, 8)
            """,
        ),
        Case(
            "Two fields against the rest",
            "decode(torch.zeros(4, 6, 1, 8), Cache(k, k), torch.zeros(4, dtype=torch.int64))",
            """
            decode: cache.k and cache.v (fields of Cache) have b = 2, where q has b = 4.
              q:       Float[Tensor, "b h 1 d"]   float32 (4, 6, 1, 8)   b = 4
            > cache.k: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 8)   b = 2
            > cache.v: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 8)   b = 2
              at:      Int[Tensor, "b"]           int64 (4,)             b = 4
            """,
        ),
        Case(
            "Either field of a cache",
            "decode(torch.zeros(2, 6, 1, 8), Cache(k.transpose(1, 2), k), at)",
            """
            decode: cache.k or cache.v (fields of Cache) fits its annotation with g and s exchanged.
            > cache.k: Float[Tensor, "b g s d"]   float32 (2, 7, 3, 8)   g = 7, s = 3
            > cache.v: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 8)   g = 3, s = 7
            Write: decode(q, cache._replace(k=cache.k.transpose(1, 2)), at) or decode(q, cache._replace(v=cache.v.transpose(1, 2)), at)
            """,
        ),
        Case(
            "One cache for a list of them",
            "generate(torch.zeros(2, 5, 4), Cache(k, k))",
            """
            generate: caches is a model.Cache, not list[Cache].
            > caches: list[Cache]   Cache of 2
            Write: generate(x, [caches])
            """,
        ),
        Case(
            "An odd size that the result halves",
            "halve(torch.zeros(2, 11))",
            """
            halve: x has an odd d = 11, where the result needs d/2.
            > x:      Float[Tensor, "b d"]     float32 (2, 11)   d = 11
              result: Float[Tensor, "b d/2"]   float32 (2, 5)    d/2 = 5
            """,
        ),
        Case(
            "An image that no patch divides",
            "patches(torch.zeros(2, 3, 15, 16), 4)",
            """
            patches: x has y = 15, where the result needs y/4.
            > x:      Float[Tensor, "b c y x"]               float32 (2, 3, 15, 16)   y = 15, x = 16
              result: Float[Tensor, "b c (y/{p})*(x/{p})"]   float32 (2, 3, 12)       (y/{p})*(x/{p}) = 12
              p:      int                                    4
            """,
        ),
    ),
)
