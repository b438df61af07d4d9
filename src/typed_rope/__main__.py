"""`python -m typed_rope` is the command `typed-rope`."""

import sys

from typed_rope.cli import main

if __name__ == "__main__":
    sys.exit(main())
