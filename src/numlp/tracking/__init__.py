"""MLflow runs. Only this package imports MLflow, in one place, where a command first needs it: the import takes a second or two."""
