"""The scaling that a layer's rope parameters describe: a table of rope types and their keys."""

from collections.abc import Callable, Mapping

from typed_rope.rope.hf_fields import Fields, listed, number, refusal, warn, whole
from typed_rope.rope.scaling import LinearScaling, Llama3Scaling, Scaling

# These belong to every rope type; the geometry is read from them elsewhere.
_SHARED = ("rope_type", "type", "rope_theta", "partial_rotary_factor")


def read_scaling(parameters: Fields) -> Scaling | None:
    """Read the rope type and what belongs to it; warn of keys that the type does not know."""
    rope_type = _rope_type(parameters)
    if rope_type not in _READERS:
        raise refusal(
            f"rope type {rope_type!r} is not supported; supported are {listed(_READERS)}."
        )
    names, reader = _READERS[rope_type]
    missing = [name for name in names if parameters.get(name) is None]
    if missing:
        raise refusal(f"rope type {rope_type!r} needs {listed(missing)}.")
    if unknown := _own_keys(parameters, names):
        warn(f"rope type {rope_type!r} does not use {listed(unknown)}.")
    return reader(parameters)


def _rope_type(parameters: Fields) -> str:
    named = [parameters[key] for key in ("rope_type", "type") if parameters.get(key) is not None]
    if named:
        if named[0] != named[-1]:
            raise refusal(f"rope_type={named[0]!r} and type={named[1]!r} contradict each other.")
        return str(named[0])
    if others := _own_keys(parameters, ()):
        raise refusal(f"no rope_type says what to do with {listed(others)}; add one.")
    return "default"


def _own_keys(parameters: Fields, known: tuple[str, ...]) -> list[str]:
    """List the keys in use beside those that are known and those of every rope type."""
    used = (name for name, value in parameters.items() if value is not None)
    return [name for name in used if name not in (*_SHARED, *known)]


def _default(parameters: Fields) -> None:
    return None


def _linear(parameters: Fields) -> Scaling:
    return LinearScaling(factor=number(parameters, "factor"))


def _llama3(parameters: Fields) -> Scaling:
    return Llama3Scaling(
        factor=number(parameters, "factor"),
        low_freq_factor=number(parameters, "low_freq_factor"),
        high_freq_factor=number(parameters, "high_freq_factor"),
        original_max_position_embeddings=whole(parameters, "original_max_position_embeddings"),
    )


# Each rope type with the keys that it needs and how they are read.
_READERS: Mapping[str, tuple[tuple[str, ...], Callable[[Fields], Scaling | None]]] = {
    "default": ((), _default),
    "linear": (("factor",), _linear),
    "llama3": (
        ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
        _llama3,
    ),
}
