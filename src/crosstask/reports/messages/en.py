"""The quickstart in English."""

from crosstask.reports.messages import Messages

MESSAGES = Messages(
    language="en",
    methods={},
    facts={},
    heard={},
    done="{out} is done already",
    saved="saved: {bundle} ({way}), report: {report}",
    next="next:",
    ask="ask the model",
    look="look at your own table",
    train="train on it",
    go_on="start from what was learned here",
    table="{target}, {labels} labels a class",
    header=("method", "accuracy [95% interval]", "gain in points [95% interval]", "seconds a draw"),
    helps=(
        "Transfer helps: {gain} points of accuracy (95% interval {bounds}), over {draws} draws of {labels} labels a "
        "class and {rows} test rows."
    ),
    hurts=(
        "Transfer hurts: {gain} points of accuracy (95% interval {bounds}), over {draws} draws of {labels} labels a "
        "class and {rows} test rows."
    ),
    nothing=(
        "No difference can be claimed: transfer measured {gain} points of accuracy (95% interval {bounds}), over "
        "{draws} draws of {labels} labels a class and {rows} test rows. The probability that it is worse by more than "
        "one point is {harm}."
    ),
    bounds="{low} to {high}",
    title="What {target} learns from {source}",
    gain_title="The gain",
    gain_text=(
        "Direct training sees {labels} labels a class of {target} and nothing else. Transfer first learns {source}, "
        "then sees the same labels for the same number of steps."
    ),
    unlabelled_text="With no label of {target} at all, the model that has learned {source} answers {accuracy} rightly.",
    gain_caption="Each draw is a fresh sample of labels; both sides of a draw train on the same labels, as many steps.",
    gain_alt="Accuracy, direct to transfer. {draws}. Mean gain {gain} points, {bounds}.",
    gain_alt_draw="{draw}: from {direct} to {transfer}",
    between="; ",
    methods_title="Beside the cheap references",
    methods_text="Learning {source} took {seconds} seconds, once for all draws; it is not part of the seconds a draw.",
    methods_caption=(
        "Intervals say how far accuracy and gain would move with other label draws and other test rows. Gains are "
        "paired with direct training draw by draw and row by row. In bold: what was saved."
    ),
    curves_title="How the two learn",
    loss_caption="Loss on the labels of each draw.",
    score_caption="Scored for this picture alone: nothing was chosen by it.",
    curves_alt=(
        "{what} against step. Direct: from {direct_first} to {direct_last} on average. Transfer: from "
        "{transfer_first} to {transfer_last} on average."
    ),
    next_title="Next",
    facts_title="How it was made",
    facts_caption="The same seed on the same machine gives the same numbers.",
    facts_header=("what", "value"),
    draw="draw {number}",
    draws="draws",
    mean="mean, {level}",
    test_accuracy="test accuracy",
    gain_points="gain, points of accuracy",
    training_loss="training loss",
    validation_accuracy="validation accuracy",
    step="step on the target",
)
