# What jaxtyping says to type checkers.
from typing import Annotated as Bool
from typing import Annotated as Float
from typing import Annotated as Float32
from typing import Annotated as Int
from typing import Annotated as Shaped

__all__ = ["Bool", "Float", "Float32", "Int", "Shaped"]
