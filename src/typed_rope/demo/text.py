"""The text that a model is asked to predict: plain prose, written for this purpose."""

from typing import Final

TEXT: Final = """\
The lighthouse keeper wrote in his book every evening, even when there was nothing to write. On \
the first of March he noted that the wind had turned to the north and that the supply boat was \
late. On the second he noted that the wind was still in the north and that the boat had not come. \
By the end of the week he had eaten the last of the bread, and he began to fish from the rocks \
below the tower.

He was not afraid. The lamp needed oil, and there was oil for a month; the well had not run dry \
in thirty years. What troubled him was the silence. When the boat came, it brought letters, and \
with the letters came the voice of his sister, who lived in the city and wrote as she spoke, \
quickly and about everything at once: the price of coal, the new bridge over the river, her son \
who wanted to be a sailor like his uncle.

On the tenth of March the wind dropped. The sea lay flat and grey, and far out, between two \
islands, he saw the smoke of the supply boat. He put the kettle on the stove, combed his hair, \
and carried the book down to the landing place. When the boat came alongside, the captain threw \
him a rope and asked whether he had been lonely. The keeper thought about the question for a \
while. Then he said that he had been waiting for a letter, which was not the same thing.
"""

__all__ = ["TEXT"]
