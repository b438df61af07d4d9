"""Mutants of the source: what is broken, which tests are asked, and what became of it."""
