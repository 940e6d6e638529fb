"""`numlp COMMAND`: a module a command, the table of them all, the launch by Hydra, help and completion.

It may import every package; it names the modules of commands as text, so that each is imported when it is asked for.
"""
