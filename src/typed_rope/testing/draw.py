"""Draw the arguments of one call: structure, then sizes, then values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter as Slot
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import EitherForm, Form, TensorForm, tensor_forms
from typed_rope.checking.guard import make_guards
from typed_rope.checking.leaves import call_leaves, concrete
from typed_rope.shapes import Mismatch, match
from typed_rope.testing.call import Arguments
from typed_rope.testing.choosing import Chooser
from typed_rope.testing.errors import UnsolvableError
from typed_rope.testing.fill import Range, fill
from typed_rope.testing.nodes import NamedNode, Node, TensorNode, ValueNode, as_meta
from typed_rope.testing.planning import Plan, required_names
from typed_rope.testing.structure import Structure, all_read
from typed_rope.testing.target import Target


@dataclass(frozen=True)
class Options:
    """What the caller asks for."""

    sizes: Mapping[str, Any] = field(default_factory=dict)
    multiples: Mapping[str, str | int] = field(default_factory=dict)
    values: Mapping[str, Range] = field(default_factory=dict)
    dtypes: torch.dtype | Mapping[str, torch.dtype] | None = None
    distinct: bool = True
    max_size: int | None = None
    requires_grad: bool = False
    device: torch.device | None = None
    avoid: frozenset[int] = frozenset()
    """Sizes that nothing should have, as the model has them inside."""


def draw_arguments(
    target: Target, fixed: Mapping[str, Any], options: Options, chooser: Chooser
) -> Arguments:
    """Draw arguments that `target` accepts.

    Raises: UnsolvableError where no sizes fit, or a value has to be given.
    """
    settled = {**target.settled, **{name: chooser.value(given) for name, given in fixed.items()}}
    draw = _Draw(target, settled, options, chooser)
    nodes, sizes, unions = draw.run({})
    if unions and not draw.is_accepted(nodes, sizes):
        # A tensor drawn for one member of a union was read as another: take the first throughout.
        nodes, sizes, _ = draw.run(dict.fromkeys(unions, 0))
    values = {name: node.build(sizes, draw.fill(sizes)) for name, node in nodes.items()}
    kept = {name: value for name, value in values.items() if name in target.signature.parameters}
    named = {key: size for key, size in sizes.items() if key.isidentifier()}
    return Arguments(kept, target=target, sizes=named, multiples=options.multiples)


@dataclass
class _Draw:
    target: Target
    settled: Mapping[str, Any]
    options: Options
    chooser: Chooser

    def run(self, forced: Mapping[str, int]) -> tuple[dict[str, Node], dict[str, int], list[str]]:
        structure, nodes, scope = self._structure(dict(forced))
        planned = [t for node in nodes.values() for t in node.tensors()]
        plan = Plan(self.chooser, self._allowed(), self.options.distinct, self.options.max_size)
        plan.taken |= self.options.avoid
        self._give(plan, scope)
        needed = required_names(planned, self.target.boundary.result)
        plan.add_numbers(self._all(nodes))
        plan.add(planned, needed)
        plan.add_result(self.target.boundary.result, scope)
        for name, divisor in self.options.multiples.items():
            plan.add_multiple(name, divisor, scope)
        for node in planned:
            node.dtype = plan.dtype(node.form, self._wanted(node))
        try:
            sizes = plan.solve()
        except UnsolvableError as error:
            raise UnsolvableError(f"{self.target.name}: {error}") from None
        for node in planned:
            node.seed = self.chooser.seed()
        return nodes, sizes, structure.unions

    def _structure(
        self, forced: dict[str, int]
    ) -> tuple[Structure, dict[str, Node], dict[str, Node]]:
        while True:
            structure = Structure(self.chooser, forced)
            nodes, scope = self._nodes(structure)
            missing = self._missing(nodes)
            if not missing:
                return structure, nodes, scope
            if not _force(structure, missing):
                name = sorted(missing)[0]
                raise UnsolvableError(
                    f"{self.target.name}: no tensor that is drawn has an axis {name}."
                )

    def _nodes(self, structure: Structure) -> tuple[dict[str, Node], dict[str, Node]]:
        boundary = self.target.boundary
        forms = {p.name: p.form for p in boundary.parameters}
        read = all_read(boundary.parameters, boundary.result)
        scope: dict[str, Node] = {name: ValueNode(name, v) for name, v in self.settled.items()}
        nodes = {
            name: node for name, node in scope.items() if name in self.target.signature.parameters
        }
        for name, slot in self.target.signature.parameters.items():
            if name in self.settled or _may_be_left_out(slot, forms.get(name)):
                continue
            node = structure.parameter(slot, forms.get(name), scope, read)
            if node is not None:
                nodes[name] = scope[name] = node
        scope.setdefault("self", NamedNode("self", _as_object, dict(nodes)))
        for node in nodes.values():
            for tensor in node.tensors():
                if not tensor.scope:
                    tensor.scope = scope
        return nodes, scope

    def _missing(self, nodes: Mapping[str, Node]) -> set[str]:
        planned = [t for node in nodes.values() for t in node.tensors()]
        bound = {name for t in planned for name in t.form.shape.names}
        bound |= {n for leaf, _ in self._given() for n in leaf.shape.names}
        result = self.target.boundary.result
        if result is not None and not isinstance(result, EitherForm):
            bound |= {name for form in tensor_forms(result) for name in form.shape.names}
        return required_names(planned, result) - bound

    def _given(self) -> list[tuple[TensorForm, Tensor]]:
        forms = {p.name: p for p in self.target.boundary.parameters}
        found: list[tuple[TensorForm, Tensor]] = []
        for name in forms.keys() & self.settled.keys():
            single = Boundary(self.target.name, (name,), (forms[name],), None)
            for leaf in call_leaves(single, {name: self.settled[name]}, {}):
                for form in leaf.tensor_forms():
                    fits = isinstance(leaf.value, Tensor) and _may_fit(form, leaf)
                    if fits:
                        found.append((form, leaf.value))  # type: ignore[arg-type]  # it is a tensor
                        break
        return found

    def _give(self, plan: Plan, scope: Mapping[str, Node]) -> None:
        for form, value in self._given():
            plan.give(form, tuple(value.shape), scope, f"a tensor of {self.target.name}")

    def _allowed(self) -> dict[str, Any]:
        drawn = {key: self.chooser.value(given) for key, given in self.options.sizes.items()}
        return {
            key: given if isinstance(given, int) else list(given) for key, given in drawn.items()
        }

    def _all(self, nodes: Mapping[str, Node]) -> list[Node]:
        found, waiting = [], list(nodes.values())
        while waiting:
            node = waiting.pop(0)
            found.append(node)
            waiting += node.inner()
        return found

    def _wanted(self, node: TensorNode) -> torch.dtype | None:
        asked = self.options.dtypes
        top = node.path.partition("[")[0].partition(".")[0]
        if isinstance(asked, torch.dtype):
            return asked
        if asked and (node.path in asked or top in asked):
            wanted = asked.get(node.path, asked.get(top))
            if (
                wanted is not None
                and node.form.dtypes is not None
                and wanted not in node.form.dtypes
            ):
                raise UnsolvableError(
                    f"dtypes: {node.path} is {node.form.family}, and not {wanted}."
                )
            return wanted
        floats = (p.dtype for p in self._weights() if p.dtype.is_floating_point)
        return next(floats, None)

    def _weights(self) -> Sequence[Tensor]:
        module = self.target.module
        return [] if module is None else list(module.parameters())

    def fill(self, sizes: Mapping[str, int]) -> Any:
        named = {key.strip("{}"): size for key, size in sizes.items()}
        device = self.options.device or next((w.device for w in self._weights()), None)

        def filled(node: TensorNode, size: tuple[int, ...]) -> Tensor:
            top = node.path.partition("[")[0].partition(".")[0]
            within = self.options.values.get(node.path, self.options.values.get(top))
            x = fill(size, node.dtype, node.seed, within=within, sizes=named, device=device)
            grad = self.options.requires_grad and (x.is_floating_point() or x.is_complex())
            return x.requires_grad_(grad)

        return filled

    def is_accepted(self, nodes: Mapping[str, Node], sizes: Mapping[str, int]) -> bool:
        """Ask the guard, on tensors without values."""
        boundary = self.target.boundary
        values = {name: node.build(sizes, as_meta) for name, node in nodes.items()}
        defaults = {n: s.default for n, s in self.target.signature.parameters.items()}
        everything = {**defaults, **self.settled, **values}
        missing: dict[Any, Any] = {Slot.VAR_POSITIONAL: (), Slot.VAR_KEYWORD: {}}
        for name, slot in self.target.signature.parameters.items():
            if everything.get(name) is Slot.empty:
                everything[name] = missing.get(slot.kind)
        guard: Any = make_guards(boundary)[0]
        return guard(*(everything.get(name) for name in boundary.names)) is not None


def _may_be_left_out(slot: Slot, form: Form | None) -> bool:
    variable = slot.kind in (Slot.VAR_POSITIONAL, Slot.VAR_KEYWORD)
    return variable and (form is None or not tensor_forms(form))


def _force(structure: Structure, missing: set[str]) -> bool:
    for where, binds in structure.points:
        good = [i for i, names in enumerate(binds) if names & missing]
        if where not in structure.forced and good:
            structure.forced[where] = good[0]
            return True
    return False


def _may_fit(form: TensorForm, leaf: Any) -> bool:
    outcome = match(concrete(form.shape, leaf.given), tuple(leaf.value.shape))
    sizes_fit = not isinstance(outcome, Mismatch) or outcome.kind == "unbound"
    return sizes_fit and (form.dtypes is None or leaf.value.dtype in form.dtypes)


def _as_object(values: Mapping[str, Any]) -> Any:
    return SimpleNamespace(**values)


__all__ = ["Options", "draw_arguments"]
