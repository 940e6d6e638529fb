"""Layers over flat parameters, the network, its loss, initial weights, stored moments, gradient check; none sees a configuration."""
