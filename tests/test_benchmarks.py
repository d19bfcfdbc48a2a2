"""benchmarks/ computes, judges and writes what it says; how fast anything is, no test asks."""

import argparse
import doctest
import gc
import importlib
import itertools
import json
import os
import shutil
import sys
import threading

import aims
import band_costs
import compare
import findings
import growth
import ladder
import measure
import memory
import numpy as np
import pictures
import pytest
import quiet
import report
import startup
import training
from layers import BLOCK, BOTH_WAYS, CASES, CONV, LAYERS, Layer
from peers import NUMPY, ONNX, TINYCONV, TORCH, differences, tinyconv_works, who_can_run

import tinyconv
from tinyconv.kernels import bands

TINY = Layer(2, 3, 4, 9, 3, 2, 1)
SCRIPTS = [path.stem for path in sorted(measure.HERE.glob("*.py"))]


def row(layer=LAYERS[0], case=CONV, gflops=90.0, **ms):
    return {"layer": str(layer), "case": case, "ms": ms, "gflops": gflops, "peak": 100.0}


def rows(ratios, case=CONV, peer=TORCH):
    """One row for each ratio of the peer's time by tinyconv's."""
    return [
        row(layer, case, **{TINYCONV: 2.0, peer: 2.0 * r}) for layer, r in zip(LAYERS, ratios, strict=False)
    ]


@pytest.fixture(autouse=True)
def same_threads():
    before = tinyconv.get_num_threads()
    yield
    tinyconv.set_num_threads(before)


# --- how it is measured
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_examples_in_the_docstrings_hold(script):
    assert doctest.testmod(importlib.import_module(script)).failed == 0


def test_a_half_and_a_double_make_one():
    assert measure.geometric_mean([0.5, 2.0]) == pytest.approx(1.0)


def test_the_exponent_of_a_power_is_found():
    sizes = [1, 2, 4, 8, 16]
    assert measure.exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)


def test_everybody_takes_a_turn_and_has_a_median(monkeypatch):
    monkeypatch.setattr(measure, "wait_until_asleep", lambda: None)
    monkeypatch.setattr(measure, "SHORT", 60)
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in "ab"}
    monkeypatch.setattr(measure, "repetitions", lambda work: 1)
    found = measure.take_turns(works, turns=3, patience=0)
    assert calls == ["a", "b"] + ["a", "a", "b", "b"] * 3  # once each; then untimed and timed, in turns
    assert set(found.ms) == {"a", "b"}
    assert all(ms >= 0 for ms in found.ms.values())
    assert found.quiet is None, "nobody looked"


class Scripted:
    """Cores that are quiet before a timing, and behind it as a script says."""

    def __init__(self, *quiet):
        self.quiet = iter(quiet)

    def wait(self, give_up):
        return True

    def are_quiet(self):
        return next(self.quiet)


def test_who_was_disturbed_takes_the_turn_again(monkeypatch):
    monkeypatch.setattr(measure, "wait_until_asleep", lambda: None)
    monkeypatch.setattr(measure, "cores", lambda threads: Scripted(False, False, True, True))
    monkeypatch.setattr(measure, "repetitions", lambda work: 1)
    seconds = iter([9.0, 8.0, 2.0, 1.0])
    monkeypatch.setattr(measure, "seconds_of", lambda work, times: next(seconds))
    found = measure.take_turns({"a": lambda: None}, turns=2, patience=60)
    assert found == ({"a": pytest.approx(1500.0)}, 1.0)


def test_patience_ends_and_that_is_said(monkeypatch):
    monkeypatch.setattr(measure, "wait_until_asleep", lambda: None)
    monkeypatch.setattr(measure, "cores", lambda threads: Scripted(*[True, False] * 3))
    monkeypatch.setattr(measure, "repetitions", lambda work: 1)
    seconds = iter([1.0, 2.0, 1.0, 3.0, 1.0, 9.0])
    monkeypatch.setattr(measure, "seconds_of", lambda work, times: next(seconds))
    found = measure.take_turns({"a": lambda: None}, turns=6, patience=1e-9)
    assert found == ({"a": pytest.approx(1000.0)}, 0.5), "the quiet half counts"


def test_the_first_who_has_to_wait_may_take_the_patience_of_all(monkeypatch):
    monkeypatch.setattr(measure, "wait_until_asleep", lambda: None)
    monkeypatch.setattr(measure, "cores", lambda threads: Scripted(*[False] * 3, *[True] * 3))
    monkeypatch.setattr(measure, "repetitions", lambda work: 1)
    a_second_at_each_look = itertools.count().__next__
    monkeypatch.setattr(measure.time, "perf_counter", a_second_at_each_look)
    monkeypatch.setattr(measure, "seconds_of", lambda work, times: 1.0)
    found = measure.take_turns({"a": lambda: None}, turns=3, patience=3)
    assert found.quiet == 1.0


def test_cores_are_quiet_while_they_are_as_fast_as_at_best():
    cores = quiet.Cores(1)
    cores.pace = lambda: quiet.Pace(loads=1.5, registers=1.0)
    for best, are_quiet in (
        (quiet.Pace(1.5, 1.0), True),
        (quiet.Pace(1.2, 0.8), True),  # the clock was faster
        (quiet.Pace(1.0, 1.0), False),  # loads were
        (quiet.Pace(0.9, 0.6), False),  # no clock is that fast: there were more cores
    ):
        cores.best = best
        assert cores.are_quiet() == cores.wait(give_up=0.0) == are_quiet


def test_cores_know_their_best():
    cores = quiet.Cores(1)
    first, second = cores.pace(), cores.pace()
    assert cores.best == quiet.Pace(*map(min, first, second))
    assert min(cores.best) > 0


def test_the_cores_that_tell_do_what_they_say():
    numbers = np.zeros((1, quiet.NUMBERS), np.float32)
    lanes = quiet.HOST.lanes(4)
    numbers[0, :lanes] = 1
    quiet.add_everywhere(numbers, 3)
    sums = numbers[0, : 2 * quiet.LOADS * lanes].reshape(2 * quiet.LOADS, lanes)
    np.testing.assert_array_equal(sums.sum(1), [3 * lanes] * 2 + [0] * (2 * quiet.LOADS - 2))


@pytest.mark.skipif(not measure.TASKS.exists(), reason="only Linux tells a process's threads")
def test_every_thread_gets_a_core_while_turns_are_taken():
    everywhere = os.sched_getaffinity(0)
    done = threading.Event()
    helper = threading.Thread(target=done.wait)
    helper.start()
    with measure.apart() as spread:
        spread()
        places = os.sched_getaffinity(0), os.sched_getaffinity(helper.native_id)
    assert [len(cores) for cores in places] == [1, 1]
    assert places[0] == {min(everywhere)}
    assert (places[0] == places[1]) == (len(everywhere) == 1)
    assert os.sched_getaffinity(0) == os.sched_getaffinity(helper.native_id) == everywhere
    done.set()
    helper.join()


def test_the_header_names_the_processor_threads_dtype_and_versions(monkeypatch):
    found = measure.header(threads=2)
    assert found["processor"]
    assert found["setting"].startswith("2 threads, float32")
    assert f"numpy {np.__version__}" in found["versions"]
    assert f"tinyconv {tinyconv.__version__}" in found["versions"]
    monkeypatch.setattr(measure, "version", lambda package: None)
    assert "threadpoolctl is not installed" in measure.header(threads=2)["setting"]


def test_a_process_of_its_own_returns_what_it_printed_and_says_why_it_failed():
    printed, message, seconds = measure.run_python("import sys; print(6 * 7); print('hm', file=sys.stderr)")
    assert (printed, message) == ("42\n", "hm\n")
    assert seconds > 0
    with pytest.raises(SystemExit, match="ZeroDivisionError"):
        measure.run_python("1 / 0")


# --- who is compared
@pytest.mark.parametrize("case", CASES)
def test_the_peers_compute_the_same(case):
    who, _ = who_can_run(only=(TINYCONV, TORCH, ONNX, NUMPY))
    assert TORCH in who
    results = {name: works[case]() for name, make in who.items() if case in (works := make(TINY, 1))}
    assert len(results) >= 2
    for result in results.values():
        assert len(result) == (4 if case == BOTH_WAYS else 1)
        assert max(differences(results[TINYCONV], result)) < 1e-5


def test_differences_sees_a_wrong_gradient():
    y, dx = np.ones(4), np.ones(9)
    assert differences([y, dx], [y, 1.1 * dx]) == pytest.approx([0, 0.1])


def test_who_computes_something_else_is_not_compared():
    ours, theirs = np.ones(3), np.array([1, 1, np.nan])
    with pytest.raises(SystemExit, match="torch eager and tinyconv differ"):
        compare.check_same({TINYCONV: lambda: [ours], TORCH: lambda: [theirs]})


def test_a_peer_that_is_not_installed_is_left_out_and_named(monkeypatch):
    monkeypatch.setattr("peers.version", lambda package: None if package == "onnxruntime" else "1")
    who, left_out = who_can_run(only=(TINYCONV, ONNX))
    assert list(who) == [TINYCONV]
    assert left_out == {ONNX: "onnxruntime not installed"}


def test_a_layer_counts_its_multiply_adds():
    layer = Layer(2, 3, 4, 9, 3, 2, 1)
    assert layer.size == 5
    assert layer.multiply_adds == 2 * 4 * 5 * 5 * 3 * 9
    assert layer.gflop(BOTH_WAYS) == 3 * layer.gflop(BLOCK) == 6 * layer.multiply_adds / 1e9


def test_layers_are_chosen_by_number():
    assert compare.numbered_layers("0,10") == [LAYERS[0], LAYERS[10]]
    for wrong in ("11", "-1", "a", "1,", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="numbers from 0 to 10"):
            compare.numbered_layers(wrong)


# --- what is reported
def test_a_figure_that_falls_short_of_its_aim_is_said_to_fall_short():
    [good] = findings.ratios(rows([1.3, 0.9]))
    assert good.holds
    assert good.measured == f"1.08×, worst 0.90× ({LAYERS[1]})"
    [low_mean] = findings.ratios(rows([0.95, 0.95]))
    [low_worst] = findings.ratios(rows([9.0, 0.7]))
    assert not low_mean.holds
    assert not low_worst.holds
    text = report.markdown(report.Report({}, rows=rows([9.0, 0.7])))
    assert "| ≥ 1.0×, worst ≥ 0.8×: **falls short** |" in text


def test_a_ratio_needs_both_sides_in_one_run():
    assert [found.what for found in findings.ratios(rows([2.0], BOTH_WAYS))] == [
        "block forward + backward, against torch eager (1 layer)"
    ]


def test_the_share_of_the_peak_is_that_of_the_highest_peak_on_wide_layers():
    wide = [layer for layer in LAYERS if aims.is_wide(layer)]
    assert len(wide) == 5
    found = [row(layer, CONV, gflops=90.0, **{TINYCONV: 1.0}) for layer in wide]
    assert next(iter(findings.shares(found))).holds
    found[0]["peak"] = 120.0
    assert not next(iter(findings.shares(found))).holds


def test_reports_add_up_and_the_later_one_counts(tmp_path):
    first = report.Report(
        {"setting": "x", "date": "1"}, {ONNX: "why"}, rows([1.0, 2.0]), [findings.Finding("a", "1")]
    )
    second = report.Report(
        {"setting": "x", "date": "2"}, {}, rows([3.0]), [findings.Finding("a", "2")], {"b": [1]}
    )
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    first.save(paths[0])
    second.save(paths[1])
    both = report.Report.load(paths)
    assert both.header["date"] == "2"
    assert both.left_out == {ONNX: "why"}
    assert [found["ms"][TORCH] for found in both.rows] == [6.0, 4.0]
    assert both.findings == [findings.Finding("a", "2")]
    assert both.details == {"b": [1]}


def test_speed_ups_and_memory_of_single_layers_add_up(tmp_path):
    for name, gain, grown in (("a", 1.9, 1.0), ("b", 1.7, 2.0)):
        details = {"speedup": {name: (gain, 2.0)}, "memory": {name: {TINYCONV: grown, TORCH: 4.0}}}
        report.Report({}, details=details).save(tmp_path / name)
    memory_found, found = report.Report.load([tmp_path / "a", tmp_path / "b"]).everything()
    assert "(2 cases" in found.what
    assert "least 1.70× (b)" in found.measured
    assert "(2 layers)" in memory_found.what
    assert "most 0.50× (b)" in memory_found.measured


def test_a_report_says_for_how_many_timings_the_cores_were_quiet():
    disturbed, hurried = row() | {"quiet": 0.5}, row() | {"quiet": None}
    found = report.Report({}, rows=[row() | {"quiet": 1.0}, disturbed, hurried])
    assert report.facts(found) == ["quiet cores: for 75% of the timings against others"]
    assert report.facts(report.Report({}, rows=[hurried])) == []


def test_reports_of_two_machines_do_not_add_up(tmp_path):
    for name in ("one", "other"):
        report.Report({"processor": name, "date": "1"}).save(tmp_path / name)
    with pytest.raises(SystemExit, match="differ in machine"):
        report.Report.load([tmp_path / "one", tmp_path / "other"])


def test_the_readme_changes_between_its_marks_only(tmp_path):
    readme = tmp_path / "README.md"
    shutil.copy(report.README, readme)
    before = readme.read_text()
    for _ in range(2):  # a second time in place of the first
        report.write_readme(report.Report({"processor": "Z80"}, rows=rows([1.5])), readme)
    after = readme.read_text()
    table = report.markdown(report.Report({"processor": "Z80"}, rows=rows([1.5])))
    outside = before.partition(report.BEGIN)[0], before.partition(report.END)[2]
    assert after == f"{outside[0]}{report.BEGIN}\n{table}\n{report.END}{outside[1]}"


def test_a_readme_without_marks_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("nothing here")
    with pytest.raises(SystemExit, match="must have the lines"):
        report.write_readme(report.Report({}), readme)
    assert readme.read_text() == "nothing here"


def test_the_report_script_adds_files_up_and_draws(tmp_path, monkeypatch, capsys):
    source, copy, picture = tmp_path / "in.json", tmp_path / "out.json", tmp_path / "ratios.png"
    report.Report({"processor": "Z80"}, rows=rows([1.5, 0.5])).save(source)
    monkeypatch.setattr(sys, "argv", ["report.py", str(source), "--json", str(copy), "--plot", str(picture)])
    report.main()
    assert "FALLS SHORT" in capsys.readouterr().out
    assert json.loads(copy.read_text()) == json.loads(source.read_text())
    assert picture.read_bytes().startswith(b"\x89PNG")


# --- the other scripts
def test_memory_is_judged_by_the_layer_that_takes_most():
    [found] = findings.memory({"a": {TINYCONV: 1.0, TORCH: 4.0}, "b": {TINYCONV: 1.2, TORCH: 1.0}})
    assert found.measured == "0.55×, most 1.20× (b)"
    assert not found.holds


@pytest.mark.skipif(not memory.FORGET.exists(), reason="only Linux tells the peak of resident memory")
def test_memory_sees_what_was_taken_and_given_back():
    grown = memory.growth(lambda: np.ones(40 << 20, np.uint8)[:1].copy())
    assert 39 * memory.MIB < grown < 60 * memory.MIB


@pytest.mark.skipif(not memory.FORGET.exists(), reason="only Linux tells the peak of resident memory")
def test_memory_is_not_given_back_by_what_was_there_before():
    def collect_and_take():
        gc.collect()
        return np.ones(40 << 20, np.uint8)

    garbage = [np.ones(50 << 20, np.uint8)]
    garbage.append(garbage)
    del garbage  # a circle: only the collector finds it
    assert 39 * memory.MIB < memory.growth(collect_and_take) < 60 * memory.MIB


def test_two_threads_are_judged_by_the_slowest_case():
    [found] = findings.speedups({"a": (1.9, 2.0), "b": (1.7, 2.0)})
    assert "least 1.70× (b)" in found.measured
    assert not found.holds


def test_start_up_must_be_announced():
    found = {"cold": 9.0, "message": "", "cached": [1.0, 9.0, 1.1], "torch": [], "warm": {TINYCONV: 20.0}}
    cold, cached, warm = startup.findings(found)
    assert (cold.holds, cached.holds, warm.holds) == (False, True, True)
    assert cold.measured == "9.0 s, in silence"
    assert cached.measured == "1.10 s"


@pytest.mark.parametrize("case", [CONV, BLOCK])
def test_a_forced_band_makes_the_same_numbers_and_costs_what_the_model_says(case):
    problem = band_costs.Problem(TINY, case)
    choices = list(problem.choices())
    made = []
    work = tinyconv_works(TINY, threads=1)[case]
    with band_costs.forced() as using:
        for choice in choices:
            using(problem.band(choice), lambda: made.append(work()[0]))()
    assert len({y.tobytes() for y in (*made, work()[0])}) == 1
    timed = [band_costs.Timed(problem, choice, 1.0) for choice in choices]
    constants = [1, *(getattr(bands, name) for name in band_costs.CONSTANTS)]
    costs = [problem.cost(choice).longest(choice.rows) for choice in choices]
    np.testing.assert_allclose(band_costs.cycles_by_constant(timed) @ constants, costs)


def test_growth_multiplies_the_work():
    for size in growth.SIZES:
        done = growth.grown(size, 16).multiply_adds / growth.START.multiply_adds
        assert done == pytest.approx(16, rel=0.01)


def test_growth_is_judged_by_what_strays_most():
    points = [
        {"times": t, "gflop": t, "ms": t * cost, "cost": cost} for t, cost in ((1, 1.0), (4, 0.7), (16, 1.1))
    ]
    [stray, exponents] = growth.findings({"N": points})
    assert stray.measured == "N -30%"
    assert not stray.holds
    assert exponents.measured == f"N {measure.exponent([1, 4, 16], [1, 2.8, 17.6]):.2f}"


def test_every_rung_of_the_ladder_computes_the_block():
    x, weight, bias, _ = Layer(2, 3, 4, 8).arrays()
    expected = ladder.three_steps(x, weight, bias)
    for rung in ladder.RUNGS:
        assert differences([expected], [rung.run(x, weight, bias)])[0] < 1e-5, rung.name


def test_fewer_steps_move_fewer_bytes():
    columns, three, one = (
        ladder.traffic(LAYERS[0], **how) for how in ({"columns": True}, {"columns": False}, {"steps": 1})
    )
    assert columns > three > 5 * one


def test_both_learners_take_the_same_steps():
    x, labels = np.random.default_rng(0).standard_normal((4, 1, 28, 28), np.float32), np.arange(4)
    logits = []
    for make in training.LEARNERS.values():
        step, predict = make(training.lenet(), lr=1e-3)
        for _ in range(3):
            step(x, labels)
        logits.append(predict(x))
    np.testing.assert_allclose(*logits, atol=1e-3)


def test_lenet_counts_its_operations():
    convolutions = 28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25
    assert training.lenet_gflop() == 64 * 3 * 2 * (convolutions + 400 * 120 + 120 * 84 + 84 * 10) / 1e9


def test_training_without_torch_has_figures_and_no_ratio():
    found = training.findings({TINYCONV: 2.0}, 0.5, {TINYCONV: [1.0, 3.0, 2.0]})
    assert [figure.measured for figure in found] == ["2.00 ms, 50% of the peak", "2.00 s"]
    assert all(not figure.aim for figure in found)


def test_the_pictures_are_drawn(tmp_path):
    rung = {"name": "a", "layer": "l", "gflops": 0.01, "intensity": 2.0, "roof": 60.0}
    found = {"layer": "l", "peak": 200.0, "bandwidth": 30.0, "rungs": [rung, rung | {"gflops": 150.0}]}
    pictures.draw_roofline(found, {"processor": "Z80"}, tmp_path / "roofline.png")
    point = {"times": 1, "cost": 1.0, "MiB": 8.0}
    sizes = {"N": [point, point | {"times": 16}]}
    threads = [{"threads": 1, "ms": 2.0}, {"threads": 2, "ms": 1.0}]
    grown = {"start": "l", "sizes": sizes, "exponents": {"N": {"ms": 1.0, "MiB": 0.5}}, "threads": threads}
    pictures.draw_growth(grown, {"processor": "Z80"}, tmp_path / "growth.png")
    for name in ("roofline", "growth"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
