"""The rope parameters of one layer of a published configuration.

transformers 4    rope_theta: 500000,  rope_scaling: {rope_type or type, factor, ...} or null
transformers 5    rope_parameters: {rope_theta, rope_type, factor, ...}
                  rope_parameters: {full_attention: {...}, sliding_attention: {...}}
"""

from collections.abc import Mapping

from typed_rope.rope.hf_fields import Fields, listed, refusal


def rope_parameters(
    fields: Fields, layer_type: str | None, layer_index: int | None
) -> Fields | None:
    """Find the parameters of the layer that is asked for; None where it has no RoPE."""
    layer_type = _layer_type(fields, layer_type, layer_index)
    new, old = fields.get("rope_parameters"), fields.get("rope_scaling")
    if new is not None and old is not None and new != old:
        raise refusal("rope_parameters and rope_scaling contradict each other; keep the right one.")
    name, found = ("rope_scaling", old) if new is None else ("rope_parameters", new)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise refusal(f"{name} must be a mapping, got {found!r}.")
    if not any(isinstance(value, Mapping) for value in found.values()):
        return found
    if layer_type not in found:
        asked = "none was asked for" if layer_type is None else f"{layer_type!r} was asked for"
        raise refusal(
            f"{name} differ by layer type and {asked}; pass layer_type, one of {listed(found)}."
        )
    chosen = found[layer_type]
    if chosen is not None and not isinstance(chosen, Mapping):
        raise refusal(f"{name}[{layer_type!r}] must be a mapping or null, got {chosen!r}.")
    return chosen


def _layer_type(fields: Fields, layer_type: str | None, layer_index: int | None) -> str | None:
    """Settle which type of layer is meant, by its name, its index, or both in agreement."""
    types = fields.get("layer_types")
    if types is None:
        count = fields.get("num_hidden_layers")
        if layer_index is not None and isinstance(count, int):
            _check_index(layer_index, count)
        return layer_type
    if layer_type is not None and layer_type not in types:
        raise refusal(
            f"no layer is of type {layer_type!r}; layer_types has {listed(sorted(set(types)))}."
        )
    if layer_index is None:
        return layer_type
    _check_index(layer_index, len(types))
    if layer_type not in (None, types[layer_index]):
        raise refusal(
            f"layer {layer_index} is of type {types[layer_index]!r}, not {layer_type!r}; pass "
            "layer_type or layer_index, not both."
        )
    found: str = types[layer_index]
    return found


def _check_index(layer_index: int, layers: int) -> None:
    if not 0 <= layer_index < layers:
        raise refusal(f"layer_index must be at least 0 and below {layers}, got {layer_index}.")
