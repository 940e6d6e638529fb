"""The files that describe the repository agree with each other and with the tree."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def test_the_citation_and_the_changelog_name_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert citation["version"] == newest == PROJECT["version"]


def test_the_citation_has_what_cff_requires_and_the_license_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["license"] == PROJECT["license"] == "MIT"
    assert citation["authors"] == PROJECT["authors"]


def test_each_link_of_the_contribution_guide_leads_to_a_file():
    links = LINK.findall((ROOT / "CONTRIBUTING.md").read_text())
    assert "SECURITY.md" in links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_each_module_that_the_security_note_names_exists():
    names = re.findall(r"`(numlp/[\w/]+\.py)`", (ROOT / "SECURITY.md").read_text())
    assert len(names) >= 7
    assert [name for name in names if not (ROOT / "src" / name).exists()] == []


@pytest.mark.parametrize("form", ["bug_report", "feature_request"])
def test_an_issue_form_has_a_required_field_and_ids_that_differ(form):
    fields = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{form}.yml").read_text())["body"]
    ids = [field["id"] for field in fields]
    assert len(set(ids)) == len(ids)
    assert any(field.get("validations", {}).get("required") for field in fields)
