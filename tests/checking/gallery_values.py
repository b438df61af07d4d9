"""Wrong dtypes and wrong types, alone and together with a wrong layout."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Dtypes and types",
    introduction="`Wide` is float32 or float64: half precision cannot tell distant positions apart.",
    definitions="""
        from collections.abc import Mapping
        from typing import Literal

        import numpy as np
        import torch
        from jaxtyping import Bool, Float, Int
        from torch import Tensor, nn

        import typed_rope as tr
        from typed_rope.rope import RopeSpec, rope_table, rotate_halves


        @tr.typed
        def embed(ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> None: ...


        @tr.typed
        def hide(x: Float[Tensor, "b t"], hidden: Bool[Tensor, "b t"]) -> None: ...


        @tr.typed
        def pool(x: Float[Tensor, "b t c"], how: Literal["mean", "max"], width: int = 2) -> None: ...


        class Rule: ...


        @tr.typed
        def look(x: Float[Tensor, "b t"], rules: Mapping[Literal["a.b"], Rule]) -> None: ...


        @tr.typed
        def plot(x: Float[Tensor, "a b"] | Int[Tensor, "a b c"]) -> None: ...


        @tr.typed
        def scale(x: Float[Tensor, "b t"], gain: Float[Tensor, " t"] | None = None) -> None: ...


        x = torch.zeros(2, 6, 5, 8)  # b h t d
        cos = sin = torch.zeros(5, 4)  # t d/2
        ids, table = torch.zeros(2, 5, dtype=torch.int64), torch.zeros(10, 4)
    """,
    cases=(
        Case(
            "Tables in half precision: one mistake",
            "rotate_halves(x, cos.half(), sin.half())",
            """
            rotate_halves: cos and sin are float16, which is not Wide.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   t = 5, d = 8
            > cos: Wide[Tensor, "t d/2"]      float16 (5, 4)         t = 5, d/2 = 4
            > sin: Wide[Tensor, "t d/2"]      float16 (5, 4)         t = 5, d/2 = 4
            Write: rotate_halves(x, cos.to(torch.float32), sin.to(torch.float32))
            """,
        ),
        Case(
            "Positions as floats",
            "embed(ids.float(), table)",
            """
            embed: ids is float32, which is not Int.
            > ids: Int[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            Write: embed(ids.to(torch.int64), table)
            """,
        ),
        Case(
            "A narrow integer",
            "embed(ids.to(torch.uint8), table)",
            """
            embed: ids is uint8, which is not Int.
            > ids: Int[Tensor, "b t"]   uint8 (2, 5)   b = 2, t = 5
            Write: embed(ids.to(torch.int64), table)
            """,
        ),
        Case(
            "A mask of floats",
            "hide(torch.zeros(2, 5), torch.zeros(2, 5))",
            """
            hide: hidden is float32, which is not Bool.
              x:      Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            > hidden: Bool[Tensor, "b t"]    float32 (2, 5)   b = 2, t = 5
            """,
        ),
        Case(
            "No member of a union",
            "rope_table(RopeSpec(head_dim=8), torch.arange(5) < 3)",
            """
            rope_table: positions is bool, which is not Int or Wide.
            > positions: Int[Tensor, "t"]   bool (5,)   t = 5
            Write: rope_table(spec, positions.to(torch.int64))
            """,
        ),
        Case(
            "A union of dtypes and ranks",
            "plot(torch.zeros(2, 3, dtype=torch.int64))",
            """
            plot: x has 2 axes, where "a b c" has 3.
            > x: Int[Tensor, "a b c"]   int64 (2, 3)
            Write: plot(x.unsqueeze(0)) or plot(x.unsqueeze(1))
            """,
        ),
        Case(
            "Two mistakes: dtype and layout",
            "rotate_halves(x.transpose(1, 2), cos.half(), sin.half())",
            """
            rotate_halves: cos and sin are float16, which is not Wide; x fits its annotation with h and t exchanged.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 6, 8)   h = 5, t = 6
            > cos: Wide[Tensor, "t d/2"]      float16 (5, 4)         t = 5
            > sin: Wide[Tensor, "t d/2"]      float16 (5, 4)         t = 5
            Write: rotate_halves(x.transpose(1, 2), cos.to(torch.float32), sin.to(torch.float32))
            """,
        ),
        Case(
            "A NumPy array",
            "rotate_halves(x.numpy(), cos, sin)",
            """
            rotate_halves: x is a numpy.ndarray, not a Tensor.
            > x:   Float[Tensor, "b h t d"]   numpy.ndarray float32 (2, 6, 5, 8)
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)                       t = 5, d/2 = 4
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)                       t = 5, d/2 = 4
            Write: rotate_halves(torch.from_numpy(x), cos, sin)
            """,
        ),
        Case(
            "A NumPy array of another dtype",
            "embed(np.zeros((2, 5)), table)",
            """
            embed: ids is a numpy.ndarray, not a Tensor, and is float64, which is not Int.
            > ids: Int[Tensor, "b t"]   numpy.ndarray float64 (2, 5)
            Write: embed(torch.from_numpy(ids).to(torch.int64), table)
            """,
        ),
        Case(
            "A list of numbers",
            "rope_table(RopeSpec(head_dim=8), [0, 1, 2])",
            """
            rope_table: positions is a list, not a Tensor.
            > positions: Int[Tensor, "t"] | Int[Tensor, "b t"] | Wide[Tensor, "t"] | Wide[Tensor, "b t"]   list of 3
            Write: rope_table(spec, torch.tensor(positions))
            """,
        ),
        Case(
            "A list around a tensor",
            "rotate_halves([x], cos, sin)",
            """
            rotate_halves: x is a list, not a Tensor.
            > x:   Float[Tensor, "b h t d"]   list of 1
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)   t = 5, d/2 = 4
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)   t = 5, d/2 = 4
            Write: rotate_halves(x[0], cos, sin)
            """,
        ),
        Case(
            "A list of tensors",
            "rotate_halves(list(x), cos, sin)",
            """
            rotate_halves: x is a list, not a Tensor.
            > x:   Float[Tensor, "b h t d"]   list of 2
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)   t = 5, d/2 = 4
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)   t = 5, d/2 = 4
            Write: rotate_halves(torch.stack(x), cos, sin)
            """,
        ),
        Case(
            "None",
            "rotate_halves(x, None, sin)",
            """
            rotate_halves: cos is None, not a Tensor.
            > cos: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"]   None
            """,
        ),
        Case(
            "Optional, and something else",
            'scale(torch.zeros(2, 5), gain="none")',
            """
            scale: gain is a str, not a Tensor or None.
            > gain: Float[Tensor, "t"] | None   'none'
            """,
        ),
        Case(
            "A module",
            "rotate_halves(nn.Linear(8, 8), cos, sin)",
            """
            rotate_halves: x is a module (Linear), not a Tensor.
            > x: Float[Tensor, "b h t d"]   Linear
            """,
        ),
        Case(
            "A text",
            'embed("hello", table)',
            """
            embed: ids is a str, not a Tensor.
            > ids: Int[Tensor, "b t"]   'hello'
            """,
        ),
        Case(
            "No such choice",
            'pool(torch.zeros(2, 5, 3), "min")',
            """
            pool: how is 'min', not Literal['mean', 'max'].
            > how: Literal['mean', 'max']   'min'
            """,
        ),
        Case(
            "A mapping without tensors",
            'look(torch.zeros(2, 5), {"a.b": "x"})',
            """
            look: rules is dict of 1, not Mapping[Literal['a.b'], Rule].
            > rules: Mapping[Literal['a.b'], Rule]   dict of 1
            """,
        ),
        Case(
            "A tensor for a number",
            'pool(torch.zeros(2, 5, 3), "max", torch.tensor(4))',
            """
            pool: width is int64 (), not int.
            > width: int   int64 ()
            Write: pool(x, how, width.item())
            """,
        ),
        Case(
            "Two of the wrong type",
            "rotate_halves(None, cos, nn.Linear(8, 8))",
            """
            rotate_halves: x is None, not a Tensor; sin is a module (Linear), not a Tensor.
            > x:   Float[Tensor, "b h t d"]                          None
            > sin: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"]   Linear
            """,
        ),
    ),
)
