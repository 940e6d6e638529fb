"""`numlp COMMAND`: a module a command, the launch of stages by Hydra, help and completion."""
