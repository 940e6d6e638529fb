"""The reports' claims about what batch norm does, by depth and along the training."""

from reproduction.claims.claim import MATTERS, Claim, Evidence, above, chance, equal
from reproduction.measured import common, paired
from reproduction.significance import Part

ON, OFF = "norm=before", "norm=none"
NAMES = {ON: "with", OFF: "without"}
DEPTHS = ("[50,50,20]", "[50,50,20,20]", "[50,50,20,20,10]", "[50,50,20,20,10,10]")


def _gain(e: Evidence, experiment: str) -> tuple[float, ...]:
    return e.gain(f"{experiment} {ON}", f"{experiment} {OFF}")


def _nine_train(e: Evidence) -> list[Part]:
    return [above(f"test, with minus without, {init}", _gain(e, x), MATTERS) for x, init in (("e02", "He"), ("e04", "Xavier"))]


def _three_barely(e: Evidence) -> list[Part]:
    return [equal(f"test, with minus without, {init}", _gain(e, x)) for x, init in (("e01", "He"), ("e03", "Xavier"))]


def _xavier(e: Evidence) -> list[Part]:
    pairs = (
        ("three layers, without", "e03", "e01", OFF),
        ("three layers, with", "e03", "e01", ON),
        ("nine layers, with", "e04", "e02", ON),
    )
    return [
        equal(f"test, {label}, {NAMES[norm]} batch norm: Xavier minus He", e.gain(f"{x} {norm}", f"{he} {norm}"))
        for label, x, he, norm in pairs
    ]


def _depth(e: Evidence) -> list[Part]:
    runs = ["e08 norm=none;init.sigma=0.1", *(f"e10 model.hidden={hidden}" for hidden in DEPTHS)]
    names = ["[50,50]", *DEPTHS]
    steps = zip(names[1:], runs, runs[1:], strict=False)
    falls = [above(f"test, fall on the way to {name}", e.gain(before, after)) for name, before, after in steps]
    return [*falls, chance(f"test accuracy of {names[-1]}", e.value(runs[-1]))]


def _ends(e: Evidence, run: str, column: str) -> dict[int, float]:
    return {seed: float(getattr(records[-1], column)) for seed, records in e.records(run).items()}


def _late_fall(e: Evidence, run: str) -> dict[int, float]:
    """How far the training loss falls from the middle of the training, a whole number of cycles, to its end."""
    falls = {}
    for seed, records in e.records(run).items():
        middle = min(records, key=lambda r: abs(r.step - records[-1].step / 2))
        falls[seed] = middle.train_loss - records[-1].train_loss
    return falls


def _keeps_falling(e: Evidence) -> list[Part]:
    parts = []
    for x, name in (("e12", "three layers"), ("e13", "ten layers")):
        with_, without = _late_fall(e, f"{x} {ON}"), _late_fall(e, f"{x} {OFF}")
        parts.append(above(f"training loss, {name}: fall in the second half with batch norm", tuple(with_.values()), unit="nats"))
        parts.append(above(f"training loss, {name}: that fall, with minus without", paired(with_, without), unit="nats"))
    return parts


def _ends_lower(e: Evidence) -> list[Part]:
    parts = []
    for x, name in (("e12", "three layers"), ("e13", "ten layers")):
        for what, column in (("training", "train_loss"), ("validation", "val_loss")):
            saved = paired(_ends(e, f"{x} {OFF}", column), _ends(e, f"{x} {ON}", column))
            parts.append(above(f"{what}, {name}: last loss without minus with", saved, unit="nats"))
    return parts


def _he_helps(e: Evidence) -> list[Part]:
    return [above(f"test, {NAMES[norm]} batch norm: He minus plain", e.gain(f"e30 {norm}", f"e29 {norm}")) for norm in (OFF, ON)]


def _deeper_more(e: Evidence) -> list[Part]:
    gains = []
    for x in ("e13", "e12"):
        off, on = (_ends(e, f"{x} {norm}", "train_loss") for norm in (OFF, ON))
        gains.append({seed: off[seed] - on[seed] for seed in common(off, on)})
    return [above("training loss saved by batch norm: ten layers minus three", paired(*gains), unit="nats")]


CLAIMS = (
    Claim(
        "R0.1",
        "R0, tables 8 and 17",
        "Batch norm lets nine layers train: it adds more than 1.5 percentage points.",
        ("e02", "e04"),
        _nine_train,
    ),
    Claim(
        "R0.2",
        "R0, tables 6 and 16",
        "Batch norm barely helps three layers: by less than 1.5 percentage points.",
        ("e01", "e03"),
        _three_barely,
    ),
    Claim(
        "R0.3",
        "R0, A4 and appendix 2",
        "Xavier's initial weights equal He's (within 1.5 percentage points). Not claimed for nine layers without batch norm, where R0 "
        "shows 5 percentage points.",
        ("e01", "e02", "e03", "e04"),
        _xavier,
    ),
    Claim(
        "R0.10",
        "R0, A5",
        "Without batch norm and with sigma 0.1, accuracy drops with each layer added, and is stuck at 10 % with seven.",
        ("e08", "e10"),
        _depth,
    ),
    Claim(
        "R1.1",
        "R1, section 3.2",
        "With batch norm the loss keeps falling in later epochs, more than without.",
        ("e12", "e13"),
        _keeps_falling,
    ),
    Claim("R1.2", "R1, section 3.2", "Batch norm ends at a lower loss, even in a shallow network.", ("e12", "e13"), _ends_lower),
    Claim("R1.3", "R1, section 3.2", "In a deeper network batch norm has an even greater effect.", ("e12", "e13"), _deeper_more),
    Claim(
        "R4.1",
        "R4, section 3.1",
        "On 9,000 images, batch norm helps from plain initial weights.",
        ("e29",),
        lambda e: [above("test, with minus without", _gain(e, "e29"), MATTERS)],
    ),
    Claim(
        "R4.2",
        "R4, section 3.2",
        "On 9,000 images, batch norm helps from He's initial weights.",
        ("e30",),
        lambda e: [above("test, with minus without", _gain(e, "e30"), MATTERS)],
    ),
    Claim(
        "R4.3",
        "R4, section 3",
        "On 9,000 images, He's initial weights do better than plain ones.",
        ("e29", "e30"),
        lambda e: [
            above(f"test, {name} batch norm: He minus plain", e.gain(f"e30 {n}", f"e29 {n}"))
            for name, n in (("without", OFF), ("with", ON))
        ],
    ),
)
