"""The tables of docs/configuration.md: keys, types and defaults from the code, words from configuration.yaml."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf

from numlp.config.compose import all_keys, read_params
from numlp.config.parts import RUNTIME, TARGET, locate, schema_of
from numlp.config.schema import Config
from numlp.config.search import NODE, Search

DOCS = Path(__file__).parent
ROOT, LONG = DOCS.parent, 40  # characters of a default that fits its cell
TABLE = "| key | type | default | rule | meaning | elsewhere |\n|---|---|---|---|---|---|\n"


def read_words() -> dict[str, dict[str, str]]:
    """Rule, meaning and elsewhere of each key."""
    words: dict[str, dict[str, str]] = yaml.safe_load((DOCS / "configuration.yaml").read_text())
    return words


def find_keys() -> dict[str, tuple[str, str]]:
    """Type and default of each key that takes a value, and of each config group."""
    groups, values = read_params(ROOT)
    del values["set"]
    types = {item.name: item.type for item in fields(Config)}
    found = {}
    for group, choice in groups.items():
        files = sorted(path.stem for path in (ROOT / "conf" / group).glob("*.yaml"))
        found[group] = (", ".join(f"`{name}`" for name in files), f"`{choice}`")
        options: dict[str, dict[str, tuple[str, str]]] = {}
        for name in sorted(files, key=lambda name: name != choice):
            own: Any = OmegaConf.load(ROOT / "conf" / group / f"{name}.yaml")
            schema = schema_of(group, locate(own)) if group in RUNTIME else OmegaConf.structured(types[group])
            own.pop(TARGET, None)
            own.pop("defaults", None)
            options[name] = leaves(OmegaConf.merge(schema, own), f"{group}.")
        for key in dict.fromkeys(key for keys in options.values() for key in keys):
            by_value: dict[str, list[str]] = {}
            for name, keys in options.items():
                if key in keys:
                    by_value.setdefault(keys[key][1], []).append(name)
            told = [value if len(by_value) == 1 else f"{value} ({', '.join(names)})" for value, names in by_value.items()]
            found[key] = (next(keys[key][0] for keys in options.values() if key in keys), "<br>".join(told))
    rest = leaves(OmegaConf.merge(OmegaConf.structured(Config), values))
    found |= {key: value for key, value in rest.items() if key.split(".")[0] not in groups}
    found |= leaves(OmegaConf.structured(Search), f"{NODE}.")
    return {key: found[key] for key in all_keys() if key in found}


def leaves(node: Any, prefix: str = "") -> dict[str, tuple[str, str]]:
    """Type and default of each value below a node of OmegaConf's."""
    found = {}
    hints = {item.name: item.type for item in fields(OmegaConf.get_type(node))}
    for key in node:
        child = node._get_node(key)
        if OmegaConf.is_dict(child) and is_dataclass(OmegaConf.get_type(child)):
            found |= leaves(child, f"{prefix}{key}.")
            continue
        value = (
            ""
            if OmegaConf.is_missing(node, key)
            else node[key]
            if child._is_none() or not OmegaConf.is_config(child)
            else OmegaConf.to_container(child)
        )
        text = (
            {None: "null", True: "true", False: "false"}.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)
        )
        kind = hints[key].__name__ if type(hints[key]) is type else str(hints[key])
        kind = kind.replace("numlp.config.search.Round", "mapping").replace("None", "null").replace(" | ", " or ")
        found[f"{prefix}{key}"] = (kind, f"`{text}`" if 0 < len(text) <= LONG else "see its file" if text else "")
    return found


def make_tables() -> str:
    """The tables, a section for each first part of a key; values at the top share one."""
    words, sections = read_words(), dict[str, list[str]]()
    keys, params = find_keys(), (ROOT / "params.yaml").read_text()
    for key, (kind, default) in keys.items():
        inside = any(other.startswith(f"{key}.") for other in keys)
        section = (
            f"`{key.rpartition('.')[0] if key.startswith(NODE) else key.split('.')[0]}`" if "." in key or inside else "Values at the top"
        )
        comment = re.search(rf"^ *{key.rpartition('.')[2]}: .*# (.+)$", params, re.MULTILINE)
        own = words.get(key, {"meaning": comment[1] if comment else ""})
        cells = (f"`{key}`", kind, default, own.get("rule", ""), own["meaning"], own.get("elsewhere", ""))
        sections.setdefault(section, []).append(f"| {' | '.join(cells)} |\n")
    return "\n".join(f"## {name}\n\n{TABLE}{''.join(rows)}" for name, rows in sections.items())
