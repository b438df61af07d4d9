"""Why a call was refused: who is to blame, and how it is said."""

from typed_rope.checking.explaining.explain import refusal

__all__ = ["refusal"]
