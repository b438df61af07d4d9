"""Comprehensions: as many values as there are in what they go over, where that is known.

[layer(x) for layer, x in zip(self.layers, (q, k, v))]     three values, each told apart
[x[:, i] for i in range(n)]                                any number of values like one
"""

from mypy.nodes import GeneratorExpr, ListComprehension

from typed_rope.mypy.flow.assignment import assign
from typed_rope.mypy.flow.conditions import assume
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.sequences import elements
from typed_rope.mypy.values import Items, Repeated, Rest, Value

_MOST_VALUES = 8


def comprehension(frame: Frame, expression: ListComprehension | GeneratorExpr) -> Value:
    """Follow a list comprehension or a generator."""
    generator = expression.generator if isinstance(expression, ListComprehension) else expression
    if len(generator.sequences) == 1 and not generator.condlists[0]:
        with frame.branch(frame.state.copy()):
            counted = evaluate(frame, generator.sequences[0])
            if isinstance(counted, Items) and 0 < len(counted.values) <= _MOST_VALUES:
                return Items(tuple(_one(frame, generator, value) for value in counted.values))
    parts = zip(generator.indices, generator.sequences, generator.condlists, strict=True)
    with frame.branch(frame.state.copy()):
        for index, sequence, conditions in parts:
            assign(frame, index, elements(frame, evaluate(frame, sequence), sequence))
            for condition in conditions:
                assume(frame, condition, True)
        return Repeated(evaluate(frame, generator.left_expr))


def _one(frame: Frame, generator: GeneratorExpr, value: Value | Rest) -> Value | Rest:
    if isinstance(value, Rest):
        return value
    with frame.branch(frame.state.copy()):
        assign(frame, generator.indices[0], value)
        return evaluate(frame, generator.left_expr)
