"""A whole model is run, and what its axes do is found by changing one position at a time."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import typed
from typed_rope.models import Decoder, DecoderConfig
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec, rope_table
from typed_rope.testing import check_model
from typed_rope.testing.dependence import verdict

B, T, C, H = 3, 7, 10, 2


class Mixer(nn.Module):
    """Attention without weights, broken on request."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.fault = fault

    def forward(self, x: Tensor) -> Tensor:
        t = x.shape[1]
        if self.fault == "heads":  # the batch dealt out to the heads
            x = x.reshape(H, -1, t, x.shape[2]).roll(1, 0).reshape(x.shape)
        hidden = torch.ones(t, t).triu(2 if self.fault == "mask" else 1).bool()
        scores = (x @ x.mT / math.sqrt(x.shape[2])).masked_fill(hidden, -1e9)
        axis = {"axis": 1, "batch": 0}.get(self.fault, 2)
        return scores.softmax(axis) @ x


def test_a_causal_model_has_no_findings() -> None:
    report = check_model(Mixer(), torch.randn(B, T, C), causal=True)
    assert report.verdict("x", "axis 0", "axis 0") == "same"
    assert report.verdict("x", "axis 1", "axis 1") == "same and earlier"
    assert report.findings == ()
    report.assert_no_findings()


@pytest.mark.parametrize(
    ("fault", "batch", "finding"),
    [
        (
            "mask",
            B,
            "return sees the future: a token depends on tokens of x up to 1 after it. "
            "The causal mask is off by that much.",
        ),
        (
            "axis",
            B,
            "return sees the future: a token depends on tokens of x after it, though the model is "
            "said to be causal.",
        ),
        (
            "batch",
            B,
            "return leaks between rows of the batch: b of the output depends on other positions of "
            "b of x.",
        ),
        (
            "heads",
            4,
            "return leaks between rows of the batch: b of the output depends on other positions of "
            "b of x.",
        ),
    ],
)
def test_a_fault_is_found_in_plain_words(fault: str, batch: int, finding: str) -> None:
    axes = {"x": "b t c", "return": "b t c"}
    report = check_model(Mixer(fault), torch.randn(batch, T, C), axes=axes, causal=True)
    assert finding in report.findings
    with pytest.raises(AssertionError) as error:
        report.assert_no_findings()
    assert str(error.value) == str(report)


class Shift(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = nn.functional.conv1d(x.mT, torch.ones(C, C, 3), padding=1).mT
        return y


def test_a_window_around_a_token_is_no_fault_of_a_mask() -> None:
    report = check_model(Shift(), torch.randn(B, T, C))
    assert report.verdict("x", "axis 1", "axis 1") == "1 ahead to 1 back"
    assert report.findings == ()


def config() -> DecoderConfig:
    spec = RopeSpec(head_dim=8)
    return DecoderConfig(
        vocab=31, channels=20, layers=2, heads=6, kv_heads=3, feed_forward=26, context=99, rope=spec
    )


def test_the_decoder_is_causal_checked_and_unambiguous() -> None:
    report = check_model(Decoder(config()), causal=True)
    assert report.findings == ()
    assert report.ambiguous == ()
    assert report.verdict("ids", "t", "t") == "same and earlier"
    assert report.verdict("ids", "b", "b") == "same"
    assert all(row.checked for row in report.boundaries)
    assert ("attend", 2) in report.calls


def test_the_attention_module_is_causal() -> None:
    module = Attention(channels=20, heads=6, kv_heads=3, rope=RopeSpec(head_dim=8))
    cos, sin = rope_table(module.rope, torch.arange(5))
    report = check_model(module, (torch.randn(2, 5, 20), cos, sin), causal=True)
    assert report.findings == ()
    assert report.verdict("x", "t", "t") == "same and earlier"


def test_ambiguous_calls_inside_are_told() -> None:
    report = check_model(Decoder(config()), torch.randint(31, (2, 3)))
    assert any(a.function == "attend" and a.axes == ("g", "s") for a in report.ambiguous)


def test_a_layer_of_torch_mixes_tokens_and_no_rows() -> None:
    layer = nn.TransformerEncoderLayer(C, H, 11, batch_first=True)
    report = check_model(layer, torch.randn(B, T, C), axes={"src": "b t c", "return": "b t c"})
    assert report.verdict("src", "b", "b") == "same"
    assert report.verdict("src", "t", "t") == "all"
    assert report.findings == ()
    assert "dropout is off." in report.notes


def test_batch_norm_leaks_between_rows_in_training_only() -> None:
    model, x = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7)), torch.randn(4, 5)
    assert check_model(model, x).findings == ()
    (finding,) = check_model(model, x, training=True).findings
    assert finding.startswith("return leaks between rows of the batch: axis 0 of the output")


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.Dropout(0.5))
    model[0].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    x = torch.randn(4, 5, generator=torch.Generator().manual_seed(3))
    check_model(model, x, training=True)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [module.training for module in model] == [False, True, True]
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(module._forward_hooks for module in model.modules())


@dataclass
class Output:
    last: Tensor
    total: Tensor


class Many(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Any]:
        return {"out": Output(x.cumsum(1), x.sum((1, 2))), "nan": x * math.nan}


def test_outputs_in_containers_and_nan_are_handled() -> None:
    report = check_model(Many(), torch.randn(B, T, C))
    assert {row.target for row in report.dependences} == {
        "return['out'].last",
        "return['out'].total",
        "return['nan']",
    }
    assert "return['nan'] holds NaN, where nothing can be told." in report.notes


class Half(nn.Module):
    @typed
    def forward(self, x: Float[Tensor, "b t"], y: Tensor) -> Float[Tensor, "b t"]:
        return x + y.sum()


def test_a_tensor_without_axes_is_annotated_by_nobody() -> None:
    report = check_model(Half(), (torch.randn(B, T), torch.randn(C)))
    rows = {row.tensor: (row.annotation, row.checked) for row in report.boundaries}
    assert rows == {
        "x": ("Float[Tensor, 'b t']", True),
        "y": (None, False),
        "return": ("Float[Tensor, 'b t']", True),
    }


def test_equal_sizes_are_said_to_prove_less() -> None:
    axes = {"x": "b t c", "return": "b t c"}
    report = check_model(Mixer(), torch.randn(B, 5, 5), axes=axes)
    assert report.notes == ("t and c both have size 5; distinct sizes prove more.",)


def test_the_report_is_a_page() -> None:
    class Double(nn.Module):
        @typed
        def forward(self, x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
            return 2 * x

    assert str(check_model(Double())) == (
        "Double: no findings.\n"
        "Boundaries: of 2 tensors, 2 are annotated and 2 checked.\n"
        "Checked calls: Double.forward 1.\n"
        "input   axis   output   axis   depends on\n"
        "x       b      return   b      same\n"
        "x       b      return   t      all\n"
        "x       t      return   b      all\n"
        "x       t      return   t      same"
    )


@pytest.mark.parametrize(
    ("seen", "size", "expected"),
    [
        ({0: [], 1: [], 4: []}, 5, "none"),
        ({0: [0], 1: [1], 4: [4]}, 5, "same"),
        ({0: [0, 1, 2, 3, 4], 1: [1, 2, 3, 4], 4: [4]}, 5, "same and earlier"),
        ({0: [0], 1: [0, 1], 4: [0, 1, 2, 3, 4]}, 5, "same and later"),
        ({0: [0, 1, 2, 3, 4], 1: [0, 1, 2, 3, 4], 4: [3, 4]}, 5, "up to 1 ahead"),
        ({0: [0, 1], 1: [0, 1, 2], 4: [3, 4]}, 5, "1 ahead to 1 back"),
        ({0: [0, 1, 2, 3, 4], 4: [0, 1, 2, 3, 4]}, 5, "all"),
    ],
)
def test_the_verdict_follows_the_positions_that_move(
    seen: dict[int, list[int]], size: int, expected: str
) -> None:
    assert verdict(seen, size) == expected


@pytest.mark.peers
def test_a_tiny_llama_is_causal() -> None:
    transformers = pytest.importorskip("transformers")
    settings = transformers.LlamaConfig(
        vocab_size=31, hidden_size=24, intermediate_size=26, num_hidden_layers=2,
        num_attention_heads=6, num_key_value_heads=3, use_cache=False,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(settings)
    ids = torch.randint(31, (2, 5))
    report = check_model(model, {"input_ids": ids}, causal=True)
    assert report.findings == ()
    assert report.verdict("input_ids", "axis 1", "axis 1") == "same and earlier"
