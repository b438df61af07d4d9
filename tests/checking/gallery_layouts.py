"""Axes in the wrong order or number, tables of the wrong width, arguments in the wrong place."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Layouts",
    introduction="Axes in the wrong order or number, and arguments in each other's place.",
    definitions="""
        import torch
        from jaxtyping import Float
        from torch import Tensor

        import typed_rope as tr
        from typed_rope.attention import attend
        from typed_rope.layout import split_heads
        from typed_rope.rope import RopeSpec, apply_rope, rotate_halves


        @tr.typed
        def rotate_wide(
            x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d"], sin: Float[Tensor, "t d"]
        ) -> Float[Tensor, "b h t d"]:
            half = x.shape[-1] // 2
            turned = torch.cat((-x[..., half:], x[..., :half]), dim=-1)
            return x * cos + turned * sin


        @tr.typed
        def add(x: Float[Tensor, "b t"], y: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
            return x + y


        x = torch.zeros(2, 6, 5, 8)  # b h t d
        cos = sin = torch.zeros(5, 4)  # t d/2
        q, k, v = torch.zeros(3, 10, 7, 8), torch.zeros(3, 2, 11, 8), torch.zeros(3, 2, 11, 6)
    """,
    cases=(
        Case(
            "Heads and tokens exchanged",
            "rotate_halves(x.transpose(1, 2), cos, sin)",
            """
            rotate_halves: x fits its annotation with h and t exchanged.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 6, 8)   h = 5, t = 6
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5
            Write: rotate_halves(x.transpose(1, 2), cos, sin)
            """,
        ),
        Case(
            "Three axes moved",
            "attend(q, k.permute(1, 2, 0, 3), v)",
            """
            attend: k fits its annotation with its axes read as (g, s, b, d).
              q: Float[Tensor, "b h t d"]   float32 (3, 10, 7, 8)   b = 3
            > k: Float[Tensor, "b g s d"]   float32 (2, 11, 3, 8)   b = 2, g = 11, s = 3
              v: Float[Tensor, "b g s e"]   float32 (3, 2, 11, 6)   b = 3, g = 2, s = 11
            Write: attend(q, k.permute(2, 0, 1, 3), v)
            """,
        ),
        Case(
            "Both tables transposed: one mistake",
            "rotate_halves(x, cos.T, sin.T)",
            """
            rotate_halves: cos and sin fit their annotations with t and d/2 exchanged.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   t = 5
            > cos: Wide[Tensor, "t d/2"]      float32 (4, 5)         t = 4, d/2 = 5
            > sin: Wide[Tensor, "t d/2"]      float32 (4, 5)         t = 4, d/2 = 5
            Write: rotate_halves(x, cos.transpose(0, 1), sin.transpose(0, 1))
            """,
        ),
        Case(
            "Either of two would do",
            "add(torch.zeros(3, 4), torch.zeros(4, 3))",
            """
            add: x or y fits its annotation with b and t exchanged.
            > x: Float[Tensor, "b t"]   float32 (3, 4)   b = 3, t = 4
            > y: Float[Tensor, "b t"]   float32 (4, 3)   b = 4, t = 3
            Write: add(x.transpose(0, 1), y) or add(x, y.transpose(0, 1))
            """,
        ),
        Case(
            "Keys and values disagree",
            "attend(q, k.transpose(1, 2), v)",
            """
            attend: k fits its annotation with g and s exchanged.
            > k: Float[Tensor, "b g s d"]   float32 (3, 11, 2, 8)   g = 11, s = 2
              v: Float[Tensor, "b g s e"]   float32 (3, 2, 11, 6)   g = 2, s = 11
            Write: attend(q, k.transpose(1, 2), v)
            """,
        ),
        Case(
            "Heads not split",
            "rotate_halves(x.transpose(1, 2).flatten(2), cos, sin)",
            """
            rotate_halves: x fits its annotation with its last axis split into h and d.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 48)
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)       d/2 = 4
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)       d/2 = 4
            Write: rotate_halves(x.unflatten(-1, (6, -1)).transpose(1, 2), cos, sin)
            """,
        ),
        Case(
            "Heads not joined",
            "split_heads(x, heads=6)",
            """
            split_heads: x fits its annotation with its heads joined.
            > x: Float[Tensor, "b t c"]   float32 (2, 6, 5, 8)
            Write: split_heads(x.transpose(1, 2).flatten(2), heads)
            """,
        ),
        Case(
            "Tables of full width",
            "rotate_halves(x, torch.cat([cos, cos], -1), torch.cat([sin, sin], -1))",
            """
            rotate_halves: cos and sin are twice as wide as d/2 = 4.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   d = 8
            > cos: Wide[Tensor, "t d/2"]      float32 (5, 8)         d/2 = 8
            > sin: Wide[Tensor, "t d/2"]      float32 (5, 8)         d/2 = 8
            Write: rotate_halves(x, cos[..., :4], sin[..., :4])
            """,
        ),
        Case(
            "One table of full width",
            "rotate_halves(x, cos, torch.cat([sin, sin], -1))",
            """
            rotate_halves: sin is twice as wide as d/2 = 4.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   d = 8
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)         d/2 = 4
            > sin: Wide[Tensor, "t d/2"]      float32 (5, 8)         d/2 = 8
            Write: rotate_halves(x, cos, sin[..., :4])
            """,
        ),
        Case(
            "Tables of half width",
            "rotate_wide(x, cos, sin)",
            """
            rotate_wide: cos and sin are half as wide as d = 8.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   d = 8
            > cos: Float[Tensor, "t d"]       float32 (5, 4)         d = 4
            > sin: Float[Tensor, "t d"]       float32 (5, 4)         d = 4
            Write: rotate_wide(x, torch.cat([cos, cos], dim=-1), torch.cat([sin, sin], dim=-1))
            """,
        ),
        Case(
            "Tables of full width, whose width a specification says",
            "wide = torch.zeros(5, 8)\napply_rope(x, wide, wide, RopeSpec(head_dim=8))",
            """
            apply_rope: cos and sin are twice as wide as {spec.rotary_dim}/2 = 4.
            > cos:             Wide[Tensor, "t {spec.rotary_dim}/2"]   float32 (5, 8)   {spec.rotary_dim}/2 = 8
            > sin:             Wide[Tensor, "t {spec.rotary_dim}/2"]   float32 (5, 8)   {spec.rotary_dim}/2 = 8
              spec.rotary_dim: of RopeSpec                             8
            Write: apply_rope(x, cos[..., :4], sin[..., :4], spec)
            """,
        ),
        Case(
            "The batch axis is missing",
            "attend(q, k[0], v)",
            """
            attend: k has 3 axes, where "b g s d" has 4.
              q: Float[Tensor, "b h t d"]   float32 (3, 10, 7, 8)   b = 3, d = 8
            > k: Float[Tensor, "b g s d"]   float32 (2, 11, 8)
              v: Float[Tensor, "b g s e"]   float32 (3, 2, 11, 6)   b = 3, g = 2, s = 11
            Write: attend(q, k.repeat(3, 1, 1, 1), v)
            """,
        ),
        Case(
            "An axis is missing that may be new",
            "split_heads(torch.zeros(5, 12), heads=6)",
            """
            split_heads: x has 2 axes, where "b t c" has 3.
            > x: Float[Tensor, "b t c"]   float32 (5, 12)
            Write: split_heads(x.unsqueeze(0), heads) or split_heads(x.unsqueeze(1), heads)
            """,
        ),
        Case(
            "Two axes are missing",
            "attend(q, k, v, bias=torch.zeros(7, 11))",
            """
            attend: bias has 2 axes, where "#b #h t s" has 4.
              q:    Float[Tensor, "b h t d"]     float32 (3, 10, 7, 8)   b = 3, h = 10, t = 7
              k:    Float[Tensor, "b g s d"]     float32 (3, 2, 11, 8)   b = 3, s = 11
              v:    Float[Tensor, "b g s e"]     float32 (3, 2, 11, 6)   b = 3, s = 11
            > bias: Float[Tensor, "#b #h t s"]   float32 (7, 11)
            Write: attend(q, k, v, bias=bias[None, None])
            """,
        ),
        Case(
            "A superfluous axis",
            "rotate_halves(x, cos[:, None], sin[:, None])",
            """
            rotate_halves: cos and sin have 3 axes, where "t d/2" has 2 or "b t d/2" has 3.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   b = 2
            > cos: Wide[Tensor, "b t d/2"]    float32 (5, 1, 4)      b = 5
            > sin: Wide[Tensor, "b t d/2"]    float32 (5, 1, 4)      b = 5
            Write: rotate_halves(x, cos.squeeze(1), sin.squeeze(1))
            """,
        ),
        Case(
            "Two arguments exchanged",
            "attend(q, v, k)",
            """
            attend: k and v fit their annotations with each other exchanged.
              q: Float[Tensor, "b h t d"]   float32 (3, 10, 7, 8)   d = 8
            > k: Float[Tensor, "b g s d"]   float32 (3, 2, 11, 6)   d = 6
            > v: Float[Tensor, "b g s e"]   float32 (3, 2, 11, 8)
            Write: attend(q, v, k)
            """,
        ),
        Case(
            "A table and the input exchanged",
            "rotate_halves(cos, x, sin)",
            """
            rotate_halves: x and cos fit their annotations with each other exchanged.
            > x:   Float[Tensor, "b h t d"]   float32 (5, 4)
            > cos: Wide[Tensor, "t d/2"]      float32 (2, 6, 5, 8)
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5, d/2 = 4
            Write: rotate_halves(cos, x, sin)
            """,
        ),
        Case(
            "Three arguments rotated",
            "attend(v, q, k)",
            """
            attend: q, k and v fit their annotations in another order.
            > q: Float[Tensor, "b h t d"]   float32 (3, 2, 11, 6)   d = 6
            > k: Float[Tensor, "b g s d"]   float32 (3, 10, 7, 8)   d = 8
            > v: Float[Tensor, "b g s e"]   float32 (3, 2, 11, 8)
            Write: attend(k, v, q)
            """,
        ),
        Case(
            "By the wrong name",
            "attend(q, k, v, sinks=torch.zeros(3, 10, 7, 11))",
            """
            attend: sinks fits the annotation of bias.
              q:     Float[Tensor, "b h t d"]   float32 (3, 10, 7, 8)    b = 3, h = 10, t = 7
              k:     Float[Tensor, "b g s d"]   float32 (3, 2, 11, 8)    b = 3, s = 11
              v:     Float[Tensor, "b g s e"]   float32 (3, 2, 11, 6)    b = 3, s = 11
            > sinks: Float[Tensor, "h"]         float32 (3, 10, 7, 11)
            Write: attend(q, k, v, bias=sinks)
            """,
        ),
        Case(
            "A tensor and a number exchanged",
            "split_heads(6, torch.zeros(2, 5, 12))",
            """
            split_heads: x and heads fit their annotations with each other exchanged.
            > x:     Float[Tensor, "b t c"]   6
            > heads: int                      float32 (2, 5, 12)
            Write: split_heads(heads, x)
            """,
        ),
    ),
)
