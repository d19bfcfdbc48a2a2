"""tinyconv.page.html: one file, which asks for nothing and runs nothing that somebody wrote into a label."""

import html
import json
import re
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from tinyconv.page.html import SCRIPTS, Page, as_json, asset, rendered, write


@given(
    st.recursive(
        st.text() | st.sampled_from(["</script>", "<!--", "<script>"]), lambda inner: st.lists(inner)
    )
)
def test_json_says_the_same_and_never_ends_its_element(value):
    text = as_json(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_a_title_is_escaped_and_data_are_not_taken_for_the_template_s_names():
    text = rendered({"label": "{{script}} {{style}}"}, "<script>")
    assert "<title>&lt;script&gt;</title>" in text
    assert '{"label":"{{script}} {{style}}"}' in text


def test_every_script_of_the_folder_is_in_the_page_once_and_none_ends_its_element():
    static = files("tinyconv.page") / "static"
    assert sorted(path.name for path in static.iterdir() if path.name.endswith(".js")) == sorted(
        f"{name}.js" for name in SCRIPTS
    )
    for name in SCRIPTS:
        source = asset(f"{name}.js")
        assert "</script" not in source
        assert "'use strict';" in source
        assert len(source.splitlines()) <= 250
        assert re.match(r"// .+\n\(function \(tinyconv\) \{\n", source), "it makes one name global: tinyconv"


def test_the_page_names_no_other_file():
    text = rendered({}, "page")
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", text)
    assert "http" not in text.replace("http-equiv", "")
    assert not re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket", text)


def test_a_notebook_gets_the_whole_page_in_a_frame(tmp_path):
    page = write('<!DOCTYPE html><p title="a">é</p>', tmp_path / "page.html")
    assert isinstance(page, Page)
    [source] = re.findall(r'^<iframe srcdoc="([^"]*)"', page._repr_html_())
    assert html.unescape(source) == page.html == page.path.read_text(encoding="utf-8")
    assert repr(page).endswith("page.html', 0.0 MB)")
