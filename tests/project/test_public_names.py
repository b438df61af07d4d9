"""The public surface, written down: a name that comes or goes is a decision."""

from importlib import import_module
from pathlib import Path

import pytest

import typed_rope

PUBLIC: dict[str, set[str]] = {
    "typed_rope": {
        *("AmbiguousShapeWarning", "ShapeError", "check_shape", "checks", "typed"),
        *("heads_first", "merge_heads", "repeat_kv", "split_heads", "tokens_first"),
        *("RopeSpec", "apply_rope", "rope_table", "rotate_halves", "rotate_interleaved"),
        *("attend", "masks"),
        *("generate", "load_gguf"),
        "reveal_shape",
    },
    "typed_rope.shapes": {
        *("Anonymous", "Axis", "Fixed", "Named", "Shape", "Sized", "Variadic"),
        *("Bindings", "Expression", "Field", "Mismatch", "Size", "Unbound"),
        *("ShapeSyntaxError", "UnboundNameError"),
        *("match", "parse", "unbound"),
    },
    "typed_rope.checking": {
        *("AmbiguousShapeWarning", "ShapeError", "check_shape", "checks", "typed"),
    },
    "typed_rope.adoption": {
        *("AdoptingFinder", "Findings", "Selection", "Unchecked"),
        *("adopt", "run_module", "run_script"),
    },
    "typed_rope.pytest_plugin": set(),
    "typed_rope.mypy": {"plugin"},
    "typed_rope.reveal": {"reveal_shape"},
    "typed_rope.dtypes": {"Wide"},
    "typed_rope.layout": {
        *("heads_first", "merge_heads", "repeat_kv", "split_heads", "tokens_first"),
    },
    "typed_rope.rope": {
        *("RopeSpec", "Pairing", "RopeConfigWarning"),
        *("LinearScaling", "Llama3Scaling", "Scaling"),
        *("plain_frequencies", "rope_frequencies", "rope_table"),
        *("apply_rope", "rotate_halves", "rotate_interleaved"),
        *("rotate_halves_partial", "rotate_interleaved_partial"),
        *("halves_to_interleaved", "interleaved_to_halves"),
    },
    "typed_rope.attention": {
        *("BACKENDS", "KeyValues", "Mask", "append"),
        *("attend", "attend_reference", "attend_sdpa", "masks"),
    },
    "typed_rope.modules": {
        *("Attention", "Block", "FeedForward", "RMSNorm"),
        *("rms_norm", "swiglu"),
    },
    "typed_rope.testing": {
        *("Arguments", "LayoutReport", "ModelReport", "UnsolvableError"),
        *("arguments", "check_model", "layout_sweep", "tensors"),
    },
    "typed_rope.models": {
        *("Cache", "Decoder", "DecoderConfig", "Tokenizer"),
        *("generate", "load_gguf", "token_nll"),
    },
}


def _parts() -> list[Path]:
    folder = Path(str(typed_rope.__file__)).parent
    return [
        path for path in folder.iterdir() if (path / "__init__.py").exists() or path.suffix == ".py"
    ]


@pytest.mark.parametrize("module", sorted(PUBLIC))
def test_a_module_exports_the_names_of_the_written_list(module: str) -> None:
    exported = import_module(module).__all__
    assert len(exported) == len(set(exported))
    assert set(exported) == PUBLIC[module]


@pytest.mark.parametrize("module", sorted(PUBLIC))
def test_every_exported_name_can_be_had(module: str) -> None:
    missing = {name for name in PUBLIC[module] if not hasattr(import_module(module), name)}
    assert missing == set()


def test_every_part_of_the_package_is_on_the_written_list() -> None:
    top = {"__init__", "__main__", "cli", "demo"}
    parts = {f"typed_rope.{path.stem}" for path in _parts() if path.stem not in top}
    assert parts == set(PUBLIC) - {"typed_rope"}


def test_the_root_shows_at_most_twenty_names() -> None:
    assert len(PUBLIC["typed_rope"]) <= 20


def test_dir_lists_the_names_of_the_root_before_they_are_loaded() -> None:
    assert set(dir(typed_rope)) >= PUBLIC["typed_rope"]


def test_a_name_that_the_root_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as error:
        typed_rope.rotate  # noqa: B018
    assert str(error.value) == "module 'typed_rope' has no attribute 'rotate'"
