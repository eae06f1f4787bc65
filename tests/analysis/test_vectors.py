"""Known answers, each found by at least two independent routes (named in `vectors.json`)."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from oneaxis.analysis.adaptive import levels
from oneaxis.analysis.interval import critical, holm, noise_band, p_value, t_interval
from oneaxis.analysis.more_seeds import power, seeds_for_half_width, upper_sd_factor

VECTORS = {one["id"]: one for one in json.loads(Path(__file__).with_name("vectors.json").read_text())["vectors"]}
# Methods that make no verdict here: pooled variances, false discovery rates, sign flips.
NOT_OFFERED = {"dunnett_critical_df10", "signflip_floor"}


def near(name, value):
    return pytest.approx(value, abs=VECTORS[name]["abs_tol"], rel=1e-6)


def test_students_sleep_data():
    vector = VECTORS["paired_t_sleep"]
    given, expected = vector["inputs"], vector["expected"]
    differences = [one - other for one, other in zip(given["a"], given["b"], strict=True)]
    found = t_interval(differences, given["confidence"])

    assert (found.mean, found.low, found.high) == (
        near("paired_t_sleep", expected["mean_diff"]),
        near("paired_t_sleep", expected["ci_low"]),
        near("paired_t_sleep", expected["ci_high"]),
    )
    assert found.mean / found.sd * math.sqrt(found.n) == near("paired_t_sleep", expected["statistic"])
    assert p_value(found) == near("paired_t_sleep", expected["p"])


@pytest.mark.parametrize("name, key", [("holm_adjust", "adjusted"), ("bh_1995", "holm_adjusted")])
def test_holms_adjusted_p_values(name, key):
    found = holm(VECTORS[name]["inputs"]["p"])
    assert list(found) == near(name, VECTORS[name]["expected"][key])


def test_the_noise_band_is_the_prediction_interval():
    vector = VECTORS["prediction_multipliers"]
    for m, multiplier in zip(vector["inputs"]["m"], vector["expected"]["multiplier"], strict=True):
        values = [float(value) for value in range(m)]
        band = noise_band(values, 0.95)
        if m < 3:
            assert band is None
            continue
        sd = math.sqrt(m * (m + 1) / 12)
        assert (band.high - band.mean) / sd == near("prediction_multipliers", multiplier)
        assert (band.mean - band.low) / sd == near("prediction_multipliers", multiplier)


def test_the_upper_limit_of_a_standard_deviation():
    vector = VECTORS["sd_upper80"]
    found = [upper_sd_factor(n, vector["inputs"]["confidence"]) for n in vector["inputs"]["n"]]
    assert found == near("sd_upper80", vector["expected"]["factor"])


def test_seeds_for_a_half_width():
    vector = VECTORS["seeds_for_half_width"]
    found = [seeds_for_half_width(*case) for case in vector["inputs"]["cases"]]
    assert found == vector["expected"]["n"]


def test_the_levels_of_looks_and_their_critical_values():
    vector = VECTORS["alpha_spending_pow2"]
    looks, alpha = vector["inputs"]["looks"], vector["inputs"]["alpha"]
    found = levels(looks, alpha)

    assert list(found) == near("alpha_spending_pow2", vector["expected"]["level"])
    reached = [critical(1 - level, n - 1) for level, n in zip(found, looks, strict=True)]
    assert reached == near("alpha_spending_pow2", vector["expected"]["critical"])


def test_the_correction_for_overlapping_splits():
    vector = VECTORS["correlated_t_rope"]
    given, expected = vector["inputs"], vector["expected"]
    # P(y better) is the chance that y − x is above the rope: an interval of that level ends there.
    differences = [other - one for one, other in zip(given["x"], given["y"], strict=True)]
    below = expected["p_left"]
    assert t_interval(differences, 1 - 2 * below, overlap=1 / 9).low == pytest.approx(-given["rope"], abs=1e-6)
    within = expected["p_left"] + expected["p_rope"]
    assert t_interval(differences, 1 - 2 * within, overlap=1 / 9).low == pytest.approx(given["rope"], abs=1e-6)


def test_power_where_a_well_known_library_gives_nan():
    vector = VECTORS["power_large_effect"]
    given = vector["inputs"]
    assert power(given["d_z"], given["n"], given["alpha"]) == near("power_large_effect", vector["expected"]["power"])


def test_no_vector_is_forgotten():
    used = {
        "paired_t_sleep", "holm_adjust", "bh_1995", "prediction_multipliers", "sd_upper80", "seeds_for_half_width",
        "alpha_spending_pow2", "correlated_t_rope", "power_large_effect",
    }  # fmt: skip
    assert used | NOT_OFFERED == set(VECTORS)
