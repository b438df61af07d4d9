"""First half of a draw: which member of a union, how many items, whether an optional is given.

Every choice is the chooser's. Where the choices leave a name unbound that an expression reads (the
`b` of a union's other member), the first choice that can bind it is made for it, and all is chosen
once more.
"""

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_type_hints

from typed_rope.checking.boundary import Parameter
from typed_rope.checking.forms import (
    AnyForm,
    EitherForm,
    Form,
    ItemsForm,
    KeysForm,
    MappingForm,
    PlainForm,
    RecordForm,
    SpreadForm,
    TensorForm,
    TupleForm,
    is_named_tuple,
    record_names,
    tensor_forms,
)
from typed_rope.shapes import Sized
from typed_rope.testing.choosing import Chooser
from typed_rope.testing.errors import UnsolvableError
from typed_rope.testing.nodes import IntNode, ItemsNode, NamedNode, Node, TensorNode, ValueNode
from typed_rope.testing.plain_values import plain_value

_EMPTY = inspect.Parameter.empty
_MOST_ITEMS = 3


@dataclass
class Structure:
    """The choices of one draw, and what has been made of them."""

    chooser: Chooser
    forced: dict[str, int] = field(default_factory=dict)
    points: list[tuple[str, list[set[str]]]] = field(default_factory=list)
    """Every choice that was made: where, and which names each option would bind."""
    unions: list[str] = field(default_factory=list)
    """Where a member that holds tensors was chosen among several."""

    def parameter(
        self, spec: inspect.Parameter, form: Form | None, scope: dict[str, Node], read: set[str]
    ) -> Node | None:
        """Plan one parameter; None where it is left to its default."""
        name, default = spec.name, spec.default
        if default is not _EMPTY:
            if form is None or not tensor_forms(form) or hasattr(default, "shape"):
                scope[name] = ValueNode(name, default)
                return None
            given = self.choose(f"{name} given", [set(), _names(form)])
            if not given:
                scope[name] = ValueNode(name, default)
                return None
        if form is None or isinstance(form, AnyForm | PlainForm):
            return self._plain(name, None if form is None else form.hint, scope, read)
        if default is None and isinstance(form, EitherForm):  # given, so not None
            members = tuple(m for m in form.members if not _is_none(m)) or form.members
            form = EitherForm(form.hint, members) if len(members) > 1 else members[0]
        return self.node(form, name, scope)

    def _plain(self, name: str, hint: Any, scope: dict[str, Node], read: set[str]) -> Node:
        if name in read and (hint is None or hint is int or hint is Any or int in get_args(hint)):
            return IntNode(name, f"{{{name}}}")
        if hint is None:
            raise UnsolvableError(f"{name} has no annotation: give {name}=, a value or a strategy.")
        return ValueNode(name, plain_value(hint, self.chooser, name))

    def choose(self, where: str, binds: list[set[str]]) -> int:
        """Choose among options, each told by the names that it binds."""
        self.points.append((where, binds))
        if where in self.forced:
            return self.forced[where]
        return self.chooser.index(len(binds)) if len(binds) > 1 else 0

    def node(self, form: Form, path: str, scope: Mapping[str, Node]) -> Node:
        """Plan a value of `form`."""
        match form:
            case TensorForm():
                return TensorNode(path, form, scope)
            case EitherForm(members=members):
                if len(tensor_forms(form)) > 1:
                    self.unions.append(path)
                member = members[self.choose(path, [_names(m) for m in members])]
                return self.node(member, path, scope)
            case ItemsForm(container=container, item=item):
                count = 1 + self.choose(f"{path} items", [_names(item)] * _MOST_ITEMS)
                items = [self.node(item, f"{path}[{i}]", scope) for i in range(count)]
                return ItemsNode(path, _maker(container), items)
            case TupleForm(members=members):
                return self._tuple(members, path, scope)
            case SpreadForm(before=before, item=item, after=after):
                count = self.choose(f"{path} items", [_names(item)] * _MOST_ITEMS)
                return self._tuple((*before, *[item] * (1 + count), *after), path, scope)
            case MappingForm(key=key, value=value):
                return self._mapping(key, value, path, scope)
            case KeysForm(keys=keys):
                parts = {key: self.node(part, f"{path}[{key!r}]", scope) for key, part in keys}
                return NamedNode(path, dict, self._with_plain_keys(form, parts, path))
            case RecordForm(hint=cls, fields=fields):
                return self._record(cls, dict(fields), path)
            case PlainForm(hint=hint) | AnyForm(hint=hint):
                return ValueNode(path, plain_value(hint, self.chooser, path))
            case _:
                problem = f"only torch tensors are drawn, and {path} is {form.hint}: give a value."
                raise UnsolvableError(problem)

    def _tuple(self, members: tuple[Form, ...], path: str, scope: Mapping[str, Node]) -> Node:
        items = [self.node(m, f"{path}[{i}]", scope) for i, m in enumerate(members)]
        return ItemsNode(path, tuple, items)

    def _mapping(self, key: Form, value: Form, path: str, scope: Mapping[str, Node]) -> Node:
        if key.hint is not str:
            raise UnsolvableError(f"{path}: only keys of type str are drawn: give a value.")
        names = [f"key{i}" for i in range(1 + self.choose(f"{path} items", [_names(value)] * 2))]
        return NamedNode(path, dict, {k: self.node(value, f"{path}[{k!r}]", scope) for k in names})

    def _with_plain_keys(
        self, form: KeysForm, parts: dict[str, Node], path: str
    ) -> dict[str, Node]:
        hints = get_type_hints(form.hint)
        for key in form.required - parts.keys():
            where = f"{path}[{key!r}]"
            parts[key] = ValueNode(where, plain_value(hints[key], self.chooser, where))
        return parts

    def _record(self, cls: type, fields: Mapping[str, Form], path: str) -> Node:
        scope: dict[str, Node] = {}
        members: dict[str, Node] = {}
        read = {name for form in fields.values() for name in fields_read(form)}
        hints = get_type_hints(cls, include_extras=True)
        required = {
            p.name for p in inspect.signature(cls).parameters.values() if p.default is _EMPTY
        }
        for name in record_names(cls):
            if name in fields:
                members[name] = scope[name] = self.node(fields[name], f"{path}.{name}", scope)
            elif name in required:
                node = self._plain(f"{path}.{name}", hints.get(name), {}, set())
                if name in read and hints.get(name) in (int, Any):
                    node = IntNode(f"{path}.{name}", f"{{{path}.{name}}}")
                members[name] = scope[name] = node
            else:
                scope[name] = ValueNode(f"{path}.{name}", _default(cls, name))
        scope["self"] = NamedNode(path, lambda values: _Instance(values), dict(scope))
        return NamedNode(path, lambda values: cls(**values), members)


class _Instance:
    """Stands for a record that is not made yet, where `{self.n}` reads it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def fields_read(form: Form) -> Iterator[str]:
    """Yield the names that the `{...}` of a form read."""
    for tensor in tensor_forms(form):
        for axis in tensor.shape.axes:
            if isinstance(axis, Sized):
                for part in axis.expression.fields:
                    yield from part.names


def all_read(parameters: tuple[Parameter, ...], result: Form | None) -> set[str]:
    """Return the arguments that the annotations of a call read."""
    forms = [parameter.form for parameter in parameters] + ([] if result is None else [result])
    return {name for form in forms for name in fields_read(form)}


def _names(form: Form) -> set[str]:
    return {name for tensor in tensor_forms(form) for name in tensor.shape.names}


def _is_none(form: Form) -> bool:
    return isinstance(form, PlainForm) and form.hint in (None, type(None))


def _maker(container: type) -> Any:
    return container if container in (list, tuple, set, frozenset) else list


def _default(cls: Any, name: str) -> object:
    if is_named_tuple(cls):
        return cls._field_defaults.get(name)
    for each in dataclasses.fields(cls):
        if each.name == name and each.default is not dataclasses.MISSING:
            return each.default
        if each.name == name and each.default_factory is not dataclasses.MISSING:
            return each.default_factory()
    return None


__all__ = ["Structure", "all_read", "fields_read"]
