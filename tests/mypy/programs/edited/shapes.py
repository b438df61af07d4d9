"""Aliases, of which others are made in other files."""

from typing import TypeAlias

from jaxtyping import Float
from torch import Tensor

Queries = Float[Tensor, "b h t d"]
Keys = Float[Tensor, "b s g d"]
Table: TypeAlias = Float[Tensor, "t d/2"]
Cached = Queries | None
