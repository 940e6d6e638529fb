"""Figures and tables: they read records, arrays and names, never a model."""
