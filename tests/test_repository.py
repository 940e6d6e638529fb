"""The files that describe the repository agree with each other and with the tree."""

import re
import tomllib

import pytest
import yaml

from budget import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_citation_and_changelog_name_the_version_license_and_authors_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert citation["version"] == newest == PROJECT["version"]
    assert (citation["license"], citation["authors"]) == (PROJECT["license"], PROJECT["authors"])


@pytest.mark.parametrize(("page", "named"), [("CONTRIBUTING.md", r"\]\((?!https?:)([^)#]+)"), ("SECURITY.md", r"`(numlp/[\w/]+\.py)`")])
def test_files_that_a_page_names_exist(page, named):
    names = re.findall(named, (ROOT / page).read_text())
    assert names
    assert [name for name in names if not (ROOT / name).exists() and not (ROOT / "src" / name).exists()] == []
