"""The page in a real browser: every number on it is the engine's, and it can be walked by keyboard alone."""

import numpy as np
import pytest
from oracle_page import Oracle
from strategies_page import CASES, SCRIPT, needs_chromium, read, start_chromium

from tinyconv import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential, data
from tinyconv.page import explain
from tinyconv.plot.style import Scale, object_colour

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = start_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    directory = tmp_path_factory.mktemp("pages")
    return {name: build(directory) for name, build in CASES.items()}


@pytest.fixture(params=CASES)
def case(request, cases, browser):
    browser.get(cases[request.param].url)
    yield cases[request.param]
    assert browser.get_log("browser") == []


def press(browser, *keys):
    from selenium.webdriver import ActionChains

    ActionChains(browser, duration=0).send_keys(*keys).perform()


def click(browser, element, x, y):
    """Click at a share of an element's width and height."""
    from selenium.webdriver import ActionChains

    dx, dy = (x - 0.5) * element.size["width"], (y - 0.5) * element.size["height"]
    ActionChains(browser, duration=0).move_to_element_with_offset(element, int(dx), int(dy)).click().perform()


def by_id(browser, name):
    return browser.find_element("id", name)


def show_all_channels(browser):
    for button in browser.find_elements("css selector", "#calculation .more"):
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()


def click_cell(browser, row, col, H, W):
    click(browser, by_id(browser, "map"), (col + 0.5) / W, (row + 0.5) / H)


def layout(y):
    """Rows and columns in which a node's numbers are laid out."""
    if y.ndim == 3:
        return y.shape[1:]
    W = min(len(y), 5) if len(y) <= 25 else 2 ** int(np.ceil(np.log2(np.sqrt(len(y)))))
    return -(-len(y) // W), W


def test_every_number_of_a_walk_through_all_layers_is_the_engine_s(case, browser):
    """Click a thumbnail of each layer and a cell of its map, walk on with keys; the same on the way back."""
    rng = np.random.default_rng(0)
    outputs = [case.seen["input"][0]] + [case.seen[stop.output][0] for stop in case.way]
    for way in "fb":
        press(browser, way)
        for node, y in enumerate(outputs):
            channel = int(rng.integers(len(y))) if y.ndim == 3 else 0
            thumb = browser.find_element(
                "css selector", f".thumb[data-node='{node}'][data-channel='{channel}']"
            )
            browser.execute_script("arguments[0].scrollIntoView({block: 'nearest', inline: 'center'})", thumb)
            click(browser, thumb, 0.5, 0.5)
            H, W = layout(y)
            click_cell(browser, int(rng.integers(H)) if y.ndim == 3 else 0, int(rng.integers(W)), H, W)
            stood = read(browser)
            assert (stood["node"], stood["channel"], stood["backward"]) == (node, channel, way == "b")
            show_all_channels(browser)
            stood = read(browser)
            Oracle(case, stood).verify()
            walk_and_check(case, browser, stood, H, W, rng)


@pytest.mark.parametrize("way", ["f", "b"])
@pytest.mark.parametrize("what", ["loose", "grid", "value"])
def test_a_wrong_number_would_be_seen(what, way, cases, browser):
    """The judge is judged: one altered number, and it must object."""
    browser.get(cases["odd"].url)
    browser.execute_script("tinyconv.select(tinyconv.nodes[5].cellAt(40))")
    press(browser, way)
    shown = read(browser)
    Oracle(cases["odd"], shown).verify()
    if what == "grid":
        shown["tables"][0]["rows"][1][1]["value"] = "0.123"
    elif what == "loose":
        shown["loose"][0]["value"] = "0.123"
    else:
        shown["value"] = "0.123"
    with pytest.raises(AssertionError):
        Oracle(cases["odd"], shown).verify()


def walk_and_check(case, browser, stood, H, W, rng):
    from selenium.webdriver.common.keys import Keys

    steps = [
        (Keys.ARROW_UP, -1, 0),
        (Keys.ARROW_DOWN, 1, 0),
        (Keys.ARROW_LEFT, 0, -1),
        (Keys.ARROW_RIGHT, 0, 1),
    ]
    row, col = stood["row"], stood["col"]
    for _ in range(3):
        key, down, right = steps[rng.integers(4)]
        press(browser, key)
        shown = read(browser)
        if (
            0 <= row + down < H
            and 0 <= col + right < W
            and not is_beyond(case, shown, row + down, col + right, W)
        ):
            row, col = row + down, col + right
        assert (shown["row"], shown["col"]) == (row, col)
        Oracle(case, shown).verify()


def is_beyond(case, shown, row, col, W):
    """Whether a laid-out row of numbers has no such cell."""
    outputs = [case.seen["input"][0]] + [case.seen[stop.output][0] for stop in case.way]
    y = outputs[shown["node"]]
    return y.ndim == 1 and row * W + col >= len(y)


def test_a_cell_says_what_it_sees_and_who_is_there(case, browser):
    metadata, rng = case.metadata, np.random.default_rng(1)
    for node, name in enumerate(["input", *[stop.path for stop in case.way]]):
        here = metadata if node == 0 else case.seen.metadata.at(name)
        if any(step.reason for step in here.history):
            break
        H, W = here.view.size
        for _ in range(6):
            row, col = int(rng.integers(H)), int(rng.integers(W))
            browser.execute_script(
                "const [node, row, col] = arguments;"
                "tinyconv.select({node: tinyconv.nodes[node], channel: 0, row, col})",
                node,
                row,
                col,
            )
            shown = read(browser)
            assert shown["pixels"] == list(here.where(row, col))
            assert shown["objects"] == here.who(row, col).tolist()


def test_behind_the_last_place_a_cell_sees_all_of_the_image(case, browser):
    browser.execute_script("tinyconv.goTo(tinyconv.nodes[tinyconv.nodes.length - 1], 0)")
    H, W = case.seen["input"].shape[2:]
    assert read(browser)["pixels"] == [0, 0, W, H]
    assert by_id(browser, "map-note").text.startswith("no places behind")


def pixel(browser, x, y):
    """The colour of the large map's canvas at a share of its width and height."""
    return browser.execute_script(
        "const map = document.getElementById('map'), one = new OffscreenCanvas(1, 1).getContext('2d');"
        "one.drawImage(map, -Math.floor(arguments[0] * map.width), -Math.floor(arguments[1] * map.height));"
        "return [...one.getImageData(0, 0, 1, 1).data].slice(0, 3)",
        x,
        y,
    )


def test_a_cell_has_the_colour_of_the_plots_scale(case, browser):
    press(browser, "o")  # the maps alone
    for node, stop in enumerate(case.way, start=1):
        y = case.seen[stop.output][0]
        if y.ndim != 3 or min(layout(y)) < 4:
            continue
        browser.execute_script("tinyconv.goTo(tinyconv.nodes[arguments[0]], 1)", node)
        H, W = y.shape[1:]
        scale = Scale.of(y)
        for row, col in ((0, 0), (H // 2, W // 3), (H - 1, W - 1)):
            share = (y[1, row, col] - scale.vmin) / (scale.vmax - scale.vmin)
            expected = np.array(scale.cmap(float(share), bytes=True)[:3], int)
            shown = pixel(browser, (col + 0.2) / W, (row + 0.2) / H)
            assert np.abs(expected - shown).max() <= 3, (stop.path, row, col)
    press(browser, "o")


def test_boxes_lie_in_their_place_on_every_map_in_one_colour(cases, browser):
    case = cases["conditioned"]
    browser.get(case.url)
    for node, name in enumerate(["input", *[stop.path for stop in case.way]]):
        here = case.metadata if node == 0 else case.seen.metadata.at(name)
        if any(step.reason for step in here.history):
            break
        browser.execute_script("tinyconv.goTo(tinyconv.nodes[arguments[0]], 0)", node)
        H, W = here.view.size
        for row, (x1, y1, _, y2) in enumerate(here["boxes"].xyxy):
            colour = np.array([int(object_colour(row)[at : at + 2], 16) for at in (1, 3, 5)])
            y = (y1 + min(y2, H)) / 2 / H
            near = [pixel(browser, x1 / W + dx / 284, y) for dx in (-1, 0, 1)]
            assert min(np.abs(colour - shown).max() for shown in near) <= 12, (name, row)


def test_a_label_is_shown_and_not_run(cases, browser):
    browser.get(cases["digit"].url)
    assert SCRIPT in by_id(browser, "objects").text
    assert "</script>" in by_id(browser, "objects").text
    assert browser.title == "explain · tinyconv"
    assert browser.get_log("browser") == []


def test_the_page_is_walked_by_keyboard_alone(cases, browser):
    from selenium.webdriver.common.keys import Keys

    browser.get(cases["digit"].url)
    reached = []
    for _ in range(40):
        press(browser, Keys.TAB)
        focused = browser.switch_to.active_element
        reached.append(focused.get_attribute("aria-label") or focused.get_attribute("id"))
        if focused.get_attribute("data-node") == "3":
            break
    assert {"forward", "backward", "Keys", "input, R"} <= set(reached)
    press(browser, Keys.ENTER)
    assert read(browser)["sentence"].startswith("pool1, map 0")
    press(browser, "m")
    assert read(browser)["sentence"].startswith("pool1, map 1")
    press(browser, "l")
    assert read(browser)["sentence"].startswith("conv2, map 1")
    press(browser, "L", "M", "b")
    shown = read(browser)
    assert shown["sentence"].startswith("pool1, map 0")
    assert "gradient" in shown["sentence"]
    assert by_id(browser, "backward").get_attribute("aria-pressed") == "true"
    press(browser, "?")
    assert by_id(browser, "help").get_attribute("open")
    press(browser, Keys.ESCAPE)
    assert not by_id(browser, "help").get_attribute("open")


def test_a_step_leads_to_the_strongest_cell_and_back_along_a_number(cases, browser):
    case = cases["digit"]
    browser.get(case.url)
    browser.execute_script("tinyconv.goTo(tinyconv.nodes[3], 2)")
    press(browser, "s")
    shown, y = read(browser), case.seen["pool1/output"][0, 2]
    assert (shown["row"], shown["col"]) == np.unravel_index(y.argmax(), y.shape)
    browser.find_element("css selector", "[data-role=winner]").click()
    won = int(case.seen["pool1/indices"][0, 2, shown["row"], shown["col"]])
    assert (read(browser)["node"], read(browser)["row"], read(browser)["col"]) == (2, *divmod(won, 8))


def test_a_number_is_short_and_tells_all_its_digits_to_whoever_points_at_it(cases, browser):
    from selenium.webdriver import ActionChains

    case = cases["odd"]
    browser.get(case.url)
    browser.execute_script("tinyconv.select(tinyconv.nodes[0].cellAt(30))")
    value = case.seen["input"][0].flat[30]
    result = browser.find_element("css selector", "[data-role=total]")
    assert abs(float(result.text) - value) < 5e-4
    ActionChains(browser, duration=0).move_to_element(result).perform()
    assert result.get_attribute("title") == str(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (1, "1"),
        (-0.0, "0"),
        (-12.345, "−12.3"),
        (1234.5, "1235"),
        (0.12345, "0.123"),
        (-0.0012345, "−0.0012"),
        (0.00012345, "1.2e−4"),
        (1e-5, "1e−5"),
        (1.01e-5, "1.0e−5"),
        (123456, "1.2e5"),
        (0.99999, "1.00"),
    ],
)
def test_a_short_number_has_three_digits_or_fewer_where_that_is_all(value, text, cases, browser):
    assert browser.execute_script("return tinyconv.short(arguments[0])", value) == text


def test_numbers_that_are_none_are_said(tmp_path, browser):
    x = np.zeros((1, 4, 4), np.float32)
    x[0, 0, :3] = np.nan, np.inf, -np.inf
    page = explain(Sequential(conv=Conv2d(1, 1, 1, rng=0), relu=ReLU()), x, path=tmp_path / "none.html")
    browser.get(page.path.as_uri())
    said = []
    for col in range(3):
        browser.execute_script("tinyconv.select(tinyconv.nodes[0].cellAt(arguments[0]))", col)
        said.append(browser.find_element("css selector", "#sentence .number").text)
    assert said == ["NaN", "∞", "−∞"]
    assert browser.get_log("browser") == []


def test_what_is_missing_is_said(tmp_path, browser):
    class Quiet(Layer):
        def _forward(self, x, run):
            return run.note("output", 2 * x), None

        def _backward(self, dy, cache, note):
            return 2 * dy, {}

    network, x = Sequential(relu=ReLU(), quiet=Quiet(), flatten=Flatten()), np.ones((1, 1, 3, 3))
    _, ended = network(x, {"bbox": [0, 0, 2, 2]})
    page = explain(network, x, ended, tmp_path / "missing.html")
    browser.get(page.path.as_uri())
    assert by_id(browser, "image-note").text.startswith("no places behind flatten")
    press(browser, "b")
    assert "does not tell its gradient" in by_id(browser, "calculation").text
    press(browser, "l")
    assert "What Quiet() does inside is not shown" not in by_id(browser, "calculation").text
    press(browser, "f")
    assert "What Quiet() does inside is not shown" in by_id(browser, "calculation").text
    assert browser.get_log("browser") == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_nothing_sticks_out_on_a_laptop_and_on_a_phone(width, height, cases, browser):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for case in cases.values():
            browser.get(case.url)
            for node in range(len(case.way) + 1):
                browser.execute_script("tinyconv.goTo(tinyconv.nodes[arguments[0]], 0)", node)
                assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_is_dark_where_people_like_it_dark(cases, browser):
    def paper(scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(cases["digit"].url)
        return browser.execute_script("return getComputedStyle(document.body).backgroundColor")

    assert paper("light") == "rgb(245, 244, 241)"
    assert paper("dark") == "rgb(19, 20, 24)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_it_shows_inside_of_a_notebook(cases, browser, tmp_path):
    (tmp_path / "notebook.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8><body style=margin:0>{cases['odd'].page._repr_html_()}"
    )
    browser.get((tmp_path / "notebook.html").as_uri())
    whole = browser.find_element("tag name", "html")
    assert whole.get_property("scrollWidth") == whole.get_property("clientWidth")
    browser.switch_to.frame(0)
    Oracle(cases["odd"], read(browser)).verify()
    browser.switch_to.default_content()


def test_three_blocks_fit_in_three_megabytes_and_ask_no_network(tmp_path, browser, capsys):
    layers = {}
    for block, (C, F) in enumerate([(3, 32), (32, 64), (64, 128)], start=1):
        own = Conv2d(C, F, 3, padding=1, rng=block), ReLU(), MaxPool2d(2)
        layers |= {f"{name}{block}": layer for name, layer in zip(("conv", "relu", "pool"), own, strict=True)}
    network = Sequential(**layers, flatten=Flatten(), fc=Linear(128 * 8 * 8, 10, rng=0))
    images, metadata = data.digit_scenes(1)
    page = explain(network, images, metadata[0], tmp_path / "three.html")
    assert page.path.stat().st_size <= 3e6
    browser.get(page.path.as_uri())
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    painted = browser.execute_script("return performance.getEntriesByName('first-paint')[0]?.startTime")
    browser.execute_script("tinyconv.goTo(tinyconv.nodes[7], 0)")
    slowest = browser.execute_script(
        "return Math.max(...Array.from({length: 20}, () => { const start = performance.now();"
        "tinyconv.step(0, 1); document.body.offsetHeight; return performance.now() - start; }))"
    )
    with capsys.disabled():
        print(f"\nfirst paint {painted} ms, slowest of 20 steps {slowest:.1f} ms, {page!r}")
    assert browser.get_log("browser") == []
