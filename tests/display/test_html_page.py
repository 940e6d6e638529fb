"""The page of one run."""

from html.parser import HTMLParser

from numlp.display.html_page import build_figure, build_page, build_section, build_table


class Reader(HTMLParser):
    """Collects elements and text; fails where elements do not nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.attributes, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_a_page_is_whole_and_names_nothing_outside_itself(tmp_path):
    (tmp_path / "a.png").write_bytes(b"pixels")
    content = build_section("Results", build_table(["class", "accuracy"], [("a<b", "1.0")])) + build_figure(
        tmp_path / "a.png", 'says "this"'
    )
    read = Reader(build_page("one & two", "lam 0.1 <i>", [content], "$5 checksum"))
    assert read.open == []
    assert {"one & two", "lam 0.1 <i>", "a<b", "1.0", "$5 checksum"} <= set(read.words)
    assert ("alt", 'says "this"') in read.attributes
    links = [value for name, value in read.attributes if name in ("src", "href")]
    assert links == ["data:image/png;base64,cGl4ZWxz"]


def test_numbers_stand_to_the_right_and_text_does_not():
    assert '<td>a</td><td class="number">1</td>' in build_table(["", "n"], [("a", "1")])
    assert "number" not in build_table(["", "n"], [("a", "1")], numbers=False)
