"""The pages on the reproduction: Markdown, from the result files."""
