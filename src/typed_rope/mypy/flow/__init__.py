"""Following what is known of values through a function that mypy has checked."""
