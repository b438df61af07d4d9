from typing import Any

from torch.nn.parameter import Parameter as Parameter

class Module:
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
