"""The report on the reproduction: Markdown, from the result files."""
