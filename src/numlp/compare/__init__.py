"""Finished runs, and two to eight of them on the same test images: `numlp compare`."""
