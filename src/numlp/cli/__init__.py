"""`numlp COMMAND`: one module per command, the table of all commands, the launch by Hydra, and help.

It may import every package; it names the modules of commands as text, so that only the called command is imported.
"""
