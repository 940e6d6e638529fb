"""What a person sees: figures (`figures`, which loads matplotlib), tables, the page of a run, the progress bar.

It imports `files`, `data`, `training`, `analysis` and the loose modules: it reads records, arrays and names, never a model.
"""
