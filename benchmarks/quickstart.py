"""The quickstart's claim over fresh draws: direct training, transfer with and without labels, and the references.

    python benchmarks/quickstart.py              # ten draws, about eight minutes on two cores; resumable
    python benchmarks/quickstart.py --lang zh    # from English to Chinese, about twice as long

Writes `benchmarks/results/quickstart.json`, or `quickstart_zh.json`. The draws are others than those of
`crosstask quickstart`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import record
from crosstask.reports.from_study import quickstart_record, quickstart_result
from crosstask.reports.messages import messages
from crosstask.steps.quickstart import Quickstart
from crosstask.terminal import Terminal
from crosstask.training.runtime import Runtime


def main() -> None:
    """Run the study and write its record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", choices=["en", "zh"], default="en")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--work", type=Path, default=Path("runs/quickstart-benchmark"))
    given = parser.parse_args()
    ui = Terminal()
    step = Quickstart(lang=given.lang, draws=given.draws, seed=given.seed)
    study = step.study(Runtime.make("cpu"), given.work, ui)
    result = quickstart_result(study, study.run(ui), study.train_source(ui), [])
    measured = quickstart_record(result, messages("en"))
    name = "quickstart" if given.lang == "en" else f"quickstart_{given.lang}"
    record.write(name, {"draws": given.draws, "seed": given.seed, **measured})


if __name__ == "__main__":
    main()
