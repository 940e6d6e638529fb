"""Finished runs, and two to eight of them on the same test images: `numlp compare`.

It imports `config`, `data`, `inference`, `tracking`, `display` and the loose modules.
"""
