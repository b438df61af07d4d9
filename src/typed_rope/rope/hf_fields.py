"""Reading one field of a published configuration: under any of its spellings, and only a number."""

import math
import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

Fields = Mapping[str, Any]


class RopeConfigWarning(UserWarning):
    """A configuration has a key that is not used, or lacks one that had to be assumed."""


def warn(message: str) -> None:
    """Tell the caller of `RopeSpec.from_hf` what was assumed or left unused."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame):
        level, frame = level + 1, frame.f_back
    warnings.warn(f"RopeSpec.from_hf: {message}", RopeConfigWarning, stacklevel=level)


def _is_ours(frame: FrameType) -> bool:
    # By its file: the code around a checked function has no module, but the file of the function.
    return Path(frame.f_code.co_filename).is_relative_to(Path(__file__).parents[1])


def refusal(message: str) -> ValueError:
    """Make the error in which `RopeSpec.from_hf` says `message`."""
    return ValueError(f"RopeSpec.from_hf: {message}")


def as_fields(config: object) -> Fields:
    """Take a mapping as it is, and an object by its `to_dict` or else its attributes."""
    if isinstance(config, Mapping):
        return config
    to_dict = getattr(config, "to_dict", None)
    if callable(to_dict):
        return as_fields(to_dict())
    if hasattr(config, "__dict__"):
        return vars(config)
    raise TypeError(
        "RopeSpec.from_hf: config must be a mapping or a transformers configuration, got "
        f"{type(config).__name__}."
    )


def number(fields: Fields, name: str) -> float:
    """Read a number that has to be there; text or a truth value in its place is a mistake."""
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refusal(f"{name} must be a finite number, got {value!r}.")
    return value


def whole(fields: Fields, name: str) -> int:
    """Read a whole number that has to be there."""
    value = number(fields, name)
    if value != int(value):
        raise refusal(f"{name} must be a whole number, got {value!r}.")
    return int(value)


def spelling(fields: Fields, names: tuple[str, ...]) -> str | None:
    """Find the one spelling of a field that is in use; several must agree."""
    used = [name for name in names if fields.get(name) is not None]
    values = [number(fields, name) for name in used]
    if len(set(values)) > 1:
        told = " and ".join(f"{name}={fields[name]!r}" for name in used)
        raise refusal(f"{told} contradict each other; keep the right one.")
    return used[0] if used else None


def listed(names: Iterable[str]) -> str:
    """Write names for a message: 'a', 'b' and 'c'."""
    *others, last = [repr(name) for name in names]
    return f"{', '.join(others)} and {last}" if others else last
