"""The stages of dvc.yaml, a module each and nothing else; `run(config, out)` is what DVC and Hydra begin.

They import all packages but `sweep` and `cli`.
"""
