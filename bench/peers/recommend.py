"""Item neighbours, ALS and the best 20 by implicit and by Perennial on the same shop: seconds, memory, ratio, and the loss.

Usage: python recommend.py RECOMMEND_PEER [CUSTOMERS ITEMS RECORDS_EACH | RATINGS.csv]
       (RECOMMEND_PEER: build/release/bench/recommend_peer; by default 100,000 customers, 20,000 items, 20 records each)

Every figure comes from a process of its own, ours and theirs in turn, three times with 10 epochs (from 500,000
customers once, with 3); the fastest counts. implicit is given
1 + weight, alpha 1 and regularisation 0.01, which is the loss that the peer is told to minimise and that judges both.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time

REGULARISATION = 0.01


def read_shop(directory):
    import numpy
    from scipy.sparse import csr_matrix

    customers, columns = map(int, numpy.fromfile(f"{directory}/shape.u64", dtype="<u8"))
    begin = numpy.fromfile(f"{directory}/begin.u64", dtype="<u8").astype("int32")
    items = numpy.fromfile(f"{directory}/items.u32", dtype="<u4").astype("int32")
    weights = numpy.fromfile(f"{directory}/weights.f32", dtype="<f4")
    return csr_matrix((weights, items, begin), shape=(customers, columns))


def theirs(verb, directory, *arguments):
    """One task by implicit, in this process."""
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender

    shop = read_shop(directory)
    if verb == "neighbours":
        model = CosineRecommender(K=100)
        task = lambda: model.fit(shop, show_progress=False)
    else:
        shop.data += 1
        model = AlternatingLeastSquares(
            factors=int(arguments[0]),
            regularization=REGULARISATION,
            alpha=1.0,
            iterations=int(arguments[1]) if verb == "als" else 2,
            random_state=1,
        )
        task = lambda: model.fit(shop, show_progress=False)
        if verb in ("top", "folded"):
            import numpy

            task()
            task = lambda: model.recommend(
                numpy.arange(shop.shape[0]), shop, N=20, recalculate_user=verb == "folded"
            )
    wall, processors = time.perf_counter(), time.process_time()
    task()
    report = {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - processors,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if verb == "als":
        with open(f"{directory}/theirs.f32", "wb") as file:
            model.user_factors.tofile(file)
            model.item_factors.tofile(file)
    print(json.dumps(report))


def run(*command):
    # As implicit advises; and without a kernel chosen by hand for an older processor.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    environment["OPENBLAS_NUM_THREADS"] = "1"
    result = subprocess.run(list(map(str, command)), check=True, capture_output=True, env=environment)
    return json.loads(result.stdout)


def compare(what, repeats, peer, directory, verb, *arguments, our_verb=None):
    ours, others = [], []
    for _ in range(repeats):
        ours.append(run(peer, our_verb or verb, directory, *arguments))
        others.append(run(sys.executable, __file__, "theirs", verb, directory, *arguments))
    note = ""
    if verb == "als":
        loss = run(peer, "loss", directory, arguments[0], f"{directory}/theirs.f32")["loss"]
        note = f"; loss {loss:.6g} / {ours[0]['loss']:.6g} = {loss / ours[0]['loss']:.4f}"

    def best(key):
        a, b = min(report[key] for report in others), min(report[key] for report in ours)
        return f"{a:.3g} / {b:.3g} = {a / b:.2f}"

    print(f"{what}: wall s {best('wall_s')}; processor s {best('cpu_s')}; peak MB {best('peak_mb')}{note}", flush=True)


def main():
    peer, *shop = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        if len(shop) == 1:
            made = run(peer, "movielens", directory, shop[0])
        else:
            made = run(peer, "make", directory, *(shop or ["100000", "20000", "20"]))
        print(f"{made['customers']:,} customers, {made['items']:,} items, {made['entries']:,} entries; implicit / Perennial")
        repeats, epochs = (3, 10) if made["customers"] < 500_000 else (1, 3)
        compare("item neighbours, K = 100", repeats, peer, directory, "neighbours")
        for factors in (64, 128):
            compare(f"ALS, {factors} factors, {epochs} epochs", repeats, peer, directory, "als", factors, epochs)
        for factors in (64, 128):
            compare(f"best 20 for all, {factors} factors", repeats, peer, directory, "top", factors)
            compare(f"best 20 for all, {factors} factors, customers folded in", repeats, peer, directory, "folded", factors)
            compare("the same, ours with reasons", repeats, peer, directory, "folded", factors, our_verb="explained")


if __name__ == "__main__":
    if sys.argv[1] == "theirs":
        theirs(*sys.argv[2:])
    else:
        main()
