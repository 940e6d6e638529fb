"""The report on the reproduction: its contents from the result files, as Markdown and as one HTML page."""
