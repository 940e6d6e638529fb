"""The report as plain data, before it is Markdown or HTML."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal["", "good", "bad", "open"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it shows. Between backticks: code.
        sort: What the column is sorted by; the text by default.
        mark: Its color.
        link: Id of the section that it leads to, or nothing.
    """

    text: str
    sort: float | str | None = None
    mark: Mark = ""
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Text:
    """A paragraph. Between backticks: code. A mark makes it a notice."""

    text: str
    mark: Mark = ""
    kind: str = "text"


@dataclass(frozen=True)
class Listing:
    """Lines as they are, with a title; several stand side by side."""

    columns: tuple[tuple[str, str], ...]
    kind: str = "listing"


@dataclass(frozen=True)
class Image:
    """An image: the file's name without suffix, and what it shows."""

    name: str
    alt: str


@dataclass(frozen=True)
class Figures:
    """Images side by side, and the line below them."""

    images: tuple[Image, ...]
    caption: str
    kind: str = "figures"


Block: TypeAlias = Table | Text | Listing | Figures


@dataclass(frozen=True)
class Section:
    """A part of the report; its id is its address in the page."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """The whole report: its first section opens it, before the contents; the digest is that of all files it was made from."""

    title: str
    lead: str
    digest: str
    sections: tuple[Section, ...]


def iterate_blocks(document: Document) -> Iterator[Block]:
    """All blocks, in their order."""
    for section in document.sections:
        yield from _blocks(section)


def _blocks(section: Section) -> Iterator[Block]:
    yield from section.blocks
    for below in section.sections:
        yield from _blocks(below)
