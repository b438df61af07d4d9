"""How well a model predicts a text."""

from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models.decoder import Decoder


@typed
def token_nll(model: Decoder, ids: Int[Tensor, "b t"]) -> Float[Tensor, "b t-1"]:
    """Return the negative log-likelihood of every token after the first, given those before it.

    Units: nats.
    Raises: ValueError if there is no second token to predict.
    """
    if ids.shape[1] < 2:
        raise ValueError(f"token_nll: at least 2 tokens a row are needed, got {ids.shape[1]}.")
    logits = model.logits(model.hidden(ids)[:, :-1])
    return logits.logsumexp(dim=2) - logits.gather(2, ids[:, 1:, None].long())[:, :, 0]


__all__ = ["token_nll"]
