"""The stages of dvc.yaml, a module each and nothing else; `run(config, out)` is what DVC and Hydra begin."""
