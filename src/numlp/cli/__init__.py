"""`numlp COMMAND`: one module per command, the table of all commands by name (only the called one is imported), launch, and help."""
