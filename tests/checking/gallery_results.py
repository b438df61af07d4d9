"""What a function returns, sizes from a configuration, and calls inside calls."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Results, configured sizes, calls inside calls",
    introduction=(
        "A wrong result is the function's own mistake. `In:` names the outermost checked function "
        "of yours that a refused call was made in, with the line it had come to."
    ),
    definitions="""
        import torch
        from jaxtyping import Float
        from torch import Tensor, nn

        import typed_rope as tr
        from typed_rope.layout import merge_heads, split_heads
        from typed_rope.rope import rotate_halves


        @tr.typed
        def split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
            b, t, c = x.shape
            return x.view(b, t, heads, c // heads)  # the transpose is forgotten


        @tr.typed
        def both(x: Float[Tensor, "b t"]) -> tuple[Float[Tensor, "b t"], Float[Tensor, "t b"]]:
            return x, x


        @tr.typed
        def total(x: Float[Tensor, "b t"]) -> Float[Tensor, " b"]:
            x.sum(dim=1)  # the return is forgotten


        @tr.typed
        def count(x: Float[Tensor, "b t"]) -> Float[Tensor, " b"]:
            return (x > 0).sum(dim=1)


        @tr.typed
        def ends(x: Float[Tensor, "b t"]) -> tuple[Float[Tensor, " b"], Float[Tensor, " t"]]:
            return x.sum(dim=0), x.sum(dim=1)


        @tr.typed
        def middle(x: Float[Tensor, "b t"]) -> Float[Tensor, " b"]:
            return x.mean(dim=0)


        class Mixer(nn.Module):
            heads = 6

            @tr.typed
            def forward(self, x: Float[Tensor, "b {self.heads} t d"]) -> Float[Tensor, "b t d"]:
                return x.sum(1)


        class Attention(nn.Module):
            @tr.typed
            def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
                cos = sin = torch.zeros(x.shape[1], 3)
                heads = split_heads(x, 4)
                return merge_heads(rotate_halves(heads.transpose(1, 2), cos, sin))


        class Model(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.attention = Attention()

            @tr.typed
            def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
                return x + self.attention(x)


        @tr.typed
        def view(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b t {heads} d"]:
            return x.unflatten(2, (heads, -1))
    """,
    cases=(
        Case(
            "The result's axes exchanged",
            "split(torch.zeros(2, 5, 12), 3)",
            """
            split: the result fits its annotation with h and t exchanged: the function's own promise, not your call.
              x:      Float[Tensor, "b t c"]                       float32 (2, 5, 12)     t = 5
            > result: Float[Tensor, "b h={heads} t d=c/{heads}"]   float32 (2, 5, 3, 4)   h = 5, t = 3
              heads:  int                                          3
            Write: return result.transpose(1, 2)
            """,
        ),
        Case(
            "One of two results",
            "both(torch.zeros(2, 3))",
            """
            both: result[1] fits its annotation with t and b exchanged: the function's own promise, not your call.
              x:         Float[Tensor, "b t"]   float32 (2, 3)   b = 2, t = 3
              result[0]: Float[Tensor, "b t"]   float32 (2, 3)   b = 2, t = 3
            > result[1]: Float[Tensor, "t b"]   float32 (2, 3)   t = 2, b = 3
            Write: return (result[0], result[1].transpose(0, 1))
            """,
        ),
        Case(
            "Nothing returned",
            "total(torch.zeros(2, 3))",
            """
            total: the result is None, not a Tensor: the function's own promise, not your call.
            > result: Float[Tensor, "b"]   None
            """,
        ),
        Case(
            "A result of another dtype",
            "count(torch.zeros(2, 3))",
            """
            count: the result is int64, which is not Float: the function's own promise, not your call.
              x:      Float[Tensor, "b t"]   float32 (2, 3)   b = 2
            > result: Float[Tensor, "b"]     int64 (2,)       b = 2
            Write: return result.to(torch.float32)
            """,
        ),
        Case(
            "A result of another size",
            "middle(torch.zeros(2, 3))",
            """
            middle: the result has b = 3, where x has b = 2: the function's own promise, not your call.
              x:      Float[Tensor, "b t"]   float32 (2, 3)   b = 2
            > result: Float[Tensor, "b"]     float32 (3,)     b = 3
            """,
        ),
        Case(
            "Two results that are wrong",
            "ends(torch.zeros(2, 3))",
            """
            ends: result[0] has b = 3, where x has b = 2; result[1] has t = 2, where x has t = 3: the function's own promise, not your call.
              x:         Float[Tensor, "b t"]   float32 (2, 3)   b = 2, t = 3
            > result[0]: Float[Tensor, "b"]     float32 (3,)     b = 3
            > result[1]: Float[Tensor, "t"]     float32 (2,)     t = 2
            """,
        ),
        Case(
            "A configured size",
            "Mixer()(torch.zeros(2, 4, 5, 8))",
            """
            Mixer.forward: x has {self.heads} = 4, where {self.heads} is 6.
            > x:          Float[Tensor, "b {self.heads} t d"]   float32 (2, 4, 5, 8)   {self.heads} = 4
              self.heads: of Mixer                              6
            """,
        ),
        Case(
            "A configured size, axes exchanged",
            "Mixer()(torch.zeros(2, 5, 6, 8))",
            """
            Mixer.forward: x fits its annotation with {self.heads} and t exchanged.
            > x:          Float[Tensor, "b {self.heads} t d"]   float32 (2, 5, 6, 8)   {self.heads} = 5, t = 6
              self.heads: of Mixer                              6
            Write: forward(x.transpose(1, 2))
            """,
        ),
        Case(
            "A call in a method of yours",
            "Attention()(torch.zeros(2, 5, 24))",
            """
            rotate_halves: x fits its annotation with h and t exchanged.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 4, 6)   h = 5, t = 4
              cos: Wide[Tensor, "t d/2"]      float32 (5, 3)         t = 5
              sin: Wide[Tensor, "t d/2"]      float32 (5, 3)         t = 5
            In: Attention.forward (model.py, line 55)
            Write: rotate_halves(x.transpose(1, 2), cos, sin)
            """,
        ),
        Case(
            "A call further inside",
            "Model()(torch.zeros(2, 5, 24))",
            """
            rotate_halves: x fits its annotation with h and t exchanged.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 4, 6)   h = 5, t = 4
              cos: Wide[Tensor, "t d/2"]      float32 (5, 3)         t = 5
              sin: Wide[Tensor, "t d/2"]      float32 (5, 3)         t = 5
            In: Model.forward (model.py, line 65)
            Write: rotate_halves(x.transpose(1, 2), cos, sin)
            """,
        ),
        Case(
            "A wrong call of a model",
            "Model()(torch.zeros(5, 24))",
            """
            Model.forward: x has 2 axes, where "b t c" has 3.
            > x: Float[Tensor, "b t c"]   float32 (5, 24)
            Write: forward(x.unsqueeze(0)) or forward(x.unsqueeze(1))
            """,
        ),
    ),
)
