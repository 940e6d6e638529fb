"""The entry points: what `numlp COMMAND` runs. They alone choose paths."""
