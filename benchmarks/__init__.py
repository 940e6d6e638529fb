"""The time of an update of this project's training, beside PyTorch, JAX and scikit-learn: `make bench`."""
