import pytest
import torch

from typed_rope.demo import threads as module
from typed_rope.demo.threads import fastest_threads, threads_set


def test_as_many_threads_as_before_are_set_afterwards() -> None:
    torch.set_num_threads(3)
    with pytest.raises(ZeroDivisionError), threads_set(2):
        raise ZeroDivisionError
    assert torch.get_num_threads() == 3
    with threads_set(2):
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize(("slow", "fastest"), [(1, 3), (3, 1)])
def test_the_faster_number_of_threads_is_chosen(
    slow: int, fastest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]

    def matmul(x: torch.Tensor, weight: torch.Tensor) -> None:
        clock[0] += 2.0 if torch.get_num_threads() == slow else 1.0

    torch.set_num_threads(3)
    monkeypatch.setattr(module, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(torch, "matmul", matmul)
    assert fastest_threads() == fastest
    assert torch.get_num_threads() == 3


def test_one_thread_needs_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "matmul", None)
    assert fastest_threads() == 1
