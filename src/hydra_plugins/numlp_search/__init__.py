"""Hydra finds its plugins here: hydra/sweeper=search."""
