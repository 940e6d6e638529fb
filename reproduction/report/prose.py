"""The paragraphs of the report that no result changes."""

from reproduction.gradient_checks import FACTOR, ROUNDING
from reproduction.scoreboard import NEAR


def _one_line(text: str) -> str:
    return " ".join(text.split())


LEAD = _one_line("""
    Five student reports trained fully connected networks on CIFAR-10 with gradients written by hand. Here is every table and figure of
    theirs again, made by this package, beside what they published, and their conclusions as executable checks.
""")

JPEG = "8114b53f71e93406d9c351b7518c83f0087749f23af28161c82caf942fcddf95"
"""SHA-256 of the archive that REBUILT speaks of."""

REBUILT = _one_line("""
    The JPEG rebuild: all images of the official archive in its order, with its labels and split, but compressed as JPEG. Its accuracies
    are comparable with those of the official images, not the same.
""")

USUAL = _one_line(f"""
    Unless an experiment says otherwise: batches of 100, eta from 1e-5 to 0.1 and back in 2 cycles of 10 epochs (9,000 updates), lambda
    0.005, He's initial weights, batch norm before the non-linearity with alpha 0.9, plain gradient descent, 45,000/5,000/10,000 images,
    hidden layers [50, 50]. Each table sets what was published beside the mean of our seeds, their standard deviation and the mean's 95 %
    interval. A row is within when the difference is at most {NEAR:g} points.
""")

OUTSIDE = _one_line("""
    A report's figure is one run. `one more run` is the interval that holds one more run of ours with 95 % probability: the mean, less and
    more Student's t times the standard deviation times the root of 1 + 1/n. Where a reason is chance between seeds, the published figure
    has to lie in it.
""")

CLAIMS = _one_line(f"""
    A claim is read as a region in which a mean over the seeds has to lie. It is reproduced when the whole 95 % interval of that mean
    (Student's t) lies in the region, contradicted when none of it does, and not reproduced when the seeds leave it open; of several parts
    all have to hold. Differences are paired by seed: the two runs saw the same batches. t and p are of the one-sided test against the
    region's nearer end; for a region with two ends that makes a test of equivalence by two one-sided tests. Where a report gives no number,
    a difference counts from {NEAR:g} points, the tolerance of the scoreboard. With so many claims at 95 %, one or two verdicts may be luck.
""")

GRADIENTS = _one_line(f"""
    Published differences between the analytic gradient and a central difference, beside ours: the median over the seeds, in float64, at
    the report's step. As tight: our plain difference, taken as the report takes it, is at most the published one. Both rounding: as
    absolute differences both are below {ROUNDING:g}, and ours is within a factor of {FACTOR}. As tight without truncation: the plain
    difference is larger, but not what is left of it once the quotient is extrapolated to h = 0. So it is the central difference's own
    error, which grows with h squared, and as the deviation that batch norm divides by gets small. Zero: the bias before batch norm, whose
    gradient is zero by theory; the analytic and the numerical gradient are asserted to be zero to rounding, whatever the report has there.
""")

MEASURES = _one_line("""
    R0 and R2 print mean absolute differences; R3 mean, standard deviation and largest difference. R1 prints relative errors without their
    formula: ours are the norm of the difference over the norm of the gradient. R4 prints an error without saying which. For the bias before
    batch norm, whose gradient is zero, a relative error would be about 1, and R4 has 0.005 to 0.01: so it is an absolute one, and ours
    is the largest absolute difference, the strictest reading. That R4's bias is off by 0.005 where theory says zero, and the weights in
    front of batch norm with it, suggests that its gradient through batch norm was not right.
""")

LOG = _one_line("""
    R0's log beside ours, of the first seed. `smooth_cost` is the mean of the training costs recorded so far. R0 counts its last update
    from 0.
""")
