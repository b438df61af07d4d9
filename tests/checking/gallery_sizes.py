"""Sizes on which two arguments disagree: who is to blame where no change is known."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Sizes",
    introduction="Where no change would help, whoever the others agree without is to blame.",
    definitions="""
        import torch
        from jaxtyping import Float
        from torch import Tensor

        import typed_rope as tr
        from typed_rope.attention import attend
        from typed_rope.rope import RopeSpec, apply_rope, rotate_halves


        @tr.typed
        def three(image: Float[Tensor, "rgb=3 y x"]) -> None: ...


        @tr.typed
        def shift(x: Float[Tensor, "b t+1"], y: Float[Tensor, "b t"]) -> None: ...


        @tr.typed
        def bias(scores: Float[Tensor, "b h t s"], slope: Float[Tensor, "#b #h t s"]) -> None: ...


        @tr.typed
        def normalise(x: Float[Tensor, "*b c"], y: Float[Tensor, "*b c"]) -> None: ...


        @tr.typed
        def broadcast(x: Float[Tensor, "*#b c"], y: Float[Tensor, "*#b c"]) -> None: ...


        x = torch.zeros(2, 6, 5, 8)  # b h t d
        cos = sin = torch.zeros(5, 4)  # t d/2
        q, k, v = torch.zeros(3, 10, 7, 8), torch.zeros(3, 2, 11, 8), torch.zeros(3, 2, 11, 6)
    """,
    cases=(
        Case(
            "A table too long",
            "rotate_halves(x, torch.zeros(7, 4), sin)",
            """
            rotate_halves: cos has t = 7, where x has t = 5.
              x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   t = 5
            > cos: Wide[Tensor, "t d/2"]      float32 (7, 4)         t = 7
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5
            """,
        ),
        Case(
            "The input is the odd one out",
            "rotate_halves(x[:, :, :3], cos, sin)",
            """
            rotate_halves: x has t = 3, where cos has t = 5.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 6, 3, 8)   t = 3
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)         t = 5
            """,
        ),
        Case(
            "Nobody can tell who is right",
            "attend(q, k, v[:, :, :9])",
            """
            attend: v has s = 9, where k has s = 11.
            > k: Float[Tensor, "b g s d"]   float32 (3, 2, 11, 8)   s = 11
            > v: Float[Tensor, "b g s e"]   float32 (3, 2, 9, 6)    s = 9
            """,
        ),
        Case(
            "An odd head dim",
            "rotate_halves(torch.zeros(2, 6, 5, 11), cos, sin)",
            """
            rotate_halves: x has an odd d = 11, where cos needs d/2.
            > x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 11)   d = 11
              cos: Wide[Tensor, "t d/2"]      float32 (5, 4)          d/2 = 4
              sin: Wide[Tensor, "t d/2"]      float32 (5, 4)          d/2 = 4
            """,
        ),
        Case(
            "Tables of another head dim",
            "apply_rope(x, cos, sin, RopeSpec(head_dim=16))",
            """
            apply_rope: x has d = 8, where {spec.head_dim} is 16; cos and sin have {spec.rotary_dim}/2 = 4, where {spec.rotary_dim}/2 is 8.
            > x:             Float[Tensor, "b h t d={spec.head_dim}"]   float32 (2, 6, 5, 8)   d = 8
            > cos:           Wide[Tensor, "t {spec.rotary_dim}/2"]      float32 (5, 4)         {spec.rotary_dim}/2 = 4
            > sin:           Wide[Tensor, "t {spec.rotary_dim}/2"]      float32 (5, 4)         {spec.rotary_dim}/2 = 4
              spec.head_dim: of RopeSpec                                16
            """,
        ),
        Case(
            "An expression",
            "shift(torch.zeros(2, 4), torch.zeros(2, 4))",
            """
            shift: x has 4 where t+1 is 5 (t = 4 of y).
            > x: Float[Tensor, "b t+1"]   float32 (2, 4)   t+1 = 4
            > y: Float[Tensor, "b t"]     float32 (2, 4)   t = 4
            """,
        ),
        Case(
            "A fixed size",
            "three(torch.zeros(4, 5, 6))",
            """
            three: image has rgb = 4, where its annotation says 3.
            > image: Float[Tensor, "rgb=3 y x"]   float32 (4, 5, 6)   rgb = 4
            """,
        ),
        Case(
            "Broadcasting",
            "bias(torch.zeros(2, 6, 5, 7), torch.zeros(1, 4, 5, 7))",
            """
            bias: slope has h = 4, where scores has h = 6 (#h allows 1, too).
            > scores: Float[Tensor, "b h t s"]     float32 (2, 6, 5, 7)   h = 6
            > slope:  Float[Tensor, "#b #h t s"]   float32 (1, 4, 5, 7)   h = 4
            """,
        ),
        Case(
            "Any leading axes",
            "normalise(torch.zeros(2, 3, 4), torch.zeros(2, 5, 4))",
            """
            normalise: y has (2, 5) for *b, where x has (2, 3).
            > x: Float[Tensor, "*b c"]   float32 (2, 3, 4)
            > y: Float[Tensor, "*b c"]   float32 (2, 5, 4)
            """,
        ),
        Case(
            "Leading axes that do not broadcast",
            "broadcast(torch.zeros(2, 3, 4), torch.zeros(5, 4))",
            """
            broadcast: y has (5,) for *#b, where x has (2, 3), and they do not broadcast.
            > x: Float[Tensor, "*#b c"]   float32 (2, 3, 4)
            > y: Float[Tensor, "*#b c"]   float32 (5, 4)
            """,
        ),
        Case(
            "Too few axes for any number",
            "normalise(torch.zeros(2, 4), torch.zeros(()))",
            """
            normalise: y has 0 axes, where "*b c" has at least 1.
              x: Float[Tensor, "*b c"]   float32 (2, 4)   c = 4
            > y: Float[Tensor, "*b c"]   float32 ()
            """,
        ),
    ),
)
