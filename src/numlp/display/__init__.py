"""Figures, which load matplotlib, tables and the progress bar, from records, arrays and names; none reads a model."""
