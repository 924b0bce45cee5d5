"""BG/NBD by lifetimes and by Perennial on the same simulated customers: seconds, ratio, and whether they agree.

Usage: python value.py VALUE_PEER [CUSTOMERS...]   (VALUE_PEER: build/release/bench/value_peer)
"""

import json
import subprocess
import sys
import tempfile
import time
import warnings

import lifetimes
import pandas


def by_lifetimes(file):
    data = pandas.read_csv(file)
    start = time.perf_counter()
    model = lifetimes.BetaGeoFitter().fit(data.frequency, data.recency, data["T"])
    fitted = time.perf_counter()
    model.summary  # standard errors, which Perennial's fit includes
    errors = time.perf_counter()
    expected = model.conditional_expected_number_of_purchases_up_to_time(
        39, data.frequency, data.recency, data["T"]
    )
    alive = model.conditional_probability_alive(data.frequency, data.recency, data["T"])
    scored = time.perf_counter()
    assert len(alive) == len(data)
    return {
        "fit_s": errors - start,
        "fit_without_errors_s": fitted - start,
        "predict_s": scored - errors,
        "expected": float(expected.sum()),
        **{name: float(value) for name, value in model.params_.items()},
    }


def main():
    warnings.simplefilter("ignore")
    peer = sys.argv[1]
    for customers in map(int, sys.argv[2:] or ["2000", "20000", "200000"]):
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            subprocess.run([peer, "make", file.name, str(customers)], check=True)
            ours = json.loads(subprocess.run([peer, "fit", file.name], check=True, capture_output=True).stdout)
            try:
                theirs = by_lifetimes(file.name)
            except Exception as error:  # lifetimes raises its own kind when it does not converge
                print(f"{customers:>9,} customers: lifetimes failed: {type(error).__name__}: {str(error)[:100]}")
                print(f"          Perennial: fit {ours['fit_s']:.4f} s, predict {ours['predict_s']:.4f} s")
                continue
        apart = max(abs(theirs[name] / ours[name] - 1) for name in ("r", "alpha", "a", "b"))
        print(
            f"{customers:>9,} customers: fit {theirs['fit_s']:.2f} s / {ours['fit_s']:.4f} s = "
            f"{theirs['fit_s'] / ours['fit_s']:.0f} times; predict {theirs['predict_s']:.3f} s / "
            f"{ours['predict_s']:.4f} s = {theirs['predict_s'] / ours['predict_s']:.0f} times; estimates apart by "
            f"{apart:.1e}, expected orders apart by {abs(theirs['expected'] / ours['expected'] - 1):.1e}"
        )


if __name__ == "__main__":
    main()
