"""From an archive or a seed to uint8 images, and from these to the normalized arrays of a split.

It imports `config` and the loose modules.
"""
