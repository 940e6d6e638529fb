"""Figures, which load matplotlib, tables and the progress bar.

It imports `files`, `data`, `training` and the loose modules: it reads records, arrays and names, never a model.
"""
