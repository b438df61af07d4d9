"""Tensor layouts as types: write the shape once, have it proved, enforced, explained and tested."""
