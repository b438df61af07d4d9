"""A warning of a configuration points at the line that read it."""

import inspect
import warnings
from typing import Any

import pytest

from typed_rope.rope.spec import RopeSpec

CONFIGS: dict[str, dict[str, Any]] = {
    "no theta": {"head_dim": 64},
    "unknown model": {"head_dim": 64, "rope_theta": 1e4, "model_type": "unknown"},
    "unused key": {
        "head_dim": 64,
        "rope_theta": 1e4,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0, "beta": 1.0},
    },
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_warning_points_at_the_call_that_read_the_configuration(name: str) -> None:
    frame = inspect.currentframe()
    assert frame is not None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        RopeSpec.from_hf(CONFIGS[name])
        line = frame.f_lineno - 1
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]
