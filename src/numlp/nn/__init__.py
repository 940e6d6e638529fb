"""Layers over flat parameters, the network, its loss, initial weights, stored moments, and the gradient check.

It imports `arrays` and `errors` alone: a layer never sees a configuration.
"""
