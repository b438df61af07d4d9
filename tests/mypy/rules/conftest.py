"""The pace of the rules' tests: `--hypothesis-profile=thorough` draws 1,000 calls for each."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
