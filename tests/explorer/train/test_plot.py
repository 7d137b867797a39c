"""Thinning and smoothing of curves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from explorer.train.kimg_scale import KimgScale
from explorer.train.plot import Curve, Plot, smooth, thin, width_of

VALUES = arrays(np.float64, st.integers(1, 400), elements=st.floats(-1e6, 1e6))


@given(VALUES, st.integers(1, 30))
def test_thinning_keeps_the_outline(y: np.ndarray, buckets: int) -> None:
    x = np.arange(float(len(y)))
    few_x, few_y = thin(x, y, buckets)
    assert few_y.min() == y.min()
    assert few_y.max() == y.max()
    assert np.all(np.diff(few_x) >= 0)
    assert len(few_x) <= max(len(y), 3 * buckets + 4)


def test_a_stretch_without_numbers_stays_empty() -> None:
    y = np.full(1000, np.nan)
    assert np.isnan(thin(np.arange(1000.0), y, 10)[1]).all()


@given(VALUES, st.integers(1, 50))
def test_smoothing_stays_within_the_values(y: np.ndarray, width: int) -> None:
    mean = smooth(y, width)
    assert mean.shape == y.shape
    tolerance = 1e-6 * max(1.0, np.abs(y).max())
    assert mean.min() >= y.min() - tolerance
    assert mean.max() <= y.max() + tolerance


def test_smoothing_is_the_mean_of_the_last_values_and_skips_gaps() -> None:
    y = np.array([1.0, np.nan, 3.0, 5.0])
    assert np.allclose(smooth(y, 2), [1, np.nan, 3, 4], equal_nan=True)


def test_a_plot_draws_what_is_on_screen(qtbot) -> None:
    plot = Plot("Loss", (Curve("g", "G", "bad"),), "tip")
    qtbot.addWidget(plot)
    plot.resize(300, 140)
    plot.show()
    x = np.arange(10_000.0)
    plot.set_data({"g": (x, np.sin(x))})
    qtbot.waitUntil(lambda: plot._lines["g"].xData is not None and len(plot._lines["g"].xData) > 0)
    assert len(plot._lines["g"].xData) <= 1500
    plot.set_cursor(0.0)
    assert "G 0.00" in plot.values.text()


def test_a_logarithmic_axis_waits_for_positive_values(qtbot) -> None:
    plot = Plot("Loss", (Curve("g", "G", "bad"),), "tip")
    qtbot.addWidget(plot)
    plot.set_style(False, True)
    plot._data = {"g": (np.arange(3.0), np.array([1.0, 10.0, 100.0]))}
    plot._draw()
    assert np.allclose(plot._lines["g"].yData, [0, 1, 2])
    plot._data = {"g": (np.arange(3.0), np.array([-1.0, 10.0, 100.0]))}
    plot._draw()
    assert np.allclose(plot._lines["g"].yData, [-1, 10, 100])


def test_there_are_no_numbers_beside_an_empty_plot(qtbot) -> None:
    """A run that had not begun had losses from 0.2 to 0.8, and kimg from 0 to 1."""
    plot = Plot("Loss", (Curve("g", "G", "bad"),), "tip")
    qtbot.addWidget(plot)
    scale = KimgScale(plot)
    qtbot.addWidget(scale)
    axis = plot.view.getPlotItem().getAxis("left")
    assert not axis.style["showValues"] and scale.marks() == []
    plot._data = {"g": (np.arange(3.0), np.array([1.0, 10.0, 100.0]))}
    plot._draw()
    assert axis.style["showValues"] and scale.marks()
    for nothing in ({}, {"g": (np.zeros(1), np.array([np.nan]))}):  # a first tick knows no loss yet
        plot._data = nothing
        plot._draw()
        assert not axis.style["showValues"] and scale.marks() == []


def test_few_values_are_hardly_smoothed() -> None:
    """A run of eight ticks was drawn as the mean of all of them."""
    assert [width_of(count) for count in (8, 16, 64, 400, 6000)] == [1, 2, 8, 8, 100]


def test_large_values_are_no_powers_of_ten_until_the_view_follows(qapp, qtbot) -> None:
    plot = Plot("Speed", (Curve("img_per_s", "", "accent"),), "How fast.")
    qtbot.addWidget(plot)
    plot.resize(300, 120)
    plot.show()
    plot.set_data({"img_per_s": (np.arange(50.0), np.linspace(200, 900, 50))})
    plot.grab()
    plot.set_style(False, True)
    plot._bring_up_to_date()
    low, high = plot.view.getPlotItem().getViewBox().viewRange()[1]
    assert -31 < low < high < 31
    plot.set_style(False, False)
    plot.grab()
    assert plot.view.getPlotItem().getViewBox().viewRange()[1][1] > 400


def test_lines_are_as_wide_on_a_screen_with_small_pixels(qtbot, monkeypatch) -> None:
    """Plots count device pixels: at 200 % their lines were hairlines."""
    monkeypatch.setattr(Plot, "devicePixelRatioF", lambda _: 2.0)
    plot = Plot("Loss", (Curve("loss_g", "G", "bad"),), "")
    qtbot.addWidget(plot)
    assert plot._lines["loss_g"].opts["pen"].widthF() == 3.0
    monkeypatch.undo()
    QApplication.sendEvent(plot, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert plot._lines["loss_g"].opts["pen"].widthF() == 1.5
