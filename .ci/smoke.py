"""What a clean installation must do: find the typing marker, check a call, refuse a wrong one."""

from importlib.resources import files

import torch

import typed_rope as tr

if not files("typed_rope").joinpath("py.typed").is_file():
    raise SystemExit("py.typed is missing from the wheel")
missing = [name for name in tr.__all__ if not hasattr(tr, name)]
if missing:
    raise SystemExit(f"names that cannot be imported: {missing}")

heads = tr.split_heads(torch.randn(2, 5, 12), 3)
try:
    tr.split_heads(heads, 3)
except tr.ShapeError as error:
    print(error)
else:
    raise SystemExit("a wrong shape was accepted")
