"""From a change deep inside an argument to an expression for the whole argument.

    parts[1]       [parts[0], parts[1].transpose(0, 1)]      list; a tuple with round brackets
    all of parts   [item.transpose(0, 1) for item in parts]
    named['k']     {**named, 'k': named['k'].unsqueeze(0)}   dict
    pair.k         pair._replace(k=pair.k.unsqueeze(0))      NamedTuple
    state.k        type(state)(k=state.k.unsqueeze(0), v=state.v)

A record whose construction runs code of its author's is left alone: what that would do to a second
instance, nobody here can tell.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from typed_rope.checking.forms import is_named_tuple

_MOST_ITEMS = 4  # of a list or record that are written out one by one


def rewritten(value: object, path: str, changes: Mapping[str, str]) -> str | None:
    """Write `value`, found at `path`, with changes inside it; None where there is no short way.

    `changes` maps paths to what is written there, such as "{0}.unsqueeze(0)".
    """
    inside = any(_is_inside(changed, path) for changed in changes)
    if path in changes:
        return None if inside else changes[path].format(path)
    if not inside:
        return path
    if is_named_tuple(type(value)):
        return _replaced(value, path, changes)
    if type(value) in (list, tuple) and isinstance(value, list | tuple):
        return _items(value, path, changes)
    if isinstance(value, dict):
        return _keys(value, path, changes)
    if is_dataclass(value):
        return _rebuilt(value, path, changes)
    return None


def _is_inside(changed: str, path: str) -> bool:
    return changed.startswith(path) and changed[len(path) : len(path) + 1] in (".", "[")


def _items(value: list[Any] | tuple[Any, ...], path: str, changes: Mapping[str, str]) -> str | None:
    places = [f"{path}[{index}]" for index in range(len(value))]
    how = {changes.get(place) for place in places}
    opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")")
    if len(value) > 1 and len(how) == 1 and None not in how:
        each = f"{next(iter(how)) or ''} for item in {path}".format("item")
        return f"[{each}]" if isinstance(value, list) else f"tuple({each})"
    written = [rewritten(v, place, changes) for v, place in zip(value, places, strict=True)]
    if None in written:
        return None
    if len(value) <= _MOST_ITEMS:
        comma = "," if closing == ")" and len(value) == 1 else ""
        return f"{opening}{', '.join(map(str, written))}{comma}{closing}"
    changed = [i for i, place in enumerate(places) if written[i] != place]
    if len(changed) != 1:
        return None
    (index,) = changed
    before = f"*{path}[:{index}], " if index else ""
    after = f", *{path}[{index + 1}:]" if index + 1 < len(value) else ""
    return f"{opening}{before}{written[index]}{after}{closing}"


def _keys(value: dict[Any, Any], path: str, changes: Mapping[str, str]) -> str | None:
    written = {key: rewritten(v, f"{path}[{key!r}]", changes) for key, v in value.items()}
    changed = {key: how for key, how in written.items() if how != f"{path}[{key!r}]"}
    readable = all(isinstance(key, str | int) for key in changed)
    if not changed or None in changed.values() or not readable or type(value) is not dict:
        return None
    return f"{{**{path}, {', '.join(f'{key!r}: {how}' for key, how in changed.items())}}}"


def _replaced(value: Any, path: str, changes: Mapping[str, str]) -> str | None:
    written = {n: rewritten(getattr(value, n), f"{path}.{n}", changes) for n in value._fields}
    changed = {name: how for name, how in written.items() if how != f"{path}.{name}"}
    if not changed or None in changed.values():
        return None
    return f"{path}._replace({', '.join(f'{name}={how}' for name, how in changed.items())})"


def _rebuilt(value: Any, path: str, changes: Mapping[str, str]) -> str | None:
    members = fields(value)
    if len(members) > _MOST_ITEMS or not all(member.init for member in members):
        return None
    if hasattr(value, "__post_init__") or not hasattr(type(value), "__dataclass_fields__"):
        return None
    names = [member.name for member in members]
    written = [rewritten(getattr(value, n, None), f"{path}.{n}", changes) for n in names]
    if None in written:
        return None
    each = ", ".join(f"{name}={how}" for name, how in zip(names, written, strict=True))
    return f"type({path})({each})"
