"""From an archive or a seed to uint8 images, and from these to the splits that networks read."""
