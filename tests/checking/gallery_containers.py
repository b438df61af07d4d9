"""Tensors inside lists, dictionaries, dataclasses, NamedTuples and TypedDicts."""

# ruff: noqa: E501 # a row of a message is one line

from gallery import Case, Chapter

CHAPTER = Chapter(
    title="Containers and records",
    introduction="Every item and field is checked; the axes of all of them are one system.",
    definitions="""
        from dataclasses import dataclass
        from typing import NamedTuple, TypedDict

        import torch
        from jaxtyping import Float, Int
        from torch import Tensor

        import typed_rope as tr


        @tr.typed
        @dataclass
        class Cache:
            k: Float[Tensor, "b g s d"]
            v: Float[Tensor, "b g s e"]


        @dataclass
        class State:
            h: Float[Tensor, "b c"]
            width: int
            gate: Float[Tensor, "b {width}"]


        @tr.typed
        @dataclass(kw_only=True)
        class Grid:
            x: Float[Tensor, "a b"]
            y: Float[Tensor, "a c"]


        class Table(NamedTuple):
            cos: Float[Tensor, "t r"]
            sin: Float[Tensor, "t r"]


        class Batch(TypedDict):
            ids: Int[Tensor, "b t"]
            weight: Float[Tensor, " b"]


        @tr.typed
        def stack(parts: list[Float[Tensor, "b t"]], weight: Float[Tensor, " t"]) -> None: ...


        @tr.typed
        def join(*parts: Float[Tensor, "b t"]) -> None: ...


        @tr.typed
        def mix(named: dict[str, Float[Tensor, "b t"]]) -> None: ...


        @tr.typed
        def pair(qk: tuple[Float[Tensor, "b t d"], Float[Tensor, "b s d"]]) -> None: ...


        @tr.typed
        def turn(x: Float[Tensor, "b t 2*r"], table: Table) -> None: ...


        @tr.typed
        def update(state: State, x: Float[Tensor, "b c"]) -> None: ...


        @tr.typed
        def learn(batch: Batch, t: int) -> None: ...


        k, v = torch.zeros(3, 2, 11, 8), torch.zeros(3, 2, 11, 6)
        rows, weight = torch.zeros(2, 5), torch.zeros(5)
    """,
    cases=(
        Case(
            "An item of a list",
            "stack([rows, rows.T], weight)",
            """
            stack: parts[1] fits its annotation with b and t exchanged.
              parts[0]: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            > parts[1]: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
              weight:   Float[Tensor, "t"]     float32 (5,)     t = 5
            Write: stack([parts[0], parts[1].transpose(0, 1)], weight)
            """,
        ),
        Case(
            "All items of a list",
            "stack([rows.T, rows.T, rows.T], weight)",
            """
            stack: parts[0], parts[1] and parts[2] fit their annotations with b and t exchanged.
            > parts[0]: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
            > parts[1]: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
            > parts[2]: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
              weight:   Float[Tensor, "t"]     float32 (5,)     t = 5
            Write: stack([item.transpose(0, 1) for item in parts], weight)
            """,
        ),
        Case(
            "Items that disagree",
            "stack([rows, torch.zeros(2, 7)], weight)",
            """
            stack: parts[1] has t = 7, where parts[0] has t = 5.
              parts[0]: Float[Tensor, "b t"]   float32 (2, 5)   t = 5
            > parts[1]: Float[Tensor, "b t"]   float32 (2, 7)   t = 7
              weight:   Float[Tensor, "t"]     float32 (5,)     t = 5
            """,
        ),
        Case(
            "A tuple for a list",
            "stack((rows, rows), weight)",
            """
            stack: parts is a tuple, not list[Float[Tensor, "b t"]].
            > parts: list[Float[Tensor, "b t"]]   tuple of 2
            Write: stack(list(parts), weight)
            """,
        ),
        Case(
            "A tensor for a list",
            "stack(rows, weight)",
            """
            stack: parts is a Tensor, not list[Float[Tensor, "b t"]].
            > parts: list[Float[Tensor, "b t"]]   float32 (2, 5)
            Write: stack([parts], weight)
            """,
        ),
        Case(
            "One of many arguments",
            "join(rows, rows.T, rows)",
            """
            join: parts[1] fits its annotation with b and t exchanged.
              parts[0]: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            > parts[1]: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
              parts[2]: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            Write: join(*(parts[0], parts[1].transpose(0, 1), parts[2]))
            """,
        ),
        Case(
            "A value of a dictionary",
            'mix({"a": rows, "b": rows, "c": rows.T})',
            """
            mix: named['c'] fits its annotation with b and t exchanged.
              named['a']: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
              named['b']: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
            > named['c']: Float[Tensor, "b t"]   float32 (5, 2)   b = 5, t = 2
            Write: mix({**named, 'c': named['c'].transpose(0, 1)})
            """,
        ),
        Case(
            "A part of a tuple",
            "pair((torch.zeros(2, 5, 8), torch.zeros(2, 8, 7)))",
            """
            pair: qk[1] fits its annotation with s and d exchanged.
              qk[0]: Float[Tensor, "b t d"]   float32 (2, 5, 8)   d = 8
            > qk[1]: Float[Tensor, "b s d"]   float32 (2, 8, 7)   s = 8, d = 7
            Write: pair((qk[0], qk[1].transpose(1, 2)))
            """,
        ),
        Case(
            "A tuple of another length",
            "pair((torch.zeros(2, 5, 8),))",
            """
            pair: qk has 1 item, where its annotation has 2.
            > qk: tuple[Float[Tensor, "b t d"], Float[Tensor, "b s d"]]   tuple of 1
            """,
        ),
        Case(
            "Fields of a new dataclass",
            "Cache(k, v[:, :, :9])",
            """
            Cache: v has s = 9, where k has s = 11.
            > k: Float[Tensor, "b g s d"]   float32 (3, 2, 11, 8)   s = 11
            > v: Float[Tensor, "b g s e"]   float32 (3, 2, 9, 6)    s = 9
            """,
        ),
        Case(
            "A field of a new dataclass",
            "Cache(k, v[0])",
            """
            Cache: v has 3 axes, where "b g s e" has 4.
              k: Float[Tensor, "b g s d"]   float32 (3, 2, 11, 8)   b = 3, g = 2, s = 11
            > v: Float[Tensor, "b g s e"]   float32 (2, 11, 6)
            Write: Cache(k, v.repeat(3, 1, 1, 1))
            """,
        ),
        Case(
            "Fields by keyword",
            "Grid(x=rows.T, y=torch.zeros(2, 7))",
            """
            Grid: x fits its annotation with a and b exchanged.
            > x: Float[Tensor, "a b"]   float32 (5, 2)   a = 5, b = 2
              y: Float[Tensor, "a c"]   float32 (2, 7)   a = 2
            Write: Grid(x=x.transpose(0, 1), y=y)
            """,
        ),
        Case(
            "A field of a dataclass in a call",
            "update(State(torch.zeros(4, 3), 5, torch.zeros(3, 5)), torch.zeros(3, 4))",
            """
            update: state.h (a field of State) fits its annotation with b and c exchanged.
            > state.h:    Float[Tensor, "b c"]         float32 (4, 3)   b = 4, c = 3
              state.gate: Float[Tensor, "b {width}"]   float32 (3, 5)   b = 3
              x:          Float[Tensor, "b c"]         float32 (3, 4)   b = 3, c = 4
            Write: update(type(state)(h=state.h.transpose(0, 1), width=state.width, gate=state.gate), x)
            """,
        ),
        Case(
            "A field that another field sizes",
            "update(State(torch.zeros(3, 4), 5, torch.zeros(3, 6)), torch.zeros(3, 4))",
            """
            update: state.gate (a field of State) has {width} = 6, where {width} is 5.
            > state.gate:  Float[Tensor, "b {width}"]   float32 (3, 6)   {width} = 6
              state.width: field                        5
            """,
        ),
        Case(
            "A field of a NamedTuple",
            "turn(torch.zeros(2, 5, 8), Table(torch.zeros(5, 4), torch.zeros(4, 5)))",
            """
            turn: table.sin (a field of Table) fits its annotation with t and r exchanged.
              x:         Float[Tensor, "b t 2*r"]   float32 (2, 5, 8)   t = 5, 2*r = 8
              table.cos: Float[Tensor, "t r"]       float32 (5, 4)      t = 5, r = 4
            > table.sin: Float[Tensor, "t r"]       float32 (4, 5)      t = 4, r = 5
            Write: turn(x, table._replace(sin=table.sin.transpose(0, 1)))
            """,
        ),
        Case(
            "A key is missing",
            'learn({"ids": torch.zeros(2, 5, dtype=torch.int64)}, 5)',
            """
            learn: batch has no key 'weight', which Batch requires.
            > batch: Batch   dict of 1
            """,
        ),
        Case(
            "A key of a TypedDict",
            'learn({"ids": torch.zeros(2, 5, dtype=torch.int64), "weight": weight}, 5)',
            """
            learn: batch['ids'] fits its annotation with b and t exchanged.
            > batch['ids']:    Int[Tensor, "b t"]   int64 (2, 5)   b = 2, t = 5
              batch['weight']: Float[Tensor, "b"]   float32 (5,)   b = 5
            Write: learn({**batch, 'ids': batch['ids'].transpose(0, 1)}, t)
            """,
        ),
        Case(
            "Another class",
            'update({"h": rows}, rows)',
            """
            update: state is a dict, not State.
            > state: State   dict of 1
            """,
        ),
    ),
)
