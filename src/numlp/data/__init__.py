"""From an archive, or a seed, to normalised arrays and batches of them."""
