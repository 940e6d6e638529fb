"""From settings to the records of a trained network, pure: no file, no MLflow."""
