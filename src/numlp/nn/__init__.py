"""Layers, loss, network, moments, initialisation and the gradient check: the mathematics of the reports."""
