"""Sweeps: what to try, the jobs of that, what became of them."""
